/* QUANTIZE and DEQUANTIZE, the definition of correct. */
#include "ops/quantize/kernel.h"

#include <string.h>

#include "device/real.h"
#include "device/requantize.h"

/* The stored value of a real one. Cutting off at 2^17, which no type's range reaches, makes the
 * conversion safe; the fraction behind it is exact, so a tie is recognised. */
static inline int32_t zk_quantize_value(const zk_quantize_params *p, float x, int32_t min,
                                        int32_t max)
{
    float scaled = x / p->scale;
    if (scaled != scaled) scaled = 0.0f;
    scaled = zk_clamp_f32(scaled, -131072.0f, 131072.0f);
    int32_t whole = (int32_t)scaled;
    float fraction = scaled - (float)whole;
    whole += fraction >= 0.5f ? 1 : fraction <= -0.5f ? -1 : 0;
    return zk_clamp(whole + p->zero_point, min, max);
}

void zk_quantize_s8(const zk_quantize_params *p, const float *in, int8_t *out)
{
    for (int32_t i = 0; i < p->count; i++)
        out[i] = (int8_t)zk_quantize_value(p, in[i], INT8_MIN, INT8_MAX);
}

void zk_quantize_u8(const zk_quantize_params *p, const float *in, uint8_t *out)
{
    for (int32_t i = 0; i < p->count; i++)
        out[i] = (uint8_t)zk_quantize_value(p, in[i], 0, UINT8_MAX);
}

void zk_quantize_s16(const zk_quantize_params *p, const float *in, int16_t *out)
{
    for (int32_t i = 0; i < p->count; i++)
        out[i] = (int16_t)zk_quantize_value(p, in[i], INT16_MIN, INT16_MAX);
}

void zk_dequantize_s8(const zk_quantize_params *p, const int8_t *in, float *out)
{
    for (int32_t i = 0; i < p->count; i++) out[i] = p->scale * (float)(in[i] - p->zero_point);
}

void zk_dequantize_u8(const zk_quantize_params *p, const uint8_t *in, float *out)
{
    for (int32_t i = 0; i < p->count; i++) out[i] = p->scale * (float)(in[i] - p->zero_point);
}

void zk_dequantize_s16(const zk_quantize_params *p, const int16_t *in, float *out)
{
    for (int32_t i = 0; i < p->count; i++) out[i] = p->scale * (float)(in[i] - p->zero_point);
}

void zk_dequantize_f16(const zk_widen_params *p, const uint16_t *in, float *out)
{
    for (int32_t i = 0; i < p->count; i++) {
        uint32_t exponent = (in[i] >> 10) & 31, fraction = in[i] & 1023u;
        uint32_t sign = (uint32_t)(in[i] >> 15) << 31;
        if (exponent == 0) { /* subnormal: units of 2^-24 */
            float magnitude = (float)fraction * (1.0f / 16777216.0f);
            out[i] = sign ? -magnitude : magnitude;
            continue;
        }
        /* The exponents' biases are 15 and 127; 31 is infinity or not a number, as 255 is. */
        uint32_t bits = sign | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
        memcpy(&out[i], &bits, sizeof bits);
    }
}

static inline int32_t zk_rescale_value(const zk_rescale_params *p, int32_t x)
{
    x = zk_requantize(zk_add_wrap(x, p->in_offset), p->multiplier, p->shift);
    return zk_add_wrap(x, p->out_offset);
}

void zk_rescale_s8_s16(const zk_rescale_params *p, const int8_t *in, int16_t *out)
{
    for (int32_t i = 0; i < p->count; i++)
        out[i] = (int16_t)zk_clamp(zk_rescale_value(p, in[i]), INT16_MIN, INT16_MAX);
}

void zk_rescale_s8_s32(const zk_rescale_params *p, const int8_t *in, int32_t *out)
{
    for (int32_t i = 0; i < p->count; i++) out[i] = zk_rescale_value(p, in[i]);
}

void zk_rescale_u8_s16(const zk_rescale_params *p, const uint8_t *in, int16_t *out)
{
    for (int32_t i = 0; i < p->count; i++)
        out[i] = (int16_t)zk_clamp(zk_rescale_value(p, in[i]), INT16_MIN, INT16_MAX);
}

void zk_rescale_s16_s8(const zk_rescale_params *p, const int16_t *in, int8_t *out)
{
    for (int32_t i = 0; i < p->count; i++)
        out[i] = (int8_t)zk_clamp(zk_rescale_value(p, in[i]), INT8_MIN, INT8_MAX);
}

void zk_rescale_s16_s16(const zk_rescale_params *p, const int16_t *in, int16_t *out)
{
    for (int32_t i = 0; i < p->count; i++)
        out[i] = (int16_t)zk_clamp(zk_rescale_value(p, in[i]), INT16_MIN, INT16_MAX);
}

void zk_rescale_s16_s32(const zk_rescale_params *p, const int16_t *in, int32_t *out)
{
    for (int32_t i = 0; i < p->count; i++) out[i] = zk_rescale_value(p, in[i]);
}

void zk_rescale_s32_s8(const zk_rescale_params *p, const int32_t *in, int8_t *out)
{
    for (int32_t i = 0; i < p->count; i++)
        out[i] = (int8_t)zk_clamp(zk_rescale_value(p, in[i]), INT8_MIN, INT8_MAX);
}

void zk_rescale_s32_s16(const zk_rescale_params *p, const int32_t *in, int16_t *out)
{
    for (int32_t i = 0; i < p->count; i++)
        out[i] = (int16_t)zk_clamp(zk_rescale_value(p, in[i]), INT16_MIN, INT16_MAX);
}
