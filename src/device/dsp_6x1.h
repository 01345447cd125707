/* Matrix times vector for cores with the Arm DSP extension: what fully connected layers spend their
 * time in. Every weight is used once, so it is the widening of weights that counts.
 *
 * A word holds a pair of weights of two channels: each half is channel 1's weight times 256 plus
 * channel 0's. SMLAD with the halves as they are sums 256 * sum 1 + sum 0 (modulo 2^32), with their
 * sign-extended lower bytes sum 0: one SXTB16 for four weights. Six channels share the widening of
 * the inputs, which need no memory of their own:
 *
 *     3 loads + 2 SXTB16 of inputs + 6 SXTB16 of weights + 12 SMLAD = 23 instructions
 *     for four inputs of six channels: 0.96 a MAC, 30 cycles on a Cortex-M4
 *
 * Two channels at a time, for the rest of a layer, take 10 for 8 MACs. With the vector widened once
 * into memory there would be 0.84 instructions a MAC, yet no fewer cycles; with weights of 16 bits
 * 0.66, twice the flash and more cycles.
 *
 * Weights, of six or of two channels: the sums to start from, those of odd channels mixed like the
 * words; then for every four inputs the words of inputs 0 and 2, one for two channels, and those of
 * inputs 1 and 3. */
#ifndef ZK_DEVICE_DSP_6X1_H
#define ZK_DEVICE_DSP_6X1_H

#include <stdint.h>

/* What sums start from: the mixed ones are r9, r11, lr, those of the lower channels r8, r10, r12.
 */
#define ZK_6X1_START "ldmia r0!, {r8, r9, r10, r11, r12, lr}\n"

/* Four inputs: weights from r0, inputs from r1. 88 bytes of code. */
#define ZK_6X1_STEP             \
    "ldr r5, [r1], #4\n"        \
    "ldmia r0!, {r2, r3, r4}\n" \
    "sxtb16 r6, r5\n"           \
    "sxtb16 r5, r5, ror #8\n"   \
    "smlad r9, r2, r6, r9\n"    \
    "smlad r11, r3, r6, r11\n"  \
    "smlad lr, r4, r6, lr\n"    \
    "sxtb16 r2, r2\n"           \
    "sxtb16 r3, r3\n"           \
    "sxtb16 r4, r4\n"           \
    "smlad r8, r2, r6, r8\n"    \
    "smlad r10, r3, r6, r10\n"  \
    "smlad r12, r4, r6, r12\n"  \
    "ldmia r0!, {r2, r3, r4}\n" \
    "smlad r9, r2, r5, r9\n"    \
    "smlad r11, r3, r5, r11\n"  \
    "smlad lr, r4, r5, lr\n"    \
    "sxtb16 r2, r2\n"           \
    "sxtb16 r3, r3\n"           \
    "sxtb16 r4, r4\n"           \
    "smlad r8, r2, r5, r8\n"    \
    "smlad r10, r3, r5, r10\n"  \
    "smlad r12, r4, r5, r12\n"

/* Mixed sums to doubled ones, which are stored at r1. */
#define ZK_6X1_END                            \
    "sub r9, r9, r8\n"                        \
    "sub r11, r11, r10\n"                     \
    "sub lr, lr, r12\n"                       \
    "lsl r8, r8, #1\n"                        \
    "lsl r10, r10, #1\n"                      \
    "lsl r12, r12, #1\n"                      \
    "asr r9, r9, #7\n"                        \
    "asr r11, r11, #7\n"                      \
    "asr lr, lr, #7\n"                        \
    "stmia r1, {r8, r9, r10, r11, r12, lr}\n" \
    "pop {r4, r5, r6, r7, r11}\n"

/* The same for two channels; a step has 38 bytes of code. */
#define ZK_2X1_START "ldmia r0!, {r8, r9}\n"

#define ZK_2X1_STEP           \
    "ldr r5, [r1], #4\n"      \
    "ldmia r0!, {r2, r3}\n"   \
    "sxtb16 r6, r5\n"         \
    "sxtb16 r5, r5, ror #8\n" \
    "smlad r9, r2, r6, r9\n"  \
    "sxtb16 r2, r2\n"         \
    "smlad r8, r2, r6, r8\n"  \
    "smlad r9, r3, r5, r9\n"  \
    "sxtb16 r3, r3\n"         \
    "smlad r8, r3, r5, r8\n"

#define ZK_2X1_END         \
    "sub r9, r9, r8\n"     \
    "lsl r8, r8, #1\n"     \
    "asr r9, r9, #7\n"     \
    "stmia r1, {r8, r9}\n" \
    "pop {r4, r5, r6, r7, r11}\n"

/* What a product does before it stores its sums: loads the sums to start from with `start`, and
 * goes through `step` of `bytes` bytes of code, four written out, from the middle of them at first;
 * r7 counts rounds. Registers that are saved here may hold the operand, or a frame pointer, which
 * must not be named as clobbered. ADR counts from the program counter rounded down to four bytes,
 * as the assembler knows it in a section of two-byte alignment, which -Os makes, only if something
 * in it demands four: .balign. */
#define ZK_6X1_SUMS(start, bytes, step)            \
    "push {r4, r5, r6, r7, r11}\n"                 \
    "str %0, [sp, #-4]!\n"                         \
    "ldmia %0, {r0, r1, r6}\n"                     \
    "add r7, r6, #3\n"                             \
    "lsr r7, r7, #2\n"                             \
    "rsb r6, r6, r7, lsl #2\n" /* to skip */       \
    "mov r5, #" bytes "\n"                         \
    "adr.w r4, 2f\n"                               \
    "mla r4, r6, r5, r4\n"                         \
    "orr r4, r4, #1\n" /* Thumb code */            \
        start "bx r4\n"                            \
    ".balign 4\n"                                  \
    "2:\n" step step step step "subs r7, r7, #1\n" \
    "bne.w 2b\n"                                   \
    "pop {r1}\n"                                   \
    "str r0, [r1], #12\n"

#define ZK_6X1_CLOBBERED "r0", "r1", "r2", "r3", "r8", "r9", "r10", "r12", "lr", "cc", "memory"

typedef struct zk_6x1 {
    const uint32_t *weights; /* is moved on behind them */
    const int8_t *x;         /* needs no alignment */
    int32_t steps;           /* of four inputs, > 0 */
    int32_t sum[6];          /* what comes out: twice the sums; odd channels' sums have 24 bits */
} zk_6x1;

#if !defined(__ARM_FEATURE_DSP)
static inline void zk_6x1_sums(zk_6x1 *v, int32_t pairs)
{
    uint32_t sum[6];
    for (int32_t c = 0; c < 2 * pairs; c++) sum[c] = *v->weights++;
    for (int32_t i = 0; i < 2 * v->steps; i++) {
        const int8_t *x = v->x + i / 2 * 4 + i % 2;
        for (int32_t c = 0; c < pairs; c++) {
            uint32_t word = *v->weights++;
            sum[2 * c] += (uint32_t)((int8_t)word * x[0] + (int8_t)(word >> 16) * x[2]);
            sum[2 * c + 1] += (uint32_t)((int16_t)word * x[0] + (int16_t)(word >> 16) * x[2]);
        }
    }
    for (int32_t c = 0; c < pairs; c++) {
        v->sum[2 * c] = (int32_t)(sum[2 * c] << 1);
        v->sum[2 * c + 1] = (int32_t)(sum[2 * c + 1] - sum[2 * c]) >> 7;
    }
}
#endif

/* Six channels. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_6x1_multiply(zk_6x1 *v)
{
    __asm__ volatile(ZK_6X1_SUMS(ZK_6X1_START, "88", ZK_6X1_STEP) ZK_6X1_END
                     :
                     : "r"(v)
                     : ZK_6X1_CLOBBERED);
}
#else
static inline void zk_6x1_multiply(zk_6x1 *v)
{
    zk_6x1_sums(v, 3);
}
#endif

/* Two channels. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x1_multiply(zk_6x1 *v)
{
    __asm__ volatile(ZK_6X1_SUMS(ZK_2X1_START, "38", ZK_2X1_STEP) ZK_2X1_END
                     :
                     : "r"(v)
                     : ZK_6X1_CLOBBERED);
}
#else
static inline void zk_2x1_multiply(zk_6x1 *v)
{
    zk_6x1_sums(v, 1);
}
#endif

/* The output for twice a sum, scaled as in zk_2x3_any: `scale` is multiplier, start and shift. */
#if defined(__ARM_FEATURE_DSP)
static inline int32_t zk_6x1_scale(int32_t sum, const int32_t *scale)
{
    int32_t x;
    __asm__("add %0, %2, %1, asr #31\n"
            "smmlar %0, %1, %3, %0\n"
            "asr %0, %0, %4\n"
            "ssat %0, #8, %0\n"
            : "=&r"(x)
            : "r"(sum), "r"(scale[1]), "r"(scale[0]), "r"(scale[2]));
    return x;
}
#else
static inline int32_t zk_6x1_scale(int32_t sum, const int32_t *scale)
{
    int32_t high = (int32_t)(((int64_t)sum * scale[0] + INT64_C(0x80000000)) >> 32);
    int32_t x = (high + scale[1] - (sum < 0)) >> scale[2];
    return x < -128 ? -128 : x > 127 ? 127 : x;
}
#endif

#endif
