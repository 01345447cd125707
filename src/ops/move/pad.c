/* PAD and PADV2: the output is filled with one value, then the input is copied into it.
 * MIRROR_PAD: the input is copied into the output, then the output's own edges outwards. */
#include "ops/copy.h"

typedef struct mirror_pad_attrs {
    int32_t mode; /* 0 REFLECT, 1 SYMMETRIC */
} mirror_pad_attrs;

static const zr_field mirror_pad_fields[] = {ZR_FIELD(ENUM, 0, mirror_pad_attrs, mode, 0)};

static int32_t padding(const zr_site *site, int dim, int behind)
{
    return zr_const_i32(zr_input(site, 1), 2 * dim + behind);
}

/* The paddings are a constant pair (before, behind) for each dimension, none of them negative. */
static bool check_paddings(const zr_site *site, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0), *paddings = zr_input(site, 1);
    if (!zr_need_type(site, input, "input", ZR_MOVABLE) ||
        !zr_need_same_type(site, input, zr_output(site, 0), "output") ||
        !zr_need_rank(site, input, "input", 1, ZR_MAX_RANK) ||
        !zr_need_type(site, paddings, "paddings", ZR_BIT(I32) | ZR_BIT(I64)) ||
        !zr_need_const(site, paddings, "paddings"))
        return false;
    if (zr_elements(&paddings->shape) != 2 * input->shape.rank)
        return zr_site_fail(site, ZR_E_SHAPE, "%lld paddings for %d dimensions",
                            (long long)zr_elements(&paddings->shape), input->shape.rank);
    *out = input->shape;
    for (int d = 0; d < out->rank; d++) {
        int32_t before = padding(site, d, 0), behind = padding(site, d, 1);
        int64_t size = (int64_t)before + input->shape.dim[d] + behind;
        if (before < 0 || behind < 0 || size > INT32_MAX)
            return zr_site_fail(site, ZR_E_SHAPE, "dimension %d is padded by %d and %d", d,
                                (int)before, (int)behind);
        out->dim[d] = (int32_t)size;
    }
    return true;
}

/* Where the input lies in the output. */
static zr_box middle_of(const zr_site *site)
{
    const zr_shape *in = &zr_input(site, 0)->shape;
    zr_box box = zr_box_of(in, in, &zr_output(site, 0)->shape);
    for (int d = 0; d < in->rank; d++) box.out_offset += padding(site, d, 0) * box.out_stride[d];
    return box;
}

static bool lower_filled(zr_lowering *l, zr_arg value)
{
    const zr_shape *in = &zr_input(&l->site, 0)->shape, *out = &zr_output(&l->site, 0)->shape;
    zr_box middle = middle_of(&l->site);
    if (!zr_shape_equal(in, out) && !zr_fill_node(l, value, 0)) return false;
    return zr_copy_node(l, &middle, 0, 0);
}

static bool pad_check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *output = zr_output(site, 0);
    if (!check_paddings(site, out)) return false;
    if ((output->type != ZR_I8 && output->type != ZR_U8) || output->quant.n == 0) return true;
    return zr_need_per_tensor(site, output, "output");
}

static bool pad_lower(zr_lowering *l)
{
    const zr_tensor *output = zr_output(&l->site, 0);
    int64_t zero = 0;
    /* A real 0: the zero point, which wider types do not have. */
    if ((output->type == ZR_I8 || output->type == ZR_U8) && output->quant.n == 1)
        zero = zr_zero_point(output);
    uint8_t value[sizeof zero] = {(uint8_t)zero};
    return lower_filled(l, zr_arg_const(l, "value", output->type, value, 1));
}

static bool padv2_check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0), *value = zr_input(site, 2);
    if (!check_paddings(site, out) || !zr_need_same_type(site, input, value, "value")) return false;
    if (zr_elements(&value->shape) != 1)
        return zr_site_fail(site, ZR_E_SHAPE, "value has %lld elements, not one",
                            (long long)zr_elements(&value->shape));
    if (input->type != ZR_I8 && input->type != ZR_U8) return true;
    return zr_need_same_scale(site, value, zr_output(site, 0));
}

static bool padv2_lower(zr_lowering *l)
{
    return lower_filled(l, zr_arg_input(l, 2));
}

static bool mirror_pad_check(const zr_site *site, zr_shape *out)
{
    const mirror_pad_attrs *a = site->node->attrs;
    if (!check_paddings(site, out)) return false;
    if (a->mode != 0 && a->mode != 1)
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "mode %d", (int)a->mode);
    for (int d = 0; d < out->rank; d++) {
        int32_t before = padding(site, d, 0), behind = padding(site, d, 1);
        int32_t most = zr_input(site, 0)->shape.dim[d] - (a->mode == 0 ? 1 : 0);
        if (before > most || behind > most)
            return zr_site_fail(site, ZR_E_SHAPE,
                                "dimension %d is padded by %d and %d, but has %d to mirror", d,
                                (int)before, (int)behind, (int)most);
    }
    return true;
}

/* Mirrors `count` layers of the output along dimension d outwards from index `edge`, the first or
 * last layer of the middle; `box` is the part of the output that is right already. */
static bool mirror(zr_lowering *l, const zr_box *box, int d, int32_t edge, int outwards,
                   int32_t count)
{
    const mirror_pad_attrs *a = l->site.node->attrs;
    const zr_tensor *output = zr_output(&l->site, 0);
    int64_t stride = box->out_stride[d];
    zr_box layers = *box;
    if (count == 0) return true;
    layers.size[d] = count;
    layers.in_offset += (edge - (a->mode == 0 ? outwards : 0)) * stride;
    layers.out_offset += (edge + outwards) * stride;
    layers.in_stride[d] = -outwards * stride;
    layers.out_stride[d] = outwards * stride;
    return zr_copy(l, output->type, &layers, zr_arg_output(l, 0), zr_arg_output(l, 0));
}

static bool mirror_pad_lower(zr_lowering *l)
{
    const zr_shape *in = &zr_input(&l->site, 0)->shape, *out = &zr_output(&l->site, 0)->shape;
    zr_box middle = middle_of(&l->site);
    if (!zr_copy_node(l, &middle, 0, 0)) return false;
    /* Each dimension mirrors what the dimensions inside it have padded already. */
    zr_box done = zr_box_of(in, out, out);
    done.in_offset = done.out_offset = middle.out_offset;
    for (int d = in->rank - 1; d >= 0; d--) {
        int32_t before = padding(&l->site, d, 0), behind = padding(&l->site, d, 1);
        done.in_offset -= before * done.out_stride[d];
        done.out_offset = done.in_offset;
        if (!mirror(l, &done, d, before, -1, before) ||
            !mirror(l, &done, d, before + in->dim[d] - 1, 1, behind))
            return false;
        done.size[d] = out->dim[d];
    }
    return true;
}

const zr_op zr_op_pad = {
    .tflite_code = 34,
    .tflite_options = 22,
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.4.0", .types = ZR_BIT(I16)), ZR_NEEDS(4, "2.6.0", .rank = 5),
                ZR_NEEDS(5, "2.20.0", .types = ZR_BIT(BOOL))),
    .input_names = {"input", "paddings"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = pad_check,
    .quant = &zr_quant_same,
    .lower = pad_lower,
};

const zr_op zr_op_padv2 = {
    .tflite_code = 60,
    .tflite_options = 43,
    .since = "1.9.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.4.0", .types = ZR_BIT(I16)), ZR_NEEDS(4, "2.6.0", .rank = 5),
                ZR_NEEDS(5, "2.20.0", .types = ZR_BIT(BOOL))),
    .input_names = {"input", "paddings", "value"},
    .min_inputs = 3,
    .max_inputs = 3,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = padv2_check,
    .quant = &zr_quant_same,
    .lower = padv2_lower,
};

const zr_op zr_op_mirror_pad = {
    .tflite_code = 100,
    .tflite_options = 77,
    ZR_ATTRS(mirror_pad_attrs, mirror_pad_fields),
    .since = "1.13.1",
    ZR_VERSIONS(ZR_NEEDS(2, "2.3.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.12.0", .types = ZR_BIT(I16))),
    .input_names = {"input", "paddings"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = mirror_pad_check,
    .quant = &zr_quant_same,
    .lower = mirror_pad_lower,
};
