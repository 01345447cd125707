#include "ops/arithmetic/common.h"

const zr_variant zr_add_variants[] = {
    {.name = "mve",
     .isa = ZR_ISA_MVE,
     .fits = zr_add_mve_fits,
     .cost = zr_add_mve_cost,
     .lower = zr_add_mve_lower},
    {.name = "dsp",
     .isa = ZR_ISA_DSP,
     .fits = zr_add_dsp_fits,
     .cost = zr_add_dsp_cost,
     .lower = zr_add_dsp_lower},
    {.name = "dsp_exact",
     .isa = ZR_ISA_DSP,
     .fits = zr_add_dsp_exact_fits,
     .cost = zr_add_dsp_exact_cost,
     .lower = zr_add_dsp_exact_lower},
    {0},
};

const zr_variant zr_sub_variants[] = {
    {.name = "mve",
     .isa = ZR_ISA_MVE,
     .fits = zr_add_mve_fits,
     .cost = zr_add_mve_cost,
     .lower = zr_sub_mve_lower},
    {.name = "dsp",
     .isa = ZR_ISA_DSP,
     .fits = zr_sub_dsp_fits,
     .cost = zr_add_dsp_cost,
     .lower = zr_sub_dsp_lower},
    {.name = "dsp_exact",
     .isa = ZR_ISA_DSP,
     .fits = zr_add_dsp_exact_fits,
     .cost = zr_add_dsp_exact_cost,
     .lower = zr_sub_dsp_exact_lower},
    {0},
};

const zr_variant zr_mul_variants[] = {
    {.name = "dsp",
     .isa = ZR_ISA_DSP,
     .fits = zr_mul_dsp_fits,
     .cost = zr_mul_dsp_cost,
     .lower = zr_mul_dsp_lower},
    {.name = "dsp_exact",
     .isa = ZR_ISA_DSP,
     .fits = zr_mul_dsp_exact_fits,
     .cost = zr_mul_dsp_exact_cost,
     .lower = zr_mul_dsp_exact_lower},
    {0},
};
