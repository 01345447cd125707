/* TRANSPOSE_CONV on the device. The window slides over the output: tap (ky, kx) of the window at
 * input (iy, ix) adds to output (iy * stride_h - pad_h + ky, ix * stride_w - pad_w + kx). */
#ifndef ZK_TRANSPOSE_CONV_H
#define ZK_TRANSPOSE_CONV_H

#include <stdint.h>

#include "device/window.h"

typedef struct zk_transpose_conv_params {
    zk_window window;
    int32_t in_offset;  /* -zero point of the input */
    int32_t out_offset; /* zero point of the output */
    int32_t out_min, out_max;
} zk_transpose_conv_params;

typedef struct zk_transpose_conv_f32_params {
    zk_window window;
    float out_min, out_max;
} zk_transpose_conv_f32_params;

/* in [batches][in_h][in_w][in_c], weights [out_c][kernel_h][kernel_w][in_c], bias [out_c] or null,
 * multiplier and shift [out_c], out [batches][out_h][out_w][out_c]; the dilation is 1.
 * The sums were proved to fit 32 bits when the model was compiled. */
void zk_transpose_conv_s8(const zk_transpose_conv_params *p, const int8_t *in,
                          const int8_t *weights, const int32_t *bias, const int32_t *multiplier,
                          const int8_t *shift, int8_t *out);

/* As zk_transpose_conv_s8 with int16 activations and 64-bit sums, proved to fit 47 bits; zero
 * points are 0. */
void zk_transpose_conv_s16(const zk_transpose_conv_params *p, const int16_t *in,
                           const int8_t *weights, const int64_t *bias, const int32_t *multiplier,
                           const int8_t *shift, int16_t *out);

void zk_transpose_conv_f32(const zk_transpose_conv_f32_params *p, const float *in,
                           const float *weights, const float *bias, float *out);

#endif
