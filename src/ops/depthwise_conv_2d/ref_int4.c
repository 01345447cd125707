/* DEPTHWISE_CONV_2D with weights of 4 bits, the definition of correct: the bits are those of
 * zk_depthwise_conv_2d_s8 with the unpacked weights. */
#include "device/int4.h"
#include "device/requantize.h"
#include "ops/depthwise_conv_2d/kernel.h"

/* As zk_depthwise_conv_2d_sum_s8 of output channel c; `in` is the picture at its input channel. */
static inline int32_t zk_depthwise_conv_2d_sum_s8_w4(const zk_window *w, const zk_patch *patch,
                                                     const int8_t *in, const uint8_t *weights,
                                                     int32_t c, int32_t in_offset)
{
    int32_t sum = 0;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const int8_t *row = in + (patch->start_y + ky * w->dilation_h) * w->in_w * w->in_c;
        int32_t tap = ky * w->kernel_w * w->out_c + c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++)
            sum += (row[(patch->start_x + kx * w->dilation_w) * w->in_c] + in_offset) *
                   zk_int4(weights, tap + kx * w->out_c);
    }
    return sum;
}

void zk_depthwise_conv_2d_s8_w4(const zk_depthwise_conv_2d_params *p, const int8_t *in,
                                const uint8_t *weights, const int32_t *bias,
                                const int32_t *multiplier, const int8_t *shift, int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t per_channel = w->out_c / w->in_c;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->out_c; c++) {
                    int32_t sum = zk_depthwise_conv_2d_sum_s8_w4(w, &patch, in + c / per_channel,
                                                                 weights, c, p->in_offset);
                    if (bias) sum += bias[c];
                    sum = zk_requantize(sum, multiplier[c], shift[c]);
                    sum = zk_add_wrap(sum, p->out_offset);
                    *out++ = (int8_t)zk_clamp(sum, p->out_min, p->out_max);
                }
            }
        }
    }
}
