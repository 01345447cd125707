/* MUL. */
#include "ops/arithmetic/common.h"

static const zr_field fields[] = {ZR_FIELD(ENUM, 0, mul_attrs, activation, 0)};

static const zr_param_field params[] = {
    ZR_PARAM_BROADCAST(zk_mul_params),       ZR_PARAM(I32, zk_mul_params, a_offset),
    ZR_PARAM(I32, zk_mul_params, b_offset),  ZR_PARAM(I32, zk_mul_params, out_multiplier),
    ZR_PARAM(I32, zk_mul_params, out_shift), ZR_PARAM(I32, zk_mul_params, out_offset),
    ZR_PARAM(I32, zk_mul_params, out_min),   ZR_PARAM(I32, zk_mul_params, out_max),
};
static const zr_param_field params_s32[] = {ZR_PARAM_ARITHMETIC_S32};
static const zr_param_field params_f32[] = {ZR_PARAM_ARITHMETIC_F32};
ZR_KERNEL(zk_mul_s8, zk_mul_params, params, 3)
ZR_KERNEL(zk_mul_s16, zk_mul_params, params, 3)
ZR_KERNEL(zk_mul_s32, zk_arithmetic_s32_params, params_s32, 3)
ZR_KERNEL(zk_mul_f32, zk_arithmetic_f32_params, params_f32, 3)

bool zr_mul_factor(const zr_site *site, int32_t *multiplier, int32_t *shift)
{
    double a = (double)zr_scale(zr_input(site, 0)), b = (double)zr_scale(zr_input(site, 1));
    return zr_need_multiplier(site, a * b / (double)zr_scale(zr_output(site, 0)), multiplier,
                              shift);
}

static bool check(const zr_site *site, zr_shape *out)
{
    const mul_attrs *a = site->node->attrs;
    int32_t multiplier, shift;
    if (!zr_arithmetic_check(site, a->activation, out)) return false;
    zr_type type = out_type(site);
    return type == ZR_F32 || type == ZR_I32 || zr_mul_factor(site, &multiplier, &shift);
}

static bool lower(zr_lowering *l)
{
    const mul_attrs *a = l->site.node->attrs;
    const zr_tensor *output = zr_output(&l->site, 0);
    if (output->type == ZR_F32) return zr_arithmetic_f32(l, &kernel_zk_mul_f32, 1, a->activation);
    if (output->type == ZR_I32) return zr_arithmetic_s32(l, &kernel_zk_mul_s32, 1, a->activation);
    zk_mul_params p = {.walk = zr_arithmetic_walk(l),
                       .a_offset = -zr_zero_point(zr_input(&l->site, 0)),
                       .b_offset = -zr_zero_point(zr_input(&l->site, 1)),
                       .out_offset = zr_zero_point(output)};
    if (!zr_mul_factor(&l->site, &p.out_multiplier, &p.out_shift)) return false;
    zr_clamp_quantized(output, a->activation, &p.out_min, &p.out_max);
    return zr_arithmetic_call(l, output->type == ZR_I8 ? &kernel_zk_mul_s8 : &kernel_zk_mul_s16,
                              &p);
}

/* The scale of a product is not smaller than that of the output. */
static bool grows(const zr_site *site)
{
    const zr_tensor *a = zr_input(site, 0), *b = zr_input(site, 1), *out = zr_output(site, 0);
    return a && b && out && a->quant.n && b->quant.n && out->quant.n &&
           zr_scale(a) * zr_scale(b) / zr_scale(out) >= 1.0f;
}

const zr_op zr_op_mul = {
    .tflite_code = 18,
    .tflite_options = 21,
    ZR_ATTRS(mul_attrs, fields),
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "1.15.0", .types = ZR_BIT(I8), .test = grows),
                ZR_NEEDS(4, "2.3.0", .types = ZR_BIT(I16)),
                ZR_NEEDS(5, "2.6.0", .types = ZR_BIT(I64))),
    .input_names = {"a", "b"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &zr_quant_free,
    .lower = lower,
    .variants = zr_mul_variants,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};
