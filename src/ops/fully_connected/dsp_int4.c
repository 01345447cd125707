/* FULLY_CONNECTED of int8 with weights of 4 bits for the Arm DSP extension: six output channels at
 * a time, then two. device/dsp_6x1_int4.h says how. All inputs are read until the end, so the
 * output overlaps none. */
#include "device/dsp_6x1_int4.h"
#include "device/requantize.h"
#include "ops/fully_connected/kernel.h"

/* The outputs of `channels` channels from c on. */
static inline void zk_fully_connected_put_int4(const zk_fully_connected_int4_params *p,
                                               const int32_t *sum, uint32_t eights,
                                               const int32_t *multiplier, const int8_t *shift,
                                               int32_t c, int32_t channels, int8_t *out)
{
    for (int32_t i = 0; i < channels; i++) {
        int32_t scale = (c + i) * p->scale_step;
        int32_t x = i & 1 ? sum[i] : (int32_t)((uint32_t)sum[i] - eights);
        x = zk_add_wrap(zk_requantize(x, multiplier[scale], shift[scale]), p->out_offset);
        out[c + i] = (int8_t)zk_clamp(x, p->out_min, p->out_max);
    }
}

void zk_fully_connected_s8_dsp_int4(const zk_fully_connected_int4_params *p, const int8_t *in,
                                    const uint32_t *weights, const int32_t *multiplier,
                                    const int8_t *shift, int8_t *padded, int8_t *out)
{
    int32_t in_size = p->in_size, out_size = p->out_size;
    for (int32_t row = 0; row < p->rows; row++, in += in_size, out += out_size) {
        zk_6x1 v = {weights, in, p->steps, {0, 0, 0, 0, 0, 0}};
        int32_t c = 0, eights = 0;
        if (padded) {
            for (int32_t i = 0; i < 4 * p->steps; i++) padded[i] = i < in_size ? in[i] : 0;
            v.x = padded;
        }
        for (int32_t i = 0; i < in_size; i++) eights += 8 * in[i];
        for (; c + 6 <= out_size; c += 6) {
            zk_6x1_int4_multiply(&v);
            zk_fully_connected_put_int4(p, v.sum, (uint32_t)eights, multiplier, shift, c, 6, out);
        }
        for (; c < out_size; c += 2) {
            zk_2x1_int4_multiply(&v);
            zk_fully_connected_put_int4(p, v.sum, (uint32_t)eights, multiplier, shift, c,
                                        c + 1 < out_size ? 2 : 1, out);
        }
    }
}
