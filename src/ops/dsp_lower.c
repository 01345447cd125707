#include "ops/dsp_lower.h"

#include "ops/conv_2d/kernel.h"
#include "ops/fully_connected/kernel.h"

/* So many rows are worth the code for blocks of two: a third of a block is at least 2 % of them. */
enum { FEW_ROWS = 48 };

static const zr_param_field params_2x3[] = {
    ZR_PARAM(I32, zk_conv_2d_1x1_params, pack.out_c),
    ZR_PARAM(I32, zk_conv_2d_1x1_params, pack.pairs),
    ZR_PARAM(I32, zk_conv_2d_1x1_params, pack.words),
    ZR_PARAM(I32, zk_conv_2d_1x1_params, pack.out_min),
    ZR_PARAM(I32, zk_conv_2d_1x1_params, pack.out_max),
    ZR_PARAM(I32, zk_conv_2d_1x1_params, pack.unfinished),
    ZR_PARAM(I32, zk_conv_2d_1x1_params, pixels),
    ZR_PARAM(I32, zk_conv_2d_1x1_params, in_c),
};
ZR_KERNEL(zk_conv_2d_s8_1x1_relu_dsp, zk_conv_2d_1x1_params, params_2x3, 4)
ZR_KERNEL(zk_conv_2d_s8_1x1_dsp, zk_conv_2d_1x1_params, params_2x3, 4)
ZR_KERNEL(zk_conv_2d_s8_1x1_relu_dsp_small, zk_conv_2d_1x1_params, params_2x3, 4)
ZR_KERNEL(zk_conv_2d_s8_1x1_dsp_small, zk_conv_2d_1x1_params, params_2x3, 4)
ZR_KERNEL(zk_conv_2d_s8_1x1_relu_dsp_pairs, zk_conv_2d_1x1_params, params_2x3, 4)
ZR_KERNEL(zk_conv_2d_s8_1x1_dsp_pairs, zk_conv_2d_1x1_params, params_2x3, 4)
ZR_KERNEL(zk_conv_2d_s8_1x1_relu_dsp_small_pairs, zk_conv_2d_1x1_params, params_2x3, 4)
ZR_KERNEL(zk_conv_2d_s8_1x1_dsp_small_pairs, zk_conv_2d_1x1_params, params_2x3, 4)

ZR_KERNEL(zk_conv_2d_s8_1x1_relu_dsp_int4, zk_conv_2d_1x1_params, params_2x3, 4)
ZR_KERNEL(zk_conv_2d_s8_1x1_dsp_int4, zk_conv_2d_1x1_params, params_2x3, 4)

/* By zr_2x3_block, and whether the end is done by twos. */
static const zr_kernel *const kernels_2x3[][2] = {
    {&kernel_zk_conv_2d_s8_1x1_relu_dsp, &kernel_zk_conv_2d_s8_1x1_relu_dsp_pairs},
    {&kernel_zk_conv_2d_s8_1x1_dsp, &kernel_zk_conv_2d_s8_1x1_dsp_pairs},
    {&kernel_zk_conv_2d_s8_1x1_relu_dsp_small, &kernel_zk_conv_2d_s8_1x1_relu_dsp_small_pairs},
    {&kernel_zk_conv_2d_s8_1x1_dsp_small, &kernel_zk_conv_2d_s8_1x1_dsp_small_pairs},
    {&kernel_zk_conv_2d_s8_1x1_relu_dsp_int4, &kernel_zk_conv_2d_s8_1x1_relu_dsp_int4},
    {&kernel_zk_conv_2d_s8_1x1_dsp_int4, &kernel_zk_conv_2d_s8_1x1_dsp_int4},
};

static const zr_param_field params_6x1[] = {
    ZR_PARAM(I32, zk_fully_connected_dsp_params, rows),
    ZR_PARAM(I32, zk_fully_connected_dsp_params, in_size),
    ZR_PARAM(I32, zk_fully_connected_dsp_params, out_size),
    ZR_PARAM(I32, zk_fully_connected_dsp_params, steps),
    ZR_PARAM(I32, zk_fully_connected_dsp_params, chunk),
    ZR_PARAM(I32, zk_fully_connected_dsp_params, scale_step),
    ZR_PARAM(I32, zk_fully_connected_dsp_params, out_min),
    ZR_PARAM(I32, zk_fully_connected_dsp_params, out_max),
};
ZR_KERNEL(zk_fully_connected_s8_dsp, zk_fully_connected_dsp_params, params_6x1, 5)

static int pairs_of_run(int bytes)
{
    return bytes / 4 * 2 + (bytes % 4 + 1) / 2;
}

int zr_2x3_pairs(const zr_dsp_layer *layer, int run_bytes)
{
    return (int)(layer->size / run_bytes) * pairs_of_run(run_bytes);
}

const int64_t *zr_2x3_order_of(zr_ctx *cx, const zr_dsp_layer *layer, int run_bytes)
{
    static const int of_four[] = {0, 2, 1, 3};
    int64_t *order = ZR_NEW(cx, int64_t, (size_t)zr_2x3_pairs(layer, run_bytes) * 2), *at = order;
    if (!order) return NULL;
    for (int64_t first = 0; first < layer->size; first += run_bytes) {
        int i = 0;
        for (; i + 4 <= run_bytes; i += 4)
            for (int k = 0; k < 4; k++) *at++ = first + i + of_four[k];
        for (; i < run_bytes; i += 2) {
            *at++ = first + i;
            *at++ = i + 1 < run_bytes ? first + i + 1 : -1;
        }
    }
    return order;
}

bool zr_2x3_choose(const zr_dsp_layer *layer, bool small, zr_2x3_block *block)
{
    bool int4 = layer->weights->type == ZR_I4;
    *block = int4 ? ZR_2X3_INT4_RELU : small ? ZR_2X3_SMALL_RELU : ZR_2X3_RELU;
    if (zr_2x3_exact(layer, *block)) return true;
    *block = int4 ? ZR_2X3_INT4_ANY : small ? ZR_2X3_SMALL_ANY : ZR_2X3_ANY;
    return zr_2x3_exact(layer, *block);
}

int zr_2x3_even(zr_2x3_block block, int pairs)
{
    return zr_2x3_is_small(block) ? pairs + pairs % 2 : pairs;
}

int64_t zr_2x3_instructions(const zr_dsp_layer *layer, zr_2x3_block block, int pairs)
{
    static const int outside[] = {33, 46, 44, 55, 59, 61}; /* of the loop over pairs, by block */
    int64_t inside = zr_2x3_is_int4(block)    ? (int64_t)pairs * 10
                     : zr_2x3_is_small(block) ? (int64_t)pairs * 17 / 2
                                              : (int64_t)pairs * 8;
    return (layer->channels + 1) / 2 * (outside[block] + inside + pairs / 8);
}

bool zr_2x3_by_twos(int64_t rows, zr_2x3_block block, int pairs)
{
    return !zr_2x3_is_int4(block) && rows % 3 != 0 && rows < FEW_ROWS && pairs % 2 == 0;
}

int64_t zr_2x3_of_blocks(int64_t rows, zr_2x3_block block, int pairs, int64_t instructions)
{
    if (!zr_2x3_by_twos(rows, block, pairs)) return (rows + 2) / 3 * instructions;
    int64_t twos = rows == 1 ? 1 : 3 - rows % 3;
    return (rows - 2 * twos + 2) / 3 * instructions + twos * instructions * 2 / 3;
}

void zr_2x3_cost(const zr_dsp_layer *layer, int32_t rows, zr_2x3_block block, zr_cost *cost)
{
    int pairs = zr_2x3_even(block, zr_2x3_pairs(layer, (int)layer->size));
    int64_t one = zr_2x3_instructions(layer, block, pairs) + 50 +
                  (zr_2x3_is_int4(block) ? 14 : 6) * (int64_t)pairs;
    cost->instructions = zr_2x3_of_blocks(rows, block, pairs, one) + 30;
    cost->const_bytes = (layer->channels + 1) / 2 * (int64_t)zr_2x3_words(block, pairs) * 4;
    cost->scratch_bytes = (int64_t)pairs * 12;
    cost->code_bytes = zr_2x3_is_small(block) ? 800 : 900;
    if (zr_2x3_by_twos(rows, block, pairs)) cost->code_bytes += zr_2x3_is_small(block) ? 450 : 550;
}

bool zr_2x3_lower(zr_lowering *l, const zr_dsp_layer *layer, int32_t rows, zr_2x3_block block)
{
    int run = (int)layer->size, min = layer->out_min, max = layer->out_max;
    zr_2x3_order order = {zr_2x3_order_of(l->site.cx, layer, run), zr_2x3_pairs(layer, run)};
    int pairs = zr_2x3_even(block, order.pairs);
    zr_arg stream;
    if (!order.at || !zr_2x3_pack(l, layer, &order, block, &stream)) return false;
    zk_conv_2d_1x1_params p = {
        .pack = {.out_c = layer->channels,
                 .pairs = pairs,
                 .words = zr_2x3_words(block, pairs),
                 .out_min = min,
                 .out_max = max,
                 .unfinished = layer->channels % 2 || min > -128 || max < 127},
        .pixels = rows,
        .in_c = run};
    zr_arg scratch = zr_arg_scratch(l, ZR_U32, (size_t)pairs * 12);
    zr_arg args[4] = {zr_arg_input(l, 0), stream, scratch, zr_arg_output(l, 0)};
    return zr_call(l, kernels_2x3[block][zr_2x3_by_twos(rows, block, pairs)], &p, args);
}

void zr_6x1_cost(const zr_dsp_layer *layer, int32_t rows, zr_cost *cost)
{
    int chunk = zr_6x1_chunk(layer);
    int64_t steps = (layer->size + 3) / 4, chunks = (steps + chunk - 1) / chunk;
    int64_t sixes = layer->channels / 6, twos = (layer->channels % 6 + 1) / 2;
    cost->instructions = sixes * (steps * 47 / 2 + 60 * chunks + 70) +
                         twos * (steps * 21 / 2 + 50 * chunks + 30) + 60;
    if (layer->size % 4) cost->instructions += steps * 30;
    cost->instructions *= rows;
    cost->const_bytes = zr_6x1_bytes(layer, chunk);
    cost->code_bytes = 1100;
    cost->scratch_bytes = layer->size % 4 ? 4 * steps : 0;
}

bool zr_6x1_lower(zr_lowering *l, const zr_dsp_layer *layer, int32_t rows)
{
    zk_fully_connected_dsp_params p = {.rows = rows,
                                       .in_size = (int32_t)layer->size,
                                       .out_size = layer->channels,
                                       .steps = (int32_t)((layer->size + 3) / 4),
                                       .chunk = zr_6x1_chunk(layer),
                                       .out_min = layer->out_min,
                                       .out_max = layer->out_max};
    bool one_scale;
    zr_arg args[5] = {zr_arg_input(l, 0)};
    if (!zr_6x1_pack(l, layer, p.chunk, &args[1], &args[2], &one_scale)) return false;
    p.scale_step = one_scale ? 0 : 3;
    args[3] = layer->size % 4 ? zr_arg_scratch(l, ZR_I8, 4 * (size_t)p.steps) : zr_arg_none();
    args[4] = zr_arg_output(l, 0);
    return zr_call(l, &kernel_zk_fully_connected_s8_dsp, &p, args);
}
