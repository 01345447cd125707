/* FULLY_CONNECTED on the device: rows of the input times a matrix of weights. */
#ifndef ZK_FULLY_CONNECTED_H
#define ZK_FULLY_CONNECTED_H

#include <stdint.h>

typedef struct zk_fully_connected_params {
    int32_t rows, in_size, out_size;
    int32_t in_offset;     /* -zero point of the input */
    int32_t weight_offset; /* -zero point of the weights */
    int32_t out_offset;    /* zero point of the output */
    int32_t out_min, out_max;
    int32_t scale_step; /* 1: a multiplier and a shift for each output; 0: one for all */
} zk_fully_connected_params;

typedef struct zk_fully_connected_f32_params {
    int32_t rows, in_size, out_size;
    float out_min, out_max;
} zk_fully_connected_f32_params;

/* in [rows][in_size], weights [out_size][in_size], bias [out_size] or null, multiplier and shift
 * [out_size] or [1], out [rows][out_size]. The sums were proved to fit 32 bits when the model was
 * compiled. */
void zk_fully_connected_s8(const zk_fully_connected_params *p, const int8_t *in,
                           const int8_t *weights, const int32_t *bias, const int32_t *multiplier,
                           const int8_t *shift, int8_t *out);

/* The same with weights of 4 bits, packed as device/int4.h says. */
void zk_fully_connected_s8_w4(const zk_fully_connected_params *p, const int8_t *in,
                              const uint8_t *weights, const int32_t *bias,
                              const int32_t *multiplier, const int8_t *shift, int8_t *out);

/* As zk_fully_connected_s8 with int16 activations and 64-bit sums, proved to fit 47 bits;
 * the zero points of input and output are 0. */
void zk_fully_connected_s16(const zk_fully_connected_params *p, const int16_t *in,
                            const int8_t *weights, const int64_t *bias, const int32_t *multiplier,
                            const int8_t *shift, int16_t *out);

/* As zk_fully_connected_s16 with sums that wrap around at 32 bits and an int32 bias, never null. */
void zk_fully_connected_s16_wrap(const zk_fully_connected_params *p, const int16_t *in,
                                 const int8_t *weights, const int32_t *bias,
                                 const int32_t *multiplier, const int8_t *shift, int16_t *out);

/* ---- The input a part at a time ---- */

typedef struct zk_fully_connected_part_params {
    int32_t part, first;       /* inputs of this part; 1: the first part */
    int32_t in_size, out_size; /* of the whole layer */
    int32_t in_offset, weight_offset;
} zk_fully_connected_part_params;

/* sums [out_size] = (first ? bias, if any : sums) + what in [part] adds; weights: from the column
 * of the part's first input on. */
void zk_fully_connected_s8_part(const zk_fully_connected_part_params *p, const int8_t *in,
                                const int8_t *weights, const int32_t *bias, int32_t *sums);

/* out [out_size] as zk_fully_connected_s8 has it, from the sums. */
void zk_fully_connected_s8_finish(const zk_fully_connected_params *p, const int32_t *sums,
                                  const int32_t *multiplier, const int8_t *shift, int8_t *out);

void zk_fully_connected_f32(const zk_fully_connected_f32_params *p, const float *in,
                            const float *weights, const float *bias, float *out);

/* ---- Arm DSP extension, int8: dsp.c ---- */

typedef struct zk_fully_connected_dsp_params {
    int32_t rows, in_size, out_size;
    int32_t steps;      /* of four inputs, the last filled up with zeros */
    int32_t chunk;      /* steps until sums are added up in 32 bits; `steps` if they need not be */
    int32_t scale_step; /* 3: a scale for each channel; 0: one for all */
    int32_t out_min, out_max;
} zk_fully_connected_dsp_params;

/* in [rows][in_size], out [rows][out_size]. Weights as device/dsp_6x1.h reads them, of six channels
 * while there are so many, then of two, one stream for each chunk. Scales are those of
 * zk_6x1_scale, of each channel or of all. `padded` is scratch of 4 * steps, null where in_size is
 * a multiple of 4.
 */
void zk_fully_connected_s8_dsp(const zk_fully_connected_dsp_params *p, const int8_t *in,
                               const uint32_t *weights, const int32_t *scales, int8_t *padded,
                               int8_t *out);

typedef struct zk_fully_connected_int4_params {
    int32_t rows, in_size, out_size;
    int32_t steps;      /* of four inputs, the last filled up with zeros */
    int32_t scale_step; /* 1: a multiplier and a shift for each output; 0: one for all */
    int32_t out_offset; /* zero point of the output */
    int32_t out_min, out_max;
} zk_fully_connected_int4_params;

/* Weights of 4 bits as device/dsp_6x1_int4.h reads them, of six channels while there are so many,
 * then of two; what sums start from has the zero point of the input in it. multiplier and shift
 * [out_size] or [1]; `padded` as above. */
void zk_fully_connected_s8_dsp_int4(const zk_fully_connected_int4_params *p, const int8_t *in,
                                    const uint32_t *weights, const int32_t *multiplier,
                                    const int8_t *shift, int8_t *padded, int8_t *out);

typedef struct zk_fully_connected_mve_params {
    int32_t rows, in_size, out_size;
    int32_t relu;             /* the least output is the zero point, -128, and the greatest 127 */
    int32_t clamp;            /* out_min and out_max are to be looked at */
    int32_t out_min, out_max; /* in the top byte; the bits below it all 0, all 1 */
} zk_fully_connected_mve_params;

/* As zk_fully_connected_s8 with symmetric weights and at least four outputs; weights and scales as
 * in mve.c. */
void zk_fully_connected_s8_mve(const zk_fully_connected_mve_params *p, const int8_t *in,
                               const int8_t *weights, const int32_t *scales, int8_t *out);

/* ---- Cores without SIMD, int8: scalar.c ---- */

typedef struct zk_fully_connected_scalar_params {
    int32_t rows, in_size, out_size;
    int32_t out_min, out_max;
    int32_t limited; /* these are narrower than those of 8 bits */
} zk_fully_connected_scalar_params;

/* in [rows][in_size], out [rows][out_size]; weights in blocks of eight outputs
 * [out_size / 8][in_size][8], filled up with 0, as scale is: a zk_scalar_scale for each output. */
void zk_fully_connected_s8_scalar_8(const zk_fully_connected_scalar_params *p, const int8_t *in,
                                    const int8_t *weights, const int32_t *scale, int8_t *out);

/* The same in blocks of four outputs, with 128 added to each weight; unsigned_in is scratch of
 * in_size bytes. */
void zk_fully_connected_s8_scalar_4(const zk_fully_connected_scalar_params *p, const int8_t *in,
                                    const uint8_t *weights, const int32_t *scale,
                                    uint8_t *unsigned_in, int8_t *out);

#endif
