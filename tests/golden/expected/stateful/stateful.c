/* stateful.c: the network, written by zerre 0.1.0 from stateful.tflite
 * (SHA-256 30d8d538259e6edd15a06bf305fc7f142647461375a29031dee60dc265538466).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 *
 * Arena, bytes:
 *    offset      size   alive during calls   holds
 *        24         6   input - 1           frame
 *         0        18      0 - 3            rows
 *        24         8      3 - output       heard
 */
#include "stateful.h"

#include <string.h>

/* Called after each layer, by number; define it to trace or time them. */
#ifndef STATEFUL_ON_LAYER
#define STATEFUL_ON_LAYER(layer) ((void)0)
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

/* ---- The layers ---- */

/* Constants, in stateful_weights.c. */
#ifdef __cplusplus
extern "C" {
#endif
extern const int8_t stateful_reset_1_assign_variable_1_value[12];
extern const int8_t stateful_conv_2d_6_weights[60];
extern const int32_t stateful_conv_2d_6_bias[4];
extern const int32_t stateful_conv_2d_6_multiplier[4];
extern const int8_t stateful_conv_2d_6_shift[4];
#ifdef __cplusplus
}
#endif

static const zk_copy_run_params copy_run_params = {
    /* in_offset */ 0, /* out_offset */ 0, /* run */ 12
};

static const zk_copy_run_params concatenation_3_params = {
    /* in_offset */ 0, /* out_offset */ 12, /* run */ 6
};

static const zk_copy_run_params strided_slice_4_params = {
    /* in_offset */ 6, /* out_offset */ 0, /* run */ 12
};

static const zk_conv_2d_params conv_2d_6_params = {
    {/* batches */ 1, /* in_h */ 6, /* in_w */ 1, /* in_c */ 3, /* out_h */ 2, /* out_w */ 1,
    /* out_c */ 4, /* kernel_h */ 5, /* kernel_w */ 1, /* stride_h */ 1, /* stride_w */ 1,
    /* dilation_h */ 1, /* dilation_w */ 1, /* pad_h */ 0, /* pad_w */ 0},
    /* kernel_c */ 3, /* in_offset */ 3, /* out_offset */ 5, /* out_min */ -128,
    /* out_max */ 127
};

void stateful_reset(stateful *m)
{
    memset(m->state_0, 253, sizeof m->state_0);

    /* 1: ASSIGN_VARIABLE scalar */
    zk_copy_run(&copy_run_params, stateful_reset_1_assign_variable_1_value, m->state_0);
}

int stateful_init(stateful *m, void *memory, size_t bytes)
{
    if (memory == NULL || bytes < STATEFUL_ARENA_BYTES ||
        (uintptr_t)memory % STATEFUL_ARENA_ALIGN != 0) {
        m->arena = NULL;
        return -1;
    }
    m->arena = (unsigned char *)memory;
    stateful_reset(m);
    return 0;
}

int8_t *stateful_input(stateful *m)
{
    unsigned char *const arena = m->arena;
    return AT(int8_t, 24);
}

void *stateful_input_at(stateful *m, int i)
{
    if (i == 0) return stateful_input(m);
    return NULL;
}

const int8_t *stateful_output(const stateful *m)
{
    unsigned char *const arena = m->arena;
    return AT(int8_t, 24);
}

const void *stateful_output_at(const stateful *m, int i)
{
    if (i == 0) return stateful_output(m);
    return NULL;
}

int stateful_invoke(stateful *m)
{
    unsigned char *const arena = m->arena;
    if (arena == NULL) return -1;

    /* 3: CONCATENATION 1x4x1x3, 1x2x1x3 -> 1x6x1x3 */
    zk_copy_run(&copy_run_params, m->state_0, AT(int8_t, 0));
    zk_copy_run(&concatenation_3_params, AT(int8_t, 24), AT(int8_t, 0));
    STATEFUL_ON_LAYER(0);

    /* 4: STRIDED_SLICE 1x6x1x3 -> 1x4x1x3 */
    zk_copy_run(&strided_slice_4_params, AT(int8_t, 0), m->state_0);
    STATEFUL_ON_LAYER(1);

    /* 6: CONV_2D 1x6x1x3 -> 1x2x1x4, 120 MACs */
    zk_conv_2d_s8(&conv_2d_6_params, AT(int8_t, 0), stateful_conv_2d_6_weights,
                  stateful_conv_2d_6_bias, stateful_conv_2d_6_multiplier, stateful_conv_2d_6_shift,
                  AT(int8_t, 24));
    STATEFUL_ON_LAYER(2);

    return 0;
}
