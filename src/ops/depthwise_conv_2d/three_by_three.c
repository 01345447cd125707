/* The host's side of dsp_3x3.c. */
#include "device/dsp_depthwise_3x3.h"
#include "ops/channels.h"
#include "ops/depthwise_conv_2d/variants.h"
#include "ops/rules.h"

enum {
    RIGHT = 8,          /* the last shift of every channel */
    MAX_LEFT = 8,       /* -128 * 2^8 is the least 16-bit value */
    SLACK_BYTES = 1024, /* for units to slide down */
    SMALLEST = 3,
    LARGEST = 6
};

static const zr_param_field params[] = {
    ZR_PARAM_WINDOW(zk_depthwise_3x3_params),
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

static const zr_kernel *const kernels[2][LARGEST - SMALLEST + 1] = {
    {&kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3, &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5, &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6},
    {&kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3, &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4,
     &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5, &kernel_zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6},
};

/* How the node is cut up. */
typedef struct cut {
    zk_depthwise_3x3_params params;
    int32_t width; /* of a block */
    int32_t words; /* of a row of a unit */
    size_t scratch_words;
} cut;

static cut cut_of(const zk_window *w, int32_t zero_point)
{
    cut c = {.params = {.window = *w, .zero_point = zero_point}};
    c.params.blocks = (w->out_w + LARGEST - 1) / LARGEST;
    c.width = (w->out_w + c.params.blocks - 1) / c.params.blocks;
    c.params.last_advance = (w->out_w - (c.params.blocks - 1) * c.width) * w->stride_w;
    c.words = w->stride_w == 1 ? (c.width + 3) / 2 : c.width + 1;
    int32_t slide = (w->out_h - 1) * w->stride_h, most = SLACK_BYTES / 4 / c.words;
    c.params.slack_rows = slide < most ? slide : most;
    int32_t rows = 3 * c.params.blocks * w->in_c + c.params.slack_rows;
    c.scratch_words = (size_t)w->in_c / 4 + (size_t)rows * (size_t)c.words;
    return c;
}

static bool find_line(const zr_site *site, int32_t channel, int64_t *bias, zr_line *line)
{
    zr_staircase stairs = zr_depthwise_stairs(site, channel, bias);
    return zr_find_line(&stairs, RIGHT, MAX_LEFT, line);
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
    for (int32_t c = 0; c < w.out_c; c++)
        if (!find_line(site, c, &bias, &line)) return false;
    return true;
}

void zr_depthwise_3x3_cost(const zr_site *site, zr_cost *cost)
{
    zk_window w;
    if (!zr_depthwise_window(site, &w)) return;
    cut c = cut_of(&w, 0);
    int64_t rows = (int64_t)w.batches * w.out_h, blocks = c.params.blocks;
    int64_t block = (w.stride_w == 1 ? 11 : 12) * c.width + 1;
    int64_t gather = w.stride_w * (c.words / 2 * 23 + c.words % 2 * 15);
    cost->instructions = rows * blocks * (block * w.in_c + gather * w.in_c / 4 + 80);
    cost->const_bytes = 4 * (int64_t)ZK_DEPTHWISE_3X3_FILTER * w.in_c;
    cost->code_bytes = 900;
    cost->scratch_bytes = (int64_t)c.scratch_words * 4;
}

static uint32_t pair(int32_t lane0, int32_t lane1)
{
    return (uint32_t)(lane0 & 0xFFFF) | (uint32_t)lane1 << 16;
}

bool zr_depthwise_3x3_lower(zr_lowering *l)
{
    zk_window w;
    if (!zr_depthwise_window(&l->site, &w)) return false;
    cut c = cut_of(&w, zr_zero_point(zr_input(&l->site, 0)));
    uint32_t *filters = ZR_NEW(l->site.cx, uint32_t, (size_t)w.in_c * ZK_DEPTHWISE_3X3_FILTER);
    if (!filters) return false;
    for (int32_t i = 0; i < w.in_c; i++) {
        uint32_t *filter = filters + i * ZK_DEPTHWISE_3X3_FILTER;
        int64_t bias;
        zr_line line;
        if (!find_line(&l->site, i, &bias, &line))
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
    zr_arg args[4] = {
        zr_arg_input(l, 0),
        zr_arg_const(l, "filters", ZR_I32, filters, (int64_t)w.in_c * ZK_DEPTHWISE_3X3_FILTER),
        zr_arg_output(l, 0), zr_arg_scratch(l, ZR_I32, c.scratch_words * 4)};
    return zr_call(l, kernels[w.stride_w - 1][c.width - SMALLEST], &c.params, args);
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
