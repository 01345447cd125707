/* Depthwise convolution of int8 values for cores with the Arm DSP extension, any taps: four
 * channels of one output.
 *
 * Taps are taken in pairs: a word from each of two taps' pixels is rearranged into four pairs of
 * 16-bit values, one a channel, for four SMLAD. Of the 17 instructions for 8 MACs 3 load the
 * pixels, 2 the weights, 6 rearrange, 4 multiply and 2 are the loop's. A block takes 44 more, most
 * of them to scale. */
#ifndef ZK_DEVICE_DSP_DEPTHWISE_ANY_H
#define ZK_DEVICE_DSP_DEPTHWISE_ANY_H

#include "device/intrinsics.h"

/* What a block works on. The code knows the places of the fields. */
typedef struct zk_depthwise_any_block {
    const int32_t *filters;   /* see below */
    const int8_t *const *tap; /* the pixels of 2 * pairs taps */
    int32_t pairs;
    int32_t channel;      /* the first of a multiple of 4 channels */
    int8_t *out;          /* the output's pixel */
    int32_t end;          /* behind the last channel */
    int32_t ties;         /* added to negative sums before the last shift */
    uint32_t least, most; /* of an output, in each byte */
} zk_depthwise_any_block;

/* The filters of four channels: what the sums start from; for every pair of taps four pairs of
 * weights; multiplier, start and last shift of every channel. Then the next four channels'. Each
 * output is saturate((upper half of sum * multiplier + start, and ties if the sum is negative) >>
 * shift), clamped to least..most. */
#if defined(__ARM_FEATURE_DSP)
#define ZK_DEPTHWISE_ANY_SCALE(sum)  \
    "ldmia r0!, {r3, r4, r5}\n"      \
    "smmla r6, " sum ", r3, r4\n"    \
    "and r7, r1, " sum ", asr #31\n" \
    "add r6, r6, r7\n"               \
    "asr " sum ", r6, r5\n"          \
    "ssat " sum ", #8, " sum "\n"
static inline void zk_depthwise_any(const zk_depthwise_any_block *block)
{
    __asm__ volatile("push {r6, r7, r11}\n"
                     "push {%0}\n"
                     "mov r12, %0\n"
                     "ldr r0, [r12]\n"
                     "ldr r2, [r12, #12]\n"
                     "1:\n"
                     "ldrd r1, r3, [r12, #4]\n"
                     "ldmia r0!, {r8, r9, r10, r11}\n"
                     "2:\n"
                     "ldrd r12, lr, [r1], #8\n"
                     "ldr r12, [r12, r2]\n"
                     "ldr lr, [lr, r2]\n"
                     "ldrd r6, r7, [r0], #8\n"
                     "pkhbt r4, r12, lr, lsl #16\n"
                     "pkhtb r5, lr, r12, asr #16\n"
                     "sxtb16 r12, r4\n"
                     "sxtb16 r4, r4, ror #8\n"
                     "smlad r8, r12, r6, r8\n"
                     "smlad r9, r4, r7, r9\n"
                     "ldrd r6, r7, [r0], #8\n"
                     "sxtb16 r12, r5\n"
                     "sxtb16 r5, r5, ror #8\n"
                     "smlad r10, r12, r6, r10\n"
                     "smlad r11, r5, r7, r11\n"
                     "subs r3, r3, #1\n"
                     "bne 2b\n"
                     "ldr r12, [sp]\n"
                     "ldr r1, [r12, #24]\n" ZK_DEPTHWISE_ANY_SCALE("r8")
                         ZK_DEPTHWISE_ANY_SCALE("r9") ZK_DEPTHWISE_ANY_SCALE("r10")
                             ZK_DEPTHWISE_ANY_SCALE("r11") "pkhbt r8, r8, r10, lsl #16\n"
                                                           "pkhbt r9, r9, r11, lsl #16\n"
                                                           "uxtb16 r8, r8\n"
                                                           "uxtb16 r9, r9\n"
                                                           "orr r8, r8, r9, lsl #8\n"
                                                           "ldrd r3, r4, [r12, #28]\n"
                                                           "ssub8 r5, r8, r3\n"
                                                           "sel r8, r8, r3\n"
                                                           "ssub8 r5, r4, r8\n"
                                                           "sel r8, r8, r4\n"
                                                           "ldrd r3, r4, [r12, #16]\n"
                                                           "str r8, [r3, r2]\n"
                                                           "add r2, r2, #4\n"
                                                           "cmp r2, r4\n"
                                                           "bne.w 1b\n"
                                                           "add sp, sp, #4\n"
                                                           "pop {r6, r7, r11}\n"
                     :
                     : "r"(block)
                     : "r0", "r1", "r2", "r3", "r4", "r5", "r8", "r9", "r10", "r12", "lr", "cc",
                       "memory");
}
#else
static inline void zk_depthwise_any(const zk_depthwise_any_block *block)
{
    const int32_t *filter = block->filters;
    int32_t least = (int8_t)block->least, most = (int8_t)block->most;
    for (int32_t c = block->channel; c != block->end; c += 4) {
        const int32_t *scale = filter + 4 + 4 * block->pairs;
        for (int32_t i = 0; i < 4; i++, scale += 3) {
            int32_t sum = filter[i];
            for (int32_t k = 0; k < 2 * block->pairs; k++)
                sum += block->tap[k][c + i] * zk_lane((uint32_t)filter[4 + 4 * (k / 2) + i], k % 2);
            int32_t high = (int32_t)(((int64_t)sum * scale[0]) >> 32);
            int32_t value = (high + scale[1] + (sum < 0 ? block->ties : 0)) >> scale[2];
            block->out[c + i] = (int8_t)(value < least ? least : value > most ? most : value);
        }
        filter = scale;
    }
}
#endif

#endif
