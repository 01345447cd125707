#include <math.h>

#include "ops/channels.h"
#include "ops/fully_connected/variants.h"
#include "ops/rules.h"

static const zr_field fields[] = {
    ZR_FIELD(ENUM, 0, fully_connected_attrs, activation, 0),
    ZR_FIELD(ENUM, 1, fully_connected_attrs, weights_format, 0),
    ZR_FIELD(BOOL, 2, fully_connected_attrs, keep_num_dims, 0),
};

static const zr_param_field params[] = {
    ZR_PARAM(I32, zk_fully_connected_params, rows),
    ZR_PARAM(I32, zk_fully_connected_params, in_size),
    ZR_PARAM(I32, zk_fully_connected_params, out_size),
    ZR_PARAM(I32, zk_fully_connected_params, in_offset),
    ZR_PARAM(I32, zk_fully_connected_params, weight_offset),
    ZR_PARAM(I32, zk_fully_connected_params, out_offset),
    ZR_PARAM(I32, zk_fully_connected_params, out_min),
    ZR_PARAM(I32, zk_fully_connected_params, out_max),
    ZR_PARAM(I32, zk_fully_connected_params, scale_step),
};
static const zr_param_field params_f32[] = {
    ZR_PARAM(I32, zk_fully_connected_f32_params, rows),
    ZR_PARAM(I32, zk_fully_connected_f32_params, in_size),
    ZR_PARAM(I32, zk_fully_connected_f32_params, out_size),
    ZR_PARAM(F32, zk_fully_connected_f32_params, out_min),
    ZR_PARAM(F32, zk_fully_connected_f32_params, out_max),
};
static const zr_param_field part_params[] = {
    ZR_PARAM(I32, zk_fully_connected_part_params, part),
    ZR_PARAM(I32, zk_fully_connected_part_params, first),
    ZR_PARAM(I32, zk_fully_connected_part_params, in_size),
    ZR_PARAM(I32, zk_fully_connected_part_params, out_size),
    ZR_PARAM(I32, zk_fully_connected_part_params, in_offset),
    ZR_PARAM(I32, zk_fully_connected_part_params, weight_offset),
};
ZR_KERNEL(zk_fully_connected_s8_part, zk_fully_connected_part_params, part_params, 4)
ZR_KERNEL(zk_fully_connected_s8_finish, zk_fully_connected_params, params, 4)
ZR_KERNEL(zk_fully_connected_s8, zk_fully_connected_params, params, 6)
ZR_KERNEL(zk_fully_connected_s8_w4, zk_fully_connected_params, params, 6)
ZR_KERNEL(zk_fully_connected_s16, zk_fully_connected_params, params, 6)
ZR_KERNEL(zk_fully_connected_s16_wrap, zk_fully_connected_params, params, 6)
ZR_KERNEL(zk_fully_connected_f32, zk_fully_connected_f32_params, params_f32, 4)

/* TFLite's check that the bias is in units of the products: its scale may differ from theirs by one
 * fiftieth of the output's. It looks only when the weights have one scale. */
static bool check_bias_scale(const zr_site *site, const zr_tensor *input, const zr_tensor *weights,
                             const zr_tensor *bias, const zr_tensor *output)
{
    if (!bias || weights->quant.n != 1) return true;
    double product = (double)zr_scale(input) * (double)zr_scale(weights);
    double scale = bias->quant.n ? (double)bias->quant.scale[0] : 0;
    if (fabs(product - scale) / (double)zr_scale(output) <= 0.02) return true;
    return zr_site_fail(site, ZR_E_QUANTIZATION, "the bias has scale %g, not input * weights = %g",
                        scale, product);
}

/* Only weights with one scale may have a zero point. */
static bool check_zero_point(const zr_site *site, const zr_tensor *weights)
{
    if (weights->quant.n != 1) return zr_need_symmetric(site, weights);
    int64_t zero_point = weights->quant.zero_point[0];
    if (zero_point >= INT8_MIN && zero_point <= INT8_MAX) return true;
    return zr_site_fail(site, ZR_E_QUANTIZATION, "int8 weights have a zero point of %lld",
                        (long long)zero_point);
}

static bool check_quantization(const zr_site *site)
{
    const zr_tensor *input = zr_input(site, 0), *weights = zr_input(site, 1);
    const zr_tensor *bias = zr_input(site, 2), *output = zr_output(site, 0);
    if (input->type == ZR_F32) return true;
    bool wrap = zr_sums_wrap(input, bias);
    int max_shift = input->type == ZR_I16 && !wrap ? ZR_MAX_SHIFT_WIDE : ZR_MAX_SHIFT;
    return zr_need_channel_scales(site, input, weights, output, weights->shape.dim[0], 0,
                                  max_shift) &&
           check_zero_point(site, weights) &&
           check_bias_scale(site, input, weights, bias, output) &&
           (wrap || zr_need_sums(site, input, weights, bias, 0));
}

/* The last dimension is replaced, or all others are one. */
static bool output_shape(const zr_site *site, zr_shape *out)
{
    const fully_connected_attrs *a = site->node->attrs;
    const zr_shape *in = &zr_input(site, 0)->shape, *weights = &zr_input(site, 1)->shape;
    int32_t in_size = weights->dim[1], out_size = weights->dim[0];
    if (a->keep_num_dims ? in->rank < 1 || in->dim[in->rank - 1] != in_size
                         : zr_elements(in) % in_size != 0)
        return zr_site_fail(site, ZR_E_SHAPE, "input %s does not fit weights %s",
                            zr_shape_text(site->cx, in), zr_shape_text(site->cx, weights));
    if (a->keep_num_dims) {
        *out = *in;
        out->dim[out->rank - 1] = out_size;
    } else {
        *out = (zr_shape){2, {(int32_t)(zr_elements(in) / in_size), out_size}};
    }
    return true;
}

static bool check(const zr_site *site, zr_shape *out)
{
    const fully_connected_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0), *weights = zr_input(site, 1);
    const zr_tensor *bias = zr_input(site, 2), *output = zr_output(site, 0);
    if (a->weights_format != 0)
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "weights are shuffled (format %d)",
                            a->weights_format);
    return zr_need_type(site, input, "input", ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32)) &&
           zr_need_same_type(site, input, output, "output") &&
           zr_need_per_tensor(site, input, "input") && zr_need_per_tensor(site, output, "output") &&
           zr_need_rank(site, weights, "weights", 2, 2) && zr_need_clamp(site, a->activation) &&
           zr_need_weights(site, input, weights, bias, weights->shape.dim[0],
                           ZR_BIT(I8) | ZR_BIT(I4), ZR_BIT(I32) | ZR_BIT(I64)) &&
           check_quantization(site) && output_shape(site, out);
}

static bool lower_f32(zr_lowering *l, int32_t rows, zr_arg *args)
{
    const fully_connected_attrs *a = l->site.node->attrs;
    const zr_shape *weights = &zr_input(&l->site, 1)->shape;
    zk_fully_connected_f32_params p = {
        .rows = rows, .in_size = weights->dim[1], .out_size = weights->dim[0]};
    zr_clamp_float(a->activation, &p.out_min, &p.out_max);
    args[3] = zr_arg_output(l, 0);
    return zr_call(l, &kernel_zk_fully_connected_f32, &p, args);
}

static zk_fully_connected_params params_of(const zr_site *site, int32_t rows)
{
    const fully_connected_attrs *a = site->node->attrs;
    const zr_tensor *weights = zr_input(site, 1), *output = zr_output(site, 0);
    zk_fully_connected_params p = {.rows = rows,
                                   .in_size = weights->shape.dim[1],
                                   .out_size = weights->shape.dim[0],
                                   .in_offset = -zr_zero_point(zr_input(site, 0)),
                                   .weight_offset =
                                       weights->quant.n == 1 ? -zr_zero_point(weights) : 0,
                                   .out_offset = zr_zero_point(output),
                                   .scale_step = weights->quant.n != 1};
    zr_clamp_quantized(output, a->activation, &p.out_min, &p.out_max);
    return p;
}

/* One picture, whose rows lie one after the other in the input. */
static bool takes_rows(const zr_site *site)
{
    const zr_tensor *input = zr_input(site, 0);
    return input->type == ZR_I8 && zr_elements(&input->shape) == zr_input(site, 1)->shape.dim[1];
}

static bool lower_taking(zr_lowering *l)
{
    const zr_tensor *input = zr_input(&l->site, 0), *weights = zr_input(&l->site, 1);
    const zr_strip_view *strip = l->site.graph->strip;
    zk_fully_connected_params all = params_of(&l->site, 1);
    int32_t row = all.in_size / strip->in_h;
    zk_fully_connected_part_params p = {.part = (int32_t)zr_elements(&input->shape),
                                        .first = strip->first,
                                        .in_size = all.in_size,
                                        .out_size = all.out_size,
                                        .in_offset = all.in_offset,
                                        .weight_offset = all.weight_offset};
    zr_arg sums = zr_arg_kept(l, ZR_I32, (size_t)all.out_size * 4);
    zr_arg args[4] = {zr_arg_input(l, 0), zr_arg_input(l, 1), zr_arg_input(l, 2), sums};
    args[1].offset = (size_t)strip->in_row * (size_t)row;
    if (!zr_call(l, &kernel_zk_fully_connected_s8_part, &p, args)) return false;
    if (!strip->last) return true;
    zr_arg finish[4] = {sums};
    if (!zr_channel_scales(l, input, weights, zr_output(&l->site, 0), weights->quant.n, &finish[1],
                           &finish[2]))
        return false;
    finish[3] = zr_arg_output(l, 0);
    return zr_call(l, &kernel_zk_fully_connected_s8_finish, &all, finish);
}

static bool lower(zr_lowering *l)
{
    const zr_tensor *input = zr_input(&l->site, 0), *weights = zr_input(&l->site, 1);
    const zr_tensor *output = zr_output(&l->site, 0);
    int32_t rows = (int32_t)(zr_elements(&input->shape) / weights->shape.dim[1]);
    zr_arg args[6] = {zr_arg_input(l, 0), zr_arg_input(l, 1), zr_arg_input(l, 2)};
    if (input->type == ZR_F32) return lower_f32(l, rows, args);
    zk_fully_connected_params p = params_of(&l->site, rows);
    if (!zr_channel_scales(l, input, weights, output, weights->quant.n, &args[3], &args[4]))
        return false;
    args[5] = zr_arg_output(l, 0);
    const zr_kernel *kernel = weights->type == ZR_I4 ? &kernel_zk_fully_connected_s8_w4
                              : input->type == ZR_I8 ? &kernel_zk_fully_connected_s8
                              : zr_sums_wrap(input, zr_input(&l->site, 2))
                                  ? &kernel_zk_fully_connected_s16_wrap
                                  : &kernel_zk_fully_connected_s16;
    return zr_call(l, kernel, &p, args);
}

static const zr_variant variants[] = {
    {.name = "dsp",
     .isa = ZR_ISA_DSP,
     .fits = zr_fully_connected_dsp_fits,
     .cost = zr_fully_connected_dsp_cost,
     .lower = zr_fully_connected_dsp_lower},
    {.name = "dsp_rows",
     .isa = ZR_ISA_DSP,
     .fits = zr_fully_connected_dsp_rows_fits,
     .cost = zr_fully_connected_dsp_rows_cost,
     .lower = zr_fully_connected_dsp_rows_lower},
    {.name = "dsp_rows_small",
     .isa = ZR_ISA_DSP,
     .fits = zr_fully_connected_dsp_rows_small_fits,
     .cost = zr_fully_connected_dsp_rows_small_cost,
     .lower = zr_fully_connected_dsp_rows_small_lower},
    {.name = "dsp_int4",
     .isa = ZR_ISA_DSP,
     .fits = zr_fully_connected_int4_fits,
     .cost = zr_fully_connected_int4_cost,
     .lower = zr_fully_connected_int4_lower,
     .int4 = true},
    {.name = "dsp_int4_rows",
     .isa = ZR_ISA_DSP,
     .fits = zr_fully_connected_dsp_rows_small_fits,
     .cost = zr_fully_connected_dsp_rows_small_cost,
     .lower = zr_fully_connected_dsp_rows_small_lower,
     .int4 = true},
    {.name = "mve",
     .isa = ZR_ISA_MVE,
     .fits = zr_fully_connected_mve_fits,
     .cost = zr_fully_connected_mve_cost,
     .lower = zr_fully_connected_mve_lower},
    ZR_FULLY_CONNECTED_SCALAR,
    {0},
};

static int64_t macs(const zr_site *site)
{
    return zr_elements(&zr_output(site, 0)->shape) * zr_input(site, 1)->shape.dim[1];
}

static const zr_quant_rule fully_connected_quant = {
    .kind = ZR_QUANT_FREE, .weights = 1, .bias = 2, .axis = 0};

static bool without_bias(const zr_site *site)
{
    return site->node->n_inputs < 3;
}

static bool int4_weights(const zr_site *site)
{
    const zr_tensor *weights = zr_input(site, 1);
    return weights && weights->type == ZR_I4;
}

const zr_op zr_op_fully_connected = {
    .tflite_code = 9,
    .tflite_options = 8,
    ZR_ATTRS(fully_connected_attrs, fields),
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.10.0", .attribute = "weights_format"),
                ZR_NEEDS(4, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(5, "2.0.0", .attribute = "keep_num_dims"),
                ZR_NEEDS(6, "2.1.0", .test = without_bias),
                ZR_NEEDS(7, "2.3.0", .types = ZR_BIT(I16)),
                ZR_NEEDS(10, "2.11.0", .types = ZR_BIT(I4), .port = 1),
                ZR_NEEDS(13, "2.18.0", .types = ZR_BIT(I16), .test = int4_weights)),
    .input_names = {"input", "weights", "bias"},
    .min_inputs = 2,
    .max_inputs = 3,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &fully_connected_quant,
    .lower = lower,
    .takes_rows = takes_rows,
    .lower_taking = lower_taking,
    .variants = variants,
    .macs = macs,
};
