/* MY_OP, the definition of correct: plain C that gives the same bits as TensorFlow Lite Micro.
 * Helpers are static, named zk_my_op_...: all kernels of a model end up in one file. What several
 * operators share is in device/. */
#include "ops/my_op/kernel.h"

#include "device/real.h"
#include "device/requantize.h"

void zk_my_op_s8(const zk_my_op_params *p, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < p->count; i++) out[i] = (int8_t)zk_clamp(in[i], p->out_min, p->out_max);
}

void zk_my_op_f32(const zk_my_op_f32_params *p, const float *in, float *out)
{
    for (int32_t i = 0; i < p->count; i++) out[i] = zk_clamp_f32(in[i], p->out_min, p->out_max);
}
