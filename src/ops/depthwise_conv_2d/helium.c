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

ZR_KERNEL(zk_depthwise_conv_2d_s8_line_mve, zk_depthwise_conv_2d_mve_params, params, 5)
ZR_KERNEL(zk_depthwise_conv_2d_s8_line_relu_mve, zk_depthwise_conv_2d_mve_params, params, 5)

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
    int64_t loop = (height == BLOCK_2X2 ? 15 : 18) + (relu ? 0 : 3);
    int32_t side = height == BLOCK_2X2 ? 2 : 4;
    int64_t row = w->out_c * ((w->out_w + side - 1) / side * loop + (w->out_w % side ? 24 : 19));
    int64_t rows = (int64_t)w->batches * ((w->out_h + height - 1) / height);
    cost->instructions = rows * (row + (int64_t)w->in_w * w->in_c * 10 / 16 + 100) +
                         (int64_t)words_bytes(&n) / 8 + 150;
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

/* `pad` and `in`: padding in front of the columns, columns of the picture. */
static zk_depthwise_conv_2d_mve_params params_of(const layer *n, int32_t pad, int32_t in)
{
    int32_t seen = (int32_t)n->columns - pad;
    zk_depthwise_conv_2d_mve_params p = {
        .window = n->window,
        .in_zero_point = zr_zero_point(n->lanes.input),
        .columns = (int32_t)n->columns,
        .inside = seen < in ? seen : in,
        .clamp = n->lanes.out_min > -128 || n->lanes.out_max < 127,
        .out_min = n->lanes.out_min * (1 << 24),
        .out_max = n->lanes.out_max * (1 << 24) + 0xFFFFFF,
    };
    return p;
}

static bool lower(zr_lowering *l, int32_t height)
{
    layer n = layer_of(&l->site, height);
    zk_depthwise_conv_2d_mve_params p = params_of(&n, n.window.pad_w, n.window.in_w);
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

/* ---- Lines ---- */

/* With the line along the height, also when it lies along the width: in memory both are the same.
 */
static layer line_of(const zr_site *site)
{
    layer n = layer_of(site, BLOCK_4X1);
    zk_window *w = &n.window;
    if (w->in_h == 1 && w->kernel_h == 1 && w->out_h == 1) {
        zk_window turned = *w;
        turned.in_h = w->in_w;
        turned.out_h = w->out_w;
        turned.kernel_h = w->kernel_w;
        turned.stride_h = w->stride_w;
        turned.dilation_h = w->dilation_w;
        turned.pad_h = w->pad_w;
        turned.in_w = turned.out_w = turned.kernel_w = turned.stride_w = turned.dilation_w = 1;
        turned.pad_w = 0;
        *w = turned;
    }
    n.columns = (int64_t)w->out_h - 1 + w->kernel_h;
    return n;
}

bool zr_depthwise_conv_2d_mve_line_fits(const zr_site *site)
{
    if (!fits(site, BLOCK_4X1)) return false;
    layer n = line_of(site);
    const zk_window *w = &n.window;
    return w->in_w == 1 && w->out_w == 1 && w->kernel_w == 1 && w->kernel_h <= 16 &&
           w->stride_h == 1 && w->dilation_h == 1 && w->out_h >= 4 && w->in_c < (1 << 16) / 7 &&
           n.columns < INT32_MAX / 2 / w->in_c;
}

static size_t planes_bytes(const layer *n)
{
    return (size_t)n->columns * (size_t)n->window.in_c + 16;
}

void zr_depthwise_conv_2d_mve_line_cost(const zr_site *site, zr_cost *cost)
{
    layer n = line_of(site);
    const zk_window *w = &n.window;
    int64_t row = (w->out_h + 3) / 4 * (zr_lanes_relu(&n.lanes) ? 17 : 20) + 24;
    int64_t copy = 30 + (int64_t)w->in_h / 2;
    cost->instructions = (int64_t)w->batches * w->in_c * (row + copy) + 200;
    cost->const_bytes = 16 + (int64_t)w->out_c * 32;
    cost->scratch_bytes = (int64_t)planes_bytes(&n);
    cost->code_bytes = 700;
}

bool zr_depthwise_conv_2d_mve_line_lower(zr_lowering *l)
{
    layer n = line_of(&l->site);
    const zk_window *w = &n.window;
    int64_t bytes = 16 + (int64_t)w->out_c * 16;
    int8_t *packed = ZR_NEW(l->site.cx, int8_t, (size_t)bytes);
    const int8_t *weights = (const int8_t *)n.lanes.weights->data;
    if (!packed) return false;
    for (int32_t i = 0; i < w->kernel_h; i++)
        for (int32_t c = 0; c < w->out_c; c++) packed[16 + 16 * c + i] = weights[i * w->out_c + c];
    zk_depthwise_conv_2d_mve_params p = params_of(&n, w->pad_h, w->in_h);
    zr_arg args[5] = {zr_arg_input(l, 0), zr_arg_const(l, "weights", ZR_I8, packed, bytes)};
    if (!zr_lanes_scales_1(l, &n.lanes, &args[2])) return false;
    args[3] = zr_arg_scratch(l, ZR_I8, planes_bytes(&n));
    args[4] = zr_arg_output(l, 0);
    const zr_kernel *kernel = zr_lanes_relu(&n.lanes)
                                  ? &kernel_zk_depthwise_conv_2d_s8_line_relu_mve
                                  : &kernel_zk_depthwise_conv_2d_s8_line_mve;
    return zr_call(l, kernel, &p, args);
}

/* A picture is copied before anything is written. */
int64_t zr_depthwise_conv_2d_mve_line_overlap(const zr_site *site, int input)
{
    if (input != 0) return ZR_NO_OVERLAP;
    layer n = line_of(site);
    const zk_window *w = &n.window;
    int64_t in = (int64_t)w->in_h * w->in_c, distance = -in * w->batches;
    for (int64_t b = 1; b < w->batches; b++) {
        int64_t d = b * ((int64_t)w->out_h * w->out_c - in);
        if (d > distance) distance = d;
    }
    return distance;
}
