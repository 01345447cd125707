/* What the files of this folder share: the attributes, the geometry, the table of kernels. */
#ifndef ZR_OPS_DEPTHWISE_CONV_2D_VARIANTS_H
#define ZR_OPS_DEPTHWISE_CONV_2D_VARIANTS_H

#include "ops/depthwise_conv_2d/kernel.h"
#include "ops/lower.h"
#include "ops/scaling.h"
#include "ops/window.h"

typedef struct depthwise_conv_2d_attrs {
    int32_t padding, stride_w, stride_h, depth_multiplier, activation, dilation_w, dilation_h;
} depthwise_conv_2d_attrs;

/* Of a node whose operands' types and ranks were checked; adds an error otherwise. */
ZR_MUST bool zr_depthwise_window(const zr_site *site, zk_window *window);

/* What the reference does with the sums of weight * input of channel `c`, whose bias and input zero
 * point are in *bias: the sum of a whole window is *bias and the products. */
zr_staircase zr_depthwise_stairs(const zr_site *site, int32_t c, int64_t *bias);

/* Weight of channel c at the place `tap` of the window, counted row by row. */
int32_t zr_depthwise_weight(const zr_site *site, int32_t tap, int32_t c);

/* Kernels beside the reference. */
extern const zr_variant zr_depthwise_conv_2d_variants[];

/* Helium: blocks of 2x2 outputs, of four side by side, of four of a line. */
bool zr_depthwise_conv_2d_mve_line_fits(const zr_site *site);
void zr_depthwise_conv_2d_mve_line_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_conv_2d_mve_line_lower(zr_lowering *l);
int64_t zr_depthwise_conv_2d_mve_line_overlap(const zr_site *site, int input);
bool zr_depthwise_conv_2d_mve_2x2_fits(const zr_site *site);
void zr_depthwise_conv_2d_mve_2x2_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_conv_2d_mve_2x2_lower(zr_lowering *l);
int64_t zr_depthwise_conv_2d_mve_2x2_overlap(const zr_site *site, int input);
bool zr_depthwise_conv_2d_mve_4x1_fits(const zr_site *site);
void zr_depthwise_conv_2d_mve_4x1_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_conv_2d_mve_4x1_lower(zr_lowering *l);
int64_t zr_depthwise_conv_2d_mve_4x1_overlap(const zr_site *site, int input);

/* 3x3 with the Arm DSP extension. */
bool zr_depthwise_3x3_fits(const zr_site *site);
void zr_depthwise_3x3_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_3x3_lower(zr_lowering *l);
int64_t zr_depthwise_3x3_overlap(const zr_site *site, int input);

/* How channel `c` is scaled, and what zr_depthwise_stairs has of it; false: not exactly. */
bool zr_depthwise_3x3_line(const zr_site *site, int32_t c, int64_t *bias, zr_line *line);

/* Adds the call of dsp_3x3.c with these filters, all channels at a time. */
ZR_MUST bool zr_depthwise_3x3_call(zr_lowering *l, zr_arg filters);

/* The same with filters of fewer bytes in flash, which are unpacked first. */
bool zr_depthwise_3x3_packed_fits(const zr_site *site);
void zr_depthwise_3x3_packed_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_3x3_packed_lower(zr_lowering *l);

/* The same, few channels at a time. */
void zr_depthwise_3x3_small_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_3x3_small_lower(zr_lowering *l);
int64_t zr_depthwise_3x3_small_overlap(const zr_site *site, int input);

/* A row of the output at a time: 16 channels of it and 8. */
bool zr_depthwise_rows_16_fits(const zr_site *site);
void zr_depthwise_rows_16_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_rows_16_lower(zr_lowering *l);
bool zr_depthwise_rows_8_fits(const zr_site *site);
void zr_depthwise_rows_8_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_rows_8_lower(zr_lowering *l);
int64_t zr_depthwise_rows_overlap(const zr_site *site, int input);

/* A line of pixels with the Arm DSP extension. */
bool zr_depthwise_line_fits(const zr_site *site);
void zr_depthwise_line_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_line_lower(zr_lowering *l);
int64_t zr_depthwise_line_overlap(const zr_site *site, int input);

/* Any window with the Arm DSP extension. */
bool zr_depthwise_any_fits(const zr_site *site);
void zr_depthwise_any_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_any_lower(zr_lowering *l);
/* 3x3 without SIMD, three outputs and one at a time. They read as zr_depthwise_3x3_overlap says. */
#define ZR_DEPTHWISE_SCALAR                                                         \
    {.name = "scalar_3x3_w3",                                                       \
     .isa = ZR_ISA_WIDE_MUL,                                                        \
     .fits = zr_depthwise_scalar_w3_fits,                                           \
     .cost = zr_depthwise_scalar_w3_cost,                                           \
     .lower = zr_depthwise_scalar_w3_lower,                                         \
     .overlap = zr_depthwise_3x3_overlap},                                          \
    {                                                                               \
        .name = "scalar_3x3_w1", .fits = zr_depthwise_scalar_w1_fits,               \
        .cost = zr_depthwise_scalar_w1_cost, .lower = zr_depthwise_scalar_w1_lower, \
        .overlap = zr_depthwise_3x3_overlap,                                        \
    }
bool zr_depthwise_scalar_w3_fits(const zr_site *site);
void zr_depthwise_scalar_w3_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_scalar_w3_lower(zr_lowering *l);
bool zr_depthwise_scalar_w1_fits(const zr_site *site);
void zr_depthwise_scalar_w1_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_scalar_w1_lower(zr_lowering *l);

#endif
