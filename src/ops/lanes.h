/* Host side of device/vector.h: packing weights and scales for kernels that make four channels at a
 * time, a channel a lane. */
#ifndef ZR_OPS_LANES_H
#define ZR_OPS_LANES_H

#include "ops/channels.h"

/* An int8 layer whose channel c owns the weights whose index along `axis` is c. Its check passed.
 */
typedef struct zr_lanes {
    const zr_tensor *input, *weights, *bias, *output; /* bias: NULL if there is none */
    int axis, channels;
    int32_t out_min, out_max;
} zr_lanes;

/* The least output is the zero point, -128, and the greatest 127: ties need not be looked at, and
 * saturation clamps. */
bool zr_lanes_relu(const zr_lanes *lanes);

/* zk_scale_up (of zr_lanes_relu) or zk_scale_away gives what zk_requantize gives, for every
 * channel.
 */
bool zr_lanes_fit(zr_ctx *cx, const zr_lanes *lanes);

/* Words of one scale of four channels (zk_load_scale_4). */
enum { ZR_SCALE_4_WORDS = 13 };

/* Blocks of four channels; a last one of less than four repeats some before it. */
int zr_lanes_blocks(const zr_lanes *lanes);
int zr_lanes_channel(const zr_lanes *lanes, int block, int lane);

/* The constant "scales", for each block 13 words. The zero point of the input is made part of the
 * biases. */
ZR_MUST bool zr_lanes_scales(zr_lowering *l, const zr_lanes *lanes, zr_arg *scales);

/* The constant "scales", a zk_scale_1 for each channel. */
ZR_MUST bool zr_lanes_scales_1(zr_lowering *l, const zr_lanes *lanes, zr_arg *scales);

#endif
