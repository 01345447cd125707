/* FULLY_CONNECTED, the definition of correct: one output value at a time. */
#include "ops/fully_connected/kernel.h"

#include "device/dot.h"
#include "device/real.h"
#include "device/requantize.h"

void zk_fully_connected_s8(const zk_fully_connected_params *p, const int8_t *in,
                           const int8_t *weights, const int32_t *bias, const int32_t *multiplier,
                           const int8_t *shift, int8_t *out)
{
    for (int32_t row = 0; row < p->rows; row++, in += p->in_size) {
        const int8_t *w = weights;
        for (int32_t c = 0; c < p->out_size; c++, w += p->in_size) {
            int32_t sum = 0, scale = c * p->scale_step;
            for (int32_t i = 0; i < p->in_size; i++)
                sum += (in[i] + p->in_offset) * (w[i] + p->weight_offset);
            if (bias) sum += bias[c];
            sum = zk_requantize(sum, multiplier[scale], shift[scale]);
            sum = zk_add_wrap(sum, p->out_offset);
            *out++ = (int8_t)zk_clamp(sum, p->out_min, p->out_max);
        }
    }
}

void zk_fully_connected_s8_part(const zk_fully_connected_part_params *p, const int8_t *in,
                                const int8_t *weights, const int32_t *bias, int32_t *sums)
{
    const int32_t n = p->out_size;
    for (int32_t c = 0; c < n && p->first; c++) sums[c] = bias ? bias[c] : 0;
    for (int32_t c = 0; c < n; c += 2) {
        const int8_t *w = weights + c * p->in_size;
        int32_t two[2] = {sums[c], 0}, last = c + 1 == n; /* which is done twice */
        if (!last) two[1] = sums[c + 1];
        zk_dot_two_s8(in, p->in_offset, w, p->weight_offset, last ? 0 : p->in_size, p->part, two);
        sums[c] = two[0];
        if (!last) sums[c + 1] = two[1];
    }
}

void zk_fully_connected_s8_finish(const zk_fully_connected_params *p, const int32_t *sums,
                                  const int32_t *multiplier, const int8_t *shift, int8_t *out)
{
    for (int32_t c = 0; c < p->out_size; c++) {
        int32_t scale = c * p->scale_step;
        int32_t sum = zk_requantize(sums[c], multiplier[scale], shift[scale]);
        sum = zk_add_wrap(sum, p->out_offset);
        out[c] = (int8_t)zk_clamp(sum, p->out_min, p->out_max);
    }
}

static inline int64_t zk_fully_connected_sum_s16(const zk_fully_connected_params *p,
                                                 const int16_t *in, const int8_t *w)
{
    int64_t sum = 0;
    for (int32_t i = 0; i < p->in_size; i++) sum += in[i] * (w[i] + p->weight_offset);
    return sum;
}

void zk_fully_connected_s16(const zk_fully_connected_params *p, const int16_t *in,
                            const int8_t *weights, const int64_t *bias, const int32_t *multiplier,
                            const int8_t *shift, int16_t *out)
{
    for (int32_t row = 0; row < p->rows; row++, in += p->in_size) {
        const int8_t *w = weights;
        for (int32_t c = 0; c < p->out_size; c++, w += p->in_size) {
            int64_t sum = zk_fully_connected_sum_s16(p, in, w);
            int32_t scale = c * p->scale_step;
            if (bias) sum += bias[c];
            int32_t scaled = zk_requantize_wide(sum, multiplier[scale], shift[scale]);
            *out++ = (int16_t)zk_clamp(scaled, p->out_min, p->out_max);
        }
    }
}

void zk_fully_connected_s16_wrap(const zk_fully_connected_params *p, const int16_t *in,
                                 const int8_t *weights, const int32_t *bias,
                                 const int32_t *multiplier, const int8_t *shift, int16_t *out)
{
    for (int32_t row = 0; row < p->rows; row++, in += p->in_size) {
        const int8_t *w = weights;
        for (int32_t c = 0; c < p->out_size; c++, w += p->in_size) {
            int64_t sum = zk_fully_connected_sum_s16(p, in, w) + bias[c];
            int32_t scale = c * p->scale_step;
            int32_t scaled = zk_requantize((int32_t)sum, multiplier[scale], shift[scale]);
            *out++ = (int16_t)zk_clamp(scaled, p->out_min, p->out_max);
        }
    }
}

void zk_fully_connected_f32(const zk_fully_connected_f32_params *p, const float *in,
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
