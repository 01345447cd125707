/* What operators with weights share: a scale for each output channel, and the proof that the sums
 * of a channel fit their accumulator. */
#ifndef ZR_OPS_CHANNELS_H
#define ZR_OPS_CHANNELS_H

#include "ops/lower.h"

/* Exponents that the requantizations of device/requantize.h can take: of 32-bit and of wider sums.
 */
enum { ZR_MAX_SHIFT = 30, ZR_MAX_SHIFT_WIDE = 7 };

/* The weights are a constant: one of the set `int8_weights` for int8 input, int8 for int16, float32
 * for float32. The bias (NULL: none) is a constant with one element a channel of the type that the
 * input asks for: int32 for int8, float32 for float32, one of the set `int16_bias` for int16. */
ZR_MUST bool zr_need_weights(const zr_site *site, const zr_tensor *input, const zr_tensor *weights,
                             const zr_tensor *bias, int channels, unsigned int8_weights,
                             unsigned int16_bias);

/* Element i of int8 or int4 weights. */
int32_t zr_weight(const zr_tensor *weights, int64_t i);

/* Whether CONV_2D and FULLY_CONNECTED sum int16 inputs in 32 bits that wrap around, and round twice
 * as for int8: TFLite Micro does when the bias is int32. */
bool zr_sums_wrap(const zr_tensor *input, const zr_tensor *bias);

/* Every zero point of the weights is 0. */
ZR_MUST bool zr_need_symmetric(const zr_site *site, const zr_tensor *weights);

/* Element `channel` of a constant bias of an integer type. */
int64_t zr_bias(const zr_tensor *bias, int channel);

/* The weights have one scale or one a channel along `axis`, and no scale of input * weights /
 * output needs a shift above `max_shift`. */
ZR_MUST bool zr_need_channel_scales(const zr_site *site, const zr_tensor *input,
                                    const zr_tensor *weights, const zr_tensor *output, int channels,
                                    int axis, int max_shift);

/* No sum of products of a channel can leave 32 bits (int8 input) or 47 bits (int16 input), whatever
 * the input is. Channel c owns the weights whose index along `axis` is c; weights with a single
 * scale may have a zero point. */
ZR_MUST bool zr_need_sums(const zr_site *site, const zr_tensor *input, const zr_tensor *weights,
                          const zr_tensor *bias, int axis);

/* input scale * weight scale / output scale of a channel. */
void zr_channel_scale(const zr_tensor *input, const zr_tensor *weights, const zr_tensor *output,
                      int channel, int32_t *multiplier, int32_t *shift);

/* input scale * weight scale / output scale of each channel as constants "multiplier" (int32) and
 * "shift" (int8), one element a channel even if the weights have one scale for all. */
ZR_MUST bool zr_channel_scales(zr_lowering *l, const zr_tensor *input, const zr_tensor *weights,
                               const zr_tensor *output, int channels, zr_arg *multiplier,
                               zr_arg *shift);

#endif
