/* What ADD, SUB and MUL share on the host. */
#ifndef ZR_OPS_ARITHMETIC_COMMON_H
#define ZR_OPS_ARITHMETIC_COMMON_H

#include "ops/arithmetic/kernel.h"
#include "ops/broadcast.h"
#include "ops/lower.h"
#include "ops/rules.h"

#define ZR_PARAM_ARITHMETIC_S32                                                                    \
    ZR_PARAM_BROADCAST(zk_arithmetic_s32_params), ZR_PARAM(I32, zk_arithmetic_s32_params, b_sign), \
        ZR_PARAM(I32, zk_arithmetic_s32_params, out_min),                                          \
        ZR_PARAM(I32, zk_arithmetic_s32_params, out_max)

#define ZR_PARAM_ARITHMETIC_F32                                                                    \
    ZR_PARAM_BROADCAST(zk_arithmetic_f32_params), ZR_PARAM(F32, zk_arithmetic_f32_params, b_sign), \
        ZR_PARAM(F32, zk_arithmetic_f32_params, out_min),                                          \
        ZR_PARAM(F32, zk_arithmetic_f32_params, out_max)

static inline zr_type out_type(const zr_site *site)
{
    return zr_output(site, 0)->type;
}

/* The three tensors have one type (int8, int16, int32 without quantization, float32) and one scale
 * each, the inputs broadcast to the output, and the activation is a clamp. */
ZR_MUST bool zr_arithmetic_check(const zr_site *site, int32_t activation, zr_shape *out);

zk_broadcast zr_arithmetic_walk(const zr_lowering *l);

/* A call of a kernel whose arguments are both inputs and the output. */
ZR_MUST bool zr_arithmetic_call(zr_lowering *l, const zr_kernel *kernel, const void *params);
ZR_MUST bool zr_arithmetic_s32(zr_lowering *l, const zr_kernel *kernel, int32_t b_sign,
                               int32_t activation);
ZR_MUST bool zr_arithmetic_f32(zr_lowering *l, const zr_kernel *kernel, int32_t b_sign,
                               int32_t activation);

/* ---- ADD and SUB ---- */

typedef struct add_attrs {
    int32_t activation, pot_scale_int16;
} add_attrs;

/* The factors of a + b and a - b for quantized tensors; adds an error when they are out of range.
 */
ZR_MUST bool zr_add_factors(const zr_site *site, zk_add_params *p);

/* Kernels beside the reference. */
extern const zr_variant zr_add_variants[], zr_sub_variants[];

#endif
