/* What is left for device/dsp_2x3.h where pixels are no multiple of three: blocks of two output
 * channels and two pixels, from the same weights. Four pixels are two of these blocks.
 *
 * Four sums leave room for eight operands, so the block takes two pairs of inputs (16 MACs) at a
 * time and needs no counter, the end of the pixels being in memory:
 *
 *     2 LDM + 8 SMLAD = 10 instructions for 16 MACs, 0.625 a MAC, 18 cycles on a Cortex-M4
 *
 * Two channels take 21 instructions beside that for a RELU and 3 every sixteen pairs: 0.73 a MAC
 * with 64 inputs, a little less than three pixels take and four percent more cycles.
 *
 * Pixels: pair i of pixel p is word 2 * i + p. The number of pairs is even. Of zk_2x3, `third` is
 * not looked at. */
#ifndef ZK_DEVICE_DSP_2X2_H
#define ZK_DEVICE_DSP_2X2_H

#include "device/dsp_2x3.h"

/* Two pairs of inputs: weights from r0, pixels from r1; the sums are r8, r9 of channel 0 and r11,
 * r12 of channel 1. 38 bytes of code. */
#define ZK_2X2_PAIRS                 \
    "ldmia r0!, {r2, r3, r4, r5}\n"  \
    "ldmia r1!, {r6, r7, r10, lr}\n" \
    "smlad r8, r2, r6, r8\n"         \
    "smlad r9, r2, r7, r9\n"         \
    "smlad r11, r3, r6, r11\n"       \
    "smlad r12, r3, r7, r12\n"       \
    "smlad r8, r4, r10, r8\n"        \
    "smlad r9, r4, lr, r9\n"         \
    "smlad r11, r5, r10, r11\n"      \
    "smlad r12, r5, lr, r12\n"

#define ZK_2X2_PAIRS_8 ZK_2X2_PAIRS ZK_2X2_PAIRS ZK_2X2_PAIRS ZK_2X2_PAIRS
#define ZK_2X2_PAIRS_16 ZK_2X2_PAIRS_8 ZK_2X2_PAIRS_8

/* As ZK_2X3_SUMS, around code for `mask` + 2 pairs of which one has `bytes` bytes. On the stack,
 * from sp: second, out, third, end, x, its end, where the first round begins. */
#define ZK_2X2_SUMS(mask, bytes, unrolled)     \
    "push {r4, r5, r6, r7, r11}\n"             \
    "ldmia %0, {r0, r1, r2, r3, r4, r5, r6}\n" \
    "add r8, r5, r6, lsl #3\n"                 \
    "rsb r9, r6, #0\n"                         \
    "and r9, r9, #" mask "\n" /* to skip */    \
    "mov r6, #" bytes "\n"                     \
    "mul r9, r9, r6\n"                         \
    "adr.w r10, 2f\n"                          \
    "add r10, r10, r9\n"                       \
    "orr r10, r10, #1\n" /* Thumb code */      \
    "push {r1, r2, r3, r4, r5, r8, r10}\n"     \
    "1:\n"                                     \
    "ldmia r0!, {r8, r11}\n"                   \
    "ldr r1, [sp, #16]\n"                      \
    "mov r9, r8\n"                             \
    "mov r12, r11\n"                           \
    "ldr pc, [sp, #24]\n"                      \
    ".balign 4\n" /* adr: see dsp_6x1.h */     \
    "2:\n" unrolled "ldr r2, [sp, #20]\n"      \
    "cmp r1, r2\n"                             \
    "bne.w 2b\n"                               \
    "ldmia sp, {r1, r6}\n" /* second, out */

#define ZK_2X2_CLOBBERED ZK_2X3_CLOBBERED

/* What the portable blocks share: they are those of three pixels, two of which are the same. */
#if !defined(__ARM_FEATURE_DSP)
static inline int32_t zk_2x2_sum(const zk_2x3 *b, const uint32_t *w, int32_t c, int32_t p,
                                 int32_t small)
{
    uint32_t sum = w[c];
    for (int32_t i = 0; i < 2 * b->pairs; i++) {
        uint32_t word = small ? w[2 + i / 2] : w[2 + i / 2 * 2 + c];
        int32_t weight = zk_2x3_half(word, i % 2);
        if (small && c == 0) weight = (int8_t)weight;
        sum += (uint32_t)(weight * zk_2x3_half(b->x[2 * (i / 2) + p], i % 2));
    }
    return (int32_t)sum;
}
#endif

/* zk_2x3_relu of two pixels. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x2_relu(const zk_2x3 *block)
{
    __asm__ volatile(ZK_2X2_SUMS("14", "19", ZK_2X2_PAIRS_16) "ldmia r0!, {r2, r3, r4, r5}\n"
                                                              "smmla r9, r9, r2, r3\n"
                                                              "smmla r8, r8, r2, r3\n"
                                                              "ssat r9, #8, r9, asr #12\n"
                                                              "ssat r8, #8, r8, asr #12\n"
                                                              "strb r9, [r6, r1]\n"
                                                              "strb r8, [r6], #1\n"
                                                              "smmla r12, r12, r4, r5\n"
                                                              "smmla r11, r11, r4, r5\n"
                                                              "ssat r12, #8, r12, asr #12\n"
                                                              "ssat r11, #8, r11, asr #12\n"
                                                              "strb r12, [r6, r1]\n"
                                                              "strb r11, [r6], #1\n" ZK_2X3_NEXT
                     :
                     : "r"(block)
                     : ZK_2X2_CLOBBERED);
}
#else
static inline void zk_2x2_relu(const zk_2x3 *block)
{
    const uint32_t *w = block->weights;
    for (int8_t *out = block->out; w != block->end; out += 2, w += 2 * block->pairs + 6) {
        for (int32_t c = 0; c < 2; c++) {
            const int32_t *scale = (const int32_t *)(w + 2 + 2 * block->pairs + 2 * c);
            for (int32_t p = 0; p < 2; p++) {
                int64_t product = (int64_t)zk_2x2_sum(block, w, c, p, 0) * scale[0];
                zk_2x3_put(block, out + c, p, ((int32_t)(product >> 32) + scale[1]) >> 12);
            }
        }
    }
}
#endif

/* As ZK_2X3_SCALE_ANY. */
#define ZK_2X2_SCALE_ANY         \
    "ldmia r0!, {r2, r3, r4}\n"  \
    "add r5, r3, r9, asr #31\n"  \
    "smmlar r9, r9, r2, r5\n"    \
    "add r5, r3, r8, asr #31\n"  \
    "smmlar r8, r8, r2, r5\n"    \
    "asr r9, r9, r4\n"           \
    "asr r8, r8, r4\n"           \
    "ssat r9, #8, r9\n"          \
    "ssat r8, #8, r8\n"          \
    "strb r9, [r6, r1]\n"        \
    "strb r8, [r6], #1\n"        \
    "ldmia r0!, {r2, r3, r4}\n"  \
    "add r5, r3, r12, asr #31\n" \
    "smmlar r12, r12, r2, r5\n"  \
    "add r5, r3, r11, asr #31\n" \
    "smmlar r11, r11, r2, r5\n"  \
    "asr r12, r12, r4\n"         \
    "asr r11, r11, r4\n"         \
    "ssat r12, #8, r12\n"        \
    "ssat r11, #8, r11\n"        \
    "strb r12, [r6, r1]\n"       \
    "strb r11, [r6], #1\n"

/* zk_2x3_any of two pixels. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x2_any(const zk_2x3 *block)
{
    __asm__ volatile(ZK_2X2_SUMS("14", "19", ZK_2X2_PAIRS_16) ZK_2X2_SCALE_ANY ZK_2X3_NEXT
                     :
                     : "r"(block)
                     : ZK_2X2_CLOBBERED);
}
#else
static inline void zk_2x2_any(const zk_2x3 *block)
{
    const uint32_t *w = block->weights;
    for (int8_t *out = block->out; w != block->end; out += 2, w += 2 * block->pairs + 8) {
        for (int32_t c = 0; c < 2; c++) {
            const int32_t *scale = (const int32_t *)(w + 2 + 2 * block->pairs + 3 * c);
            for (int32_t p = 0; p < 2; p++)
                zk_2x3_put(block, out + c, p, zk_2x3_scale(zk_2x2_sum(block, w, c, p, 0), scale));
        }
    }
}
#endif

/* Two pairs of inputs with weights of 8 bits. 44 bytes of code, 12 instructions for 16 MACs. */
#define ZK_2X2_SMALL_PAIRS          \
    "ldmia r0!, {r2, r3}\n"         \
    "ldmia r1!, {r4, r5, r6, r7}\n" \
    "smlad r11, r2, r4, r11\n"      \
    "smlad r12, r2, r5, r12\n"      \
    "sxtb16 r2, r2\n"               \
    "smlad r8, r2, r4, r8\n"        \
    "smlad r9, r2, r5, r9\n"        \
    "smlad r11, r3, r6, r11\n"      \
    "smlad r12, r3, r7, r12\n"      \
    "sxtb16 r3, r3\n"               \
    "smlad r8, r3, r6, r8\n"        \
    "smlad r9, r3, r7, r9\n"

#define ZK_2X2_SMALL_PAIRS_8 \
    ZK_2X2_SMALL_PAIRS ZK_2X2_SMALL_PAIRS ZK_2X2_SMALL_PAIRS ZK_2X2_SMALL_PAIRS

#define ZK_2X2_UNMIX     \
    "sub r12, r12, r9\n" \
    "sub r11, r11, r8\n"

#define ZK_2X2_DOUBLE    \
    "lsl r9, r9, #1\n"   \
    "lsl r8, r8, #1\n"   \
    "asr r12, r12, #7\n" \
    "asr r11, r11, #7\n"

/* zk_2x3_small of two pixels. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x2_small(const zk_2x3 *block)
{
    __asm__ volatile(ZK_2X2_SUMS("6", "22", ZK_2X2_SMALL_PAIRS_8)
                         ZK_2X2_UNMIX ZK_2X2_DOUBLE ZK_2X2_SCALE_ANY ZK_2X3_NEXT
                     :
                     : "r"(block)
                     : ZK_2X2_CLOBBERED);
}
#else
static inline void zk_2x2_small(const zk_2x3 *block)
{
    const uint32_t *w = block->weights;
    for (int8_t *out = block->out; w != block->end; out += 2, w += block->pairs + 8) {
        const int32_t *scale = (const int32_t *)(w + 2 + block->pairs);
        for (int32_t p = 0; p < 2; p++) {
            uint32_t sum = (uint32_t)zk_2x2_sum(block, w, 0, p, 1);
            uint32_t mixed = (uint32_t)zk_2x2_sum(block, w, 1, p, 1);
            zk_2x3_put(block, out, p, zk_2x3_scale((int32_t)(sum << 1), scale));
            zk_2x3_put(block, out + 1, p, zk_2x3_scale((int32_t)(mixed - sum) >> 7, scale + 3));
        }
    }
}
#endif

/* As ZK_2X3_SCALE_SMALL_RELU. */
#define ZK_2X2_SCALE_SMALL_RELU    \
    "ldmia r0!, {r2, r3, r4}\n"    \
    "lsl r9, r9, r4\n"             \
    "lsl r8, r8, r4\n"             \
    "smmla r9, r9, r2, r3\n"       \
    "smmla r8, r8, r2, r3\n"       \
    "ssat r9, #8, r9, asr #12\n"   \
    "ssat r8, #8, r8, asr #12\n"   \
    "strb r9, [r6, r1]\n"          \
    "strb r8, [r6], #1\n"          \
    "ldmia r0!, {r2, r3, r4}\n"    \
    "asr r12, r12, r4\n"           \
    "asr r11, r11, r4\n"           \
    "smmla r12, r12, r2, r3\n"     \
    "smmla r11, r11, r2, r3\n"     \
    "ssat r12, #8, r12, asr #12\n" \
    "ssat r11, #8, r11, asr #12\n" \
    "strb r12, [r6, r1]\n"         \
    "strb r11, [r6], #1\n"

/* zk_2x3_small_relu of two pixels. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x2_small_relu(const zk_2x3 *block)
{
    __asm__ volatile(ZK_2X2_SUMS("6", "22", ZK_2X2_SMALL_PAIRS_8)
                         ZK_2X2_UNMIX ZK_2X2_SCALE_SMALL_RELU ZK_2X3_NEXT
                     :
                     : "r"(block)
                     : ZK_2X2_CLOBBERED);
}
#else
static inline void zk_2x2_small_relu(const zk_2x3 *block)
{
    const uint32_t *w = block->weights;
    for (int8_t *out = block->out; w != block->end; out += 2, w += block->pairs + 8) {
        const int32_t *scale = (const int32_t *)(w + 2 + block->pairs);
        for (int32_t p = 0; p < 2; p++) {
            uint32_t sum = (uint32_t)zk_2x2_sum(block, w, 0, p, 1);
            uint32_t mixed = (uint32_t)zk_2x2_sum(block, w, 1, p, 1);
            int64_t first = (int64_t)(int32_t)(sum << scale[2]) * scale[0];
            int64_t second = (int64_t)((int32_t)(mixed - sum) >> scale[5]) * scale[3];
            zk_2x3_put(block, out, p, ((int32_t)(first >> 32) + scale[1]) >> 12);
            zk_2x3_put(block, out + 1, p, ((int32_t)(second >> 32) + scale[4]) >> 12);
        }
    }
}
#endif

/* zk_2x3_widen of two pixels. Seven instructions for eight inputs, and two for the loop. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x2_widen(zk_2x3_inputs *in, int32_t words)
{
    __asm__ volatile("ldmia %0, {r2, r3, r4}\n"
                     "1:\n"
                     "ldr r8, [r3], #4\n"
                     "ldr r9, [r4], #4\n"
                     "subs %1, %1, #1\n"
                     "sxtb16 r5, r8\n"
                     "sxtb16 r6, r9\n"
                     "sxtb16 r8, r8, ror #8\n"
                     "sxtb16 r9, r9, ror #8\n"
                     "stmia r2!, {r5, r6, r8, r9}\n"
                     "bgt 1b\n"
                     "stmia %0, {r2, r3, r4}\n"
                     : "+r"(in), "+r"(words)
                     :
                     : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "cc", "memory");
}
#else
static inline void zk_2x2_widen(zk_2x3_inputs *in, int32_t words)
{
    for (int32_t i = 0; i < words; i++, in->x += 4) {
        for (int32_t p = 0; p < 2; p++, in->pixel[p - 1] += 4) {
            const int8_t *from = in->pixel[p];
            in->x[p] = ((uint32_t)from[2] << 16) | (uint16_t)from[0];
            in->x[2 + p] = ((uint32_t)from[3] << 16) | (uint16_t)from[1];
        }
    }
}
#endif

#endif
