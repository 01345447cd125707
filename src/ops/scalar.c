#include "ops/scalar.h"

#include <stdlib.h>

#include "ops/channels.h"
#include "ops/rules.h"

enum { MAX_SHIFT = 22, MAX_SEGMENT = 127 };

int8_t zr_scalar_weight(const zr_scalar_layer *layer, int32_t channel, int32_t tap)
{
    return ((const int8_t *)
                layer->weights->data)[channel * layer->channel_step + tap * layer->tap_step];
}

static int64_t magnitude(const zr_scalar_layer *layer, int32_t channel)
{
    int64_t sum = 0;
    for (int32_t k = 0; k < layer->taps; k++) sum += abs(zr_scalar_weight(layer, channel, k));
    return sum;
}

static int32_t output_of(int64_t sum, int32_t multiplier, int32_t shift, int32_t zero_point)
{
    int32_t scaled = zk_requantize((int32_t)sum, multiplier, shift);
    return zk_clamp(zk_add_wrap(scaled, zero_point), -128, 127);
}

static bool scale_of(const zr_scalar_layer *layer, int32_t channel, int32_t offset,
                     zk_scalar_scale *scale)
{
    int32_t multiplier, shift, zero_point = zr_zero_point(layer->output);
    int64_t weights = 0;
    for (int32_t k = 0; k < layer->taps; k++) weights += zr_scalar_weight(layer, channel, k);
    int64_t bias =
        (layer->bias ? zr_bias(layer->bias, channel) : 0) - weights * zr_zero_point(layer->input);
    int64_t reach = 128 * magnitude(layer, channel), limit = (int64_t)1 << 30;
    zr_channel_scale(layer->input, layer->weights, layer->output, channel, &multiplier, &shift);
    if (shift <= 0 && llabs(bias) + reach <= (shift < 0 ? INT32_MAX : limit)) {
        /* Channels that died in training have tiny scales and biases of any size. */
        int32_t least = output_of(bias - reach, multiplier, shift, zero_point);
        if (least == output_of(bias + reach, multiplier, shift, zero_point)) {
            *scale = (zk_scalar_scale){0, 0, 2 * least, 1};
            return true;
        }
    }
    if (llabs(bias) + reach >= limit || shift > -1 || shift < -MAX_SHIFT) return false;
    int64_t start = bias - weights * offset;
    if (llabs(start) > INT32_MAX) return false;
    *scale = (zk_scalar_scale){.sum = (int32_t)start,
                               .multiplier = multiplier,
                               .start = (1 << (-shift - 1)) + zero_point * (1 << -shift),
                               .shift = -shift};
    return true;
}

bool zr_scalar_exact(const zr_scalar_layer *layer)
{
    zk_scalar_scale scale;
    if (layer->input->type != ZR_I8) return false;
    for (int32_t c = 0; c < layer->channels; c++)
        if (!scale_of(layer, c, 0, &scale)) return false;
    return true;
}

bool zr_scalar_fits_2x4(const zr_scalar_layer *layer)
{
    for (int32_t c = 0; c < layer->channels; c++)
        if (128 * magnitude(layer, c) >= 1 << (ZK_SCALAR_2X4_SHIFT - 1)) return false;
    return true;
}

bool zr_scalar_scales(zr_lowering *l, const zr_scalar_layer *layer, int32_t multiple,
                      int32_t offset, zr_arg *scale)
{
    int32_t n = (layer->channels + multiple - 1) / multiple * multiple;
    zk_scalar_scale *scales = ZR_NEW(l->site.cx, zk_scalar_scale, (size_t)n);
    if (!scales) return false;
    for (int32_t c = 0; c < layer->channels; c++)
        if (!scale_of(layer, c, offset, &scales[c]))
            return zr_site_fail(&l->site, ZR_E_INTERNAL, "channel %d cannot be scaled", c);
    for (int32_t c = layer->channels; c < n; c++) scales[c] = (zk_scalar_scale){0, 0, 0, 1};
    *scale = zr_arg_const(l, "scale", ZR_I32, scales, 4 * (int64_t)n);
    return true;
}

bool zr_scalar_pack_2x4(zr_lowering *l, const zr_scalar_layer *layer, int32_t taps, zr_arg *weights)
{
    int32_t n = layer->channels + layer->channels % 2;
    int8_t *packed = ZR_NEW(l->site.cx, int8_t, (size_t)n * (size_t)taps);
    if (!packed) return false;
    for (int32_t c = 0; c < layer->channels; c++)
        for (int32_t k = 0; k < layer->taps; k++)
            packed[c / 2 * 2 * taps + 2 * k + c % 2] = zr_scalar_weight(layer, c, k);
    *weights = zr_arg_const(l, "weights_2x4", ZR_I8, packed, (int64_t)n * taps);
    return true;
}

/* Taps from `tap` on whose sum can be taken apart. */
static int32_t segment(const zr_scalar_layer *layer, int32_t channel, int32_t tap)
{
    int32_t sum = 0, n = 0;
    while (tap + n < layer->taps && n < MAX_SEGMENT) {
        sum += 128 * abs(zr_scalar_weight(layer, channel, tap + n));
        if (sum >= 1 << (ZK_SCALAR_1X4_SHIFT - 1)) break;
        n++;
    }
    return n;
}

int64_t zr_scalar_bytes_1x4(const zr_scalar_layer *layer, int64_t *segments)
{
    *segments = 0;
    for (int32_t c = 0; c < layer->channels; c++)
        for (int32_t k = 0; k < layer->taps; k += segment(layer, c, k)) ++*segments;
    return *segments + (int64_t)layer->channels * (layer->taps + 1);
}

bool zr_scalar_pack_1x4(zr_lowering *l, const zr_scalar_layer *layer, zr_arg *weights)
{
    int64_t segments, bytes = zr_scalar_bytes_1x4(layer, &segments);
    int8_t *packed = ZR_NEW(l->site.cx, int8_t, (size_t)bytes), *at = packed;
    if (!packed) return false;
    for (int32_t c = 0; c < layer->channels; c++) {
        for (int32_t k = 0; k < layer->taps;) {
            int32_t n = segment(layer, c, k);
            *at++ = (int8_t)n;
            for (; n > 0; n--) *at++ = zr_scalar_weight(layer, c, k++);
        }
        *at++ = 0;
    }
    *weights = zr_arg_const(l, "weights_1x4", ZR_I8, packed, bytes);
    return true;
}
