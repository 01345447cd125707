/* ADD, SUB and MUL on the device: two tensors broadcast together.
 *
 * a and b have the shapes that the walk was made from, out has the broadcast shape. */
#ifndef ZK_ARITHMETIC_H
#define ZK_ARITHMETIC_H

#include <stdint.h>

#include "device/broadcast.h"

typedef struct zk_add_params {
    zk_broadcast walk;
    int32_t b_sign;             /* 1: a + b, -1: a - b */
    int32_t left_shift;         /* 20 (int8) or 15 (int16) bits of headroom for the sum */
    int32_t a_offset, b_offset; /* -zero points */
    int32_t a_multiplier, a_shift, b_multiplier, b_shift; /* to twice the larger input scale */
    int32_t out_multiplier, out_shift;
    int32_t out_offset; /* zero point of the output */
    int32_t out_min, out_max;
} zk_add_params;

typedef struct zk_mul_params {
    zk_broadcast walk;
    int32_t a_offset, b_offset; /* -zero points */
    int32_t out_multiplier, out_shift;
    int32_t out_offset; /* zero point of the output */
    int32_t out_min, out_max;
} zk_mul_params;

/* For mve.c: the input of the larger scale, `half`, is scaled by a half exactly. */
typedef struct zk_add_mve_params {
    zk_broadcast walk;                    /* a is `half`, b is `other`; all steps are 1 */
    int32_t half_factor, half_offset;     /* +-2^19, -zero point * the factor */
    int32_t other_factor, other_offset;   /* 2^20, -zero point * the factor */
    int32_t other_multiplier, other_left; /* to the larger scale; <= 0 */
    int32_t other_less;                   /* 1 where that rounds ties, that is other_left < 0 */
    int32_t other_sign;                   /* 1 or -1 */
    int32_t out_multiplier, out_offset, out_left; /* as in zk_scale_1 */
    int32_t clamp;                                /* out_min and out_max are to be looked at */
    int32_t out_min, out_max; /* in the top byte; the bits below it all 0, all 1 */
} zk_add_mve_params;

/* Plain integers: sums and products wrap around at 32 bits. */
typedef struct zk_arithmetic_s32_params {
    zk_broadcast walk;
    int32_t b_sign; /* as in zk_add_params; MUL does not look at it */
    int32_t out_min, out_max;
} zk_arithmetic_s32_params;

typedef struct zk_arithmetic_f32_params {
    zk_broadcast walk;
    float b_sign;
    float out_min, out_max;
} zk_arithmetic_f32_params;

/* All shifts are <= 0 (proved), so no sum leaves 32 bits: a value has at most 9 + 20 or 16 + 15
 * bits, and both inputs are scaled by at most a half before they are added. */
void zk_add_s8(const zk_add_params *p, const int8_t *a, const int8_t *b, int8_t *out);
void zk_add_s16(const zk_add_params *p, const int16_t *a, const int16_t *b, int16_t *out);
void zk_add_s32(const zk_arithmetic_s32_params *p, const int32_t *a, const int32_t *b,
                int32_t *out);
void zk_add_f32(const zk_arithmetic_f32_params *p, const float *a, const float *b, float *out);

/* As zk_add_s8. `_relu`: the least output is the zero point, -128, the greatest 127. */
void zk_add_s8_mve(const zk_add_mve_params *p, const int8_t *half, const int8_t *other,
                   int8_t *out);
void zk_add_s8_relu_mve(const zk_add_mve_params *p, const int8_t *half, const int8_t *other,
                        int8_t *out);

/* -31 <= out_shift <= 30. Zero points of int16 are 0, so that products fit 32 bits. */
void zk_mul_s8(const zk_mul_params *p, const int8_t *a, const int8_t *b, int8_t *out);
void zk_mul_s16(const zk_mul_params *p, const int16_t *a, const int16_t *b, int16_t *out);
void zk_mul_s32(const zk_arithmetic_s32_params *p, const int32_t *a, const int32_t *b,
                int32_t *out);
void zk_mul_f32(const zk_arithmetic_f32_params *p, const float *a, const float *b, float *out);

#endif
