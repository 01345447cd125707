/* What the files of this folder share: the attributes, kernels beside the reference. */
#ifndef ZR_OPS_FULLY_CONNECTED_VARIANTS_H
#define ZR_OPS_FULLY_CONNECTED_VARIANTS_H

#include "ops/fully_connected/kernel.h"
#include "ops/lower.h"

typedef struct fully_connected_attrs {
    int32_t activation, weights_format, keep_num_dims;
} fully_connected_attrs;

/* The Arm DSP extension: one row by six channels; three rows by two channels with weights of 16 and
 * of 8 bits. */
bool zr_fully_connected_dsp_fits(const zr_site *site);
void zr_fully_connected_dsp_cost(const zr_site *site, zr_cost *cost);
bool zr_fully_connected_dsp_lower(zr_lowering *l);
bool zr_fully_connected_dsp_rows_fits(const zr_site *site);
void zr_fully_connected_dsp_rows_cost(const zr_site *site, zr_cost *cost);
bool zr_fully_connected_dsp_rows_lower(zr_lowering *l);
bool zr_fully_connected_dsp_rows_small_fits(const zr_site *site);
void zr_fully_connected_dsp_rows_small_cost(const zr_site *site, zr_cost *cost);
bool zr_fully_connected_dsp_rows_small_lower(zr_lowering *l);

/* Weights of 4 bits: one row by six channels. */
bool zr_fully_connected_int4_fits(const zr_site *site);
void zr_fully_connected_int4_cost(const zr_site *site, zr_cost *cost);
bool zr_fully_connected_int4_lower(zr_lowering *l);

/* Helium. */
bool zr_fully_connected_mve_fits(const zr_site *site);
void zr_fully_connected_mve_cost(const zr_site *site, zr_cost *cost);
bool zr_fully_connected_mve_lower(zr_lowering *l);

/* Cores without SIMD, eight and four outputs at a time. */
#define ZR_FULLY_CONNECTED_SCALAR                                                            \
    {.name = "scalar_8",                                                                     \
     .isa = ZR_ISA_WIDE_MUL,                                                                 \
     .fits = zr_fully_connected_scalar_8_fits,                                               \
     .cost = zr_fully_connected_scalar_8_cost,                                               \
     .lower = zr_fully_connected_scalar_8_lower},                                            \
    {                                                                                        \
        .name = "scalar_4", .fits = zr_fully_connected_scalar_4_fits,                        \
        .cost = zr_fully_connected_scalar_4_cost, .lower = zr_fully_connected_scalar_4_lower \
    }
bool zr_fully_connected_scalar_8_fits(const zr_site *site);
void zr_fully_connected_scalar_8_cost(const zr_site *site, zr_cost *cost);
bool zr_fully_connected_scalar_8_lower(zr_lowering *l);
bool zr_fully_connected_scalar_4_fits(const zr_site *site);
void zr_fully_connected_scalar_4_cost(const zr_site *site, zr_cost *cost);
bool zr_fully_connected_scalar_4_lower(zr_lowering *l);

#endif
