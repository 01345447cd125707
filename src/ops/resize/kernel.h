/* RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR on the device.
 * Pictures are [batches][h][w][c], channels innermost. */
#ifndef ZK_RESIZE_H
#define ZK_RESIZE_H

#include <stdint.h>

/* Positions in the input are fixed-point numbers with 10 fraction bits: position of output row y
 * = y * scale_h + start_h. */
typedef struct zk_resize_bilinear_params {
    int32_t batches, in_h, in_w, out_h, out_w, c;
    int32_t scale_h, scale_w;
    int32_t start_h, start_w;
} zk_resize_bilinear_params;

/* Position of output row y = (y + shift) * scale_h - shift. */
typedef struct zk_resize_bilinear_f32_params {
    int32_t batches, in_h, in_w, out_h, out_w, c;
    float scale_h, scale_w;
    float shift; /* 0.5 when the centres of pixels count, else 0 */
} zk_resize_bilinear_f32_params;

typedef struct zk_resize_nearest_params {
    int32_t batches, in_h, in_w, out_h, out_w;
    int32_t pixel; /* bytes */
} zk_resize_nearest_params;

/* in [batches][in_h][in_w][c], out [batches][out_h][out_w][c]. When the model was compiled, every
 * position was proved to fit and to lie less than a pixel outside the input. */
void zk_resize_bilinear_s8(const zk_resize_bilinear_params *p, const int8_t *in, int8_t *out);

void zk_resize_bilinear_s16(const zk_resize_bilinear_params *p, const int16_t *in, int16_t *out);

void zk_resize_bilinear_f32(const zk_resize_bilinear_f32_params *p, const float *in, float *out);

/* in [batches][in_h][in_w][pixel], out [batches][out_h][out_w][pixel]; rows [out_h] and
 * columns [out_w]: where each comes from in the input. */
void zk_resize_nearest(const zk_resize_nearest_params *p, const void *in, const int16_t *rows,
                       const int16_t *columns, void *out);

#endif
