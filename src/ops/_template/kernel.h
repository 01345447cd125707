/* MY_OP on the device. What is here and in ref.c is copied into generated C: C99 that is also C++,
 * without libraries. */
#ifndef ZK_MY_OP_H
#define ZK_MY_OP_H

#include <stdint.h>

/* What the kernel has to know, as numbers; memory comes in as arguments. */
typedef struct zk_my_op_params {
    int32_t count; /* elements */
    int32_t out_min, out_max;
} zk_my_op_params;

typedef struct zk_my_op_f32_params {
    int32_t count;
    float out_min, out_max;
} zk_my_op_f32_params;

/* in [count], out [count]. Say the shape of every argument, and what was proved about the model
 * when it was compiled: a kernel checks nothing. */
void zk_my_op_s8(const zk_my_op_params *p, const int8_t *in, int8_t *out);

void zk_my_op_f32(const zk_my_op_f32_params *p, const float *in, float *out);

#endif
