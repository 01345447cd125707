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

/* A tap; written out since gcc counts the lines of assembly to know how far it may branch. */
#define ZK_SCALAR_2X4_TAP     \
    "ldmia r1!, {r3, r12}\n"  \
    "ldrsb lr, [r0], #1\n"    \
    "smlal r4, r5, r3, lr\n"  \
    "smlal r6, r7, r12, lr\n" \
    "ldrsb lr, [r0], #1\n"    \
    "smlal r8, r9, r3, lr\n"  \
    "smlal r10, r11, r12, lr\n"

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
                     "1:\n" ZK_SCALAR_2X4_TAP ZK_SCALAR_2X4_TAP ZK_SCALAR_2X4_TAP ZK_SCALAR_2X4_TAP
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

/* What zk_scalar_1x4 works on; it leaves the byte behind the weights. */
typedef struct zk_scalar_1x4_block {
    const int8_t *weights;
    const int32_t *words;
    int32_t sums[4];
} zk_scalar_1x4_block;

/* The sums of a channel for four pixels with 32-bit multiplications. Weights come in segments whose
 * sums of 128 * |weight| fit 16 bits, about nine taps of a trained filter: a byte that counts its
 * taps, then the taps; a count of 0 ends them.
 *
 * On ARMv6-M a tap takes 8 instructions, 2 a MAC (LDRSB has no other form than with an index), and
 * a segment 18 to take its sums apart: about 2.5 a MAC in all; gcc 12 takes 11 for a tap. One
 * multiplication for each MAC takes at least 3.25. */
#if defined(__ARM_ARCH_6M__)
static inline void zk_scalar_1x4(zk_scalar_1x4_block *block)
{
    /* Registers that are saved here may hold the operand, or a frame pointer. */
    __asm__ volatile(".syntax unified\n"
                     "push {r4, r5, r6, r7}\n"
                     "mov r3, %0\n"
                     "mov r12, r3\n"
                     "mov r4, r8\n"
                     "mov r5, r9\n"
                     "mov r6, r10\n"
                     "mov r7, r11\n"
                     "push {r4, r5, r6, r7}\n"
                     "ldmia r3!, {r0, r1}\n"
                     "movs r2, #0\n"
                     "mov r8, r2\n"
                     "mov r9, r2\n"
                     "mov r10, r2\n"
                     "mov r11, r2\n"
                     "b 3f\n"
                     "1:\n"
                     "adds r0, r0, r3\n"
                     "rsbs r2, r3, #0\n"
                     "movs r6, #0\n"
                     "movs r7, #0\n"
                     "2:\n"
                     "ldmia r1!, {r4, r5}\n"
                     "ldrsb r3, [r0, r2]\n"
                     "muls r4, r3, r4\n"
                     "muls r5, r3, r5\n"
                     "adds r6, r6, r4\n"
                     "adds r7, r7, r5\n"
                     "adds r2, #1\n"
                     "bne 2b\n"
                     "sxth r4, r6\n"
                     "add r8, r4\n"
                     "subs r6, r6, r4\n"
                     "asrs r6, r6, #16\n"
                     "add r9, r6\n"
                     "sxth r5, r7\n"
                     "add r10, r5\n"
                     "subs r7, r7, r5\n"
                     "asrs r7, r7, #16\n"
                     "add r11, r7\n"
                     "3:\n"
                     "ldrb r3, [r0]\n"
                     "adds r0, #1\n"
                     "cmp r3, #0\n"
                     "bne 1b\n"
                     "mov r3, r12\n"
                     "mov r4, r8\n"
                     "mov r5, r9\n"
                     "mov r6, r10\n"
                     "mov r7, r11\n"
                     "stmia r3!, {r0, r1, r4, r5, r6, r7}\n"
                     "pop {r4, r5, r6, r7}\n"
                     "mov r8, r4\n"
                     "mov r9, r5\n"
                     "mov r10, r6\n"
                     "mov r11, r7\n"
                     "pop {r4, r5, r6, r7}\n"
                     :
                     : "r"(block)
                     : "r0", "r1", "r2", "r3", "r12", "cc", "memory");
}
#else
static inline void zk_scalar_1x4(zk_scalar_1x4_block *block)
{
    const int8_t *weights = block->weights;
    const int32_t *words = block->words;
    int32_t sum_0 = 0, sum_1 = 0, sum_2 = 0, sum_3 = 0;
    for (int32_t taps; (taps = *weights++) != 0;) {
        uint32_t both = 0, other = 0; /* modulo 2^32 */
        for (const int8_t *end = weights + taps; weights != end; words += 2) {
            int32_t w = *weights++;
            both += (uint32_t)(w * words[0]);
            other += (uint32_t)(w * words[1]);
        }
        int32_t low = (int16_t)both, other_low = (int16_t)other;
        sum_0 += low;
        sum_1 += (int32_t)(both - (uint32_t)low) >> 16;
        sum_2 += other_low;
        sum_3 += (int32_t)(other - (uint32_t)other_low) >> 16;
    }
    block->weights = weights;
    block->sums[0] = sum_0;
    block->sums[1] = sum_1;
    block->sums[2] = sum_2;
    block->sums[3] = sum_3;
}
#endif

/* An input. */
#define ZK_SCALAR_8X1_TAP     \
    "ldrsb r3, [r1], #1\n"    \
    "ldrsb r12, [r0], #1\n"   \
    "mla r4, r3, r12, r4\n"   \
    "ldrsb r12, [r0], #1\n"   \
    "mla r5, r3, r12, r5\n"   \
    "ldrsb r12, [r0], #1\n"   \
    "mla r6, r3, r12, r6\n"   \
    "ldrsb r12, [r0], #1\n"   \
    "mla r7, r3, r12, r7\n"   \
    "ldrsb r12, [r0], #1\n"   \
    "mla r8, r3, r12, r8\n"   \
    "ldrsb r12, [r0], #1\n"   \
    "mla r9, r3, r12, r9\n"   \
    "ldrsb r12, [r0], #1\n"   \
    "mla r10, r3, r12, r10\n" \
    "ldrsb r12, [r0], #1\n"   \
    "mla r11, r3, r12, r11\n"

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
                     "1:\n" ZK_SCALAR_8X1_TAP ZK_SCALAR_8X1_TAP ZK_SCALAR_8X1_TAP ZK_SCALAR_8X1_TAP
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

/* An input; `in` and w0 to w3 are strings: where it and its weights are. */
#define ZK_SCALAR_4X1_TAP(in, w0, w1, w2, w3) \
    "ldrb r2, [r1, #" in "]\n"                \
    "ldrb r3, [r0, #" w0 "]\n"                \
    "muls r3, r2, r3\n"                       \
    "adds r4, r4, r3\n"                       \
    "ldrb r3, [r0, #" w1 "]\n"                \
    "muls r3, r2, r3\n"                       \
    "adds r5, r5, r3\n"                       \
    "ldrb r3, [r0, #" w2 "]\n"                \
    "muls r3, r2, r3\n"                       \
    "adds r6, r6, r3\n"                       \
    "ldrb r3, [r0, #" w3 "]\n"                \
    "muls r3, r2, r3\n"                       \
    "adds r7, r7, r3\n"

/* The same for four channels with unsigned inputs and weights, [count][4]: 13 instructions an input
 * on ARMv6-M. */
#if defined(__ARM_ARCH_6M__)
static inline void zk_scalar_4x1(const uint8_t *weights, const uint8_t *in, int32_t count,
                                 int32_t *sums)
{
    const void *operands[4] = {weights, in, in + count, sums};
    __asm__ volatile(
        ".syntax unified\n"
        "push {r4, r5, r6, r7}\n"
        "mov r3, %0\n"
        "ldmia r3!, {r0, r1, r2}\n"
        "mov r12, r2\n"
        "ldr r3, [r3]\n"
        "push {r3}\n"
        "ldmia r3!, {r4, r5, r6, r7}\n"
        "1:\n" ZK_SCALAR_4X1_TAP("0", "0", "1", "2", "3") ZK_SCALAR_4X1_TAP("1", "4", "5", "6", "7")
            ZK_SCALAR_4X1_TAP("2", "8", "9", "10", "11")
                ZK_SCALAR_4X1_TAP("3", "12", "13", "14", "15") "adds r0, #16\n"
                                                               "adds r1, #4\n"
                                                               "cmp r1, r12\n"
                                                               "bne 1b\n"
                                                               "pop {r3}\n"
                                                               "stmia r3!, {r4, r5, r6, r7}\n"
                                                               "pop {r4, r5, r6, r7}\n"
        :
        : "r"(operands)
        : "r0", "r1", "r2", "r3", "r12", "cc", "memory");
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
