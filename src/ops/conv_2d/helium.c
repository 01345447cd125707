/* Host side of mve.c. */
#include <string.h>

#include "ops/conv_2d/variants.h"
#include "ops/lanes.h"
#include "ops/rules.h"

static const zr_param_field params[] = {
    ZR_PARAM_WINDOW(zk_conv_2d_mve_params),
    ZR_PARAM(I32, zk_conv_2d_mve_params, vectors),
    ZR_PARAM(I32, zk_conv_2d_mve_params, clamp),
    ZR_PARAM(I32, zk_conv_2d_mve_params, out_min),
    ZR_PARAM(I32, zk_conv_2d_mve_params, out_max),
    ZR_PARAM(I32, zk_conv_2d_mve_params, in_zero_point),
    ZR_PARAM(I32, zk_conv_2d_mve_params, rows),
    ZR_PARAM(I32, zk_conv_2d_mve_params, row_bytes),
    ZR_PARAM(I32, zk_conv_2d_mve_params, runs),
    ZR_PARAM(I32, zk_conv_2d_mve_params, run_bytes),
    ZR_PARAM(I32, zk_conv_2d_mve_params, run_step),
    ZR_PARAM(I32, zk_conv_2d_mve_params, windows),
};
ZR_KERNEL(zk_conv_2d_s8_1x1_mve, zk_conv_2d_mve_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_1x1_relu_mve, zk_conv_2d_mve_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_mve, zk_conv_2d_mve_params, params, 6)
ZR_KERNEL(zk_conv_2d_s8_relu_mve, zk_conv_2d_mve_params, params, 6)
ZR_KERNEL(zk_conv_2d_s8_taps_mve, zk_conv_2d_mve_params, params, 5)
ZR_KERNEL(zk_conv_2d_s8_taps_relu_mve, zk_conv_2d_mve_params, params, 5)

/* What the rules of a node share. */
typedef struct layer {
    zk_window window;
    int64_t size;    /* values that a window holds */
    int32_t vectors; /* of 16 of them */
    zr_lanes lanes;
} layer;

static layer layer_of(const zr_site *site)
{
    const conv_2d_attrs *a = site->node->attrs;
    layer n = {.lanes = {.input = zr_input(site, 0),
                         .weights = zr_input(site, 1),
                         .bias = zr_input(site, 2),
                         .output = zr_output(site, 0)}};
    /* The node was checked: the window fits. */
    if (!zr_conv_2d_window(site, &n.window)) return n;
    const zk_window *w = &n.window;
    n.size = (int64_t)w->kernel_h * w->kernel_w * w->in_c;
    n.vectors = (int32_t)((n.size + 15) / 16);
    n.lanes.channels = w->out_c;
    zr_clamp_quantized(n.lanes.output, a->activation, &n.lanes.out_min, &n.lanes.out_max);
    return n;
}

/* An int8 layer with one group and enough channels for a block. */
static bool fits(const zr_site *site)
{
    const zr_tensor *input = zr_input(site, 0), *weights = zr_input(site, 1);
    if (input->type != ZR_I8 || weights->shape.dim[3] != input->shape.dim[3]) return false;
    layer n = layer_of(site);
    return n.window.out_c >= 4 && zr_lanes_fit(site->cx, &n.lanes);
}

/* The weights in the order of zk_dot_4x3. */
static bool pack_weights(zr_lowering *l, const layer *n, zr_arg *arg)
{
    int blocks = zr_lanes_blocks(&n->lanes);
    int64_t bytes = (int64_t)blocks * n->vectors * 64;
    int8_t *packed = ZR_NEW(l->site.cx, int8_t, (size_t)bytes), *at = packed;
    const int8_t *weights = (const int8_t *)n->lanes.weights->data;
    if (!packed) return false;
    for (int b = 0; b < blocks; b++)
        for (int half = 0; half < 2; half++)
            for (int32_t v = 0; v < n->vectors; v++)
                for (int lane = half; lane < 4; lane += 2)
                    for (int k = 0; k < 16; k++, at++) {
                        int64_t i = (half ? n->vectors - 1 - v : v) * 16 + k;
                        int64_t c = zr_lanes_channel(&n->lanes, b, lane);
                        if (i < n->size) *at = weights[c * n->size + i];
                    }
    *arg = zr_arg_const(l, "weights", ZR_I8, packed, bytes);
    return true;
}

static zk_conv_2d_mve_params params_of(const layer *n)
{
    zk_conv_2d_mve_params p = {.window = n->window,
                               .vectors = n->vectors,
                               .clamp = n->lanes.out_min > -128 || n->lanes.out_max < 127,
                               .out_min = n->lanes.out_min * (1 << 24),
                               .out_max = n->lanes.out_max * (1 << 24) + 0xFFFFFF};
    return p;
}

static int64_t const_bytes(const layer *n)
{
    return (int64_t)zr_lanes_blocks(&n->lanes) * (n->vectors * 64 + ZR_SCALE_4_WORDS * 4);
}

/* All channels of three pixels. */
static int64_t block_instructions(const layer *n)
{
    int64_t block = 24 * (int64_t)n->vectors + (zr_lanes_relu(&n->lanes) ? 34 : 40);
    return zr_lanes_blocks(&n->lanes) * block + 40;
}

/* ---- Any window ---- */

static zk_conv_2d_mve_params window_params_of(const layer *n)
{
    zk_conv_2d_mve_params p = params_of(n);
    const zk_window *w = &n->window;
    p.in_zero_point = zr_zero_point(n->lanes.input);
    p.rows = (w->kernel_h - 1) * w->dilation_h + 1;
    p.row_bytes = ((w->out_w - 1) * w->stride_w + (w->kernel_w - 1) * w->dilation_w + 1) * w->in_c;
    p.runs = w->dilation_w > 1 ? w->kernel_w : 1;
    p.run_bytes = w->kernel_w / p.runs * w->in_c;
    p.run_step = w->dilation_w * w->in_c;
    /* Up to a row of them in a kilobyte, at least three. */
    int32_t row = (w->out_w + 2) / 3, most = 1024 / (48 * n->vectors);
    p.windows = 3 * (row < most ? row : most > 1 ? most : 1);
    return p;
}

/* What it keeps of the picture. */
static int64_t rows_bytes(const zk_conv_2d_mve_params *p)
{
    return (int64_t)p->rows * p->row_bytes + 16;
}

static int64_t patches_bytes(const zk_conv_2d_mve_params *p)
{
    return 16 * (int64_t)p->windows * p->vectors + 16;
}

bool zr_conv_2d_mve_fits(const zr_site *site)
{
    if (!fits(site)) return false;
    layer n = layer_of(site);
    /* Padding of more than the window would not fit the kept rows. */
    return (int64_t)n.window.out_w * n.window.stride_w +
               (int64_t)n.window.kernel_w * n.window.dilation_w <
           INT32_MAX / 4 / n.window.in_c / ((n.window.kernel_h - 1) * n.window.dilation_h + 1);
}

void zr_conv_2d_mve_cost(const zr_site *site, zr_cost *cost)
{
    layer n = layer_of(site);
    const zk_window *w = &n.window;
    zk_conv_2d_mve_params p = window_params_of(&n);
    int64_t pixels = (int64_t)w->batches * w->out_h * w->out_w;
    int64_t groups = (int64_t)w->batches * w->out_h * ((w->out_w + 2) / 3);
    int64_t patch = (int64_t)w->kernel_h * p.runs * (8 + 3 * ((p.run_bytes + 15) / 16));
    int64_t row = 60 + (int64_t)p.rows * p.row_bytes * 3 / 16;
    cost->instructions = groups * block_instructions(&n) + pixels * (patch + 20) +
                         (int64_t)w->batches * w->out_h * row;
    cost->const_bytes = const_bytes(&n);
    cost->scratch_bytes = rows_bytes(&p) + patches_bytes(&p);
    cost->code_bytes = 900;
}

bool zr_conv_2d_mve_lower(zr_lowering *l)
{
    layer n = layer_of(&l->site);
    zk_conv_2d_mve_params p = window_params_of(&n);
    zr_arg args[6] = {zr_arg_input(l, 0)};
    if (!pack_weights(l, &n, &args[1]) || !zr_lanes_scales(l, &n.lanes, &args[2])) return false;
    args[3] = zr_arg_scratch(l, ZR_I8, (size_t)rows_bytes(&p));
    args[4] = zr_arg_scratch(l, ZR_I8, (size_t)patches_bytes(&p));
    args[5] = zr_arg_output(l, 0);
    const zr_kernel *kernel =
        zr_lanes_relu(&n.lanes) ? &kernel_zk_conv_2d_s8_relu_mve : &kernel_zk_conv_2d_s8_mve;
    return zr_call(l, kernel, &p, args);
}

/* All rows that a row of the output needs are copied before it is written. */
int64_t zr_conv_2d_mve_overlap(const zr_site *site, int input)
{
    if (input != 0) return ZR_NO_OVERLAP;
    layer n = layer_of(site);
    const zk_window *w = &n.window;
    int64_t in_row = (int64_t)w->in_w * w->in_c, out_row = (int64_t)w->out_w * w->out_c;
    int64_t reach = (int64_t)(w->kernel_h - 1) * w->dilation_h + 1, distance = INT64_MIN;
    for (int32_t b = 0; b < w->batches; b++)
        for (int32_t y = 0; y < w->out_h; y++) {
            int64_t next = (int64_t)y * w->stride_h - w->pad_h + reach;
            if (next < 0) next = 0;
            if (next > w->in_h) next = w->in_h;
            int64_t written = ((int64_t)b * w->out_h + y + 1) * out_row;
            int64_t read = ((int64_t)b * w->in_h + next) * in_row;
            if (written - read > distance) distance = written - read;
        }
    return distance;
}

/* ---- Windows three pixels wide, side by side ---- */

bool zr_conv_2d_mve_taps_fits(const zr_site *site)
{
    if (!zr_conv_2d_mve_fits(site)) return false;
    layer n = layer_of(site);
    const zk_window *w = &n.window;
    return w->kernel_w == 3 && w->stride_w == 1 && w->dilation_w == 1 && w->dilation_h == 1 &&
           w->in_c % 16 == 0;
}

static zk_conv_2d_mve_params taps_params_of(const layer *n)
{
    zk_conv_2d_mve_params p = params_of(n);
    const zk_window *w = &n->window;
    p.in_zero_point = zr_zero_point(n->lanes.input);
    p.vectors = n->vectors / 3;
    p.rows = w->kernel_h;
    p.runs = w->in_c / 16;
    p.run_bytes = 16 * (w->out_w + 2);
    p.row_bytes = p.runs * p.run_bytes;
    return p;
}

static int64_t taps_rows_bytes(const zk_conv_2d_mve_params *p)
{
    return (int64_t)p->rows * p->row_bytes + 32;
}

void zr_conv_2d_mve_taps_cost(const zr_site *site, zr_cost *cost)
{
    layer n = layer_of(site);
    const zk_window *w = &n.window;
    zk_conv_2d_mve_params p = taps_params_of(&n);
    int64_t groups = (int64_t)w->batches * w->out_h * ((w->out_w + 2) / 3);
    int64_t block = 62 * (int64_t)p.vectors + (zr_lanes_relu(&n.lanes) ? 34 : 40);
    int64_t row = 100 + 30 * (int64_t)p.runs + (int64_t)p.row_bytes / 16 * 3 * (w->kernel_h + 1);
    cost->instructions =
        groups * (zr_lanes_blocks(&n.lanes) * block + 40) + (int64_t)w->batches * w->out_h * row;
    cost->const_bytes = const_bytes(&n);
    cost->scratch_bytes = taps_rows_bytes(&p);
    cost->code_bytes = 1000;
}

/* The weights in the order of zk_run_4x3_taps. */
static bool pack_taps(zr_lowering *l, const layer *n, zr_arg *arg)
{
    int blocks = zr_lanes_blocks(&n->lanes);
    int64_t bytes = (int64_t)blocks * n->vectors * 64;
    int8_t *packed = ZR_NEW(l->site.cx, int8_t, (size_t)bytes), *at = packed;
    const zk_window *w = &n->window;
    if (!packed) return false;
    for (int b = 0; b < blocks; b++)
        for (int half = 0; half < 2; half++)
            for (int32_t y = 0; y < w->kernel_h; y++)
                for (int32_t first = 0; first < w->in_c; first += 16)
                    for (int32_t x = 0; x < 3; x++)
                        for (int lane = half; lane < 4; lane += 2, at += 16) {
                            int64_t c = zr_lanes_channel(&n->lanes, b, lane);
                            const uint8_t *from = n->lanes.weights->data;
                            memcpy(at, from + c * n->size + (y * 3 + x) * w->in_c + first, 16);
                        }
    *arg = zr_arg_const(l, "weights", ZR_I8, packed, bytes);
    return true;
}

bool zr_conv_2d_mve_taps_lower(zr_lowering *l)
{
    layer n = layer_of(&l->site);
    zk_conv_2d_mve_params p = taps_params_of(&n);
    zr_arg args[5] = {zr_arg_input(l, 0)};
    if (!pack_taps(l, &n, &args[1]) || !zr_lanes_scales(l, &n.lanes, &args[2])) return false;
    args[3] = zr_arg_scratch(l, ZR_I8, (size_t)taps_rows_bytes(&p));
    args[4] = zr_arg_output(l, 0);
    const zr_kernel *kernel = zr_lanes_relu(&n.lanes) ? &kernel_zk_conv_2d_s8_taps_relu_mve
                                                      : &kernel_zk_conv_2d_s8_taps_mve;
    return zr_call(l, kernel, &p, args);
}

/* ---- 1x1 ---- */

/* Without a stride all rows and pictures are one row. */
static layer points_of(const zr_site *site)
{
    layer n = layer_of(site);
    zk_window *w = &n.window;
    if (w->stride_h == 1 && w->stride_w == 1) {
        w->in_w = w->out_w = w->batches * w->out_h * w->out_w;
        w->in_h = w->out_h = w->batches = 1;
    }
    return n;
}

bool zr_conv_2d_mve_1x1_fits(const zr_site *site)
{
    if (!fits(site)) return false;
    layer n = points_of(site);
    const zk_window *w = &n.window;
    return w->kernel_h == 1 && w->kernel_w == 1 && w->batches == 1;
}

void zr_conv_2d_mve_1x1_cost(const zr_site *site, zr_cost *cost)
{
    layer n = points_of(site);
    int64_t groups = (int64_t)n.window.out_h * ((n.window.out_w + 2) / 3);
    cost->instructions = groups * block_instructions(&n);
    cost->const_bytes = const_bytes(&n);
    cost->scratch_bytes = 48 * (int64_t)n.vectors;
    cost->code_bytes = 500;
}

bool zr_conv_2d_mve_1x1_lower(zr_lowering *l)
{
    layer n = points_of(&l->site);
    zk_conv_2d_mve_params p = params_of(&n);
    zr_arg args[5] = {zr_arg_input(l, 0)};
    if (!pack_weights(l, &n, &args[1]) || !zr_lanes_scales(l, &n.lanes, &args[2])) return false;
    args[3] = zr_arg_scratch(l, ZR_I8, 48 * (size_t)n.vectors);
    args[4] = zr_arg_output(l, 0);
    const zr_kernel *kernel = zr_lanes_relu(&n.lanes) ? &kernel_zk_conv_2d_s8_1x1_relu_mve
                                                      : &kernel_zk_conv_2d_s8_1x1_mve;
    return zr_call(l, kernel, &p, args);
}

/* Three pixels are read, as often as there are blocks of channels, until they are written. */
int64_t zr_conv_2d_mve_1x1_overlap(const zr_site *site, int input)
{
    if (input != 0) return ZR_NO_OVERLAP;
    layer n = points_of(site);
    const zk_window *w = &n.window;
    int64_t distance = INT64_MIN;
    for (int32_t y = 0; y < w->out_h; y++)
        for (int32_t x = 0; x < w->out_w; x += 3) {
            int64_t end = x + 3 < w->out_w ? x + 3 : w->out_w;
            int64_t written = ((int64_t)y * w->out_w + end) * w->out_c;
            int64_t read = ((int64_t)y * w->stride_h * w->in_w + x * w->stride_w) * w->in_c;
            if (written - read > distance) distance = written - read;
        }
    return distance;
}
