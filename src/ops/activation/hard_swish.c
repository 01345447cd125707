/* HARD_SWISH: x * min(max(x + 3, 0), 6) / 6. */
#include "device/requantize.h"
#include "ops/activation/common.h"
#include "ops/rules.h"
#include "ops/table.h"

static const zr_param_field params[] = {ZR_PARAM(I32, zk_activation_params, count)};
ZR_KERNEL(zk_hard_swish_f32, zk_activation_params, params, 2)

/* TensorFlow Lite's 16-bit arithmetic; factors are 15-bit multipliers with an exponent. */
typedef struct factor {
    int16_t multiplier;
    int32_t exponent;
} factor;

static int16_t saturate(int64_t x)
{
    return (int16_t)(x < INT16_MIN ? INT16_MIN : x > INT16_MAX ? INT16_MAX : x);
}

/* a * b / 2^15, rounded to nearest (ties up) or towards 0. b is a multiplier or a positive number,
 * so the one overflow, -1 * -1, does not happen. */
static int16_t high_mul_round(int16_t a, int16_t b)
{
    return (int16_t)((a * b + (1 << 14)) >> 15);
}

static int16_t high_mul_cut(int16_t a, int16_t b)
{
    return (int16_t)(a * b / (1 << 15));
}

/* x / 2^exponent, ties away from 0. Like gemmlowp's with 16-bit integers, where the mask of 16 bits
 * and more is -1. */
static int16_t shift_right_round(int16_t x, int32_t exponent)
{
    int16_t mask = (int16_t)(uint16_t)(((int64_t)1 << exponent) - 1);
    int16_t remainder = (int16_t)(x & mask);
    int16_t threshold = (int16_t)((mask >> 1) + (x < 0 ? 1 : 0));
    return (int16_t)((x >> exponent) + (remainder > threshold ? 1 : 0));
}

/* The input, 128 times finer, to the output's scale; and to the scale on which 3 is 1. */
static bool factors_of(const zr_site *site, factor *to_output, factor *to_gate)
{
    float in = zr_scale(zr_input(site, 0)) * (1.0f / 128.0f);
    double scale[2] = {(double)(in / zr_scale(zr_output(site, 0))),
                       (double)(in / (3.0f / 32768.0f))};
    factor *factors[2] = {to_output, to_gate};
    for (int i = 0; i < 2; i++) {
        int32_t multiplier;
        if (!zr_need_multiplier(site, scale[i], &multiplier, &factors[i]->exponent)) return false;
        bool top = multiplier >= INT32_MAX - (1 << 15);
        factors[i]->multiplier = top ? INT16_MAX : (int16_t)((multiplier + (1 << 15)) >> 16);
    }
    if (to_output->exponent <= 0) return true;
    return zr_site_fail(site, ZR_E_QUANTIZATION,
                        "the input scale is %g times the output scale, not less than 128",
                        128.0 * scale[0]);
}

/* (x + 3) / 6 between 0 and 1 in Q0.15, of x = value / 128 * input scale. */
static int16_t gate_of(int16_t value, const factor *to_gate)
{
    /* All of a left shift but its last bit comes first: what saturates here still saturates after
     * the multiplication, which at most halves. */
    if (to_gate->exponent > 0) value = saturate(value * ((int64_t)1 << (to_gate->exponent - 1)));
    value = high_mul_round(value, to_gate->multiplier);
    if (to_gate->exponent > 0) value = saturate((int64_t)value * 2);
    if (to_gate->exponent < 0) value = shift_right_round(value, -to_gate->exponent);
    return (int16_t)((value + (1 << 15)) >> 1);
}

static bool check(const zr_site *site, zr_shape *out)
{
    factor to_output, to_gate;
    if (!zr_activation_check(site, ZR_BIT(I8) | ZR_BIT(F32), out)) return false;
    return zr_input(site, 0)->type == ZR_F32 || factors_of(site, &to_output, &to_gate);
}

static bool lower(zr_lowering *l)
{
    const zr_tensor *input = zr_input(&l->site, 0), *output = zr_output(&l->site, 0);
    if (input->type == ZR_F32) {
        zk_activation_params p = {.count = zr_activation_count(l)};
        return zr_activation_call(l, &kernel_zk_hard_swish_f32, &p);
    }
    factor to_output, to_gate;
    uint8_t table[256];
    if (!factors_of(&l->site, &to_output, &to_gate)) return false;
    for (int32_t stored = INT8_MIN; stored <= INT8_MAX; stored++) {
        int16_t x = (int16_t)((stored - zr_zero_point(input)) * 128);
        int16_t y = high_mul_cut(gate_of(x, &to_gate), high_mul_round(x, to_output.multiplier));
        y = shift_right_round(y, -to_output.exponent);
        y = (int16_t)(uint16_t)(y + zr_zero_point(output)); /* wraps around, as the reference */
        table[(uint8_t)stored] = (uint8_t)zk_clamp(y, INT8_MIN, INT8_MAX);
    }
    return zr_lower_table(l, table);
}

const zr_op zr_op_hard_swish = {
    .tflite_code = 117,
    .tflite_options = 91,
    .since = "1.15.0",
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
