/* Host side of dsp_winograd_*.c: the transformed weights, the proof that
 * their sums are exact, and what it costs. */
#include <stdlib.h>

#include "device/requantize.h"
#include "ops/channels.h"
#include "ops/conv_2d/variants.h"
#include "ops/rules.h"
#include "ops/scaling.h"

static const zr_param_field params[] = {
    ZR_PARAM_WINDOW(zk_conv_2d_winograd_params),
    ZR_PARAM(I32, zk_conv_2d_winograd_params, in_zero_point),
};
ZR_KERNEL(zk_conv_2d_s8_winograd_2x2_line, zk_conv_2d_winograd_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_winograd_2x2, zk_conv_2d_winograd_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_winograd_4x4_line, zk_conv_2d_winograd_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_winograd_4x4, zk_conv_2d_winograd_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_winograd_stride_2_line, zk_conv_2d_winograd_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_winograd_stride_2, zk_conv_2d_winograd_params, params, 5)

/* An algorithm with tiles of tile x tile outputs. */
typedef struct form {
    int tile, stride;
    int points;          /* of a tile, along an axis */
    int columns;         /* of the input, that a block of tiles sees */
    int sums;            /* of a tile */
    int8_t filter[6][3]; /* what a filter is multiplied with from both sides */
    int channels;        /* of the output that a block of products has */
    int least_left;      /* the sums are the true ones times 2^left, left >= least_left */
    bool scaled_weights; /* what is above least_left is in the weights, not in the channel */
    int right;           /* the last shift */
    int in_offset;       /* is added to inputs */
    int words;           /* of the table, for a channel */
    const zr_kernel *line, *any;
} form;

/* The sums are 4 times the true ones. */
static const form form_2x2 = {.tile = 2,
                              .stride = 1,
                              .points = 4,
                              .columns = 10,
                              .sums = 16,
                              .filter = {{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}},
                              .channels = 2,
                              .least_left = 2,
                              .scaled_weights = true,
                              .right = 12,
                              .words = 4,
                              .line = &kernel_zk_conv_2d_s8_winograd_2x2_line,
                              .any = &kernel_zk_conv_2d_s8_winograd_2x2};

/* The sums are 576 times the true ones, or 64 when they were multiplied by the inverse of 9. */
static const form form_4x4 = {
    .tile = 4,
    .stride = 1,
    .points = 6,
    .columns = 10,
    .sums = 36,
    .filter = {{6, 0, 0}, {-4, -4, -4}, {-4, 4, -4}, {1, 2, 4}, {1, -2, 4}, {0, 0, 6}},
    .channels = 4,
    .least_left = 6,
    .right = 16,
    .in_offset = 128,
    .words = 9,
    .line = &kernel_zk_conv_2d_s8_winograd_4x4_line,
    .any = &kernel_zk_conv_2d_s8_winograd_4x4};

/* The sums are the true ones. */
static const form form_stride_2 = {
    .tile = 2,
    .stride = 2,
    .points = 5,
    .columns = 17,
    .sums = 9,
    .filter = {{1, 0, 0}, {0, 1, 0}, {1, 0, 1}, {0, 1, 0}, {0, 0, 1}},
    .channels = 2,
    .least_left = 0,
    .scaled_weights = true,
    .right = 12,
    .words = 4,
    .line = &kernel_zk_conv_2d_s8_winograd_stride_2_line,
    .any = &kernel_zk_conv_2d_s8_winograd_stride_2};

enum {
    MAX_LEFT = 24,
    INVERSE_OF_9 = 954437177 /* modulo 2^32 */
};

/* How a channel is computed: its sums times 2^left, plus bias, go through a line of ops/scaling.h,
 * which is lower by `negative` for sums below 0. A constant one takes no weights. */
typedef struct channel {
    bool constant;
    int left;
    uint32_t bias;
    int32_t multiplier, start, negative;
} channel;

static int chunks_of(int channels)
{
    return (channels + 15) / 16;
}

static int groups_of(const form *f, int channels)
{
    return (channels + f->channels - 1) / f->channels;
}

static int8_t weight(const zr_tensor *weights, int c, int y, int x, int i)
{
    const int32_t *dim = weights->shape.dim;
    return ((const int8_t *)weights->data)[((int64_t)(c * 3 + y) * 3 + x) * dim[3] + i];
}

/* Point y, x of filter c's part for input i. Less than 2^15. */
static int32_t transformed(const form *f, const zr_tensor *weights, int c, int i, int point)
{
    const int8_t *down = f->filter[point / f->points], *right = f->filter[point % f->points];
    int32_t sum = 0;
    for (int k = 0; k < 9; k++)
        sum += down[k / 3] * right[k % 3] * weight(weights, c, k / 3, k % 3, i);
    return sum;
}

/* The greatest power of two by which all transformed weights of a channel stay within 16 bits. */
static int spare_bits(const form *f, const zr_tensor *weights, int c)
{
    int32_t most = 1;
    for (int i = 0; i < weights->shape.dim[3]; i++) {
        int32_t sum = 0;
        for (int k = 0; k < 9; k++) sum += abs(weight(weights, c, k / 3, k % 3, i));
        if (4 * sum <= most) continue; /* as the factors of F(2x2) are at most 4 */
        for (int point = 0; point < f->points * f->points; point++) {
            int32_t value = abs(transformed(f, weights, c, i, point));
            if (value > most) most = value;
        }
    }
    int bits = 0;
    while (most << (bits + 1) <= INT16_MAX) bits++;
    return bits;
}

/* An output that is the same for every input. */
static bool is_constant(const zr_staircase *s, int32_t *value)
{
    int32_t low = zk_requantize((int32_t)s->least, s->multiplier, s->shift);
    int32_t high = zk_requantize((int32_t)s->most, s->multiplier, s->shift);
    *value = zk_clamp(zk_add_wrap(low, s->zero_point), s->out_min, s->out_max);
    return *value == zk_clamp(zk_add_wrap(high, s->zero_point), s->out_min, s->out_max);
}

static bool channel_of(const zr_site *site, const form *f, int c, channel *ch)
{
    const conv_2d_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0), *weights = zr_input(site, 1);
    const zr_tensor *bias = zr_input(site, 2), *output = zr_output(site, 0);
    const int32_t zero_point = zr_zero_point(input), folded_zero = zero_point + f->in_offset;
    zr_staircase s = {.zero_point = zr_zero_point(output)};
    zr_clamp_quantized(output, a->activation, &s.out_min, &s.out_max);
    zr_channel_scale(input, weights, output, c, &s.multiplier, &s.shift);
    int64_t folded = s.least = s.most = bias ? zr_bias(bias, c) : 0;
    for (int i = 0; i < weights->shape.dim[3]; i++) {
        for (int k = 0; k < 9; k++) {
            int32_t w = weight(weights, c, k / 3, k % 3, i);
            folded -= folded_zero * w;
            s.least += w * (w < 0 ? 127 - zero_point : -128 - zero_point);
            s.most += w * (w < 0 ? -128 - zero_point : 127 - zero_point);
        }
    }
    int most_left = f->scaled_weights ? f->least_left + spare_bits(f, weights, c) : MAX_LEFT;
    int32_t negative = 0, value;
    zr_line line;
    if ((zr_find_line(&s, f->right, most_left, &line) && line.left >= f->least_left) ||
        zr_find_bent_line(&s, f->right, f->least_left, most_left, &line, &negative))
        *ch = (channel){false,           line.left,  (uint32_t)line.nudge,
                        line.multiplier, line.start, negative};
    else if (is_constant(&s, &value))
        *ch = (channel){.constant = true, .start = value * (1 << f->right)};
    else
        return false;
    if (!ch->constant) ch->bias += (uint32_t)folded << ch->left;
    return true;
}

static bool fits(const zr_site *site, const form *f)
{
    const conv_2d_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0);
    const int32_t *dim = zr_input(site, 1)->shape.dim;
    if (input->type != ZR_I8 || dim[1] != 3 || dim[2] != 3 || dim[3] != input->shape.dim[3] ||
        dim[3] % 4 != 0 || a->stride_h != f->stride || a->stride_w != f->stride ||
        a->dilation_h != 1 || a->dilation_w != 1)
        return false;
    channel ch;
    for (int c = 0; c < dim[0]; c++)
        if (!channel_of(site, f, c, &ch)) return false;
    return true;
}

static int64_t weight_words(const form *f, int in_c, int out_c)
{
    return (int64_t)groups_of(f, out_c) * f->channels * chunks_of(in_c) * f->points * f->points * 8;
}

/* The transformed input; columns of four channels on their way there and a row of padding, in whose
 * place are the sums afterwards. */
static int64_t scratch_words(const form *f, int in_c)
{
    int64_t input = 2 * f->columns * f->points + (f->columns * in_c + 3) / 4, sums = 8 * f->sums;
    return (int64_t)chunks_of(in_c) * f->points * f->points * 8 * (8 / f->channels) +
           (input > sums ? input : sums);
}

/* The points in the order in which kernels multiply them: that of dsp_winograd_stride_2.c goes by
 * turns through the sums that they are added to. */
static void order_points(const form *f, int order[36])
{
    static const char groups[9][2] = {"AA", "AC", "CA", "CC", "AB", "BA", "BC", "CB", "BB"};
    static const char axis[] = "AABCC";
    int n = 0;
    for (int turn = 0; f->stride == 2 && turn < 4; turn++) {
        for (int g = 0; g < 9; g++) {
            int seen = 0;
            for (int point = 0; point < 25; point++)
                if (axis[point / 5] == groups[g][0] && axis[point % 5] == groups[g][1] &&
                    seen++ == turn)
                    order[n++] = point;
        }
    }
    for (; n < f->points * f->points; n++) order[n] = n;
}

/* Halves of a word are channels 0 and 2, 1 and 3 of four, as SXTB16 takes them apart. */
static zr_arg pack_weights(zr_lowering *l, const form *f, const channel *channels)
{
    const zr_tensor *weights = zr_input(&l->site, 1);
    int in_c = weights->shape.dim[3], out_c = weights->shape.dim[0];
    int points = f->points * f->points;
    int64_t words = weight_words(f, in_c, out_c);
    uint32_t *packed = ZR_NEW(l->site.cx, uint32_t, (size_t)words);
    if (!packed) return zr_arg_none();
    int order[36];
    order_points(f, order);
    /* [group][chunk][point][pair][channel of the group] */
    for (int64_t at = 0; at < words; at++) {
        int64_t rest = at / f->channels;
        int pair = (int)(rest % 8), point = order[rest / 8 % points];
        rest /= 8 * points;
        int i = (int)(rest % chunks_of(in_c)) * 16 + pair / 2 * 4 + pair % 2;
        int c = (int)(rest / chunks_of(in_c)) * f->channels + (int)(at % f->channels);
        if (c >= out_c || channels[c].constant) continue;
        int32_t factor = f->scaled_weights ? 1 << (channels[c].left - f->least_left) : 1;
        uint16_t half[2] = {0, 0};
        for (int h = 0; h < 2; h++)
            if (i + 2 * h < in_c)
                half[h] = (uint16_t)(factor * transformed(f, weights, c, i + 2 * h, point));
        packed[at] = half[0] | (uint32_t)half[1] << 16;
    }
    return zr_arg_const(l, "weights_winograd", ZR_U32, packed, words);
}

/* The sum of a tap's weights for channels that are lower halves. */
static uint32_t lower_weights(const zr_tensor *weights, int c, int y, int x)
{
    int32_t sum = 0;
    for (int i = 0; i < weights->shape.dim[3]; i++)
        if (i % 4 < 2) sum += weight(weights, c, y, x, i);
    return (uint32_t)sum;
}

/* zk_winograd_2x2_channel or zk_winograd_4x4_channel. */
static void put_channel(const form *f, const zr_tensor *weights, int c, const channel *ch,
                        uint32_t *at)
{
    if (f->tile == 4)
        *at++ = ch->constant ? 0 : (uint32_t)INVERSE_OF_9 << (ch->left - f->least_left);
    *at++ = (uint32_t)ch->multiplier;
    *at++ = (uint32_t)ch->start;
    *at++ = ch->bias;
    if (f->tile == 4) {
        uint32_t factor = ch->constant ? 0 : (uint32_t)ZK_CONV_2D_WINOGRAD_OFFSET << ch->left;
        uint32_t g11 = lower_weights(weights, c, 1, 1), g12 = lower_weights(weights, c, 1, 2);
        uint32_t g21 = lower_weights(weights, c, 2, 1), g22 = lower_weights(weights, c, 2, 2);
        *at++ = ch->bias - factor * g22;
        *at++ = ch->bias - factor * (g21 + g22);
        *at++ = ch->bias - factor * (g12 + g22);
        *at++ = ch->bias - factor * (g11 + g12 + g21 + g22);
    }
    *at = (uint32_t)ch->negative;
}

static bool lower(zr_lowering *l, const form *f)
{
    const zr_tensor *weights = zr_input(&l->site, 1);
    int in_c = weights->shape.dim[3], out_c = weights->shape.dim[0];
    int words = groups_of(f, out_c) * f->channels * f->words;
    zk_conv_2d_winograd_params p = {.in_zero_point = zr_zero_point(zr_input(&l->site, 0))};
    if (!zr_conv_2d_window(&l->site, &p.window)) return false;
    channel *channels = ZR_NEW(l->site.cx, channel, (size_t)out_c);
    uint32_t *table = ZR_NEW(l->site.cx, uint32_t, (size_t)words);
    if (!channels || !table) return false;
    const zr_kernel *kernel = f->line;
    for (int c = 0; c < out_c; c++) {
        if (!channel_of(&l->site, f, c, &channels[c])) return false;
        if (channels[c].negative) kernel = f->any;
        put_channel(f, weights, c, &channels[c], table + c * f->words);
    }
    zr_arg args[5] = {zr_arg_input(l, 0), pack_weights(l, f, channels),
                      zr_arg_const(l, "channels", ZR_I32, table, words),
                      zr_arg_scratch(l, ZR_U32, (size_t)scratch_words(f, in_c) * 4),
                      zr_arg_output(l, 0)};
    return zr_call(l, kernel, &p, args);
}

/* Counted, but for the edges, where a column or a row of a tile may be missing. */
static void cost(const zr_site *site, const form *f, zr_cost *c)
{
    const int32_t *in = zr_input(site, 0)->shape.dim, *out = zr_output(site, 0)->shape.dim;
    const conv_2d_attrs *a = site->node->attrs;
    bool relu = a->activation != ZR_ACT_NONE; /* what has a line most often */
    int64_t blocks = (int64_t)out[0] * ((out[1] + f->tile - 1) / f->tile) * ((out[2] + 7) / 8);
    int64_t points = f->points * f->points, groups = groups_of(f, out[3]);
    int64_t products = chunks_of(in[3]) * (95 * points + 15 * f->stride * f->stride) - 2 * f->sums;
    int64_t back = f->tile == 4 ? 2150 : f->stride == 2 ? 480 : 580;
    if (!relu) back += f->tile * f->tile * (f->tile == 4 ? 18 : 17);
    int64_t there = f->tile == 4 ? 1200 : f->stride == 2 ? 1500 : 770;
    c->instructions = blocks * (groups * (products + back) + in[3] / 4 * there + 250);
    /* Tiles that the last rows do not fill take more: 38 % was measured. */
    if (out[1] % f->tile)
        c->instructions += c->instructions / ((out[1] + f->tile - 1) / f->tile) * 3 / 8;
    c->const_bytes = weight_words(f, in[3], out[3]) * 4 + groups * f->channels * f->words * 4;
    c->scratch_bytes = scratch_words(f, in[3]) * 4;
    c->code_bytes = f->tile == 4 ? 3600 : 2700;
}

/* A row of tiles is written while its windows are read. */
static int64_t overlap(const zr_site *site, const form *f, int input)
{
    zk_window w;
    if (input != 0 || !zr_conv_2d_window(site, &w) || w.batches != 1) return ZR_NO_OVERLAP;
    int64_t in_row = (int64_t)w.in_w * w.in_c, out_row = (int64_t)w.out_w * w.out_c;
    int64_t distance = INT64_MIN;
    for (int32_t y = 0; y < w.out_h; y += f->tile) {
        int64_t first = y * f->stride < w.pad_h ? 0 : (int64_t)y * f->stride - w.pad_h;
        if (first > w.in_h) first = w.in_h;
        int64_t end = y + f->tile < w.out_h ? y + f->tile : w.out_h;
        int64_t d = end * out_row - first * in_row;
        if (d > distance) distance = d;
    }
    return distance;
}

bool zr_conv_2d_winograd_2x2_fits(const zr_site *site)
{
    return fits(site, &form_2x2);
}

void zr_conv_2d_winograd_2x2_cost(const zr_site *site, zr_cost *c)
{
    cost(site, &form_2x2, c);
}

bool zr_conv_2d_winograd_2x2_lower(zr_lowering *l)
{
    return lower(l, &form_2x2);
}

int64_t zr_conv_2d_winograd_2x2_overlap(const zr_site *site, int input)
{
    return overlap(site, &form_2x2, input);
}

bool zr_conv_2d_winograd_4x4_fits(const zr_site *site)
{
    return fits(site, &form_4x4);
}

void zr_conv_2d_winograd_4x4_cost(const zr_site *site, zr_cost *c)
{
    cost(site, &form_4x4, c);
}

bool zr_conv_2d_winograd_4x4_lower(zr_lowering *l)
{
    return lower(l, &form_4x4);
}

int64_t zr_conv_2d_winograd_4x4_overlap(const zr_site *site, int input)
{
    return overlap(site, &form_4x4, input);
}

bool zr_conv_2d_winograd_stride_2_fits(const zr_site *site)
{
    return fits(site, &form_stride_2);
}

void zr_conv_2d_winograd_stride_2_cost(const zr_site *site, zr_cost *c)
{
    cost(site, &form_stride_2, c);
}

bool zr_conv_2d_winograd_stride_2_lower(zr_lowering *l)
{
    return lower(l, &form_stride_2);
}

int64_t zr_conv_2d_winograd_stride_2_overlap(const zr_site *site, int input)
{
    return overlap(site, &form_stride_2, input);
}
