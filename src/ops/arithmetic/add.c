/* ADD and SUB. */
#include "ops/arithmetic/common.h"

/* The reference ignores pot_scale_int16; it is here so that a model can be written again whole. */
static const zr_field fields[] = {
    ZR_FIELD(ENUM, 0, add_attrs, activation, 0),
    ZR_FIELD(BOOL, 1, add_attrs, pot_scale_int16, 1),
};

static const zr_param_field params[] = {
    ZR_PARAM_BROADCAST(zk_add_params),        ZR_PARAM(I32, zk_add_params, b_sign),
    ZR_PARAM(I32, zk_add_params, left_shift), ZR_PARAM(I32, zk_add_params, a_offset),
    ZR_PARAM(I32, zk_add_params, b_offset),   ZR_PARAM(I32, zk_add_params, a_multiplier),
    ZR_PARAM(I32, zk_add_params, a_shift),    ZR_PARAM(I32, zk_add_params, b_multiplier),
    ZR_PARAM(I32, zk_add_params, b_shift),    ZR_PARAM(I32, zk_add_params, out_multiplier),
    ZR_PARAM(I32, zk_add_params, out_shift),  ZR_PARAM(I32, zk_add_params, out_offset),
    ZR_PARAM(I32, zk_add_params, out_min),    ZR_PARAM(I32, zk_add_params, out_max),
};
static const zr_param_field params_s32[] = {ZR_PARAM_ARITHMETIC_S32};
static const zr_param_field params_f32[] = {ZR_PARAM_ARITHMETIC_F32};
ZR_KERNEL(zk_add_s8, zk_add_params, params, 3)
ZR_KERNEL(zk_add_s16, zk_add_params, params, 3)
ZR_KERNEL(zk_add_s32, zk_arithmetic_s32_params, params_s32, 3)
ZR_KERNEL(zk_add_f32, zk_arithmetic_f32_params, params_f32, 3)

/* A factor below 1. */
static bool factor_of(const zr_site *site, double scale, int32_t *multiplier, int32_t *shift)
{
    if (scale > 0.0 && scale < 1.0) {
        zr_quantize_multiplier(scale, multiplier, shift);
        if (*shift <= 0) return true;
    }
    return zr_site_fail(site, ZR_E_QUANTIZATION,
                        "scales %g and %g are too far apart from each other or from the output's "
                        "%g",
                        (double)zr_scale(zr_input(site, 0)), (double)zr_scale(zr_input(site, 1)),
                        (double)zr_scale(zr_output(site, 0)));
}

bool zr_add_factors(const zr_site *site, zk_add_params *p)
{
    double a = (double)zr_scale(zr_input(site, 0)), b = (double)zr_scale(zr_input(site, 1));
    double out = (double)zr_scale(zr_output(site, 0)), twice = 2.0 * (a > b ? a : b);
    p->left_shift = out_type(site) == ZR_I8 ? 20 : 15;
    return factor_of(site, a / twice, &p->a_multiplier, &p->a_shift) &&
           factor_of(site, b / twice, &p->b_multiplier, &p->b_shift) &&
           factor_of(site, twice / (double)(1 << p->left_shift) / out, &p->out_multiplier,
                     &p->out_shift);
}

static bool check(const zr_site *site, zr_shape *out)
{
    const add_attrs *a = site->node->attrs;
    zk_add_params p;
    if (!zr_arithmetic_check(site, a->activation, out)) return false;
    zr_type type = out_type(site);
    return type == ZR_F32 || type == ZR_I32 || zr_add_factors(site, &p);
}

static bool lower_quantized(zr_lowering *l, int32_t b_sign)
{
    const add_attrs *a = l->site.node->attrs;
    const zr_tensor *output = zr_output(&l->site, 0);
    zk_add_params p = {.walk = zr_arithmetic_walk(l),
                       .b_sign = b_sign,
                       .a_offset = -zr_zero_point(zr_input(&l->site, 0)),
                       .b_offset = -zr_zero_point(zr_input(&l->site, 1)),
                       .out_offset = zr_zero_point(output)};
    if (!zr_add_factors(&l->site, &p)) return false;
    zr_clamp_quantized(output, a->activation, &p.out_min, &p.out_max);
    return zr_arithmetic_call(l, output->type == ZR_I8 ? &kernel_zk_add_s8 : &kernel_zk_add_s16,
                              &p);
}

static bool lower(zr_lowering *l, int32_t b_sign, int32_t activation_s32)
{
    const add_attrs *a = l->site.node->attrs;
    switch (out_type(&l->site)) {
    case ZR_F32: return zr_arithmetic_f32(l, &kernel_zk_add_f32, b_sign, a->activation);
    case ZR_I32: return zr_arithmetic_s32(l, &kernel_zk_add_s32, b_sign, activation_s32);
    default: return lower_quantized(l, b_sign);
    }
}

static bool lower_add(zr_lowering *l)
{
    /* The reference's int32 ADD has no activation. */
    return lower(l, 1, ZR_ACT_NONE);
}

static bool lower_sub(zr_lowering *l)
{
    const add_attrs *a = l->site.node->attrs;
    return lower(l, -1, a->activation);
}

const zr_op zr_op_add = {
    .tflite_code = 0,
    .tflite_options = 11,
    ZR_ATTRS(add_attrs, fields),
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.4.0", .types = ZR_BIT(I16), .attribute = "pot_scale_int16"),
                ZR_NEEDS(4, "2.6.0", .types = ZR_BIT(I64))),
    .input_names = {"a", "b"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &zr_quant_free,
    .lower = lower_add,
    .variants = zr_add_variants,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};

const zr_op zr_op_sub = {
    .tflite_code = 41,
    .tflite_options = 28,
    ZR_ATTRS(add_attrs, fields),
    .since = "1.6.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.3.0", .test = zr_wide_broadcast),
                ZR_NEEDS(4, "2.4.0", .types = ZR_BIT(I64)),
                ZR_NEEDS(5, "2.4.0", .types = ZR_BIT(I16), .attribute = "pot_scale_int16")),
    .input_names = {"a", "b"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &zr_quant_free,
    .lower = lower_sub,
    .variants = zr_sub_variants,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};
