/* Matrix times vector as in device/dsp_6x1.h with weights of 4 bits.
 *
 * A word holds the weights of four inputs for two channels, in the bytes that the inputs have when
 * they are loaded; a byte is channel 1's weight times 16 plus channel 0's plus 8: see
 * device/dsp_2x3_int4.h. Eight times the sum of the inputs comes out with the sums of the lower
 * channels, and cancels in those of the others. For four inputs of six channels:
 *
 *     4 loads + 2 SXTB16 of inputs + 6 SXTB16 + 6 AND + 3 LSR of weights + 12 SMLAD = 33
 *     instructions, 1.38 a MAC
 *
 * Weights, of six or of two channels: the sums to start from, of each pair the lower channel's and
 * 16 times the upper one's plus the lower one's; then for every four inputs a word for two
 * channels. Sums of the upper channels have 28 bits. */
#ifndef ZK_DEVICE_DSP_6X1_INT4_H
#define ZK_DEVICE_DSP_6X1_INT4_H

#include <stdint.h>

#include "device/dsp_6x1.h"

/* Four inputs of two channels. 38 bytes of code. */
#define ZK_6X1_INT4_TWO(low, mixed)        \
    "ldr r2, [r0], #4\n"                   \
    "sxtb16 r3, r2\n"                      \
    "smlad " mixed ", r3, r6, " mixed "\n" \
    "and r3, r2, #0x000f000f\n"            \
    "smlad " low ", r3, r6, " low "\n"     \
    "lsrs r2, r2, #8\n"                    \
    "sxtb16 r3, r2\n"                      \
    "smlad " mixed ", r3, r5, " mixed "\n" \
    "and r3, r2, #0x000f000f\n"            \
    "smlad " low ", r3, r5, " low "\n"

/* Four inputs: 12 bytes of code. */
#define ZK_6X1_INT4_INPUTS \
    "ldr r5, [r1], #4\n"   \
    "sxtb16 r6, r5\n"      \
    "sxtb16 r5, r5, ror #8\n"

#define ZK_6X1_INT4_STEP                                                         \
    ZK_6X1_INT4_INPUTS ZK_6X1_INT4_TWO("r8", "r9") ZK_6X1_INT4_TWO("r10", "r11") \
        ZK_6X1_INT4_TWO("r12", "lr")

#define ZK_2X1_INT4_STEP ZK_6X1_INT4_INPUTS ZK_6X1_INT4_TWO("r8", "r9")

/* Mixed sums to plain ones, which are stored at r1. */
#define ZK_6X1_INT4_END                       \
    "sub r9, r9, r8\n"                        \
    "sub r11, r11, r10\n"                     \
    "sub lr, lr, r12\n"                       \
    "asr r9, r9, #4\n"                        \
    "asr r11, r11, #4\n"                      \
    "asr lr, lr, #4\n"                        \
    "stmia r1, {r8, r9, r10, r11, r12, lr}\n" \
    "pop {r4, r5, r6, r7, r11}\n"

#define ZK_2X1_INT4_END    \
    "sub r9, r9, r8\n"     \
    "asr r9, r9, #4\n"     \
    "stmia r1, {r8, r9}\n" \
    "pop {r4, r5, r6, r7, r11}\n"

#if !defined(__ARM_FEATURE_DSP)
static inline void zk_6x1_int4_sums(zk_6x1 *v, int32_t pairs)
{
    uint32_t sum[6];
    for (int32_t c = 0; c < 2 * pairs; c++) sum[c] = *v->weights++;
    for (int32_t i = 0; i < v->steps; i++) {
        for (int32_t c = 0; c < pairs; c++) {
            uint32_t word = *v->weights++;
            for (int32_t k = 0; k < 4; k++, word >>= 8) {
                sum[2 * c] += (uint32_t)((int32_t)(word & 15) * v->x[4 * i + k]);
                sum[2 * c + 1] += (uint32_t)((int8_t)word * v->x[4 * i + k]);
            }
        }
    }
    for (int32_t c = 0; c < pairs; c++) {
        v->sum[2 * c] = (int32_t)sum[2 * c];
        v->sum[2 * c + 1] = (int32_t)(sum[2 * c + 1] - sum[2 * c]) >> 4;
    }
}
#endif

/* Six channels. The sums come out as they are, those of channels 0, 2, 4 with eight times the sum
 * of the inputs on top. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_6x1_int4_multiply(zk_6x1 *v)
{
    __asm__ volatile(ZK_6X1_SUMS(ZK_6X1_START, "126", ZK_6X1_INT4_STEP) ZK_6X1_INT4_END
                     :
                     : "r"(v)
                     : ZK_6X1_CLOBBERED);
}
#else
static inline void zk_6x1_int4_multiply(zk_6x1 *v)
{
    zk_6x1_int4_sums(v, 3);
}
#endif

/* Two channels. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x1_int4_multiply(zk_6x1 *v)
{
    __asm__ volatile(ZK_6X1_SUMS(ZK_2X1_START, "50", ZK_2X1_INT4_STEP) ZK_2X1_INT4_END
                     :
                     : "r"(v)
                     : ZK_6X1_CLOBBERED);
}
#else
static inline void zk_2x1_int4_multiply(zk_6x1 *v)
{
    zk_6x1_int4_sums(v, 1);
}
#endif

#endif
