/* DEQUANTIZE: from stored numbers, or from float16, to real ones. */
#include "ops/quantize/common.h"
#include "ops/quantize/kernel.h"
#include "ops/rules.h"

static const zr_param_field params[] = {
    ZR_PARAM(I32, zk_quantize_params, count),
    ZR_PARAM(F32, zk_quantize_params, scale),
    ZR_PARAM(I32, zk_quantize_params, zero_point),
};
static const zr_param_field params_f16[] = {ZR_PARAM(I32, zk_widen_params, count)};
ZR_KERNEL(zk_dequantize_s8, zk_quantize_params, params, 2)
ZR_KERNEL(zk_dequantize_u8, zk_quantize_params, params, 2)
ZR_KERNEL(zk_dequantize_s16, zk_quantize_params, params, 2)
ZR_KERNEL(zk_dequantize_f16, zk_widen_params, params_f16, 2)

static bool check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0);
    if (!zr_need_type(site, input, "input", ZR_BIT(I8) | ZR_BIT(U8) | ZR_BIT(I16) | ZR_BIT(F16)) ||
        !zr_need_type(site, zr_output(site, 0), "output", ZR_BIT(F32)))
        return false;
    out[0] = input->shape;
    return input->type == ZR_F16 || zr_need_affine(site, input, "input");
}

static bool lower(zr_lowering *l)
{
    const zr_tensor *input = zr_input(&l->site, 0);
    int32_t count = (int32_t)zr_elements(&input->shape);
    zr_arg args[2] = {zr_arg_input(l, 0), zr_arg_output(l, 0)};
    if (input->type == ZR_F16) {
        zk_widen_params p = {.count = count};
        return zr_call(l, &kernel_zk_dequantize_f16, &p, args);
    }
    zk_quantize_params p = {
        .count = count, .scale = zr_scale(input), .zero_point = zr_zero_point(input)};
    const zr_kernel *kernel = input->type == ZR_I8   ? &kernel_zk_dequantize_s8
                              : input->type == ZR_U8 ? &kernel_zk_dequantize_u8
                                                     : &kernel_zk_dequantize_s16;
    return zr_call(l, kernel, &p, args);
}

const zr_op zr_op_dequantize = {
    .tflite_code = 6,
    .tflite_options = 38,
    .since = "1.13.1",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "1.15.0", .types = ZR_BIT(I16) | ZR_BIT(F16))),
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .lower = lower,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};
