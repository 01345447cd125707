/* LOGISTIC and TANH: fixed-point functions for int8, interpolation in a table for int16. */
#include <math.h>

#include "device/fixed_point.h"
#include "ops/activation/common.h"
#include "ops/rules.h"
#include "ops/table.h"

static const zr_param_field params[] = {ZR_PARAM(I32, zk_activation_params, count)};
static const zr_param_field params_s16[] = {
    ZR_PARAM(I32, zk_sigmoid_s16_params, count),
    ZR_PARAM(I32, zk_sigmoid_s16_params, multiplier),
    ZR_PARAM(I32, zk_sigmoid_s16_params, shift),
};
ZR_KERNEL(zk_logistic_f32, zk_activation_params, params, 2)
ZR_KERNEL(zk_tanh_f32, zk_activation_params, params, 2)
ZR_KERNEL(zk_logistic_s16, zk_sigmoid_s16_params, params_s16, 3)
ZR_KERNEL(zk_tanh_s16, zk_sigmoid_s16_params, params_s16, 3)

enum { INPUT_BITS = 4 /* before the point of int8's fixed-point functions: -16 < x < 16 */ };

/* 1 / (1 + exp(-x)) in Q0.31 of x in Q4.27 (gemmlowp's logistic). */
static int32_t logistic(int32_t x)
{
    if (x == 0) return 1 << 30;
    int32_t half = zk_two_over_one_plus(zk_exp_negative(x > 0 ? -x : x, INPUT_BITS));
    int32_t y = zk_shift_left_saturate(half, 1); /* of |x| */
    return x > 0 ? y : INT32_MAX - y;
}

/* tanh(x) = (1 - exp(-2x)) / (1 + exp(-2x)) in Q0.31 of x in Q4.27 (gemmlowp's tanh): 2x is x in
 * Q5.26, and (1 - e) / (1 + e) = 2 / (1 + e) - 1. */
static int32_t tanh_fixed(int32_t x)
{
    if (x == 0) return 0;
    int32_t two = zk_two_over_one_plus(zk_exp_negative(x > 0 ? -x : x, INPUT_BITS + 1));
    int32_t y = zk_shift_left_saturate(two - (1 << 29), 2);
    return x > 0 ? y : -y;
}

/* A function in Q0.31 as a table, with `right` bits between it and the output's scale. Inputs whose
 * real value leaves Q4.27 saturate. */
static bool lower_s8(zr_lowering *l, int32_t (*function)(int32_t), int32_t right)
{
    const zr_tensor *input = zr_input(&l->site, 0), *output = zr_output(&l->site, 0);
    int32_t multiplier, shift;
    uint8_t table[256];
    double factor = ldexp((double)zr_scale(input), 31 - INPUT_BITS);
    zr_quantize_multiplier(factor, &multiplier, &shift);
    double radius = floor(ldexp((1 << INPUT_BITS) - 1, 31 - INPUT_BITS - shift));
    for (int32_t stored = INT8_MIN; stored <= INT8_MAX; stored++) {
        int32_t x = stored - zr_zero_point(input), y;
        if (x <= -radius) {
            y = INT8_MIN;
        } else if (x >= radius) {
            y = INT8_MAX;
        } else {
            y = function(zk_requantize(x, multiplier, shift));
            y = zk_shift_right_round(y, right) + zr_zero_point(output);
            y = zk_clamp(y, INT8_MIN, INT8_MAX);
        }
        table[(uint8_t)stored] = (uint8_t)y;
    }
    return zr_lower_table(l, table);
}

/* The factor that brings int16 input to 1 / (3 * 4096), the table's scale: 3 * 2^power when the
 * scale is 2^(power - 12) and 0 <= power <= max_power, otherwise 15 bits and a shift. */
static bool factor_of(const zr_site *site, int max_power, zk_sigmoid_s16_params *p)
{
    float scale = zr_scale(zr_input(site, 0));
    double log2_scale = log2((double)scale);
    int power = (int)round(log2_scale) + 12;
    if (fabs(log2_scale - round(log2_scale)) < 1e-3 && power >= 0 && power <= max_power) {
        p->multiplier = 3 << power;
        p->shift = 0;
        return true;
    }
    double multiplier = (double)scale * 4096.0 * 3.0;
    for (p->shift = 0; multiplier <= 32767.0 / 2.0 && p->shift <= 30; p->shift++) multiplier *= 2.0;
    if (multiplier >= 32768.0)
        return zr_site_fail(site, ZR_E_QUANTIZATION, "the input scale %g is larger than %g",
                            (double)scale, 32767.0 / 4096.0 / 3.0);
    p->multiplier = (int32_t)multiplier;
    return true;
}

/* 2^16 / (1 + exp(-x)) at step i of 1 / 24. */
static double sigmoid_at(double i)
{
    return 65536.0 / (1.0 + exp(-i / 24.0));
}

/* The table of TensorFlow Lite's int16 LOGISTIC and TANH: a step's value is raised by half of what
 * a straight line to the next lacks in the middle. The last one is the largest number there is. */
static void tabulate(uint16_t table[256])
{
    for (int i = 0; i < 255; i++) {
        double here = sigmoid_at(i), next = sigmoid_at(i + 1), middle = sigmoid_at(i + 0.5);
        table[i] = (uint16_t)round(here + (middle - (here + next) / 2.0) / 2.0);
    }
    table[255] = UINT16_MAX;
}

static bool lower_s16(zr_lowering *l, const zr_kernel *kernel, int max_power)
{
    zk_sigmoid_s16_params p = {.count = zr_activation_count(l)};
    if (!factor_of(&l->site, max_power, &p)) return false;
    uint16_t table[256];
    tabulate(table);
    zr_arg args[3] = {zr_arg_input(l, 0), zr_arg_const(l, "sigmoid", ZR_U16, table, 256),
                      zr_arg_output(l, 0)};
    return zr_call(l, kernel, &p, args);
}

/* int8 output has 2^-bits and a zero point, int16 output 2^-15 and 0. */
static bool check(const zr_site *site, int bits, int32_t zero_point, int max_power, zr_shape *out)
{
    const zr_tensor *output = zr_output(site, 0);
    zk_sigmoid_s16_params p;
    if (!zr_activation_check(site, ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32), out)) return false;
    if (output->type == ZR_I8) return zr_need_fixed_scale(site, output, bits, zero_point, 1e-3);
    if (output->type == ZR_I16)
        return zr_need_fixed_scale(site, output, 15, 0, 6e-4) && factor_of(site, max_power, &p);
    return true;
}

static bool check_logistic(const zr_site *site, zr_shape *out)
{
    return check(site, 8, -128, 0, out);
}

static bool lower_logistic(zr_lowering *l)
{
    zr_type type = zr_input(&l->site, 0)->type;
    if (type == ZR_I8) return lower_s8(l, logistic, 31 - 8);
    if (type == ZR_I16) return lower_s16(l, &kernel_zk_logistic_s16, 0);
    zk_activation_params p = {.count = zr_activation_count(l)};
    return zr_activation_call(l, &kernel_zk_logistic_f32, &p);
}

static bool check_tanh(const zr_site *site, zr_shape *out)
{
    return check(site, 7, 0, 1, out);
}

static bool lower_tanh(zr_lowering *l)
{
    zr_type type = zr_input(&l->site, 0)->type;
    if (type == ZR_I8) return lower_s8(l, tanh_fixed, 31 - 7);
    if (type == ZR_I16) return lower_s16(l, &kernel_zk_tanh_s16, 1);
    zk_activation_params p = {.count = zr_activation_count(l)};
    return zr_activation_call(l, &kernel_zk_tanh_f32, &p);
}

static const zr_quant_rule logistic_quant = {
    .kind = ZR_QUANT_FIXED, .zero_8 = -128, .scale_8 = 0x1p-8f, .scale_16 = 0x1p-15f};

const zr_op zr_op_logistic = {
    .tflite_code = 14,
    .since = "1.14.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.3.0", .types = ZR_BIT(I16))),
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check_logistic,
    .quant = &logistic_quant,
    .lower = lower_logistic,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};

static const zr_quant_rule tanh_quant = {
    .kind = ZR_QUANT_FIXED, .zero_8 = 0, .scale_8 = 0x1p-7f, .scale_16 = 0x1p-15f};

const zr_op zr_op_tanh = {
    .tflite_code = 28,
    .since = "1.14.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.3.0", .types = ZR_BIT(I16))),
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check_tanh,
    .quant = &tanh_quant,
    .lower = lower_tanh,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};
