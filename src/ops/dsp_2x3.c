#include "ops/dsp_2x3.h"

#include <stdlib.h>

#include "device/requantize.h"
#include "ops/channels.h"
#include "ops/rules.h"

/* The sum of a channel is bias + the products, which lie in low..high; its output is as
 * device/requantize.h computes it from multiplier and shift. */
typedef struct channel {
    int64_t bias, low, high;
    int32_t multiplier, shift;
    int32_t greatest, least; /* weight */
    int32_t zero_point, out_min, out_max;
} channel;

/* A channel as a block computes it: weights and sums are multiplied by `factor`. */
typedef struct scaling {
    int32_t factor;
    int64_t bias; /* already times the factor */
    int32_t multiplier, start, shift;
} scaling;

enum { RELU_SHIFT = 12 };

static int8_t weight_at(const zr_2x3_layer *layer, int c, int64_t i)
{
    return ((const int8_t *)layer->weights->data)[c * layer->size + i];
}

static channel channel_of(const zr_2x3_layer *layer, int c)
{
    channel ch = {.zero_point = zr_zero_point(layer->output),
                  .out_min = layer->out_min,
                  .out_max = layer->out_max};
    int64_t sum = 0;
    for (int64_t i = 0; i < layer->size; i++) {
        int32_t w = weight_at(layer, c, i);
        sum += w;
        ch.low += w < 0 ? 127 * w : -128 * w;
        ch.high += w < 0 ? -128 * w : 127 * w;
        if (w > ch.greatest) ch.greatest = w;
        if (w < ch.least) ch.least = w;
    }
    ch.bias = (layer->bias ? zr_bias(layer->bias, c) : 0) - zr_zero_point(layer->input) * sum;
    zr_channel_scale(layer->input, layer->weights, layer->output, c, &ch.multiplier, &ch.shift);
    return ch;
}

/* The output for the products' sum x, low <= x <= high; the whole fits 32 bits (zr_need_sums). */
static int32_t output_of(const channel *ch, int64_t x)
{
    int32_t scaled = zk_requantize((int32_t)(ch->bias + x), ch->multiplier, ch->shift);
    return zk_clamp(zk_add_wrap(scaled, ch->zero_point), ch->out_min, ch->out_max);
}

/* |bias + x| < 2^bits for all x. */
static bool within(const channel *ch, int bits)
{
    int64_t limit = (int64_t)1 << bits;
    return ch->bias + ch->low > -limit && ch->bias + ch->high < limit;
}

/* Channels that training has switched off have a scale near 0 and a bias that decides everything:
 * their output is one value whatever the input is, or one of two, with a step in between. The step
 * is made of the distance to it, at a scale so small that it never reaches the next. */
static bool flat_scaling(const channel *ch, zr_2x3_block block, scaling *s)
{
    /* Where the reference's sums wrap around, the outputs in between need not lie in between. */
    if (ch->shift >= 0 && !within(ch, 30 - ch->shift)) return false;
    int32_t first = output_of(ch, ch->low), last = output_of(ch, ch->high);
    if (first == last) {
        *s = (scaling){.start = first * (1 << RELU_SHIFT) + 1, .shift = RELU_SHIFT};
        return true;
    }
    if (last - first != 1 || ch->high - ch->low >= 1 << 22) return false;
    int64_t below = ch->low, above = ch->high;
    while (above - below > 1) {
        int64_t middle = below + (above - below) / 2;
        if (output_of(ch, middle) == first)
            below = middle;
        else
            above = middle;
    }
    /* The upper half of factor * x * 2^20 is below 0 for x < 0 and within 2^12 of it, except that
     * it may round to 0 where negative sums take one off. */
    s->factor = block == ZR_2X3_RELU ? 4 : 2;
    s->bias = -above * s->factor;
    s->multiplier = 1 << 20;
    s->start = last * (1 << RELU_SHIFT);
    s->shift = RELU_SHIFT;
    return true;
}

static bool relu_scaling(const channel *ch, scaling *s)
{
    int right = -ch->shift, more = RELU_SHIFT + 1 - right;
    if (ch->out_min < ch->zero_point) return false;
    if (ch->multiplier == 0 || more < 2 || more > 8 || !within(ch, 31 - more) ||
        ch->greatest << more > INT16_MAX)
        return flat_scaling(ch, ZR_2X3_RELU, s);
    /* ((sum << more) * multiplier + (half, zero point << shift) << more) >> 32 + RELU_SHIFT */
    s->factor = 1 << more;
    s->bias = ch->bias * s->factor;
    s->multiplier = ch->multiplier;
    s->start = (1 << (more - 2)) + (1 << (RELU_SHIFT - 1)) + ch->zero_point * (1 << RELU_SHIFT);
    s->shift = RELU_SHIFT;
    return true;
}

static bool any_scaling(const channel *ch, int bits, scaling *s)
{
    int right = -ch->shift;
    if (ch->multiplier == 0 || right < 1 || right > 22 || !within(ch, bits))
        return flat_scaling(ch, ZR_2X3_ANY, s);
    s->factor = 2;
    s->bias = 2 * ch->bias;
    s->multiplier = ch->multiplier;
    s->start = (1 << (right - 1)) + ch->zero_point * (1 << right);
    s->shift = right;
    return true;
}

static bool scaling_of(const zr_2x3_layer *layer, zr_2x3_block block, int c, scaling *s)
{
    channel ch = channel_of(layer, c);
    *s = (scaling){0};
    if (ch.multiplier < 0) return false;
    if (block == ZR_2X3_RELU) return relu_scaling(&ch, s);
    return any_scaling(&ch, block == ZR_2X3_SMALL && c % 2 ? 23 : 30, s);
}

bool zr_2x3_exact(const zr_2x3_layer *layer, zr_2x3_block block)
{
    scaling s;
    for (int c = 0; c < layer->channels; c++) {
        if (!scaling_of(layer, block, c, &s)) return false;
        /* 256 * -128 + a negative weight does not fit 16 bits. */
        for (int64_t i = 0; block == ZR_2X3_SMALL && c % 2 && i < layer->size; i++)
            if (weight_at(layer, c, i) == -128 && weight_at(layer, c - 1, i) < 0) return false;
    }
    return true;
}

int zr_2x3_words(zr_2x3_block block, int pairs)
{
    return block == ZR_2X3_RELU ? 6 + 2 * pairs : block == ZR_2X3_ANY ? 8 + 2 * pairs : 8 + pairs;
}

/* The pair of weights i of channel c, which may be behind the last, and pass the last pair. */
static int32_t pair_weight(const zr_2x3_layer *layer, int c, int i, int half)
{
    int64_t at = i < layer->pairs ? layer->order[2 * i + half] : -1;
    return c < layer->channels && at >= 0 ? weight_at(layer, c, at) : 0;
}

static uint32_t halves(int32_t low, int32_t high)
{
    return ((uint32_t)low & 0xFFFF) | (uint32_t)high << 16;
}

static uint32_t *put_scaling(uint32_t *at, zr_2x3_block block, const scaling *s)
{
    *at++ = (uint32_t)s->multiplier;
    *at++ = (uint32_t)s->start;
    if (block != ZR_2X3_RELU) *at++ = (uint32_t)s->shift;
    return at;
}

static uint32_t *pack_two(const zr_2x3_layer *layer, zr_2x3_block block, int c, uint32_t *at)
{
    scaling s[2] = {{0}, {0}};
    for (int k = 0; k < 2 && c + k < layer->channels; k++)
        if (!scaling_of(layer, block, c + k, &s[k])) return NULL;
    if (block == ZR_2X3_SMALL) {
        /* A flat channel's factor is 0, and its weights do not matter. */
        int64_t bias = s[0].bias / 2;
        *at++ = (uint32_t)bias;
        *at++ = (uint32_t)(256 * (s[1].bias / 2) + bias);
        for (int i = 0; i < layer->pairs + layer->pairs % 2; i++) {
            int32_t mixed[2];
            for (int h = 0; h < 2; h++)
                mixed[h] = 256 * pair_weight(layer, c + 1, i, h) + pair_weight(layer, c, i, h);
            *at++ = halves(mixed[0], mixed[1]);
        }
    } else {
        *at++ = (uint32_t)s[0].bias;
        *at++ = (uint32_t)s[1].bias;
        for (int i = 0; i < layer->pairs; i++)
            for (int k = 0; k < 2; k++)
                *at++ = halves(s[k].factor * pair_weight(layer, c + k, i, 0),
                               s[k].factor * pair_weight(layer, c + k, i, 1));
    }
    return put_scaling(put_scaling(at, block, &s[0]), block, &s[1]);
}

bool zr_2x3_pack(zr_lowering *l, const zr_2x3_layer *layer, zr_2x3_block block, zr_arg *stream)
{
    int pairs = block == ZR_2X3_SMALL ? layer->pairs + layer->pairs % 2 : layer->pairs;
    int64_t words = (int64_t)zr_2x3_words(block, pairs) * ((layer->channels + 1) / 2);
    uint32_t *packed = ZR_NEW(l->site.cx, uint32_t, (size_t)words), *at = packed;
    if (!packed) return false;
    for (int c = 0; c < layer->channels; c += 2)
        if (!(at = pack_two(layer, block, c, at))) return false;
    *stream = zr_arg_const(l, "weights_dsp", ZR_U32, packed, words);
    return true;
}
