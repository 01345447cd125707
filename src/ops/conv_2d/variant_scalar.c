/* Host side of scalar.c. */
#include "ops/conv_2d/variants.h"
#include "ops/rules.h"
#include "ops/scalar.h"

static const zr_param_field params_scalar[] = {
    ZR_PARAM_WINDOW(zk_conv_2d_scalar_params),
    ZR_PARAM(I32, zk_conv_2d_scalar_params, in_zero_point),
    ZR_PARAM(I32, zk_conv_2d_scalar_params, runs),
    ZR_PARAM(I32, zk_conv_2d_scalar_params, run_pixels),
    ZR_PARAM(I32, zk_conv_2d_scalar_params, taps),
    ZR_PARAM(I32, zk_conv_2d_scalar_params, out_min),
    ZR_PARAM(I32, zk_conv_2d_scalar_params, out_max),
    ZR_PARAM(I32, zk_conv_2d_scalar_params, limited),
};
ZR_KERNEL(zk_conv_2d_s8_scalar_2x4, zk_conv_2d_scalar_params, params_scalar, 6)
ZR_KERNEL(zk_conv_2d_s8_scalar_1x4, zk_conv_2d_scalar_params, params_scalar, 6)

typedef struct plan {
    zk_conv_2d_scalar_params params;
    zr_scalar_layer layer;
} plan;

/* False for nodes that the kernels cannot take. */
static bool plan_of(const zr_site *site, plan *p)
{
    const conv_2d_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0), *weights = zr_input(site, 1);
    *p = (plan){{.runs = 1}, {.input = input, .weights = weights}};
    zk_window *w = &p->params.window;
    if (input->type != ZR_I8 || weights->shape.dim[3] != input->shape.dim[3] ||
        !zr_conv_2d_window(site, w))
        return false;
    if (w->dilation_w > 1) p->params.runs = w->kernel_w;
    p->params.run_pixels = w->kernel_w / p->params.runs;
    p->params.in_zero_point = zr_zero_point(input);
    p->layer.bias = zr_input(site, 2);
    p->layer.output = zr_output(site, 0);
    p->layer.channels = w->out_c;
    p->layer.taps = p->params.taps = w->kernel_h * w->kernel_w * w->in_c;
    p->layer.channel_step = p->layer.taps;
    p->layer.tap_step = 1;
    zr_clamp_quantized(p->layer.output, a->activation, &p->params.out_min, &p->params.out_max);
    p->params.limited = p->params.out_min > -128 || p->params.out_max < 127;
    return true;
}

static int32_t multiple_of_4(int32_t n)
{
    return (n + 3) / 4 * 4;
}

/* What both take: `each` is the instructions for four pixels of a channel. */
static void cost_of(const plan *p, int64_t each, zr_cost *c)
{
    const zk_window *w = &p->params.window;
    int64_t blocks = ((int64_t)w->batches * w->out_h * w->out_w + 3) / 4;
    int64_t gather =
        200 + (int64_t)w->kernel_h * p->params.runs * 150 + (int64_t)p->layer.taps * 12;
    c->instructions = blocks * (gather + w->out_c * each);
    c->scratch_bytes = 8 * (int64_t)p->params.taps + 4 * (int64_t)p->params.run_pixels * w->in_c;
}

static bool lower(zr_lowering *l, const zr_kernel *kernel, const plan *p, zr_arg weights,
                  zr_arg scale)
{
    size_t run = (size_t)p->params.run_pixels * (size_t)p->params.window.in_c;
    zr_arg args[6] = {zr_arg_input(l, 0),
                      weights,
                      scale,
                      zr_arg_scratch(l, ZR_I32, (size_t)p->params.taps * 8),
                      zr_arg_scratch(l, ZR_I8, run * 4),
                      zr_arg_output(l, 0)};
    return zr_call(l, kernel, &p->params, args);
}

bool zr_conv_2d_scalar_2x4_fits(const zr_site *site)
{
    plan p;
    return plan_of(site, &p) && zr_scalar_exact(&p.layer) && zr_scalar_fits_2x4(&p.layer);
}

void zr_conv_2d_scalar_2x4_cost(const zr_site *site, zr_cost *c)
{
    plan p;
    if (!plan_of(site, &p)) return;
    p.params.taps = multiple_of_4(p.params.taps);
    int64_t channels = p.layer.channels + p.layer.channels % 2;
    cost_of(&p, 80 + (int64_t)p.params.taps * 15 / 4, c);
    c->const_bytes = channels * (p.params.taps + 16);
    c->code_bytes = 1300;
}

bool zr_conv_2d_scalar_2x4_lower(zr_lowering *l)
{
    plan p;
    zr_arg weights, scale;
    if (!plan_of(&l->site, &p)) return false;
    p.params.taps = multiple_of_4(p.params.taps);
    return zr_scalar_pack_2x4(l, &p.layer, p.params.taps, &weights) &&
           zr_scalar_scales(l, &p.layer, 2, 0, &scale) &&
           lower(l, &kernel_zk_conv_2d_s8_scalar_2x4, &p, weights, scale);
}

bool zr_conv_2d_scalar_1x4_fits(const zr_site *site)
{
    plan p;
    return plan_of(site, &p) && zr_scalar_exact(&p.layer);
}

void zr_conv_2d_scalar_1x4_cost(const zr_site *site, zr_cost *c)
{
    plan p;
    int64_t segments;
    if (!plan_of(site, &p)) return;
    int64_t bytes = zr_scalar_bytes_1x4(&p.layer, &segments);
    cost_of(&p, 190 + (int64_t)p.layer.taps * 8 + segments * 24 / p.layer.channels, c);
    c->const_bytes = bytes + 16 * (int64_t)p.layer.channels;
    c->code_bytes = 1300;
}

bool zr_conv_2d_scalar_1x4_lower(zr_lowering *l)
{
    plan p;
    zr_arg weights, scale;
    return plan_of(&l->site, &p) && zr_scalar_pack_1x4(l, &p.layer, &weights) &&
           zr_scalar_scales(l, &p.layer, 1, 0, &scale) &&
           lower(l, &kernel_zk_conv_2d_s8_scalar_1x4, &p, weights, scale);
}
