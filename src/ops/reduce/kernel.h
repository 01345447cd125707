/* MEAN, SUM and REDUCE_MAX on the device.
 *
 * The input's dimensions come in at most six groups of neighbours, kept and reduced by turns; each
 * kind has three sizes and strides (in elements), outermost first, 1 and 0 where there are fewer.
 */
#ifndef ZK_REDUCE_H
#define ZK_REDUCE_H

#include <stdint.h>

typedef struct zk_reduce_params {
    int32_t kept_size[3], kept_stride[3];
    int32_t reduced_size[3], reduced_stride[3];
    int32_t count;             /* what to divide a float sum by: 1 for SUM */
    int32_t sum_offset;        /* -zero point of the input * elements of a sum, modulo 2^32 */
    int32_t multiplier, shift; /* of a sum, the division of MEAN in it */
    int32_t out_offset;        /* zero point of the output */
} zk_reduce_params;

/* in and out have the elements that the sizes say, out the kept ones in order. Sums wrap around at
 * 32 bits; MEAN and SUM are (sum + sum_offset) * multiplier + out_offset. */
void zk_reduce_sum_s8(const zk_reduce_params *p, const int8_t *in, int8_t *out);

/* As zk_reduce_sum_s8, of [kept_size[1]][reduced_size[2]][kept_size[2]] with at least eight in the
 * last dimension and fewer than 2^23 reduced; the other sizes are 1. */
void zk_reduce_sum_s8_dsp(const zk_reduce_params *p, const int8_t *in, int8_t *out);

void zk_reduce_sum_s16(const zk_reduce_params *p, const int16_t *in, int16_t *out);

/* MEAN and SUM: sum / count. */
void zk_reduce_sum_f32(const zk_reduce_params *p, const float *in, float *out);

void zk_reduce_max_s8(const zk_reduce_params *p, const int8_t *in, int8_t *out);
void zk_reduce_max_s16(const zk_reduce_params *p, const int16_t *in, int16_t *out);

/* Not a number is passed over; nothing else gives the least float. */
void zk_reduce_max_f32(const zk_reduce_params *p, const float *in, float *out);

/* ---- A picture by rows ---- */

typedef struct zk_reduce_rows_params {
    int32_t pixels, channels; /* of these rows */
    int32_t first;            /* 1: the first rows of the picture */
} zk_reduce_rows_params;

/* Adds rows of the picture, in [pixels][channels], to sums [channels]. */
void zk_reduce_sum_s8_rows(const zk_reduce_rows_params *p, const int8_t *in, int32_t *sums);

/* out [kept_size[2]] as of zk_reduce_sum_s8, from the sums. */
void zk_reduce_sum_s8_finish(const zk_reduce_params *p, const int32_t *sums, int8_t *out);

#endif
