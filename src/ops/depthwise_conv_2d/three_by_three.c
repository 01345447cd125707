/* The host's side of dsp_3x3.c. */
#include "device/dsp_depthwise_3x3.h"
#include "ops/channels.h"
#include "ops/depthwise_conv_2d/variants.h"
#include "ops/rules.h"

enum {
    RIGHT = 8,          /* the last shift of every channel */
    MAX_LEFT = 8,       /* -128 * 2^8 is the least 16-bit value */
    MAX_LEFT_INT4 = 12, /* likewise -8 * 2^12 */
    SLACK_BYTES = 1024, /* for units to slide down */
    SMALL_SLACK_BYTES = 128,
    SMALLEST = 3,
    LARGEST = 6,
    INT4_WORDS = 4 /* a channel, packed: dsp_3x3_int4.c */
};

static const zr_param_field params[] = {
    ZR_PARAM_WINDOW(zk_depthwise_3x3_params),
    ZR_PARAM(I32, zk_depthwise_3x3_params, group),
    ZR_PARAM(I32, zk_depthwise_3x3_params, zero_point),
    ZR_PARAM(I32, zk_depthwise_3x3_params, blocks),
    ZR_PARAM(I32, zk_depthwise_3x3_params, last_advance),
    ZR_PARAM(I32, zk_depthwise_3x3_params, slack_rows),
};
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3, zk_depthwise_3x3_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4, zk_depthwise_3x3_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5, zk_depthwise_3x3_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6, zk_depthwise_3x3_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3, zk_depthwise_3x3_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4, zk_depthwise_3x3_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5, zk_depthwise_3x3_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6, zk_depthwise_3x3_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3_int4, zk_depthwise_3x3_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4_int4, zk_depthwise_3x3_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5_int4, zk_depthwise_3x3_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6_int4, zk_depthwise_3x3_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3_int4, zk_depthwise_3x3_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4_int4, zk_depthwise_3x3_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5_int4, zk_depthwise_3x3_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6_int4, zk_depthwise_3x3_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3_int4_relu, zk_depthwise_3x3_params, params, 8)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4_int4_relu, zk_depthwise_3x3_params, params, 8)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5_int4_relu, zk_depthwise_3x3_params, params, 8)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6_int4_relu, zk_depthwise_3x3_params, params, 8)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3_int4_relu, zk_depthwise_3x3_params, params, 8)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4_int4_relu, zk_depthwise_3x3_params, params, 8)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5_int4_relu, zk_depthwise_3x3_params, params, 8)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6_int4_relu, zk_depthwise_3x3_params, params, 8)

static const zr_kernel *const kernels[2][LARGEST - SMALLEST + 1] = {
    {&kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3, &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5, &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6},
    {&kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3, &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5, &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6},
};

static const zr_kernel *const kernels_int4[2][LARGEST - SMALLEST + 1] = {
    {&kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3_int4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4_int4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5_int4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6_int4},
    {&kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3_int4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4_int4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5_int4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6_int4},
};

static const zr_kernel *const kernels_int4_relu[2][LARGEST - SMALLEST + 1] = {
    {&kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3_int4_relu,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4_int4_relu,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5_int4_relu,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6_int4_relu},
    {&kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3_int4_relu,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4_int4_relu,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5_int4_relu,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6_int4_relu},
};

/* How the node is cut up. */
typedef struct cut {
    zk_depthwise_3x3_params params;
    int32_t width; /* of a block */
    int32_t words; /* of a row of a unit */
    size_t scratch_words;
} cut;

/* Channels at a time for least memory. */
static int32_t few(int32_t channels)
{
    return channels % 8 == 0 ? 8 : 4;
}

static cut cut_of(const zk_window *w, int32_t group, int32_t slack_bytes, int32_t zero_point)
{
    cut c = {.params = {.window = *w, .group = group, .zero_point = zero_point}};
    c.params.blocks = (w->out_w + LARGEST - 1) / LARGEST;
    c.width = (w->out_w + c.params.blocks - 1) / c.params.blocks;
    c.params.last_advance = (w->out_w - (c.params.blocks - 1) * c.width) * w->stride_w;
    c.words = w->stride_w == 1 ? (c.width + 3) / 2 : c.width + 1;
    int32_t slide = (w->out_h - 1) * w->stride_h, most = slack_bytes / 4 / c.words;
    c.params.slack_rows = slide < most ? slide : most;
    int32_t rows = 3 * c.params.blocks * group + c.params.slack_rows;
    c.scratch_words = (size_t)group / 4 + (size_t)rows * (size_t)c.words;
    return c;
}

static cut cut_fast(const zk_window *w, int32_t zero_point)
{
    return cut_of(w, w->in_c, SLACK_BYTES, zero_point);
}

static cut cut_small(const zk_window *w, int32_t zero_point)
{
    return cut_of(w, few(w->in_c), SMALL_SLACK_BYTES, zero_point);
}

static bool has_int4(const zr_site *site)
{
    return zr_input(site, 1)->type == ZR_I4;
}

bool zr_depthwise_3x3_line(const zr_site *site, int32_t channel, int64_t *bias, zr_line *line)
{
    zr_staircase stairs = zr_depthwise_stairs(site, channel, bias);
    return zr_find_line(&stairs, RIGHT, has_int4(site) ? MAX_LEFT_INT4 : MAX_LEFT, line);
}

/* Whether dsp_3x3_int4_relu.c gives the reference's bits for every channel. */
static bool is_int4_relu(const zr_site *site)
{
    if (!has_int4(site)) return false;
    for (int32_t c = 0; c < zr_input(site, 1)->shape.dim[3]; c++) {
        int64_t bias;
        zr_staircase s = zr_depthwise_stairs(site, c, &bias);
        int left = RIGHT + 1 + s.shift;
        if (s.zero_point != INT8_MIN || s.out_min != INT8_MIN || s.out_max != INT8_MAX ||
            s.multiplier < 0 || left < 2 || left > MAX_LEFT_INT4)
            return false;
        int64_t limit = (((int64_t)1 << 31) - 1) >> left;
        if (s.least < -limit || s.most > limit || bias < -limit || bias > limit) return false;
    }
    return true;
}

bool zr_depthwise_3x3_fits(const zr_site *site)
{
    zk_window w;
    int64_t bias;
    zr_line line;
    if (zr_input(site, 0)->type != ZR_I8 || !zr_depthwise_window(site, &w) || w.kernel_h != 3 ||
        w.kernel_w != 3 || w.stride_h != w.stride_w || w.stride_w > 2 || w.dilation_h != 1 ||
        w.dilation_w != 1 || w.in_c != w.out_c || w.in_c % 4 != 0 || w.out_w < SMALLEST)
        return false;
    if (is_int4_relu(site)) return true;
    for (int32_t c = 0; c < w.out_c; c++) {
        if (!zr_depthwise_3x3_line(site, c, &bias, &line)) return false;
        if (has_int4(site) && (line.start < -(1 << 23) || line.start >= 1 << 23)) return false;
    }
    return true;
}

/* Gathering `words` words of a row of a block. */
static int64_t gathering(int64_t words, int64_t fours)
{
    return words / 2 * (23 * fours + 32) + words % 2 * (15 * fours + 25) + 15;
}

static void cost_of(const zr_site *site, const cut *c, zr_cost *cost)
{
    /* A block of one channel; a row of four channels gathered for one, by word or two. */
    static const int16_t block[2][LARGEST - SMALLEST + 1] = {{36, 46, 55, 66}, {36, 49, 58, 69}};
    const zk_window *w = &c->params.window;
    int64_t groups = w->batches * (w->in_c / c->params.group), rows = w->out_h;
    int64_t blocks = c->params.blocks, fours = c->params.group / 4;
    int64_t compute = block[w->stride_w - 1][c->width - SMALLEST] * 4 * fours + 45;
    /* Words right of the picture are left out. */
    int32_t last = (w->in_w - (w->out_w - c->width) * w->stride_w + w->pad_w + 1) / 2;
    int64_t gather = (blocks - 1) * gathering(c->words, fours) +
                     gathering(last < c->words ? last : c->words, fours);
    int64_t taken = rows * w->stride_h + 2 - w->pad_h;
    int64_t fill = (int64_t)c->scratch_words;
    int64_t again = (rows * w->stride_h) / (c->params.slack_rows + 1) * 5 * fill / 2;
    if (c->params.slack_rows >= (w->out_h - 1) * w->stride_h) again = 0;
    cost->instructions =
        groups * (rows * (blocks * compute + 25) + taken * (gather + 10) + fill + again + 60);
    cost->const_bytes = 4 * (int64_t)ZK_DEPTHWISE_3X3_FILTER * w->in_c;
    cost->code_bytes = 1250;
    cost->scratch_bytes = (int64_t)c->scratch_words * 4;
    if (has_int4(site)) {
        cost->instructions += 65 * (int64_t)w->in_c + 10;
        cost->const_bytes = is_int4_relu(site) ? (9 * (int64_t)w->in_c + 1) / 2 + 9 * w->in_c
                                               : 4 * (int64_t)INT4_WORDS * w->in_c;
        cost->code_bytes += 150;
        cost->scratch_bytes += 4 * (int64_t)ZK_DEPTHWISE_3X3_FILTER * w->in_c;
    }
}

void zr_depthwise_3x3_cost(const zr_site *site, zr_cost *cost)
{
    zk_window w;
    if (!zr_depthwise_window(site, &w)) return;
    cut c = cut_fast(&w, 0);
    cost_of(site, &c, cost);
}

void zr_depthwise_3x3_small_cost(const zr_site *site, zr_cost *cost)
{
    zk_window w;
    if (!zr_depthwise_window(site, &w)) return;
    cut c = cut_small(&w, 0);
    cost_of(site, &c, cost);
}

static uint32_t pair(int32_t lane0, int32_t lane1)
{
    return (uint32_t)(lane0 & 0xFFFF) | (uint32_t)lane1 << 16;
}

/* The channel's filter as dsp_3x3_int4.c reads it. */
static void pack_int4(const zr_site *site, int32_t channel, int64_t bias, const zr_line *line,
                      uint32_t *to)
{
    for (int32_t k = 0; k < 8; k++)
        to[0] |= ((uint32_t)zr_depthwise_weight(site, k, channel) & 15) << 4 * k;
    to[1] = ((uint32_t)zr_depthwise_weight(site, 8, channel) & 15) | (uint32_t)line->left << 4 |
            (uint32_t)line->start << 8;
    to[2] = (uint32_t)(bias * (1 << line->left) + line->nudge);
    to[3] = (uint32_t)line->multiplier;
}

static bool lower_int4_relu(zr_lowering *l, const cut *c)
{
    int32_t channels = c->params.window.in_c, stride = c->params.window.stride_w;
    zr_arg args[8] = {zr_arg_input(l, 0), zr_arg_input(l, 1), zr_arg_input(l, 2)};
    if (!zr_channel_scales(l, zr_input(&l->site, 0), zr_input(&l->site, 1), zr_output(&l->site, 0),
                           channels, &args[3], &args[4]))
        return false;
    args[5] = zr_arg_output(l, 0);
    args[6] = zr_arg_scratch(l, ZR_I32, c->scratch_words * 4);
    args[7] = zr_arg_scratch(l, ZR_I32, (size_t)channels * ZK_DEPTHWISE_3X3_FILTER * 4);
    return zr_call(l, kernels_int4_relu[stride - 1][c->width - SMALLEST], &c->params, args);
}

static bool lower_int4(zr_lowering *l, const cut *c)
{
    if (is_int4_relu(&l->site)) return lower_int4_relu(l, c);
    int32_t channels = c->params.window.in_c;
    uint32_t *packed = ZR_NEW(l->site.cx, uint32_t, (size_t)channels * INT4_WORDS);
    if (!packed) return false;
    for (int32_t i = 0; i < channels; i++) {
        int64_t bias;
        zr_line line;
        if (!zr_depthwise_3x3_line(&l->site, i, &bias, &line))
            return zr_site_fail(&l->site, ZR_E_INTERNAL, "channel %d cannot be scaled", i);
        pack_int4(&l->site, i, bias, &line, packed + i * INT4_WORDS);
    }
    zr_arg args[5] = {zr_arg_input(l, 0),
                      zr_arg_const(l, "filters", ZR_U32, packed, (int64_t)channels * INT4_WORDS),
                      zr_arg_output(l, 0), zr_arg_scratch(l, ZR_I32, c->scratch_words * 4),
                      zr_arg_scratch(l, ZR_I32, (size_t)channels * ZK_DEPTHWISE_3X3_FILTER * 4)};
    int32_t stride = c->params.window.stride_w;
    return zr_call(l, kernels_int4[stride - 1][c->width - SMALLEST], &c->params, args);
}

static bool call(zr_lowering *l, const cut *c, zr_arg filters)
{
    zr_arg args[4] = {zr_arg_input(l, 0), filters, zr_arg_output(l, 0),
                      zr_arg_scratch(l, ZR_I32, c->scratch_words * 4)};
    int32_t stride = c->params.window.stride_w;
    return zr_call(l, kernels[stride - 1][c->width - SMALLEST], &c->params, args);
}

bool zr_depthwise_3x3_call(zr_lowering *l, zr_arg filters)
{
    zk_window w;
    if (!zr_depthwise_window(&l->site, &w)) return false;
    cut c = cut_fast(&w, zr_zero_point(zr_input(&l->site, 0)));
    return call(l, &c, filters);
}

static bool lower_cut(zr_lowering *l, cut (*cut_it)(const zk_window *, int32_t))
{
    zk_window w;
    if (!zr_depthwise_window(&l->site, &w)) return false;
    cut c = cut_it(&w, zr_zero_point(zr_input(&l->site, 0)));
    if (has_int4(&l->site)) return lower_int4(l, &c);
    uint32_t *filters = ZR_NEW(l->site.cx, uint32_t, (size_t)w.in_c * ZK_DEPTHWISE_3X3_FILTER);
    if (!filters) return false;
    for (int32_t i = 0; i < w.in_c; i++) {
        uint32_t *filter = filters + i * ZK_DEPTHWISE_3X3_FILTER;
        int64_t bias;
        zr_line line;
        if (!zr_depthwise_3x3_line(&l->site, i, &bias, &line))
            return zr_site_fail(&l->site, ZR_E_INTERNAL, "channel %d cannot be scaled", i);
        for (int32_t y = 0; y < 3; y++) {
            int32_t tap[3];
            for (int32_t x = 0; x < 3; x++)
                tap[x] = zr_depthwise_weight(&l->site, 3 * y + x, i) * (1 << line.left);
            uint32_t *words = filter + (y == 0 ? 0 : 2 * y + 1);
            words[0] = pair(tap[0], tap[1]);
            words[1] = pair(tap[1], tap[2]);
        }
        filter[2] = (uint32_t)(bias * (1 << line.left) + line.nudge);
        filter[7] = (uint32_t)line.multiplier;
        filter[8] = (uint32_t)line.start;
    }
    return call(
        l, &c,
        zr_arg_const(l, "filters", ZR_I32, filters, (int64_t)w.in_c * ZK_DEPTHWISE_3X3_FILTER));
}

bool zr_depthwise_3x3_lower(zr_lowering *l)
{
    return lower_cut(l, cut_fast);
}

bool zr_depthwise_3x3_small_lower(zr_lowering *l)
{
    return lower_cut(l, cut_small);
}

/* Row y is written when every input row that it sees has been read. */
int64_t zr_depthwise_3x3_overlap(const zr_site *site, int input)
{
    zk_window w;
    if (input != 0 || !zr_depthwise_window(site, &w) || w.batches != 1) return ZR_NO_OVERLAP;
    int64_t in_row = (int64_t)w.in_w * w.in_c, out_row = (int64_t)w.out_w * w.out_c;
    int64_t distance = INT64_MIN;
    for (int64_t y = 0; y < w.out_h; y++) {
        int64_t read = y * w.stride_h - w.pad_h + 3;
        if (read > w.in_h) read = w.in_h;
        int64_t d = (y + 1) * out_row - read * in_row;
        if (d > distance) distance = d;
    }
    return distance;
}

/* Exactly in place: an output lies over an input of its own channel, which the rule above lets go.
 */
int64_t zr_depthwise_3x3_small_overlap(const zr_site *site, int input)
{
    int64_t distance = zr_depthwise_3x3_overlap(site, input);
    return distance <= 0 ? 0 : ZR_NO_OVERLAP;
}
