/* Host side of scalar.c. */
#include "ops/fully_connected/variants.h"
#include "ops/rules.h"
#include "ops/scalar.h"

/* Products of unsigned values and what is taken off stay within 31 bits. */
enum { MOST_INPUTS = 8192 };

static const zr_param_field params_scalar[] = {
    ZR_PARAM(I32, zk_fully_connected_scalar_params, rows),
    ZR_PARAM(I32, zk_fully_connected_scalar_params, in_size),
    ZR_PARAM(I32, zk_fully_connected_scalar_params, out_size),
    ZR_PARAM(I32, zk_fully_connected_scalar_params, out_min),
    ZR_PARAM(I32, zk_fully_connected_scalar_params, out_max),
    ZR_PARAM(I32, zk_fully_connected_scalar_params, limited),
};
ZR_KERNEL(zk_fully_connected_s8_scalar_8, zk_fully_connected_scalar_params, params_scalar, 4)
ZR_KERNEL(zk_fully_connected_s8_scalar_4, zk_fully_connected_scalar_params, params_scalar, 5)

typedef struct plan {
    zk_fully_connected_scalar_params params;
    zr_scalar_layer layer;
} plan;

/* False for nodes that the kernels cannot take. */
static bool plan_of(const zr_site *site, plan *p)
{
    const fully_connected_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0), *weights = zr_input(site, 1);
    *p = (plan){.layer = {.input = input, .weights = weights}};
    if (input->type != ZR_I8 || (weights->quant.n == 1 && zr_zero_point(weights) != 0))
        return false;
    p->layer.bias = zr_input(site, 2);
    p->layer.output = zr_output(site, 0);
    p->layer.channels = p->params.out_size = weights->shape.dim[0];
    p->layer.taps = p->params.in_size = weights->shape.dim[1];
    p->layer.channel_step = p->layer.taps;
    p->layer.tap_step = 1;
    p->params.rows = (int32_t)(zr_elements(&input->shape) / p->params.in_size);
    zr_clamp_quantized(p->layer.output, a->activation, &p->params.out_min, &p->params.out_max);
    p->params.limited = p->params.out_min > -128 || p->params.out_max < 127;
    return p->params.in_size <= MOST_INPUTS && zr_scalar_exact(&p->layer);
}

static int32_t filled(const plan *p, int32_t block)
{
    return (p->params.out_size + block - 1) / block * block;
}

/* `tap` and `more`: hundredths of instructions for a tap of a block, instructions beside them. */
static void cost_of(const plan *p, int32_t block, int64_t tap, int64_t more, zr_cost *c)
{
    int64_t outputs = filled(p, block), blocks = outputs / block;
    c->instructions = p->params.rows * blocks * (p->params.in_size * tap / 100 + more);
    c->const_bytes = outputs * (p->params.in_size + 16);
    c->code_bytes = 350;
}

/* The weights [out_size / block][in_size][block], each plus `offset`. */
static zr_arg pack(zr_lowering *l, const plan *p, int32_t block, int32_t offset, zr_type type)
{
    int64_t taps = p->params.in_size, n = filled(p, block) * taps;
    uint8_t *packed = ZR_NEW(l->site.cx, uint8_t, (size_t)n);
    if (!packed) return zr_arg_none();
    for (int64_t i = 0; i < n; i++) packed[i] = (uint8_t)offset;
    for (int32_t c = 0; c < p->params.out_size; c++)
        for (int32_t k = 0; k < taps; k++)
            packed[(c / block * taps + k) * block + c % block] =
                (uint8_t)(zr_scalar_weight(&p->layer, c, k) + offset);
    return zr_arg_const(l, "weights_scalar", type, packed, n);
}

bool zr_fully_connected_scalar_8_fits(const zr_site *site)
{
    plan p;
    return plan_of(site, &p);
}

void zr_fully_connected_scalar_8_cost(const zr_site *site, zr_cost *c)
{
    plan p;
    if (plan_of(site, &p)) cost_of(&p, 8, 1800, 200, c);
}

bool zr_fully_connected_scalar_8_lower(zr_lowering *l)
{
    plan p;
    zr_arg scale;
    if (!plan_of(&l->site, &p) || !zr_scalar_scales(l, &p.layer, 8, 0, &scale)) return false;
    zr_arg args[4] = {zr_arg_input(l, 0), pack(l, &p, 8, 0, ZR_I8), scale, zr_arg_output(l, 0)};
    return zr_call(l, &kernel_zk_fully_connected_s8_scalar_8, &p.params, args);
}

bool zr_fully_connected_scalar_4_fits(const zr_site *site)
{
    plan p;
    return plan_of(site, &p);
}

void zr_fully_connected_scalar_4_cost(const zr_site *site, zr_cost *c)
{
    plan p;
    if (!plan_of(site, &p)) return;
    cost_of(&p, 4, 1500, 200, c);
    c->instructions += 8 * (int64_t)p.params.rows * p.params.in_size;
    c->scratch_bytes = p.params.in_size;
}

bool zr_fully_connected_scalar_4_lower(zr_lowering *l)
{
    plan p;
    zr_arg scale;
    if (!plan_of(&l->site, &p) || !zr_scalar_scales(l, &p.layer, 4, 128, &scale)) return false;
    zr_arg args[5] = {zr_arg_input(l, 0), pack(l, &p, 4, 128, ZR_U8), scale,
                      zr_arg_scratch(l, ZR_U8, (size_t)p.params.in_size), zr_arg_output(l, 0)};
    return zr_call(l, &kernel_zk_fully_connected_s8_scalar_4, &p.params, args);
}
