/* Host side of device/scalar.h: proofs that its sums stay within their bits, and packed weights. */
#ifndef ZR_OPS_SCALAR_H
#define ZR_OPS_SCALAR_H

#include "device/scalar.h"
#include "ops/lower.h"

/* One layer of int8: weight k of channel c is weights->data[c * channel_step + k * tap_step]. */
typedef struct zr_scalar_layer {
    const zr_tensor *input, *weights, *bias, *output; /* bias may be NULL */
    int32_t channels, taps;
    int64_t channel_step, tap_step;
} zr_scalar_layer;

int8_t zr_scalar_weight(const zr_scalar_layer *layer, int32_t channel, int32_t tap);

/* Whether zk_scalar_output gives the reference's bits for every channel and input: no sum leaves 30
 * bits and every scale is below one half, which are all that trained layers have. */
bool zr_scalar_exact(const zr_scalar_layer *layer);

/* Whether zk_scalar_2x4 can take its sums apart. */
bool zr_scalar_fits_2x4(const zr_scalar_layer *layer);

/* The constant "scale", one zk_scalar_scale a channel, `multiple` of them at least: for channels
 * that only fill up a block they are 0. Every sum starts lower by `offset` times the channel's sum
 * of weights, beyond the zero point of the input. Fails when memory is out. */
ZR_MUST bool zr_scalar_scales(zr_lowering *l, const zr_scalar_layer *layer, int32_t multiple,
                              int32_t offset, zr_arg *scale);

/* The weights as zk_scalar_2x4 reads them, `taps` of them for every two channels. */
ZR_MUST bool zr_scalar_pack_2x4(zr_lowering *l, const zr_scalar_layer *layer, int32_t taps,
                                zr_arg *weights);

/* The weights as zk_scalar_1x4 reads them, one channel after the other. */
ZR_MUST bool zr_scalar_pack_1x4(zr_lowering *l, const zr_scalar_layer *layer, zr_arg *weights);

/* Bytes of that. */
int64_t zr_scalar_bytes_1x4(const zr_scalar_layer *layer, int64_t *segments);

#endif
