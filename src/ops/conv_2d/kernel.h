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

/* The same with weights of 4 bits, packed as device/int4.h says. */
void zk_conv_2d_s8_w4(const zk_conv_2d_params *p, const int8_t *in, const uint8_t *weights,
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

/* ---- Arm DSP extension, int8: dsp.c ---- */

/* The packed weights and what becomes of the sums. */
typedef struct zk_conv_2d_pack {
    int32_t out_c;
    int32_t pairs; /* of inputs that an output sees */
    int32_t words; /* of the stream of weights for two channels: device/dsp_2x3.h */
    int32_t out_min, out_max;
    int32_t unfinished; /* out_c is odd or the limits are narrower than those of 8 bits */
} zk_conv_2d_pack;

typedef struct zk_conv_2d_1x1_params {
    zk_conv_2d_pack pack;
    int32_t pixels, in_c;
} zk_conv_2d_1x1_params;

/* Kernel 1x1, stride 1. in [pixels][in_c], out [pixels][out_c], weights as the block of that name
 * in device/dsp_2x3.h reads them, the zero point of the input folded into them; x is scratch of 3 *
 * pairs words. Variants: outputs clamped at the zero point, any, weights of 8 bits. */
void zk_conv_2d_s8_1x1_relu_dsp(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                const uint32_t *weights, uint32_t *x, int8_t *out);
void zk_conv_2d_s8_1x1_dsp(const zk_conv_2d_1x1_params *p, const int8_t *in,
                           const uint32_t *weights, uint32_t *x, int8_t *out);
void zk_conv_2d_s8_1x1_relu_dsp_small(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                      const uint32_t *weights, uint32_t *x, int8_t *out);
void zk_conv_2d_s8_1x1_dsp_small(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                 const uint32_t *weights, uint32_t *x, int8_t *out);

/* The same; the last two or four pixels are multiplied by twos (device/dsp_2x2.h), with an even
 * number of pairs. */
void zk_conv_2d_s8_1x1_relu_dsp_pairs(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                      const uint32_t *weights, uint32_t *x, int8_t *out);
void zk_conv_2d_s8_1x1_dsp_pairs(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                 const uint32_t *weights, uint32_t *x, int8_t *out);
void zk_conv_2d_s8_1x1_relu_dsp_small_pairs(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                            const uint32_t *weights, uint32_t *x, int8_t *out);
void zk_conv_2d_s8_1x1_dsp_small_pairs(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                       const uint32_t *weights, uint32_t *x, int8_t *out);

/* The same with weights of 4 bits: device/dsp_2x3_int4.h. */
void zk_conv_2d_s8_1x1_relu_dsp_int4(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                     const uint32_t *weights, uint32_t *x, int8_t *out);
void zk_conv_2d_s8_1x1_dsp_int4(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                const uint32_t *weights, uint32_t *x, int8_t *out);

typedef struct zk_conv_2d_window_params {
    zk_window window;
    int32_t in_zero_point;
    int32_t taps, run_bytes; /* runs of adjacent inputs in a row of the kernel, bytes of one */
    int32_t inside_h,
        inside_w; /* places of tap 0 from which no tap is padding: 0 <= place < this */
    zk_conv_2d_pack pack;
} zk_conv_2d_window_params;

/* Any kernel, not grouped. in, out as zk_conv_2d_s8; weights and x as above, of the patch that an
 * output sees: kernel_h * taps runs one after the other. `runs` is scratch of 2 * run_bytes. */
void zk_conv_2d_s8_relu_dsp(const zk_conv_2d_window_params *p, const int8_t *in,
                            const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out);
void zk_conv_2d_s8_dsp(const zk_conv_2d_window_params *p, const int8_t *in, const uint32_t *weights,
                       uint32_t *x, int8_t *runs, int8_t *out);
void zk_conv_2d_s8_relu_dsp_small(const zk_conv_2d_window_params *p, const int8_t *in,
                                  const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out);
void zk_conv_2d_s8_dsp_small(const zk_conv_2d_window_params *p, const int8_t *in,
                             const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out);
void zk_conv_2d_s8_relu_dsp_int4(const zk_conv_2d_window_params *p, const int8_t *in,
                                 const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out);
void zk_conv_2d_s8_dsp_int4(const zk_conv_2d_window_params *p, const int8_t *in,
                            const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out);

/* Likewise by twos at the end. */
void zk_conv_2d_s8_relu_dsp_pairs(const zk_conv_2d_window_params *p, const int8_t *in,
                                  const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out);
void zk_conv_2d_s8_dsp_pairs(const zk_conv_2d_window_params *p, const int8_t *in,
                             const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out);
void zk_conv_2d_s8_relu_dsp_small_pairs(const zk_conv_2d_window_params *p, const int8_t *in,
                                        const uint32_t *weights, uint32_t *x, int8_t *runs,
                                        int8_t *out);
void zk_conv_2d_s8_dsp_small_pairs(const zk_conv_2d_window_params *p, const int8_t *in,
                                   const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out);

/* Of the kernels in mve.c. */
typedef struct zk_conv_2d_mve_params {
    zk_window window;
    int32_t vectors;          /* of 16 values, that a window takes; `taps`: of three of them */
    int32_t clamp;            /* out_min and out_max are to be looked at */
    int32_t out_min, out_max; /* in the top byte; the bits below it all 0, all 1 */
    /* Of windows larger than a point: */
    int32_t in_zero_point;
    int32_t rows, row_bytes; /* of the picture, with padding, that one row of the output needs */
    int32_t runs;            /* of bytes that lie side by side, in a row of the window */
    int32_t run_bytes, run_step;
    int32_t windows; /* of which there are copies at a time, a multiple of three */
} zk_conv_2d_mve_params;

/* As zk_conv_2d_s8 of a 1x1 kernel without padding and one picture. weights and scales as in mve.c,
 * scratch [3][16 * vectors]. `_relu`: the least output is the zero point, -128, the greatest 127.
 */
void zk_conv_2d_s8_1x1_mve(const zk_conv_2d_mve_params *p, const int8_t *in, const int8_t *weights,
                           const int32_t *scales, int8_t *scratch, int8_t *out);
void zk_conv_2d_s8_1x1_relu_mve(const zk_conv_2d_mve_params *p, const int8_t *in,
                                const int8_t *weights, const int32_t *scales, int8_t *scratch,
                                int8_t *out);

/* As zk_conv_2d_s8 with one group; rows [p->rows][row_bytes] and patches
 * [p->windows][16 * vectors], both with 16 bytes more. */
void zk_conv_2d_s8_mve(const zk_conv_2d_mve_params *p, const int8_t *in, const int8_t *weights,
                       const int32_t *scales, int8_t *rows, int8_t *patches, int8_t *out);
void zk_conv_2d_s8_relu_mve(const zk_conv_2d_mve_params *p, const int8_t *in, const int8_t *weights,
                            const int32_t *scales, int8_t *rows, int8_t *patches, int8_t *out);

/* ---- Cores without SIMD, int8: scalar.c ---- */

typedef struct zk_conv_2d_scalar_params {
    zk_window window;
    int32_t in_zero_point;
    int32_t runs, run_pixels; /* runs of adjacent pixels in a row of the kernel, pixels of one */
    int32_t taps;             /* of a filter as it is packed */
    int32_t out_min, out_max;
    int32_t limited; /* these are narrower than those of 8 bits */
} zk_conv_2d_scalar_params;

/* Any kernel, not grouped. in, out as zk_conv_2d_s8; weights as zk_scalar_2x4 or zk_scalar_1x4
 * reads them, scale a zk_scalar_scale for each channel, of an even number of them for 2x4. Scratch:
 * words [taps][2], padded 4 runs. */
void zk_conv_2d_s8_scalar_2x4(const zk_conv_2d_scalar_params *p, const int8_t *in,
                              const int8_t *weights, const int32_t *scale, int32_t *words,
                              int8_t *padded, int8_t *out);
void zk_conv_2d_s8_scalar_1x4(const zk_conv_2d_scalar_params *p, const int8_t *in,
                              const int8_t *weights, const int32_t *scale, int32_t *words,
                              int8_t *padded, int8_t *out);

/* Likewise of windows three pixels wide without a horizontal stride or dilation, on a multiple of
 * 16 channels; rows [p->rows][runs][run_bytes] with 32 bytes more: a run is 16 channels of a row of
 * the picture. */
void zk_conv_2d_s8_taps_mve(const zk_conv_2d_mve_params *p, const int8_t *in, const int8_t *weights,
                            const int32_t *scales, int8_t *rows, int8_t *out);
void zk_conv_2d_s8_taps_relu_mve(const zk_conv_2d_mve_params *p, const int8_t *in,
                                 const int8_t *weights, const int32_t *scales, int8_t *rows,
                                 int8_t *out);

/* ---- Winograd, Arm DSP extension, int8: dsp_winograd_*.c ---- */

typedef struct zk_conv_2d_winograd_params {
    zk_window window;
    int32_t in_zero_point;
} zk_conv_2d_winograd_params;

/* Is added to the lower halves of transformed inputs by the 4x4 kernels. */
enum { ZK_CONV_2D_WINOGRAD_OFFSET = 14336 };

/* Kernels 3x3, stride 1 or 2, in_c a multiple of 4; tiles of 2x2 or 4x4 outputs. in, out as
 * zk_conv_2d_s8. weights: transformed, [out_c / group][in_c / 16][points][8 pairs][group], groups
 * of 2 or 4; channels: zk_winograd_2x2_channel or zk_winograd_4x4_channel [out_c], both filled up
 * with zeros. All the rows that a row of tiles sees are read before and while its outputs are
 * written, tile by tile; scratch: see the files. `line`: every channel is a line of ops/scaling.h.
 */
void zk_conv_2d_s8_winograd_2x2_line(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                     const uint32_t *weights, const int32_t *channels,
                                     uint32_t *scratch, int8_t *out);
void zk_conv_2d_s8_winograd_2x2(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                const uint32_t *weights, const int32_t *channels, uint32_t *scratch,
                                int8_t *out);
void zk_conv_2d_s8_winograd_4x4_line(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                     const uint32_t *weights, const int32_t *channels,
                                     uint32_t *scratch, int8_t *out);
void zk_conv_2d_s8_winograd_4x4(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                const uint32_t *weights, const int32_t *channels, uint32_t *scratch,
                                int8_t *out);
void zk_conv_2d_s8_winograd_stride_2_line(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                          const uint32_t *weights, const int32_t *channels,
                                          uint32_t *scratch, int8_t *out);
void zk_conv_2d_s8_winograd_stride_2(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                     const uint32_t *weights, const int32_t *channels,
                                     uint32_t *scratch, int8_t *out);

#endif
