/* Host side of mve.c. */
#include "ops/arithmetic/common.h"

#include <string.h>

static const zr_param_field params[] = {
    ZR_PARAM_BROADCAST(zk_add_mve_params),
    ZR_PARAM(I32, zk_add_mve_params, half_factor),
    ZR_PARAM(I32, zk_add_mve_params, half_offset),
    ZR_PARAM(I32, zk_add_mve_params, other_factor),
    ZR_PARAM(I32, zk_add_mve_params, other_offset),
    ZR_PARAM(I32, zk_add_mve_params, other_multiplier),
    ZR_PARAM(I32, zk_add_mve_params, other_left),
    ZR_PARAM(I32, zk_add_mve_params, other_less),
    ZR_PARAM(I32, zk_add_mve_params, other_sign),
    ZR_PARAM(I32, zk_add_mve_params, out_multiplier),
    ZR_PARAM(I32, zk_add_mve_params, out_offset),
    ZR_PARAM(I32, zk_add_mve_params, out_left),
    ZR_PARAM(I32, zk_add_mve_params, clamp),
    ZR_PARAM(I32, zk_add_mve_params, out_min),
    ZR_PARAM(I32, zk_add_mve_params, out_max),
};
ZR_KERNEL(zk_add_s8_mve, zk_add_mve_params, params, 3)
ZR_KERNEL(zk_add_s8_relu_mve, zk_add_mve_params, params, 3)

/* What the rules of a node share. */
typedef struct layer {
    zk_broadcast walk;
    zk_add_params factors;
    bool relu; /* the least output is the zero point, -128, and the greatest 127 */
} layer;

static bool layer_of(const zr_site *site, layer *n)
{
    const add_attrs *a = site->node->attrs;
    const zr_tensor *output = zr_output(site, 0);
    n->walk = zr_broadcast(&zr_input(site, 0)->shape, &zr_input(site, 1)->shape);
    if (!zr_add_factors(site, &n->factors)) return false;
    zr_clamp_quantized(output, a->activation, &n->factors.out_min, &n->factors.out_max);
    n->relu =
        zr_zero_point(output) == -128 && n->factors.out_min == -128 && n->factors.out_max == 127;
    return true;
}

static bool is_half(int32_t multiplier, int32_t shift)
{
    return multiplier == 1 << 30 && shift == 0;
}

static bool fits(const zr_site *site)
{
    layer n;
    if (zr_output(site, 0)->type != ZR_I8 || !layer_of(site, &n)) return false;
    const zk_add_params *f = &n.factors;
    return n.walk.run >= 4 && n.walk.a_step == 1 && n.walk.b_step == 1 &&
           (is_half(f->a_multiplier, f->a_shift) || is_half(f->b_multiplier, f->b_shift)) &&
           f->out_shift <= -1 && f->out_shift >= -23;
}

static void cost(const zr_site *site, zr_cost *cost)
{
    layer n;
    if (!layer_of(site, &n)) return;
    int64_t elements = zr_elements(&zr_output(site, 0)->shape), runs = elements / n.walk.run;
    cost->instructions =
        elements / 4 * (n.relu ? 14 : 15) + runs * (n.walk.run % 4 ? 100 : 40) + 80;
    for (int i = 0; i < 2; i++)
        if (zr_input(site, i)->data)
            cost->const_bytes += (int64_t)zr_tensor_bytes(zr_input(site, i));
    cost->code_bytes = 400;
}

static zk_broadcast swapped(zk_broadcast walk)
{
    zk_broadcast other = walk;
    memcpy(other.a_jump, walk.b_jump, sizeof other.a_jump);
    memcpy(other.b_jump, walk.a_jump, sizeof other.b_jump);
    return other;
}

/* a + sign * b */
static bool lower(zr_lowering *l, int32_t sign)
{
    layer n;
    if (!layer_of(&l->site, &n)) return false;
    const zk_add_params *f = &n.factors;
    const zr_tensor *output = zr_output(&l->site, 0);
    int half = is_half(f->a_multiplier, f->a_shift) ? 0 : 1;
    int32_t factor = half == 0 ? 1 << 19 : sign * (1 << 19);
    int32_t shift = half == 0 ? f->b_shift : f->a_shift;
    zk_add_mve_params p = {
        .walk = half == 0 ? n.walk : swapped(n.walk),
        .half_factor = factor,
        .half_offset = -zr_zero_point(zr_input(&l->site, half)) * factor,
        .other_factor = 1 << 20,
        .other_offset = -zr_zero_point(zr_input(&l->site, 1 - half)) * (1 << 20),
        .other_multiplier = half == 0 ? f->b_multiplier : f->a_multiplier,
        .other_left = shift,
        .other_less = shift < 0,
        .other_sign = half == 0 ? sign : 1,
        .out_multiplier = f->out_multiplier,
        .out_offset = (2 * zr_zero_point(output) + 1) * (1 << (-f->out_shift - 1)),
        .out_left = 24 + f->out_shift,
        .clamp = f->out_min > -128 || f->out_max < 127,
        .out_min = f->out_min * (1 << 24),
        .out_max = f->out_max * (1 << 24) + 0xFFFFFF,
    };
    zr_arg args[3] = {zr_arg_input(l, half), zr_arg_input(l, 1 - half), zr_arg_output(l, 0)};
    return zr_call(l, n.relu ? &kernel_zk_add_s8_relu_mve : &kernel_zk_add_s8_mve, &p, args);
}

static bool lower_add(zr_lowering *l)
{
    return lower(l, 1);
}

static bool lower_sub(zr_lowering *l)
{
    return lower(l, -1);
}

const zr_variant zr_add_variants[] = {
    {.name = "mve", .isa = ZR_ISA_MVE, .fits = fits, .cost = cost, .lower = lower_add},
    {0},
};

const zr_variant zr_sub_variants[] = {
    {.name = "mve", .isa = ZR_ISA_MVE, .fits = fits, .cost = cost, .lower = lower_sub},
    {0},
};
