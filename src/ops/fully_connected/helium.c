/* Host side of mve.c. */
#include "ops/fully_connected/kernel.h"
#include "ops/fully_connected/variants.h"
#include "ops/lanes.h"
#include "ops/rules.h"

static const zr_param_field params[] = {
    ZR_PARAM(I32, zk_fully_connected_mve_params, rows),
    ZR_PARAM(I32, zk_fully_connected_mve_params, in_size),
    ZR_PARAM(I32, zk_fully_connected_mve_params, out_size),
    ZR_PARAM(I32, zk_fully_connected_mve_params, relu),
    ZR_PARAM(I32, zk_fully_connected_mve_params, clamp),
    ZR_PARAM(I32, zk_fully_connected_mve_params, out_min),
    ZR_PARAM(I32, zk_fully_connected_mve_params, out_max),
};
ZR_KERNEL(zk_fully_connected_s8_mve, zk_fully_connected_mve_params, params, 4)

static zr_lanes lanes_of(const zr_site *site)
{
    const fully_connected_attrs *a = site->node->attrs;
    zr_lanes lanes = {.input = zr_input(site, 0),
                      .weights = zr_input(site, 1),
                      .bias = zr_input(site, 2),
                      .output = zr_output(site, 0),
                      .channels = zr_input(site, 1)->shape.dim[0]};
    zr_clamp_quantized(lanes.output, a->activation, &lanes.out_min, &lanes.out_max);
    return lanes;
}

static int32_t rows_of(const zr_lanes *lanes)
{
    return (int32_t)(zr_elements(&lanes->input->shape) / lanes->weights->shape.dim[1]);
}

static int64_t vectors_of(const zr_lanes *lanes)
{
    return ((int64_t)lanes->weights->shape.dim[1] + 15) / 16;
}

bool zr_fully_connected_mve_fits(const zr_site *site)
{
    const zr_quant *weights = &zr_input(site, 1)->quant;
    if (zr_input(site, 0)->type != ZR_I8) return false;
    zr_lanes lanes = lanes_of(site);
    return lanes.channels >= 4 && (weights->n != 1 || weights->zero_point[0] == 0) &&
           zr_lanes_fit(site->cx, &lanes);
}

void zr_fully_connected_mve_cost(const zr_site *site, zr_cost *cost)
{
    zr_lanes lanes = lanes_of(site);
    int64_t blocks = zr_lanes_blocks(&lanes);
    cost->instructions = rows_of(&lanes) * (blocks * (10 * vectors_of(&lanes) + 25) + 30) + 30;
    cost->const_bytes = blocks * (64 * vectors_of(&lanes) + ZR_SCALE_4_WORDS * 4);
    cost->code_bytes = 300;
}

bool zr_fully_connected_mve_lower(zr_lowering *l)
{
    zr_lanes lanes = lanes_of(&l->site);
    int32_t in_size = lanes.weights->shape.dim[1];
    int blocks = zr_lanes_blocks(&lanes);
    int64_t bytes = blocks * 64 * vectors_of(&lanes);
    int8_t *packed = ZR_NEW(l->site.cx, int8_t, (size_t)bytes), *at = packed;
    const int8_t *weights = (const int8_t *)lanes.weights->data;
    if (!packed) return false;
    for (int b = 0; b < blocks; b++)
        for (int32_t first = 0; first < in_size; first += 16)
            for (int lane = 0; lane < 4; lane++)
                for (int32_t i = first; i < first + 16; i++, at++)
                    if (i < in_size)
                        *at = weights[(int64_t)zr_lanes_channel(&lanes, b, lane) * in_size + i];
    zk_fully_connected_mve_params p = {
        .rows = rows_of(&lanes),
        .in_size = in_size,
        .out_size = lanes.channels,
        .relu = zr_lanes_relu(&lanes),
        .clamp = lanes.out_min > -128 || lanes.out_max < 127,
        .out_min = lanes.out_min * (1 << 24),
        .out_max = lanes.out_max * (1 << 24) + 0xFFFFFF,
    };
    zr_arg args[4] = {zr_arg_input(l, 0), zr_arg_const(l, "weights", ZR_I8, packed, bytes)};
    if (!zr_lanes_scales(l, &lanes, &args[2])) return false;
    args[3] = zr_arg_output(l, 0);
    return zr_call(l, &kernel_zk_fully_connected_s8_mve, &p, args);
}
