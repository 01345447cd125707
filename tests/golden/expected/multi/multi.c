/* multi.c: the network, written by zerre 0.1.0 from multi.tflite
 * (SHA-256 4fe56088550a63b8fb7bd7aefb3fd0d3e4c9688dd204a7e912f7e10c1e097bbc).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 *
 * Arena, bytes:
 *    offset      size   alive during calls   holds
 *         0        32   input - 0           left
 *        32        32   input - 0           right
 *         0        32      0 - output       difference
 *        32         8      1 - output       peak
 */
#include "multi.h"

/* Called after each layer, by number; define it to trace or time them. */
#ifndef MULTI_ON_LAYER
#define MULTI_ON_LAYER(layer) ((void)0)
#endif

/* Elements at an offset of the arena. */
#define AT(type, offset) ((type *)(void *)(arena + (offset)))

/* ---- Kernels ---- */

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

typedef struct zk_add_params {
    zk_broadcast walk;
    int32_t b_sign;             /* 1: a + b, -1: a - b */
    int32_t left_shift;         /* 20 (int8) or 15 (int16) bits of headroom for the sum */
    int32_t a_offset, b_offset; /* -zero points */
    int32_t a_multiplier, a_shift, b_multiplier, b_shift; /* to twice the larger input scale */
    int32_t out_multiplier, out_shift;
    int32_t out_offset; /* zero point of the output */
    int32_t out_min, out_max;
} zk_add_params;

/* Where a run starts in the two inputs. */
typedef struct zk_run {
    int32_t a, b;
    int32_t index[ZK_BROADCAST_RANK];
} zk_run;

/* x * 2^shift modulo 2^32, 0 <= shift <= 31. */
static inline int32_t zk_shift_left(int32_t x, int32_t shift)
{
    return (int32_t)((uint32_t)x << shift);
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

/* A 32-bit sum times the scale, rounded twice: what int8 operators do. */
static inline int32_t zk_requantize(int32_t x, int32_t multiplier, int32_t shift)
{
    int32_t left = shift > 0 ? shift : 0;
    int32_t right = shift > 0 ? 0 : -shift;
    return zk_shift_right_round(zk_high_mul(zk_shift_left(x, left), multiplier), right);
}

static inline int32_t zk_clamp(int32_t x, int32_t min, int32_t max)
{
    return x < min ? min : x > max ? max : x;
}

/* The quantized sum of two stored values: both are brought to twice the larger of their scales with
 * bits to spare, added, and brought to the output's scale (TensorFlow Lite's ADD). */
static inline int32_t zk_add_value(const zk_add_params *p, int32_t a, int32_t b)
{
    a = zk_shift_left(a + p->a_offset, p->left_shift);
    b = zk_shift_left(b + p->b_offset, p->left_shift);
    int32_t sum = zk_requantize(a, p->a_multiplier, p->a_shift) +
                  p->b_sign * zk_requantize(b, p->b_multiplier, p->b_shift);
    sum = zk_requantize(sum, p->out_multiplier, p->out_shift) + p->out_offset;
    return zk_clamp(sum, p->out_min, p->out_max);
}

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

/* All shifts are <= 0 (proved), so no sum leaves 32 bits: a value has at most 9 + 20 or 16 + 15
 * bits, and both inputs are scaled by at most a half before they are added. */
static void zk_add_s8(const zk_add_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int8_t *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (int8_t)zk_add_value(p, *x, *y);
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

typedef struct zk_pool_2d_params {
    zk_window window;
    int32_t out_min, out_max;
} zk_pool_2d_params;

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

static inline int32_t zk_pool_2d_max_s8(const zk_window *w, const zk_patch *patch, const int8_t *in)
{
    int32_t max = INT8_MIN;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const int8_t *row = in + (patch->start_y + ky) * w->in_w * w->in_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++) {
            int32_t value = row[(patch->start_x + kx) * w->in_c];
            if (value > max) max = value;
        }
    }
    return max;
}

static void zk_max_pool_2d_s8(const zk_pool_2d_params *p, const int8_t *in, int8_t *out)
{
    const zk_window *w = &p->window;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->in_c; c++) {
                    int32_t max = zk_pool_2d_max_s8(w, &patch, in + c);
                    *out++ = (int8_t)zk_clamp(max, p->out_min, p->out_max);
                }
            }
        }
    }
}

/* ---- The layers ---- */

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __cplusplus
}
#endif

static const zk_add_params sub_0_params = {
    {/* run */ 32, /* a_step */ 1, /* b_step */ 1, /* rank */ 0, /* size */ {0, 0, 0, 0, 0},
    /* a_jump */ {0, 0, 0, 0, 0}, /* b_jump */ {0, 0, 0, 0, 0}},
    /* b_sign */ -1, /* left_shift */ 20, /* a_offset */ -4, /* b_offset */ -4,
    /* a_multiplier */ 1073741824, /* a_shift */ 0, /* b_multiplier */ 1073741824,
    /* b_shift */ 0, /* out_multiplier */ 1431655730, /* out_shift */ -19, /* out_offset */ -9,
    /* out_min */ -128, /* out_max */ 127
};

static const zk_pool_2d_params max_pool_2d_1_params = {
    {/* batches */ 1, /* in_h */ 4, /* in_w */ 4, /* in_c */ 2, /* out_h */ 2, /* out_w */ 2,
    /* out_c */ 2, /* kernel_h */ 2, /* kernel_w */ 2, /* stride_h */ 2, /* stride_w */ 2,
    /* dilation_h */ 1, /* dilation_w */ 1, /* pad_h */ 0, /* pad_w */ 0},
    /* out_min */ -128, /* out_max */ 127
};

void multi_reset(multi *m)
{
    (void)m; /* this model has no state */
}

int multi_init(multi *m, void *memory, size_t bytes)
{
    if (memory == NULL || bytes < MULTI_ARENA_BYTES ||
        (uintptr_t)memory % MULTI_ARENA_ALIGN != 0) {
        m->arena = NULL;
        return -1;
    }
    m->arena = (unsigned char *)memory;
    multi_reset(m);
    return 0;
}

int8_t *multi_input_0(multi *m)
{
    unsigned char *const arena = m->arena;
    return AT(int8_t, 0);
}

int8_t *multi_input_1(multi *m)
{
    unsigned char *const arena = m->arena;
    return AT(int8_t, 32);
}

void *multi_input_at(multi *m, int i)
{
    if (i == 0) return multi_input_0(m);
    if (i == 1) return multi_input_1(m);
    return NULL;
}

const int8_t *multi_output_0(const multi *m)
{
    unsigned char *const arena = m->arena;
    return AT(int8_t, 0);
}

const int8_t *multi_output_1(const multi *m)
{
    unsigned char *const arena = m->arena;
    return AT(int8_t, 32);
}

const void *multi_output_at(const multi *m, int i)
{
    if (i == 0) return multi_output_0(m);
    if (i == 1) return multi_output_1(m);
    return NULL;
}

int multi_invoke(multi *m)
{
    unsigned char *const arena = m->arena;
    if (arena == NULL) return -1;

    /* 0: SUB 1x4x4x2, 1x4x4x2 -> 1x4x4x2 */
    zk_add_s8(&sub_0_params, AT(int8_t, 0), AT(int8_t, 32), AT(int8_t, 0));
    MULTI_ON_LAYER(0);

    /* 1: MAX_POOL_2D 1x4x4x2 -> 1x2x2x2 */
    zk_max_pool_2d_s8(&max_pool_2d_1_params, AT(int8_t, 0), AT(int8_t, 32));
    MULTI_ON_LAYER(1);

    return 0;
}
