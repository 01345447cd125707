#include "ops/conv_2d/variants.h"

const zr_variant zr_conv_2d_variants[] = {
    {.name = "dsp",
     .isa = ZR_ISA_DSP,
     .fits = zr_conv_2d_dsp_fits,
     .cost = zr_conv_2d_dsp_cost,
     .lower = zr_conv_2d_dsp_lower},
    {.name = "dsp_small",
     .isa = ZR_ISA_DSP,
     .fits = zr_conv_2d_dsp_small_fits,
     .cost = zr_conv_2d_dsp_small_cost,
     .lower = zr_conv_2d_dsp_small_lower},
    {0},
};
