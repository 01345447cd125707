/* What the files of this folder share: the attributes, the geometry, the table of kernels. */
#ifndef ZR_OPS_DEPTHWISE_CONV_2D_VARIANTS_H
#define ZR_OPS_DEPTHWISE_CONV_2D_VARIANTS_H

#include "ops/depthwise_conv_2d/kernel.h"
#include "ops/lower.h"
#include "ops/window.h"

typedef struct depthwise_conv_2d_attrs {
    int32_t padding, stride_w, stride_h, depth_multiplier, activation, dilation_w, dilation_h;
} depthwise_conv_2d_attrs;

/* Of a node whose operands' types and ranks were checked; adds an error otherwise. */
ZR_MUST bool zr_depthwise_conv_2d_window(const zr_site *site, zk_window *window);

/* Kernels beside the reference. */
extern const zr_variant zr_depthwise_conv_2d_variants[];

/* Helium: blocks of 2x2 outputs, of four side by side. */
bool zr_depthwise_conv_2d_mve_2x2_fits(const zr_site *site);
void zr_depthwise_conv_2d_mve_2x2_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_conv_2d_mve_2x2_lower(zr_lowering *l);
int64_t zr_depthwise_conv_2d_mve_2x2_overlap(const zr_site *site, int input);
bool zr_depthwise_conv_2d_mve_4x1_fits(const zr_site *site);
void zr_depthwise_conv_2d_mve_4x1_cost(const zr_site *site, zr_cost *cost);
bool zr_depthwise_conv_2d_mve_4x1_lower(zr_lowering *l);
int64_t zr_depthwise_conv_2d_mve_4x1_overlap(const zr_site *site, int input);

#endif
