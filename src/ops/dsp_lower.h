/* Lowering of plain products, rows of inputs times a layer's weights, to kernels for the Arm DSP
 * extension: FULLY_CONNECTED, and CONV_2D where every output sees inputs that lie side by side.
 * Input 0 of the node is [rows][size], output 0 is [rows][channels]. */
#ifndef ZR_OPS_DSP_LOWER_H
#define ZR_OPS_DSP_LOWER_H

#include "ops/dsp_pack.h"

/* The order in which device code widens filters that are runs of `run_bytes` inputs: four at a
 * time, then two by two; NULL when memory is out. Number of pairs: zr_2x3_pairs. */
const int64_t *zr_2x3_order_of(zr_ctx *cx, const zr_dsp_layer *layer, int run_bytes);
int zr_2x3_pairs(const zr_dsp_layer *layer, int run_bytes);

/* The fastest exact block with weights of 8 bits (small) or of 16, of 4 for a layer that has such;
 * false: none is exact. */
bool zr_2x3_choose(const zr_dsp_layer *layer, bool small, zr_2x3_block *block);

/* Instructions of the block for 3 * n rows, pairs of inputs as the block rounds them up. */
int64_t zr_2x3_instructions(const zr_dsp_layer *layer, zr_2x3_block block, int pairs);
int zr_2x3_even(zr_2x3_block block, int pairs);

/* Whether so few rows that are no multiple of three are done by twos at their end, and what they
 * take if three rows take so many instructions. */
bool zr_2x3_by_twos(int64_t rows, zr_2x3_block block, int pairs);
int64_t zr_2x3_of_blocks(int64_t rows, zr_2x3_block block, int pairs, int64_t instructions);

/* Two channels by three rows. The block must be exact. */
void zr_2x3_cost(const zr_dsp_layer *layer, int32_t rows, zr_2x3_block block, zr_cost *cost);
ZR_MUST bool zr_2x3_lower(zr_lowering *l, const zr_dsp_layer *layer, int32_t rows,
                          zr_2x3_block block);

/* Six channels by one row. zr_6x1_chunk must not be 0. */
void zr_6x1_cost(const zr_dsp_layer *layer, int32_t rows, zr_cost *cost);
ZR_MUST bool zr_6x1_lower(zr_lowering *l, const zr_dsp_layer *layer, int32_t rows);

#endif
