/* What operators with weights share: a scale for each output channel, and the proof that the sums
 * of a channel fit their accumulator. */
#ifndef ZR_OPS_CHANNELS_H
#define ZR_OPS_CHANNELS_H

#include "ops/lower.h"

/* The weights are int8 with scale n == 1 or n == channels along `axis` and zero points of 0, and
 * the bias (NULL: none) is a constant of the type the input asks for (int32 for int8, int64 for
 * int16, float32 for float32) with one element a channel. */
ZR_MUST bool zr_need_weights(const zr_site *site, const zr_tensor *input, const zr_tensor *weights,
                             const zr_tensor *bias, int channels, int axis);

/* No sum of products of a channel can leave 32 bits (int8 input) or 47 bits (int16 input), whatever
 * the input is. Channel c owns the weights whose index along `axis` is c. */
ZR_MUST bool zr_need_sums(const zr_site *site, const zr_tensor *input, const zr_tensor *weights,
                          const zr_tensor *bias, int axis);

/* input scale * weight scale / output scale of each channel as constants "multiplier" (int32) and
 * "shift" (int8), one element a channel even if the weights have one scale for all. An output scale
 * so small that the shift leaves the kernels' range is an error. */
ZR_MUST bool zr_channel_scales(zr_lowering *l, const zr_tensor *input, const zr_tensor *weights,
                               const zr_tensor *output, int channels, zr_arg *multiplier,
                               zr_arg *shift);

#endif
