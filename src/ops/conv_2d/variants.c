#include "ops/conv_2d/variants.h"

const zr_variant zr_conv_2d_variants[] = {
    {.name = "mve",
     .isa = ZR_ISA_MVE,
     .fits = zr_conv_2d_mve_fits,
     .cost = zr_conv_2d_mve_cost,
     .lower = zr_conv_2d_mve_lower,
     .overlap = zr_conv_2d_mve_overlap},
    {.name = "mve_1x1",
     .isa = ZR_ISA_MVE,
     .fits = zr_conv_2d_mve_1x1_fits,
     .cost = zr_conv_2d_mve_1x1_cost,
     .lower = zr_conv_2d_mve_1x1_lower,
     .overlap = zr_conv_2d_mve_1x1_overlap},
    {0},
};
