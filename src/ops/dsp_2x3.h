/* Host side of device/dsp_2x3.h: the stream of packed weights, with everything that the
 * requantization needs, and the proof that a block computes a layer exactly. */
#ifndef ZR_OPS_DSP_2X3_H
#define ZR_OPS_DSP_2X3_H

#include "ops/lower.h"

typedef enum zr_2x3_block {
    ZR_2X3_RELU, /* 16-bit weights; what is below the zero point of the output is clamped to it */
    ZR_2X3_ANY,  /* 16-bit weights */
    ZR_2X3_SMALL /* 8-bit weights */
} zr_2x3_block;

/* One layer: `channels` filters of `size` weights, over inputs -128..127. */
typedef struct zr_2x3_layer {
    const zr_tensor *input, *weights, *bias, *output; /* bias may be NULL */
    int channels;
    int64_t size;
    int32_t out_min, out_max;
    /* The weight in half h of pair i is number order[2 * i + h] of the filter, none if negative. */
    const int64_t *order;
    int pairs;
} zr_2x3_layer;

/* Whether the block gives the reference's bits for every input. Needs neither order nor pairs. */
bool zr_2x3_exact(const zr_2x3_layer *layer, zr_2x3_block block);

/* Words of the stream for two channels. The small block needs an even number of pairs. */
int zr_2x3_words(zr_2x3_block block, int pairs);

/* The constant "weights_dsp"; fails only when memory is out. */
ZR_MUST bool zr_2x3_pack(zr_lowering *l, const zr_2x3_layer *layer, zr_2x3_block block,
                         zr_arg *stream);

#endif
