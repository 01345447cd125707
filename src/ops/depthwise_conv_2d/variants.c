#include "ops/depthwise_conv_2d/variants.h"

#include "ops/channels.h"
#include "ops/rules.h"

const zr_variant zr_depthwise_conv_2d_variants[] = {
    {.name = "mve_2x2",
     .isa = ZR_ISA_MVE,
     .fits = zr_depthwise_conv_2d_mve_2x2_fits,
     .cost = zr_depthwise_conv_2d_mve_2x2_cost,
     .lower = zr_depthwise_conv_2d_mve_2x2_lower,
     .overlap = zr_depthwise_conv_2d_mve_2x2_overlap},
    {.name = "mve_4x1",
     .isa = ZR_ISA_MVE,
     .fits = zr_depthwise_conv_2d_mve_4x1_fits,
     .cost = zr_depthwise_conv_2d_mve_4x1_cost,
     .lower = zr_depthwise_conv_2d_mve_4x1_lower,
     .overlap = zr_depthwise_conv_2d_mve_4x1_overlap},
    {.name = "mve_line",
     .isa = ZR_ISA_MVE,
     .fits = zr_depthwise_conv_2d_mve_line_fits,
     .cost = zr_depthwise_conv_2d_mve_line_cost,
     .lower = zr_depthwise_conv_2d_mve_line_lower,
     .overlap = zr_depthwise_conv_2d_mve_line_overlap},
    {.name = "dsp_3x3",
     .isa = ZR_ISA_DSP,
     .fits = zr_depthwise_3x3_fits,
     .cost = zr_depthwise_3x3_cost,
     .lower = zr_depthwise_3x3_lower,
     .overlap = zr_depthwise_3x3_overlap},
    {.name = "dsp_3x3_packed",
     .isa = ZR_ISA_DSP,
     .fits = zr_depthwise_3x3_packed_fits,
     .cost = zr_depthwise_3x3_packed_cost,
     .lower = zr_depthwise_3x3_packed_lower,
     .overlap = zr_depthwise_3x3_overlap,
     .thrifty = true},
    {.name = "dsp_3x3_small",
     .isa = ZR_ISA_DSP,
     .fits = zr_depthwise_3x3_fits,
     .cost = zr_depthwise_3x3_small_cost,
     .lower = zr_depthwise_3x3_small_lower,
     .overlap = zr_depthwise_3x3_small_overlap,
     .exact = true},
    {.name = "dsp_rows_16",
     .isa = ZR_ISA_DSP,
     .fits = zr_depthwise_rows_16_fits,
     .cost = zr_depthwise_rows_16_cost,
     .lower = zr_depthwise_rows_16_lower,
     .overlap = zr_depthwise_rows_overlap},
    {.name = "dsp_rows_8",
     .isa = ZR_ISA_DSP,
     .fits = zr_depthwise_rows_8_fits,
     .cost = zr_depthwise_rows_8_cost,
     .lower = zr_depthwise_rows_8_lower,
     .overlap = zr_depthwise_rows_overlap},
    {.name = "dsp_int4_3x3",
     .isa = ZR_ISA_DSP,
     .fits = zr_depthwise_3x3_fits,
     .cost = zr_depthwise_3x3_cost,
     .lower = zr_depthwise_3x3_lower,
     .overlap = zr_depthwise_3x3_overlap,
     .int4 = true},
    {.name = "dsp_int4_3x3_small",
     .isa = ZR_ISA_DSP,
     .fits = zr_depthwise_3x3_fits,
     .cost = zr_depthwise_3x3_small_cost,
     .lower = zr_depthwise_3x3_small_lower,
     .overlap = zr_depthwise_3x3_small_overlap,
     .exact = true,
     .int4 = true},
    {.name = "dsp_line",
     .isa = ZR_ISA_DSP,
     .fits = zr_depthwise_line_fits,
     .cost = zr_depthwise_line_cost,
     .lower = zr_depthwise_line_lower,
     .overlap = zr_depthwise_line_overlap,
     .exact = true},
    {.name = "dsp",
     .isa = ZR_ISA_DSP,
     .fits = zr_depthwise_any_fits,
     .cost = zr_depthwise_any_cost,
     .lower = zr_depthwise_any_lower},
    ZR_DEPTHWISE_SCALAR,
    {0},
};

int32_t zr_depthwise_weight(const zr_site *site, int32_t tap, int32_t c)
{
    const zr_tensor *weights = zr_input(site, 1);
    return zr_weight(weights, (int64_t)tap * weights->shape.dim[3] + c);
}

zr_staircase zr_depthwise_stairs(const zr_site *site, int32_t c, int64_t *bias)
{
    const depthwise_conv_2d_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0), *weights = zr_input(site, 1);
    const zr_tensor *output = zr_output(site, 0);
    zr_staircase s = {.zero_point = zr_zero_point(output)};
    zr_clamp_quantized(output, a->activation, &s.out_min, &s.out_max);
    zr_channel_scale(input, weights, output, c, &s.multiplier, &s.shift);
    int32_t taps = weights->shape.dim[1] * weights->shape.dim[2], zero = zr_zero_point(input);
    int64_t plus = zr_input(site, 2) ? zr_bias(zr_input(site, 2), c) : 0;
    s.least = s.most = *bias = plus;
    for (int32_t i = 0; i < taps; i++) {
        int64_t w = zr_depthwise_weight(site, i, c);
        *bias -= w * zero;
        s.least += w * (w > 0 ? -128 - zero : 127 - zero);
        s.most += w * (w > 0 ? 127 - zero : -128 - zero);
    }
    return s;
}
