/* The blocks of device/dsp_2x3.h for weights of 4 bits.
 *
 * A word holds two pairs of inputs of two channels: the pair's bytes are 0 and 2, or 1 and 3, and a
 * byte is channel 1's weight times 16 plus channel 0's plus 8, which fits 8 bits for all weights.
 * SMLAD with the sign-extended bytes sums 16 * sum 1 + sum 0 + 8 * (sum of the inputs), with their
 * lower halves sum 0 + 8 * (sum of the inputs). The sum of a pixel's inputs is made once for all
 * channels and taken from what they start from:
 *
 *     2 LDM + 1 LDR + 2 SXTB16 + 2 AND + 1 LSR + 12 SMLAD = 20 instructions for 24 MACs, 0.83 a MAC
 *
 * Pixels as in device/dsp_2x3.h, an even number of pairs; what stands in the last one beside
 * weights of 0 does not matter. Weights of two channels:
 *
 *     the sums to start from: of channel 0, and 16 times channel 1's plus channel 0's
 *     for every two pairs of inputs: a word
 *     how to scale the sums of channel 0, of channel 1: three words each
 *
 * Sums of channel 1 have at most 28 bits. */
#ifndef ZK_DEVICE_DSP_2X3_INT4_H
#define ZK_DEVICE_DSP_2X3_INT4_H

#include <stdint.h>

#include "device/dsp_2x3.h"

/* A block and eight times the sums of its pixels' inputs. */
typedef struct zk_2x3_int4_pixels {
    zk_2x3 block;
    uint32_t eights[3];
} zk_2x3_int4_pixels;

/* Eight times the two values of a pair, added to a sum. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_2x3_eights(uint32_t pair, uint32_t sum)
{
    uint32_t more;
    __asm__("smlad %0, %1, %2, %3" : "=r"(more) : "r"(pair), "r"(0x00080008), "r"(sum));
    return more;
}
#else
static inline uint32_t zk_2x3_eights(uint32_t pair, uint32_t sum)
{
    return sum + 8 * (uint32_t)(zk_2x3_half(pair, 0) + zk_2x3_half(pair, 1));
}
#endif

static inline zk_2x3_int4_pixels zk_2x3_int4_start(const zk_2x3 *block)
{
    zk_2x3_int4_pixels pixels = {*block, {0, 0, 0}};
    uint32_t a = 0, b = 0, c = 0;
    const uint32_t *x = block->x;
    for (int32_t i = block->pairs; i > 0; i--, x += 3) {
        a = zk_2x3_eights(x[0], a);
        b = zk_2x3_eights(x[1], b);
        c = zk_2x3_eights(x[2], c);
    }
    pixels.eights[0] = a;
    pixels.eights[1] = b;
    pixels.eights[2] = c;
    return pixels;
}

/* Two pairs of inputs. 74 bytes of code. */
#define ZK_2X3_INT4_PAIRS       \
    "ldr r2, [r0], #4\n"        \
    "ldmia r1!, {r4, r5, r6}\n" \
    "sxtb16 r3, r2\n"           \
    "smlad r11, r3, r4, r11\n"  \
    "smlad r12, r3, r5, r12\n"  \
    "smlad lr, r3, r6, lr\n"    \
    "and r3, r2, #0x000f000f\n" \
    "smlad r8, r3, r4, r8\n"    \
    "smlad r9, r3, r5, r9\n"    \
    "smlad r10, r3, r6, r10\n"  \
    "lsrs r2, r2, #8\n"         \
    "ldmia r1!, {r4, r5, r6}\n" \
    "sxtb16 r3, r2\n"           \
    "smlad r11, r3, r4, r11\n"  \
    "smlad r12, r3, r5, r12\n"  \
    "smlad lr, r3, r6, lr\n"    \
    "and r3, r2, #0x000f000f\n" \
    "smlad r8, r3, r4, r8\n"    \
    "smlad r9, r3, r5, r9\n"    \
    "smlad r10, r3, r6, r10\n"

/* As ZK_2X3_SUMS with eight pairs written out. On the stack, from sp: second, out, third, end, x,
 * rounds, where the first round begins, three times eight times a sum of inputs. Leaves sums of
 * channel 0 and 16 times channel 1's. */
#define ZK_2X3_INT4_SUMS                                                           \
    "push {r4, r5, r6, r7, r11}\n"                                                 \
    "ldrd r0, r1, [%0, #28]\n"                                                     \
    "ldr r2, [%0, #36]\n"                                                          \
    "push {r0, r1, r2}\n"                                                          \
    "ldmia %0, {r0, r1, r2, r3, r4, r5, r6}\n"                                     \
    "add r8, r6, #7\n"                                                             \
    "lsr r8, r8, #3\n"         /* rounds */                                        \
    "rsb r9, r6, r8, lsl #3\n" /* to skip */                                       \
    "mov r6, #37\n"                                                                \
    "mul r9, r9, r6\n"                                                             \
    "adr.w r10, 2f\n"                                                              \
    "add r10, r10, r9\n"                                                           \
    "orr r10, r10, #1\n" /* Thumb code */                                          \
    "push {r1, r2, r3, r4, r5, r8, r10}\n"                                         \
    "1:\n"                                                                         \
    "ldmia r0!, {r8, r11}\n"                                                       \
    "ldrd r2, r3, [sp, #28]\n"                                                     \
    "ldr r4, [sp, #36]\n"                                                          \
    "ldrd r1, r7, [sp, #16]\n"                                                     \
    "sub r9, r8, r3\n"                                                             \
    "sub r10, r8, r4\n"                                                            \
    "sub r8, r8, r2\n"                                                             \
    "sub r12, r11, r3\n"                                                           \
    "sub lr, r11, r4\n"                                                            \
    "sub r11, r11, r2\n"                                                           \
    "ldr pc, [sp, #24]\n"                                                          \
    ".balign 4\n" /* adr: see dsp_6x1.h */                                         \
    "2:\n" ZK_2X3_INT4_PAIRS ZK_2X3_INT4_PAIRS ZK_2X3_INT4_PAIRS ZK_2X3_INT4_PAIRS \
    "subs r7, r7, #1\n"                                                            \
    "bne.w 2b\n"                                                                   \
    "ldmia sp, {r1, r6, r7}\n" /* second, out, third */                            \
        ZK_2X3_UNMIX

/* On to the next two channels. */
#define ZK_2X3_INT4_NEXT  \
    "ldr r2, [sp, #12]\n" \
    "str r6, [sp, #4]\n"  \
    "cmp r0, r2\n"        \
    "bne.w 1b\n"          \
    "add sp, sp, #40\n"   \
    "pop {r4, r5, r6, r7, r11}\n"

/* To doubled sums. */
#define ZK_2X3_INT4_DOUBLE \
    "lsl r9, r9, #1\n"     \
    "lsl r10, r10, #1\n"   \
    "lsl r8, r8, #1\n"     \
    "asr r12, r12, #3\n"   \
    "asr lr, lr, #3\n"     \
    "asr r11, r11, #3\n"

#define ZK_2X3_INT4_SCALE_RELU     \
    "ldmia r0!, {r2, r3, r4}\n"    \
    "lsl r9, r9, r4\n"             \
    "lsl r10, r10, r4\n"           \
    "lsl r8, r8, r4\n"             \
    "smmla r9, r9, r2, r3\n"       \
    "smmla r10, r10, r2, r3\n"     \
    "smmla r8, r8, r2, r3\n"       \
    "ssat r9, #8, r9, asr #12\n"   \
    "ssat r10, #8, r10, asr #12\n" \
    "ssat r8, #8, r8, asr #12\n"   \
    "strb r9, [r6, r1]\n"          \
    "strb r10, [r6, r7]\n"         \
    "strb r8, [r6], #1\n"          \
    "asr r12, r12, #4\n"           \
    "asr lr, lr, #4\n"             \
    "asr r11, r11, #4\n"           \
    "ldmia r0!, {r2, r3, r4}\n"    \
    "lsl r12, r12, r4\n"           \
    "lsl lr, lr, r4\n"             \
    "lsl r11, r11, r4\n"           \
    "smmla r12, r12, r2, r3\n"     \
    "smmla lr, lr, r2, r3\n"       \
    "smmla r11, r11, r2, r3\n"     \
    "ssat r12, #8, r12, asr #12\n" \
    "ssat lr, #8, lr, asr #12\n"   \
    "ssat r11, #8, r11, asr #12\n" \
    "strb r12, [r6, r1]\n"         \
    "strb lr, [r6, r7]\n"          \
    "strb r11, [r6], #1\n"

/* The portable sums of both channels of pixel p, times 1 and 16. */
#if !defined(__ARM_FEATURE_DSP)
static inline void zk_2x3_int4_sums(const zk_2x3_int4_pixels *b, const uint32_t *w, int32_t p,
                                    int32_t sum[2])
{
    uint32_t low = w[0] - b->eights[p], mixed = w[1] - b->eights[p];
    for (int32_t i = 0; i < 2 * b->block.pairs; i++) {
        uint32_t byte = w[2 + i / 4] >> (i % 2 * 16 + i / 2 % 2 * 8);
        int32_t x = zk_2x3_half(b->block.x[3 * (i / 2) + p], i % 2);
        low += (uint32_t)((int32_t)(byte & 15) * x);
        mixed += (uint32_t)((int8_t)byte * x);
    }
    sum[0] = (int32_t)low;
    sum[1] = (int32_t)(mixed - low);
}
#endif

/* For outputs whose activation clamps what is below the zero point to it: zk_2x3_relu. Scaling:
 * multiplier, start and the shift to the left that makes of a sum what zk_2x3_relu has from the
 * weights. Two channels take 59 instructions and 20 every two pairs. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x3_int4_relu(const zk_2x3 *block)
{
    zk_2x3_int4_pixels pixels = zk_2x3_int4_start(block);
    __asm__ volatile(ZK_2X3_INT4_SUMS ZK_2X3_INT4_SCALE_RELU ZK_2X3_INT4_NEXT
                     :
                     : "r"(&pixels)
                     : ZK_2X3_CLOBBERED);
}
#else
static inline void zk_2x3_int4_relu(const zk_2x3 *block)
{
    zk_2x3_int4_pixels pixels = zk_2x3_int4_start(block);
    const uint32_t *w = block->weights;
    for (int8_t *out = block->out; w != block->end; out += 2, w += block->pairs / 2 + 8) {
        const int32_t *scale = (const int32_t *)(w + 2 + block->pairs / 2);
        for (int32_t p = 0; p < 3; p++) {
            int32_t sum[2];
            zk_2x3_int4_sums(&pixels, w, p, sum);
            int64_t first = (int64_t)(int32_t)((uint32_t)sum[0] << scale[2]) * scale[0];
            int64_t second = (int64_t)(int32_t)((uint32_t)(sum[1] >> 4) << scale[5]) * scale[3];
            zk_2x3_put(block, out, p, ((int32_t)(first >> 32) + scale[1]) >> 12);
            zk_2x3_put(block, out + 1, p, ((int32_t)(second >> 32) + scale[4]) >> 12);
        }
    }
}
#endif

/* For any activation: zk_2x3_any. Two channels take 61 instructions and 20 every two pairs. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x3_int4(const zk_2x3 *block)
{
    zk_2x3_int4_pixels pixels = zk_2x3_int4_start(block);
    __asm__ volatile(ZK_2X3_INT4_SUMS ZK_2X3_INT4_DOUBLE ZK_2X3_SCALE_ANY ZK_2X3_INT4_NEXT
                     :
                     : "r"(&pixels)
                     : ZK_2X3_CLOBBERED);
}
#else
static inline void zk_2x3_int4(const zk_2x3 *block)
{
    zk_2x3_int4_pixels pixels = zk_2x3_int4_start(block);
    const uint32_t *w = block->weights;
    for (int8_t *out = block->out; w != block->end; out += 2, w += block->pairs / 2 + 8) {
        const int32_t *scale = (const int32_t *)(w + 2 + block->pairs / 2);
        for (int32_t p = 0; p < 3; p++) {
            int32_t sum[2];
            zk_2x3_int4_sums(&pixels, w, p, sum);
            zk_2x3_put(block, out, p, zk_2x3_scale((int32_t)((uint32_t)sum[0] << 1), scale));
            zk_2x3_put(block, out + 1, p, zk_2x3_scale(sum[1] >> 3, scale + 3));
        }
    }
}
#endif

#endif
