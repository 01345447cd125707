/* QUANTIZE and DEQUANTIZE on the device: from real numbers to stored ones, from one scale to
 * another, and back. in and out have p->count elements. */
#ifndef ZK_QUANTIZE_H
#define ZK_QUANTIZE_H

#include <stdint.h>

typedef struct zk_quantize_params {
    int32_t count;
    float scale;
    int32_t zero_point;
} zk_quantize_params;

/* in / scale rounded to nearest, ties away from zero, plus the zero point; what is out of range
 * becomes the nearest end of it, and not a number becomes the zero point. */
void zk_quantize_s8(const zk_quantize_params *p, const float *in, int8_t *out);
void zk_quantize_u8(const zk_quantize_params *p, const float *in, uint8_t *out);
void zk_quantize_s16(const zk_quantize_params *p, const float *in, int16_t *out);

/* scale * (in - zero point) */
void zk_dequantize_s8(const zk_quantize_params *p, const int8_t *in, float *out);
void zk_dequantize_u8(const zk_quantize_params *p, const uint8_t *in, float *out);
void zk_dequantize_s16(const zk_quantize_params *p, const int16_t *in, float *out);

typedef struct zk_widen_params {
    int32_t count;
} zk_widen_params;

/* float16 as its bits: sign, 5 bits of exponent, 10 of fraction (IEEE 754 binary16). */
void zk_dequantize_f16(const zk_widen_params *p, const uint16_t *in, float *out);

typedef struct zk_rescale_params {
    int32_t count;
    int32_t in_offset;         /* -zero point of the input, modulo 2^32 */
    int32_t multiplier, shift; /* input scale / output scale; -31 <= shift <= 30 */
    int32_t out_offset;        /* zero point of the output */
} zk_rescale_params;

/* From one scale to another. 8 bits to 8 bits is the table of ops/table.h. */
void zk_rescale_s8_s16(const zk_rescale_params *p, const int8_t *in, int16_t *out);
void zk_rescale_s8_s32(const zk_rescale_params *p, const int8_t *in, int32_t *out);
void zk_rescale_u8_s16(const zk_rescale_params *p, const uint8_t *in, int16_t *out);
void zk_rescale_s16_s8(const zk_rescale_params *p, const int16_t *in, int8_t *out);
void zk_rescale_s16_s16(const zk_rescale_params *p, const int16_t *in, int16_t *out);
void zk_rescale_s16_s32(const zk_rescale_params *p, const int16_t *in, int32_t *out);
void zk_rescale_s32_s8(const zk_rescale_params *p, const int32_t *in, int8_t *out);
void zk_rescale_s32_s16(const zk_rescale_params *p, const int32_t *in, int16_t *out);

#endif
