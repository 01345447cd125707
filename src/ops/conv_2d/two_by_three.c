/* Host side of dsp.c. */
#include "ops/conv_2d/variants.h"
#include "ops/dsp_pack.h"
#include "ops/rules.h"

#define PARAM_PACK(type)                                                    \
    ZR_PARAM(I32, type, pack.out_c), ZR_PARAM(I32, type, pack.pairs),       \
        ZR_PARAM(I32, type, pack.words), ZR_PARAM(I32, type, pack.out_min), \
        ZR_PARAM(I32, type, pack.out_max), ZR_PARAM(I32, type, pack.unfinished)

static const zr_param_field params_1x1[] = {
    PARAM_PACK(zk_conv_2d_1x1_params),
    ZR_PARAM(I32, zk_conv_2d_1x1_params, pixels),
    ZR_PARAM(I32, zk_conv_2d_1x1_params, in_c),
};
static const zr_param_field params_window[] = {
    ZR_PARAM_WINDOW(zk_conv_2d_window_params),
    ZR_PARAM(I32, zk_conv_2d_window_params, in_zero_point),
    ZR_PARAM(I32, zk_conv_2d_window_params, taps),
    ZR_PARAM(I32, zk_conv_2d_window_params, run_bytes),
    ZR_PARAM(I32, zk_conv_2d_window_params, inside_h),
    ZR_PARAM(I32, zk_conv_2d_window_params, inside_w),
    PARAM_PACK(zk_conv_2d_window_params),
};
ZR_KERNEL(zk_conv_2d_s8_1x1_relu_dsp, zk_conv_2d_1x1_params, params_1x1, 4)
ZR_KERNEL(zk_conv_2d_s8_1x1_dsp, zk_conv_2d_1x1_params, params_1x1, 4)
ZR_KERNEL(zk_conv_2d_s8_1x1_dsp_small, zk_conv_2d_1x1_params, params_1x1, 4)
ZR_KERNEL(zk_conv_2d_s8_relu_dsp, zk_conv_2d_window_params, params_window, 5)
ZR_KERNEL(zk_conv_2d_s8_dsp, zk_conv_2d_window_params, params_window, 5)
ZR_KERNEL(zk_conv_2d_s8_dsp_small, zk_conv_2d_window_params, params_window, 5)

/* [zr_2x3_block][1x1] */
static const zr_kernel *const kernels[][2] = {
    {&kernel_zk_conv_2d_s8_relu_dsp, &kernel_zk_conv_2d_s8_1x1_relu_dsp},
    {&kernel_zk_conv_2d_s8_dsp, &kernel_zk_conv_2d_s8_1x1_dsp},
    {&kernel_zk_conv_2d_s8_dsp_small, &kernel_zk_conv_2d_s8_1x1_dsp_small},
};

typedef struct plan {
    zk_window window;
    bool pointwise;
    int taps, run_bytes; /* of a row of the kernel */
    int pairs;
    zr_dsp_layer layer;
} plan;

/* Runs of bytes are widened four at a time, then two by two. */
static int run_pairs(int bytes)
{
    return bytes / 4 * 2 + (bytes % 4 + 1) / 2;
}

static plan plan_of(const zr_site *site)
{
    const conv_2d_attrs *a = site->node->attrs;
    plan p = {.taps = 1};
    /* The node was checked: the window fits. */
    if (!zr_conv_2d_window(site, &p.window)) return p;
    const zk_window *w = &p.window;
    if (w->dilation_w > 1 && w->kernel_w > 1) p.taps = w->kernel_w;
    p.run_bytes = w->kernel_w / p.taps * w->in_c;
    p.pairs = w->kernel_h * p.taps * run_pairs(p.run_bytes);
    p.pointwise = w->kernel_h == 1 && w->kernel_w == 1 && w->stride_h == 1 && w->stride_w == 1;
    p.layer = (zr_dsp_layer){.input = zr_input(site, 0),
                             .weights = zr_input(site, 1),
                             .bias = zr_input(site, 2),
                             .output = zr_output(site, 0),
                             .channels = w->out_c,
                             .size = (int64_t)w->kernel_h * w->kernel_w * w->in_c};
    zr_clamp_quantized(p.layer.output, a->activation, &p.layer.out_min, &p.layer.out_max);
    return p;
}

/* The place in the filter of every half of a pair. */
static const int64_t *order_of(zr_ctx *cx, const plan *p)
{
    int64_t *order = ZR_NEW(cx, int64_t, (size_t)p->pairs * 2), *at = order;
    if (!order) return NULL;
    for (int64_t first = 0; first < p->layer.size; first += p->run_bytes) {
        int i = 0;
        for (; i + 4 <= p->run_bytes; i += 4)
            for (int k = 0; k < 4; k++) *at++ = first + i + "\0\2\1\3"[k];
        for (; i < p->run_bytes; i += 2) {
            *at++ = first + i;
            *at++ = i + 1 < p->run_bytes ? first + i + 1 : -1;
        }
    }
    return order;
}

static bool is_plain_int8(const zr_site *site)
{
    const zr_tensor *input = zr_input(site, 0), *weights = zr_input(site, 1);
    return input->type == ZR_I8 && weights->shape.dim[3] == input->shape.dim[3];
}

static int even(int pairs)
{
    return pairs + pairs % 2;
}

static void cost(const zr_site *site, zr_2x3_block block, zr_cost *c)
{
    plan p = plan_of(site);
    const zk_window *w = &p.window;
    int pairs = block == ZR_2X3_SMALL ? even(p.pairs) : p.pairs;
    int64_t blocks = ((int64_t)w->batches * w->out_h * w->out_w + 2) / 3;
    int64_t twos = (w->out_c + 1) / 2;
    int64_t each = block == ZR_2X3_RELU ? 33 : block == ZR_2X3_ANY ? 46 : 55;
    each += block == ZR_2X3_SMALL ? (int64_t)pairs * 17 / 2 : (int64_t)pairs * 8;
    int64_t gather = p.pointwise ? 50 : 140 + (int64_t)w->kernel_h * p.taps * 20;
    c->instructions = blocks * (twos * each + gather + (int64_t)p.pairs * 6);
    c->const_bytes = twos * zr_2x3_words(block, pairs) * 4;
    c->scratch_bytes = (int64_t)pairs * 12 + (p.pointwise ? 0 : 4 * (int64_t)p.run_bytes);
    c->code_bytes = p.pointwise ? 1000 : 1500;
}

static bool lower(zr_lowering *l, zr_2x3_block block)
{
    plan p = plan_of(&l->site);
    const zk_window *w = &p.window;
    int pairs = block == ZR_2X3_SMALL ? even(p.pairs) : p.pairs;
    zr_arg stream, scratch[2];
    zr_2x3_order order = {order_of(l->site.cx, &p), p.pairs};
    if (!order.at || !zr_2x3_pack(l, &p.layer, &order, block, &stream)) return false;
    scratch[0] = zr_arg_scratch(l, ZR_U32, (size_t)pairs * 12);
    int32_t min = p.layer.out_min, max = p.layer.out_max;
    zk_conv_2d_pack pack = {w->out_c, pairs, zr_2x3_words(block, pairs),
                            min,      max,   w->out_c % 2 || min > -128 || max < 127};
    const zr_kernel *kernel = kernels[block][p.pointwise];
    if (p.pointwise) {
        zk_conv_2d_1x1_params params = {pack, w->batches * w->in_h * w->in_w, w->in_c};
        zr_arg args[4] = {zr_arg_input(l, 0), stream, scratch[0], zr_arg_output(l, 0)};
        return zr_call(l, kernel, &params, args);
    }
    int32_t inside_h = w->in_h - (w->kernel_h - 1) * w->dilation_h;
    int32_t inside_w = w->in_w - (w->kernel_w - 1) * w->dilation_w;
    zk_conv_2d_window_params params = {.window = *w,
                                       .in_zero_point = zr_zero_point(p.layer.input),
                                       .taps = p.taps,
                                       .run_bytes = p.run_bytes,
                                       .inside_h = inside_h > 0 ? inside_h : 0,
                                       .inside_w = inside_w > 0 ? inside_w : 0,
                                       .pack = pack};
    scratch[1] = zr_arg_scratch(l, ZR_I8, (size_t)p.run_bytes * 4);
    zr_arg args[5] = {zr_arg_input(l, 0), stream, scratch[0], scratch[1], zr_arg_output(l, 0)};
    return zr_call(l, kernel, &params, args);
}

/* Of the blocks with 16-bit weights the faster one that is exact, RELU. */
static zr_2x3_block wide_block(const zr_site *site)
{
    plan p = plan_of(site);
    return zr_2x3_exact(&p.layer, ZR_2X3_RELU) ? ZR_2X3_RELU : ZR_2X3_ANY;
}

bool zr_conv_2d_dsp_fits(const zr_site *site)
{
    if (!is_plain_int8(site)) return false;
    plan p = plan_of(site);
    return zr_2x3_exact(&p.layer, ZR_2X3_RELU) || zr_2x3_exact(&p.layer, ZR_2X3_ANY);
}

void zr_conv_2d_dsp_cost(const zr_site *site, zr_cost *c)
{
    cost(site, wide_block(site), c);
}

bool zr_conv_2d_dsp_lower(zr_lowering *l)
{
    return lower(l, wide_block(&l->site));
}

bool zr_conv_2d_dsp_small_fits(const zr_site *site)
{
    if (!is_plain_int8(site)) return false;
    plan p = plan_of(site);
    return zr_2x3_exact(&p.layer, ZR_2X3_SMALL);
}

void zr_conv_2d_dsp_small_cost(const zr_site *site, zr_cost *c)
{
    cost(site, ZR_2X3_SMALL, c);
}

bool zr_conv_2d_dsp_small_lower(zr_lowering *l)
{
    return lower(l, ZR_2X3_SMALL);
}
