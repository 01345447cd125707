/* CONV_2D with weights of 4 bits, the definition of correct: the bits are those of zk_conv_2d_s8
 * with the unpacked weights. */
#include "device/int4.h"
#include "device/requantize.h"
#include "ops/conv_2d/kernel.h"

/* As zk_conv_2d_sum_s8; the channel's filter begins at element `first` of the weights. */
static inline int32_t zk_conv_2d_sum_s8_w4(const zk_window *w, const zk_patch *patch,
                                           const int8_t *in, const uint8_t *weights, int32_t first,
                                           int32_t kernel_c, int32_t in_offset)
{
    int32_t sum = 0;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const int8_t *row = in + (patch->start_y + ky * w->dilation_h) * w->in_w * w->in_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++) {
            const int8_t *pixel = row + (patch->start_x + kx * w->dilation_w) * w->in_c;
            int32_t tap = first + (ky * w->kernel_w + kx) * kernel_c;
            sum += zk_int4_products(pixel, in_offset, weights, tap, 0, kernel_c);
        }
    }
    return sum;
}

void zk_conv_2d_s8_w4(const zk_conv_2d_params *p, const int8_t *in, const uint8_t *weights,
                      const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                      int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t filter_size = w->kernel_h * w->kernel_w * p->kernel_c;
    int32_t group_size = w->out_c / (w->in_c / p->kernel_c);
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->out_c; c++) {
                    int32_t sum =
                        zk_conv_2d_sum_s8_w4(w, &patch, in + c / group_size * p->kernel_c, weights,
                                             c * filter_size, p->kernel_c, p->in_offset);
                    if (bias) sum += bias[c];
                    sum = zk_requantize(sum, multiplier[c], shift[c]);
                    sum = zk_add_wrap(sum, p->out_offset);
                    *out++ = (int8_t)zk_clamp(sum, p->out_min, p->out_max);
                }
            }
        }
    }
}
