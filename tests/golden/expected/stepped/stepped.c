/* stepped.c: the network, written by zerre 0.1.0 from convolutions.tflite
 * (SHA-256 3ae6d500c52fe5e3d91f6ba3feb1c80cc7ace68c10800ef2b340850388edaa79).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 *
 * Arena, bytes:
 *    offset      size   alive during calls   holds
 *         0        24   input - 4           x
 *        24         3      0 - 3            x/bound/before/joined
 *        32         2      3 - 4            x/bound/before/joined/rows
 *         0        24      4 - 9            x/started
 *        24         3      5 - 8            x/started/bound/before/joined
 *        32         2      8 - 9            x/started/bound/before/joined/rows
 *        72        24      9 - 11           x/started/started
 *         0        72     10 - 13           x/started/started/before/joined
 *        96        48     13 - 18           dilated
 *         0         5     14 - 17           dilated/bound/before/joined
 *         8         2     17 - 18           dilated/bound/before/joined/rows
 *        96        48     18 - 20           dilated/started
 *         0        96     19 - 22           dilated/started/before/joined
 *        96        24     22 - 24           deep
 *         0        48     23 - 26           deep/before/joined
 *        48         8     26 - 28           grouped
 *         0        24     27 - output       grouped/before/joined
 */
#include "stepped.h"

#include <string.h>

/* Called after each layer, by number; define it to trace or time them. */
#ifndef STEPPED_ON_LAYER
#define STEPPED_ON_LAYER(layer) ((void)0)
#endif

/* Elements at an offset of the arena. */
#define AT(type, offset) ((type *)(void *)(arena + (offset)))

/* ---- Kernels ---- */

/* A run of bytes that is contiguous on both sides; streaming models hardly copy anything else. */
typedef struct zk_copy_run_params {
    int32_t in_offset, out_offset; /* bytes */
    int32_t run;                   /* bytes */
} zk_copy_run_params;

/* Copies one run from `in` to `out`. It was proved to lie inside both when the model was compiled,
 * and not to overlap when they are the same tensor. */
static void zk_copy_run(const zk_copy_run_params *p, const void *in, void *out)
{
    memcpy((uint8_t *)out + p->out_offset, (const uint8_t *)in + p->in_offset, (size_t)p->run);
}

/* Dimensions outside of the run, at most; tensors have at most 6. */
#define ZK_BROADCAST_RANK 5

typedef struct zk_broadcast {
    int32_t run;                     /* output elements that are one stretch of memory */
    int32_t a_step, b_step;          /* 1, or 0 for an input that stands still during a run */
    int32_t rank;                    /* dimensions outside of the run, outermost first */
    int32_t size[ZK_BROADCAST_RANK]; /* of these dimensions */
    /* Elements from one run to the next when this dimension moves on and those inside it return to
     * their start. */
    int32_t a_jump[ZK_BROADCAST_RANK];
    int32_t b_jump[ZK_BROADCAST_RANK];
} zk_broadcast;

typedef struct zk_extremum_params {
    zk_broadcast walk;
    int32_t maximum; /* 1: MAXIMUM, 0: MINIMUM */
} zk_extremum_params;

/* Where a run starts in the two inputs. */
typedef struct zk_run {
    int32_t a, b;
    int32_t index[ZK_BROADCAST_RANK];
} zk_run;

/* Moves to the next run; 0 behind the last. */
static inline int32_t zk_next_run(const zk_broadcast *w, zk_run *at)
{
    int32_t d = w->rank - 1;
    while (d >= 0 && ++at->index[d] == w->size[d]) at->index[d--] = 0;
    if (d < 0) return 0;
    at->a += w->a_jump[d];
    at->b += w->b_jump[d];
    return 1;
}

static void zk_extremum_s8(const zk_extremum_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int8_t *x = a + at.a, *y = b + at.b;
        if (w->a_step && !w->b_step && *y == (p->maximum ? INT8_MIN : INT8_MAX)) {
            if (out != x) memmove(out, x, (size_t)w->run * sizeof *x); /* no bound at all */
            out += w->run;
            continue;
        }
        if (!w->b_step && *y == (p->maximum ? INT8_MAX : INT8_MIN)) {
            memset(out, *y, (size_t)w->run); /* nothing passes */
            out += w->run;
            continue;
        }
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (p->maximum ? *x > *y : *x < *y) ? *x : *y;
    } while (zk_next_run(w, &at));
}

typedef struct zk_window {
    int32_t batches;
    int32_t in_h, in_w, in_c;
    int32_t out_h, out_w, out_c;
    int32_t kernel_h, kernel_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_h, pad_w; /* rows above, columns to the left; what is right and below follows */
} zk_window;

typedef struct zk_conv_2d_params {
    zk_window window;
    int32_t kernel_c;   /* input channels that one filter sees: in_c / groups */
    int32_t in_offset;  /* -zero point of the input */
    int32_t out_offset; /* zero point of the output */
    int32_t out_min, out_max;
} zk_conv_2d_params;

/* The taps of a window along one axis that fall inside the picture: begin <= tap < end. */
typedef struct zk_taps {
    int32_t begin, end;
} zk_taps;

/* What a window sees at one place of the output. */
typedef struct zk_patch {
    int32_t start_y, start_x; /* place of tap 0 in the picture, negative in the padding */
    zk_taps rows, columns;    /* the taps inside the picture */
} zk_patch;

/* `start` is the place of tap 0 in the picture (negative in the padding), `size` the picture's. */
static inline zk_taps zk_taps_inside(int32_t start, int32_t dilation, int32_t kernel, int32_t size)
{
    zk_taps taps = {0, kernel};
    while (taps.begin < taps.end && start + taps.begin * dilation < 0) taps.begin++;
    while (taps.end > taps.begin && start + (taps.end - 1) * dilation >= size) taps.end--;
    return taps;
}

static inline zk_patch zk_patch_at(const zk_window *w, int32_t y, int32_t x)
{
    int32_t start_y = y * w->stride_h - w->pad_h, start_x = x * w->stride_w - w->pad_w;
    zk_patch patch = {start_y, start_x,
                      zk_taps_inside(start_y, w->dilation_h, w->kernel_h, w->in_h),
                      zk_taps_inside(start_x, w->dilation_w, w->kernel_w, w->in_w)};
    return patch;
}

/* the sum of input * weight over the taps inside the picture, for one output channel: `in` is the
 * picture at the group's first channel, `weights` the channel's filter
 * [kernel_h][kernel_w][kernel_c]. */
static inline int32_t zk_conv_2d_sum_s8(const zk_window *w, const zk_patch *patch, const int8_t *in,
                                        const int8_t *weights, int32_t kernel_c, int32_t in_offset)
{
    int32_t sum = 0;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const int8_t *row = in + (patch->start_y + ky * w->dilation_h) * w->in_w * w->in_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++) {
            const int8_t *pixel = row + (patch->start_x + kx * w->dilation_w) * w->in_c;
            const int8_t *tap = weights + (ky * w->kernel_w + kx) * kernel_c;
            for (int32_t c = 0; c < kernel_c; c++) sum += (pixel[c] + in_offset) * tap[c];
        }
    }
    return sum;
}

/* x / 2^exponent, ties away from zero, 0 <= exponent <= 31: gemmlowp's RoundingDivideByPOT. */
static inline int32_t zk_shift_right_round(int32_t x, int32_t exponent)
{
    int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1);
    int32_t remainder = x & mask;
    int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

#if defined(__ARM_ARCH_6M__)
static inline int32_t zk_high_mul(int32_t a, int32_t b)
{
    uint32_t a_low = (uint32_t)a & 0xFFFF, b_low = (uint32_t)b & 0xFFFF;
    int32_t a_high = a >> 16, b_high = b >> 16;
    uint32_t low = a_low * b_low;
    int32_t middle = a_high * (int32_t)b_low + (int32_t)(low >> 16);
    int32_t carry = (int32_t)a_low * b_high + (middle & 0xFFFF);
    int32_t high = a_high * b_high + (middle >> 16) + (carry >> 16);
    /* The product is high * 2^32 + (carry mod 2^16) * 2^16 + ...: round at bit 30. */
    return (int32_t)((uint32_t)high << 1) + (((carry & 0xFFFF) >> 14) + 1) / 2;
}
#else
static inline int32_t zk_high_mul(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}
#endif

/* x * 2^shift modulo 2^32, 0 <= shift <= 31. */
static inline int32_t zk_shift_left(int32_t x, int32_t shift)
{
    return (int32_t)((uint32_t)x << shift);
}

/* A 32-bit sum times the scale, rounded twice: what int8 operators do. */
static inline int32_t zk_requantize(int32_t x, int32_t multiplier, int32_t shift)
{
    int32_t left = shift > 0 ? shift : 0;
    int32_t right = shift > 0 ? 0 : -shift;
    return zk_shift_right_round(zk_high_mul(zk_shift_left(x, left), multiplier), right);
}

/* a + b modulo 2^32. */
static inline int32_t zk_add_wrap(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int32_t zk_clamp(int32_t x, int32_t min, int32_t max)
{
    return x < min ? min : x > max ? max : x;
}

/* in [batches][in_h][in_w][in_c], weights [out_c][kernel_h][kernel_w][kernel_c],
 * bias [out_c] or null, multiplier and shift [out_c], out [batches][out_h][out_w][out_c].
 * The sums were proved to fit 32 bits when the model was compiled. */
static void zk_conv_2d_s8(const zk_conv_2d_params *p, const int8_t *in, const int8_t *weights,
                          const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t filter_size = w->kernel_h * w->kernel_w * p->kernel_c;
    int32_t group_size = w->out_c / (w->in_c / p->kernel_c);
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->out_c; c++) {
                    int32_t sum =
                        zk_conv_2d_sum_s8(w, &patch, in + c / group_size * p->kernel_c,
                                          weights + c * filter_size, p->kernel_c, p->in_offset);
                    if (bias) sum += bias[c];
                    sum = zk_requantize(sum, multiplier[c], shift[c]);
                    sum = zk_add_wrap(sum, p->out_offset);
                    *out++ = (int8_t)zk_clamp(sum, p->out_min, p->out_max);
                }
            }
        }
    }
}

typedef struct zk_depthwise_conv_2d_params {
    zk_window window;
    int32_t in_offset;  /* -zero point of the input */
    int32_t out_offset; /* zero point of the output */
    int32_t out_min, out_max;
} zk_depthwise_conv_2d_params;

/* The sum of input * weight over the taps inside the picture, for one output channel: `in` is the
 * picture at the input channel, `weights` the filters at the output channel. */
static inline int32_t zk_depthwise_conv_2d_sum_s8(const zk_window *w, const zk_patch *patch,
                                                  const int8_t *in, const int8_t *weights,
                                                  int32_t in_offset)
{
    int32_t sum = 0;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const int8_t *row = in + (patch->start_y + ky * w->dilation_h) * w->in_w * w->in_c;
        const int8_t *taps = weights + ky * w->kernel_w * w->out_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++)
            sum += (row[(patch->start_x + kx * w->dilation_w) * w->in_c] + in_offset) *
                   taps[kx * w->out_c];
    }
    return sum;
}

/* in [batches][in_h][in_w][in_c], weights [kernel_h][kernel_w][out_c], bias [out_c] or null,
 * multiplier and shift [out_c], out [batches][out_h][out_w][out_c]; out_c is a multiple of in_c.
 * The sums were proved to fit 32 bits when the model was compiled. */
static void zk_depthwise_conv_2d_s8(const zk_depthwise_conv_2d_params *p, const int8_t *in,
                                    const int8_t *weights, const int32_t *bias, const int32_t *multiplier,
                                    const int8_t *shift, int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t per_channel = w->out_c / w->in_c;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->out_c; c++) {
                    int32_t sum = zk_depthwise_conv_2d_sum_s8(w, &patch, in + c / per_channel,
                                                              weights + c, p->in_offset);
                    if (bias) sum += bias[c];
                    sum = zk_requantize(sum, multiplier[c], shift[c]);
                    sum = zk_add_wrap(sum, p->out_offset);
                    *out++ = (int8_t)zk_clamp(sum, p->out_min, p->out_max);
                }
            }
        }
    }
}

/* ---- The layers ---- */

/* Constants, in stepped_weights.c. */
#ifdef __cplusplus
extern "C" {
#endif
extern const int8_t stepped_concatenation_2_input1[2];
extern const int8_t stepped_concatenation_9_input1[2];
extern const int8_t stepped_conv_2d_19_weights[48];
extern const int32_t stepped_conv_2d_19_bias[4];
extern const int32_t stepped_conv_2d_19_multiplier[4];
extern const int8_t stepped_conv_2d_19_shift[4];
extern const int8_t stepped_depthwise_conv_2d_32_weights[72];
extern const int32_t stepped_depthwise_conv_2d_32_bias[8];
extern const int32_t stepped_depthwise_conv_2d_32_multiplier[8];
extern const int8_t stepped_depthwise_conv_2d_32_shift[8];
extern const int8_t stepped_conv_2d_38_weights[64];
extern const int32_t stepped_conv_2d_38_bias[4];
extern const int32_t stepped_conv_2d_38_multiplier[4];
extern const int8_t stepped_conv_2d_38_shift[4];
#ifdef __cplusplus
}
#endif

static const zk_copy_run_params copy_run_params = {
    /* in_offset */ 0, /* out_offset */ 0, /* run */ 1
};

static const zk_copy_run_params copy_run_params_1 = {
    /* in_offset */ 0, /* out_offset */ 1, /* run */ 2
};

static const zk_copy_run_params copy_run_params_2 = {
    /* in_offset */ 2, /* out_offset */ 0, /* run */ 1
};

static const zk_copy_run_params copy_run_params_3 = {
    /* in_offset */ 0, /* out_offset */ 0, /* run */ 2
};

static const zk_extremum_params minimum_6_params = {
    {/* run */ 12, /* a_step */ 1, /* b_step */ 0, /* rank */ 1, /* size */ {2, 0, 0, 0, 0},
    /* a_jump */ {12, 0, 0, 0, 0}, /* b_jump */ {1, 0, 0, 0, 0}},
    /* maximum */ 0
};

static const zk_extremum_params maximum_13_params = {
    {/* run */ 12, /* a_step */ 1, /* b_step */ 0, /* rank */ 1, /* size */ {2, 0, 0, 0, 0},
    /* a_jump */ {12, 0, 0, 0, 0}, /* b_jump */ {1, 0, 0, 0, 0}},
    /* maximum */ 1
};

static const zk_copy_run_params copy_run_params_4 = {
    /* in_offset */ 0, /* out_offset */ 0, /* run */ 48
};

static const zk_copy_run_params concatenation_16_params = {
    /* in_offset */ 0, /* out_offset */ 48, /* run */ 24
};

static const zk_copy_run_params slice_17_params = {
    /* in_offset */ 24, /* out_offset */ 0, /* run */ 48
};

static const zk_conv_2d_params conv_2d_19_params = {
    {/* batches */ 1, /* in_h */ 6, /* in_w */ 6, /* in_c */ 2, /* out_h */ 2, /* out_w */ 6,
    /* out_c */ 4, /* kernel_h */ 3, /* kernel_w */ 2, /* stride_h */ 1, /* stride_w */ 1,
    /* dilation_h */ 2, /* dilation_w */ 2, /* pad_h */ 0, /* pad_w */ 1},
    /* kernel_c */ 2, /* in_offset */ 1, /* out_offset */ -128, /* out_min */ -128,
    /* out_max */ -68
};

static const zk_copy_run_params concatenation_22_params = {
    /* in_offset */ 0, /* out_offset */ 0, /* run */ 3
};

static const zk_copy_run_params concatenation_22_params_1 = {
    /* in_offset */ 0, /* out_offset */ 3, /* run */ 2
};

static const zk_copy_run_params slice_23_params = {
    /* in_offset */ 2, /* out_offset */ 0, /* run */ 3
};

static const zk_extremum_params minimum_26_params = {
    {/* run */ 24, /* a_step */ 1, /* b_step */ 0, /* rank */ 1, /* size */ {2, 0, 0, 0, 0},
    /* a_jump */ {24, 0, 0, 0, 0}, /* b_jump */ {1, 0, 0, 0, 0}},
    /* maximum */ 0
};

static const zk_copy_run_params concatenation_29_params = {
    /* in_offset */ 0, /* out_offset */ 48, /* run */ 48
};

static const zk_copy_run_params slice_30_params = {
    /* in_offset */ 48, /* out_offset */ 0, /* run */ 48
};

static const zk_depthwise_conv_2d_params depthwise_conv_2d_32_params = {
    {/* batches */ 1, /* in_h */ 4, /* in_w */ 6, /* in_c */ 4, /* out_h */ 1, /* out_w */ 3,
    /* out_c */ 8, /* kernel_h */ 3, /* kernel_w */ 3, /* stride_h */ 2, /* stride_w */ 2,
    /* dilation_h */ 1, /* dilation_w */ 1, /* pad_h */ 0, /* pad_w */ 0},
    /* in_offset */ 128, /* out_offset */ 10, /* out_min */ -128, /* out_max */ 127
};

static const zk_copy_run_params concatenation_35_params = {
    /* in_offset */ 0, /* out_offset */ 0, /* run */ 24
};

static const zk_copy_run_params concatenation_35_params_1 = {
    /* in_offset */ 0, /* out_offset */ 24, /* run */ 24
};

static const zk_copy_run_params slice_36_params = {
    /* in_offset */ 24, /* out_offset */ 0, /* run */ 24
};

static const zk_conv_2d_params conv_2d_38_params = {
    {/* batches */ 1, /* in_h */ 2, /* in_w */ 3, /* in_c */ 8, /* out_h */ 1, /* out_w */ 2,
    /* out_c */ 4, /* kernel_h */ 2, /* kernel_w */ 2, /* stride_h */ 1, /* stride_w */ 1,
    /* dilation_h */ 1, /* dilation_w */ 1, /* pad_h */ 0, /* pad_w */ 0},
    /* kernel_c */ 4, /* in_offset */ -10, /* out_offset */ 0, /* out_min */ -128,
    /* out_max */ 127
};

static const zk_copy_run_params concatenation_41_params = {
    /* in_offset */ 0, /* out_offset */ 0, /* run */ 16
};

static const zk_copy_run_params concatenation_41_params_1 = {
    /* in_offset */ 0, /* out_offset */ 16, /* run */ 8
};

static const zk_copy_run_params slice_42_params = {
    /* in_offset */ 8, /* out_offset */ 0, /* run */ 16
};

void stepped_reset(stepped *m)
{
    memset(m->state_0, 255, sizeof m->state_0);
    memset(m->state_1, 255, sizeof m->state_1);
    memset(m->state_2, 255, sizeof m->state_2);
    memset(m->state_3, 128, sizeof m->state_3);
    memset(m->state_4, 128, sizeof m->state_4);
    memset(m->state_5, 10, sizeof m->state_5);
    memset(m->state_6, 0, sizeof m->state_6);
}

int stepped_init(stepped *m, void *memory, size_t bytes)
{
    if (memory == NULL || bytes < STEPPED_ARENA_BYTES ||
        (uintptr_t)memory % STEPPED_ARENA_ALIGN != 0) {
        m->arena = NULL;
        return -1;
    }
    m->arena = (unsigned char *)memory;
    stepped_reset(m);
    return 0;
}

int8_t *stepped_input(stepped *m)
{
    unsigned char *const arena = m->arena;
    return AT(int8_t, 0);
}

void *stepped_input_at(stepped *m, int i)
{
    if (i == 0) return stepped_input(m);
    return NULL;
}

const int8_t *stepped_output(const stepped *m)
{
    unsigned char *const arena = m->arena;
    return AT(int8_t, 0);
}

const void *stepped_output_at(const stepped *m, int i)
{
    if (i == 0) return stepped_output(m);
    return NULL;
}

int stepped_invoke(stepped *m)
{
    unsigned char *const arena = m->arena;
    if (arena == NULL) return -1;

    /* 2: CONCATENATION 1x1x1x1 -> 1x3x1x1 */
    zk_copy_run(&copy_run_params, m->state_0, AT(int8_t, 24));
    zk_copy_run(&copy_run_params_1, stepped_concatenation_2_input1, AT(int8_t, 24));
    STEPPED_ON_LAYER(0);

    /* 3: SLICE 1x3x1x1 -> 1x1x1x1 */
    zk_copy_run(&copy_run_params_2, AT(int8_t, 24), m->state_0);
    STEPPED_ON_LAYER(1);

    /* 5: SLICE 1x3x1x1 -> 1x2x1x1 */
    zk_copy_run(&copy_run_params_3, AT(int8_t, 24), AT(int8_t, 32));
    STEPPED_ON_LAYER(2);

    /* 6: MINIMUM 1x2x6x2, 1x2x1x1 -> 1x2x6x2 */
    zk_extremum_s8(&minimum_6_params, AT(int8_t, 0), AT(int8_t, 32), AT(int8_t, 0));
    STEPPED_ON_LAYER(3);

    /* 9: CONCATENATION 1x1x1x1 -> 1x3x1x1 */
    zk_copy_run(&copy_run_params, m->state_1, AT(int8_t, 24));
    zk_copy_run(&copy_run_params_1, stepped_concatenation_9_input1, AT(int8_t, 24));
    STEPPED_ON_LAYER(4);

    /* 10: SLICE 1x3x1x1 -> 1x1x1x1 */
    zk_copy_run(&copy_run_params_2, AT(int8_t, 24), m->state_1);
    STEPPED_ON_LAYER(5);

    /* 12: SLICE 1x3x1x1 -> 1x2x1x1 */
    zk_copy_run(&copy_run_params_3, AT(int8_t, 24), AT(int8_t, 32));
    STEPPED_ON_LAYER(6);

    /* 13: MAXIMUM 1x2x6x2, 1x2x1x1 -> 1x2x6x2 */
    zk_extremum_s8(&maximum_13_params, AT(int8_t, 0), AT(int8_t, 32), AT(int8_t, 72));
    STEPPED_ON_LAYER(7);

    /* 16: CONCATENATION 1x4x6x2, 1x2x6x2 -> 1x6x6x2 */
    zk_copy_run(&copy_run_params_4, m->state_2, AT(int8_t, 0));
    zk_copy_run(&concatenation_16_params, AT(int8_t, 72), AT(int8_t, 0));
    STEPPED_ON_LAYER(8);

    /* 17: SLICE 1x6x6x2 -> 1x4x6x2 */
    zk_copy_run(&slice_17_params, AT(int8_t, 0), m->state_2);
    STEPPED_ON_LAYER(9);

    /* 19: CONV_2D 1x6x6x2 -> 1x2x6x4, 576 MACs */
    zk_conv_2d_s8(&conv_2d_19_params, AT(int8_t, 0), stepped_conv_2d_19_weights,
                  stepped_conv_2d_19_bias, stepped_conv_2d_19_multiplier, stepped_conv_2d_19_shift,
                  AT(int8_t, 96));
    STEPPED_ON_LAYER(10);

    /* 22: CONCATENATION 1x3x1x1 -> 1x5x1x1 */
    zk_copy_run(&concatenation_22_params, m->state_3, AT(int8_t, 0));
    zk_copy_run(&concatenation_22_params_1, stepped_concatenation_2_input1, AT(int8_t, 0));
    STEPPED_ON_LAYER(11);

    /* 23: SLICE 1x5x1x1 -> 1x3x1x1 */
    zk_copy_run(&slice_23_params, AT(int8_t, 0), m->state_3);
    STEPPED_ON_LAYER(12);

    /* 25: SLICE 1x5x1x1 -> 1x2x1x1 */
    zk_copy_run(&copy_run_params_3, AT(int8_t, 0), AT(int8_t, 8));
    STEPPED_ON_LAYER(13);

    /* 26: MINIMUM 1x2x6x4, 1x2x1x1 -> 1x2x6x4 */
    zk_extremum_s8(&minimum_26_params, AT(int8_t, 96), AT(int8_t, 8), AT(int8_t, 96));
    STEPPED_ON_LAYER(14);

    /* 29: CONCATENATION 1x2x6x4, 1x2x6x4 -> 1x4x6x4 */
    zk_copy_run(&copy_run_params_4, m->state_4, AT(int8_t, 0));
    zk_copy_run(&concatenation_29_params, AT(int8_t, 96), AT(int8_t, 0));
    STEPPED_ON_LAYER(15);

    /* 30: SLICE 1x4x6x4 -> 1x2x6x4 */
    zk_copy_run(&slice_30_params, AT(int8_t, 0), m->state_4);
    STEPPED_ON_LAYER(16);

    /* 32: DEPTHWISE_CONV_2D 1x4x6x4 -> 1x1x3x8, 216 MACs */
    zk_depthwise_conv_2d_s8(&depthwise_conv_2d_32_params, AT(int8_t, 0),
                            stepped_depthwise_conv_2d_32_weights, stepped_depthwise_conv_2d_32_bias,
                            stepped_depthwise_conv_2d_32_multiplier,
                            stepped_depthwise_conv_2d_32_shift, AT(int8_t, 96));
    STEPPED_ON_LAYER(17);

    /* 35: CONCATENATION 1x1x3x8, 1x1x3x8 -> 1x2x3x8 */
    zk_copy_run(&concatenation_35_params, m->state_5, AT(int8_t, 0));
    zk_copy_run(&concatenation_35_params_1, AT(int8_t, 96), AT(int8_t, 0));
    STEPPED_ON_LAYER(18);

    /* 36: SLICE 1x2x3x8 -> 1x1x3x8 */
    zk_copy_run(&slice_36_params, AT(int8_t, 0), m->state_5);
    STEPPED_ON_LAYER(19);

    /* 38: CONV_2D 1x2x3x8 -> 1x1x2x4, 128 MACs */
    zk_conv_2d_s8(&conv_2d_38_params, AT(int8_t, 0), stepped_conv_2d_38_weights,
                  stepped_conv_2d_38_bias, stepped_conv_2d_38_multiplier, stepped_conv_2d_38_shift,
                  AT(int8_t, 48));
    STEPPED_ON_LAYER(20);

    /* 41: CONCATENATION 1x2x2x4, 1x1x2x4 -> 1x3x2x4 */
    zk_copy_run(&concatenation_41_params, m->state_6, AT(int8_t, 0));
    zk_copy_run(&concatenation_41_params_1, AT(int8_t, 48), AT(int8_t, 0));
    STEPPED_ON_LAYER(21);

    /* 42: SLICE 1x3x2x4 -> 1x2x2x4 */
    zk_copy_run(&slice_42_params, AT(int8_t, 0), m->state_6);
    STEPPED_ON_LAYER(22);

    return 0;
}
