/* Inner loops for cores without SIMD, and how they scale their sums.
 *
 * Two inputs share one word and so one multiplication: with pixels a and b in a word a + b * 2^n,
 * the sum of weight * word is sum(weight * a) + sum(weight * b) * 2^n, and as long as the first sum
 * stays within n bits both can be taken out of it. */
#ifndef ZK_DEVICE_SCALAR_H
#define ZK_DEVICE_SCALAR_H

#include <stdint.h>

#include "device/requantize.h"

/* The words of zk_scalar_2x4 and zk_scalar_1x4: a + b * 2^n. */
#define ZK_SCALAR_2X4_SHIFT 23
#define ZK_SCALAR_1X4_SHIFT 16

/* x within -128..127. */
#if defined(__ARM_FEATURE_SAT) && defined(__thumb2__)
static inline int32_t zk_saturate_8(int32_t x)
{
    __asm__("ssat %0, #8, %0" : "+r"(x));
    return x;
}
#else
static inline int32_t zk_saturate_8(int32_t x)
{
    return zk_clamp(x, -128, 127);
}
#endif

/* zk_high_mul(a, b) for |a| < 2^30: with a doubled, rounding is adding bit 31 of the product. */
#if defined(__ARM_ARCH_6M__)
static inline int32_t zk_high_mul_30(int32_t a, int32_t b)
{
    return zk_high_mul(a, b);
}
#else
static inline int32_t zk_high_mul_30(int32_t a, int32_t b)
{
    int64_t product = (int64_t)(a * 2) * b;
    return (int32_t)(product >> 32) + (int32_t)((uint32_t)product >> 31);
}
#endif

/* How the sums of a channel become outputs; the compiler proved that the sums stay within 30 bits
 * and that `shift` is 1 to 22. */
typedef struct zk_scalar_scale {
    int32_t sum; /* to start from: bias and zero point of the input */
    int32_t multiplier;
    int32_t start; /* 2^(shift - 1) + (zero point of the output << shift) */
    int32_t shift;
} zk_scalar_scale;

/* zk_requantize(sum, multiplier, -shift) + zero point, within 8 bits. Ties are rounded away from
 * zero: upwards, and downwards below zero, where one is taken off. */
static inline int8_t zk_scalar_output(const zk_scalar_scale *s, int32_t sum)
{
    int32_t high = zk_high_mul_30(sum + s->sum, s->multiplier);
    return (int8_t)zk_saturate_8((high + (high >> 31) + s->start) >> s->shift);
}

/* The sums of two channels for four pixels, in 64 bits: sums[2 * c] has pixels 0 and 1 of channel
 * c, sums[2 * c + 1] pixels 2 and 3. Weights are [taps][2], words [taps][2]; taps is a multiple of
 * 4.
 *
 * A tap is 8 MACs: one LDM for the pixels, two LDRSB, four SMLAL; with two for the loop every four
 * taps 0.94 instructions a MAC. Four 64-bit sums fill eight of 14 registers; gcc 12 spills some of
 * them and takes 1.38. SMLAL takes 4 to 7 cycles on a Cortex-M3, MLA 2: in cycles this is about as
 * fast there as two channels by three pixels with a multiplication for each MAC (2.13
 * instructions), and faster where SMLAL takes one or two. */
#if defined(__thumb2__)
static inline void zk_scalar_2x4(const int8_t *weights, const int32_t *words, int32_t taps,
                                 int64_t *sums)
{
    const void *operands[4] = {weights, words, words + 2 * taps, sums};
    /* Registers that are saved here may hold the operand, or a frame pointer, which must not be
     * named as clobbered. */
    __asm__ volatile("push {r4, r5, r6, r7, r11}\n"
                     "ldmia %0, {r0, r1, r2, r3}\n"
                     "push {r3}\n"
                     "mov r4, #0\n"
                     "mov r5, #0\n"
                     "mov r6, #0\n"
                     "mov r7, #0\n"
                     "mov r8, #0\n"
                     "mov r9, #0\n"
                     "mov r10, #0\n"
                     "mov r11, #0\n"
                     "1:\n"
                     ".rept 4\n"
                     "ldmia r1!, {r3, r12}\n"
                     "ldrsb lr, [r0], #1\n"
                     "smlal r4, r5, r3, lr\n"
                     "smlal r6, r7, r12, lr\n"
                     "ldrsb lr, [r0], #1\n"
                     "smlal r8, r9, r3, lr\n"
                     "smlal r10, r11, r12, lr\n"
                     ".endr\n"
                     "cmp r1, r2\n"
                     "bne 1b\n"
                     "pop {r3}\n"
                     "stmia r3, {r4, r5, r6, r7, r8, r9, r10, r11}\n"
                     "pop {r4, r5, r6, r7, r11}\n"
                     :
                     : "r"(operands)
                     : "r0", "r1", "r2", "r3", "r8", "r9", "r10", "r12", "lr", "cc", "memory");
}
#else
static inline void zk_scalar_2x4(const int8_t *weights, const int32_t *words, int32_t taps,
                                 int64_t *sums)
{
    for (int32_t i = 0; i < 4; i++) {
        sums[i] = 0;
        for (int32_t k = 0; k < taps; k++)
            sums[i] += (int64_t)weights[2 * k + i / 2] * words[2 * k + i % 2];
    }
}
#endif

/* The two sums in one of zk_scalar_2x4's. */
static inline int32_t zk_scalar_2x4_first(int64_t sum)
{
    return (int32_t)((uint32_t)sum << (32 - ZK_SCALAR_2X4_SHIFT)) >> (32 - ZK_SCALAR_2X4_SHIFT);
}

static inline int32_t zk_scalar_2x4_second(int64_t sum)
{
    return (int32_t)((sum + (1 << (ZK_SCALAR_2X4_SHIFT - 1))) >> ZK_SCALAR_2X4_SHIFT);
}

/* The sums of weight * word of two words a tap, over `taps` taps; returns the words behind. A tap
 * is four MACs and takes 8 instructions on ARMv6-M, whose LDRSB has no other form than with an
 * index; gcc 12 takes 11. */
#if defined(__ARM_ARCH_6M__)
static inline const int32_t *zk_scalar_1x4_segment(const int8_t *weights, int32_t taps,
                                                   const int32_t *words, int32_t *sums)
{
    int32_t w, a, b, sum_a = 0, sum_b = 0, i = -taps;
    weights += taps;
    __asm__(".syntax unified\n"
            "1:\n"
            "ldmia %[words]!, {%[a], %[b]}\n"
            "ldrsb %[w], [%[weights], %[i]]\n"
            "muls %[a], %[w], %[a]\n"
            "muls %[b], %[w], %[b]\n"
            "add %[sum_a], %[a]\n"
            "add %[sum_b], %[b]\n"
            "adds %[i], #1\n"
            "bne 1b\n"
            : [words] "+l"(words), [i] "+l"(i), [sum_a] "+h"(sum_a), [sum_b] "+h"(sum_b),
              [w] "=&l"(w), [a] "=&l"(a), [b] "=&l"(b)
            : [weights] "l"(weights)
            : "cc", "memory");
    sums[0] = sum_a;
    sums[1] = sum_b;
    return words;
}
#else
static inline const int32_t *zk_scalar_1x4_segment(const int8_t *weights, int32_t taps,
                                                   const int32_t *words, int32_t *sums)
{
    uint32_t sum_a = 0, sum_b = 0; /* modulo 2^32 */
    for (int32_t i = 0; i < taps; i++, words += 2) {
        sum_a += (uint32_t)(weights[i] * words[0]);
        sum_b += (uint32_t)(weights[i] * words[1]);
    }
    sums[0] = (int32_t)sum_a;
    sums[1] = (int32_t)sum_b;
    return words;
}
#endif

/* The sums of a channel for four pixels with 32-bit multiplications. Weights come in segments whose
 * sums of 128 * |weight| fit 16 bits, about nine taps of a trained filter: a byte that counts its
 * taps, then the taps; a count of 0 ends them. Returns the byte behind.
 *
 * On ARMv6-M a tap takes 2 instructions a MAC (above) and a segment some 20 to take its sums apart:
 * about 2.6 a MAC in all; one multiplication for each MAC takes at least 3.5. */
static inline const int8_t *zk_scalar_1x4(const int8_t *weights, const int32_t *words,
                                          int32_t *sums)
{
    int32_t sum_0 = 0, sum_1 = 0, sum_2 = 0, sum_3 = 0;
    for (int32_t taps; (taps = *weights++) != 0; weights += taps) {
        int32_t both[2];
        words = zk_scalar_1x4_segment(weights, taps, words, both);
        int32_t low = (int16_t)both[0];
        sum_0 += low;
        sum_1 += (int32_t)((uint32_t)both[0] - (uint32_t)low) >> 16;
        low = (int16_t)both[1];
        sum_2 += low;
        sum_3 += (int32_t)((uint32_t)both[1] - (uint32_t)low) >> 16;
    }
    sums[0] = sum_0;
    sums[1] = sum_1;
    sums[2] = sum_2;
    sums[3] = sum_3;
    return weights;
}

/* Adds input * weight of eight channels to their sums, over `count` inputs, a multiple of 4, at
 * least 4. Weights are [count][8]. An input is nine LDRSB and eight MLA; gcc 12 takes two more. */
#if defined(__thumb2__)
static inline void zk_scalar_8x1(const int8_t *weights, const int8_t *in, int32_t count,
                                 int32_t *sums)
{
    const void *operands[4] = {weights, in, in + count, sums};
    __asm__ volatile("push {r4, r5, r6, r7, r11}\n"
                     "ldmia %0, {r0, r1, r2, r3}\n"
                     "push {r3}\n"
                     "ldmia r3, {r4, r5, r6, r7, r8, r9, r10, r11}\n"
                     "1:\n"
                     ".rept 4\n"
                     "ldrsb r3, [r1], #1\n"
                     "ldrsb r12, [r0], #1\n"
                     "mla r4, r3, r12, r4\n"
                     "ldrsb r12, [r0], #1\n"
                     "mla r5, r3, r12, r5\n"
                     "ldrsb r12, [r0], #1\n"
                     "mla r6, r3, r12, r6\n"
                     "ldrsb r12, [r0], #1\n"
                     "mla r7, r3, r12, r7\n"
                     "ldrsb r12, [r0], #1\n"
                     "mla r8, r3, r12, r8\n"
                     "ldrsb r12, [r0], #1\n"
                     "mla r9, r3, r12, r9\n"
                     "ldrsb r12, [r0], #1\n"
                     "mla r10, r3, r12, r10\n"
                     "ldrsb r12, [r0], #1\n"
                     "mla r11, r3, r12, r11\n"
                     ".endr\n"
                     "cmp r1, r2\n"
                     "bne 1b\n"
                     "pop {r3}\n"
                     "stmia r3, {r4, r5, r6, r7, r8, r9, r10, r11}\n"
                     "pop {r4, r5, r6, r7, r11}\n"
                     :
                     : "r"(operands)
                     : "r0", "r1", "r2", "r3", "r8", "r9", "r10", "r12", "cc", "memory");
}
#else
static inline void zk_scalar_8x1(const int8_t *weights, const int8_t *in, int32_t count,
                                 int32_t *sums)
{
    for (int32_t i = 0; i < count; i++)
        for (int32_t c = 0; c < 8; c++) sums[c] += in[i] * *weights++;
}
#endif

/* The same for four channels with unsigned inputs and weights, [count][4]: 13 instructions an input
 * on ARMv6-M. */
#if defined(__ARM_ARCH_6M__)
static inline void zk_scalar_4x1(const uint8_t *weights, const uint8_t *in, int32_t count,
                                 int32_t *sums)
{
    int32_t x, w, s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    __asm__(".syntax unified\n"
            "1:\n"
            ".set tap, 0\n"
            ".rept 4\n"
            "ldrb %[x], [%[in], #tap]\n"
            "ldrb %[w], [%[weights], #4 * tap]\n"
            "muls %[w], %[x], %[w]\n"
            "add %[s0], %[w]\n"
            "ldrb %[w], [%[weights], #4 * tap + 1]\n"
            "muls %[w], %[x], %[w]\n"
            "add %[s1], %[w]\n"
            "ldrb %[w], [%[weights], #4 * tap + 2]\n"
            "muls %[w], %[x], %[w]\n"
            "add %[s2], %[w]\n"
            "ldrb %[w], [%[weights], #4 * tap + 3]\n"
            "muls %[w], %[x], %[w]\n"
            "add %[s3], %[w]\n"
            ".set tap, tap + 1\n"
            ".endr\n"
            "adds %[in], #4\n"
            "adds %[weights], #16\n"
            "cmp %[in], %[end]\n"
            "bne 1b\n"
            : [weights] "+l"(weights), [in] "+l"(in), [x] "=&l"(x), [w] "=&l"(w), [s0] "+h"(s0),
              [s1] "+h"(s1), [s2] "+h"(s2), [s3] "+h"(s3)
            : [end] "h"(in + count)
            : "cc", "memory");
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}
#else
static inline void zk_scalar_4x1(const uint8_t *weights, const uint8_t *in, int32_t count,
                                 int32_t *sums)
{
    for (int32_t i = 0; i < count; i++)
        for (int32_t c = 0; c < 4; c++) sums[c] += in[i] * *weights++;
}
#endif

/* Limits narrower than those of 8 bits. */
static inline void zk_scalar_limit(int8_t *out, int32_t count, int32_t min, int32_t max)
{
    for (int32_t i = 0; i < count; i++) out[i] = (int8_t)zk_clamp(out[i], min, max);
}

#endif
