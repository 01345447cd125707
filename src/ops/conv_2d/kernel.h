/* CONV_2D on the device. */
#ifndef ZK_CONV_2D_H
#define ZK_CONV_2D_H

#include <stdint.h>

#include "device/window.h"

typedef struct zk_conv_2d_params {
    zk_window window;
    int32_t kernel_c;   /* input channels that one filter sees: in_c / groups */
    int32_t in_offset;  /* -zero point of the input */
    int32_t out_offset; /* zero point of the output */
    int32_t out_min, out_max;
} zk_conv_2d_params;

typedef struct zk_conv_2d_f32_params {
    zk_window window;
    int32_t kernel_c;
    float out_min, out_max;
} zk_conv_2d_f32_params;

/* in [batches][in_h][in_w][in_c], weights [out_c][kernel_h][kernel_w][kernel_c],
 * bias [out_c] or null, multiplier and shift [out_c], out [batches][out_h][out_w][out_c].
 * The sums were proved to fit 32 bits when the model was compiled. */
void zk_conv_2d_s8(const zk_conv_2d_params *p, const int8_t *in, const int8_t *weights,
                   const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                   int8_t *out);

/* As zk_conv_2d_s8 with int16 activations and 64-bit sums, proved to fit 47 bits; zero
 * points are 0. */
void zk_conv_2d_s16(const zk_conv_2d_params *p, const int16_t *in, const int8_t *weights,
                    const int64_t *bias, const int32_t *multiplier, const int8_t *shift,
                    int16_t *out);

/* As zk_conv_2d_s16 with sums that wrap around at 32 bits and an int32 bias, never null. */
void zk_conv_2d_s16_wrap(const zk_conv_2d_params *p, const int16_t *in, const int8_t *weights,
                         const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                         int16_t *out);

void zk_conv_2d_f32(const zk_conv_2d_f32_params *p, const float *in, const float *weights,
                    const float *bias, float *out);

/* Of the kernels in mve.c. */
typedef struct zk_conv_2d_mve_params {
    zk_window window;
    int32_t vectors;          /* of 16 values, that a window takes */
    int32_t clamp;            /* out_min and out_max are to be looked at */
    int32_t out_min, out_max; /* in the top byte; the bits below it all 0, all 1 */
    /* Of windows larger than a point: */
    int32_t in_zero_point;
    int32_t rows, row_bytes; /* of the picture, with padding, that one row of the output needs */
    int32_t runs;            /* of bytes that lie side by side, in a row of the window */
    int32_t run_bytes, run_step;
} zk_conv_2d_mve_params;

/* As zk_conv_2d_s8 of a 1x1 kernel without padding and one picture. weights and scales as in mve.c,
 * scratch [3][16 * vectors]. `_relu`: the least output is the zero point, -128, the greatest 127.
 */
void zk_conv_2d_s8_1x1_mve(const zk_conv_2d_mve_params *p, const int8_t *in, const int8_t *weights,
                           const int32_t *scales, int8_t *scratch, int8_t *out);
void zk_conv_2d_s8_1x1_relu_mve(const zk_conv_2d_mve_params *p, const int8_t *in,
                                const int8_t *weights, const int32_t *scales, int8_t *scratch,
                                int8_t *out);

/* As zk_conv_2d_s8 with one group; rows [p->rows][row_bytes] and patches [3][16 * vectors], both
 * with 16 bytes more. */
void zk_conv_2d_s8_mve(const zk_conv_2d_mve_params *p, const int8_t *in, const int8_t *weights,
                       const int32_t *scales, int8_t *rows, int8_t *patches, int8_t *out);
void zk_conv_2d_s8_relu_mve(const zk_conv_2d_mve_params *p, const int8_t *in, const int8_t *weights,
                            const int32_t *scales, int8_t *rows, int8_t *patches, int8_t *out);

#endif
