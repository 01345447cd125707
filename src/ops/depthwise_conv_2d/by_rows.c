/* The host's side of dsp_3x3_rows.c. */
#include "device/dsp_depthwise_rows.h"
#include "ops/channels.h"
#include "ops/depthwise_conv_2d/variants.h"
#include "ops/rules.h"

enum { SMALLEST = 3, LARGEST = 6, MANY = 16, FEW = 8 };

static const zr_param_field params[] = {
    ZR_PARAM_WINDOW(zk_depthwise_rows_params),
    ZR_PARAM(I32, zk_depthwise_rows_params, group),
    ZR_PARAM(I32, zk_depthwise_rows_params, zero_point),
    ZR_PARAM(I32, zk_depthwise_rows_params, blocks),
    ZR_PARAM(I32, zk_depthwise_rows_params, pairs),
};
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_rows_s1_w3, zk_depthwise_rows_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_rows_s1_w4, zk_depthwise_rows_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_rows_s1_w5, zk_depthwise_rows_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_rows_s1_w6, zk_depthwise_rows_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_rows_s2_w3, zk_depthwise_rows_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_rows_s2_w4, zk_depthwise_rows_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_rows_s2_w5, zk_depthwise_rows_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_rows_s2_w6, zk_depthwise_rows_params, params, 4)

static const zr_kernel *const kernels[2][LARGEST - SMALLEST + 1] = {
    {&kernel_zk_depthwise_conv_2d_s8_dsp_rows_s1_w3, &kernel_zk_depthwise_conv_2d_s8_dsp_rows_s1_w4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_rows_s1_w5,
     &kernel_zk_depthwise_conv_2d_s8_dsp_rows_s1_w6},
    {&kernel_zk_depthwise_conv_2d_s8_dsp_rows_s2_w3, &kernel_zk_depthwise_conv_2d_s8_dsp_rows_s2_w4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_rows_s2_w5,
     &kernel_zk_depthwise_conv_2d_s8_dsp_rows_s2_w6},
};

/* How the node is cut up. */
typedef struct cut {
    zk_depthwise_rows_params params;
    int32_t width, pairs; /* of a block, of its columns */
    size_t scratch_words;
} cut;

static cut cut_of(const zk_window *w, int32_t group, int32_t zero_point)
{
    cut c = {.params = {.window = *w, .group = group, .zero_point = zero_point}};
    c.params.blocks = (w->out_w + LARGEST - 1) / LARGEST;
    c.width = (w->out_w + c.params.blocks - 1) / c.params.blocks;
    c.pairs = w->stride_w == 1 ? (c.width + 3) / 2 : c.width + 1;
    /* Pairs of columns right of the picture are left out; those of several blocks share memory. */
    int32_t seen = (w->in_w + w->pad_w + 1) / 2;
    c.params.pairs = c.params.blocks == 1 && seen < c.pairs ? seen : c.pairs;
    c.scratch_words = (size_t)w->in_c / 4 + (size_t)group * 3 * (size_t)c.pairs;
    return c;
}

/* As many channels as divide theirs, at most `most`. */
static int32_t group_of(const zk_window *w, int32_t most)
{
    int32_t group = most;
    while (w->in_c % group) group -= 4;
    return group;
}

static bool fits(const zr_site *site, int32_t most)
{
    zk_window w;
    if (!zr_depthwise_3x3_fits(site) || !zr_depthwise_window(site, &w)) return false;
    return w.batches == 1 && (most == FEW || w.in_c > FEW);
}

static void cost(const zr_site *site, int32_t most, zr_cost *cost)
{
    /* A block of one channel. */
    static const int16_t block[2][LARGEST - SMALLEST + 1] = {{32, 41, 50, 60}, {33, 42, 52, 63}};
    zk_window w;
    if (!zr_depthwise_window(site, &w)) return;
    cut c = cut_of(&w, group_of(&w, most), 0);
    int64_t groups = w.in_c / c.params.group, fours = c.params.group / 4;
    int64_t compute = block[w.stride_w - 1][c.width - SMALLEST] * 4 * fours + 45;
    int64_t pairs = c.params.pairs, gather = pairs * (39 * fours + 16);
    cost->instructions =
        w.out_h * c.params.blocks * (groups * (compute + gather + 20) + 40 * pairs + 40) +
        (int64_t)c.scratch_words + 60;
    cost->const_bytes = 4 * (int64_t)ZK_DEPTHWISE_ROWS_FILTER * w.in_c;
    cost->code_bytes = 1100;
    cost->scratch_bytes = (int64_t)c.scratch_words * 4;
}

static uint32_t pair(int32_t lane0, int32_t lane1)
{
    return (uint32_t)(lane0 & 0xFFFF) | (uint32_t)lane1 << 16;
}

static bool pack(const zr_site *site, int32_t channel, uint32_t *filter)
{
    int64_t bias;
    zr_line line;
    if (!zr_depthwise_3x3_line(site, channel, &bias, &line))
        return zr_site_fail(site, ZR_E_INTERNAL, "channel %d cannot be scaled", channel);
    int32_t tap[9];
    for (int32_t i = 0; i < 9; i++)
        tap[i] = zr_depthwise_weight(site, i, channel) * (1 << line.left);
    for (int32_t x = 0; x < 3; x++) filter[x] = pair(tap[x], tap[3 + x]);
    filter[3] = (uint32_t)(bias * (1 << line.left) + line.nudge);
    filter[4] = pair(tap[6], tap[7]);
    filter[5] = pair(tap[7], tap[8]);
    filter[6] = (uint32_t)line.multiplier;
    filter[7] = (uint32_t)line.start;
    return true;
}

static bool lower(zr_lowering *l, int32_t most)
{
    zk_window w;
    if (!zr_depthwise_window(&l->site, &w)) return false;
    cut c = cut_of(&w, group_of(&w, most), zr_zero_point(zr_input(&l->site, 0)));
    size_t words = (size_t)w.in_c * ZK_DEPTHWISE_ROWS_FILTER;
    uint32_t *filters = ZR_NEW(l->site.cx, uint32_t, words);
    if (!filters) return false;
    for (int32_t i = 0; i < w.in_c; i++)
        if (!pack(&l->site, i, filters + (size_t)i * ZK_DEPTHWISE_ROWS_FILTER)) return false;
    zr_arg args[4] = {zr_arg_input(l, 0),
                      zr_arg_const(l, "filters", ZR_I32, filters, (int64_t)words),
                      zr_arg_output(l, 0), zr_arg_scratch(l, ZR_I32, c.scratch_words * 4)};
    return zr_call(l, kernels[w.stride_w - 1][c.width - SMALLEST], &c.params, args);
}

bool zr_depthwise_rows_16_fits(const zr_site *site)
{
    return fits(site, MANY);
}

void zr_depthwise_rows_16_cost(const zr_site *site, zr_cost *c)
{
    cost(site, MANY, c);
}

bool zr_depthwise_rows_16_lower(zr_lowering *l)
{
    return lower(l, MANY);
}

bool zr_depthwise_rows_8_fits(const zr_site *site)
{
    return fits(site, FEW);
}

void zr_depthwise_rows_8_cost(const zr_site *site, zr_cost *c)
{
    cost(site, FEW, c);
}

bool zr_depthwise_rows_8_lower(zr_lowering *l)
{
    return lower(l, FEW);
}

/* While row y is written, the rows that it sees are read, and none above them any more. */
int64_t zr_depthwise_rows_overlap(const zr_site *site, int input)
{
    zk_window w;
    if (input != 0 || !zr_depthwise_window(site, &w)) return ZR_NO_OVERLAP;
    int64_t in_row = (int64_t)w.in_w * w.in_c, out_row = (int64_t)w.out_w * w.out_c;
    int64_t distance = INT64_MIN;
    for (int64_t y = 0; y < w.out_h; y++) {
        int64_t needed = y * w.stride_h - w.pad_h;
        if (needed < 0) needed = 0;
        int64_t d = (y + 1) * out_row - needed * in_row;
        if (d > distance) distance = d;
    }
    return distance;
}
