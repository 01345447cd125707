#include "ops/dsp_pack.h"

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
    int64_t bias;         /* already times the factor */
    int32_t more, factor; /* factor is 2^more, or 0 */
    int32_t multiplier, start, shift;
    bool flat; /* made from what comes out, not from multiplier and shift */
} scaling;

enum { RELU_SHIFT = 12 };

static int8_t weight_at(const zr_dsp_layer *layer, int c, int64_t i)
{
    return (int8_t)zr_weight(layer->weights, c * layer->size + i);
}

static channel channel_of(const zr_dsp_layer *layer, int c)
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
static bool flat_scaling(const channel *ch, int more, scaling *s)
{
    /* Where the reference's sums wrap around, the outputs in between need not lie in between; with
     * a multiplier of 0 (and a shift of 0) nothing is left of them. */
    if (ch->multiplier != 0 && ch->shift >= 0 && !within(ch, 30 - ch->shift)) return false;
    int32_t first = output_of(ch, ch->low), last = output_of(ch, ch->high);
    if (first == last) {
        *s = (scaling){.flat = true,
                       .more = more,
                       .start = first * (1 << RELU_SHIFT) + 1,
                       .shift = RELU_SHIFT};
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
    s->flat = true;
    s->more = more;
    s->factor = 1 << more;
    s->bias = -above * s->factor;
    s->multiplier = 1 << 20;
    s->start = last * (1 << RELU_SHIFT);
    s->shift = RELU_SHIFT;
    return true;
}

/* Sums have at most `bits` bits and a sign, weights `weight_bits`. */
static bool relu_scaling(const channel *ch, int bits, int weight_bits, scaling *s)
{
    int more = RELU_SHIFT + 1 + ch->shift;
    if (ch->out_min < ch->zero_point) return false;
    if (ch->multiplier == 0 || more < 2 || more > 8 || !within(ch, 31 - more) ||
        !within(ch, bits) || ch->greatest << more >= 1 << weight_bits)
        return flat_scaling(ch, 2, s);
    /* ((sum << more) * multiplier + (half, zero point << shift) << more) >> 32 + RELU_SHIFT */
    s->more = more;
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
        return flat_scaling(ch, 1, s);
    s->more = 1;
    s->factor = 2;
    s->bias = 2 * ch->bias;
    s->multiplier = ch->multiplier;
    s->start = (1 << (right - 1)) + ch->zero_point * (1 << right);
    s->shift = right;
    return true;
}

/* Channels with weights of 8 and of 4 bits are mixed two by two, and the sums of odd ones have 24
 * and 28 bits. */
static bool scaling_of(const zr_dsp_layer *layer, zr_2x3_block block, int c, scaling *s)
{
    channel ch = channel_of(layer, c);
    int bits = !zr_2x3_is_small(block) || c % 2 == 0 ? 30 : zr_2x3_is_int4(block) ? 27 : 23;
    *s = (scaling){0};
    if (ch.multiplier < 0) return false;
    if (block == ZR_2X3_RELU) return relu_scaling(&ch, bits, 15, s);
    if (block == ZR_2X3_SMALL_RELU || block == ZR_2X3_INT4_RELU)
        return relu_scaling(&ch, bits, 30, s);
    return any_scaling(&ch, bits, s);
}

/* Whether the weights of channel c fit the halves that it shares with channel c - 1: 256 * -128
 * plus a negative weight does not. */
static bool can_mix(const zr_dsp_layer *layer, int c)
{
    for (int64_t i = 0; c % 2 && i < layer->size; i++)
        if (weight_at(layer, c, i) == -128 && weight_at(layer, c - 1, i) < 0) return false;
    return true;
}

bool zr_2x3_exact(const zr_dsp_layer *layer, zr_2x3_block block)
{
    scaling s;
    for (int c = 0; c < layer->channels; c++)
        if (!scaling_of(layer, block, c, &s) ||
            (zr_2x3_is_small(block) && !zr_2x3_is_int4(block) && !can_mix(layer, c)))
            return false;
    return true;
}

int zr_2x3_words(zr_2x3_block block, int pairs)
{
    if (zr_2x3_is_int4(block)) return 8 + pairs / 2;
    return (block == ZR_2X3_RELU ? 6 : 8) + (zr_2x3_is_small(block) ? pairs : 2 * pairs);
}

/* A weight of channel c, which may be behind the last; 0 where the order has none. */
static int32_t ordered_weight(const zr_dsp_layer *layer, const zr_2x3_order *order, int c, int i,
                              int half)
{
    int64_t at = i < order->pairs ? order->at[2 * i + half] : -1;
    return c < layer->channels && at >= 0 ? weight_at(layer, c, at) : 0;
}

static uint32_t halves(int32_t low, int32_t high)
{
    return ((uint32_t)low & 0xFFFF) | (uint32_t)high << 16;
}

/* Pair i of channels c and c + 1. */
static uint32_t mixed_word(const zr_dsp_layer *layer, const zr_2x3_order *order, int c, int i)
{
    int32_t half[2];
    for (int h = 0; h < 2; h++)
        half[h] =
            256 * ordered_weight(layer, order, c + 1, i, h) + ordered_weight(layer, order, c, i, h);
    return halves(half[0], half[1]);
}

/* Pairs i and i + 1 of channels c and c + 1, of 4 bits. */
static uint32_t nibbles_word(const zr_dsp_layer *layer, const zr_2x3_order *order, int c, int i)
{
    uint32_t word = 0;
    for (int k = 0; k < 4; k++) {
        int32_t low = ordered_weight(layer, order, c, i + k / 2, k % 2);
        int32_t high = ordered_weight(layer, order, c + 1, i + k / 2, k % 2);
        word |= ((uint32_t)(16 * high + low + 8) & 0xFF) << (k % 2 * 16 + k / 2 * 8);
    }
    return word;
}

/* The third word of a channel's scaling, where it has one: zk_2x3_small_relu shifts sums of channel
 * 0 and 256 times those of channel 1. */
static int32_t shift_word(zr_2x3_block block, const scaling *s, int k)
{
    if (block == ZR_2X3_INT4_RELU) return s->more;
    if (block != ZR_2X3_SMALL_RELU) return s->shift;
    return k == 0 ? s->more : 8 - s->more;
}

/* What a sum starts from where weights are not multiplied by the factor. */
static int64_t plain_bias(const scaling *s)
{
    return s->factor ? s->bias / s->factor : 0;
}

static uint32_t *pack_two(const zr_dsp_layer *layer, const zr_2x3_order *order, zr_2x3_block block,
                          int c, uint32_t *at)
{
    scaling s[2] = {{0}, {0}};
    for (int k = 0; k < 2 && c + k < layer->channels; k++)
        if (!scaling_of(layer, block, c + k, &s[k])) return NULL;
    if (zr_2x3_is_int4(block)) {
        *at++ = (uint32_t)plain_bias(&s[0]);
        *at++ = (uint32_t)(16 * plain_bias(&s[1]) + plain_bias(&s[0]));
        for (int i = 0; i < order->pairs; i += 2) *at++ = nibbles_word(layer, order, c, i);
    } else if (zr_2x3_is_small(block)) {
        *at++ = (uint32_t)plain_bias(&s[0]);
        *at++ = (uint32_t)(256 * plain_bias(&s[1]) + plain_bias(&s[0]));
        for (int i = 0; i < order->pairs + order->pairs % 2; i++)
            *at++ = mixed_word(layer, order, c, i);
    } else {
        *at++ = (uint32_t)s[0].bias;
        *at++ = (uint32_t)s[1].bias;
        for (int i = 0; i < order->pairs; i++)
            for (int k = 0; k < 2; k++)
                *at++ = halves(s[k].factor * ordered_weight(layer, order, c + k, i, 0),
                               s[k].factor * ordered_weight(layer, order, c + k, i, 1));
    }
    for (int k = 0; k < 2; k++) {
        *at++ = (uint32_t)s[k].multiplier;
        *at++ = (uint32_t)s[k].start;
        if (block != ZR_2X3_RELU) *at++ = (uint32_t)shift_word(block, &s[k], k);
    }
    return at;
}

bool zr_2x3_pack(zr_lowering *l, const zr_dsp_layer *layer, const zr_2x3_order *order,
                 zr_2x3_block block, zr_arg *stream)
{
    int pairs = zr_2x3_is_small(block) ? order->pairs + order->pairs % 2 : order->pairs;
    int64_t words = (int64_t)zr_2x3_words(block, pairs) * ((layer->channels + 1) / 2);
    uint32_t *packed = ZR_NEW(l->site.cx, uint32_t, (size_t)words), *at = packed;
    if (!packed) return false;
    for (int c = 0; c < layer->channels; c += 2)
        if (!(at = pack_two(layer, order, block, c, at))) return false;
    *stream = zr_arg_const(l, "weights_dsp", ZR_U32, packed, words);
    return true;
}

static int steps_of(const zr_dsp_layer *layer)
{
    return (int)((layer->size + 3) / 4);
}

/* The sum that chunk k of channel c starts from; *low and *high are its least and greatest end. */
static int64_t chunk_start(const zr_dsp_layer *layer, const scaling *s, int c, int chunk, int k,
                           int64_t *low, int64_t *high)
{
    int64_t first = 4 * (int64_t)chunk * k, end = first + 4 * (int64_t)chunk, sum = 0;
    *low = *high = 0;
    for (int64_t i = first; i < end && i < layer->size; i++) {
        int32_t w = weight_at(layer, c, i);
        sum += w;
        *low += w < 0 ? 127 * w : -128 * w;
        *high += w < 0 ? -128 * w : 127 * w;
    }
    int64_t start = k == 0 && layer->bias ? zr_bias(layer->bias, c) : 0;
    start -= zr_zero_point(layer->input) * sum;
    if (s->flat) start = k == 0 ? plain_bias(s) : 0;
    *low += start;
    *high += start;
    return start;
}

/* Whether the sums of every chunk of an odd channel have 24 bits. Those of a flat one have, or do
 * not matter. */
static bool chunks_fit(const zr_dsp_layer *layer, int chunk)
{
    scaling s;
    for (int c = 1; c < layer->channels; c += 2) {
        if (!scaling_of(layer, ZR_2X3_ANY, c, &s)) return false;
        for (int k = 0; !s.flat && k * chunk < steps_of(layer); k++) {
            int64_t low, high;
            chunk_start(layer, &s, c, chunk, k, &low, &high);
            if (low < -(1 << 23) || high >= 1 << 23) return false;
        }
    }
    return true;
}

int zr_6x1_chunk(const zr_dsp_layer *layer)
{
    enum { LEAST = 8 };
    scaling s;
    for (int c = 0; c < layer->channels; c++)
        if (!scaling_of(layer, ZR_2X3_ANY, c, &s) || !can_mix(layer, c)) return 0;
    for (int chunk = steps_of(layer);; chunk = (chunk + 1) / 2) {
        if (chunks_fit(layer, chunk)) return chunk;
        if (chunk <= LEAST) return 0;
    }
}

static int64_t vector_words(const zr_dsp_layer *layer, int chunk)
{
    int steps = steps_of(layer), chunks = (steps + chunk - 1) / chunk;
    return (layer->channels + 1) / 2 * (2 * (int64_t)chunks + 2 * (int64_t)steps);
}

/* All channels are scaled in the same way. */
static bool has_one_scale(const zr_dsp_layer *layer)
{
    scaling first = {0}, s;
    for (int c = 0; c < layer->channels; c++) {
        if (!scaling_of(layer, ZR_2X3_ANY, c, &s)) return false;
        if (c == 0) first = s;
        if (s.multiplier != first.multiplier || s.start != first.start || s.shift != first.shift)
            return false;
    }
    return true;
}

int64_t zr_6x1_bytes(const zr_dsp_layer *layer, int chunk)
{
    return 4 * vector_words(layer, chunk) + 12 * (has_one_scale(layer) ? 1 : layer->channels);
}

/* `pairs` pairs of channels from channel c. */
static uint32_t *pack_vector(const zr_dsp_layer *layer, int chunk, int c, int pairs, uint32_t *at)
{
    scaling s[6] = {{0}};
    int steps = steps_of(layer);
    for (int i = 0; i < 2 * pairs && c + i < layer->channels; i++)
        if (!scaling_of(layer, ZR_2X3_ANY, c + i, &s[i])) return NULL;
    for (int first = 0; first < steps; first += chunk) {
        int64_t start[6] = {0}, low, high;
        for (int i = 0; i < 2 * pairs && c + i < layer->channels; i++)
            start[i] = chunk_start(layer, &s[i], c + i, chunk, first / chunk, &low, &high);
        for (int i = 0; i < 2 * pairs; i += 2) {
            *at++ = (uint32_t)start[i];
            *at++ = (uint32_t)(256 * start[i + 1] + start[i]);
        }
        int end = first + chunk < steps ? first + chunk : steps;
        for (int i = 2 * first; i < 2 * end; i++) {
            int64_t place[2] = {2 * (i - i % 2) + i % 2, 2 * (i - i % 2) + i % 2 + 2};
            for (int k = 0; k < 2; k++)
                if (place[k] >= layer->size) place[k] = -1;
            zr_2x3_order order = {place, 1};
            for (int k = c; k < c + 2 * pairs; k += 2) *at++ = mixed_word(layer, &order, k, 0);
        }
    }
    return at;
}

bool zr_6x1_pack(zr_lowering *l, const zr_dsp_layer *layer, int chunk, zr_arg *stream,
                 zr_arg *scales, bool *one_scale)
{
    int64_t words = vector_words(layer, chunk);
    uint32_t *packed = ZR_NEW(l->site.cx, uint32_t, (size_t)words), *at = packed;
    int32_t *scale = ZR_NEW(l->site.cx, int32_t, (size_t)layer->channels * 3);
    scaling s;
    int c = 0;
    if (!packed || !scale) return false;
    for (; c + 6 <= layer->channels; c += 6)
        if (!(at = pack_vector(layer, chunk, c, 3, at))) return false;
    for (; c < layer->channels; c += 2)
        if (!(at = pack_vector(layer, chunk, c, 1, at))) return false;
    *one_scale = has_one_scale(layer);
    int n = *one_scale ? 1 : layer->channels;
    for (c = 0; c < n; c++) {
        if (!scaling_of(layer, ZR_2X3_ANY, c, &s)) return false;
        scale[3 * c] = s.multiplier;
        scale[3 * c + 1] = s.start;
        scale[3 * c + 2] = s.shift;
    }
    *stream = zr_arg_const(l, "weights_dsp", ZR_U32, packed, words);
    *scales = zr_arg_const(l, "scales", ZR_I32, scale, 3 * (int64_t)n);
    return true;
}
