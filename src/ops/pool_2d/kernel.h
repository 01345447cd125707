/* AVERAGE_POOL_2D and MAX_POOL_2D on the device. */
#ifndef ZK_POOL_2D_H
#define ZK_POOL_2D_H

#include <stdint.h>

#include "device/window.h"

typedef struct zk_pool_2d_params {
    zk_window window;
    int32_t out_min, out_max;
} zk_pool_2d_params;

typedef struct zk_pool_2d_f32_params {
    zk_window window;
    float out_min, out_max;
} zk_pool_2d_f32_params;

/* in [batches][in_h][in_w][in_c], out [batches][out_h][out_w][in_c], in the same scale; the
 * dilation is 1 and every window covers some of the picture. Padding is not counted in the average,
 * which is rounded to nearest, ties away from zero. The sums were proved to fit 32 bits. */
void zk_average_pool_2d_s8(const zk_pool_2d_params *p, const int8_t *in, int8_t *out);
void zk_average_pool_2d_s16(const zk_pool_2d_params *p, const int16_t *in, int16_t *out);
void zk_average_pool_2d_f32(const zk_pool_2d_f32_params *p, const float *in, float *out);

/* As zk_average_pool_2d_s8: a multiple of eight channels, at most 255 taps. */
void zk_average_pool_2d_s8_mve(const zk_pool_2d_params *p, const int8_t *in, int8_t *out);

/* As zk_average_pool_2d_s8: at least eight channels and at most 256 taps. */
void zk_average_pool_2d_s8_dsp(const zk_pool_2d_params *p, const int8_t *in, int8_t *out);

void zk_max_pool_2d_s8(const zk_pool_2d_params *p, const int8_t *in, int8_t *out);
void zk_max_pool_2d_s16(const zk_pool_2d_params *p, const int16_t *in, int16_t *out);

/* As zk_max_pool_2d_s8: at least eight channels. */
void zk_max_pool_2d_s8_dsp(const zk_pool_2d_params *p, const int8_t *in, int8_t *out);

/* Not a number is passed over; a window of nothing else gives the least float. */
void zk_max_pool_2d_f32(const zk_pool_2d_f32_params *p, const float *in, float *out);

/* ---- A picture by rows ---- */

typedef struct zk_pool_2d_rows_params {
    int32_t pixels, channels; /* of these rows */
    int32_t first;            /* 1: the first rows of the picture */
} zk_pool_2d_rows_params;

typedef struct zk_pool_2d_mean_params {
    int32_t channels, taps; /* taps: pixels of the picture */
    int32_t out_min, out_max;
} zk_pool_2d_mean_params;

/* Adds rows of the picture, in [pixels][channels], to sums [channels]. */
void zk_average_pool_2d_s8_rows(const zk_pool_2d_rows_params *p, const int8_t *in, int32_t *sums);

/* out [channels]: the averages, as zk_average_pool_2d_s8 has them, of a window that is the picture.
 */
void zk_average_pool_2d_s8_mean(const zk_pool_2d_mean_params *p, const int32_t *sums, int8_t *out);

#endif
