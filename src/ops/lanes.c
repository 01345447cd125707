#include "ops/lanes.h"

#include <stdlib.h>
#include <string.h>

#include "ops/rules.h"

enum { MAX_RIGHT = 23 };

/* How one channel is scaled: see zk_scale_4. */
typedef struct scale {
    int32_t bias, multiplier, right;
} scale;

bool zr_lanes_relu(const zr_lanes *lanes)
{
    int32_t zero_point = zr_zero_point(lanes->output);
    return zero_point == -128 && lanes->out_min == -128 && lanes->out_max == 127;
}

/* For every channel the sum of its weights and the greatest magnitude that a sum can have. */
static bool sums_of(zr_ctx *cx, const zr_lanes *lanes, int64_t **sum, int64_t **reach)
{
    const zr_tensor *w = lanes->weights;
    int64_t inner = zr_elements_range(&w->shape, lanes->axis + 1, w->shape.rank);
    int64_t n = zr_elements(&w->shape);
    int32_t zero_point = zr_zero_point(lanes->input);
    int64_t widest = zero_point < 0 ? 127 - zero_point : zero_point + 128;
    *sum = ZR_NEW(cx, int64_t, (size_t)lanes->channels);
    *reach = ZR_NEW(cx, int64_t, (size_t)lanes->channels);
    if (!*sum || !*reach) return false;
    for (int64_t i = 0; i < n; i++) {
        int64_t c = i / inner % lanes->channels;
        (*sum)[c] += ((const int8_t *)w->data)[i];
        (*reach)[c] += widest * abs(((const int8_t *)w->data)[i]);
    }
    for (int c = 0; lanes->bias && c < lanes->channels; c++)
        (*reach)[c] += llabs(zr_bias(lanes->bias, c));
    return true;
}

/* False when the channel's scale is not one that the vectors can apply. */
static bool scale_of(const zr_lanes *lanes, int c, int64_t sum, int64_t reach, scale *s)
{
    int32_t shift;
    int64_t bias = lanes->bias ? zr_bias(lanes->bias, c) : 0;
    s->bias = (int32_t)(uint32_t)(bias - zr_zero_point(lanes->input) * sum);
    zr_channel_scale(lanes->input, lanes->weights, lanes->output, c, &s->multiplier, &shift);
    s->right = -shift;
    /* Far too small to be ever rounded to 1. */
    if (s->multiplier == 0 || (s->right > MAX_RIGHT && reach < (int64_t)1 << (s->right - 1))) {
        s->multiplier = 0;
        s->right = 1;
    }
    return s->right >= (zr_lanes_relu(lanes) ? 0 : 1) && s->right <= MAX_RIGHT;
}

bool zr_lanes_fit(zr_ctx *cx, const zr_lanes *lanes)
{
    int64_t *sum, *reach;
    scale s;
    if (!sums_of(cx, lanes, &sum, &reach)) return false;
    for (int c = 0; c < lanes->channels; c++)
        if (!scale_of(lanes, c, sum[c], reach[c], &s)) return false;
    return true;
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
    int64_t *sum, *reach;
    int blocks = zr_lanes_blocks(lanes);
    int32_t *words = ZR_NEW(l->site.cx, int32_t, (size_t)blocks * ZR_SCALE_4_WORDS);
    if (!words || !sums_of(l->site.cx, lanes, &sum, &reach)) return false;
    int32_t zero_point = zr_zero_point(lanes->output);
    for (int b = 0; b < blocks; b++) {
        int32_t *four = words + (size_t)b * ZR_SCALE_4_WORDS;
        for (int i = 0; i < 4; i++) {
            int c = zr_lanes_channel(lanes, b, i);
            scale s;
            if (!scale_of(lanes, c, sum[c], reach[c], &s)) return false;
            four[i] = s.bias;
            four[4 + i] = s.multiplier;
            four[8 + i] = zero_point * (1 << s.right) + (s.right ? 1 << (s.right - 1) : 0);
            ((int8_t *)(four + 12))[i] = (int8_t)(24 - s.right);
        }
    }
    *arg = zr_arg_const(l, "scales", ZR_I32, words, (int64_t)blocks * ZR_SCALE_4_WORDS);
    return true;
}
