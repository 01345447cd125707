#include "ops/depthwise_conv_2d/variants.h"

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
    {0},
};
