/* DEPTHWISE_CONV_2D on the device: every input channel has out_c / in_c filters of its own. */
#ifndef ZK_DEPTHWISE_CONV_2D_H
#define ZK_DEPTHWISE_CONV_2D_H

#include <stdint.h>

#include "device/window.h"

typedef struct zk_depthwise_conv_2d_params {
    zk_window window;
    int32_t in_offset;  /* -zero point of the input */
    int32_t out_offset; /* zero point of the output */
    int32_t out_min, out_max;
} zk_depthwise_conv_2d_params;

typedef struct zk_depthwise_conv_2d_f32_params {
    zk_window window;
    float out_min, out_max;
} zk_depthwise_conv_2d_f32_params;

/* 3x3, depth multiplier 1, one stride. */
typedef struct zk_depthwise_3x3_params {
    zk_window window;
    int32_t group;        /* channels at a time, a multiple of 4 that divides theirs */
    int32_t zero_point;   /* of the input */
    int32_t blocks;       /* in an output row */
    int32_t last_advance; /* input pixels from the last block but one to the last */
    int32_t slack_rows;   /* that the units in scratch memory may slide down */
} zk_depthwise_3x3_params;

/* The same, each row of the output for itself; one picture. */
typedef struct zk_depthwise_rows_params {
    zk_window window;
    int32_t group;      /* channels at a time, a multiple of 4 that divides theirs */
    int32_t zero_point; /* of the input */
    int32_t blocks;     /* in an output row */
    int32_t pairs;      /* of columns of a block, of which some are not padding */
} zk_depthwise_rows_params;

/* A line of pixels, stride 1, depth multiplier 1. */
typedef struct zk_depthwise_line_params {
    int32_t batches, in_pixels, out_pixels, channels;
    int32_t pad;          /* pixels in front of the line */
    int32_t zero_point;   /* of the input */
    int32_t steps;        /* pairs of taps of an output */
    int32_t words;        /* of the gathered line, for one channel */
    int32_t filter_words; /* for one channel */
} zk_depthwise_line_params;

/* Any window, depth multiplier 1. */
typedef struct zk_depthwise_any_params {
    zk_window window;
    int32_t zero_point; /* of the input */
    int32_t padding;    /* bytes of a pixel of it; 0 when every window is inside the picture */
    int32_t ties;       /* added to negative sums before the last shift */
    int32_t out_min, out_max;
} zk_depthwise_any_params;

/* in [batches][in_h][in_w][in_c], weights [kernel_h][kernel_w][out_c], bias [out_c] or null,
 * multiplier and shift [out_c], out [batches][out_h][out_w][out_c]; out_c is a multiple of in_c.
 * The sums were proved to fit 32 bits when the model was compiled. */
void zk_depthwise_conv_2d_s8(const zk_depthwise_conv_2d_params *p, const int8_t *in,
                             const int8_t *weights, const int32_t *bias, const int32_t *multiplier,
                             const int8_t *shift, int8_t *out);

/* The same with weights of 4 bits, packed as device/int4.h says. */
void zk_depthwise_conv_2d_s8_w4(const zk_depthwise_conv_2d_params *p, const int8_t *in,
                                const uint8_t *weights, const int32_t *bias,
                                const int32_t *multiplier, const int8_t *shift, int8_t *out);

/* As zk_depthwise_conv_2d_s8 with int16 activations and 64-bit sums, proved to fit 47 bits; zero
 * points are 0. */
void zk_depthwise_conv_2d_s16(const zk_depthwise_conv_2d_params *p, const int16_t *in,
                              const int8_t *weights, const int64_t *bias, const int32_t *multiplier,
                              const int8_t *shift, int16_t *out);

void zk_depthwise_conv_2d_f32(const zk_depthwise_conv_2d_f32_params *p, const float *in,
                              const float *weights, const float *bias, float *out);

/* Of the kernels in mve.c. Of a line the columns are those of each channel. */
typedef struct zk_depthwise_conv_2d_mve_params {
    zk_window window;
    int32_t in_zero_point;
    int32_t columns;          /* of the picture and the padding beside it, that the windows see */
    int32_t inside;           /* those of the picture */
    int32_t clamp;            /* out_min and out_max are to be looked at */
    int32_t out_min, out_max; /* in the top byte; the bits below it all 0, all 1 */
} zk_depthwise_conv_2d_mve_params;

/* As zk_depthwise_conv_2d_s8 with one filter a channel. weights and scales as in mve.c, words
 * [4 * columns * in_c + 16]. `2x2`: windows of up to 3x3 without strides and dilations, at least
 * two columns; `4x1`: windows of up to 4x4. `_relu`: the least output is the zero point, -128, the
 * greatest 127. */
void zk_depthwise_conv_2d_s8_2x2_mve(const zk_depthwise_conv_2d_mve_params *p, const int8_t *in,
                                     const int8_t *weights, const int32_t *scales, int8_t *words,
                                     int8_t *out);
void zk_depthwise_conv_2d_s8_2x2_relu_mve(const zk_depthwise_conv_2d_mve_params *p,
                                          const int8_t *in, const int8_t *weights,
                                          const int32_t *scales, int8_t *words, int8_t *out);
void zk_depthwise_conv_2d_s8_4x1_mve(const zk_depthwise_conv_2d_mve_params *p, const int8_t *in,
                                     const int8_t *weights, const int32_t *scales, int8_t *words,
                                     int8_t *out);
void zk_depthwise_conv_2d_s8_4x1_relu_mve(const zk_depthwise_conv_2d_mve_params *p,
                                          const int8_t *in, const int8_t *weights,
                                          const int32_t *scales, int8_t *words, int8_t *out);

/* Likewise of pictures one pixel wide, in_w = kernel_w = 1, with windows of up to 16 without
 * strides and dilations and at least four outputs; planes [in_c][columns] with 16 bytes more. */
void zk_depthwise_conv_2d_s8_line_mve(const zk_depthwise_conv_2d_mve_params *p, const int8_t *in,
                                      const int8_t *weights, const int32_t *scales, int8_t *planes,
                                      int8_t *out);
void zk_depthwise_conv_2d_s8_line_relu_mve(const zk_depthwise_conv_2d_mve_params *p,
                                           const int8_t *in, const int8_t *weights,
                                           const int32_t *scales, int8_t *planes, int8_t *out);

/* in and out as above; filters [in_c][ZK_DEPTHWISE_3X3_FILTER] as device/dsp_depthwise_3x3.h has
 * them; the output is at least as wide as a block (_w) and in_c a multiple of 4. scratch: group
 * bytes and 3 * blocks * group + slack_rows rows of (width + 3) / 2 words with stride 1, of width +
 * 1 words with stride 2. */
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch);

typedef struct zk_depthwise_unpack_params {
    int32_t channels;
} zk_depthwise_unpack_params;

/* Makes those filters of packed [channels][ZK_DEPTHWISE_PACKED_FILTER], which dsp_3x3_packed.c has.
 */
enum { ZK_DEPTHWISE_PACKED_FILTER = 5 };
void zk_depthwise_unpack_3x3(const zk_depthwise_unpack_params *p, const uint32_t *packed,
                             int32_t *filters);

/* Likewise, with filters [in_c][ZK_DEPTHWISE_ROWS_FILTER] as device/dsp_depthwise_rows.h has them;
 * scratch: in_c bytes and group times
 * 3 * ((width + 3) / 2) words with stride 1, 3 * (width + 1) with stride 2. */
void zk_depthwise_conv_2d_s8_dsp_rows_s1_w3(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_rows_s1_w4(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_rows_s1_w5(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_rows_s1_w6(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_rows_s2_w3(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_rows_s2_w4(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_rows_s2_w5(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_rows_s2_w6(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch);

/* The same with weights of 4 bits: packed [in_c][4] as dsp_3x3_int4.c has them; filters is scratch
 * of in_c * ZK_DEPTHWISE_3X3_FILTER. */
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters);

/* The same for outputs that are clamped at the zero point, -128, and the weights, biases,
 * multipliers and shifts (-7..3) of zk_depthwise_conv_2d_s8_w4: dsp_3x3_int4_relu.c. */
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters);
void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters);

/* in and out as above, in_c at least 4; filters: see device/dsp_depthwise_any.h. scratch: a pointer
 * for every tap and two more, and the padding; of eight bytes, as pointers are on the host. */
void zk_depthwise_conv_2d_s8_dsp(const zk_depthwise_any_params *p, const int8_t *in,
                                 const int32_t *filters, int8_t *out, int64_t *scratch);

/* ---- Cores without SIMD, int8: scalar.c ---- */

typedef struct zk_depthwise_scalar_params {
    zk_window window;
    int32_t in_zero_point;
    int32_t row_bytes; /* of an input row with its padding */
    int32_t out_min, out_max;
    int32_t limited; /* these are narrower than those of 8 bits */
} zk_depthwise_scalar_params;

/* Kernel 3x3, out_c == in_c. in, out as zk_depthwise_conv_2d_s8; weights [out_c][9], scale a
 * zk_scalar_scale for each channel, rows scratch of 3 * row_bytes. Three outputs at a time with
 * horizontal stride 1 or 2, out_w >= 3; one at a time with any. */
void zk_depthwise_conv_2d_s8_scalar_3x3_s1_w3(const zk_depthwise_scalar_params *p, const int8_t *in,
                                              const int8_t *weights, const int32_t *scale,
                                              int8_t *rows, int8_t *out);
void zk_depthwise_conv_2d_s8_scalar_3x3_s2_w3(const zk_depthwise_scalar_params *p, const int8_t *in,
                                              const int8_t *weights, const int32_t *scale,
                                              int8_t *rows, int8_t *out);
void zk_depthwise_conv_2d_s8_scalar_3x3_w1(const zk_depthwise_scalar_params *p, const int8_t *in,
                                           const int8_t *weights, const int32_t *scale,
                                           int8_t *rows, int8_t *out);

/* in [batches][in_pixels][channels], out [batches][out_pixels][channels], channels a multiple of 4;
 * filters: see device/dsp_depthwise_line.h; scratch: 4 * words words. */
void zk_depthwise_conv_2d_s8_dsp_line(const zk_depthwise_line_params *p, const int8_t *in,
                                      const int32_t *filters, int8_t *out, int32_t *scratch);
void zk_depthwise_conv_2d_s8_dsp_line_ties(const zk_depthwise_line_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch);

#endif
