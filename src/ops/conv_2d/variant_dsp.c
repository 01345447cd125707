/* Host side of dsp.c, and of the kernels for plain products where a convolution is one. */
#include "ops/conv_2d/variants.h"
#include "ops/dsp_lower.h"
#include "ops/rules.h"

static const zr_param_field params[] = {
    ZR_PARAM_WINDOW(zk_conv_2d_window_params),
    ZR_PARAM(I32, zk_conv_2d_window_params, in_zero_point),
    ZR_PARAM(I32, zk_conv_2d_window_params, taps),
    ZR_PARAM(I32, zk_conv_2d_window_params, run_bytes),
    ZR_PARAM(I32, zk_conv_2d_window_params, inside_h),
    ZR_PARAM(I32, zk_conv_2d_window_params, inside_w),
    ZR_PARAM(I32, zk_conv_2d_window_params, pack.out_c),
    ZR_PARAM(I32, zk_conv_2d_window_params, pack.pairs),
    ZR_PARAM(I32, zk_conv_2d_window_params, pack.words),
    ZR_PARAM(I32, zk_conv_2d_window_params, pack.out_min),
    ZR_PARAM(I32, zk_conv_2d_window_params, pack.out_max),
    ZR_PARAM(I32, zk_conv_2d_window_params, pack.unfinished),
};
ZR_KERNEL(zk_conv_2d_s8_relu_dsp, zk_conv_2d_window_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_dsp, zk_conv_2d_window_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_relu_dsp_small, zk_conv_2d_window_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_dsp_small, zk_conv_2d_window_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_relu_dsp_pairs, zk_conv_2d_window_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_dsp_pairs, zk_conv_2d_window_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_relu_dsp_small_pairs, zk_conv_2d_window_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_dsp_small_pairs, zk_conv_2d_window_params, params, 5)

ZR_KERNEL(zk_conv_2d_s8_relu_dsp_int4, zk_conv_2d_window_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_dsp_int4, zk_conv_2d_window_params, params, 5)

/* By zr_2x3_block, and whether the end is done by twos. */
static const zr_kernel *const kernels[][2] = {
    {&kernel_zk_conv_2d_s8_relu_dsp, &kernel_zk_conv_2d_s8_relu_dsp_pairs},
    {&kernel_zk_conv_2d_s8_dsp, &kernel_zk_conv_2d_s8_dsp_pairs},
    {&kernel_zk_conv_2d_s8_relu_dsp_small, &kernel_zk_conv_2d_s8_relu_dsp_small_pairs},
    {&kernel_zk_conv_2d_s8_dsp_small, &kernel_zk_conv_2d_s8_dsp_small_pairs},
    {&kernel_zk_conv_2d_s8_relu_dsp_int4, &kernel_zk_conv_2d_s8_relu_dsp_int4},
    {&kernel_zk_conv_2d_s8_dsp_int4, &kernel_zk_conv_2d_s8_dsp_int4},
};

typedef struct plan {
    zk_window window;
    int32_t rows; /* outputs that see inputs side by side, one after the other; 0: they do not */
    int taps, run_bytes; /* of a row of the kernel */
    zr_dsp_layer layer;
} plan;

static plan plan_of(const zr_site *site)
{
    const conv_2d_attrs *a = site->node->attrs;
    plan p = {.taps = 1};
    /* The node was checked: the window fits. */
    if (!zr_conv_2d_window(site, &p.window)) return p;
    const zk_window *w = &p.window;
    bool pointwise = w->kernel_h == 1 && w->kernel_w == 1 && w->stride_h == 1 && w->stride_w == 1;
    bool whole = w->kernel_h == w->in_h && w->kernel_w == w->in_w && w->out_h == 1 &&
                 w->out_w == 1 && w->pad_h == 0 && w->pad_w == 0;
    p.rows = pointwise ? w->batches * w->in_h * w->in_w : whole ? w->batches : 0;
    if (w->dilation_w > 1 && w->kernel_w > 1) p.taps = w->kernel_w;
    p.run_bytes = w->kernel_w / p.taps * w->in_c;
    p.layer = (zr_dsp_layer){.input = zr_input(site, 0),
                             .weights = zr_input(site, 1),
                             .bias = zr_input(site, 2),
                             .output = zr_output(site, 0),
                             .channels = w->out_c,
                             .size = (int64_t)w->kernel_h * w->kernel_w * w->in_c};
    zr_clamp_quantized(p.layer.output, a->activation, &p.layer.out_min, &p.layer.out_max);
    return p;
}

static bool is_plain_int8(const zr_site *site)
{
    const zr_tensor *input = zr_input(site, 0), *weights = zr_input(site, 1);
    return input->type == ZR_I8 && weights->shape.dim[3] == input->shape.dim[3];
}

static void cost_of(const plan *p, zr_2x3_block block, zr_cost *c)
{
    const zk_window *w = &p->window;
    if (p->rows) {
        zr_2x3_cost(&p->layer, p->rows, block, c);
        return;
    }
    int pairs = zr_2x3_even(block, zr_2x3_pairs(&p->layer, p->run_bytes));
    int64_t pixels = (int64_t)w->batches * w->out_h * w->out_w;
    int64_t runs = (int64_t)w->kernel_h * p->taps;
    int64_t one = zr_2x3_instructions(&p->layer, block, pairs) + 120 + runs * 25 +
                  (zr_2x3_is_int4(block) ? 14 : 6) * (int64_t)pairs;
    c->instructions = zr_2x3_of_blocks(pixels, block, pairs, one) + 100;
    c->const_bytes = (w->out_c + 1) / 2 * (int64_t)zr_2x3_words(block, pairs) * 4;
    c->scratch_bytes = (int64_t)pairs * 12 + 2 * (int64_t)p->run_bytes;
    c->code_bytes = zr_2x3_is_small(block) ? 2200 : 2300;
    if (zr_2x3_by_twos(pixels, block, pairs)) c->code_bytes += zr_2x3_is_small(block) ? 900 : 1000;
}

static bool lower_as(zr_lowering *l, const plan *p, zr_2x3_block block)
{
    const zk_window *w = &p->window;
    const zr_dsp_layer *layer = &p->layer;
    if (p->rows) return zr_2x3_lower(l, layer, p->rows, block);
    zr_2x3_order order = {zr_2x3_order_of(l->site.cx, layer, p->run_bytes),
                          zr_2x3_pairs(layer, p->run_bytes)};
    int pairs = zr_2x3_even(block, order.pairs), min = layer->out_min, max = layer->out_max;
    zr_arg stream;
    if (!order.at || !zr_2x3_pack(l, layer, &order, block, &stream)) return false;
    int32_t inside_h = w->in_h - (w->kernel_h - 1) * w->dilation_h;
    int32_t inside_w = w->in_w - (w->kernel_w - 1) * w->dilation_w;
    zk_conv_2d_window_params k = {.window = *w,
                                  .in_zero_point = zr_zero_point(layer->input),
                                  .taps = p->taps,
                                  .run_bytes = p->run_bytes,
                                  .inside_h = inside_h > 0 ? inside_h : 0,
                                  .inside_w = inside_w > 0 ? inside_w : 0,
                                  .pack = {.out_c = w->out_c,
                                           .pairs = pairs,
                                           .words = zr_2x3_words(block, pairs),
                                           .out_min = min,
                                           .out_max = max,
                                           .unfinished = w->out_c % 2 || min > -128 || max < 127}};
    zr_arg scratch = zr_arg_scratch(l, ZR_U32, (size_t)pairs * 12);
    zr_arg runs = zr_arg_scratch(l, ZR_I8, (size_t)p->run_bytes * 2);
    zr_arg args[5] = {zr_arg_input(l, 0), stream, scratch, runs, zr_arg_output(l, 0)};
    int64_t pixels = (int64_t)w->batches * w->out_h * w->out_w;
    return zr_call(l, kernels[block][zr_2x3_by_twos(pixels, block, pairs)], &k, args);
}

static bool fits(const zr_site *site, bool small)
{
    if (!is_plain_int8(site)) return false;
    plan p = plan_of(site);
    zr_2x3_block block;
    return zr_2x3_choose(&p.layer, small, &block);
}

static void cost(const zr_site *site, bool small, zr_cost *c)
{
    plan p = plan_of(site);
    zr_2x3_block block;
    if (zr_2x3_choose(&p.layer, small, &block)) cost_of(&p, block, c);
}

static bool lower(zr_lowering *l, bool small)
{
    plan p = plan_of(&l->site);
    zr_2x3_block block;
    return zr_2x3_choose(&p.layer, small, &block) && lower_as(l, &p, block);
}

bool zr_conv_2d_dsp_fits(const zr_site *site)
{
    return fits(site, false);
}

void zr_conv_2d_dsp_cost(const zr_site *site, zr_cost *c)
{
    cost(site, false, c);
}

bool zr_conv_2d_dsp_lower(zr_lowering *l)
{
    return lower(l, false);
}

bool zr_conv_2d_dsp_small_fits(const zr_site *site)
{
    return fits(site, true);
}

void zr_conv_2d_dsp_small_cost(const zr_site *site, zr_cost *c)
{
    cost(site, true, c);
}

bool zr_conv_2d_dsp_small_lower(zr_lowering *l)
{
    return lower(l, true);
}

bool zr_conv_2d_dsp_vector_fits(const zr_site *site)
{
    if (!is_plain_int8(site)) return false;
    plan p = plan_of(site);
    return p.rows && zr_6x1_chunk(&p.layer);
}

void zr_conv_2d_dsp_vector_cost(const zr_site *site, zr_cost *c)
{
    plan p = plan_of(site);
    zr_6x1_cost(&p.layer, p.rows, c);
}

bool zr_conv_2d_dsp_vector_lower(zr_lowering *l)
{
    plan p = plan_of(&l->site);
    return zr_6x1_lower(l, &p.layer, p.rows);
}
