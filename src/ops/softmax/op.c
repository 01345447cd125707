#include <math.h>

#include "device/fixed_point.h"
#include "ops/lower.h"
#include "ops/rules.h"
#include "ops/softmax/kernel.h"

typedef struct softmax_attrs {
    float beta;
} softmax_attrs;

static const zr_field fields[] = {ZR_FIELD(F32, 0, softmax_attrs, beta, 0)};

static const zr_param_field params[] = {
    ZR_PARAM(I32, zk_softmax_params, rows),       ZR_PARAM(I32, zk_softmax_params, depth),
    ZR_PARAM(I32, zk_softmax_params, multiplier), ZR_PARAM(I32, zk_softmax_params, shift),
    ZR_PARAM(I32, zk_softmax_params, min_diff),
};
static const zr_param_field params_f32[] = {
    ZR_PARAM(I32, zk_softmax_f32_params, rows),
    ZR_PARAM(I32, zk_softmax_f32_params, depth),
    ZR_PARAM(F32, zk_softmax_f32_params, beta),
};
ZR_KERNEL(zk_softmax_s8, zk_softmax_params, params, 2)
ZR_KERNEL(zk_softmax_s8_s16, zk_softmax_params, params, 2)
ZR_KERNEL(zk_softmax_s16, zk_softmax_params, params, 4)
static const zr_param_field params_table[] = {
    ZR_PARAM(I32, zk_softmax_table_params, rows),
    ZR_PARAM(I32, zk_softmax_table_params, depth),
};
ZR_KERNEL(zk_softmax_s8_table, zk_softmax_table_params, params_table, 3)
ZR_KERNEL(zk_softmax_f32, zk_softmax_f32_params, params_f32, 2)

enum { DIFF_BITS = 5 /* before the point of int8's exponents: -32 < x <= 0 */ };

/* Differences of int8 inputs to Q5.26, and the least difference that fits it. */
static bool scale_s8(const zr_site *site, double scale, zk_softmax_params *p)
{
    double factor = fmin(ldexp(scale, 31 - DIFF_BITS), 0x1p31 - 1.0);
    if (!(factor > 1.0))
        return zr_site_fail(site, ZR_E_QUANTIZATION,
                            "input scale times beta is %g, not above 2^-26", scale);
    zr_quantize_multiplier(factor, &p->multiplier, &p->shift);
    p->min_diff = -(int32_t)floor(ldexp((1 << DIFF_BITS) - 1, 31 - DIFF_BITS - p->shift));
    return true;
}

/* Differences of int16 inputs to 10 / 65535, the scale of the table of exponentials. */
static bool scale_s16(const zr_site *site, double scale, zk_softmax_params *p)
{
    if (!(scale > 0.0))
        return zr_site_fail(site, ZR_E_QUANTIZATION, "input scale times beta is %g, not above 0",
                            scale);
    return zr_need_multiplier(site, scale / (10.0 / 65535.0), &p->multiplier, &p->shift);
}

static bool params_of(const zr_site *site, zk_softmax_params *p)
{
    const softmax_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0);
    double scale = (double)a->beta * (double)zr_scale(input);
    p->depth = input->shape.dim[input->shape.rank - 1];
    p->rows = (int32_t)(zr_elements(&input->shape) / p->depth);
    return input->type == ZR_I8 ? scale_s8(site, scale, p) : scale_s16(site, scale, p);
}

/* The output's quantization is part of the algorithm. */
static bool check_output(const zr_site *site, const zr_tensor *input, const zr_tensor *output)
{
    bool wide_range = input->type == ZR_I8 && output->type == ZR_I16;
    int bits = output->type == ZR_I8 ? 8 : wide_range ? 16 : 15;
    int32_t zero_point = output->type == ZR_I8 ? -128 : wide_range ? -32768 : 0;
    double tolerance = output->type == ZR_I8 ? 0.0 : 1e-3;
    if (output->quant.n == 1 && output->quant.zero_point[0] == zero_point &&
        fabs(ldexp((double)zr_scale(output), bits) - 1.0) <= tolerance)
        return true;
    return zr_site_fail(site, ZR_E_QUANTIZATION,
                        "output '%s' must have the scale 1/%d and the zero point %d", output->name,
                        1 << bits, zero_point);
}

static bool check(const zr_site *site, zr_shape *out)
{
    const softmax_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0), *output = zr_output(site, 0);
    zk_softmax_params p;
    unsigned same = 1u << input->type;
    if (!zr_need_type(site, input, "input", ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32)) ||
        !zr_need_type(site, output, "output", input->type == ZR_I8 ? same | ZR_BIT(I16) : same) ||
        !zr_need_per_tensor(site, input, "input") ||
        !zr_need_rank(site, input, "input", 1, ZR_MAX_RANK))
        return false;
    if (!isfinite(a->beta))
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "beta is %g", (double)a->beta);
    out[0] = input->shape;
    if (input->type == ZR_F32) return true;
    if (!check_output(site, input, output) || !params_of(site, &p)) return false;
    /* Each value adds at most 2^19 (int8) or 2^15 (int16) to a 32-bit sum. */
    int32_t limit = input->type == ZR_I8 ? (1 << 12) - 1 : 1 << 16;
    if (p.depth <= limit) return true;
    return zr_site_fail(site, ZR_E_UNSUPPORTED,
                        "the sum of %d values can leave its 32 bits; at most %d values", p.depth,
                        limit);
}

/* A function as TensorFlow Lite tabulates it for interpolation: 512 steps from `low` to `high` with
 * values in Q0.15, each shifted by half of the error that interpolation makes in the middle of the
 * step. Float arithmetic, as there; only the function itself is rounded from double, so that the
 * table does not depend on the host's library. */
static void tabulate(float low, float high, double (*function)(double), int16_t table[513])
{
    const float step = (high - low) / 512.0f;
    const float to_stored = 65536.0f / (2.0f / 65535.0f * 65535.0f);
    for (int i = 0; i < 512; i++) {
        float x = low + (float)i * step;
        float here = (float)function((double)x) * to_stored;
        float middle = (float)function((double)(x + step / 2.0f)) * to_stored;
        float next = (float)function((double)(low + (float)(i + 1) * step)) * to_stored;
        float error = roundf((next + roundf(here)) / 2.0f) - roundf(middle);
        table[i] = (int16_t)fminf(fmaxf(roundf(here) - roundf(error / 2.0f), -32768.0f), 32767.0f);
    }
    float last = roundf((float)function((double)high) * to_stored);
    table[512] = (int16_t)fminf(fmaxf(last, -32768.0f), 32767.0f);
}

static double one_over_one_plus(double x)
{
    return 1.0 / (1.0 + x);
}

static bool lower_s16(zr_lowering *l, const zk_softmax_params *p)
{
    int16_t exponentials[513], reciprocals[513];
    tabulate(-10.0f, 0.0f, exp, exponentials);
    tabulate(0.0f, 1.0f, one_over_one_plus, reciprocals);
    zr_arg args[4] = {zr_arg_input(l, 0), zr_arg_const(l, "exp", ZR_I16, exponentials, 513),
                      zr_arg_const(l, "reciprocal", ZR_I16, reciprocals, 513), zr_arg_output(l, 0)};
    return zr_call(l, &kernel_zk_softmax_s16, p, args);
}

static bool lower(zr_lowering *l)
{
    const softmax_attrs *a = l->site.node->attrs;
    const zr_tensor *input = zr_input(&l->site, 0), *output = zr_output(&l->site, 0);
    zk_softmax_params p = {.min_diff = 0};
    zr_arg args[2] = {zr_arg_input(l, 0), zr_arg_output(l, 0)};
    if (input->type == ZR_F32) {
        int32_t depth = input->shape.dim[input->shape.rank - 1];
        zk_softmax_f32_params f = {
            .rows = (int32_t)(zr_elements(&input->shape) / depth), .depth = depth, .beta = a->beta};
        return zr_call(l, &kernel_zk_softmax_f32, &f, args);
    }
    if (!params_of(&l->site, &p)) return false;
    if (input->type == ZR_I16) return lower_s16(l, &p);
    return zr_call(l, output->type == ZR_I8 ? &kernel_zk_softmax_s8 : &kernel_zk_softmax_s8_s16, &p,
                   args);
}

static bool is_s8(const zr_site *site)
{
    return zr_input(site, 0)->type == ZR_I8 && zr_output(site, 0)->type == ZR_I8;
}

static int64_t rows_of(const zr_site *site, int64_t *values)
{
    const zr_shape *shape = &zr_input(site, 0)->shape;
    *values = zr_elements(shape);
    return *values / shape->dim[shape->rank - 1];
}

static void cost(const zr_site *site, zr_cost *c)
{
    int64_t values, rows = rows_of(site, &values);
    if (is_s8(site)) c->instructions = values * 150 + rows * 150;
}

static void table_cost(const zr_site *site, zr_cost *c)
{
    int64_t values, rows = rows_of(site, &values);
    c->instructions = values * 28 + rows * 110;
    c->const_bytes = 1024;
    c->code_bytes = 280;
}

static bool table_lower(zr_lowering *l)
{
    zk_softmax_params p = {.min_diff = 0};
    if (!params_of(&l->site, &p)) return false;
    uint32_t table[256] = {0};
    for (int32_t d = 0; d < 256 && -d >= p.min_diff; d++) {
        int32_t x = zk_high_mul(zk_shift_left(-d, p.shift), p.multiplier);
        table[d] = (uint32_t)zk_exp_negative(x, DIFF_BITS);
    }
    zk_softmax_table_params t = {p.rows, p.depth};
    zr_arg args[3] = {zr_arg_input(l, 0), zr_arg_const(l, "exp", ZR_U32, table, 256),
                      zr_arg_output(l, 0)};
    return zr_call(l, &kernel_zk_softmax_s8_table, &t, args);
}

static const zr_variant variants[] = {
    {.name = "table", .fits = is_s8, .cost = table_cost, .lower = table_lower},
    {0},
};

static const zr_quant_rule softmax_quant = {
    .kind = ZR_QUANT_FIXED, .zero_8 = -128, .scale_8 = 0x1p-8f, .scale_16 = 0x1p-15f};

const zr_op zr_op_softmax = {
    .tflite_code = 25,
    .tflite_options = 9,
    ZR_ATTRS(softmax_attrs, fields),
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.3.0", .types = ZR_BIT(I16))),
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &softmax_quant,
    .lower = lower,
    .variants = variants,
    .cost = cost,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};
