/* The host's side of dsp_line.c. */
#include "ops/channels.h"
#include "ops/depthwise_conv_2d/variants.h"
#include "ops/rules.h"

enum {
    RIGHT = 8,       /* the last shift without ties */
    RIGHT_TIES = 12, /* and with them */
    MAX_LEFT = 8,    /* -128 * 2^8 is the least 16-bit value */
    AT_ONCE = 6
};

static const zr_param_field params[] = {
    ZR_PARAM(I32, zk_depthwise_line_params, batches),
    ZR_PARAM(I32, zk_depthwise_line_params, in_pixels),
    ZR_PARAM(I32, zk_depthwise_line_params, out_pixels),
    ZR_PARAM(I32, zk_depthwise_line_params, channels),
    ZR_PARAM(I32, zk_depthwise_line_params, pad),
    ZR_PARAM(I32, zk_depthwise_line_params, zero_point),
    ZR_PARAM(I32, zk_depthwise_line_params, steps),
    ZR_PARAM(I32, zk_depthwise_line_params, words),
    ZR_PARAM(I32, zk_depthwise_line_params, filter_words),
};
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_line, zk_depthwise_line_params, params, 4)
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp_line_ties, zk_depthwise_line_params, params, 4)

typedef struct scaling {
    zr_line line;
    int64_t bias;
    int32_t tie; /* taken from negative sums */
} scaling;

static bool by_line(const zr_site *site, int32_t channel, scaling *s)
{
    zr_staircase stairs = zr_depthwise_stairs(site, channel, &s->bias);
    s->tie = 0;
    return zr_find_line(&stairs, RIGHT, MAX_LEFT, &s->line);
}

/* The reference's two roundings as one with the correction for ties: exact where the weights take
 * at least a factor of 4 and nothing is clamped but to 8 bits. See with_ties() in any_window.c. */
static bool with_ties(const zr_site *site, int32_t channel, scaling *s)
{
    zr_staircase stairs = zr_depthwise_stairs(site, channel, &s->bias);
    int left = RIGHT_TIES + 1 + stairs.shift;
    if (left < 2 || left > MAX_LEFT || stairs.out_min != -128 || stairs.out_max != 127)
        return false;
    int64_t limit = INT32_MAX >> left;
    if (stairs.least < -limit || stairs.most > limit) return false;
    s->line = (zr_line){.left = left,
                        .multiplier = stairs.multiplier,
                        .start = (1 << (left - 2)) + (1 << (RIGHT_TIES - 1)) +
                                 stairs.zero_point * (1 << RIGHT_TIES)};
    s->tie = 1 << (left - 1);
    return true;
}

/* Scales for every channel, all of the same way. `s` may be NULL. */
static bool scale(const zr_site *site, int32_t channels, bool *ties, scaling *s)
{
    for (*ties = false;; *ties = true) {
        int32_t c = 0;
        for (scaling one; c < channels; c++) {
            if (!(*ties ? with_ties : by_line)(site, c, &one)) break;
            if (s) s[c] = one;
        }
        if (c == channels || *ties) return c == channels;
    }
}

/* The node as a line; false when it is none. */
static bool line_of(const zr_site *site, zk_depthwise_line_params *p, int32_t *taps)
{
    zk_window w;
    if (zr_input(site, 0)->type != ZR_I8 || !zr_depthwise_window(site, &w)) return false;
    bool column =
        w.in_w == 1 && w.out_w == 1 && w.kernel_w == 1 && w.stride_h == 1 && w.dilation_h == 1;
    bool row =
        w.in_h == 1 && w.out_h == 1 && w.kernel_h == 1 && w.stride_w == 1 && w.dilation_w == 1;
    if (w.in_c != w.out_c || w.in_c % 4 != 0 || !(column || row)) return false;
    *taps = column ? w.kernel_h : w.kernel_w;
    *p = (zk_depthwise_line_params){.batches = w.batches,
                                    .in_pixels = column ? w.in_h : w.in_w,
                                    .out_pixels = column ? w.out_h : w.out_w,
                                    .channels = w.in_c,
                                    .pad = column ? w.pad_h : w.pad_w,
                                    .zero_point = zr_zero_point(zr_input(site, 0)),
                                    .steps = *taps / 2 + 1};
    p->words = (p->out_pixels + AT_ONCE - 1) / AT_ONCE * 3 + p->steps - 1;
    return true;
}

bool zr_depthwise_line_fits(const zr_site *site)
{
    zk_depthwise_line_params p;
    int32_t taps;
    bool ties;
    return line_of(site, &p, &taps) && scale(site, p.channels, &ties, NULL);
}

void zr_depthwise_line_cost(const zr_site *site, zr_cost *cost)
{
    zk_depthwise_line_params p;
    int32_t taps;
    bool ties;
    if (!line_of(site, &p, &taps) || !scale(site, p.channels, &ties, NULL)) return;
    int64_t blocks = (p.out_pixels + AT_ONCE - 1) / AT_ONCE;
    int64_t block = 4 * (8 * p.steps + 2 * (p.steps + 2) / 3 + (ties ? 51 : 39)) + 45;
    cost->instructions = p.batches * (p.channels / 4) * (blocks * block + 13 * p.words + 60);
    cost->const_bytes = 4 * (int64_t)p.channels * (2 * p.steps + (ties ? 4 : 3));
    cost->code_bytes = 700;
    cost->scratch_bytes = 16 * (int64_t)p.words;
}

static int32_t pair(int32_t lane0, int32_t lane1)
{
    return (int32_t)((uint32_t)(lane0 & 0xFFFF) | (uint32_t)lane1 << 16);
}

static int32_t weight(const zr_site *site, int32_t taps, int32_t tap, int32_t c, int left)
{
    return tap < 0 || tap >= taps ? 0 : zr_depthwise_weight(site, tap, c) * (1 << left);
}

bool zr_depthwise_line_lower(zr_lowering *l)
{
    const zr_site *site = &l->site;
    zk_depthwise_line_params p;
    int32_t taps;
    bool ties = false;
    if (!line_of(site, &p, &taps)) return false;
    scaling *scales = ZR_NEW(site->cx, scaling, (size_t)p.channels);
    if (!scales) return false;
    if (!scale(site, p.channels, &ties, scales))
        return zr_site_fail(site, ZR_E_INTERNAL, "cannot be scaled");
    p.filter_words = 2 * p.steps + (ties ? 4 : 3);
    int32_t *filters = ZR_NEW(site->cx, int32_t, (size_t)p.channels * (size_t)p.filter_words);
    if (!filters) return false;
    for (int32_t c = 0; c < p.channels; c++) {
        const scaling *s = &scales[c];
        int32_t *word = filters + c * p.filter_words;
        int left = s->line.left;
        *word++ = (int32_t)(s->bias * (1 << left) + s->line.nudge);
        for (int32_t k = 0; k < p.steps; k++) {
            *word++ =
                pair(weight(site, taps, 2 * k, c, left), weight(site, taps, 2 * k + 1, c, left));
            *word++ =
                pair(weight(site, taps, 2 * k - 1, c, left), weight(site, taps, 2 * k, c, left));
        }
        *word++ = s->line.multiplier;
        *word++ = s->line.start;
        if (ties) *word++ = s->tie;
    }
    zr_arg args[4] = {
        zr_arg_input(l, 0),
        zr_arg_const(l, "filters", ZR_I32, filters, (int64_t)p.channels * p.filter_words),
        zr_arg_output(l, 0), zr_arg_scratch(l, ZR_I32, 16 * (size_t)p.words)};
    return zr_call(l,
                   ties ? &kernel_zk_depthwise_conv_2d_s8_dsp_line_ties
                        : &kernel_zk_depthwise_conv_2d_s8_dsp_line,
                   &p, args);
}

/* Exactly in place: an output lies over an input of its own channel, whose line has been read. */
int64_t zr_depthwise_line_overlap(const zr_site *site, int input)
{
    zk_depthwise_line_params p;
    int32_t taps;
    if (input != 0 || !line_of(site, &p, &taps) || p.batches != 1 || p.out_pixels > p.in_pixels)
        return ZR_NO_OVERLAP;
    return 0;
}
