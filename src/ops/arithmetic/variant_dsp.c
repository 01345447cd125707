/* Host side of dsp.c: the search for factors that agree with the definition. */
#include <math.h>
#include <string.h>

#include "ops/arithmetic/common.h"
#include "ops/scaling.h"

static const zr_param_field add_params[] = {
    ZR_PARAM_BROADCAST(zk_add_dsp_params),
    ZR_PARAM(I32, zk_add_dsp_params, a_factor),
    ZR_PARAM(I32, zk_add_dsp_params, b_factor),
    ZR_PARAM(I32, zk_add_dsp_params, start),
};
static const zr_param_field mul_params[] = {
    ZR_PARAM_BROADCAST(zk_mul_dsp_params),      ZR_PARAM(I32, zk_mul_dsp_params, a_offset),
    ZR_PARAM(I32, zk_mul_dsp_params, b_offset), ZR_PARAM(I32, zk_mul_dsp_params, scale),
    ZR_PARAM(I32, zk_mul_dsp_params, nudge),    ZR_PARAM(I32, zk_mul_dsp_params, multiplier),
    ZR_PARAM(I32, zk_mul_dsp_params, start),
};
static const zr_param_field add_exact_params[] = {
    ZR_PARAM_BROADCAST(zk_add_dsp_exact_params),
    ZR_PARAM(I32, zk_add_dsp_exact_params, half_factor),
    ZR_PARAM(I32, zk_add_dsp_exact_params, half_offset),
    ZR_PARAM(I32, zk_add_dsp_exact_params, other_factor),
    ZR_PARAM(I32, zk_add_dsp_exact_params, other_offset),
    ZR_PARAM(I32, zk_add_dsp_exact_params, other_multiplier),
    ZR_PARAM(I32, zk_add_dsp_exact_params, other_half),
    ZR_PARAM(I32, zk_add_dsp_exact_params, other_less),
    ZR_PARAM(I32, zk_add_dsp_exact_params, other_right),
    ZR_PARAM(I32, zk_add_dsp_exact_params, out_multiplier),
    ZR_PARAM(I32, zk_add_dsp_exact_params, out_half),
    ZR_PARAM(I32, zk_add_dsp_exact_params, out_less),
    ZR_PARAM(I32, zk_add_dsp_exact_params, out_right),
    ZR_PARAM(I32, zk_add_dsp_exact_params, out_offset),
    ZR_PARAM(I32, zk_add_dsp_exact_params, out_min),
    ZR_PARAM(I32, zk_add_dsp_exact_params, out_max),
};
static const zr_param_field mul_exact_params[] = {
    ZR_PARAM_BROADCAST(zk_mul_dsp_exact_params),
    ZR_PARAM(I32, zk_mul_dsp_exact_params, a_offset),
    ZR_PARAM(I32, zk_mul_dsp_exact_params, b_offset),
    ZR_PARAM(I32, zk_mul_dsp_exact_params, multiplier),
    ZR_PARAM(I32, zk_mul_dsp_exact_params, half),
    ZR_PARAM(I32, zk_mul_dsp_exact_params, less),
    ZR_PARAM(I32, zk_mul_dsp_exact_params, right),
    ZR_PARAM(I32, zk_mul_dsp_exact_params, out_offset),
    ZR_PARAM(I32, zk_mul_dsp_exact_params, out_min),
    ZR_PARAM(I32, zk_mul_dsp_exact_params, out_max),
};
ZR_KERNEL(zk_add_s8_dsp, zk_add_dsp_params, add_params, 3)
ZR_KERNEL(zk_add_s8_dsp_exact, zk_add_dsp_exact_params, add_exact_params, 3)
ZR_KERNEL(zk_mul_s8_dsp, zk_mul_dsp_params, mul_params, 3)
ZR_KERNEL(zk_mul_s8_dsp_exact, zk_mul_dsp_exact_params, mul_exact_params, 3)

/* Instructions: `fours` four values in a row, `rest` one of the others, and what a run takes. */
static void cost(const zr_site *site, int fours, int rest, zr_cost *c)
{
    zk_broadcast w = zr_broadcast(&zr_input(site, 0)->shape, &zr_input(site, 1)->shape);
    int64_t runs = zr_elements(&zr_output(site, 0)->shape) / w.run;
    c->instructions = runs * (w.run / 4 * fours + w.run % 4 * rest + 45) + 40;
    for (int i = 0; i < 2; i++)
        if (zr_input(site, i)->data) c->const_bytes += (int64_t)zr_tensor_bytes(zr_input(site, i));
}

/* ---- ADD and SUB ---- */

enum { VALUES = 256, FRACTION = 21 };

/* The definition's outputs for every pair of stored values. */
static bool define_sums(const zr_site *site, int32_t b_sign, int8_t out[VALUES][VALUES])
{
    const add_attrs *attrs = site->node->attrs;
    zk_add_params p = {.walk = {.run = VALUES, .a_step = 0, .b_step = 1},
                       .b_sign = b_sign,
                       .a_offset = -zr_zero_point(zr_input(site, 0)),
                       .b_offset = -zr_zero_point(zr_input(site, 1)),
                       .out_offset = zr_zero_point(zr_output(site, 0))};
    if (!zr_add_factors(site, &p)) return false;
    zr_clamp_quantized(zr_output(site, 0), attrs->activation, &p.out_min, &p.out_max);
    int8_t all[VALUES];
    for (int i = 0; i < VALUES; i++) all[i] = (int8_t)(i - 128);
    for (int i = 0; i < VALUES; i++) zk_add_s8(&p, &all[i], all, out[i]);
    return true;
}

/* What SMLAW adds for a byte. */
static int64_t part(int32_t factor, int value)
{
    return ((int64_t)factor * value) >> 8;
}

/* The start with which all outputs are right; no sum leaves 32 bits. */
static bool find_start(int8_t out[VALUES][VALUES], zk_add_dsp_params *p)
{
    const int64_t unit = 1 << FRACTION;
    int64_t low = INT32_MIN, high = INT32_MAX;
    for (int a = -128; a < 128; a++) {
        for (int b = -128; b < 128; b++) {
            int32_t value = out[a + 128][b + 128];
            int64_t from = value * unit - part(p->a_factor, a) - part(p->b_factor, b);
            if (value > -128 && from > low) low = from;
            if (value < 127 && from + unit - 1 < high) high = from + unit - 1;
        }
        if (low > high) return false;
    }
    p->start = (int32_t)(low + (high - low) / 2);
    for (int corner = 0; corner < 4; corner++) {
        int64_t a = part(p->a_factor, corner % 2 ? 127 : -128);
        int64_t b = part(p->b_factor, corner / 2 ? 127 : -128);
        if (p->start + a != (int32_t)(p->start + a)) return false;
        if (p->start + a + b != (int32_t)(p->start + a + b)) return false;
    }
    return true;
}

static bool find_sums(const zr_site *site, int32_t b_sign, zk_add_dsp_params *p)
{
    int8_t out[VALUES][VALUES];
    double unit = exp2(FRACTION + 8) / (double)zr_scale(zr_output(site, 0));
    double a = (double)zr_scale(zr_input(site, 0)) * unit;
    double b = (double)zr_scale(zr_input(site, 1)) * unit;
    if (a > INT32_MAX || b > INT32_MAX || !define_sums(site, b_sign, out)) return false;
    p->a_factor = (int32_t)a;
    p->b_factor = (int32_t)b * b_sign;
    return find_start(out, p);
}

static bool add_fits(const zr_site *site, int32_t b_sign)
{
    zk_add_dsp_params p;
    return zr_output(site, 0)->type == ZR_I8 && find_sums(site, b_sign, &p);
}

static bool add_lower(zr_lowering *l, int32_t b_sign)
{
    zk_add_dsp_params p = {.walk = zr_arithmetic_walk(l)};
    return find_sums(&l->site, b_sign, &p) && zr_arithmetic_call(l, &kernel_zk_add_s8_dsp, &p);
}

static bool is_half(int32_t multiplier, int32_t shift)
{
    return multiplier == 1 << 30 && shift == 0;
}

static int32_t half_of(int32_t right)
{
    return right > 0 ? 1 << (right - 1) : 0;
}

static bool add_exact_lower(zr_lowering *l, int32_t b_sign)
{
    const add_attrs *attrs = l->site.node->attrs;
    const zr_tensor *output = zr_output(&l->site, 0);
    zk_broadcast walk = zr_arithmetic_walk(l), swapped = walk;
    zk_add_params f;
    if (!zr_add_factors(&l->site, &f)) return false;
    int half = is_half(f.a_multiplier, f.a_shift) ? 0 : 1;
    int32_t sign[2] = {1, b_sign}, right = half == 0 ? -f.b_shift : -f.a_shift;
    swapped.a_step = walk.b_step, swapped.b_step = walk.a_step;
    memcpy(swapped.a_jump, walk.b_jump, sizeof walk.b_jump);
    memcpy(swapped.b_jump, walk.a_jump, sizeof walk.a_jump);
    zk_add_dsp_exact_params p = {
        .walk = half == 0 ? walk : swapped,
        .half_factor = sign[half] * (1 << 20),
        .half_offset = -zr_zero_point(zr_input(&l->site, half)) * sign[half] * (1 << 20),
        .other_factor = sign[1 - half] * 2,
        .other_offset = -zr_zero_point(zr_input(&l->site, 1 - half)) * (1 << 21),
        .other_multiplier = half == 0 ? f.b_multiplier : f.a_multiplier,
        .other_half = half_of(right),
        .other_less = right > 0 ? -1 : 0,
        .other_right = right,
        .out_multiplier = f.out_multiplier,
        .out_half = half_of(-f.out_shift),
        .out_less = f.out_shift < 0 ? -1 : 0,
        .out_right = -f.out_shift,
        .out_offset = zr_zero_point(output),
    };
    zr_clamp_quantized(output, attrs->activation, &p.out_min, &p.out_max);
    zr_arg args[3] = {zr_arg_input(l, half), zr_arg_input(l, 1 - half), zr_arg_output(l, 0)};
    return zr_call(l, &kernel_zk_add_s8_dsp_exact, &p, args);
}

bool zr_add_dsp_fits(const zr_site *site)
{
    return add_fits(site, 1);
}

bool zr_sub_dsp_fits(const zr_site *site)
{
    return add_fits(site, -1);
}

bool zr_add_dsp_lower(zr_lowering *l)
{
    return add_lower(l, 1);
}

bool zr_sub_dsp_lower(zr_lowering *l)
{
    return add_lower(l, -1);
}

void zr_add_dsp_cost(const zr_site *site, zr_cost *c)
{
    cost(site, 27, 12, c);
    c->code_bytes = 480;
}

bool zr_add_dsp_exact_fits(const zr_site *site)
{
    zk_add_params f;
    return zr_output(site, 0)->type == ZR_I8 && zr_add_factors(site, &f) && f.out_shift > -31 &&
           f.a_shift > -31 && f.b_shift > -31 &&
           (is_half(f.a_multiplier, f.a_shift) || is_half(f.b_multiplier, f.b_shift));
}

bool zr_add_dsp_exact_lower(zr_lowering *l)
{
    return add_exact_lower(l, 1);
}

bool zr_sub_dsp_exact_lower(zr_lowering *l)
{
    return add_exact_lower(l, -1);
}

void zr_add_dsp_exact_cost(const zr_site *site, zr_cost *c)
{
    cost(site, 4 * 24, 24, c);
    c->code_bytes = 300;
}

/* ---- MUL ---- */

enum { RIGHT = 12, MAX_LEFT = 13 };

static bool find_product(const zr_site *site, zk_mul_dsp_params *p)
{
    const mul_attrs *attrs = site->node->attrs;
    zr_staircase s = {.zero_point = zr_zero_point(zr_output(site, 0))};
    if (!zr_mul_factor(site, &s.multiplier, &s.shift)) return false;
    zr_clamp_quantized(zr_output(site, 0), attrs->activation, &s.out_min, &s.out_max);
    p->a_offset = -zr_zero_point(zr_input(site, 0));
    p->b_offset = -zr_zero_point(zr_input(site, 1));
    for (int corner = 0; corner < 4; corner++) {
        int64_t product =
            ((corner % 2 ? 127 : -128) + p->a_offset) * ((corner / 2 ? 127 : -128) + p->b_offset);
        if (corner == 0 || product < s.least) s.least = product;
        if (corner == 0 || product > s.most) s.most = product;
    }
    zr_line line;
    if (!zr_find_line(&s, RIGHT, MAX_LEFT, &line)) return false;
    p->scale = 1 << line.left;
    p->nudge = line.nudge;
    p->multiplier = line.multiplier;
    p->start = line.start;
    return true;
}

bool zr_mul_dsp_fits(const zr_site *site)
{
    zk_mul_dsp_params p;
    return zr_output(site, 0)->type == ZR_I8 && find_product(site, &p);
}

bool zr_mul_dsp_lower(zr_lowering *l)
{
    zk_mul_dsp_params p = {.walk = zr_arithmetic_walk(l)};
    return find_product(&l->site, &p) && zr_arithmetic_call(l, &kernel_zk_mul_s8_dsp, &p);
}

void zr_mul_dsp_cost(const zr_site *site, zr_cost *c)
{
    cost(site, 32, 14, c);
    c->code_bytes = 480;
}

bool zr_mul_dsp_exact_fits(const zr_site *site)
{
    int32_t multiplier, shift;
    return zr_output(site, 0)->type == ZR_I8 && zr_mul_factor(site, &multiplier, &shift) &&
           shift <= 0 && shift > -31;
}

bool zr_mul_dsp_exact_lower(zr_lowering *l)
{
    const mul_attrs *attrs = l->site.node->attrs;
    const zr_tensor *output = zr_output(&l->site, 0);
    zk_mul_dsp_exact_params p = {.walk = zr_arithmetic_walk(l),
                                 .a_offset = -zr_zero_point(zr_input(&l->site, 0)),
                                 .b_offset = -zr_zero_point(zr_input(&l->site, 1)),
                                 .out_offset = zr_zero_point(output)};
    int32_t shift;
    if (!zr_mul_factor(&l->site, &p.multiplier, &shift)) return false;
    p.half = half_of(-shift);
    p.less = shift < 0 ? -1 : 0;
    p.right = -shift;
    zr_clamp_quantized(output, attrs->activation, &p.out_min, &p.out_max);
    return zr_arithmetic_call(l, &kernel_zk_mul_s8_dsp_exact, &p);
}

void zr_mul_dsp_exact_cost(const zr_site *site, zr_cost *c)
{
    cost(site, 4 * 20, 20, c);
    c->code_bytes = 260;
}
