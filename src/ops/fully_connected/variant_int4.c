/* Host side of dsp_int4.c. */
#include <stdlib.h>

#include "ops/channels.h"
#include "ops/fully_connected/variants.h"
#include "ops/rules.h"

static const zr_param_field params[] = {
    ZR_PARAM(I32, zk_fully_connected_int4_params, rows),
    ZR_PARAM(I32, zk_fully_connected_int4_params, in_size),
    ZR_PARAM(I32, zk_fully_connected_int4_params, out_size),
    ZR_PARAM(I32, zk_fully_connected_int4_params, steps),
    ZR_PARAM(I32, zk_fully_connected_int4_params, scale_step),
    ZR_PARAM(I32, zk_fully_connected_int4_params, out_offset),
    ZR_PARAM(I32, zk_fully_connected_int4_params, out_min),
    ZR_PARAM(I32, zk_fully_connected_int4_params, out_max),
};
ZR_KERNEL(zk_fully_connected_s8_dsp_int4, zk_fully_connected_int4_params, params, 6)

/* The sums of upper channels are made times 16. */
static const int64_t MAX_SUM = (int64_t)1 << 27;

typedef struct shape {
    int32_t rows, in_size, out_size, steps;
} shape;

static shape shape_of(const zr_site *site)
{
    const zr_shape *weights = &zr_input(site, 1)->shape;
    int32_t in_size = weights->dim[1];
    return (shape){.rows = (int32_t)(zr_elements(&zr_input(site, 0)->shape) / in_size),
                   .in_size = in_size,
                   .out_size = weights->dim[0],
                   .steps = (in_size + 3) / 4};
}

/* What the sum of channel c starts from: the bias, and the input's zero point times the weights. */
static int64_t start_of(const zr_site *site, int32_t c)
{
    const zr_tensor *weights = zr_input(site, 1), *bias = zr_input(site, 2);
    int64_t size = weights->shape.dim[1], sum = 0;
    for (int64_t i = 0; i < size; i++) sum += zr_weight(weights, c * size + i);
    return (bias ? zr_bias(bias, c) : 0) - zr_zero_point(zr_input(site, 0)) * sum;
}

bool zr_fully_connected_int4_fits(const zr_site *site)
{
    const zr_tensor *weights = zr_input(site, 1);
    if (weights->quant.n == 1 && zr_zero_point(weights) != 0) return false;
    int64_t size = weights->shape.dim[1];
    for (int32_t c = 1; c < weights->shape.dim[0]; c += 2) {
        int64_t reach = llabs(start_of(site, c));
        for (int64_t i = 0; i < size; i++)
            reach += 128 * llabs((long long)zr_weight(weights, c * size + i));
        if (reach >= MAX_SUM) return false;
    }
    return true;
}

/* Words of the stream. */
static int64_t words_of(const shape *s)
{
    return (s->out_size + 1) / 2 * (2 + (int64_t)s->steps);
}

void zr_fully_connected_int4_cost(const zr_site *site, zr_cost *cost)
{
    shape s = shape_of(site);
    int64_t sixes = s.out_size / 6, twos = (s.out_size % 6 + 1) / 2;
    cost->instructions = s.rows * (sixes * (s.steps * (int64_t)67 / 2 + 240) +
                                   twos * (s.steps * (int64_t)31 / 2 + 100) + 3 * s.in_size + 60);
    cost->const_bytes = 4 * words_of(&s) + 5 * (int64_t)zr_input(site, 1)->quant.n;
    cost->code_bytes = 1200;
    cost->scratch_bytes = s.in_size % 4 ? 4 * s.steps : 0;
}

/* A weight plus the 8 of a lower channel; one that is not there is 0. */
static uint32_t byte_of(const zr_site *site, const shape *s, int32_t c, int32_t i)
{
    int32_t low = 0, high = 0;
    if (i < s->in_size) {
        int64_t at = (int64_t)c * s->in_size + i;
        low = zr_weight(zr_input(site, 1), at);
        if (c + 1 < s->out_size) high = zr_weight(zr_input(site, 1), at + s->in_size);
    }
    return (uint32_t)(16 * high + low + 8) & 0xFF;
}

/* The stream for `pairs` pairs of channels from c on. */
static uint32_t *pack(const zr_site *site, const shape *s, int32_t c, int32_t pairs, uint32_t *at)
{
    for (int32_t k = c; k < c + 2 * pairs; k += 2) {
        int64_t low = start_of(site, k), high = k + 1 < s->out_size ? start_of(site, k + 1) : 0;
        *at++ = (uint32_t)low;
        *at++ = (uint32_t)(16 * high + low);
    }
    for (int32_t step = 0; step < s->steps; step++)
        for (int32_t k = c; k < c + 2 * pairs; k += 2) {
            uint32_t word = 0;
            for (int32_t i = 0; i < 4; i++) word |= byte_of(site, s, k, 4 * step + i) << 8 * i;
            *at++ = word;
        }
    return at;
}

bool zr_fully_connected_int4_lower(zr_lowering *l)
{
    const fully_connected_attrs *a = l->site.node->attrs;
    const zr_tensor *input = zr_input(&l->site, 0), *weights = zr_input(&l->site, 1);
    const zr_tensor *output = zr_output(&l->site, 0);
    shape s = shape_of(&l->site);
    uint32_t *stream = ZR_NEW(l->site.cx, uint32_t, (size_t)words_of(&s)), *at = stream;
    int32_t c = 0;
    if (!stream) return false;
    for (; c + 6 <= s.out_size; c += 6) at = pack(&l->site, &s, c, 3, at);
    for (; c < s.out_size; c += 2) at = pack(&l->site, &s, c, 1, at);
    zk_fully_connected_int4_params p = {.rows = s.rows,
                                        .in_size = s.in_size,
                                        .out_size = s.out_size,
                                        .steps = s.steps,
                                        .scale_step = weights->quant.n != 1,
                                        .out_offset = zr_zero_point(output)};
    zr_clamp_quantized(output, a->activation, &p.out_min, &p.out_max);
    zr_arg args[6] = {zr_arg_input(l, 0),
                      zr_arg_const(l, "weights_dsp", ZR_U32, stream, words_of(&s))};
    if (!zr_channel_scales(l, input, weights, output, weights->quant.n, &args[2], &args[3]))
        return false;
    args[4] = s.in_size % 4 ? zr_arg_scratch(l, ZR_I8, 4 * (size_t)s.steps) : zr_arg_none();
    args[5] = zr_arg_output(l, 0);
    return zr_call(l, &kernel_zk_fully_connected_s8_dsp_int4, &p, args);
}
