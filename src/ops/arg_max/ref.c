/* ARG_MAX, the definition of correct. */
#include "ops/arg_max/kernel.h"

static inline int32_t zk_arg_max_s8_of(const zk_arg_max_params *p, const int8_t *in)
{
    int32_t best = 0;
    int8_t greatest = in[0];
    for (int32_t i = 1; i < p->size; i++) {
        int8_t value = in[i * p->inner];
        if (value > greatest) {
            greatest = value;
            best = i;
        }
    }
    return best;
}

void zk_arg_max_s8(const zk_arg_max_params *p, const int8_t *in, int32_t *out)
{
    for (int32_t i = 0; i < p->outer; i++, in += p->size * p->inner)
        for (int32_t j = 0; j < p->inner; j++) *out++ = zk_arg_max_s8_of(p, in + j);
}

void zk_arg_max_s8_i64(const zk_arg_max_params *p, const int8_t *in, int64_t *out)
{
    for (int32_t i = 0; i < p->outer; i++, in += p->size * p->inner)
        for (int32_t j = 0; j < p->inner; j++) *out++ = zk_arg_max_s8_of(p, in + j);
}

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

void zk_arg_max_f32(const zk_arg_max_params *p, const float *in, int32_t *out)
{
    for (int32_t i = 0; i < p->outer; i++, in += p->size * p->inner)
        for (int32_t j = 0; j < p->inner; j++) *out++ = zk_arg_max_f32_of(p, in + j);
}

void zk_arg_max_f32_i64(const zk_arg_max_params *p, const float *in, int64_t *out)
{
    for (int32_t i = 0; i < p->outer; i++, in += p->size * p->inner)
        for (int32_t j = 0; j < p->inner; j++) *out++ = zk_arg_max_f32_of(p, in + j);
}
