#include "ops/channels.h"

#include <stdlib.h>
#include <string.h>

#include "ops/rules.h"

bool zr_sums_wrap(const zr_tensor *input, const zr_tensor *bias)
{
    return input->type == ZR_I16 && bias && bias->type == ZR_I32;
}

bool zr_need_weights(const zr_site *site, const zr_tensor *input, const zr_tensor *weights,
                     const zr_tensor *bias, int channels, unsigned int8_weights,
                     unsigned int16_bias)
{
    unsigned types = input->type == ZR_F32   ? ZR_BIT(F32)
                     : input->type == ZR_I16 ? ZR_BIT(I8)
                                             : int8_weights;
    unsigned bias_types = input->type == ZR_F32   ? ZR_BIT(F32)
                          : input->type == ZR_I16 ? int16_bias
                                                  : ZR_BIT(I32);
    if (!zr_need_const(site, weights, "weights") || !zr_need_type(site, weights, "weights", types))
        return false;
    if (!bias) return true;
    if (!zr_need_const(site, bias, "bias") || !zr_need_type(site, bias, "bias", bias_types))
        return false;
    if (zr_elements(&bias->shape) != channels)
        return zr_site_fail(site, ZR_E_SHAPE, "bias has %lld elements for %d channels",
                            (long long)zr_elements(&bias->shape), channels);
    return true;
}

bool zr_need_symmetric(const zr_site *site, const zr_tensor *weights)
{
    for (int i = 0; i < weights->quant.n; i++)
        if (weights->quant.zero_point[i] != 0)
            return zr_site_fail(site, ZR_E_QUANTIZATION,
                                "weights have a zero point of %lld; they must be symmetric",
                                (long long)weights->quant.zero_point[i]);
    return true;
}

static double channel_scale(const zr_tensor *input, const zr_tensor *weights,
                            const zr_tensor *output, int channel)
{
    double weight_scale = (double)weights->quant.scale[weights->quant.n == 1 ? 0 : channel];
    return (double)zr_scale(input) * weight_scale / (double)zr_scale(output);
}

void zr_channel_scale(const zr_tensor *input, const zr_tensor *weights, const zr_tensor *output,
                      int channel, int32_t *multiplier, int32_t *shift)
{
    zr_quantize_multiplier(channel_scale(input, weights, output, channel), multiplier, shift);
}

bool zr_need_channel_scales(const zr_site *site, const zr_tensor *input, const zr_tensor *weights,
                            const zr_tensor *output, int channels, int axis, int max_shift)
{
    if (input->type == ZR_F32) return true;
    const zr_quant *q = &weights->quant;
    if (q->n != 1 && (q->n != channels || q->axis != axis))
        return zr_site_fail(site, ZR_E_QUANTIZATION,
                            "weights have %d scales along dimension %d, not 1 or %d along %d", q->n,
                            q->axis, channels, axis);
    for (int i = 0; i < q->n; i++) {
        int32_t multiplier, shift;
        zr_quantize_multiplier(channel_scale(input, weights, output, i), &multiplier, &shift);
        if (shift > max_shift)
            return zr_site_fail(site, ZR_E_QUANTIZATION,
                                "the output scale %g is too small for channel %d",
                                (double)zr_scale(output), i);
    }
    return true;
}

int64_t zr_bias(const zr_tensor *bias, int channel)
{
    int64_t wide;
    int32_t narrow;
    int16_t half;
    if (bias->type == ZR_I64) {
        memcpy(&wide, bias->data + 8 * (size_t)channel, sizeof wide);
        return wide;
    }
    if (bias->type == ZR_I32) {
        memcpy(&narrow, bias->data + 4 * (size_t)channel, sizeof narrow);
        return narrow;
    }
    memcpy(&half, bias->data + 2 * (size_t)channel, sizeof half);
    return half;
}

int32_t zr_weight(const zr_tensor *weights, int64_t i)
{
    if (weights->type != ZR_I4) return ((const int8_t *)weights->data)[i];
    int32_t half = weights->data[i / 2] >> i % 2 * 4 & 15;
    return (half ^ 8) - 8;
}

static int64_t magnitude(int64_t x)
{
    return x == INT64_MIN ? INT64_MAX : llabs(x);
}

bool zr_need_sums(const zr_site *site, const zr_tensor *input, const zr_tensor *weights,
                  const zr_tensor *bias, int axis)
{
    if (input->type == ZR_F32) return true;
    int zero_point = zr_zero_point(input);
    int weight_offset = weights->quant.n == 1 ? zr_zero_point(weights) : 0;
    int64_t reach = input->type == ZR_I16 ? 32768
                    : zero_point < 0      ? 127 - zero_point
                                          : zero_point + 128;
    int64_t limit = input->type == ZR_I16 ? ((int64_t)1 << 47) - 1 : INT32_MAX;
    int channels = weights->shape.dim[axis];
    int64_t inner = zr_elements_range(&weights->shape, axis + 1, weights->shape.rank);
    int64_t n = zr_elements(&weights->shape);
    int64_t *sum = ZR_NEW(site->cx, int64_t, (size_t)channels);
    if (!sum) return false;
    for (int64_t i = 0; i < n; i++)
        sum[i / inner % channels] += abs(zr_weight(weights, i) - weight_offset);
    for (int c = 0; c < channels; c++) {
        /* n < 2^31 weights of at most 255 times at most 2^15: no overflow below. */
        int64_t total;
        if (!zr_add_i64(sum[c] * reach, bias ? magnitude(zr_bias(bias, c)) : 0, &total) ||
            total > limit)
            return zr_site_fail(site, ZR_E_UNSUPPORTED,
                                "the sum of output channel %d can leave its %d bits", c,
                                input->type == ZR_I16 ? 48 : 32);
    }
    return true;
}

bool zr_channel_scales(zr_lowering *l, const zr_tensor *input, const zr_tensor *weights,
                       const zr_tensor *output, int channels, zr_arg *multiplier, zr_arg *shift)
{
    int32_t *multipliers = ZR_NEW(l->site.cx, int32_t, (size_t)channels);
    int8_t *shifts = ZR_NEW(l->site.cx, int8_t, (size_t)channels);
    if (!multipliers || !shifts) return false;
    for (int c = 0; c < channels; c++) {
        int32_t exponent;
        zr_quantize_multiplier(channel_scale(input, weights, output, c), &multipliers[c],
                               &exponent);
        shifts[c] = (int8_t)exponent;
    }
    *multiplier = zr_arg_const(l, "multiplier", ZR_I32, multipliers, channels);
    *shift = zr_arg_const(l, "shift", ZR_I8, shifts, channels);
    return true;
}
