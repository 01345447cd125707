/* The host's side of scalar.c. */
#include "ops/depthwise_conv_2d/variants.h"
#include "ops/rules.h"
#include "ops/scalar.h"

static const zr_param_field params_scalar[] = {
    ZR_PARAM_WINDOW(zk_depthwise_scalar_params),
    ZR_PARAM(I32, zk_depthwise_scalar_params, in_zero_point),
    ZR_PARAM(I32, zk_depthwise_scalar_params, row_bytes),
    ZR_PARAM(I32, zk_depthwise_scalar_params, out_min),
    ZR_PARAM(I32, zk_depthwise_scalar_params, out_max),
    ZR_PARAM(I32, zk_depthwise_scalar_params, limited),
};
ZR_KERNEL(zk_depthwise_conv_2d_s8_scalar_3x3_s1_w3, zk_depthwise_scalar_params, params_scalar, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_scalar_3x3_s2_w3, zk_depthwise_scalar_params, params_scalar, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_scalar_3x3_w1, zk_depthwise_scalar_params, params_scalar, 5)

typedef struct plan {
    zk_depthwise_scalar_params params;
    zr_scalar_layer layer;
} plan;

/* False for nodes that the kernels cannot take. */
static bool plan_of(const zr_site *site, plan *p)
{
    const depthwise_conv_2d_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0);
    *p = (plan){.layer = {.input = input}};
    zk_window *w = &p->params.window;
    if (input->type != ZR_I8 || !zr_depthwise_window(site, w) || w->kernel_h != 3 ||
        w->kernel_w != 3 || w->dilation_h != 1 || w->dilation_w != 1 || w->in_c != w->out_c)
        return false;
    p->params.in_zero_point = zr_zero_point(input);
    p->params.row_bytes = ((w->out_w - 1) * w->stride_w + 3) * w->in_c;
    p->layer.weights = zr_input(site, 1);
    p->layer.bias = zr_input(site, 2);
    p->layer.output = zr_output(site, 0);
    p->layer.channels = w->out_c;
    p->layer.taps = 9;
    p->layer.channel_step = 1;
    p->layer.tap_step = w->out_c;
    zr_clamp_quantized(p->layer.output, a->activation, &p->params.out_min, &p->params.out_max);
    p->params.limited = p->params.out_min > -128 || p->params.out_max < 127;
    return true;
}

/* `each`: instructions for a block of `width` outputs of a channel. */
static void cost_of(const plan *p, int32_t width, int64_t each, zr_cost *c)
{
    const zk_window *w = &p->params.window;
    int64_t blocks = (w->out_w + width - 1) / width, rows = (int64_t)w->batches * w->out_h;
    c->instructions = rows * (w->out_c * (blocks * each + 30) + p->params.row_bytes + 100);
    c->const_bytes = (int64_t)w->out_c * (9 + 16);
    c->code_bytes = 700;
    c->scratch_bytes = 3 * (int64_t)p->params.row_bytes;
}

static bool lower(zr_lowering *l, const zr_kernel *kernel, const plan *p)
{
    int8_t *filters = ZR_NEW(l->site.cx, int8_t, (size_t)p->layer.channels * 9);
    zr_arg scale;
    if (!filters || !zr_scalar_scales(l, &p->layer, 1, 0, &scale)) return false;
    for (int32_t c = 0; c < p->layer.channels; c++)
        for (int32_t k = 0; k < 9; k++) filters[9 * c + k] = zr_scalar_weight(&p->layer, c, k);
    zr_arg args[5] = {zr_arg_input(l, 0),
                      zr_arg_const(l, "filters", ZR_I8, filters, (int64_t)p->layer.channels * 9),
                      scale, zr_arg_scratch(l, ZR_I8, (size_t)p->params.row_bytes * 3),
                      zr_arg_output(l, 0)};
    return zr_call(l, kernel, &p->params, args);
}

bool zr_depthwise_scalar_w3_fits(const zr_site *site)
{
    plan p;
    return plan_of(site, &p) && p.params.window.out_w >= 3 && p.params.window.stride_w <= 2 &&
           zr_scalar_exact(&p.layer);
}

void zr_depthwise_scalar_w3_cost(const zr_site *site, zr_cost *c)
{
    plan p;
    if (plan_of(site, &p)) cost_of(&p, 3, p.params.window.stride_w == 1 ? 134 : 150, c);
}

bool zr_depthwise_scalar_w3_lower(zr_lowering *l)
{
    plan p;
    return plan_of(&l->site, &p) &&
           lower(l,
                 p.params.window.stride_w == 1 ? &kernel_zk_depthwise_conv_2d_s8_scalar_3x3_s1_w3
                                               : &kernel_zk_depthwise_conv_2d_s8_scalar_3x3_s2_w3,
                 &p);
}

bool zr_depthwise_scalar_w1_fits(const zr_site *site)
{
    plan p;
    return plan_of(site, &p) && zr_scalar_exact(&p.layer);
}

void zr_depthwise_scalar_w1_cost(const zr_site *site, zr_cost *c)
{
    plan p;
    if (plan_of(site, &p)) cost_of(&p, 1, 125, c);
}

bool zr_depthwise_scalar_w1_lower(zr_lowering *l)
{
    plan p;
    return plan_of(&l->site, &p) && lower(l, &kernel_zk_depthwise_conv_2d_s8_scalar_3x3_w1, &p);
}
