/* Host side of mve.c. */
#include "ops/depthwise_conv_2d/variants.h"
#include "ops/lanes.h"
#include "ops/rules.h"

static const zr_param_field params[] = {
    ZR_PARAM_WINDOW(zk_depthwise_conv_2d_mve_params),
    ZR_PARAM(I32, zk_depthwise_conv_2d_mve_params, in_zero_point),
    ZR_PARAM(I32, zk_depthwise_conv_2d_mve_params, columns),
    ZR_PARAM(I32, zk_depthwise_conv_2d_mve_params, inside),
    ZR_PARAM(I32, zk_depthwise_conv_2d_mve_params, clamp),
    ZR_PARAM(I32, zk_depthwise_conv_2d_mve_params, out_min),
    ZR_PARAM(I32, zk_depthwise_conv_2d_mve_params, out_max),
};
ZR_KERNEL(zk_depthwise_conv_2d_s8_2x2_mve, zk_depthwise_conv_2d_mve_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_2x2_relu_mve, zk_depthwise_conv_2d_mve_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_4x1_mve, zk_depthwise_conv_2d_mve_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_4x1_relu_mve, zk_depthwise_conv_2d_mve_params, params, 5)

/* The two blocks of outputs, by their height. */
enum { BLOCK_4X1 = 1, BLOCK_2X2 = 2 };

/* What the rules of a node share. */
typedef struct layer {
    zk_window window;
    zr_lanes lanes;
    int64_t columns; /* of the picture and the padding beside it, that the windows see */
} layer;

static layer layer_of(const zr_site *site, int32_t height)
{
    const depthwise_conv_2d_attrs *a = site->node->attrs;
    layer n = {.lanes = {.input = zr_input(site, 0),
                         .weights = zr_input(site, 1),
                         .bias = zr_input(site, 2),
                         .output = zr_output(site, 0),
                         .axis = 3}};
    /* The node was checked: the window fits. */
    if (!zr_depthwise_window(site, &n.window)) return n;
    const zk_window *w = &n.window;
    n.lanes.channels = w->out_c;
    n.columns = height == BLOCK_2X2
                    ? (int64_t)w->out_w + 2
                    : (int64_t)(w->out_w - 1) * w->stride_w + (w->kernel_w - 1) * w->dilation_w + 1;
    zr_clamp_quantized(n.lanes.output, a->activation, &n.lanes.out_min, &n.lanes.out_max);
    return n;
}

static size_t words_bytes(const layer *n)
{
    return (size_t)n->columns * (size_t)n->window.in_c * 4 + 16;
}

static bool fits(const zr_site *site, int32_t height)
{
    if (zr_input(site, 0)->type != ZR_I8) return false;
    layer n = layer_of(site, height);
    const zk_window *w = &n.window;
    return w->out_c == w->in_c && n.columns < INT32_MAX / 4 / w->in_c - 16 &&
           zr_lanes_fit(site->cx, &n.lanes);
}

bool zr_depthwise_conv_2d_mve_2x2_fits(const zr_site *site)
{
    if (!fits(site, BLOCK_2X2)) return false;
    layer n = layer_of(site, BLOCK_2X2);
    const zk_window *w = &n.window;
    return w->kernel_h <= 3 && w->kernel_w <= 3 && w->stride_h == 1 && w->stride_w == 1 &&
           w->dilation_h == 1 && w->dilation_w == 1 && w->out_w >= 2;
}

bool zr_depthwise_conv_2d_mve_4x1_fits(const zr_site *site)
{
    if (!fits(site, BLOCK_4X1)) return false;
    layer n = layer_of(site, BLOCK_4X1);
    return n.window.kernel_h <= 4 && n.window.kernel_w <= 4;
}

static void cost(const zr_site *site, zr_cost *cost, int32_t height)
{
    layer n = layer_of(site, height);
    const zk_window *w = &n.window;
    bool relu = zr_lanes_relu(&n.lanes);
    int64_t loop = (height == BLOCK_2X2 ? 15 : 18) + (relu ? 0 : 2);
    int64_t loops = height == BLOCK_2X2 ? (w->out_w + 1) / 2 : (w->out_w + 3) / 4;
    int64_t weaves = (int64_t)w->batches * ((w->out_h + height - 1) / height);
    int64_t row = w->out_c * (loops * loop + 40);
    cost->instructions = weaves * (row + (int64_t)w->in_w * w->in_c * 13 / 16 + 80);
    cost->const_bytes = 16 + (int64_t)w->out_c * 32;
    cost->scratch_bytes = (int64_t)words_bytes(&n);
    cost->code_bytes = 800;
}

void zr_depthwise_conv_2d_mve_2x2_cost(const zr_site *site, zr_cost *c)
{
    cost(site, c, BLOCK_2X2);
}

void zr_depthwise_conv_2d_mve_4x1_cost(const zr_site *site, zr_cost *c)
{
    cost(site, c, BLOCK_4X1);
}

/* 16 zeros, then [channel][column][row], up to 4 of each. */
static bool pack_weights(zr_lowering *l, const layer *n, zr_arg *arg)
{
    const zk_window *w = &n->window;
    int64_t bytes = 16 + (int64_t)w->out_c * 16;
    int8_t *packed = ZR_NEW(l->site.cx, int8_t, (size_t)bytes);
    const int8_t *weights = (const int8_t *)n->lanes.weights->data;
    if (!packed) return false;
    for (int32_t y = 0; y < w->kernel_h; y++)
        for (int32_t x = 0; x < w->kernel_w; x++)
            for (int32_t c = 0; c < w->out_c; c++)
                packed[16 + 16 * c + 4 * x + y] = weights[(y * w->kernel_w + x) * w->out_c + c];
    *arg = zr_arg_const(l, "weights", ZR_I8, packed, bytes);
    return true;
}

static bool lower(zr_lowering *l, int32_t height)
{
    layer n = layer_of(&l->site, height);
    const zk_window *w = &n.window;
    int32_t seen = (int32_t)n.columns - w->pad_w;
    zk_depthwise_conv_2d_mve_params p = {
        .window = *w,
        .in_zero_point = zr_zero_point(n.lanes.input),
        .columns = (int32_t)n.columns,
        .inside = seen < w->in_w ? seen : w->in_w,
        .clamp = n.lanes.out_min > -128 || n.lanes.out_max < 127,
        .out_min = n.lanes.out_min * (1 << 24),
        .out_max = n.lanes.out_max * (1 << 24) + 0xFFFFFF,
    };
    zr_arg args[5] = {zr_arg_input(l, 0)};
    if (!pack_weights(l, &n, &args[1]) || !zr_lanes_scales_1(l, &n.lanes, &args[2])) return false;
    args[3] = zr_arg_scratch(l, ZR_I8, words_bytes(&n));
    args[4] = zr_arg_output(l, 0);
    bool relu = zr_lanes_relu(&n.lanes);
    const zr_kernel *kernel = height == BLOCK_2X2
                                  ? (relu ? &kernel_zk_depthwise_conv_2d_s8_2x2_relu_mve
                                          : &kernel_zk_depthwise_conv_2d_s8_2x2_mve)
                                  : (relu ? &kernel_zk_depthwise_conv_2d_s8_4x1_relu_mve
                                          : &kernel_zk_depthwise_conv_2d_s8_4x1_mve);
    return zr_call(l, kernel, &p, args);
}

bool zr_depthwise_conv_2d_mve_2x2_lower(zr_lowering *l)
{
    return lower(l, BLOCK_2X2);
}

bool zr_depthwise_conv_2d_mve_4x1_lower(zr_lowering *l)
{
    return lower(l, BLOCK_4X1);
}

/* What a block of rows needs is copied before the block is written; the next begins its reading at
 * its own windows. */
static int64_t overlap(const zr_site *site, int input, int32_t height)
{
    if (input != 0) return ZR_NO_OVERLAP;
    layer n = layer_of(site, height);
    const zk_window *w = &n.window;
    int64_t in_row = (int64_t)w->in_w * w->in_c, out_row = (int64_t)w->out_w * w->out_c;
    int64_t distance = INT64_MIN;
    for (int64_t b = 0; b < w->batches; b++)
        for (int64_t y = height; y < w->out_h + height; y += height) {
            int64_t next = y * w->stride_h - w->pad_h, end = y;
            if (next < 0) next = 0;
            if (next > w->in_h || y >= w->out_h) next = w->in_h;
            if (end > w->out_h) end = w->out_h;
            int64_t d = (b * w->out_h + end) * out_row - (b * w->in_h + next) * in_row;
            if (d > distance) distance = d;
        }
    return distance;
}

int64_t zr_depthwise_conv_2d_mve_2x2_overlap(const zr_site *site, int input)
{
    return overlap(site, input, BLOCK_2X2);
}

int64_t zr_depthwise_conv_2d_mve_4x1_overlap(const zr_site *site, int input)
{
    return overlap(site, input, BLOCK_4X1);
}
