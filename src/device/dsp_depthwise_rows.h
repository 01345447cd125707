/* Depthwise 3x3 convolution of int8 values for cores with the Arm DSP extension, by blocks of 3 to
 * 6 outputs of a row: as device/dsp_depthwise_3x3.h, for whoever gathers three rows of the input
 * for every row of the output, since rows are few or memory is.
 *
 * Then pairs need not lie in rows. With pairs of row 0 and row 1 a column is one word, and three
 * SMLAD do six of an output's nine taps; pairs of neighbours in row 2 do the other three in two
 * instructions. Five for 9 MACs are the bound, where pairs in rows take six:
 *
 *     rows 0 and 1   columns c0 c1 c2 of such pairs, weights v0 v1 v2 for them:
 *                    SMLAD c0 v0, SMLAD c1 v1, SMLAD c2 v2
 *     row 2          pairs (p0 p1) (p2 p3), weights (u0 u1) (u1 u2), the first tap in a lower half:
 *                    SMLAD (p0 p1) (u0 u1), SMLABT (p2 p3) (u1 u2), or in an upper half:
 *                    SMLATB (p0 p1) (u0 u1), SMLAD (p2 p3) (u1 u2)
 *
 * A block of one channel takes with stride 1
 *
 *     six outputs    30 multiply-accumulate, 7 LDM, 1 load, 12 to scale, 7 to store, 3 to go on: 60
 *     five outputs   25, 7, 1, 10, 5, 2: 50 (four 41, three 32)
 *
 * which is 1.11 instructions a MAC. Gathering comes on top: 41 for two columns of four channels.
 * Outputs are scaled as in device/dsp_depthwise_3x3.h. */
#ifndef ZK_DEVICE_DSP_DEPTHWISE_ROWS_H
#define ZK_DEVICE_DSP_DEPTHWISE_ROWS_H

#include "device/intrinsics.h"

/* What a block works on: as many outputs side by side as its name says, of every channel. The
 * fields are loaded into registers in this order. */
typedef struct zk_depthwise_rows_block {
    const uint32_t *units;  /* for each channel the columns of rows 0 and 1, then the pairs of row
                               2: as many columns as outputs see, made even, half as many pairs */
    const int32_t *filters; /* for each channel ZK_DEPTHWISE_ROWS_FILTER words, see below */
    int32_t channels;       /* from an output to the one beside it */
    const int8_t *end;      /* out + channels of this block */
    int32_t three;          /* 3 * channels */
    int8_t *out;            /* the first output of channel 0 */
} zk_depthwise_rows_block;

/* v0, v1, v2, what the sum starts from, (u0 u1), (u1 u2), multiplier, start. */
enum { ZK_DEPTHWISE_ROWS_FILTER = 8 };

/* r0 units, r1 filters; r2, r3, r5 the weights, then r2, r3 multiplier and start; r9, r10, r11,
 * r12, lr, r8 the sums, of which the last one used is what all start from until its turn comes. r4
 * is the output, of blocks of six only in memory. On the stack, from sp: channels, end, three, out.
 * A frame pointer may be in r7 or r11, which the compiler then does not allow to name as clobbered;
 * these and r6, a low register for the block, are saved here. */
#define ZK_ROWS_BEGIN                      \
    "push {r6, r7, r11}\n"                 \
    "ldmia %0, {r0, r1, r2, r3, r4, r5}\n" \
    "push {r2, r3, r4, r5}\n"              \
    "mov r4, r5\n"                         \
    "1:\n"

#define ZK_ROWS_FILTERS(registers) "ldmia r1!, {" registers "}\n"
#define ZK_ROWS_DATA(registers) "ldmia r0!, {" registers "}\n"

/* Rows 0 and 1: what column `x` adds to the first sum it is of use to by weight v0, to others by v1
 * and v2. */
#define ZK_ROWS_V0(x, sum, from) "smlad " sum ", " x ", r2, " from "\n"
#define ZK_ROWS_V1(x, sum) "smlad " sum ", " x ", r3, " sum "\n"
#define ZK_ROWS_V2(x, sum) "smlad " sum ", " x ", r5, " sum "\n"
#define ZK_ROWS_COLUMN(x, two, one, zero, from) \
    ZK_ROWS_V2(x, two) ZK_ROWS_V1(x, one) ZK_ROWS_V0(x, zero, from)

/* Row 2: what pair `x` adds to sums as their left pair and as their right one. */
#define ZK_ROWS_LEFT(x, sum) "smlad " sum ", " x ", r2, " sum "\n"
#define ZK_ROWS_LEFT_ODD(x, sum) "smlatb " sum ", " x ", r2, " sum "\n"
#define ZK_ROWS_RIGHT(x, sum) "smlabt " sum ", " x ", r3, " sum "\n"
#define ZK_ROWS_RIGHT_ODD(x, sum) "smlad " sum ", " x ", r3, " sum "\n"
/* Of an even output and the odd one beside it. */
#define ZK_ROWS_LEFTS(x, even, odd) ZK_ROWS_LEFT(x, even) ZK_ROWS_LEFT_ODD(x, odd)
#define ZK_ROWS_RIGHTS(x, even, odd) ZK_ROWS_RIGHT(x, even) ZK_ROWS_RIGHT_ODD(x, odd)

#define ZK_ROWS_SCALE(sum)             \
    "smmla " sum ", " sum ", r2, r3\n" \
    "ssat " sum ", #8, " sum ", asr #8\n"
#define ZK_ROWS_SCALE_3 \
    ZK_ROWS_FILTERS("r2, r3") ZK_ROWS_SCALE("r9") ZK_ROWS_SCALE("r10") ZK_ROWS_SCALE("r11")
#define ZK_ROWS_SCALE_4 ZK_ROWS_SCALE_3 ZK_ROWS_SCALE("r12")
#define ZK_ROWS_SCALE_5 ZK_ROWS_SCALE_4 ZK_ROWS_SCALE("lr")
#define ZK_ROWS_SCALE_6 ZK_ROWS_SCALE_5 ZK_ROWS_SCALE("r8")

/* Stores the outputs and goes on to the next channel. */
#define ZK_ROWS_LAST    \
    "bne.w 1b\n"        \
    "add sp, sp, #16\n" \
    "pop {r6, r7, r11}\n"
#define ZK_ROWS_NEXT               \
    "strb r10, [r4, r5]\n"         \
    "strb r11, [r4, r5, lsl #1]\n" \
    "strb r9, [r4], #1\n"          \
    "cmp r4, r6\n" ZK_ROWS_LAST
#define ZK_ROWS_END_3 ZK_ROWS_SCALE_3 "ldmia sp, {r5, r6}\n" ZK_ROWS_NEXT
#define ZK_ROWS_END_4                          \
    ZK_ROWS_SCALE_4 "ldmia sp, {r5, r6, r7}\n" \
                    "strb r12, [r4, r7]\n" ZK_ROWS_NEXT
#define ZK_ROWS_END_5                          \
    ZK_ROWS_SCALE_5 "ldmia sp, {r5, r6, r7}\n" \
                    "strb r12, [r4, r7]\n"     \
                    "strb lr, [r4, r5, lsl #2]\n" ZK_ROWS_NEXT
#define ZK_ROWS_END_6                              \
    ZK_ROWS_SCALE_6 "ldmia sp, {r4, r5, r6, r7}\n" \
                    "strb r10, [r7, r4]\n"         \
                    "strb r11, [r7, r4, lsl #1]\n" \
                    "strb r12, [r7, r6]\n"         \
                    "strb lr, [r7, r4, lsl #2]\n"  \
                    "add r2, r7, r4\n"             \
                    "strb r8, [r2, r4, lsl #2]\n"  \
                    "strb r9, [r7], #1\n"          \
                    "cmp r7, r5\n"                 \
                    "str r7, [sp, #12]\n" ZK_ROWS_LAST

#define ZK_ROWS_CLOBBERED \
    "r0", "r1", "r2", "r3", "r4", "r5", "r8", "r9", "r10", "r12", "lr", "cc", "memory"

#if !defined(__ARM_FEATURE_DSP)
/* A block of `width` outputs in portable C. */
static inline void zk_depthwise_rows_portable(const zk_depthwise_rows_block *b, int32_t width,
                                              int32_t stride)
{
    int32_t pairs = stride == 1 ? (width + 3) / 2 : width + 1;
    const uint32_t *columns = b->units;
    const int32_t *filter = b->filters;
    for (int8_t *out = b->out; out != b->end; out++, filter += ZK_DEPTHWISE_ROWS_FILTER) {
        const uint32_t *row = columns + 2 * pairs;
        for (int32_t x = 0; x < width; x++) {
            int32_t sum = filter[3];
            for (int32_t tap = 0; tap < 3; tap++) {
                int32_t from = x * stride + tap;
                uint32_t pair = columns[from], v = (uint32_t)filter[tap];
                sum += zk_lane(v, 0) * zk_lane(pair, 0) + zk_lane(v, 1) * zk_lane(pair, 1);
                sum += zk_lane((uint32_t)filter[tap == 2 ? 5 : 4], tap == 0 ? 0 : 1) *
                       zk_lane(row[from / 2], from % 2);
            }
            int32_t high = (int32_t)(((int64_t)sum * filter[6]) >> 32);
            int32_t value = (high + filter[7]) >> 8;
            out[x * b->channels] = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
        }
        columns = row + pairs;
    }
}
#endif

/* Three outputs, stride 1. */
#define ZK_ROWS_S1_W3                                                                       \
    ZK_ROWS_BEGIN ZK_ROWS_FILTERS("r2, r3, r5, r11") ZK_ROWS_DATA("r6, r7, r8, r12, lr")    \
        ZK_ROWS_V0("r6", "r9", "r11") ZK_ROWS_V1("r7", "r9") ZK_ROWS_V0("r7", "r10", "r11") \
            ZK_ROWS_COLUMN("r8", "r9", "r10", "r11", "r11") ZK_ROWS_V2("r12", "r10")        \
                ZK_ROWS_V1("r12", "r11") ZK_ROWS_V2("lr", "r11") ZK_ROWS_DATA("r6")         \
                    ZK_ROWS_FILTERS("r2, r3") ZK_ROWS_DATA("r5, r6, r7")                    \
                        ZK_ROWS_LEFTS("r5", "r9", "r10") ZK_ROWS_RIGHTS("r6", "r9", "r10")  \
                            ZK_ROWS_LEFT("r6", "r11") ZK_ROWS_RIGHT("r7", "r11") ZK_ROWS_END_3
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_rows_s1_w3(const zk_depthwise_rows_block *block)
{
    __asm__ volatile(ZK_ROWS_S1_W3 : : "r"(block) : ZK_ROWS_CLOBBERED);
}
#else
static inline void zk_depthwise_rows_s1_w3(const zk_depthwise_rows_block *block)
{
    zk_depthwise_rows_portable(block, 3, 1);
}
#endif

/* Four outputs, stride 1. */
#define ZK_ROWS_S1_W4                                                                          \
    ZK_ROWS_BEGIN ZK_ROWS_FILTERS("r2, r3, r5, r12") ZK_ROWS_DATA("r6, r7, r8, lr")            \
        ZK_ROWS_V0("r6", "r9", "r12") ZK_ROWS_V1("r7", "r9") ZK_ROWS_V0("r7", "r10", "r12")    \
            ZK_ROWS_COLUMN("r8", "r9", "r10", "r11", "r12")                                    \
                ZK_ROWS_COLUMN("lr", "r10", "r11", "r12", "r12") ZK_ROWS_DATA("r6, r7")        \
                    ZK_ROWS_V2("r6", "r11") ZK_ROWS_V1("r6", "r12") ZK_ROWS_V2("r7", "r12")    \
                        ZK_ROWS_FILTERS("r2, r3") ZK_ROWS_DATA("r5, r6, r7")                   \
                            ZK_ROWS_LEFTS("r5", "r9", "r10") ZK_ROWS_RIGHTS("r6", "r9", "r10") \
                                ZK_ROWS_LEFTS("r6", "r11", "r12")                              \
                                    ZK_ROWS_RIGHTS("r7", "r11", "r12") ZK_ROWS_END_4
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_rows_s1_w4(const zk_depthwise_rows_block *block)
{
    __asm__ volatile(ZK_ROWS_S1_W4 : : "r"(block) : ZK_ROWS_CLOBBERED);
}
#else
static inline void zk_depthwise_rows_s1_w4(const zk_depthwise_rows_block *block)
{
    zk_depthwise_rows_portable(block, 4, 1);
}
#endif

/* Five outputs, stride 1. */
#define ZK_ROWS_S1_W5                                                                              \
    ZK_ROWS_BEGIN ZK_ROWS_FILTERS("r2, r3, r5, lr") ZK_ROWS_DATA("r6, r7, r8")                     \
        ZK_ROWS_V0("r6", "r9", "lr") ZK_ROWS_V1("r7", "r9") ZK_ROWS_V0("r7", "r10", "lr")          \
            ZK_ROWS_COLUMN("r8", "r9", "r10", "r11", "lr") ZK_ROWS_DATA("r6, r7, r8")              \
                ZK_ROWS_COLUMN("r6", "r10", "r11", "r12", "lr")                                    \
                    ZK_ROWS_COLUMN("r7", "r11", "r12", "lr", "lr") ZK_ROWS_V2("r8", "r12")         \
                        ZK_ROWS_V1("r8", "lr") ZK_ROWS_DATA("r6, r7") ZK_ROWS_V2("r6", "lr")       \
                            ZK_ROWS_FILTERS("r2, r3") ZK_ROWS_DATA("r5, r6, r7, r8")               \
                                ZK_ROWS_LEFTS("r5", "r9", "r10") ZK_ROWS_RIGHTS("r6", "r9", "r10") \
                                    ZK_ROWS_LEFTS("r6", "r11", "r12")                              \
                                        ZK_ROWS_RIGHTS("r7", "r11", "r12")                         \
                                            ZK_ROWS_LEFT("r7", "lr") ZK_ROWS_RIGHT("r8", "lr")     \
                                                ZK_ROWS_END_5
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_rows_s1_w5(const zk_depthwise_rows_block *block)
{
    __asm__ volatile(ZK_ROWS_S1_W5 : : "r"(block) : ZK_ROWS_CLOBBERED);
}
#else
static inline void zk_depthwise_rows_s1_w5(const zk_depthwise_rows_block *block)
{
    zk_depthwise_rows_portable(block, 5, 1);
}
#endif

/* Six outputs, stride 1. */
#define ZK_ROWS_S1_W6                                                                              \
    ZK_ROWS_BEGIN ZK_ROWS_FILTERS("r2, r3, r5, r8") ZK_ROWS_DATA("r4, r6, r7")                     \
        ZK_ROWS_V0("r4", "r9", "r8") ZK_ROWS_V1("r6", "r9") ZK_ROWS_V0("r6", "r10", "r8")          \
            ZK_ROWS_COLUMN("r7", "r9", "r10", "r11", "r8") ZK_ROWS_DATA("r4, r6, r7")              \
                ZK_ROWS_COLUMN("r4", "r10", "r11", "r12", "r8") ZK_ROWS_COLUMN("r6", "r11", "r12", \
                                                                               "lr", "r8")         \
                    ZK_ROWS_COLUMN("r7", "r12", "lr", "r8", "r8") ZK_ROWS_DATA("r4, r6")           \
                        ZK_ROWS_V2("r4", "lr") ZK_ROWS_V1("r4", "r8") ZK_ROWS_V2("r6", "r8")       \
                            ZK_ROWS_FILTERS("r2, r3") ZK_ROWS_DATA("r4, r5, r6, r7")               \
                                ZK_ROWS_LEFTS("r4", "r9", "r10") ZK_ROWS_RIGHTS("r5", "r9", "r10") \
                                    ZK_ROWS_LEFTS("r5", "r11", "r12")                              \
                                        ZK_ROWS_RIGHTS("r6", "r11", "r12")                         \
                                            ZK_ROWS_LEFTS("r6", "lr", "r8")                        \
                                                ZK_ROWS_RIGHTS("r7", "lr", "r8") ZK_ROWS_END_6
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_rows_s1_w6(const zk_depthwise_rows_block *block)
{
    __asm__ volatile(ZK_ROWS_S1_W6 : : "r"(block) : ZK_ROWS_CLOBBERED);
}
#else
static inline void zk_depthwise_rows_s1_w6(const zk_depthwise_rows_block *block)
{
    zk_depthwise_rows_portable(block, 6, 1);
}
#endif

/* Three outputs, stride 2. */
#define ZK_ROWS_S2_W3                                                                             \
    ZK_ROWS_BEGIN ZK_ROWS_FILTERS("r2, r3, r5, r11") ZK_ROWS_DATA("r6, r7, r8, r12, lr")          \
        ZK_ROWS_V0("r6", "r9", "r11") ZK_ROWS_V1("r7", "r9") ZK_ROWS_V2("r8", "r9")               \
            ZK_ROWS_V0("r8", "r10", "r11") ZK_ROWS_V1("r12", "r10") ZK_ROWS_V2("lr", "r10")       \
                ZK_ROWS_V0("lr", "r11", "r11") ZK_ROWS_DATA("r6, r7, r8") ZK_ROWS_V1("r6", "r11") \
                    ZK_ROWS_V2("r7", "r11") ZK_ROWS_FILTERS("r2, r3")                             \
                        ZK_ROWS_DATA("r5, r6, r7, r8") ZK_ROWS_LEFT("r5", "r9")                   \
                            ZK_ROWS_RIGHT("r6", "r9") ZK_ROWS_LEFT("r6", "r10")                   \
                                ZK_ROWS_RIGHT("r7", "r10") ZK_ROWS_LEFT("r7", "r11")              \
                                    ZK_ROWS_RIGHT("r8", "r11") ZK_ROWS_END_3
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_rows_s2_w3(const zk_depthwise_rows_block *block)
{
    __asm__ volatile(ZK_ROWS_S2_W3 : : "r"(block) : ZK_ROWS_CLOBBERED);
}
#else
static inline void zk_depthwise_rows_s2_w3(const zk_depthwise_rows_block *block)
{
    zk_depthwise_rows_portable(block, 3, 2);
}
#endif

/* Four outputs, stride 2. */
#define ZK_ROWS_S2_W4                                                                              \
    ZK_ROWS_BEGIN ZK_ROWS_FILTERS("r2, r3, r5, r12") ZK_ROWS_DATA("r6, r7, r8, lr")                \
        ZK_ROWS_V0("r6", "r9", "r12") ZK_ROWS_V1("r7", "r9") ZK_ROWS_V2("r8", "r9")                \
            ZK_ROWS_V0("r8", "r10", "r12") ZK_ROWS_V1("lr", "r10") ZK_ROWS_DATA("r6, r7, r8, lr")  \
                ZK_ROWS_V2("r6", "r10") ZK_ROWS_V0("r6", "r11", "r12") ZK_ROWS_V1("r7", "r11")     \
                    ZK_ROWS_V2("r8", "r11") ZK_ROWS_V0("r8", "r12", "r12") ZK_ROWS_V1("lr", "r12") \
                        ZK_ROWS_DATA("r6, r7") ZK_ROWS_V2("r6", "r12") ZK_ROWS_FILTERS("r2, r3")   \
                            ZK_ROWS_DATA("r5, r6, r7, r8, lr") ZK_ROWS_LEFT("r5", "r9")            \
                                ZK_ROWS_RIGHT("r6", "r9") ZK_ROWS_LEFT("r6", "r10")                \
                                    ZK_ROWS_RIGHT("r7", "r10") ZK_ROWS_LEFT("r7", "r11")           \
                                        ZK_ROWS_RIGHT("r8", "r11") ZK_ROWS_LEFT("r8", "r12")       \
                                            ZK_ROWS_RIGHT("lr", "r12") ZK_ROWS_END_4
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_rows_s2_w4(const zk_depthwise_rows_block *block)
{
    __asm__ volatile(ZK_ROWS_S2_W4 : : "r"(block) : ZK_ROWS_CLOBBERED);
}
#else
static inline void zk_depthwise_rows_s2_w4(const zk_depthwise_rows_block *block)
{
    zk_depthwise_rows_portable(block, 4, 2);
}
#endif

/* Five outputs, stride 2. */
#define ZK_ROWS_S2_W5                                                                            \
    ZK_ROWS_BEGIN ZK_ROWS_FILTERS("r2, r3, r5, lr") ZK_ROWS_DATA("r6, r7, r8")                   \
        ZK_ROWS_V0("r6", "r9", "lr") ZK_ROWS_V1("r7", "r9") ZK_ROWS_V2("r8", "r9") ZK_ROWS_V0(   \
            "r8", "r10", "lr") ZK_ROWS_DATA("r6, r7, r8") ZK_ROWS_V1("r6", "r10")                \
            ZK_ROWS_V2("r7", "r10") ZK_ROWS_V0("r7", "r11", "lr") ZK_ROWS_V1("r8", "r11")        \
                ZK_ROWS_DATA("r6, r7, r8") ZK_ROWS_V2("r6", "r11") ZK_ROWS_V0("r6", "r12", "lr") \
                    ZK_ROWS_V1("r7", "r12") ZK_ROWS_V2("r8", "r12") ZK_ROWS_V0("r8", "lr", "lr") \
                        ZK_ROWS_DATA("r6, r7, r8") ZK_ROWS_V1("r6", "lr") ZK_ROWS_V2("r7", "lr") \
                            ZK_ROWS_FILTERS("r2, r3") ZK_ROWS_DATA("r5, r6, r7, r8")             \
                                ZK_ROWS_LEFT("r5", "r9") ZK_ROWS_RIGHT("r6", "r9")               \
                                    ZK_ROWS_LEFT("r6", "r10") ZK_ROWS_RIGHT("r7", "r10")         \
                                        ZK_ROWS_LEFT("r7", "r11") ZK_ROWS_RIGHT("r8", "r11")     \
                                            ZK_ROWS_LEFT("r8", "r12") ZK_ROWS_DATA("r5, r6")     \
                                                ZK_ROWS_RIGHT("r5", "r12")                       \
                                                    ZK_ROWS_LEFT("r5", "lr")                     \
                                                        ZK_ROWS_RIGHT("r6", "lr") ZK_ROWS_END_5
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_rows_s2_w5(const zk_depthwise_rows_block *block)
{
    __asm__ volatile(ZK_ROWS_S2_W5 : : "r"(block) : ZK_ROWS_CLOBBERED);
}
#else
static inline void zk_depthwise_rows_s2_w5(const zk_depthwise_rows_block *block)
{
    zk_depthwise_rows_portable(block, 5, 2);
}
#endif

/* Six outputs, stride 2. */
#define ZK_ROWS_S2_W6                                                                              \
    ZK_ROWS_BEGIN ZK_ROWS_FILTERS("r2, r3, r5, r8") ZK_ROWS_DATA("r4, r6, r7") ZK_ROWS_V0(         \
        "r4", "r9", "r8") ZK_ROWS_V1("r6", "r9") ZK_ROWS_V2("r7", "r9")                            \
        ZK_ROWS_V0("r7", "r10", "r8") ZK_ROWS_DATA("r4, r6, r7") ZK_ROWS_V1(                       \
            "r4", "r10") ZK_ROWS_V2("r6", "r10") ZK_ROWS_V0("r6", "r11", "r8")                     \
            ZK_ROWS_V1("r7", "r11") ZK_ROWS_DATA("r4, r6, r7") ZK_ROWS_V2("r4", "r11") ZK_ROWS_V0( \
                "r4", "r12", "r8") ZK_ROWS_V1("r6", "r12") ZK_ROWS_V2("r7", "r12")                 \
                ZK_ROWS_V0("r7", "lr", "r8") ZK_ROWS_DATA("r4, r6, r7") ZK_ROWS_V1("r4", "lr")     \
                    ZK_ROWS_V2("r6", "lr") ZK_ROWS_V0("r6", "r8", "r8") ZK_ROWS_V1("r7", "r8")     \
                        ZK_ROWS_DATA("r4, r6") ZK_ROWS_V2("r4", "r8") ZK_ROWS_FILTERS("r2, r3")    \
                            ZK_ROWS_DATA("r4, r5, r6, r7") ZK_ROWS_LEFT("r4", "r9")                \
                                ZK_ROWS_RIGHT("r5", "r9") ZK_ROWS_LEFT("r5", "r10")                \
                                    ZK_ROWS_RIGHT("r6", "r10") ZK_ROWS_LEFT("r6", "r11")           \
                                        ZK_ROWS_RIGHT("r7", "r11") ZK_ROWS_LEFT("r7", "r12")       \
                                            ZK_ROWS_DATA("r4, r5, r6") ZK_ROWS_RIGHT("r4", "r12")  \
                                                ZK_ROWS_LEFT("r4", "lr") ZK_ROWS_RIGHT("r5", "lr") \
                                                    ZK_ROWS_LEFT("r5", "r8")                       \
                                                        ZK_ROWS_RIGHT("r6", "r8") ZK_ROWS_END_6
#if defined(__ARM_FEATURE_DSP)
static inline void zk_depthwise_rows_s2_w6(const zk_depthwise_rows_block *block)
{
    __asm__ volatile(ZK_ROWS_S2_W6 : : "r"(block) : ZK_ROWS_CLOBBERED);
}
#else
static inline void zk_depthwise_rows_s2_w6(const zk_depthwise_rows_block *block)
{
    zk_depthwise_rows_portable(block, 6, 2);
}
#endif

#endif
