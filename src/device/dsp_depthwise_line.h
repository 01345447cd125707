/* Depthwise convolution of int8 values along one line of pixels (in time, say) with stride 1, for
 * cores with the Arm DSP extension: six outputs of one channel.
 *
 * The line lies in pairs of 16-bit values, p0 p1 | p2 p3 | ... An output at an even place takes the
 * taps as pairs (w0 w1) (w2 w3) ..., one at an odd place as (0 w0) (w1 w2) ..., from the same pairs
 * of pixels. Six outputs see three words of the line a step, two of which they saw in the step
 * before: a step loads one word and two words of weights and takes 6 SMLAD,
 *
 *     8 instructions for 12 MACs, 0.67 a MAC; half an instruction is the bound.
 *
 * Three steps are written out, so that the three words change places without being moved; a number
 * of steps that 3 does not divide begins at the second or third. What else a channel takes is 39
 * instructions for six outputs (51 with ties): with 9 taps 1.5 a MAC, gathering not counted. */
#ifndef ZK_DEVICE_DSP_DEPTHWISE_LINE_H
#define ZK_DEVICE_DSP_DEPTHWISE_LINE_H

#include "device/intrinsics.h"

/* What a block works on: up to six outputs, of four channels. The code knows the places of the
 * fields. */
typedef struct zk_depthwise_line_block {
    const uint32_t *line;   /* four words a pair of pixels, one a channel */
    const int32_t *filters; /* see below */
    int32_t channels;       /* from an output to the next */
    int32_t three;          /* 3 * channels */
    int8_t *out;            /* the first output of the first channel */
    int32_t rounds;         /* of three steps, the first one perhaps of fewer */
    int32_t skip_steps;     /* ZK_DEPTHWISE_LINE_SKIP_STEP for every step fewer */
    int32_t skip_stores;    /* zk_depthwise_line_skip(outputs) */
} zk_depthwise_line_block;

#define ZK_DEPTHWISE_LINE_SKIP_STEP 12

/* The place among the stores where those of 1 to 6 outputs begin; the sixth takes two instructions
 * of 4 bytes, the others one. */
static inline int32_t zk_depthwise_line_skip(int32_t outputs)
{
    return outputs == 6 ? 0 : 4 * (7 - outputs);
}

/* The filter of a channel: what the sums start from; for every step the pairs for even and for odd
 * outputs; multiplier and start, and with ties what is taken from negative sums. Then the next
 * channel's. */

#if !defined(__ARM_FEATURE_DSP)
/* Both blocks in portable C: `right` is the last shift. */
static inline void zk_depthwise_line_portable(const zk_depthwise_line_block *b, int32_t right,
                                              int32_t ties)
{
    const int32_t *filter = b->filters;
    int32_t steps = 3 * b->rounds - b->skip_steps / ZK_DEPTHWISE_LINE_SKIP_STEP;
    int32_t outputs = b->skip_stores ? 7 - b->skip_stores / 4 : 6;
    for (int32_t c = 0; c < 4; c++) {
        const int32_t *scale = filter + 1 + 2 * steps;
        for (int32_t i = 0; i < outputs; i++) {
            int32_t sum = filter[0];
            for (int32_t k = 0; k < steps; k++) {
                uint32_t pixels = b->line[4 * (i / 2 + k) + c];
                uint32_t weights = (uint32_t)filter[1 + 2 * k + i % 2];
                sum += zk_lane(pixels, 0) * zk_lane(weights, 0) +
                       zk_lane(pixels, 1) * zk_lane(weights, 1);
            }
            int32_t high = (int32_t)(((int64_t)sum * scale[0]) >> 32);
            int32_t value = (high + scale[1] - (ties && sum < 0 ? scale[2] : 0)) >> right;
            b->out[i * b->channels + c] = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
        }
        filter = scale + (ties ? 3 : 2);
    }
}
#endif

/* r0 line, r1 filter; r2, r3 the weights of a step; r4, r5, r6 words of the line; r7 rounds of
 * three steps; r8..r12, lr the sums. On the stack, from sp: channels, 3 * channels, out, line,
 * rounds, where the steps begin, where the stores begin, end of the outputs. */
#define ZK_DEPTHWISE_LINE_BEGIN                                              \
    "push {r6, r7, r11}\n"                                                   \
    "ldmia %0, {r0, r1, r2, r3, r4, r5, r8, r9}\n"                           \
    "adr.w r10, 7f + 1\n" /* odd: Thumb code */                              \
    "add r10, r10, r8\n"  /* a stub for the first step of the first round */ \
    "adr.w r12, 5f + 1\n"                                                    \
    "add r12, r12, r9\n" /* the store of the last output */                  \
    "add lr, r4, #4\n"                                                       \
    "push {r0, r5, r10, r12, lr}\n"                                          \
    "push {r2, r3, r4}\n"

#define ZK_DEPTHWISE_LINE_STEP(a, b, c) \
    "ldmia r1!, {r2, r3}\n"             \
    "ldr " c ", [r0], #16\n"            \
    "smlad r8, " a ", r2, r8\n"         \
    "smlad r9, " a ", r3, r9\n"         \
    "smlad r10, " b ", r2, r10\n"       \
    "smlad r11, " b ", r3, r11\n"       \
    "smlad r12, " c ", r2, r12\n"       \
    "smlad lr, " c ", r3, lr\n"

/* The sums of a channel. */
#define ZK_DEPTHWISE_LINE_SUMS                                                                \
    "1:\n"                                                                                    \
    "ldrd r0, r7, [sp, #12]\n"                                                                \
    "ldr r8, [r1], #4\n"                                                                      \
    "mov r9, r8\n"                                                                            \
    "mov r10, r8\n"                                                                           \
    "mov r11, r8\n"                                                                           \
    "mov r12, r8\n"                                                                           \
    "mov lr, r8\n"                                                                            \
    "ldr pc, [sp, #20]\n"                                                                     \
    ".balign 4\n"                                                                             \
    "7:\n"                                                                                    \
    "ldr.w r4, [r0], #16\n"                                                                   \
    "ldr.w r5, [r0], #16\n"                                                                   \
    "b.w 2f\n"                                                                                \
    "ldr.w r5, [r0], #16\n"                                                                   \
    "ldr.w r6, [r0], #16\n"                                                                   \
    "b.w 3f\n"                                                                                \
    "ldr.w r6, [r0], #16\n"                                                                   \
    "ldr.w r4, [r0], #16\n"                                                                   \
    "b.w 4f\n"                                                                                \
    "2:\n" ZK_DEPTHWISE_LINE_STEP("r4", "r5", "r6") "3:\n" ZK_DEPTHWISE_LINE_STEP(            \
        "r5", "r6", "r4") "4:\n" ZK_DEPTHWISE_LINE_STEP("r6", "r4", "r5") "subs r7, r7, #1\n" \
                                                                          "bne.w 2b\n"

/* Stores those that there are, goes on to the next channel: r5 channels, r6 3 * channels, r7 out.
 */
#define ZK_DEPTHWISE_LINE_END        \
    "ldmia sp, {r5, r6, r7}\n"       \
    "ldr pc, [sp, #24]\n"            \
    ".balign 4\n"                    \
    "5:\n"                           \
    "add.w r4, r7, r5\n"             \
    "strb.w lr, [r4, r5, lsl #2]\n"  \
    "strb.w r12, [r7, r5, lsl #2]\n" \
    "strb.w r11, [r7, r6]\n"         \
    "strb.w r10, [r7, r5, lsl #1]\n" \
    "strb.w r9, [r7, r5]\n"          \
    "strb.w r8, [r7]\n"              \
    "ldrd r3, r4, [sp, #8]\n"        \
    "ldr r5, [sp, #28]\n"            \
    "add r3, r3, #1\n"               \
    "add r4, r4, #4\n"               \
    "strd r3, r4, [sp, #8]\n"        \
    "cmp r3, r5\n"                   \
    "bne.w 1b\n"                     \
    "add sp, sp, #32\n"              \
    "pop {r6, r7, r11}\n"

#define ZK_DEPTHWISE_LINE_CLOBBERED \
    "r0", "r1", "r2", "r3", "r4", "r5", "r8", "r9", "r10", "r12", "lr", "cc", "memory"

/* Every output is saturate((upper half of sum * multiplier + start) >> 8): ops/scaling.h. */
#if defined(__ARM_FEATURE_DSP)
#define ZK_DEPTHWISE_LINE_SCALE(sum)   \
    "smmla " sum ", " sum ", r2, r3\n" \
    "ssat " sum ", #8, " sum ", asr #8\n"
static inline void zk_depthwise_line(const zk_depthwise_line_block *block)
{
    __asm__ volatile(ZK_DEPTHWISE_LINE_BEGIN ZK_DEPTHWISE_LINE_SUMS
                     "ldmia r1!, {r2, r3}\n" ZK_DEPTHWISE_LINE_SCALE("r8")
                         ZK_DEPTHWISE_LINE_SCALE("r9") ZK_DEPTHWISE_LINE_SCALE("r10")
                             ZK_DEPTHWISE_LINE_SCALE("r11") ZK_DEPTHWISE_LINE_SCALE("r12")
                                 ZK_DEPTHWISE_LINE_SCALE("lr") ZK_DEPTHWISE_LINE_END
                     :
                     : "r"(block)
                     : ZK_DEPTHWISE_LINE_CLOBBERED);
}
#else
static inline void zk_depthwise_line(const zk_depthwise_line_block *block)
{
    zk_depthwise_line_portable(block, 8, 0);
}
#endif

/* The same for values below the zero point, whose ties are rounded down: saturate((upper half of
 * sum
 * * multiplier + start, less a little if the sum is negative) >> 12). */
#if defined(__ARM_FEATURE_DSP)
#define ZK_DEPTHWISE_LINE_SCALE_TIES(sum) \
    "smmla r5, " sum ", r2, r3\n"         \
    "and r6, r4, " sum ", asr #31\n"      \
    "sub r5, r5, r6\n"                    \
    "ssat " sum ", #8, r5, asr #12\n"
static inline void zk_depthwise_line_ties(const zk_depthwise_line_block *block)
{
    __asm__ volatile(ZK_DEPTHWISE_LINE_BEGIN ZK_DEPTHWISE_LINE_SUMS
                     "ldmia r1!, {r2, r3, r4}\n" ZK_DEPTHWISE_LINE_SCALE_TIES("r8")
                         ZK_DEPTHWISE_LINE_SCALE_TIES("r9") ZK_DEPTHWISE_LINE_SCALE_TIES("r10")
                             ZK_DEPTHWISE_LINE_SCALE_TIES("r11") ZK_DEPTHWISE_LINE_SCALE_TIES("r12")
                                 ZK_DEPTHWISE_LINE_SCALE_TIES("lr") ZK_DEPTHWISE_LINE_END
                     :
                     : "r"(block)
                     : ZK_DEPTHWISE_LINE_CLOBBERED);
}
#else
static inline void zk_depthwise_line_ties(const zk_depthwise_line_block *block)
{
    zk_depthwise_line_portable(block, 12, 1);
}
#endif

#endif
