/* Activation functions, the definition of correct. */
#include "ops/activation/kernel.h"

#include <math.h>

#include "device/real.h"
#include "device/requantize.h"

void zk_lookup_8(const zk_activation_params *p, const void *in, const void *table, void *out)
{
    const uint8_t *x = (const uint8_t *)in, *y = (const uint8_t *)table;
    uint8_t *o = (uint8_t *)out;
    const uint8_t *end = x + p->count, *fours = x + p->count / 4 * 4;
    for (; x != fours; x += 4, o += 4) {
        o[0] = y[x[0]];
        o[1] = y[x[1]];
        o[2] = y[x[2]];
        o[3] = y[x[3]];
    }
    while (x != end) *o++ = y[*x++];
}

void zk_rectify_s16(const zk_rectify_s16_params *p, const int16_t *in, int16_t *out)
{
    for (int32_t i = 0; i < p->count; i++) {
        int32_t x = in[i];
        x = x >= 0 ? zk_requantize(x, p->positive_multiplier, p->positive_shift)
                   : p->negative_sign * zk_requantize(x, p->negative_multiplier, p->negative_shift);
        out[i] = (int16_t)zk_clamp(x, p->out_min, p->out_max);
    }
}

/* The input on the table's scale: |x| < 2^30 before the shift, so half of 2^shift can be added. */
static inline int32_t zk_sigmoid_input(const zk_sigmoid_s16_params *p, int32_t x)
{
    int32_t half = p->shift > 0 ? (int32_t)1 << (p->shift - 1) : 0;
    return (x * p->multiplier + half) >> p->shift;
}

/* The logistic function of x >= 0 in Q0.(16 + bits) by linear interpolation: `bits` of x lie behind
 * the table's index. Beyond the table it is `saturated`. */
static inline uint32_t zk_sigmoid_between(const uint16_t *table, uint32_t x, int32_t bits,
                                          uint32_t saturated)
{
    uint32_t i = x >> bits, fraction = x & (((uint32_t)1 << bits) - 1);
    if (i >= 255) return saturated;
    return ((uint32_t)table[i] << bits) + fraction * (uint32_t)(table[i + 1] - table[i]);
}

void zk_logistic_s16(const zk_sigmoid_s16_params *p, const int16_t *in, const uint16_t *table,
                     int16_t *out)
{
    for (int32_t i = 0; i < p->count; i++) {
        int32_t x = zk_sigmoid_input(p, in[i]);
        uint32_t y = zk_sigmoid_between(table, (uint32_t)(x < 0 ? -x : x), 9, 0x7FFF << 10);
        /* f(-x) = 1 - f(x); rounded from Q0.25 to Q0.15. */
        y = x < 0 ? ((uint32_t)1 << 25) - y + (1 << 9) - 1 : y + (1 << 9);
        out[i] = (int16_t)(y >> 10);
    }
}

void zk_tanh_s16(const zk_sigmoid_s16_params *p, const int16_t *in, const uint16_t *table,
                 int16_t *out)
{
    for (int32_t i = 0; i < p->count; i++) {
        int32_t x = zk_sigmoid_input(p, in[i]);
        int32_t y = (int32_t)zk_sigmoid_between(table, (uint32_t)(x < 0 ? -x : x), 8, 0xFFFF << 8);
        /* tanh(x) = 2 f(2x) - 1, and -tanh(x) = tanh(-x); rounded from Q0.23 to Q0.15. */
        y -= 1 << 23;
        y = x < 0 ? -y + (1 << 7) - 1 : y + (1 << 7);
        out[i] = (int16_t)(y >> 8);
    }
}

void zk_relu_f32(const zk_activation_params *p, const float *in, float *out)
{
    for (int32_t i = 0; i < p->count; i++) out[i] = in[i] < 0.0f ? 0.0f : in[i];
}

void zk_clip_f32(const zk_clip_f32_params *p, const float *in, float *out)
{
    for (int32_t i = 0; i < p->count; i++) out[i] = zk_clamp_f32(in[i], p->out_min, p->out_max);
}

void zk_leaky_relu_f32(const zk_leaky_relu_f32_params *p, const float *in, float *out)
{
    for (int32_t i = 0; i < p->count; i++) out[i] = in[i] > 0.0f ? in[i] : in[i] * p->slope;
}

void zk_hard_swish_f32(const zk_activation_params *p, const float *in, float *out)
{
    for (int32_t i = 0; i < p->count; i++)
        out[i] = in[i] * zk_clamp_f32(in[i] + 3.0f, 0.0f, 6.0f) / 6.0f;
}

void zk_logistic_f32(const zk_activation_params *p, const float *in, float *out)
{
    for (int32_t i = 0; i < p->count; i++) {
        /* TensorFlow Lite's approximation below -9, which also keeps exp from overflowing. */
        out[i] = in[i] < -9.0f ? expf(in[i]) : 1.0f / (1.0f + expf(-in[i]));
    }
}

void zk_tanh_f32(const zk_activation_params *p, const float *in, float *out)
{
    for (int32_t i = 0; i < p->count; i++) out[i] = tanhf(in[i]);
}
