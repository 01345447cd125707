#include "ops/channels.h"
#include "ops/depthwise_conv_2d/variants.h"
#include "ops/rules.h"

static const zr_field fields[] = {
    ZR_FIELD(ENUM, 0, depthwise_conv_2d_attrs, padding, 0),
    ZR_FIELD(I32, 1, depthwise_conv_2d_attrs, stride_w, 0),
    ZR_FIELD(I32, 2, depthwise_conv_2d_attrs, stride_h, 0),
    ZR_FIELD(I32, 3, depthwise_conv_2d_attrs, depth_multiplier, 0),
    ZR_FIELD(ENUM, 4, depthwise_conv_2d_attrs, activation, 0),
    ZR_FIELD(I32, 5, depthwise_conv_2d_attrs, dilation_w, 1),
    ZR_FIELD(I32, 6, depthwise_conv_2d_attrs, dilation_h, 1),
};

static const zr_param_field params[] = {
    ZR_PARAM_WINDOW(zk_depthwise_conv_2d_params),
    ZR_PARAM(I32, zk_depthwise_conv_2d_params, in_offset),
    ZR_PARAM(I32, zk_depthwise_conv_2d_params, out_offset),
    ZR_PARAM(I32, zk_depthwise_conv_2d_params, out_min),
    ZR_PARAM(I32, zk_depthwise_conv_2d_params, out_max),
};
static const zr_param_field params_f32[] = {
    ZR_PARAM_WINDOW(zk_depthwise_conv_2d_f32_params),
    ZR_PARAM(F32, zk_depthwise_conv_2d_f32_params, out_min),
    ZR_PARAM(F32, zk_depthwise_conv_2d_f32_params, out_max),
};
ZR_KERNEL(zk_depthwise_conv_2d_s8, zk_depthwise_conv_2d_params, params, 6)
ZR_KERNEL(zk_depthwise_conv_2d_s8_w4, zk_depthwise_conv_2d_params, params, 6)
ZR_KERNEL(zk_depthwise_conv_2d_s16, zk_depthwise_conv_2d_params, params, 6)
ZR_KERNEL(zk_depthwise_conv_2d_f32, zk_depthwise_conv_2d_f32_params, params_f32, 4)

bool zr_depthwise_window(const zr_site *site, zk_window *window)
{
    const depthwise_conv_2d_attrs *a = site->node->attrs;
    const zr_shape *weights = &zr_input(site, 1)->shape;
    zr_window_attrs attrs = {a->padding,  weights->dim[1], weights->dim[2], a->stride_h,
                             a->stride_w, a->dilation_h,   a->dilation_w};
    return zr_need_window(site, &attrs, zr_input(site, 0), weights->dim[3], window);
}

/* The schema calls depth_multiplier redundant, so a file may leave it out. */
static bool check_channels(const zr_site *site)
{
    const depthwise_conv_2d_attrs *a = site->node->attrs;
    const zr_shape *weights = &zr_input(site, 1)->shape;
    int32_t in_c = zr_input(site, 0)->shape.dim[3], out_c = weights->dim[3];
    if (weights->dim[0] != 1 || out_c % in_c != 0)
        return zr_site_fail(site, ZR_E_SHAPE, "weights %s do not filter each of %d channels",
                            zr_shape_text(site->cx, weights), in_c);
    if (a->depth_multiplier != 0 && a->depth_multiplier != out_c / in_c)
        return zr_site_fail(site, ZR_E_SHAPE, "depth multiplier %d, but %d channels become %d",
                            a->depth_multiplier, in_c, out_c);
    return true;
}

static bool check(const zr_site *site, zr_shape *out)
{
    const depthwise_conv_2d_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0), *weights = zr_input(site, 1);
    const zr_tensor *bias = zr_input(site, 2), *output = zr_output(site, 0);
    zk_window window;
    if (!zr_need_type(site, input, "input", ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32)) ||
        !zr_need_same_type(site, input, output, "output") ||
        !zr_need_per_tensor(site, input, "input") || !zr_need_per_tensor(site, output, "output") ||
        !zr_need_rank(site, input, "input", 4, 4) ||
        !zr_need_rank(site, weights, "weights", 4, 4) || !zr_need_clamp(site, a->activation) ||
        !check_channels(site))
        return false;
    int32_t out_c = weights->shape.dim[3];
    int max_shift = input->type == ZR_I16 ? ZR_MAX_SHIFT_WIDE : ZR_MAX_SHIFT;
    if (!zr_need_weights(site, input, weights, bias, out_c, ZR_BIT(I8) | ZR_BIT(I4), ZR_BIT(I64)) ||
        !zr_need_symmetric(site, weights) ||
        !zr_need_channel_scales(site, input, weights, output, out_c, 3, max_shift) ||
        !zr_need_sums(site, input, weights, bias, 3) || !zr_depthwise_window(site, &window))
        return false;
    out[0] = zr_window_output(&window);
    return true;
}

static bool lower(zr_lowering *l)
{
    const depthwise_conv_2d_attrs *a = l->site.node->attrs;
    const zr_tensor *input = zr_input(&l->site, 0), *weights = zr_input(&l->site, 1);
    const zr_tensor *output = zr_output(&l->site, 0);
    zk_window window;
    if (!zr_depthwise_window(&l->site, &window)) return false;
    zr_arg args[6] = {zr_arg_input(l, 0), zr_arg_input(l, 1), zr_arg_input(l, 2)};
    if (input->type == ZR_F32) {
        zk_depthwise_conv_2d_f32_params p = {.window = window};
        zr_clamp_float(a->activation, &p.out_min, &p.out_max);
        args[3] = zr_arg_output(l, 0);
        return zr_call(l, &kernel_zk_depthwise_conv_2d_f32, &p, args);
    }
    zk_depthwise_conv_2d_params p = {
        .window = window, .in_offset = -zr_zero_point(input), .out_offset = zr_zero_point(output)};
    zr_clamp_quantized(output, a->activation, &p.out_min, &p.out_max);
    if (!zr_channel_scales(l, input, weights, output, window.out_c, &args[3], &args[4]))
        return false;
    args[5] = zr_arg_output(l, 0);
    return zr_call(l,
                   weights->type == ZR_I4 ? &kernel_zk_depthwise_conv_2d_s8_w4
                   : input->type == ZR_I8 ? &kernel_zk_depthwise_conv_2d_s8
                                          : &kernel_zk_depthwise_conv_2d_s16,
                   &p, args);
}

/* The kernels make the rows from top to bottom, each value from its own window only. */
static int64_t overlap(const zr_site *site, int input)
{
    zk_window window;
    if (input != 0 || !zr_depthwise_window(site, &window)) return ZR_NO_OVERLAP;
    return zr_window_overlap(&window, zr_type_bytes(zr_input(site, 0)->type),
                             zr_type_bytes(zr_output(site, 0)->type));
}

static bool rows(const zr_site *site, int input, zr_row_rule *rule)
{
    zk_window window;
    if (input != 0 || !zr_depthwise_window(site, &window) || window.batches != 1) return false;
    *rule = zr_window_rows(&window);
    return true;
}

static int64_t macs(const zr_site *site)
{
    const zr_shape *weights = &zr_input(site, 1)->shape;
    return zr_elements(&zr_output(site, 0)->shape) * zr_elements_range(weights, 1, 3);
}

/* A window for each output: 16 to 26 instructions a MAC on a Cortex-M3, 23 and more on an M0. */
static void cost(const zr_site *site, zr_cost *c)
{
    c->instructions = 20 * macs(site);
}

static const zr_quant_rule depthwise_conv_2d_quant = {
    .kind = ZR_QUANT_FREE, .weights = 1, .bias = 2, .axis = 3};

const zr_op zr_op_depthwise_conv_2d = {
    .tflite_code = 4,
    .tflite_options = 2,
    ZR_ATTRS(depthwise_conv_2d_attrs, fields),
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.12.0", .attribute = "dilation_w"),
                ZR_NEEDS(2, "1.12.0", .attribute = "dilation_h"),
                ZR_NEEDS(3, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(5, "2.3.0", .types = ZR_BIT(I16)),
                /* TensorFlow says 7, but LiteRT's reference kernels are registered up to 6 only,
                 * and take int4 weights. */
                ZR_NEEDS(6, "2.11.0", .types = ZR_BIT(I4), .port = 1)),
    .input_names = {"input", "weights", "bias"},
    .min_inputs = 2,
    .max_inputs = 3,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &depthwise_conv_2d_quant,
    .lower = lower,
    .cost = cost,
    .variants = zr_depthwise_conv_2d_variants,
    .overlap = overlap,
    .rows = rows,
    .macs = macs,
};
