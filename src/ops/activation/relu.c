/* RELU, RELU6 and RELU_N1_TO_1: clamps, after a change of scale. */
#include "device/requantize.h"
#include "ops/activation/common.h"
#include "ops/rules.h"
#include "ops/table.h"

static const zr_param_field params[] = {ZR_PARAM(I32, zk_activation_params, count)};
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
static const zr_param_field params_clip[] = {
    ZR_PARAM(I32, zk_clip_f32_params, count),
    ZR_PARAM(F32, zk_clip_f32_params, out_min),
    ZR_PARAM(F32, zk_clip_f32_params, out_max),
};
ZR_KERNEL(zk_relu_f32, zk_activation_params, params, 2)
ZR_KERNEL(zk_rectify_s16, zk_rectify_s16_params, params_s16, 2)
ZR_KERNEL(zk_clip_f32, zk_clip_f32_params, params_clip, 2)

/* A change of scale and a clamp of stored values. */
typedef struct clamp {
    int32_t in_zero_point, multiplier, shift, out_zero_point, min, max;
} clamp;

static bool clamp_of(const zr_site *site, int32_t activation, clamp *c)
{
    const zr_tensor *input = zr_input(site, 0), *output = zr_output(site, 0);
    if (activation == ZR_ACT_RELU6) {
        /* TensorFlow Lite Micro's RELU6 does not change the scale: it clamps the input's stored
         * values, whatever the output's scale says. */
        *c = (clamp){.multiplier = 1 << 30, .shift = 1};
        zr_clamp_quantized(input, activation, &c->min, &c->max);
        return true;
    }
    *c = (clamp){.in_zero_point = zr_zero_point(input), .out_zero_point = zr_zero_point(output)};
    zr_clamp_quantized(output, activation, &c->min, &c->max);
    return zr_need_multiplier(site, (double)zr_scale(input) / (double)zr_scale(output),
                              &c->multiplier, &c->shift);
}

static bool check(const zr_site *site, int32_t activation, unsigned types, zr_shape *out)
{
    clamp c;
    if (!zr_activation_check(site, types, out)) return false;
    return zr_input(site, 0)->type == ZR_F32 || clamp_of(site, activation, &c);
}

static bool lower_f32(zr_lowering *l, int32_t activation)
{
    if (activation == ZR_ACT_RELU) {
        zk_activation_params p = {.count = zr_activation_count(l)};
        return zr_activation_call(l, &kernel_zk_relu_f32, &p);
    }
    zk_clip_f32_params p = {.count = zr_activation_count(l)};
    zr_clamp_float(activation, &p.out_min, &p.out_max);
    return zr_activation_call(l, &kernel_zk_clip_f32, &p);
}

static bool lower_s8(zr_lowering *l, const clamp *c)
{
    uint8_t table[256];
    for (int32_t x = INT8_MIN; x <= INT8_MAX; x++) {
        int32_t y = zk_requantize(x - c->in_zero_point, c->multiplier, c->shift);
        y = zk_clamp(zk_add_wrap(y, c->out_zero_point), c->min, c->max);
        table[(uint8_t)x] = (uint8_t)y;
    }
    return zr_lower_table(l, table);
}

static bool lower(zr_lowering *l, int32_t activation)
{
    clamp c;
    zr_type type = zr_input(&l->site, 0)->type;
    if (type == ZR_F32) return lower_f32(l, activation);
    if (!clamp_of(&l->site, activation, &c)) return false;
    if (type == ZR_I8) return lower_s8(l, &c);
    zk_rectify_s16_params p = {.count = zr_activation_count(l),
                               .positive_multiplier = c.multiplier,
                               .positive_shift = c.shift,
                               .negative_multiplier = c.multiplier,
                               .negative_shift = c.shift,
                               .negative_sign = 1,
                               .out_min = c.min,
                               .out_max = c.max};
    return zr_activation_call(l, &kernel_zk_rectify_s16, &p);
}

static bool check_relu(const zr_site *site, zr_shape *out)
{
    return check(site, ZR_ACT_RELU, ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32), out);
}

static bool lower_relu(zr_lowering *l)
{
    return lower(l, ZR_ACT_RELU);
}

static bool check_relu6(const zr_site *site, zr_shape *out)
{
    return check(site, ZR_ACT_RELU6, ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32), out);
}

static bool lower_relu6(zr_lowering *l)
{
    return lower(l, ZR_ACT_RELU6);
}

static bool check_relu_n1_to_1(const zr_site *site, zr_shape *out)
{
    return check(site, ZR_ACT_RELU_N1_TO_1, ZR_BIT(I8) | ZR_BIT(F32), out);
}

static bool lower_relu_n1_to_1(zr_lowering *l)
{
    return lower(l, ZR_ACT_RELU_N1_TO_1);
}

const zr_op zr_op_relu = {
    .tflite_code = 19,
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "2.1.0", .types = ZR_BIT(I8) | ZR_BIT(U8)),
                ZR_NEEDS(3, "2.5.0", .types = ZR_BIT(I16))),
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check_relu,
    .quant = &zr_quant_free,
    .lower = lower_relu,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};

const zr_op zr_op_relu6 = {
    .tflite_code = 21,
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.5.0", .types = ZR_BIT(I16))),
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check_relu6,
    .quant = &zr_quant_same,
    .lower = lower_relu6,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};

const zr_op zr_op_relu_n1_to_1 = {
    .tflite_code = 20,
    .since = "1.5.0",
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check_relu_n1_to_1,
    .quant = &zr_quant_free,
    .lower = lower_relu_n1_to_1,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};
