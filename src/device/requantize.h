/* Requantization: an integer sum times a real scale, as gemmlowp and TensorFlow Lite Micro round
 * it.
 *
 * The scale is multiplier / 2^31 * 2^shift with 2^30 <= multiplier < 2^31 (or 0), -31 <= shift
 * <= 30. Sums wrap around at 32 bits where the reference's do, without undefined behaviour. */
#ifndef ZK_DEVICE_REQUANTIZE_H
#define ZK_DEVICE_REQUANTIZE_H

#include <stdint.h>

static inline int32_t zk_clamp(int32_t x, int32_t min, int32_t max)
{
    return x < min ? min : x > max ? max : x;
}

/* a + b modulo 2^32. */
static inline int32_t zk_add_wrap(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* x * 2^shift modulo 2^32, 0 <= shift <= 31. */
static inline int32_t zk_shift_left(int32_t x, int32_t shift)
{
    return (int32_t)((uint32_t)x << shift);
}

/* a * b / 2^31 rounded to nearest, ties up; not both may be -2^31. The same bits as gemmlowp's
 * SaturatingRoundingDoublingHighMul, whose truncating division of a nudged product is this shift.
 * ARMv6-M has no 32 x 32 -> 64 bit multiplication: four 16-bit products take half of what the
 * library's 64-bit one does. */
#if defined(__ARM_ARCH_6M__)
static inline int32_t zk_high_mul(int32_t a, int32_t b)
{
    uint32_t a_low = (uint32_t)a & 0xFFFF, b_low = (uint32_t)b & 0xFFFF;
    int32_t a_high = a >> 16, b_high = b >> 16;
    uint32_t low = a_low * b_low;
    int32_t middle = a_high * (int32_t)b_low + (int32_t)(low >> 16);
    int32_t carry = (int32_t)a_low * b_high + (middle & 0xFFFF);
    int32_t high = a_high * b_high + (middle >> 16) + (carry >> 16);
    /* The product is high * 2^32 + (carry mod 2^16) * 2^16 + ...: round at bit 30. */
    return (int32_t)((uint32_t)high << 1) + (((carry & 0xFFFF) >> 14) + 1) / 2;
}
#else
static inline int32_t zk_high_mul(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}
#endif

/* x / 2^exponent, ties away from zero, 0 <= exponent <= 31: gemmlowp's RoundingDivideByPOT. */
static inline int32_t zk_shift_right_round(int32_t x, int32_t exponent)
{
    int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1);
    int32_t remainder = x & mask;
    int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

/* A 32-bit sum times the scale, rounded twice: what int8 operators do. */
static inline int32_t zk_requantize(int32_t x, int32_t multiplier, int32_t shift)
{
    int32_t left = shift > 0 ? shift : 0;
    int32_t right = shift > 0 ? 0 : -shift;
    return zk_shift_right_round(zk_high_mul(zk_shift_left(x, left), multiplier), right);
}

/* A 64-bit sum times the scale with a 15-bit multiplier, rounded once, ties up: what operators with
 * int16 activations and 64-bit sums do. |x| < 2^47, -31 <= shift <= 7. */
static inline int32_t zk_requantize_wide(int64_t x, int32_t multiplier, int32_t shift)
{
    int32_t reduced = multiplier < 0x7FFF0000 ? (multiplier + (1 << 15)) >> 16 : 0x7FFF;
    int32_t total = 15 - shift;
    return (int32_t)((x * reduced + ((int64_t)1 << (total - 1))) >> total);
}

#endif
