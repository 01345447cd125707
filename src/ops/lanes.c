#include "ops/lanes.h"

#include <stdlib.h>
#include <string.h>

#include "device/requantize.h"
#include "ops/rules.h"

enum { MAX_RIGHT = 23 };

/* What is known of a channel's weights. */
typedef struct channel {
    int64_t sum;   /* of the weights */
    int64_t reach; /* of the sums of products, without the bias: none is greater in magnitude */
} channel;

/* How one channel is scaled: see zk_scale_4. */
typedef struct scale {
    int32_t bias, multiplier, right, offset;
} scale;

bool zr_lanes_relu(const zr_lanes *lanes)
{
    int32_t zero_point = zr_zero_point(lanes->output);
    return zero_point == -128 && lanes->out_min == -128 && lanes->out_max == 127;
}

static const channel *channels_of(zr_ctx *cx, const zr_lanes *lanes)
{
    const zr_tensor *w = lanes->weights;
    int64_t inner = zr_elements_range(&w->shape, lanes->axis + 1, w->shape.rank);
    int64_t n = zr_elements(&w->shape);
    int32_t zero_point = zr_zero_point(lanes->input);
    int64_t widest = zero_point < 0 ? 127 - zero_point : zero_point + 128;
    channel *list = ZR_NEW(cx, channel, (size_t)lanes->channels);
    for (int64_t i = 0; list && i < n; i++) {
        channel *c = &list[i / inner % lanes->channels];
        c->sum += ((const int8_t *)w->data)[i];
        c->reach += widest * abs(((const int8_t *)w->data)[i]);
    }
    return list;
}

/* False when the channel's scale is not one that the vectors can apply. A channel that has the same
 * output for every input (trained away: weights of 0, a scale near 0) is written as such. */
static bool scale_of(const zr_lanes *lanes, int c, const channel *weights, scale *s)
{
    int32_t shift, zero_point = zr_zero_point(lanes->output);
    int64_t bias = lanes->bias ? zr_bias(lanes->bias, c) : 0;
    zr_channel_scale(lanes->input, lanes->weights, lanes->output, c, &s->multiplier, &shift);
    s->bias = (int32_t)(uint32_t)(bias - zr_zero_point(lanes->input) * weights->sum);
    int32_t least = zk_requantize((int32_t)(bias - weights->reach), s->multiplier, shift);
    int32_t greatest = zk_requantize((int32_t)(bias + weights->reach), s->multiplier, shift);
    least = zk_clamp(zk_add_wrap(least, zero_point), lanes->out_min, lanes->out_max);
    greatest = zk_clamp(zk_add_wrap(greatest, zero_point), lanes->out_min, lanes->out_max);
    s->right = -shift;
    if (shift <= 0 && least == greatest) {
        s->multiplier = 0;
        s->right = 1;
        s->offset = 2 * least + 1;
        return true;
    }
    if (s->right < (zr_lanes_relu(lanes) ? 0 : 1) || s->right > MAX_RIGHT) return false;
    s->offset = zero_point * (1 << s->right) + (s->right ? 1 << (s->right - 1) : 0);
    return true;
}

bool zr_lanes_fit(zr_ctx *cx, const zr_lanes *lanes)
{
    const channel *channels = channels_of(cx, lanes);
    scale s;
    for (int c = 0; channels && c < lanes->channels; c++)
        if (!scale_of(lanes, c, &channels[c], &s)) return false;
    return channels != NULL;
}

int zr_lanes_blocks(const zr_lanes *lanes)
{
    return (lanes->channels + 3) / 4;
}

int zr_lanes_channel(const zr_lanes *lanes, int block, int lane)
{
    int first = 4 * block < lanes->channels - 4 ? 4 * block : lanes->channels - 4;
    return first + lane;
}

bool zr_lanes_scales(zr_lowering *l, const zr_lanes *lanes, zr_arg *arg)
{
    int blocks = zr_lanes_blocks(lanes);
    int32_t *words = ZR_NEW(l->site.cx, int32_t, (size_t)blocks * ZR_SCALE_4_WORDS);
    const channel *channels = channels_of(l->site.cx, lanes);
    if (!words || !channels) return false;
    for (int b = 0; b < blocks; b++) {
        int32_t *four = words + (size_t)b * ZR_SCALE_4_WORDS;
        for (int i = 0; i < 4; i++) {
            int c = zr_lanes_channel(lanes, b, i);
            scale s;
            if (!scale_of(lanes, c, &channels[c], &s)) return false;
            four[i] = s.bias;
            four[4 + i] = s.multiplier;
            four[8 + i] = s.offset;
            ((int8_t *)(four + 12))[i] = (int8_t)(24 - s.right);
        }
    }
    *arg = zr_arg_const(l, "scales", ZR_I32, words, (int64_t)blocks * ZR_SCALE_4_WORDS);
    return true;
}

bool zr_lanes_scales_1(zr_lowering *l, const zr_lanes *lanes, zr_arg *arg)
{
    int32_t *words = ZR_NEW(l->site.cx, int32_t, (size_t)lanes->channels * 4);
    const channel *channels = channels_of(l->site.cx, lanes);
    if (!words || !channels) return false;
    for (int c = 0; c < lanes->channels; c++) {
        scale s;
        if (!scale_of(lanes, c, &channels[c], &s)) return false;
        words[4 * c] = s.bias;
        words[4 * c + 1] = s.multiplier;
        words[4 * c + 2] = s.offset;
        words[4 * c + 3] = 24 - s.right;
    }
    *arg = zr_arg_const(l, "scales", ZR_I32, words, (int64_t)lanes->channels * 4);
    return true;
}
