#include "ops/arithmetic/common.h"

static bool check_quantization(const zr_site *site, const zr_tensor *tensor, const char *what)
{
    if (tensor->type != ZR_I32) return zr_need_per_tensor(site, tensor, what);
    if (tensor->quant.n == 0) return true;
    return zr_site_fail(site, ZR_E_QUANTIZATION, "%s '%s' is quantized int32", what, tensor->name);
}

bool zr_arithmetic_check(const zr_site *site, int32_t activation, zr_shape *out)
{
    const zr_tensor *a = zr_input(site, 0), *b = zr_input(site, 1), *output = zr_output(site, 0);
    return zr_need_type(site, a, "input", ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(I32) | ZR_BIT(F32)) &&
           zr_need_same_type(site, a, b, "input") && zr_need_same_type(site, a, output, "output") &&
           check_quantization(site, a, "input") && check_quantization(site, b, "input") &&
           check_quantization(site, output, "output") && zr_need_clamp(site, activation) &&
           zr_need_broadcast(site, &a->shape, &b->shape, &out[0]);
}

zk_broadcast zr_arithmetic_walk(const zr_lowering *l)
{
    return zr_broadcast(&zr_input(&l->site, 0)->shape, &zr_input(&l->site, 1)->shape);
}

bool zr_arithmetic_call(zr_lowering *l, const zr_kernel *kernel, const void *params)
{
    zr_arg args[3] = {zr_arg_input(l, 0), zr_arg_input(l, 1), zr_arg_output(l, 0)};
    return zr_call(l, kernel, params, args);
}

bool zr_arithmetic_s32(zr_lowering *l, const zr_kernel *kernel, int32_t b_sign, int32_t activation)
{
    bool bounded = activation == ZR_ACT_RELU6 || activation == ZR_ACT_RELU_N1_TO_1;
    zk_arithmetic_s32_params p = {.walk = zr_arithmetic_walk(l), .b_sign = b_sign};
    p.out_min = activation == ZR_ACT_NONE ? INT32_MIN : activation == ZR_ACT_RELU_N1_TO_1 ? -1 : 0;
    p.out_max = !bounded ? INT32_MAX : activation == ZR_ACT_RELU6 ? 6 : 1;
    return zr_arithmetic_call(l, kernel, &p);
}

bool zr_arithmetic_f32(zr_lowering *l, const zr_kernel *kernel, int32_t b_sign, int32_t activation)
{
    zk_arithmetic_f32_params p = {.walk = zr_arithmetic_walk(l), .b_sign = (float)b_sign};
    zr_clamp_float(activation, &p.out_min, &p.out_max);
    return zr_arithmetic_call(l, kernel, &p);
}
