/* What the files of this folder share: the attributes, the geometry, the table of kernels. */
#ifndef ZR_OPS_CONV_2D_VARIANTS_H
#define ZR_OPS_CONV_2D_VARIANTS_H

#include "ops/conv_2d/kernel.h"
#include "ops/lower.h"
#include "ops/window.h"

typedef struct conv_2d_attrs {
    int32_t padding, stride_w, stride_h, activation, dilation_w, dilation_h;
} conv_2d_attrs;

/* Of a node whose operands' types and ranks were checked; adds an error otherwise. */
ZR_MUST bool zr_conv_2d_window(const zr_site *site, zk_window *window);

/* Kernels beside the reference. */
extern const zr_variant zr_conv_2d_variants[];

/* The Arm DSP extension: three pixels by two channels with weights of 16 and of 8 bits; one pixel
 * by six channels. */
bool zr_conv_2d_dsp_fits(const zr_site *site);
void zr_conv_2d_dsp_cost(const zr_site *site, zr_cost *cost);
bool zr_conv_2d_dsp_lower(zr_lowering *l);
bool zr_conv_2d_dsp_small_fits(const zr_site *site);
void zr_conv_2d_dsp_small_cost(const zr_site *site, zr_cost *cost);
bool zr_conv_2d_dsp_small_lower(zr_lowering *l);
bool zr_conv_2d_dsp_vector_fits(const zr_site *site);
void zr_conv_2d_dsp_vector_cost(const zr_site *site, zr_cost *cost);
bool zr_conv_2d_dsp_vector_lower(zr_lowering *l);
/* Helium. */
bool zr_conv_2d_mve_fits(const zr_site *site);
void zr_conv_2d_mve_cost(const zr_site *site, zr_cost *cost);
bool zr_conv_2d_mve_lower(zr_lowering *l);
int64_t zr_conv_2d_mve_overlap(const zr_site *site, int input);
bool zr_conv_2d_mve_taps_fits(const zr_site *site);
void zr_conv_2d_mve_taps_cost(const zr_site *site, zr_cost *cost);
bool zr_conv_2d_mve_taps_lower(zr_lowering *l);
bool zr_conv_2d_mve_1x1_fits(const zr_site *site);
void zr_conv_2d_mve_1x1_cost(const zr_site *site, zr_cost *cost);
bool zr_conv_2d_mve_1x1_lower(zr_lowering *l);
int64_t zr_conv_2d_mve_1x1_overlap(const zr_site *site, int input);
/* Winograd's algorithm. */
bool zr_conv_2d_winograd_2x2_fits(const zr_site *site);
void zr_conv_2d_winograd_2x2_cost(const zr_site *site, zr_cost *cost);
bool zr_conv_2d_winograd_2x2_lower(zr_lowering *l);
int64_t zr_conv_2d_winograd_2x2_overlap(const zr_site *site, int input);
bool zr_conv_2d_winograd_4x4_fits(const zr_site *site);
void zr_conv_2d_winograd_4x4_cost(const zr_site *site, zr_cost *cost);
bool zr_conv_2d_winograd_4x4_lower(zr_lowering *l);
int64_t zr_conv_2d_winograd_4x4_overlap(const zr_site *site, int input);
bool zr_conv_2d_winograd_stride_2_fits(const zr_site *site);
void zr_conv_2d_winograd_stride_2_cost(const zr_site *site, zr_cost *cost);
bool zr_conv_2d_winograd_stride_2_lower(zr_lowering *l);
int64_t zr_conv_2d_winograd_stride_2_overlap(const zr_site *site, int input);

/* Cores without SIMD, four pixels at a time. */
#define ZR_CONV_2D_SCALAR                                                         \
    {.name = "scalar_2x4",                                                        \
     .isa = ZR_ISA_WIDE_MUL,                                                      \
     .fits = zr_conv_2d_scalar_2x4_fits,                                          \
     .cost = zr_conv_2d_scalar_2x4_cost,                                          \
     .lower = zr_conv_2d_scalar_2x4_lower},                                       \
    {                                                                             \
        .name = "scalar_1x4", .fits = zr_conv_2d_scalar_1x4_fits,                 \
        .cost = zr_conv_2d_scalar_1x4_cost, .lower = zr_conv_2d_scalar_1x4_lower, \
    }
bool zr_conv_2d_scalar_2x4_fits(const zr_site *site);
void zr_conv_2d_scalar_2x4_cost(const zr_site *site, zr_cost *cost);
bool zr_conv_2d_scalar_2x4_lower(zr_lowering *l);
bool zr_conv_2d_scalar_1x4_fits(const zr_site *site);
void zr_conv_2d_scalar_1x4_cost(const zr_site *site, zr_cost *cost);
bool zr_conv_2d_scalar_1x4_lower(zr_lowering *l);

#endif
