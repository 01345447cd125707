/* The host's side of dsp.c. */
#include "ops/channels.h"
#include "ops/depthwise_conv_2d/variants.h"
#include "ops/rules.h"

enum { FOUR = 4, MAX_LEFT = 8, TIES_LEFT = 2 };

static const zr_param_field params[] = {
    ZR_PARAM_WINDOW(zk_depthwise_any_params),
    ZR_PARAM(I32, zk_depthwise_any_params, zero_point),
    ZR_PARAM(I32, zk_depthwise_any_params, padding),
    ZR_PARAM(I32, zk_depthwise_any_params, ties),
    ZR_PARAM(I32, zk_depthwise_any_params, out_min),
    ZR_PARAM(I32, zk_depthwise_any_params, out_max),
};
ZR_KERNEL(zk_depthwise_conv_2d_s8_dsp, zk_depthwise_any_params, params, 4)

typedef struct scaling {
    zr_line line;
    int right;
    int64_t bias;
} scaling;

/* A line (ops/scaling.h) for the channel, with a last shift of its own. */
static bool by_line(const zr_site *site, int32_t channel, scaling *s)
{
    zr_staircase stairs = zr_depthwise_stairs(site, channel, &s->bias);
    stairs.clamped = true;
    for (int left = MAX_LEFT; left >= 0; left--) {
        s->right = left - 1 - stairs.shift;
        if (s->right < 0 || s->right > 22) continue;
        if (zr_find_line(&stairs, s->right, left, &s->line)) return true;
    }
    return false;
}

/* The reference's two roundings as one with the correction for ties: exact for shifts to the right.
 * With weights times 4 the upper half of sum * multiplier is 2^(1 - shift) times the output; half
 * of that and the reference's first rounding, 1, are added, and 2 taken from it when it is
 * negative. */
static bool with_ties(const zr_site *site, int32_t channel, scaling *s)
{
    zr_staircase stairs = zr_depthwise_stairs(site, channel, &s->bias);
    int64_t limit = INT32_MAX >> TIES_LEFT;
    if (stairs.shift > -1 || stairs.shift < -20 || stairs.least < -limit || stairs.most > limit)
        return false;
    s->right = 1 - stairs.shift;
    s->line = (zr_line){.left = TIES_LEFT,
                        .multiplier = stairs.multiplier,
                        .start = 1 + (1 << -stairs.shift) + stairs.zero_point * (1 << s->right)};
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

bool zr_depthwise_any_fits(const zr_site *site)
{
    zk_window w;
    bool ties;
    return zr_input(site, 0)->type == ZR_I8 && zr_depthwise_window(site, &w) && w.in_c == w.out_c &&
           w.in_c >= FOUR && scale(site, w.in_c, &ties, NULL);
}

/* Bytes of a pixel of padding, if there is any. */
static int32_t padding_of(const zk_window *w)
{
    int32_t bottom = (w->out_h - 1) * w->stride_h - w->pad_h + (w->kernel_h - 1) * w->dilation_h;
    int32_t right = (w->out_w - 1) * w->stride_w - w->pad_w + (w->kernel_w - 1) * w->dilation_w;
    bool inside = w->pad_h == 0 && w->pad_w == 0 && bottom < w->in_h && right < w->in_w;
    return inside ? 0 : w->in_c;
}

typedef struct sizes {
    int32_t quads, pairs, words; /* of filters */
    size_t scratch;
} sizes;

static sizes sizes_of(const zk_window *w)
{
    int32_t pairs = (w->kernel_h * w->kernel_w + 1) / 2, quads = (w->in_c + 3) / 4;
    return (sizes){quads, pairs, quads * (4 * pairs + 16),
                   (size_t)(2 * pairs + 1) * sizeof(void *) + (size_t)padding_of(w)};
}

void zr_depthwise_any_cost(const zr_site *site, zr_cost *cost)
{
    zk_window w;
    if (!zr_depthwise_window(site, &w)) return;
    sizes s = sizes_of(&w);
    int64_t pixels = (int64_t)w.batches * w.out_h * w.out_w;
    cost->instructions =
        pixels * ((int64_t)s.quads * (17 * s.pairs + 46) + 20 * (int64_t)s.pairs + 110) +
        4 * padding_of(&w) + 100;
    cost->const_bytes = 4 * (int64_t)s.words;
    cost->code_bytes = 500;
    cost->scratch_bytes = (int64_t)s.scratch;
}

bool zr_depthwise_any_lower(zr_lowering *l)
{
    const depthwise_conv_2d_attrs *a = l->site.node->attrs;
    zk_window w;
    if (!zr_depthwise_window(&l->site, &w)) return false;
    sizes size = sizes_of(&w);
    int32_t *filters = ZR_NEW(l->site.cx, int32_t, (size_t)size.words);
    scaling *scales = ZR_NEW(l->site.cx, scaling, (size_t)w.in_c);
    bool ties = false;
    if (!filters || !scales) return false;
    if (!scale(&l->site, w.in_c, &ties, scales))
        return zr_site_fail(&l->site, ZR_E_INTERNAL, "cannot be scaled");
    int32_t taps = w.kernel_h * w.kernel_w;
    for (int32_t q = 0; q < size.quads; q++) {
        int32_t *filter = filters + q * (4 * size.pairs + 16);
        int32_t *tail = filter + 4 + 4 * size.pairs;
        for (int32_t i = 0; i < FOUR; i++) {
            int32_t c = (4 * q + 4 <= w.in_c ? 4 * q : w.in_c - 4) + i;
            const scaling *s = &scales[c];
            int32_t factor = 1 << s->line.left;
            filter[i] = (int32_t)(s->bias * factor + s->line.nudge);
            for (int32_t k = 0; k < size.pairs; k++) {
                int32_t first = zr_depthwise_weight(&l->site, 2 * k, c) * factor;
                int32_t second =
                    2 * k + 1 < taps ? zr_depthwise_weight(&l->site, 2 * k + 1, c) * factor : 0;
                filter[4 + 4 * k + i] =
                    (int32_t)((uint32_t)(first & 0xFFFF) | (uint32_t)second << 16);
            }
            tail[3 * i] = s->line.multiplier;
            tail[3 * i + 1] = s->line.start;
            tail[3 * i + 2] = s->right;
        }
    }
    zk_depthwise_any_params p = {.window = w,
                                 .zero_point = zr_zero_point(zr_input(&l->site, 0)),
                                 .padding = padding_of(&w),
                                 .ties = ties ? -(1 << (TIES_LEFT - 1)) : 0};
    zr_clamp_quantized(zr_output(&l->site, 0), a->activation, &p.out_min, &p.out_max);
    zr_arg args[4] = {zr_arg_input(l, 0), zr_arg_const(l, "filters", ZR_I32, filters, size.words),
                      zr_arg_output(l, 0), zr_arg_scratch(l, ZR_I64, size.scratch)};
    return zr_call(l, &kernel_zk_depthwise_conv_2d_s8_dsp, &p, args);
}
