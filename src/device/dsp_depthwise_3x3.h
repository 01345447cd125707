/* Depthwise 3x3 convolution of int8 values for cores with the Arm DSP extension, by rows of 3 to 6
 * outputs of one channel.
 *
 * SMLAD adds two products of 16-bit values to a 32-bit sum. Both must be of one channel, so pixels
 * of a channel have to lie side by side: whoever calls a block has gathered them into pairs of
 * 16-bit values. With p0 p1 | p2 p3 | ... in words, three neighbouring taps w0 w1 w2 of an output
 * take two instructions whether the first of them lies in the lower or the upper half of a word,
 * from two words of weights (w0 w1) and (w1 w2):
 *
 *     stride 1   even output   SMLAD  (p0 p1) (w0 w1)    SMLABT (p2 p3) (w1 w2)
 *                odd output    SMLATB (p0 p1) (w0 w1)    SMLAD  (p2 p3) (w1 w2)
 *     stride 2   every output  SMLAD  (p0 p1) (w0 w1)    SMLABT (p2 p3) (w1 w2)
 *
 * so 6 instructions for the 9 MACs of an output are the bound. Six sums, the words of a row, two
 * words of weights and two pointers are the 14 registers that there are; an LDM loads a row,
 * another its weights. A row of six outputs of one channel takes
 *
 *     stride 1   6 LDM + 36 multiply-accumulate, 2 loads, 12 to scale, 7 to store, 3 to go on: 66
 *     stride 2   9 LDM + 36 and the same: 69
 *
 * which is 1.22 and 1.28 instructions a MAC (five outputs 55 and 58). Gathering comes on top.
 *
 * Every output is saturate((upper half of sum * multiplier + start) >> 8): ops/scaling.h. */
#ifndef ZK_DEVICE_DSP_DEPTHWISE_3X3_H
#define ZK_DEVICE_DSP_DEPTHWISE_3X3_H

#include "device/intrinsics.h"

/* What a block works on: as many outputs side by side as its name says, of every channel. The
 * fields are loaded into registers in this order. */
typedef struct zk_depthwise_3x3_block {
    const uint32_t *rows;   /* for each channel three rows of pairs, without a gap */
    const int32_t *filters; /* for each channel ZK_DEPTHWISE_3X3_FILTER words, see below */
    int32_t channels;       /* from an output to the one beside it */
    const int8_t *end;      /* out + channels */
    int32_t three;          /* 3 * channels */
    int8_t *out;            /* the first output of channel 0 */
} zk_depthwise_3x3_block;

/* (w0 w1) and (w1 w2) of row 0, what the sum starts from, (w0 w1) and (w1 w2) of row 1 and of row
 * 2, multiplier, start. */
enum { ZK_DEPTHWISE_3X3_FILTER = 9 };

/* r0 rows, r1 filters; r2, r3 the weights of a row, then multiplier and start; r5.. the pairs of a
 * row; r9, r10, r11, r12, lr, r4 the sums, of which the last one used is what all start from until
 * its turn comes; r4 else the output. On the stack, from sp: channels, end, three, out. A frame
 * pointer may be in r7 or r11, which the compiler then does not allow to name as clobbered; these
 * and r6, a low register for the block, are saved here. */
#define ZK_DEPTHWISE_3X3_BEGIN             \
    "push {r6, r7, r11}\n"                 \
    "ldmia %0, {r0, r1, r2, r3, r4, r5}\n" \
    "push {r2, r3, r4, r5}\n"

#define ZK_DEPTHWISE_3X3_SCALE(sum)    \
    "smmla " sum ", " sum ", r2, r3\n" \
    "ssat " sum ", #8, " sum ", asr #8\n"

#define ZK_DEPTHWISE_3X3_END \
    "bne.w 1b\n"             \
    "add sp, sp, #16\n"      \
    "pop {r6, r7, r11}\n"

#define ZK_DEPTHWISE_3X3_CLOBBERED \
    "r0", "r1", "r2", "r3", "r4", "r5", "r8", "r9", "r10", "r12", "lr", "cc", "memory"

/* The taps of a row for an output whose first tap is in the lower half of `left`. */
#define ZK_DEPTHWISE_3X3_EVEN(sum, from, left, right) \
    "smlad " sum ", " left ", r2, " from "\n"         \
    "smlabt " sum ", " right ", r3, " sum "\n"

/* The same of two outputs, the second one's first tap in the upper half. */
#define ZK_DEPTHWISE_3X3_PAIR(even, odd, even_from, odd_from, left, right) \
    "smlad " even ", " left ", r2, " even_from "\n"                        \
    "smlatb " odd ", " left ", r2, " odd_from "\n"                         \
    "smlabt " even ", " right ", r3, " even "\n"                           \
    "smlad " odd ", " right ", r3, " odd "\n"

#if !defined(__ARM_FEATURE_DSP)
/* A block of `width` outputs in portable C. */
static inline void zk_depthwise_3x3_portable(const zk_depthwise_3x3_block *b, int32_t width,
                                             int32_t stride)
{
    int32_t words = stride == 1 ? (width + 3) / 2 : width + 1;
    const uint32_t *rows = b->rows;
    const int32_t *filter = b->filters;
    for (int8_t *out = b->out; out != b->end; out++, filter += ZK_DEPTHWISE_3X3_FILTER) {
        int32_t sums[6] = {filter[2], filter[2], filter[2], filter[2], filter[2], filter[2]};
        for (int32_t y = 0; y < 3; y++, rows += words) {
            const int32_t *w = filter + (y == 0 ? 0 : 2 * y + 1);
            for (int32_t x = 0; x < width; x++)
                for (int32_t tap = 0; tap < 3; tap++) {
                    int32_t from = x * stride + tap, half = tap == 0 ? 0 : 1;
                    int32_t weight = zk_lane((uint32_t)w[tap == 2], half);
                    sums[x] += weight * zk_lane(rows[from / 2], from % 2);
                }
        }
        for (int32_t x = 0; x < width; x++) {
            int32_t high = (int32_t)(((int64_t)sums[x] * filter[7]) >> 32);
            int32_t value = (high + filter[8]) >> 8;
            out[x * b->channels] = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
        }
    }
}
#endif

/* Three outputs, stride 1. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_3x3_s1_w3(const zk_depthwise_3x3_block *block)
{
    __asm__ volatile(
        ZK_DEPTHWISE_3X3_BEGIN
        "mov r8, r2\n"
        "mov r12, r3\n"
        "mov r4, r5\n"
        "1:\n"
        "ldmia r1!, {r2, r3, r11}\n"
        "ldmia r0!, {r5, r6, r7}\n" ZK_DEPTHWISE_3X3_PAIR("r9", "r10", "r11", "r11", "r5", "r6")
            ZK_DEPTHWISE_3X3_EVEN(
                "r11", "r11", "r6",
                "r7") "ldmia r1!, {r2, r3}\n"
                      "ldmia r0!, {r5, r6, r7}\n" ZK_DEPTHWISE_3X3_PAIR("r9", "r10", "r9", "r10",
                                                                        "r5", "r6")
                          ZK_DEPTHWISE_3X3_EVEN(
                              "r11", "r11", "r6",
                              "r7") "ldmia r1!, {r2, r3}\n"
                                    "ldmia r0!, {r5, r6, r7}\n" ZK_DEPTHWISE_3X3_PAIR(
                                        "r9", "r10", "r9", "r10", "r5", "r6")
                                        ZK_DEPTHWISE_3X3_EVEN(
                                            "r11", "r11", "r6",
                                            "r7") "ldmia r1!, {r2, "
                                                  "r3}\n" ZK_DEPTHWISE_3X3_SCALE("r9")
                                                      ZK_DEPTHWISE_3X3_SCALE("r10")
                                                          ZK_DEPTHWISE_3X3_SCALE(
                                                              "r11") "strb r10, [r4, r8]\n"
                                                                     "strb r11, [r4, r8, lsl "
                                                                     "#1]\n"
                                                                     "strb r9, [r4], #1\n"
                                                                     "cmp r4, "
                                                                     "r12"
                                                                     "\n" ZK_DEPTHWISE_3X3_END
        :
        : "r"(block)
        : ZK_DEPTHWISE_3X3_CLOBBERED);
}
#else
static inline void zk_depthwise_3x3_s1_w3(const zk_depthwise_3x3_block *block)
{
    zk_depthwise_3x3_portable(block, 3, 1);
}
#endif

/* Four outputs, stride 1. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_3x3_s1_w4(const zk_depthwise_3x3_block *block)
{
    __asm__ volatile(
        ZK_DEPTHWISE_3X3_BEGIN
        "mov r8, r2\n"
        "mov lr, r3\n"
        "mov r4, r5\n"
        "1:\n"
        "ldmia r1!, {r2, r3, r12}\n"
        "ldmia r0!, {r5, r6, r7}\n" ZK_DEPTHWISE_3X3_PAIR("r9", "r10", "r12", "r12", "r5", "r6")
            ZK_DEPTHWISE_3X3_PAIR(
                "r11", "r12", "r12", "r12", "r6",
                "r7") "ldmia r1!, {r2, r3}\n"
                      "ldmia r0!, {r5, r6, r7}\n" ZK_DEPTHWISE_3X3_PAIR("r9", "r10", "r9", "r10",
                                                                        "r5", "r6")
                          ZK_DEPTHWISE_3X3_PAIR(
                              "r11", "r12", "r11", "r12", "r6",
                              "r7") "ldmia r1!, {r2, r3}\n"
                                    "ldmia r0!, {r5, r6, r7}\n" ZK_DEPTHWISE_3X3_PAIR(
                                        "r9", "r10", "r9", "r10", "r5", "r6")
                                        ZK_DEPTHWISE_3X3_PAIR(
                                            "r11", "r12", "r11", "r12", "r6",
                                            "r7") "ldmia r1!, {r2, "
                                                  "r3}\n" ZK_DEPTHWISE_3X3_SCALE("r9")
                                                      ZK_DEPTHWISE_3X3_SCALE("r10")
                                                          ZK_DEPTHWISE_3X3_SCALE("r11")
                                                              ZK_DEPTHWISE_3X3_SCALE(
                                                                  "r12") "strb r10, [r4, r8]\n"
                                                                         "strb r11, [r4, r8, lsl "
                                                                         "#1]\n"
                                                                         "add r5, r4, r8\n"
                                                                         "strb r12, [r5, r8, lsl "
                                                                         "#1]\n"
                                                                         "strb r9, [r4], #1\n"
                                                                         "cmp r4, "
                                                                         "lr"
                                                                         "\n" ZK_DEPTHWISE_3X3_END
        :
        : "r"(block)
        : ZK_DEPTHWISE_3X3_CLOBBERED);
}
#else
static inline void zk_depthwise_3x3_s1_w4(const zk_depthwise_3x3_block *block)
{
    zk_depthwise_3x3_portable(block, 4, 1);
}
#endif

/* Five outputs, stride 1. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_3x3_s1_w5(const zk_depthwise_3x3_block *block)
{
    __asm__ volatile(
        ZK_DEPTHWISE_3X3_BEGIN
        "mov r4, r5\n"
        "1:\n"
        "ldmia r1!, {r2, r3, lr}\n"
        "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_PAIR("r9", "r10", "lr", "lr", "r5", "r6")
            ZK_DEPTHWISE_3X3_PAIR("r11", "r12", "lr", "lr", "r6", "r7") ZK_DEPTHWISE_3X3_EVEN(
                "lr", "lr", "r7",
                "r8") "ldmia r1!, {r2, r3}\n"
                      "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_PAIR(
                          "r9", "r10", "r9", "r10", "r5",
                          "r6") ZK_DEPTHWISE_3X3_PAIR("r11", "r12", "r11", "r12", "r6", "r7")
                          ZK_DEPTHWISE_3X3_EVEN(
                              "lr", "lr", "r7",
                              "r8") "ldmia r1!, {r2, r3}\n"
                                    "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_PAIR(
                                        "r9", "r10", "r9", "r10", "r5",
                                        "r6") ZK_DEPTHWISE_3X3_PAIR("r11", "r12", "r11", "r12",
                                                                    "r6", "r7")
                                        ZK_DEPTHWISE_3X3_EVEN(
                                            "lr", "lr", "r7",
                                            "r8") "ldmia r1!, {r2, r3}\n"
                                                  "ldmia sp, {r5, r6, r7}\n" ZK_DEPTHWISE_3X3_SCALE(
                                                      "r9") ZK_DEPTHWISE_3X3_SCALE("r10")
                                                      ZK_DEPTHWISE_3X3_SCALE(
                                                          "r11") ZK_DEPTHWISE_3X3_SCALE("r12")
                                                          ZK_DEPTHWISE_3X3_SCALE(
                                                              "lr") "strb r10, [r4, r5]\n"
                                                                    "strb r11, [r4, r5, lsl #1]\n"
                                                                    "strb r12, [r4, r7]\n"
                                                                    "strb lr, [r4, r5, lsl #2]\n"
                                                                    "strb r9, [r4], #1\n"
                                                                    "cmp r4, "
                                                                    "r6\n" ZK_DEPTHWISE_3X3_END
        :
        : "r"(block)
        : ZK_DEPTHWISE_3X3_CLOBBERED);
}
#else
static inline void zk_depthwise_3x3_s1_w5(const zk_depthwise_3x3_block *block)
{
    zk_depthwise_3x3_portable(block, 5, 1);
}
#endif

/* Six outputs, stride 1. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_3x3_s1_w6(const zk_depthwise_3x3_block *block)
{
    __asm__ volatile(
        ZK_DEPTHWISE_3X3_BEGIN
        "1:\n"
        "ldmia r1!, {r2, r3, r4}\n"
        "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_PAIR("r9", "r10", "r4", "r4", "r5", "r6")
            ZK_DEPTHWISE_3X3_PAIR("r11", "r12", "r4", "r4", "r6", "r7") ZK_DEPTHWISE_3X3_PAIR(
                "lr", "r4", "r4", "r4", "r7",
                "r8") "ldmia r1!, {r2, r3}\n"
                      "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_PAIR(
                          "r9", "r10", "r9", "r10", "r5",
                          "r6") ZK_DEPTHWISE_3X3_PAIR("r11", "r12", "r11", "r12", "r6", "r7")
                          ZK_DEPTHWISE_3X3_PAIR(
                              "lr", "r4", "lr", "r4", "r7",
                              "r8") "ldmia r1!, {r2, r3}\n"
                                    "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_PAIR(
                                        "r9", "r10", "r9", "r10", "r5",
                                        "r6") ZK_DEPTHWISE_3X3_PAIR("r11", "r12", "r11", "r12",
                                                                    "r6", "r7")
                                        ZK_DEPTHWISE_3X3_PAIR(
                                            "lr", "r4", "lr", "r4", "r7",
                                            "r8") "ldmia r1!, {r2, r3}\n"
                                                  "ldmia sp, {r5, r6, r7, "
                                                  "r8}\n" ZK_DEPTHWISE_3X3_SCALE(
                                                      "r9") ZK_DEPTHWISE_3X3_SCALE("r10")
                                                      ZK_DEPTHWISE_3X3_SCALE(
                                                          "r11") ZK_DEPTHWISE_3X3_SCALE("r12")
                                                          ZK_DEPTHWISE_3X3_SCALE("lr")
                                                              ZK_DEPTHWISE_3X3_SCALE(
                                                                  "r4") "strb r10, [r8, r5]\n"
                                                                        "strb r11, [r8, r5, lsl "
                                                                        "#1]\n"
                                                                        "strb r12, [r8, r7]\n"
                                                                        "strb lr, [r8, r5, lsl "
                                                                        "#2]\n"
                                                                        "add r2, r8, r5\n"
                                                                        "strb r4, [r2, r5, lsl "
                                                                        "#2]\n"
                                                                        "strb r9, [r8], #1\n"
                                                                        "cmp r8, r6\n"
                                                                        "str r8, [sp, "
                                                                        "#12]"
                                                                        "\n" ZK_DEPTHWISE_3X3_END
        :
        : "r"(block)
        : ZK_DEPTHWISE_3X3_CLOBBERED);
}
#else
static inline void zk_depthwise_3x3_s1_w6(const zk_depthwise_3x3_block *block)
{
    zk_depthwise_3x3_portable(block, 6, 1);
}
#endif

/* Three outputs, stride 2. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_3x3_s2_w3(const zk_depthwise_3x3_block *block)
{
    __asm__ volatile(
        ZK_DEPTHWISE_3X3_BEGIN
        "mov r12, r2\n"
        "mov lr, r3\n"
        "mov r4, r5\n"
        "1:\n"
        "ldmia r1!, {r2, r3, r11}\n"
        "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_EVEN("r9", "r11", "r5", "r6")
            ZK_DEPTHWISE_3X3_EVEN("r10", "r11", "r6", "r7") ZK_DEPTHWISE_3X3_EVEN(
                "r11", "r11", "r7",
                "r8") "ldmia r1!, {r2, r3}\n"
                      "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_EVEN("r9", "r9", "r5", "r6")
                          ZK_DEPTHWISE_3X3_EVEN("r10", "r10", "r6", "r7") ZK_DEPTHWISE_3X3_EVEN(
                              "r11", "r11", "r7",
                              "r8") "ldmia r1!, {r2, r3}\n"
                                    "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_EVEN(
                                        "r9", "r9", "r5", "r6")
                                        ZK_DEPTHWISE_3X3_EVEN("r10", "r10", "r6", "r7")
                                            ZK_DEPTHWISE_3X3_EVEN(
                                                "r11", "r11", "r7",
                                                "r8") "ldmia r1!, {r2, "
                                                      "r3}\n" ZK_DEPTHWISE_3X3_SCALE("r9")
                                                          ZK_DEPTHWISE_3X3_SCALE("r10")
                                                              ZK_DEPTHWISE_3X3_SCALE(
                                                                  "r11") "strb r10, [r4, r12]\n"
                                                                         "strb r11, [r4, r12, lsl "
                                                                         "#1]\n"
                                                                         "strb r9, [r4], #1\n"
                                                                         "cmp r4, "
                                                                         "lr\n" ZK_DEPTHWISE_3X3_END
        :
        : "r"(block)
        : ZK_DEPTHWISE_3X3_CLOBBERED);
}
#else
static inline void zk_depthwise_3x3_s2_w3(const zk_depthwise_3x3_block *block)
{
    zk_depthwise_3x3_portable(block, 3, 2);
}
#endif

/* Four outputs, stride 2. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_3x3_s2_w4(const zk_depthwise_3x3_block *block)
{
    __asm__ volatile(
        ZK_DEPTHWISE_3X3_BEGIN
        "mov r4, r5\n"
        "1:\n"
        "ldmia r1!, {r2, r3, r12}\n"
        "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_EVEN("r9", "r12", "r5", "r6")
            ZK_DEPTHWISE_3X3_EVEN("r10", "r12", "r6", "r7") ZK_DEPTHWISE_3X3_EVEN("r11", "r12", "r7", "r8") "ldmia r0!, {r5}\n" ZK_DEPTHWISE_3X3_EVEN(
                "r12", "r12", "r8", "r5") "ldmia r1!, {r2, r3}\n"
                                          "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_EVEN(
                                              "r9", "r9", "r5", "r6")
                                              ZK_DEPTHWISE_3X3_EVEN("r10", "r10", "r6", "r7")
                                                  ZK_DEPTHWISE_3X3_EVEN("r11", "r11", "r7", "r8") "ldmia r0!, {r5}\n" ZK_DEPTHWISE_3X3_EVEN(
                                                      "r12", "r12", "r8",
                                                      "r5") "ldmia r1!, {r2, r3}\n"
                                                            "ldmia r0!, {r5, r6, r7, "
                                                            "r8}\n" ZK_DEPTHWISE_3X3_EVEN(
                                                                "r9", "r9", "r5",
                                                                "r6") ZK_DEPTHWISE_3X3_EVEN("r10",
                                                                                            "r10",
                                                                                            "r6",
                                                                                            "r7")
                                                                ZK_DEPTHWISE_3X3_EVEN("r11", "r11", "r7", "r8") "ldmia r0!, {r5}\n" ZK_DEPTHWISE_3X3_EVEN(
                                                                    "r12", "r12", "r8",
                                                                    "r5") "ldmia r1!, {r2, r3}\n"
                                                                          "ldmia sp, {r5, r6, "
                                                                          "r7}"
                                                                          "\n" ZK_DEPTHWISE_3X3_SCALE(
                                                                              "r9")
                                                                              ZK_DEPTHWISE_3X3_SCALE(
                                                                                  "r10")
                                                                                  ZK_DEPTHWISE_3X3_SCALE(
                                                                                      "r11")
                                                                                      ZK_DEPTHWISE_3X3_SCALE(
                                                                                          "r12") "s"
                                                                                                 "t"
                                                                                                 "r"
                                                                                                 "b"
                                                                                                 " "
                                                                                                 "r"
                                                                                                 "1"
                                                                                                 "0"
                                                                                                 ","
                                                                                                 " "
                                                                                                 "["
                                                                                                 "r"
                                                                                                 "4"
                                                                                                 ","
                                                                                                 " "
                                                                                                 "r"
                                                                                                 "5"
                                                                                                 "]"
                                                                                                 "\n"
                                                                                                 "s"
                                                                                                 "t"
                                                                                                 "r"
                                                                                                 "b"
                                                                                                 " "
                                                                                                 "r"
                                                                                                 "1"
                                                                                                 "1"
                                                                                                 ","
                                                                                                 " "
                                                                                                 "["
                                                                                                 "r"
                                                                                                 "4"
                                                                                                 ","
                                                                                                 " "
                                                                                                 "r"
                                                                                                 "5"
                                                                                                 ","
                                                                                                 " "
                                                                                                 "l"
                                                                                                 "s"
                                                                                                 "l"
                                                                                                 " "
                                                                                                 "#"
                                                                                                 "1"
                                                                                                 "]"
                                                                                                 "\n"
                                                                                                 "s"
                                                                                                 "t"
                                                                                                 "r"
                                                                                                 "b"
                                                                                                 " "
                                                                                                 "r"
                                                                                                 "1"
                                                                                                 "2"
                                                                                                 ","
                                                                                                 " "
                                                                                                 "["
                                                                                                 "r"
                                                                                                 "4"
                                                                                                 ","
                                                                                                 " "
                                                                                                 "r"
                                                                                                 "7"
                                                                                                 "]"
                                                                                                 "\n"
                                                                                                 "s"
                                                                                                 "t"
                                                                                                 "r"
                                                                                                 "b"
                                                                                                 " "
                                                                                                 "r"
                                                                                                 "9"
                                                                                                 ","
                                                                                                 " "
                                                                                                 "["
                                                                                                 "r"
                                                                                                 "4"
                                                                                                 "]"
                                                                                                 ","
                                                                                                 " "
                                                                                                 "#"
                                                                                                 "1"
                                                                                                 "\n"
                                                                                                 "c"
                                                                                                 "m"
                                                                                                 "p"
                                                                                                 " "
                                                                                                 "r"
                                                                                                 "4"
                                                                                                 ","
                                                                                                 " "
                                                                                                 "r"
                                                                                                 "6"
                                                                                                 "\n" ZK_DEPTHWISE_3X3_END
        :
        : "r"(block)
        : ZK_DEPTHWISE_3X3_CLOBBERED);
}
#else
static inline void zk_depthwise_3x3_s2_w4(const zk_depthwise_3x3_block *block)
{
    zk_depthwise_3x3_portable(block, 4, 2);
}
#endif

/* Five outputs, stride 2. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_3x3_s2_w5(const zk_depthwise_3x3_block *block)
{
    __asm__ volatile(
        ZK_DEPTHWISE_3X3_BEGIN
        "mov r4, r5\n"
        "1:\n"
        "ldmia r1!, {r2, r3, lr}\n"
        "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_EVEN("r9", "lr", "r5", "r6") ZK_DEPTHWISE_3X3_EVEN(
            "r10", "lr", "r6",
            "r7") ZK_DEPTHWISE_3X3_EVEN("r11", "lr", "r7",
                                        "r8") "ldmia r0!, {r5, r6}\n" ZK_DEPTHWISE_3X3_EVEN("r12",
                                                                                            "lr",
                                                                                            "r8",
                                                                                            "r5")
            ZK_DEPTHWISE_3X3_EVEN(
                "lr", "lr", "r5",
                "r6") "ldmia r1!, {r2, r3}\n"
                      "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_EVEN("r9", "r9", "r5", "r6")
                          ZK_DEPTHWISE_3X3_EVEN("r10", "r10", "r6", "r7") ZK_DEPTHWISE_3X3_EVEN(
                              "r11", "r11", "r7",
                              "r8") "ldmia r0!, {r5, r6}\n" ZK_DEPTHWISE_3X3_EVEN("r12", "r12",
                                                                                  "r8", "r5")
                              ZK_DEPTHWISE_3X3_EVEN(
                                  "lr", "lr", "r5",
                                  "r6") "ldmia r1!, {r2, r3}\n"
                                        "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_EVEN(
                                            "r9", "r9", "r5",
                                            "r6") ZK_DEPTHWISE_3X3_EVEN("r10", "r10", "r6", "r7")
                                            ZK_DEPTHWISE_3X3_EVEN(
                                                "r11", "r11", "r7",
                                                "r8") "ldmia r0!, {r5, r6}\n" ZK_DEPTHWISE_3X3_EVEN("r12",
                                                                                                    "r12",
                                                                                                    "r8",
                                                                                                    "r5")
                                                ZK_DEPTHWISE_3X3_EVEN(
                                                    "lr", "lr", "r5",
                                                    "r6") "ldmia r1!, {r2, r3}\n"
                                                          "ldmia sp, {r5, r6, "
                                                          "r7}\n" ZK_DEPTHWISE_3X3_SCALE(
                                                              "r9") ZK_DEPTHWISE_3X3_SCALE("r10")
                                                              ZK_DEPTHWISE_3X3_SCALE(
                                                                  "r11") ZK_DEPTHWISE_3X3_SCALE("r1"
                                                                                                "2")
                                                                  ZK_DEPTHWISE_3X3_SCALE(
                                                                      "lr") "strb r10, [r4, r5]\n"
                                                                            "strb r11, [r4, r5, "
                                                                            "lsl #1]\n"
                                                                            "strb r12, [r4, r7]\n"
                                                                            "strb lr, [r4, r5, lsl "
                                                                            "#2]\n"
                                                                            "strb r9, [r4], #1\n"
                                                                            "cmp r4, "
                                                                            "r6"
                                                                            "\n" ZK_DEPTHWISE_3X3_END
        :
        : "r"(block)
        : ZK_DEPTHWISE_3X3_CLOBBERED);
}
#else
static inline void zk_depthwise_3x3_s2_w5(const zk_depthwise_3x3_block *block)
{
    zk_depthwise_3x3_portable(block, 5, 2);
}
#endif

/* Six outputs, stride 2. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_3x3_s2_w6(const zk_depthwise_3x3_block *block)
{
    __asm__ volatile(
        ZK_DEPTHWISE_3X3_BEGIN
        "1:\n"
        "ldmia r1!, {r2, r3, r4}\n"
        "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_EVEN("r9", "r4", "r5", "r6") ZK_DEPTHWISE_3X3_EVEN(
            "r10", "r4", "r6",
            "r7") ZK_DEPTHWISE_3X3_EVEN("r11", "r4", "r7",
                                        "r8") "ldmia r0!, {r5, r6, r7}\n" ZK_DEPTHWISE_3X3_EVEN("r1"
                                                                                                "2",
                                                                                                "r"
                                                                                                "4",
                                                                                                "r"
                                                                                                "8",
                                                                                                "r"
                                                                                                "5")
            ZK_DEPTHWISE_3X3_EVEN("lr", "r4", "r5", "r6") ZK_DEPTHWISE_3X3_EVEN(
                "r4", "r4", "r6",
                "r7") "ldmia r1!, {r2, r3}\n"
                      "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_EVEN("r9", "r9", "r5", "r6")
                          ZK_DEPTHWISE_3X3_EVEN("r10", "r10", "r6", "r7") ZK_DEPTHWISE_3X3_EVEN(
                              "r11", "r11", "r7",
                              "r8") "ldmia r0!, {r5, r6, r7}\n" ZK_DEPTHWISE_3X3_EVEN("r12", "r12",
                                                                                      "r8", "r5")
                              ZK_DEPTHWISE_3X3_EVEN("lr", "lr", "r5", "r6") ZK_DEPTHWISE_3X3_EVEN(
                                  "r4", "r4", "r6",
                                  "r7") "ldmia r1!, {r2, r3}\n"
                                        "ldmia r0!, {r5, r6, r7, r8}\n" ZK_DEPTHWISE_3X3_EVEN(
                                            "r9", "r9", "r5",
                                            "r6") ZK_DEPTHWISE_3X3_EVEN("r10", "r10", "r6", "r7")
                                            ZK_DEPTHWISE_3X3_EVEN(
                                                "r11", "r11", "r7",
                                                "r8") "ldmia r0!, {r5, r6, "
                                                      "r7}\n" ZK_DEPTHWISE_3X3_EVEN(
                                                          "r12", "r12", "r8",
                                                          "r5") ZK_DEPTHWISE_3X3_EVEN("lr", "lr",
                                                                                      "r5", "r6")
                                                          ZK_DEPTHWISE_3X3_EVEN(
                                                              "r4", "r4", "r6",
                                                              "r7") "ldmia r1!, {r2, r3}\n"
                                                                    "ldmia sp, {r5, r6, r7, "
                                                                    "r8}\n" ZK_DEPTHWISE_3X3_SCALE(
                                                                        "r9") ZK_DEPTHWISE_3X3_SCALE("r10")
                                                                        ZK_DEPTHWISE_3X3_SCALE(
                                                                            "r11")
                                                                            ZK_DEPTHWISE_3X3_SCALE(
                                                                                "r12")
                                                                                ZK_DEPTHWISE_3X3_SCALE(
                                                                                    "lr")
                                                                                    ZK_DEPTHWISE_3X3_SCALE(
                                                                                        "r4") "strb"
                                                                                              " r10"
                                                                                              ", "
                                                                                              "[r8,"
                                                                                              " r5]"
                                                                                              "\n"
                                                                                              "strb"
                                                                                              " r11"
                                                                                              ", "
                                                                                              "[r8,"
                                                                                              " r5,"
                                                                                              " lsl"
                                                                                              " #1]"
                                                                                              "\n"
                                                                                              "strb"
                                                                                              " r12"
                                                                                              ", "
                                                                                              "[r8,"
                                                                                              " r7]"
                                                                                              "\n"
                                                                                              "strb"
                                                                                              " lr,"
                                                                                              " ["
                                                                                              "r8, "
                                                                                              "r5, "
                                                                                              "lsl "
                                                                                              "#2]"
                                                                                              "\n"
                                                                                              "add "
                                                                                              "r2, "
                                                                                              "r8, "
                                                                                              "r5\n"
                                                                                              "strb"
                                                                                              " r4,"
                                                                                              " ["
                                                                                              "r2, "
                                                                                              "r5, "
                                                                                              "lsl "
                                                                                              "#2]"
                                                                                              "\n"
                                                                                              "strb"
                                                                                              " r9,"
                                                                                              " ["
                                                                                              "r8],"
                                                                                              " #"
                                                                                              "1\n"
                                                                                              "cmp "
                                                                                              "r8, "
                                                                                              "r6\n"
                                                                                              "str "
                                                                                              "r8, "
                                                                                              "[sp,"
                                                                                              " #"
                                                                                              "12]"
                                                                                              "\n" ZK_DEPTHWISE_3X3_END
        :
        : "r"(block)
        : ZK_DEPTHWISE_3X3_CLOBBERED);
}
#else
static inline void zk_depthwise_3x3_s2_w6(const zk_depthwise_3x3_block *block)
{
    zk_depthwise_3x3_portable(block, 6, 2);
}
#endif

#endif
