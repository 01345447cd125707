#include "ops/channels.h"
#include "ops/lower.h"
#include "ops/rules.h"
#include "ops/transpose_conv/kernel.h"
#include "ops/window.h"

enum { SHAPE, WEIGHTS, INPUT, BIAS };

typedef struct transpose_conv_attrs {
    int32_t padding, stride_w, stride_h, activation;
} transpose_conv_attrs;

static const zr_field fields[] = {
    ZR_FIELD(ENUM, 0, transpose_conv_attrs, padding, 0),
    ZR_FIELD(I32, 1, transpose_conv_attrs, stride_w, 0),
    ZR_FIELD(I32, 2, transpose_conv_attrs, stride_h, 0),
    ZR_FIELD(ENUM, 3, transpose_conv_attrs, activation, 0),
};

static const zr_param_field params[] = {
    ZR_PARAM_WINDOW(zk_transpose_conv_params),
    ZR_PARAM(I32, zk_transpose_conv_params, in_offset),
    ZR_PARAM(I32, zk_transpose_conv_params, out_offset),
    ZR_PARAM(I32, zk_transpose_conv_params, out_min),
    ZR_PARAM(I32, zk_transpose_conv_params, out_max),
};
static const zr_param_field params_f32[] = {
    ZR_PARAM_WINDOW(zk_transpose_conv_f32_params),
    ZR_PARAM(F32, zk_transpose_conv_f32_params, out_min),
    ZR_PARAM(F32, zk_transpose_conv_f32_params, out_max),
};
ZR_KERNEL(zk_transpose_conv_s8, zk_transpose_conv_params, params, 6)
ZR_KERNEL(zk_transpose_conv_s16, zk_transpose_conv_params, params, 6)
ZR_KERNEL(zk_transpose_conv_f32, zk_transpose_conv_f32_params, params_f32, 4)

/* The padding is that of the convolution which this one is the transpose of: from the output's
 * picture to the input's. */
static bool window_of(const zr_site *site, zk_window *window)
{
    const transpose_conv_attrs *a = site->node->attrs;
    const zr_shape *weights = &zr_input(site, WEIGHTS)->shape;
    const zr_shape *in = &zr_input(site, INPUT)->shape;
    const zr_tensor *output = zr_output(site, 0);
    zr_window_attrs attrs = {
        a->padding, weights->dim[1], weights->dim[2], a->stride_h, a->stride_w, 1, 1};
    zk_window forward;
    if (!zr_need_window(site, &attrs, output, in->dim[3], &forward)) return false;
    *window = forward;
    window->in_h = in->dim[1];
    window->in_w = in->dim[2];
    window->in_c = in->dim[3];
    window->out_h = output->shape.dim[1];
    window->out_w = output->shape.dim[2];
    window->out_c = output->shape.dim[3];
    return true;
}

/* The shape that input 0 gives, if it is a constant; else what the file says of the output, as
 * TFLite Micro takes it. */
static bool output_shape(const zr_site *site, zr_shape *out)
{
    const zr_tensor *shape = zr_input(site, SHAPE);
    *out = zr_output(site, 0)->shape;
    if (!zr_need_type(site, shape, "output shape", ZR_BIT(I32))) return false;
    if (!shape->data) return true;
    if (zr_elements(&shape->shape) != 4)
        return zr_site_fail(site, ZR_E_SHAPE, "the output shape has %lld elements, not 4",
                            (long long)zr_elements(&shape->shape));
    for (int i = 0; i < 4; i++) out->dim[i] = zr_const_i32(shape, i);
    return true;
}

static bool check_shapes(const zr_site *site)
{
    const zr_shape *in = &zr_input(site, INPUT)->shape, *out = &zr_output(site, 0)->shape;
    const zr_shape *weights = &zr_input(site, WEIGHTS)->shape;
    if (in->dim[0] == out->dim[0] && in->dim[3] == weights->dim[3] &&
        out->dim[3] == weights->dim[0])
        return true;
    return zr_site_fail(site, ZR_E_SHAPE, "weights %s do not lead from %s to %s",
                        zr_shape_text(site->cx, weights), zr_shape_text(site->cx, in),
                        zr_shape_text(site->cx, out));
}

static bool check(const zr_site *site, zr_shape *out)
{
    const transpose_conv_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, INPUT), *weights = zr_input(site, WEIGHTS);
    const zr_tensor *bias = zr_input(site, BIAS), *output = zr_output(site, 0);
    zk_window window;
    if (!zr_need_type(site, input, "input", ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32)) ||
        !zr_need_same_type(site, input, output, "output") ||
        !zr_need_per_tensor(site, input, "input") || !zr_need_per_tensor(site, output, "output") ||
        !zr_need_rank(site, input, "input", 4, 4) || !zr_need_rank(site, output, "output", 4, 4) ||
        !zr_need_rank(site, weights, "weights", 4, 4) || !zr_need_clamp(site, a->activation) ||
        !output_shape(site, out) || !check_shapes(site))
        return false;
    int32_t out_c = weights->shape.dim[0];
    int max_shift = input->type == ZR_I16 ? ZR_MAX_SHIFT_WIDE : ZR_MAX_SHIFT;
    return zr_need_weights(site, input, weights, bias, out_c, ZR_BIT(I8),
                           ZR_BIT(I16) | ZR_BIT(I64)) &&
           zr_need_symmetric(site, weights) &&
           zr_need_channel_scales(site, input, weights, output, out_c, 0, max_shift) &&
           zr_need_sums(site, input, weights, bias, 0) && window_of(site, &window);
}

/* The bias as the kernels take it: one of 16 bits, as old models have it, becomes one of 64. */
static zr_arg bias_of(zr_lowering *l)
{
    const zr_tensor *bias = zr_input(&l->site, BIAS);
    if (!bias || bias->type != ZR_I16) return zr_arg_input(l, BIAS);
    int channels = (int)zr_elements(&bias->shape);
    int64_t *wide = ZR_NEW(l->site.cx, int64_t, (size_t)channels);
    if (!wide) return zr_arg_none();
    for (int c = 0; c < channels; c++) wide[c] = zr_bias(bias, c);
    return zr_arg_const(l, "bias", ZR_I64, wide, channels);
}

static bool lower(zr_lowering *l)
{
    const transpose_conv_attrs *a = l->site.node->attrs;
    const zr_tensor *input = zr_input(&l->site, INPUT), *weights = zr_input(&l->site, WEIGHTS);
    const zr_tensor *output = zr_output(&l->site, 0);
    zk_window window;
    if (!window_of(&l->site, &window)) return false;
    zr_arg args[6] = {zr_arg_input(l, INPUT), zr_arg_input(l, WEIGHTS), bias_of(l)};
    if (input->type == ZR_F32) {
        zk_transpose_conv_f32_params p = {.window = window};
        zr_clamp_float(a->activation, &p.out_min, &p.out_max);
        args[3] = zr_arg_output(l, 0);
        return zr_call(l, &kernel_zk_transpose_conv_f32, &p, args);
    }
    zk_transpose_conv_params p = {
        .window = window, .in_offset = -zr_zero_point(input), .out_offset = zr_zero_point(output)};
    zr_clamp_quantized(output, a->activation, &p.out_min, &p.out_max);
    if (!zr_channel_scales(l, input, weights, output, window.out_c, &args[3], &args[4]))
        return false;
    args[5] = zr_arg_output(l, 0);
    return zr_call(
        l, input->type == ZR_I8 ? &kernel_zk_transpose_conv_s8 : &kernel_zk_transpose_conv_s16, &p,
        args);
}

static int64_t macs(const zr_site *site)
{
    const zr_shape *weights = &zr_input(site, WEIGHTS)->shape;
    return zr_elements_range(&zr_input(site, INPUT)->shape, 0, 3) * zr_elements(weights);
}

static const zr_quant_rule transpose_conv_quant = {
    .kind = ZR_QUANT_FREE, .weights = WEIGHTS, .bias = BIAS, .axis = 0};

static bool with_bias(const zr_site *site)
{
    return zr_input(site, 3) != NULL;
}

const zr_op zr_op_transpose_conv = {
    .tflite_code = 67,
    .tflite_options = 49,
    ZR_ATTRS(transpose_conv_attrs, fields),
    .since = "1.9.0",
    ZR_VERSIONS(ZR_NEEDS(2, "2.2.0", .types = ZR_BIT(I8), .port = 1),
                ZR_NEEDS(3, "2.3.0", .test = with_bias),
                ZR_NEEDS(4, "2.13.0", .attribute = "activation")),
    .input_names = {"shape", "weights", "input", "bias"},
    .min_inputs = 3,
    .max_inputs = 4,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &transpose_conv_quant,
    .lower = lower,
    .macs = macs,
};
