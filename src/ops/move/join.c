/* CONCATENATION and PACK: each input is copied into its slice of the output. */
#include "ops/copy.h"

typedef struct concatenation_attrs {
    int32_t axis, activation;
} concatenation_attrs;

static const zr_field concatenation_fields[] = {
    ZR_FIELD(I32, 0, concatenation_attrs, axis, 0),
    ZR_FIELD(ENUM, 1, concatenation_attrs, activation, 0),
};

typedef struct pack_attrs {
    int32_t values_count, axis;
} pack_attrs;

static const zr_field pack_fields[] = {
    ZR_FIELD(I32, 0, pack_attrs, values_count, 0),
    ZR_FIELD(I32, 1, pack_attrs, axis, 0),
};

/* The first input can be joined, and the output and all other inputs are of its type and rank. */
static bool check_inputs(const zr_site *site)
{
    const zr_tensor *first = zr_input(site, 0);
    if (!zr_need_type(site, first, "input", ZR_MOVABLE) ||
        !zr_need_same_type(site, first, zr_output(site, 0), "output"))
        return false;
    for (int i = 1; i < site->node->n_inputs; i++) {
        const zr_tensor *input = zr_input(site, i);
        if (!input) return zr_site_fail(site, ZR_E_FORMAT, "input %d is absent", i);
        if (!zr_need_same_type(site, first, input, "input") ||
            !zr_need_rank(site, input, "input", first->shape.rank, first->shape.rank))
            return false;
    }
    return true;
}

static bool concatenation_check(const zr_site *site, zr_shape *out)
{
    const concatenation_attrs *a = site->node->attrs;
    const zr_tensor *first = zr_input(site, 0), *output = zr_output(site, 0);
    int axis;
    if (!check_inputs(site) || !zr_need_rank(site, first, "input", 1, ZR_MAX_RANK) ||
        !zr_need_axis(site, a->axis, first->shape.rank, &axis))
        return false;
    if (a->activation != ZR_ACT_NONE)
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "fused activation %d", (int)a->activation);
    int64_t total = 0;
    for (int i = 0; i < site->node->n_inputs; i++) {
        const zr_tensor *input = zr_input(site, i);
        /* TFLite refuses it for int8, where it would have to requantize; int16 it copies. */
        if ((input->type == ZR_I8 || input->type == ZR_U8) &&
            !zr_need_same_scale(site, input, output))
            return false;
        for (int d = 0; d < first->shape.rank; d++)
            if (d != axis && input->shape.dim[d] != first->shape.dim[d])
                return zr_site_fail(site, ZR_E_SHAPE, "%s and %s cannot be joined along axis %d",
                                    zr_shape_text(site->cx, &first->shape),
                                    zr_shape_text(site->cx, &input->shape), axis);
        total += input->shape.dim[axis];
    }
    if (total > INT32_MAX) return zr_site_fail(site, ZR_E_SHAPE, "the output is too large");
    out[0] = first->shape;
    out[0].dim[axis] = (int32_t)total;
    return true;
}

static bool concatenation_lower(zr_lowering *l)
{
    const concatenation_attrs *a = l->site.node->attrs;
    const zr_shape *out = &zr_output(&l->site, 0)->shape;
    int axis = a->axis < 0 ? a->axis + out->rank : a->axis;
    int64_t offset = 0;
    for (int i = 0; i < l->site.node->n_inputs; i++) {
        const zr_shape *in = &zr_input(&l->site, i)->shape;
        zr_box box = zr_box_of(in, in, out);
        box.out_offset = offset;
        if (!zr_copy_node(l, &box, i, 0)) return false;
        offset += zr_elements_range(in, axis, in->rank);
    }
    return true;
}

static bool pack_check(const zr_site *site, zr_shape *out)
{
    const pack_attrs *a = site->node->attrs;
    const zr_tensor *first = zr_input(site, 0);
    int rank = first->shape.rank, axis;
    if (!check_inputs(site) || !zr_need_rank(site, first, "input", 0, ZR_MAX_RANK - 1) ||
        !zr_need_axis(site, a->axis, rank + 1, &axis))
        return false;
    if (a->values_count != site->node->n_inputs)
        return zr_site_fail(site, ZR_E_FORMAT, "values_count is %d for %d inputs",
                            (int)a->values_count, site->node->n_inputs);
    for (int i = 1; i < site->node->n_inputs; i++)
        if (!zr_shape_equal(&first->shape, &zr_input(site, i)->shape))
            return zr_site_fail(site, ZR_E_SHAPE, "%s and %s cannot be packed",
                                zr_shape_text(site->cx, &first->shape),
                                zr_shape_text(site->cx, &zr_input(site, i)->shape));
    out[0].rank = rank + 1;
    for (int d = 0; d <= rank; d++)
        out[0].dim[d] = d < axis    ? first->shape.dim[d]
                        : d == axis ? site->node->n_inputs
                                    : first->shape.dim[d - 1];
    return true;
}

static bool pack_lower(zr_lowering *l)
{
    const pack_attrs *a = l->site.node->attrs;
    const zr_shape *out = &zr_output(&l->site, 0)->shape;
    int axis = a->axis < 0 ? a->axis + out->rank : a->axis;
    zr_shape slice = *out;
    slice.dim[axis] = 1;
    for (int i = 0; i < l->site.node->n_inputs; i++) {
        zr_box box = zr_box_of(&slice, &slice, out);
        box.out_offset = i * zr_elements_range(out, axis + 1, out->rank);
        if (!zr_copy_node(l, &box, i, 0)) return false;
    }
    return true;
}

const zr_op zr_op_concatenation = {
    .tflite_code = 2,
    .tflite_options = 10,
    ZR_ATTRS(concatenation_attrs, concatenation_fields),
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.3.0", .types = ZR_BIT(I16)),
                ZR_NEEDS(4, "2.14.0", .types = ZR_BIT(U32))),
    .input_names = {"input0", "input1", "input2", "input3"},
    .min_inputs = 1,
    .max_inputs = ZR_MAX_PORTS,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = concatenation_check,
    .quant = &zr_quant_same,
    .lower = concatenation_lower,
};

const zr_op zr_op_pack = {
    .tflite_code = 83,
    .tflite_options = 59,
    ZR_ATTRS(pack_attrs, pack_fields),
    .since = "1.11.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.3.0", .types = ZR_BIT(I16)),
                ZR_NEEDS(4, "2.13.0", .types = ZR_BIT(U32))),
    .input_names = {"input0", "input1", "input2", "input3"},
    .min_inputs = 1,
    .max_inputs = ZR_MAX_PORTS,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = pack_check,
    .quant = &zr_quant_same,
    .lower = pack_lower,
};
