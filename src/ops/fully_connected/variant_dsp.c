/* Host side of dsp.c, and of the kernels for several rows. */
#include "ops/dsp_lower.h"
#include "ops/fully_connected/variants.h"
#include "ops/rules.h"

static zr_dsp_layer layer_of(const zr_site *site)
{
    const fully_connected_attrs *a = site->node->attrs;
    zr_dsp_layer layer = {.input = zr_input(site, 0),
                          .weights = zr_input(site, 1),
                          .bias = zr_input(site, 2),
                          .output = zr_output(site, 0)};
    layer.channels = layer.weights->shape.dim[0];
    layer.size = layer.weights->shape.dim[1];
    zr_clamp_quantized(layer.output, a->activation, &layer.out_min, &layer.out_max);
    return layer;
}

static int32_t rows_of(const zr_dsp_layer *layer)
{
    return (int32_t)(zr_elements(&layer->input->shape) / layer->size);
}

static bool is_plain_int8(const zr_site *site)
{
    const zr_tensor *weights = zr_input(site, 1);
    return zr_input(site, 0)->type == ZR_I8 &&
           (weights->quant.n != 1 || zr_zero_point(weights) == 0);
}

bool zr_fully_connected_dsp_fits(const zr_site *site)
{
    if (!is_plain_int8(site)) return false;
    zr_dsp_layer layer = layer_of(site);
    return zr_6x1_chunk(&layer);
}

void zr_fully_connected_dsp_cost(const zr_site *site, zr_cost *cost)
{
    zr_dsp_layer layer = layer_of(site);
    zr_6x1_cost(&layer, rows_of(&layer), cost);
}

bool zr_fully_connected_dsp_lower(zr_lowering *l)
{
    zr_dsp_layer layer = layer_of(&l->site);
    return zr_6x1_lower(l, &layer, rows_of(&layer));
}

static bool rows_fit(const zr_site *site, bool small)
{
    if (!is_plain_int8(site)) return false;
    zr_dsp_layer layer = layer_of(site);
    zr_2x3_block block;
    return zr_2x3_choose(&layer, small, &block);
}

static void rows_cost(const zr_site *site, bool small, zr_cost *cost)
{
    zr_dsp_layer layer = layer_of(site);
    zr_2x3_block block;
    if (zr_2x3_choose(&layer, small, &block)) zr_2x3_cost(&layer, rows_of(&layer), block, cost);
}

static bool lower_rows(zr_lowering *l, bool small)
{
    zr_dsp_layer layer = layer_of(&l->site);
    zr_2x3_block block;
    return zr_2x3_choose(&layer, small, &block) && zr_2x3_lower(l, &layer, rows_of(&layer), block);
}

bool zr_fully_connected_dsp_rows_fits(const zr_site *site)
{
    return rows_fit(site, false);
}

void zr_fully_connected_dsp_rows_cost(const zr_site *site, zr_cost *cost)
{
    rows_cost(site, false, cost);
}

bool zr_fully_connected_dsp_rows_lower(zr_lowering *l)
{
    return lower_rows(l, false);
}

bool zr_fully_connected_dsp_rows_small_fits(const zr_site *site)
{
    return rows_fit(site, true);
}

void zr_fully_connected_dsp_rows_small_cost(const zr_site *site, zr_cost *cost)
{
    rows_cost(site, true, cost);
}

bool zr_fully_connected_dsp_rows_small_lower(zr_lowering *l)
{
    return lower_rows(l, true);
}
