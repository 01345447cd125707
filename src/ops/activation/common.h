/* What the activation functions share on the host. */
#ifndef ZR_OPS_ACTIVATION_COMMON_H
#define ZR_OPS_ACTIVATION_COMMON_H

#include "ops/activation/kernel.h"
#include "ops/lower.h"

/* Input and output have one of the types (the same) and one scale each, and the output gets the
 * input's shape. */
ZR_MUST bool zr_activation_check(const zr_site *site, unsigned types, zr_shape *out);

/* The output's scale is 2^-bits and its zero point that, as the algorithm takes for granted: to
 * within a factor of `tolerance` above 1. */
ZR_MUST bool zr_need_fixed_scale(const zr_site *site, const zr_tensor *output, int bits,
                                 int32_t zero_point, double tolerance);

static inline int32_t zr_activation_count(const zr_lowering *l)
{
    return (int32_t)zr_elements(&zr_input(&l->site, 0)->shape);
}

/* A call of a kernel whose arguments are the input and the output. */
ZR_MUST bool zr_activation_call(zr_lowering *l, const zr_kernel *kernel, const void *params);

#endif
