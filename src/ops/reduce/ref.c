/* MEAN, SUM and REDUCE_MAX, the definition of correct: one output value at a time. */
#include "ops/reduce/kernel.h"

#include "device/real.h"
#include "device/requantize.h"
#include "device/sums.h"

static inline int32_t zk_reduce_outputs(const zk_reduce_params *p)
{
    return p->kept_size[0] * p->kept_size[1] * p->kept_size[2];
}

/* Where in the input output element i starts. */
static inline int32_t zk_reduce_start(const zk_reduce_params *p, int32_t i)
{
    int32_t row = i / p->kept_size[2];
    return i % p->kept_size[2] * p->kept_stride[2] + row % p->kept_size[1] * p->kept_stride[1] +
           row / p->kept_size[1] * p->kept_stride[0];
}

/* A sum in the scale of the output. */
static inline int32_t zk_reduce_rescale(const zk_reduce_params *p, int32_t sum)
{
    sum = zk_requantize(zk_add_wrap(sum, p->sum_offset), p->multiplier, p->shift);
    return zk_add_wrap(sum, p->out_offset);
}

/* Of one output; `in` is where it starts. */
static inline int32_t zk_reduce_sum_s8_of(const zk_reduce_params *p, const int8_t *in)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < p->reduced_size[0]; i++) {
        for (int32_t j = 0; j < p->reduced_size[1]; j++) {
            const int8_t *row = in + i * p->reduced_stride[0] + j * p->reduced_stride[1];
            for (int32_t k = 0; k < p->reduced_size[2]; k++)
                sum = zk_add_wrap(sum, row[k * p->reduced_stride[2]]);
        }
    }
    return sum;
}

void zk_reduce_sum_s8(const zk_reduce_params *p, const int8_t *in, int8_t *out)
{
    int32_t outputs = zk_reduce_outputs(p);
    for (int32_t i = 0; i < outputs; i++) {
        int32_t sum = zk_reduce_rescale(p, zk_reduce_sum_s8_of(p, in + zk_reduce_start(p, i)));
        out[i] = (int8_t)zk_clamp(sum, INT8_MIN, INT8_MAX);
    }
}

void zk_reduce_sum_s8_rows(const zk_reduce_rows_params *p, const int8_t *in, int32_t *sums)
{
    zk_add_pixels_s8(in, p->pixels, p->channels, p->first, sums);
}

void zk_reduce_sum_s8_finish(const zk_reduce_params *p, const int32_t *sums, int8_t *out)
{
    for (int32_t c = 0; c < p->kept_size[2]; c++)
        out[c] = (int8_t)zk_clamp(zk_reduce_rescale(p, sums[c]), INT8_MIN, INT8_MAX);
}

static inline int32_t zk_reduce_sum_s16_of(const zk_reduce_params *p, const int16_t *in)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < p->reduced_size[0]; i++) {
        for (int32_t j = 0; j < p->reduced_size[1]; j++) {
            const int16_t *row = in + i * p->reduced_stride[0] + j * p->reduced_stride[1];
            for (int32_t k = 0; k < p->reduced_size[2]; k++)
                sum = zk_add_wrap(sum, row[k * p->reduced_stride[2]]);
        }
    }
    return sum;
}

void zk_reduce_sum_s16(const zk_reduce_params *p, const int16_t *in, int16_t *out)
{
    int32_t outputs = zk_reduce_outputs(p);
    for (int32_t i = 0; i < outputs; i++) {
        int32_t sum = zk_reduce_rescale(p, zk_reduce_sum_s16_of(p, in + zk_reduce_start(p, i)));
        out[i] = (int16_t)zk_clamp(sum, INT16_MIN, INT16_MAX);
    }
}

static inline float zk_reduce_sum_f32_of(const zk_reduce_params *p, const float *in)
{
    float sum = 0.0f;
    for (int32_t i = 0; i < p->reduced_size[0]; i++) {
        for (int32_t j = 0; j < p->reduced_size[1]; j++) {
            const float *row = in + i * p->reduced_stride[0] + j * p->reduced_stride[1];
            for (int32_t k = 0; k < p->reduced_size[2]; k++) sum += row[k * p->reduced_stride[2]];
        }
    }
    return sum;
}

void zk_reduce_sum_f32(const zk_reduce_params *p, const float *in, float *out)
{
    int32_t outputs = zk_reduce_outputs(p);
    for (int32_t i = 0; i < outputs; i++)
        out[i] = zk_reduce_sum_f32_of(p, in + zk_reduce_start(p, i)) / (float)p->count;
}

static inline int8_t zk_reduce_max_s8_of(const zk_reduce_params *p, const int8_t *in)
{
    int8_t max = INT8_MIN;
    for (int32_t i = 0; i < p->reduced_size[0]; i++) {
        for (int32_t j = 0; j < p->reduced_size[1]; j++) {
            const int8_t *row = in + i * p->reduced_stride[0] + j * p->reduced_stride[1];
            for (int32_t k = 0; k < p->reduced_size[2]; k++) {
                int8_t value = row[k * p->reduced_stride[2]];
                if (value > max) max = value;
            }
        }
    }
    return max;
}

void zk_reduce_max_s8(const zk_reduce_params *p, const int8_t *in, int8_t *out)
{
    int32_t outputs = zk_reduce_outputs(p);
    for (int32_t i = 0; i < outputs; i++)
        out[i] = zk_reduce_max_s8_of(p, in + zk_reduce_start(p, i));
}

static inline int16_t zk_reduce_max_s16_of(const zk_reduce_params *p, const int16_t *in)
{
    int16_t max = INT16_MIN;
    for (int32_t i = 0; i < p->reduced_size[0]; i++) {
        for (int32_t j = 0; j < p->reduced_size[1]; j++) {
            const int16_t *row = in + i * p->reduced_stride[0] + j * p->reduced_stride[1];
            for (int32_t k = 0; k < p->reduced_size[2]; k++) {
                int16_t value = row[k * p->reduced_stride[2]];
                if (value > max) max = value;
            }
        }
    }
    return max;
}

void zk_reduce_max_s16(const zk_reduce_params *p, const int16_t *in, int16_t *out)
{
    int32_t outputs = zk_reduce_outputs(p);
    for (int32_t i = 0; i < outputs; i++)
        out[i] = zk_reduce_max_s16_of(p, in + zk_reduce_start(p, i));
}

static inline float zk_reduce_max_f32_of(const zk_reduce_params *p, const float *in)
{
    float max = ZK_FLOAT_MIN;
    for (int32_t i = 0; i < p->reduced_size[0]; i++) {
        for (int32_t j = 0; j < p->reduced_size[1]; j++) {
            const float *row = in + i * p->reduced_stride[0] + j * p->reduced_stride[1];
            for (int32_t k = 0; k < p->reduced_size[2]; k++) {
                float value = row[k * p->reduced_stride[2]];
                if (value > max) max = value;
            }
        }
    }
    return max;
}

void zk_reduce_max_f32(const zk_reduce_params *p, const float *in, float *out)
{
    int32_t outputs = zk_reduce_outputs(p);
    for (int32_t i = 0; i < outputs; i++)
        out[i] = zk_reduce_max_f32_of(p, in + zk_reduce_start(p, i));
}
