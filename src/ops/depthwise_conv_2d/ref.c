/* DEPTHWISE_CONV_2D, the definition of correct: one output value at a time. */
#include "ops/depthwise_conv_2d/kernel.h"

#include "device/real.h"
#include "device/requantize.h"

/* The sum of input * weight over the taps inside the picture, for one output channel: `in` is the
 * picture at the input channel, `weights` the filters at the output channel. */
static inline int32_t zk_depthwise_conv_2d_sum_s8(const zk_window *w, const zk_patch *patch,
                                                  const int8_t *in, const int8_t *weights,
                                                  int32_t in_offset)
{
    int32_t sum = 0;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const int8_t *row = in + (patch->start_y + ky * w->dilation_h) * w->in_w * w->in_c;
        const int8_t *taps = weights + ky * w->kernel_w * w->out_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++)
            sum += (row[(patch->start_x + kx * w->dilation_w) * w->in_c] + in_offset) *
                   taps[kx * w->out_c];
    }
    return sum;
}

void zk_depthwise_conv_2d_s8(const zk_depthwise_conv_2d_params *p, const int8_t *in,
                             const int8_t *weights, const int32_t *bias, const int32_t *multiplier,
                             const int8_t *shift, int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t per_channel = w->out_c / w->in_c;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->out_c; c++) {
                    int32_t sum = zk_depthwise_conv_2d_sum_s8(w, &patch, in + c / per_channel,
                                                              weights + c, p->in_offset);
                    if (bias) sum += bias[c];
                    sum = zk_requantize(sum, multiplier[c], shift[c]);
                    sum = zk_add_wrap(sum, p->out_offset);
                    *out++ = (int8_t)zk_clamp(sum, p->out_min, p->out_max);
                }
            }
        }
    }
}

static inline int64_t zk_depthwise_conv_2d_sum_s16(const zk_window *w, const zk_patch *patch,
                                                   const int16_t *in, const int8_t *weights)
{
    int64_t sum = 0;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const int16_t *row = in + (patch->start_y + ky * w->dilation_h) * w->in_w * w->in_c;
        const int8_t *taps = weights + ky * w->kernel_w * w->out_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++)
            sum += row[(patch->start_x + kx * w->dilation_w) * w->in_c] * taps[kx * w->out_c];
    }
    return sum;
}

void zk_depthwise_conv_2d_s16(const zk_depthwise_conv_2d_params *p, const int16_t *in,
                              const int8_t *weights, const int64_t *bias, const int32_t *multiplier,
                              const int8_t *shift, int16_t *out)
{
    const zk_window *w = &p->window;
    int32_t per_channel = w->out_c / w->in_c;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->out_c; c++) {
                    int64_t sum =
                        zk_depthwise_conv_2d_sum_s16(w, &patch, in + c / per_channel, weights + c);
                    if (bias) sum += bias[c];
                    int32_t scaled = zk_requantize_wide(sum, multiplier[c], shift[c]);
                    *out++ = (int16_t)zk_clamp(scaled, p->out_min, p->out_max);
                }
            }
        }
    }
}

static inline float zk_depthwise_conv_2d_sum_f32(const zk_window *w, const zk_patch *patch,
                                                 const float *in, const float *weights)
{
    float sum = 0.0f;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const float *row = in + (patch->start_y + ky * w->dilation_h) * w->in_w * w->in_c;
        const float *taps = weights + ky * w->kernel_w * w->out_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++)
            sum += row[(patch->start_x + kx * w->dilation_w) * w->in_c] * taps[kx * w->out_c];
    }
    return sum;
}

void zk_depthwise_conv_2d_f32(const zk_depthwise_conv_2d_f32_params *p, const float *in,
                              const float *weights, const float *bias, float *out)
{
    const zk_window *w = &p->window;
    int32_t per_channel = w->out_c / w->in_c;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->out_c; c++) {
                    float sum =
                        zk_depthwise_conv_2d_sum_f32(w, &patch, in + c / per_channel, weights + c);
                    if (bias) sum += bias[c];
                    *out++ = zk_clamp_f32(sum, p->out_min, p->out_max);
                }
            }
        }
    }
}
