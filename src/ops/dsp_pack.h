/* Host side of device/dsp_2x3.h and device/dsp_6x1.h: streams of packed weights, with everything
 * that the requantization needs, and the proof that a layer is computed exactly. */
#ifndef ZR_OPS_DSP_PACK_H
#define ZR_OPS_DSP_PACK_H

#include "ops/lower.h"

/* One layer of int8: `channels` filters of `size` weights, whose zero point is 0. */
typedef struct zr_dsp_layer {
    const zr_tensor *input, *weights, *bias, *output; /* bias may be NULL */
    int channels;
    int64_t size;
    int32_t out_min, out_max;
} zr_dsp_layer;

/* ---- Two channels by three pixels ---- */

typedef enum zr_2x3_block {
    ZR_2X3_RELU,       /* what is below the zero point of the output is clamped to it */
    ZR_2X3_ANY,        /* any activation */
    ZR_2X3_SMALL_RELU, /* with weights of 8 instead of 16 bits */
    ZR_2X3_SMALL_ANY,
    ZR_2X3_INT4_RELU, /* of 4 bits: device/dsp_2x3_int4.h */
    ZR_2X3_INT4_ANY
} zr_2x3_block;

/* In which order weights meet inputs: the one in half h of pair i is number at[2 * i + h] of its
 * filter, none if negative. */
typedef struct zr_2x3_order {
    const int64_t *at;
    int pairs;
} zr_2x3_order;

/* Blocks with weights of 8 and of 4 bits take an even number of pairs. */
static inline bool zr_2x3_is_small(zr_2x3_block block)
{
    return block >= ZR_2X3_SMALL_RELU;
}
static inline bool zr_2x3_is_int4(zr_2x3_block block)
{
    return block >= ZR_2X3_INT4_RELU;
}

/* Whether the block gives the reference's bits for every input. */
bool zr_2x3_exact(const zr_dsp_layer *layer, zr_2x3_block block);

/* Words of the stream for two channels. */
int zr_2x3_words(zr_2x3_block block, int pairs);

/* The constant "weights_dsp", for which the block must be exact; fails when memory is out. */
ZR_MUST bool zr_2x3_pack(zr_lowering *l, const zr_dsp_layer *layer, const zr_2x3_order *order,
                         zr_2x3_block block, zr_arg *stream);

/* ---- Six channels and two by one vector ---- */

/* Steps of four inputs after which sums are added up so that the reference's bits come out for
 * every input: all of them or fewer; 0: never. */
int zr_6x1_chunk(const zr_dsp_layer *layer);

/* Bytes of both constants. */
int64_t zr_6x1_bytes(const zr_dsp_layer *layer, int chunk);

/* The constants "weights_dsp" and "scales": three words for each channel, or for all of them. Fails
 * when memory is out. */
ZR_MUST bool zr_6x1_pack(zr_lowering *l, const zr_dsp_layer *layer, int chunk, zr_arg *stream,
                         zr_arg *scales, bool *one_scale);

#endif
