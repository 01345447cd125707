/* classes.c: the network, written by zerre 0.1.0 from classes.tflite
 * (SHA-256 5b4888478d3a8e5c965c95d3914bc09655349e36b7cf675da7392f3a954a533e).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 *
 * Arena, bytes:
 *    offset      size   alive during calls   holds
 *        24        12   input - 0           x
 *         0        20      0 - output       score
 *        32         4      1 - output       class_int32
 *        24         8      2 - output       class_int64
 */
#include "classes.h"

/* Called after each layer, by number; define it to trace or time them. */
#ifndef CLASSES_ON_LAYER
#define CLASSES_ON_LAYER(layer) ((void)0)
#endif

/* Elements at an offset of the arena. */
#define AT(type, offset) ((type *)(void *)(arena + (offset)))

/* ---- Kernels ---- */

typedef struct zk_fully_connected_f32_params {
    int32_t rows, in_size, out_size;
    float out_min, out_max;
} zk_fully_connected_f32_params;

/* Not a number passes through. */
static inline float zk_clamp_f32(float x, float min, float max)
{
    return x < min ? min : x > max ? max : x;
}

static void zk_fully_connected_f32(const zk_fully_connected_f32_params *p, const float *in,
                                   const float *weights, const float *bias, float *out)
{
    for (int32_t row = 0; row < p->rows; row++, in += p->in_size) {
        const float *w = weights;
        for (int32_t c = 0; c < p->out_size; c++, w += p->in_size) {
            float sum = 0.0f;
            for (int32_t i = 0; i < p->in_size; i++) sum += in[i] * w[i];
            if (bias) sum += bias[c];
            *out++ = zk_clamp_f32(sum, p->out_min, p->out_max);
        }
    }
}

typedef struct zk_arg_max_params {
    int32_t outer, size, inner; /* elements in front of the axis, along it, behind it */
} zk_arg_max_params;

static inline int32_t zk_arg_max_f32_of(const zk_arg_max_params *p, const float *in)
{
    int32_t best = 0;
    float greatest = in[0];
    for (int32_t i = 1; i < p->size; i++) {
        float value = in[i * p->inner];
        if (value > greatest) {
            greatest = value;
            best = i;
        }
    }
    return best;
}

static void zk_arg_max_f32(const zk_arg_max_params *p, const float *in, int32_t *out)
{
    for (int32_t i = 0; i < p->outer; i++, in += p->size * p->inner)
        for (int32_t j = 0; j < p->inner; j++) *out++ = zk_arg_max_f32_of(p, in + j);
}

static void zk_arg_max_f32_i64(const zk_arg_max_params *p, const float *in, int64_t *out)
{
    for (int32_t i = 0; i < p->outer; i++, in += p->size * p->inner)
        for (int32_t j = 0; j < p->inner; j++) *out++ = zk_arg_max_f32_of(p, in + j);
}

/* ---- The layers ---- */

/* Constants, in classes_weights.c. */
#ifdef __cplusplus
extern "C" {
#endif
extern const float classes_fully_connected_0_weights[15];
extern const float classes_fully_connected_0_bias[5];
#ifdef __cplusplus
}
#endif

static const zk_fully_connected_f32_params fully_connected_0_params = {
    /* rows */ 1, /* in_size */ 3, /* out_size */ 5, /* out_min */ -3.40282347e+38f,
    /* out_max */ 3.40282347e+38f
};

static const zk_arg_max_params arg_max_f32_params = {
    /* outer */ 1, /* size */ 5, /* inner */ 1
};

void classes_reset(classes *m)
{
    (void)m; /* this model has no state */
}

int classes_init(classes *m, void *memory, size_t bytes)
{
    if (memory == NULL || bytes < CLASSES_ARENA_BYTES ||
        (uintptr_t)memory % CLASSES_ARENA_ALIGN != 0) {
        m->arena = NULL;
        return -1;
    }
    m->arena = (unsigned char *)memory;
    classes_reset(m);
    return 0;
}

float *classes_input(classes *m)
{
    unsigned char *const arena = m->arena;
    return AT(float, 24);
}

void *classes_input_at(classes *m, int i)
{
    if (i == 0) return classes_input(m);
    return NULL;
}

const float *classes_output_0(const classes *m)
{
    unsigned char *const arena = m->arena;
    return AT(float, 0);
}

const int32_t *classes_output_1(const classes *m)
{
    unsigned char *const arena = m->arena;
    return AT(int32_t, 32);
}

const int64_t *classes_output_2(const classes *m)
{
    unsigned char *const arena = m->arena;
    return AT(int64_t, 24);
}

const void *classes_output_at(const classes *m, int i)
{
    if (i == 0) return classes_output_0(m);
    if (i == 1) return classes_output_1(m);
    if (i == 2) return classes_output_2(m);
    return NULL;
}

int classes_invoke(classes *m)
{
    unsigned char *const arena = m->arena;
    if (arena == NULL) return -1;

    /* 0: FULLY_CONNECTED 1x3 -> 1x5, 15 MACs */
    zk_fully_connected_f32(&fully_connected_0_params, AT(float, 24),
                           classes_fully_connected_0_weights, classes_fully_connected_0_bias,
                           AT(float, 0));
    CLASSES_ON_LAYER(0);

    /* 1: ARG_MAX 1x5 -> 1 */
    zk_arg_max_f32(&arg_max_f32_params, AT(float, 0), AT(int32_t, 32));
    CLASSES_ON_LAYER(1);

    /* 2: ARG_MAX 1x5 -> 1 */
    zk_arg_max_f32_i64(&arg_max_f32_params, AT(float, 0), AT(int64_t, 24));
    CLASSES_ON_LAYER(2);

    return 0;
}
