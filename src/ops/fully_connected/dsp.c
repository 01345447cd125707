/* FULLY_CONNECTED of int8 for the Arm DSP extension: six output channels at a time, then two.
 *
 * device/dsp_6x1.h says how. Sums of odd channels have 24 bits while they are made; where a layer
 * needs more, its inputs are cut into chunks and these are added up in 32 bits. All inputs are read
 * until the end, so the output overlaps none. */
#include "device/dsp_6x1.h"
#include "ops/fully_connected/kernel.h"

/* The sums of six channels or of two, then of the chunks behind the first added to them. */
static inline void zk_fully_connected_sums(const zk_fully_connected_dsp_params *p, zk_6x1 *v,
                                           int32_t channels)
{
    int32_t total[6] = {0, 0, 0, 0, 0, 0};
    const int8_t *x = v->x;
    for (int32_t left = p->steps; left > 0; left -= p->chunk, v->x += 4 * p->chunk) {
        v->steps = left < p->chunk ? left : p->chunk;
        if (channels == 6)
            zk_6x1_multiply(v);
        else
            zk_2x1_multiply(v);
        if (p->chunk == p->steps) return;
        for (int32_t c = 0; c < channels; c++) total[c] += v->sum[c];
    }
    for (int32_t c = 0; c < channels; c++) v->sum[c] = total[c];
    v->x = x;
}

/* Returns how the next channel is scaled. */
static inline const int32_t *zk_fully_connected_put(const zk_fully_connected_dsp_params *p,
                                                    int32_t sum, const int32_t *scale, int8_t *out)
{
    *out = (int8_t)zk_6x1_scale(sum, scale);
    return scale + p->scale_step;
}

void zk_fully_connected_s8_dsp(const zk_fully_connected_dsp_params *p, const int8_t *in,
                               const uint32_t *weights, const int32_t *scales, int8_t *padded,
                               int8_t *out)
{
    int32_t in_size = p->in_size, out_size = p->out_size;
    for (int32_t row = 0; row < p->rows; row++, in += in_size, out += out_size) {
        zk_6x1 v = {weights, in, p->steps, {0, 0, 0, 0, 0, 0}};
        const int32_t *scale = scales;
        int32_t c = 0;
        if (padded) {
            for (int32_t i = 0; i < 4 * p->steps; i++) padded[i] = i < in_size ? in[i] : 0;
            v.x = padded;
        }
        for (; c + 6 <= out_size; c += 6) {
            zk_fully_connected_sums(p, &v, 6);
            scale = zk_fully_connected_put(p, v.sum[0], scale, out + c);
            scale = zk_fully_connected_put(p, v.sum[1], scale, out + c + 1);
            scale = zk_fully_connected_put(p, v.sum[2], scale, out + c + 2);
            scale = zk_fully_connected_put(p, v.sum[3], scale, out + c + 3);
            scale = zk_fully_connected_put(p, v.sum[4], scale, out + c + 4);
            scale = zk_fully_connected_put(p, v.sum[5], scale, out + c + 5);
        }
        for (; c < out_size; c += 2) {
            zk_fully_connected_sums(p, &v, 2);
            scale = zk_fully_connected_put(p, v.sum[0], scale, out + c);
            if (c + 1 < out_size) scale = zk_fully_connected_put(p, v.sum[1], scale, out + c + 1);
        }
        for (c = p->out_min == -128 && p->out_max == 127 ? out_size : 0; c < out_size; c++) {
            if (out[c] < p->out_min) out[c] = (int8_t)p->out_min;
            if (out[c] > p->out_max) out[c] = (int8_t)p->out_max;
        }
    }
}
