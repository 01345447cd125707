/* Matrix products for cores with the Arm DSP extension, by blocks of two output channels and three
 * pixels: what convolutions of int8 values spend their time in.
 *
 * SMLAD adds two products of 16-bit values to a 32-bit sum, so half an instruction a
 * multiply-accumulate (MAC) is the bound; the rest is loading. Of 14 registers two point at the
 * operands and one counts; six sums, the inputs of three pixels and the weights of two channels
 * fill the others. For a pair of inputs (12 MACs) the block loads the weights with one LDM and the
 * pixels with another, for which pixels are interleaved when they are widened to 16 bits:
 *
 *     2 LDM + 6 SMLAD = 8 instructions for 12 MACs, 0.667 a MAC, 13 cycles on a Cortex-M4
 *
 * Other shapes that fit the registers take more: 2x2 0.75, 2x4 0.69, 1x5 0.65 but 15 cycles.
 * Sixteen pairs are written out and the first round begins in the middle of them, so any number of
 * pairs takes 8 instructions each and 2 every sixteen.
 *
 * Pixels: pair i of pixel p is word 3 * i + p, the first input in its lower half.
 * Weights: one stream of words that a block reads from front to back; for two channels
 *
 *     the sums to start from, of channel 0 and of channel 1
 *     for every pair of inputs: the weights of channel 0, of channel 1
 *     how to scale the sums of channel 0, of channel 1: see each block
 */
#ifndef ZK_DEVICE_DSP_2X3_H
#define ZK_DEVICE_DSP_2X3_H

#include <stdint.h>

/* What a block works on. The fields are loaded into registers in this order. */
typedef struct zk_2x3 {
    const uint32_t *weights;
    int32_t second;      /* from pixel 0's place in the output to pixel 1's */
    int8_t *out;         /* pixel 0, first channel; the channels of a pixel lie side by side */
    int32_t third;       /* from pixel 0's place to pixel 2's; equal pixels may share a place */
    const uint32_t *end; /* of the weights */
    const uint32_t *x;
    int32_t pairs; /* even for weights of 8 bits */
} zk_2x3;

typedef void zk_2x3_block(const zk_2x3 *block);

/* A pair of inputs: weights from r0, pixels from r1; the sums are r8, r9, r10 of channel 0 and r11,
 * r12, lr of channel 1. 28 bytes of code. */
#define ZK_2X3_PAIR             \
    "ldmia r0!, {r2, r3}\n"     \
    "ldmia r1!, {r4, r5, r6}\n" \
    "smlad r8, r2, r4, r8\n"    \
    "smlad r9, r2, r5, r9\n"    \
    "smlad r10, r2, r6, r10\n"  \
    "smlad r11, r3, r4, r11\n"  \
    "smlad r12, r3, r5, r12\n"  \
    "smlad lr, r3, r6, lr\n"

#define ZK_2X3_PAIRS_4 ZK_2X3_PAIR ZK_2X3_PAIR ZK_2X3_PAIR ZK_2X3_PAIR
#define ZK_2X3_PAIRS_16 ZK_2X3_PAIRS_4 ZK_2X3_PAIRS_4 ZK_2X3_PAIRS_4 ZK_2X3_PAIRS_4

/* Everything that a block does before it scales its sums, around `unrolled`: code for 2^log pairs
 * of `bytes` bytes of code each. On the stack, from sp: second, out, third, end, x, rounds, where
 * the first round begins. Registers that are saved here may hold the operand, or a frame pointer,
 * which must not be named as clobbered. */
#define ZK_2X3_SUMS(log, bytes, unrolled)          \
    "push {r4, r5, r6, r7, r11}\n"                 \
    "ldmia %0, {r0, r1, r2, r3, r4, r5, r6}\n"     \
    "add r8, r6, #(1 << " log ") - 1\n"            \
    "lsr r8, r8, #" log "\n"         /* rounds */  \
    "rsb r9, r6, r8, lsl #" log "\n" /* to skip */ \
    "mov r6, #" bytes "\n"                         \
    "mul r9, r9, r6\n"                             \
    "adr.w r10, 2f\n"                              \
    "add r10, r10, r9\n"                           \
    "orr r10, r10, #1\n" /* Thumb code */          \
    "push {r1, r2, r3, r4, r5, r8, r10}\n"         \
    "1:\n"                                         \
    "ldmia r0!, {r8, r11}\n"                       \
    "ldrd r1, r7, [sp, #16]\n"                     \
    "mov r9, r8\n"                                 \
    "mov r10, r8\n"                                \
    "mov r12, r11\n"                               \
    "mov lr, r11\n"                                \
    "ldr pc, [sp, #24]\n"                          \
    ".balign 4\n" /* adr: see dsp_6x1.h */         \
    "2:\n" unrolled "subs r7, r7, #1\n"            \
    "bne.w 2b\n"                                   \
    "ldmia sp, {r1, r6, r7}\n" /* second, out, third */

/* On to the next two channels. */
#define ZK_2X3_NEXT       \
    "ldr r2, [sp, #12]\n" \
    "str r6, [sp, #4]\n"  \
    "cmp r0, r2\n"        \
    "bne.w 1b\n"          \
    "add sp, sp, #28\n"   \
    "pop {r4, r5, r6, r7, r11}\n"

#define ZK_2X3_CLOBBERED "r0", "r1", "r2", "r3", "r8", "r9", "r10", "r12", "lr", "cc", "memory"

/* What the portable blocks share. */
#if !defined(__ARM_FEATURE_DSP)
static inline int32_t zk_2x3_half(uint32_t word, int32_t half)
{
    return (int16_t)(half ? word >> 16 : word);
}
/* The sum of channel 0 or 1 and of pixel 0, 1 or 2; of the small block if `small`. */
static inline int32_t zk_2x3_sum(const zk_2x3 *b, const uint32_t *w, int32_t c, int32_t p,
                                 int32_t small)
{
    uint32_t sum = w[c];
    for (int32_t i = 0; i < 2 * b->pairs; i++) {
        uint32_t word = small ? w[2 + i / 2] : w[2 + i / 2 * 2 + c];
        int32_t weight = zk_2x3_half(word, i % 2);
        if (small && c == 0) weight = (int8_t)weight;
        sum += (uint32_t)(weight * zk_2x3_half(b->x[3 * (i / 2) + p], i % 2));
    }
    return (int32_t)sum;
}
static inline void zk_2x3_put(const zk_2x3 *b, int8_t *out, int32_t p, int32_t value)
{
    int32_t place = p == 0 ? 0 : p == 1 ? b->second : b->third;
    out[place] = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}
#endif

/* device/requantize.h's scaling: the block for any activation says how. A block of its own, since a
 * block with a RELU does without. */
#if !defined(__ARM_FEATURE_DSP)
static inline int32_t zk_2x3_scale(int32_t sum, const int32_t *scale)
{
    int32_t high = (int32_t)(((int64_t)sum * scale[0] + INT64_C(0x80000000)) >> 32);
    return (high + scale[1] - (sum < 0)) >> scale[2];
}
#endif

/* Outputs: pixel 0's in r6, the others in places r1 and r7 behind. */
#define ZK_2X3_SCALE_RELU           \
    "ldmia r0!, {r2, r3, r4, r5}\n" \
    "smmla r9, r9, r2, r3\n"        \
    "smmla r10, r10, r2, r3\n"      \
    "smmla r8, r8, r2, r3\n"        \
    "ssat r9, #8, r9, asr #12\n"    \
    "ssat r10, #8, r10, asr #12\n"  \
    "ssat r8, #8, r8, asr #12\n"    \
    "strb r9, [r6, r1]\n"           \
    "strb r10, [r6, r7]\n"          \
    "strb r8, [r6], #1\n"           \
    "smmla r12, r12, r4, r5\n"      \
    "smmla lr, lr, r4, r5\n"        \
    "smmla r11, r11, r4, r5\n"      \
    "ssat r12, #8, r12, asr #12\n"  \
    "ssat lr, #8, lr, asr #12\n"    \
    "ssat r11, #8, r11, asr #12\n"  \
    "strb r12, [r6, r1]\n"          \
    "strb lr, [r6, r7]\n"           \
    "strb r11, [r6], #1\n"

/* For outputs whose activation clamps what is below the zero point to it (RELU).
 *
 * Scaling: multiplier and start. The output is the upper half of sum * multiplier plus start,
 * shifted right by 12 and saturated to 8 bits. Exact, since weights and bias were multiplied by the
 * power of two that makes 12 of the channel's shift: floor((floor(a) + b) / n) is floor((a + b) /
 * n) for whole b and n, so the two roundings of device/requantize.h are one constant, which is in
 * `start` with the zero point. The rounding of ties away from zero would matter below the zero
 * point only.
 *
 * Two channels take 33 instructions and 8 a pair: 0.77 a MAC with 64 inputs. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x3_relu(const zk_2x3 *block)
{
    __asm__ volatile(ZK_2X3_SUMS("4", "28", ZK_2X3_PAIRS_16) ZK_2X3_SCALE_RELU ZK_2X3_NEXT
                     :
                     : "r"(block)
                     : ZK_2X3_CLOBBERED);
}
#else
static inline void zk_2x3_relu(const zk_2x3 *block)
{
    const uint32_t *w = block->weights;
    for (int8_t *out = block->out; w != block->end; out += 2, w += 2 * block->pairs + 6) {
        for (int32_t c = 0; c < 2; c++) {
            const int32_t *scale = (const int32_t *)(w + 2 + 2 * block->pairs + 2 * c);
            for (int32_t p = 0; p < 3; p++) {
                int64_t product = (int64_t)zk_2x3_sum(block, w, c, p, 0) * scale[0];
                zk_2x3_put(block, out + c, p, ((int32_t)(product >> 32) + scale[1]) >> 12);
            }
        }
    }
}
#endif

/* The same, see zk_2x3_any; the sums are doubled. */
#define ZK_2X3_SCALE_ANY         \
    "ldmia r0!, {r2, r3, r4}\n"  \
    "add r5, r3, r9, asr #31\n"  \
    "smmlar r9, r9, r2, r5\n"    \
    "add r5, r3, r10, asr #31\n" \
    "smmlar r10, r10, r2, r5\n"  \
    "add r5, r3, r8, asr #31\n"  \
    "smmlar r8, r8, r2, r5\n"    \
    "asr r9, r9, r4\n"           \
    "asr r10, r10, r4\n"         \
    "asr r8, r8, r4\n"           \
    "ssat r9, #8, r9\n"          \
    "ssat r10, #8, r10\n"        \
    "ssat r8, #8, r8\n"          \
    "strb r9, [r6, r1]\n"        \
    "strb r10, [r6, r7]\n"       \
    "strb r8, [r6], #1\n"        \
    "ldmia r0!, {r2, r3, r4}\n"  \
    "add r5, r3, r12, asr #31\n" \
    "smmlar r12, r12, r2, r5\n"  \
    "add r5, r3, lr, asr #31\n"  \
    "smmlar lr, lr, r2, r5\n"    \
    "add r5, r3, r11, asr #31\n" \
    "smmlar r11, r11, r2, r5\n"  \
    "asr r12, r12, r4\n"         \
    "asr lr, lr, r4\n"           \
    "asr r11, r11, r4\n"         \
    "ssat r12, #8, r12\n"        \
    "ssat lr, #8, lr\n"          \
    "ssat r11, #8, r11\n"        \
    "strb r12, [r6, r1]\n"       \
    "strb lr, [r6, r7]\n"        \
    "strb r11, [r6], #1\n"

/* For any activation.
 *
 * Scaling: multiplier, start and shift. The sums are doubled, so that SMMLAR rounds as zk_high_mul
 * does; `start` holds the half that the shift rounds with and the zero point, and is one less for
 * negative sums, since ties go away from zero.
 *
 * Two channels take 46 instructions and 8 a pair. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x3_any(const zk_2x3 *block)
{
    __asm__ volatile(ZK_2X3_SUMS("4", "28", ZK_2X3_PAIRS_16) ZK_2X3_SCALE_ANY ZK_2X3_NEXT
                     :
                     : "r"(block)
                     : ZK_2X3_CLOBBERED);
}
#else
static inline void zk_2x3_any(const zk_2x3 *block)
{
    const uint32_t *w = block->weights;
    for (int8_t *out = block->out; w != block->end; out += 2, w += 2 * block->pairs + 8) {
        for (int32_t c = 0; c < 2; c++) {
            const int32_t *scale = (const int32_t *)(w + 2 + 2 * block->pairs + 3 * c);
            for (int32_t p = 0; p < 3; p++)
                zk_2x3_put(block, out + c, p, zk_2x3_scale(zk_2x3_sum(block, w, c, p, 0), scale));
        }
    }
}
#endif

/* Two pairs of inputs with weights of 8 bits, two channels in a word. 62 bytes of code. */
#define ZK_2X3_SMALL_PAIRS      \
    "ldmia r0!, {r2, r3}\n"     \
    "ldmia r1!, {r4, r5, r6}\n" \
    "smlad r11, r2, r4, r11\n"  \
    "smlad r12, r2, r5, r12\n"  \
    "smlad lr, r2, r6, lr\n"    \
    "sxtb16 r2, r2\n"           \
    "smlad r8, r2, r4, r8\n"    \
    "smlad r9, r2, r5, r9\n"    \
    "smlad r10, r2, r6, r10\n"  \
    "ldmia r1!, {r4, r5, r6}\n" \
    "smlad r11, r3, r4, r11\n"  \
    "smlad r12, r3, r5, r12\n"  \
    "smlad lr, r3, r6, lr\n"    \
    "sxtb16 r3, r3\n"           \
    "smlad r8, r3, r4, r8\n"    \
    "smlad r9, r3, r5, r9\n"    \
    "smlad r10, r3, r6, r10\n"

#define ZK_2X3_SMALL_PAIRS_8 \
    ZK_2X3_SMALL_PAIRS ZK_2X3_SMALL_PAIRS ZK_2X3_SMALL_PAIRS ZK_2X3_SMALL_PAIRS

/* Mixed sums to those of channel 1, times 256; all to doubled ones. */
#define ZK_2X3_UNMIX     \
    "sub r12, r12, r9\n" \
    "sub lr, lr, r10\n"  \
    "sub r11, r11, r8\n"

#define ZK_2X3_DOUBLE    \
    "lsl r9, r9, #1\n"   \
    "lsl r10, r10, #1\n" \
    "lsl r8, r8, #1\n"   \
    "asr r12, r12, #7\n" \
    "asr lr, lr, #7\n"   \
    "asr r11, r11, #7\n"

/* For any activation, with half the bytes of weights.
 *
 * A pair is one word: each half is channel 1's weight times 256 plus channel 0's. SMLAD with the
 * halves as they are sums 256 * sum 1 + sum 0 (modulo 2^32), with their sign-extended lower bytes
 * sum 0, so only one of the two channels costs an SXTB16: 17 instructions for 24 MACs, 0.71 a MAC,
 * 29 cycles on a Cortex-M4. Channel 1's sum to start from is of the mixed kind; its sums have at
 * most 24 bits. Scaling as in the block for any activation, though the sums are doubled only at the
 * end.
 *
 * Two channels take 55 instructions and 17 every two pairs. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x3_small(const zk_2x3 *block)
{
    __asm__ volatile(ZK_2X3_SUMS("3", "31", ZK_2X3_SMALL_PAIRS_8)
                         ZK_2X3_UNMIX ZK_2X3_DOUBLE ZK_2X3_SCALE_ANY ZK_2X3_NEXT
                     :
                     : "r"(block)
                     : ZK_2X3_CLOBBERED);
}
#else
static inline void zk_2x3_small(const zk_2x3 *block)
{
    const uint32_t *w = block->weights;
    for (int8_t *out = block->out; w != block->end; out += 2, w += block->pairs + 8) {
        const int32_t *scale = (const int32_t *)(w + 2 + block->pairs);
        for (int32_t p = 0; p < 3; p++) {
            uint32_t sum = (uint32_t)zk_2x3_sum(block, w, 0, p, 1);
            uint32_t mixed = (uint32_t)zk_2x3_sum(block, w, 1, p, 1);
            zk_2x3_put(block, out, p, zk_2x3_scale((int32_t)(sum << 1), scale));
            zk_2x3_put(block, out + 1, p, zk_2x3_scale((int32_t)(mixed - sum) >> 7, scale + 3));
        }
    }
}
#endif

/* As ZK_2X3_SCALE_RELU, of channel 0's sums and 256 times channel 1's, which are shifted first. */
#define ZK_2X3_SCALE_SMALL_RELU    \
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
    "ldmia r0!, {r2, r3, r4}\n"    \
    "asr r12, r12, r4\n"           \
    "asr lr, lr, r4\n"             \
    "asr r11, r11, r4\n"           \
    "smmla r12, r12, r2, r3\n"     \
    "smmla lr, lr, r2, r3\n"       \
    "smmla r11, r11, r2, r3\n"     \
    "ssat r12, #8, r12, asr #12\n" \
    "ssat lr, #8, lr, asr #12\n"   \
    "ssat r11, #8, r11, asr #12\n" \
    "strb r12, [r6, r1]\n"         \
    "strb lr, [r6, r7]\n"          \
    "strb r11, [r6], #1\n"

/* For outputs whose activation clamps what is below the zero point to it, with half the bytes of
 * weights.
 *
 * Scaling: multiplier, start and a shift to the left for channel 0, to the right for channel 1,
 * which makes of a sum what zk_2x3_relu has from the weights.
 *
 * Two channels take 44 instructions and 17 every two pairs. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x3_small_relu(const zk_2x3 *block)
{
    __asm__ volatile(ZK_2X3_SUMS("3", "31", ZK_2X3_SMALL_PAIRS_8)
                         ZK_2X3_UNMIX ZK_2X3_SCALE_SMALL_RELU ZK_2X3_NEXT
                     :
                     : "r"(block)
                     : ZK_2X3_CLOBBERED);
}
#else
static inline void zk_2x3_small_relu(const zk_2x3 *block)
{
    const uint32_t *w = block->weights;
    for (int8_t *out = block->out; w != block->end; out += 2, w += block->pairs + 8) {
        const int32_t *scale = (const int32_t *)(w + 2 + block->pairs);
        for (int32_t p = 0; p < 3; p++) {
            uint32_t sum = (uint32_t)zk_2x3_sum(block, w, 0, p, 1);
            uint32_t mixed = (uint32_t)zk_2x3_sum(block, w, 1, p, 1);
            int64_t first = (int64_t)(int32_t)(sum << scale[2]) * scale[0];
            int64_t second = (int64_t)((int32_t)(mixed - sum) >> scale[5]) * scale[3];
            zk_2x3_put(block, out, p, ((int32_t)(first >> 32) + scale[1]) >> 12);
            zk_2x3_put(block, out + 1, p, ((int32_t)(second >> 32) + scale[4]) >> 12);
        }
    }
}
#endif

/* Where the next inputs of three pixels are read and where their pairs go. */
typedef struct zk_2x3_inputs {
    uint32_t *x;
    const int8_t *pixel[3]; /* need no alignment */
} zk_2x3_inputs;

/* Widens `words` > 0 groups of four inputs of each pixel to pairs, inputs 0 and 2, inputs 1 and 3,
 * and moves on behind them. Ten instructions for twelve inputs, and two for the loop. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x3_widen(zk_2x3_inputs *in, int32_t words)
{
    __asm__ volatile("ldmia %0, {r2, r3, r4, r5}\n"
                     "1:\n"
                     "ldr r10, [r3], #4\n"
                     "ldr r12, [r4], #4\n"
                     "ldr lr, [r5], #4\n"
                     "subs %1, %1, #1\n"
                     "sxtb16 r6, r10\n"
                     "sxtb16 r8, r12\n"
                     "sxtb16 r9, lr\n"
                     "sxtb16 r10, r10, ror #8\n"
                     "sxtb16 r12, r12, ror #8\n"
                     "sxtb16 lr, lr, ror #8\n"
                     "stmia r2!, {r6, r8, r9, r10, r12, lr}\n"
                     "bgt 1b\n"
                     "stmia %0, {r2, r3, r4, r5}\n"
                     : "+r"(in), "+r"(words)
                     :
                     : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "lr", "cc",
                       "memory");
}
#else
static inline void zk_2x3_widen(zk_2x3_inputs *in, int32_t words)
{
    for (int32_t i = 0; i < words; i++, in->x += 6) {
        for (int32_t p = 0; p < 3; p++, in->pixel[p - 1] += 4) {
            const int8_t *from = in->pixel[p];
            in->x[p] = ((uint32_t)from[2] << 16) | (uint16_t)from[0];
            in->x[3 + p] = ((uint32_t)from[3] << 16) | (uint16_t)from[1];
        }
    }
}
#endif

/* The same of `rows` rows of so many words, `row` bytes apart; `in` is left as it is. Twelve
 * instructions a word and seven a row. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_2x3_widen_rows(const zk_2x3_inputs *in, int32_t words, int32_t row,
                                     int32_t rows)
{
    const uint32_t *end = in->x + 6 * words * rows;
    int32_t skip = row - 4 * words;
    __asm__ volatile("ldmia %0, {r2, r3, r4, r5}\n"
                     "2:\n"
                     "mov %0, %1\n"
                     "1:\n"
                     "ldr r10, [r3], #4\n"
                     "ldr r12, [r4], #4\n"
                     "ldr lr, [r5], #4\n"
                     "subs %0, %0, #1\n"
                     "sxtb16 r6, r10\n"
                     "sxtb16 r8, r12\n"
                     "sxtb16 r9, lr\n"
                     "sxtb16 r10, r10, ror #8\n"
                     "sxtb16 r12, r12, ror #8\n"
                     "sxtb16 lr, lr, ror #8\n"
                     "stmia r2!, {r6, r8, r9, r10, r12, lr}\n"
                     "bgt 1b\n"
                     "ldr r6, %2\n"
                     "add r3, r3, %3\n"
                     "add r4, r4, %3\n"
                     "add r5, r5, %3\n"
                     "cmp r2, r6\n"
                     "bne 2b\n"
                     : "+r"(in)
                     : "r"(words), "m"(end), "r"(skip)
                     : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "lr", "cc",
                       "memory");
}
#else
static inline void zk_2x3_widen_rows(const zk_2x3_inputs *in, int32_t words, int32_t row,
                                     int32_t rows)
{
    zk_2x3_inputs at = *in;
    for (int32_t y = 0; y < rows; y++) {
        for (int32_t p = 0; p < 3; p++) at.pixel[p] = in->pixel[p] + y * row;
        zk_2x3_widen(&at, words);
    }
}
#endif

#endif
