/* SOFTMAX, the definition of correct: TensorFlow Lite's integer algorithms, on gemmlowp's fixed
 * point for int8 and on interpolated tables for int16. */
#include "ops/softmax/kernel.h"

#include <math.h>

#include "device/fixed_point.h"
#include "device/requantize.h"

/* exp(diff * input scale * beta) in Q0.31 for min_diff <= diff <= 0. */
static inline int32_t zk_softmax_exp(const zk_softmax_params *p, int32_t diff)
{
    return zk_exp_negative(zk_high_mul(zk_shift_left(diff, p->shift), p->multiplier), 5);
}

static inline int32_t zk_softmax_max_s8(const int8_t *row, int32_t depth)
{
    int32_t max = row[0];
    for (int32_t c = 1; c < depth; c++)
        if (row[c] > max) max = row[c];
    return max;
}

/* 1 / sum of the row's exponentials as reciprocal / 2^(31 + bits): returned and in *bits. */
static inline int32_t zk_softmax_scale(const zk_softmax_params *p, const int8_t *row, int32_t max,
                                       int32_t *bits)
{
    int32_t sum = 0; /* Q12.19; at least 1, what the largest value adds */
    for (int32_t c = 0; c < p->depth; c++)
        if (row[c] - max >= p->min_diff)
            sum += zk_shift_right_round(zk_softmax_exp(p, row[c] - max), 12);
    int32_t zeros = zk_leading_zeros((uint32_t)sum);
    *bits = 12 - zeros;
    uint32_t fraction = ((uint32_t)sum << zeros) - ((uint32_t)1 << 31);
    return zk_shift_left_saturate(zk_two_over_one_plus((int32_t)fraction), 1);
}

/* The probability of a value in units of the output, from 0: exp * scale / 2^right. */
static inline int32_t zk_softmax_value(const zk_softmax_params *p, int32_t diff, int32_t scale,
                                       int32_t right)
{
    if (diff < p->min_diff || right > 31) return 0;
    return zk_shift_right_round(zk_high_mul(scale, zk_softmax_exp(p, diff)), right);
}

void zk_softmax_s8(const zk_softmax_params *p, const int8_t *in, int8_t *out)
{
    for (int32_t r = 0; r < p->rows; r++, in += p->depth, out += p->depth) {
        int32_t max = zk_softmax_max_s8(in, p->depth), bits;
        int32_t scale = zk_softmax_scale(p, in, max, &bits);
        for (int32_t c = 0; c < p->depth; c++) {
            int32_t y = zk_softmax_value(p, in[c] - max, scale, bits + 31 - 8);
            out[c] = (int8_t)zk_clamp(y - 128, INT8_MIN, INT8_MAX);
        }
    }
}

void zk_softmax_s8_s16(const zk_softmax_params *p, const int8_t *in, int16_t *out)
{
    for (int32_t r = 0; r < p->rows; r++, in += p->depth, out += p->depth) {
        int32_t max = zk_softmax_max_s8(in, p->depth), bits;
        int32_t scale = zk_softmax_scale(p, in, max, &bits);
        for (int32_t c = 0; c < p->depth; c++) {
            int32_t y = zk_softmax_value(p, in[c] - max, scale, bits + 31 - 16);
            out[c] = (int16_t)zk_clamp(y - 32768, INT16_MIN, INT16_MAX);
        }
    }
}

/* The table's value at x, -32768 <= x <= 32767, interpolated between its 512 steps of 128. */
static inline int32_t zk_softmax_lookup(const int16_t *table, int32_t x)
{
    const int16_t *step = table + (x + 32768) / 128;
    return step[0] + (((step[1] - step[0]) * (x & 127) + 64) >> 7);
}

void zk_softmax_s16(const zk_softmax_params *p, const int16_t *in, const int16_t *exp_table,
                    const int16_t *reciprocal_table, int16_t *out)
{
    for (int32_t r = 0; r < p->rows; r++, in += p->depth, out += p->depth) {
        int32_t max = in[0], sum = 0; /* Q16.15; the largest value adds about 1 */
        for (int32_t c = 1; c < p->depth; c++)
            if (in[c] > max) max = in[c];
        for (int32_t c = 0; c < p->depth; c++) {
            int32_t x = zk_requantize(in[c] - max, p->multiplier, p->shift);
            x = zk_clamp(zk_add_wrap(x, 32767), INT16_MIN, INT16_MAX);
            out[c] = (int16_t)zk_softmax_lookup(exp_table, x);
            sum += out[c];
        }
        /* sum = 2^n (1 + x) with 0 <= x < 1: x in 16 bits is the place in the table. */
        int32_t zeros = zk_leading_zeros((uint32_t)sum);
        int32_t x = (int32_t)((((int64_t)sum << (zeros - 1)) + (1 << 13)) >> 14);
        x = zk_clamp(x - (1 << 16) - (1 << 15), INT16_MIN, INT16_MAX);
        int32_t reciprocal = zk_softmax_lookup(reciprocal_table, x);
        int32_t right = 31 - zeros;
        for (int32_t c = 0; c < p->depth; c++) {
            int32_t y = (out[c] * reciprocal + (1 << (right - 1))) >> right;
            out[c] = (int16_t)zk_clamp(y, 0, INT16_MAX);
        }
    }
}

void zk_softmax_f32(const zk_softmax_f32_params *p, const float *in, float *out)
{
    for (int32_t r = 0; r < p->rows; r++, in += p->depth, out += p->depth) {
        float max = in[0], sum = 0.0f;
        for (int32_t c = 1; c < p->depth; c++)
            if (in[c] > max) max = in[c];
        for (int32_t c = 0; c < p->depth; c++) {
            out[c] = expf((in[c] - max) * p->beta);
            sum += out[c];
        }
        for (int32_t c = 0; c < p->depth; c++) out[c] /= sum;
    }
}
