/* LEAKY_RELU: negative values are multiplied with alpha, which may be any number. */
#include <math.h>

#include "device/requantize.h"
#include "ops/activation/common.h"
#include "ops/rules.h"
#include "ops/table.h"

typedef struct leaky_relu_attrs {
    float alpha;
} leaky_relu_attrs;

static const zr_field fields[] = {ZR_FIELD(F32, 0, leaky_relu_attrs, alpha, 0)};

static const zr_param_field params_s16[] = {
    ZR_PARAM(I32, zk_rectify_s16_params, count),
    ZR_PARAM(I32, zk_rectify_s16_params, positive_multiplier),
    ZR_PARAM(I32, zk_rectify_s16_params, positive_shift),
    ZR_PARAM(I32, zk_rectify_s16_params, negative_multiplier),
    ZR_PARAM(I32, zk_rectify_s16_params, negative_shift),
    ZR_PARAM(I32, zk_rectify_s16_params, negative_sign),
    ZR_PARAM(I32, zk_rectify_s16_params, out_min),
    ZR_PARAM(I32, zk_rectify_s16_params, out_max),
};
static const zr_param_field params_f32[] = {
    ZR_PARAM(I32, zk_leaky_relu_f32_params, count),
    ZR_PARAM(F32, zk_leaky_relu_f32_params, slope),
};
ZR_KERNEL(zk_rectify_s16, zk_rectify_s16_params, params_s16, 2)
ZR_KERNEL(zk_leaky_relu_f32, zk_leaky_relu_f32_params, params_f32, 2)

/* The factors of positive and negative values. A negative alpha is multiplied as a positive one and
 * the product negated, which decides how TensorFlow Lite rounds ties. */
static bool factors_of(const zr_site *site, zk_rectify_s16_params *p)
{
    const leaky_relu_attrs *a = site->node->attrs;
    double in = (double)zr_scale(zr_input(site, 0)), out = (double)zr_scale(zr_output(site, 0));
    p->negative_sign = a->alpha < 0.0f ? -1 : 1;
    return zr_need_multiplier(site, in / out, &p->positive_multiplier, &p->positive_shift) &&
           zr_need_multiplier(site, in * fabs((double)a->alpha) / out, &p->negative_multiplier,
                              &p->negative_shift);
}

static bool check(const zr_site *site, zr_shape *out)
{
    const leaky_relu_attrs *a = site->node->attrs;
    zk_rectify_s16_params p;
    if (!zr_activation_check(site, ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32), out)) return false;
    if (!isfinite(a->alpha))
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "alpha is %g", (double)a->alpha);
    return zr_input(site, 0)->type == ZR_F32 || factors_of(site, &p);
}

static bool lower_s8(zr_lowering *l, const zk_rectify_s16_params *p)
{
    int32_t in_zero_point = zr_zero_point(zr_input(&l->site, 0));
    int32_t out_zero_point = zr_zero_point(zr_output(&l->site, 0));
    uint8_t table[256];
    for (int32_t stored = INT8_MIN; stored <= INT8_MAX; stored++) {
        int32_t x = stored - in_zero_point;
        int32_t y =
            x >= 0 ? zk_requantize(x, p->positive_multiplier, p->positive_shift)
                   : p->negative_sign * zk_requantize(x, p->negative_multiplier, p->negative_shift);
        y = zk_clamp(zk_add_wrap(y, out_zero_point), INT8_MIN, INT8_MAX);
        table[(uint8_t)stored] = (uint8_t)y;
    }
    return zr_lower_table(l, table);
}

static bool lower(zr_lowering *l)
{
    const leaky_relu_attrs *a = l->site.node->attrs;
    zr_type type = zr_input(&l->site, 0)->type;
    if (type == ZR_F32) {
        zk_leaky_relu_f32_params p = {.count = zr_activation_count(l), .slope = a->alpha};
        return zr_activation_call(l, &kernel_zk_leaky_relu_f32, &p);
    }
    zk_rectify_s16_params p = {
        .count = zr_activation_count(l), .out_min = INT16_MIN, .out_max = INT16_MAX};
    if (!factors_of(&l->site, &p)) return false;
    return type == ZR_I8 ? lower_s8(l, &p) : zr_activation_call(l, &kernel_zk_rectify_s16, &p);
}

const zr_op zr_op_leaky_relu = {
    .tflite_code = 98,
    .tflite_options = 75,
    ZR_ATTRS(leaky_relu_attrs, fields),
    .since = "1.13.1",
    ZR_VERSIONS(ZR_NEEDS(2, "2.3.0", .types = ZR_BIT(I16))),
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &zr_quant_free,
    .lower = lower,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};
