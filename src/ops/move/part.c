/* SPLIT, SPLIT_V and UNPACK: each output is a copy of its slice of the input. */
#include "ops/copy.h"

typedef struct split_attrs {
    int32_t num_splits;
} split_attrs;

static const zr_field split_fields[] = {ZR_FIELD(I32, 0, split_attrs, num_splits, 0)};

typedef struct unpack_attrs {
    int32_t num, axis;
} unpack_attrs;

static const zr_field unpack_fields[] = {
    ZR_FIELD(I32, 0, unpack_attrs, num, 0),
    ZR_FIELD(I32, 1, unpack_attrs, axis, 0),
};

/* The input can be taken apart into the node's outputs, of which the attribute counts `num`. */
static bool check_parts(const zr_site *site, const zr_tensor *input, const char *attr, int32_t num)
{
    int n = site->node->n_outputs;
    if (!zr_need_type(site, input, "input", ZR_MOVABLE) ||
        !zr_need_rank(site, input, "input", 1, ZR_MAX_RANK))
        return false;
    if (num != n)
        return zr_site_fail(site, ZR_E_FORMAT, "%s is %d for %d outputs", attr, (int)num, n);
    for (int i = 0; i < n; i++)
        if (!zr_need_same_type(site, input, zr_output(site, i), "output")) return false;
    return true;
}

/* The axis is a constant of one element. */
static bool need_axis_input(const zr_site *site, int i, int rank, int *axis)
{
    const zr_tensor *tensor = zr_input(site, i);
    if (!zr_need_type(site, tensor, "axis", ZR_BIT(I32) | ZR_BIT(I64)) ||
        !zr_need_const(site, tensor, "axis"))
        return false;
    if (zr_elements(&tensor->shape) != 1)
        return zr_site_fail(site, ZR_E_SHAPE, "axis has %lld elements, not one",
                            (long long)zr_elements(&tensor->shape));
    return zr_need_axis(site, zr_const_i32(tensor, 0), rank, axis);
}

/* Copies the slices along `axis` one after the other, as long as the outputs are; `unpack` takes
 * slices of one, which the outputs do not count as a dimension. */
static bool lower_parts(zr_lowering *l, int input, int axis, bool unpack)
{
    const zr_shape *in = &zr_input(&l->site, input)->shape;
    int64_t inner = zr_elements_range(in, axis + 1, in->rank), offset = 0;
    for (int i = 0; i < l->site.node->n_outputs; i++) {
        zr_shape slice = *in;
        slice.dim[axis] = unpack ? 1 : zr_output(&l->site, i)->shape.dim[axis];
        zr_box box = zr_box_of(&slice, in, &slice);
        box.in_offset = offset;
        if (!zr_copy_node(l, &box, input, i)) return false;
        offset += slice.dim[axis] * inner;
    }
    return true;
}

static bool split_check(const zr_site *site, zr_shape *out)
{
    const split_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 1);
    int n = site->node->n_outputs, axis;
    if (!check_parts(site, input, "num_splits", a->num_splits) ||
        !need_axis_input(site, 0, input->shape.rank, &axis))
        return false;
    int32_t size = input->shape.dim[axis];
    if (size % n != 0)
        return zr_site_fail(site, ZR_E_SHAPE, "dimension %d is %d, not a multiple of %d", axis,
                            (int)size, n);
    for (int i = 0; i < n; i++) {
        out[i] = input->shape;
        out[i].dim[axis] = size / n;
    }
    return true;
}

static bool split_lower(zr_lowering *l)
{
    int32_t axis = zr_const_i32(zr_input(&l->site, 0), 0);
    return lower_parts(l, 1, axis < 0 ? axis + zr_input(&l->site, 1)->shape.rank : axis, false);
}

/* The sizes of the parts, of which one may be -1: what the others leave. */
static bool split_v_check(const zr_site *site, zr_shape *out)
{
    const split_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0), *sizes = zr_input(site, 1);
    int n = site->node->n_outputs, axis;
    if (!check_parts(site, input, "num_splits", a->num_splits) ||
        !need_axis_input(site, 2, input->shape.rank, &axis) ||
        !zr_need_type(site, sizes, "sizes", ZR_BIT(I32) | ZR_BIT(I64)) ||
        !zr_need_const(site, sizes, "sizes"))
        return false;
    if (zr_elements(&sizes->shape) != n)
        return zr_site_fail(site, ZR_E_SHAPE, "%lld sizes for %d outputs",
                            (long long)zr_elements(&sizes->shape), n);
    int64_t rest = input->shape.dim[axis];
    int open = -1;
    for (int i = 0; i < n; i++) {
        int32_t size = zr_const_i32(sizes, i);
        out[i] = input->shape;
        out[i].dim[axis] = size;
        if (size == -1 && open < 0)
            open = i;
        else if (size < 1)
            return zr_site_fail(site, ZR_E_SHAPE, "part %d has size %d", i, (int)size);
        else
            rest -= size;
    }
    if (open < 0 ? rest != 0 : rest < 1)
        return zr_site_fail(site, ZR_E_SHAPE, "the sizes do not add up to dimension %d, %d", axis,
                            (int)input->shape.dim[axis]);
    if (open >= 0) out[open].dim[axis] = (int32_t)rest;
    return true;
}

static bool split_v_lower(zr_lowering *l)
{
    int32_t axis = zr_const_i32(zr_input(&l->site, 2), 0);
    return lower_parts(l, 0, axis < 0 ? axis + zr_input(&l->site, 0)->shape.rank : axis, false);
}

static bool unpack_check(const zr_site *site, zr_shape *out)
{
    const unpack_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0);
    int n = site->node->n_outputs, axis;
    if (!check_parts(site, input, "num", a->num) ||
        !zr_need_axis(site, a->axis, input->shape.rank, &axis))
        return false;
    if (input->shape.dim[axis] != n)
        return zr_site_fail(site, ZR_E_SHAPE, "dimension %d is %d for %d outputs", axis,
                            (int)input->shape.dim[axis], n);
    for (int i = 0; i < n; i++) {
        out[i].rank = input->shape.rank - 1;
        for (int d = 0; d < out[i].rank; d++)
            out[i].dim[d] = input->shape.dim[d < axis ? d : d + 1];
    }
    return true;
}

static bool unpack_lower(zr_lowering *l)
{
    const unpack_attrs *a = l->site.node->attrs;
    int rank = zr_input(&l->site, 0)->shape.rank;
    return lower_parts(l, 0, a->axis < 0 ? a->axis + rank : a->axis, true);
}

const zr_op zr_op_split = {
    .tflite_code = 49,
    .tflite_options = 35,
    ZR_ATTRS(split_attrs, split_fields),
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8), .port = 1),
                ZR_NEEDS(3, "1.14.0", .types = ZR_BIT(I32), .port = 1),
                ZR_NEEDS(4, "2.3.0", .types = ZR_BIT(I16), .port = 1)),
    .input_names = {"axis", "input"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = ZR_MAX_PORTS,
    .check = split_check,
    .quant = &zr_quant_same,
    .lower = split_lower,
};

const zr_op zr_op_split_v = {
    .tflite_code = 102,
    .tflite_options = 79,
    ZR_ATTRS(split_attrs, split_fields),
    .since = "1.13.1",
    ZR_VERSIONS(ZR_NEEDS(2, "2.3.0", .types = ZR_BIT(I8))),
    .input_names = {"input", "sizes", "axis"},
    .min_inputs = 3,
    .max_inputs = 3,
    .min_outputs = 1,
    .max_outputs = ZR_MAX_PORTS,
    .check = split_v_check,
    .quant = &zr_quant_same,
    .lower = split_v_lower,
};

const zr_op zr_op_unpack = {
    .tflite_code = 88,
    .tflite_options = 64,
    ZR_ATTRS(unpack_attrs, unpack_fields),
    .since = "1.11.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8) | ZR_BIT(U8)),
                ZR_NEEDS(3, "2.2.0", .types = ZR_BIT(BOOL)),
                ZR_NEEDS(4, "2.3.0", .types = ZR_BIT(I16))),
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = ZR_MAX_PORTS,
    .check = unpack_check,
    .quant = &zr_quant_same,
    .lower = unpack_lower,
};
