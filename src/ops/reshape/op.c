/* RESHAPE, SQUEEZE and EXPAND_DIMS: another shape for the same elements, which stay where they are.
 */
#include "ops/copy.h"

typedef struct reshape_attrs {
    zr_list new_shape;
} reshape_attrs;

static const zr_field reshape_fields[] = {ZR_FIELD(LIST, 0, reshape_attrs, new_shape, 0)};

typedef struct squeeze_attrs {
    zr_list squeeze_dims;
} squeeze_attrs;

static const zr_field squeeze_fields[] = {ZR_FIELD(LIST, 0, squeeze_attrs, squeeze_dims, 0)};

static bool check_types(const zr_site *site)
{
    const zr_tensor *input = zr_input(site, 0);
    return zr_need_type(site, input, "input", ZR_MOVABLE) &&
           zr_need_same_type(site, input, zr_output(site, 0), "output");
}

static bool lower(zr_lowering *l)
{
    return zr_alias(l, 0, 0);
}

/* Replaces the one dimension of -1 by what the others leave of the input's elements. */
static bool complete_shape(const zr_site *site, zr_shape *shape)
{
    int64_t total = zr_elements(&zr_input(site, 0)->shape), known = 1;
    int open = -1;
    for (int d = 0; d < shape->rank; d++) {
        if (shape->dim[d] == -1 && open < 0) {
            open = d;
        } else if (shape->dim[d] < 1 || !zr_mul_i64(known, shape->dim[d], &known) ||
                   known > total) {
            known = 0;
            break;
        }
    }
    if (known && open >= 0 && total % known == 0) {
        shape->dim[open] = (int32_t)(total / known);
        known = total;
    }
    if (known == total) return true;
    return zr_site_fail(site, ZR_E_SHAPE, "%lld elements do not make the new shape %s",
                        (long long)total, zr_shape_text(site->cx, shape));
}

/* The new shape is the second input or else the attribute. When the second input is computed, or
 * there is neither, it is the output's own, as for TFLite Micro. */
static bool reshape_check(const zr_site *site, zr_shape *out)
{
    const reshape_attrs *a = site->node->attrs;
    const zr_tensor *shape = zr_input(site, 1);
    int64_t rank = shape ? zr_elements(&shape->shape) : a->new_shape.n;
    bool fixed = shape ? shape->data != NULL : rank > 0;
    if (!check_types(site) ||
        (shape && !zr_need_type(site, shape, "new shape", ZR_BIT(I32) | ZR_BIT(I64))))
        return false;
    out[0] = zr_output(site, 0)->shape;
    if (!fixed) return complete_shape(site, out);
    if (rank > ZR_MAX_RANK)
        return zr_site_fail(site, ZR_E_SHAPE, "the new shape has %lld dimensions, not up to %d",
                            (long long)rank, ZR_MAX_RANK);
    out[0].rank = (int)rank;
    for (int d = 0; d < out[0].rank; d++)
        out[0].dim[d] = shape ? zr_const_i32(shape, d) : a->new_shape.value[d];
    /* Old converters write a scalar's shape as [0]. */
    if (!shape && rank == 1 && out[0].dim[0] == 0) out[0].rank = 0;
    return complete_shape(site, out);
}

static bool squeeze_check(const zr_site *site, zr_shape *out)
{
    const squeeze_attrs *a = site->node->attrs;
    const zr_shape *in = &zr_input(site, 0)->shape;
    bool gone[ZR_MAX_RANK] = {false};
    if (!check_types(site)) return false;
    for (int i = 0; i < a->squeeze_dims.n; i++) {
        int axis;
        if (!zr_need_axis(site, a->squeeze_dims.value[i], in->rank, &axis)) return false;
        if (in->dim[axis] != 1)
            return zr_site_fail(site, ZR_E_SHAPE, "dimension %d is %d, not 1", axis,
                                (int)in->dim[axis]);
        gone[axis] = true;
    }
    out[0].rank = 0;
    for (int d = 0; d < in->rank; d++)
        if (a->squeeze_dims.n ? !gone[d] : in->dim[d] != 1) out[0].dim[out[0].rank++] = in->dim[d];
    return true;
}

static bool expand_dims_check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0), *axis = zr_input(site, 1);
    int place;
    if (!check_types(site) || !zr_need_rank(site, input, "input", 0, ZR_MAX_RANK - 1) ||
        !zr_need_type(site, axis, "axis", ZR_BIT(I32) | ZR_BIT(I64)) ||
        !zr_need_const(site, axis, "axis"))
        return false;
    if (zr_elements(&axis->shape) != 1)
        return zr_site_fail(site, ZR_E_SHAPE, "axis has %lld elements, not one",
                            (long long)zr_elements(&axis->shape));
    if (!zr_need_axis(site, zr_const_i32(axis, 0), input->shape.rank + 1, &place)) return false;
    out[0].rank = input->shape.rank + 1;
    for (int d = 0; d < out[0].rank; d++)
        out[0].dim[d] = d < place ? input->shape.dim[d] : d == place ? 1 : input->shape.dim[d - 1];
    return true;
}

const zr_op zr_op_reshape = {
    .tflite_code = 22,
    .tflite_options = 17,
    ZR_ATTRS(reshape_attrs, reshape_fields),
    .since = "1.5.0",
    .input_names = {"input", "shape"},
    .min_inputs = 1,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = reshape_check,
    .quant = &zr_quant_same,
    .lower = lower,
};

const zr_op zr_op_squeeze = {
    .tflite_code = 43,
    .tflite_options = 30,
    ZR_ATTRS(squeeze_attrs, squeeze_fields),
    .since = "1.6.0",
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = squeeze_check,
    .quant = &zr_quant_same,
    .lower = lower,
};

const zr_op zr_op_expand_dims = {
    .tflite_code = 70,
    .tflite_options = 52,
    .since = "1.10.0",
    .input_names = {"input", "axis"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = expand_dims_check,
    .quant = &zr_quant_same,
    .lower = lower,
};
