/* CONV_2D with 3x3 kernels of stride 1 by Winograd's algorithm F(4x4, 3x3): four times fewer
 * multiplications than the definition, and the same bits.
 *
 * A tile of 4x4 outputs sees 6x6 inputs d. With the filter g and matrices B, G, A it is
 * A' [(G g G') * (B' d B)] A, where * multiplies point by point: 36 multiplications a channel where
 * the definition takes 144. G g G' is made by the compiler.
 *
 * Integers. B' and A' are whole; rows of G have denominators 4, 6 and 24. Here
 *
 *     B' =  4  0 -5  0  1  0     G =  6  0  0     A' = 1  1  1  1  1  0
 *           0 -4 -4  1  1  0         -4 -4 -4          0  1 -1  2 -2  0
 *           0  4 -4 -1  1  0         -4  4 -4          0  1  1  4  4  0
 *           0 -2 -1  2  1  0          1  2  4          0  1 -1  8 -8  4
 *           0  2 -1 -2  1  0          1 -2  4
 *           0  4  0 -5  0  1          0  0  6
 *
 * which gives 24 * 24 = 576 times the convolution. Weights then have |x| <= 12 * 12 * 128 = 18432
 * and fit 16 bits. The sums may wrap around at 32 bits on the way, since all that happens to them
 * are sums and products, which hold modulo 2^32; multiplied by the inverse of 9 modulo 2^32 and a
 * power of two they are the true sum times 2^left, exactly, if only that fits 32 bits: the compiler
 * proves it from the weights (variant_winograd.c), and chooses the power of two that makes the last
 * shift 16 for every channel, so that SMMLA and SSAT are the requantization (ops/scaling.h).
 *
 * Pairs. Two channels of the input are the halves of a word. Plain 32-bit instructions with shifted
 * operands transform both at once, as long as a half does not borrow from the other in the end:
 * inputs are made 0..255 (SXTAB16 adds the 128), and in the horizontal transform columns 4 and 5
 * get 14336 more in the lower half, which makes all 36 results larger by that. Without it they are
 * in -12750..12750, but -8160..17340 at point 1, 1, whose coefficients do not add up to 0: so a
 * lower half is in 0..32767 and an upper one in -12750..17340. The 14336 is what 14336 in four
 * pixels, rows and columns 4 and 5, would give, so it changes only the outputs in rows and columns
 * 2 and 3, by a constant of the channel: these have a bias of their own.
 *
 * Cost for 16 inputs and outputs, an output, in instructions:
 *     vertical transform 5.2, horizontal 4.2, products 26.3 (0.73 a multiplication; the bound of
 *     SMLAD is 0.5), half of the way back 5.9, the other and requantization 9.9 with a line, 12.2
 *     without; 52 in all, where the definition's kernel takes 119.
 * For ic of MLPerf Tiny: 0.38 instructions a multiplication of the
 * definition with 16 channels, 0.28 with 32, 0.23 with 64; weights take 72 bytes instead of 9. The
 * tiles of F(2x2, 3x3) take 0.57, 0.45 and 0.39, and 32 bytes; the definition 0.84, 0.76 and 0.74.
 *
 * Two tiles side by side are transformed into scratch, then multiplied with four filters at a time;
 * the four rows of outputs are written when the six rows of inputs below them have been read but
 * for what later tiles of the same row see. */
#include "ops/conv_2d/kernel.h"

#include "device/winograd.h"

/* Words of a chunk of the transformed input: 36 points, 8 pairs of channels, 2 tiles. */
enum { ZK_WINOGRAD_4X4_CHUNK = 36 * 8 * 2 };

/* What two tiles see of the picture, in the order of registers: columns begin..end of 10, `step`
 * bytes apart; rows start with column `begin`. */
typedef struct zk_winograd_4x4_patch {
    int32_t step, columns; /* end - begin */
    const int8_t *row[6];
    int32_t begin, end;
} zk_winograd_4x4_patch;

/* Six pairs of values transformed, to places of `to` that are `step` words apart. */
#if !defined(__ARM_FEATURE_DSP)
static inline void zk_winograd_4x4_six(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e,
                                       uint32_t f, uint32_t *to, int32_t step)
{
    uint32_t e_4c = e - 4 * c, d_4b = d - 4 * b, e_c = e - c, d_b = d - b;
    to[0] = e_c + 4 * (a - c);
    to[step] = e_4c + d_4b;
    to[2 * step] = e_4c - d_4b;
    to[3 * step] = e_c + 2 * d_b;
    to[4 * step] = e_c - 2 * d_b;
    to[5 * step] = f - d - 4 * d_b;
}
#endif

/* The vertical transform of four channels: bytes 0 and 2 of a column to t[6 rows][0][10 columns],
 * bytes 1 and 3 to t[6][1][10]; 64 instructions a column. */
#if defined(__ARM_FEATURE_DSP)
/* clang-format off */
/* a, b, c, d, e, f in r2..r7; r8 is free. */
#define ZK_WINOGRAD_4X4_SIX(put)      \
    "sub r2, r2, r4\n"                \
    "sub r8, r6, r4\n"                \
    "sub r6, r6, r4, lsl #2\n"        \
    "add r2, r8, r2, lsl #2\n"        \
    put("r2", "0")                    \
    "sub r4, r5, r3\n"                \
    "sub r3, r5, r3, lsl #2\n"        \
    "sub r7, r7, r5\n"                \
    "sub r7, r7, r4, lsl #2\n"        \
    put("r7", "5")                    \
    "add r2, r6, r3\n"                \
    put("r2", "1")                    \
    "sub r6, r6, r3\n"                \
    put("r6", "2")                    \
    "add r2, r8, r4, lsl #1\n"        \
    put("r2", "3")                    \
    "sub r8, r8, r4, lsl #1\n"        \
    put("r8", "4")
#define ZK_WINOGRAD_4X4_PUT_EVEN(value, row) "str " value ", [r1, #80 * " row "]\n"
#define ZK_WINOGRAD_4X4_PUT_ODD(value, row) "str " value ", [r1, #80 * " row " + 40]\n"
static inline void zk_winograd_4x4_columns(const zk_winograd_4x4_patch *patch, int32_t channel,
                                           uint32_t *t)
{
    /* On the stack: step, the end of t, the rows. */
    __asm__ volatile("mov r12, %0\n"
                     "mov r0, %1\n"
                     "mov r1, %2\n"
                     "push {r4-r11, lr}\n"
                     "ldmia r12, {r2-r9}\n"
                     "add r3, r1, r3, lsl #2\n"
                     "push {r2-r9}\n"
                     "mov r9, #0x00800080\n"
                     "1:\n"
                     "ldrd r2, r3, [sp, #8]\n"
                     "ldrd r4, r5, [sp, #16]\n"
                     "ldrd r6, r7, [sp, #24]\n"
                     "ldr r10, [r2, r0]\n"
                     "ldr r11, [r3, r0]\n"
                     "ldr r12, [r4, r0]\n"
                     "ldr lr, [r5, r0]\n"
                     "ldr r6, [r6, r0]\n"
                     "ldr r7, [r7, r0]\n"
                     "sxtab16 r2, r9, r10\n"
                     "sxtab16 r3, r9, r11\n"
                     "sxtab16 r4, r9, r12\n"
                     "sxtab16 r5, r9, lr\n"
                     "sxtab16 r6, r9, r6\n"
                     "sxtab16 r7, r9, r7\n" ZK_WINOGRAD_4X4_SIX(ZK_WINOGRAD_4X4_PUT_EVEN)
                     "ldrd r6, r7, [sp, #24]\n"
                     "sxtab16 r2, r9, r10, ror #8\n"
                     "sxtab16 r3, r9, r11, ror #8\n"
                     "sxtab16 r4, r9, r12, ror #8\n"
                     "sxtab16 r5, r9, lr, ror #8\n"
                     "ldr r6, [r6, r0]\n"
                     "ldr r7, [r7, r0]\n"
                     "sxtab16 r6, r9, r6, ror #8\n"
                     "sxtab16 r7, r9, r7, ror #8\n" ZK_WINOGRAD_4X4_SIX(ZK_WINOGRAD_4X4_PUT_ODD)
                     "ldrd r2, r3, [sp]\n"
                     "add r1, r1, #4\n"
                     "add r0, r0, r2\n"
                     "cmp r1, r3\n"
                     "bne.w 1b\n"
                     "add sp, sp, #32\n"
                     "pop {r4-r11, lr}\n"
                     :
                     : "r"(patch), "r"(channel), "r"(t)
                     : "r0", "r1", "r2", "r3", "r12", "cc", "memory");
}
/* clang-format on */
#else
static inline void zk_winograd_4x4_columns(const zk_winograd_4x4_patch *patch, int32_t channel,
                                           uint32_t *t)
{
    for (int32_t i = 0; i < 2 * patch->columns; i++) {
        uint32_t pair[6];
        for (int32_t k = 0; k < 6; k++) {
            const int8_t *byte = patch->row[k] + i / 2 * patch->step + channel + i % 2;
            pair[k] = (uint32_t)(byte[0] + 128) | (uint32_t)(byte[2] + 128) << 16;
        }
        zk_winograd_4x4_six(pair[0], pair[1], pair[2], pair[3], pair[4], pair[5],
                            t + i % 2 * 10 + i / 2, 20);
    }
}
#endif

/* The horizontal transform: of two tiles, which share columns 4 and 5, for t[6 rows][2 pairs][10]
 * to v[6 rows][6 columns][8 pairs, 2 of them][2 tiles]; 43 instructions a row of a pair. */
#if defined(__ARM_FEATURE_DSP)
/* clang-format off */
/* Columns in a..f, of which e and f are kept; r12 and lr are free; to v, 64 bytes apart. */
#define ZK_WINOGRAD_4X4_TILE(a, b, c, d, e, f, v)                       \
    "add r12, " e ", #14336\n"                                          \
    "sub " a ", " a ", " c "\n"                                         \
    "sub lr, r12, " c ", lsl #2\n"                                      \
    "sub r12, r12, " c "\n"                                             \
    "add " a ", r12, " a ", lsl #2\n"                                   \
    "str " a ", [r1, #" v "]\n"                                         \
    "sub " c ", " d ", " b "\n"                                         \
    "sub " b ", " d ", " b ", lsl #2\n"                                 \
    "sub " d ", " f ", " d "\n"                                         \
    "sub " d ", " d ", " c ", lsl #2\n"                                 \
    "add " d ", " d ", #14336\n"                                        \
    "str " d ", [r1, #" v " + 320]\n"                                   \
    "add " a ", lr, " b "\n"                                            \
    "str " a ", [r1, #" v " + 64]\n"                                    \
    "sub lr, lr, " b "\n"                                               \
    "str lr, [r1, #" v " + 128]\n"                                      \
    "add " a ", r12, " c ", lsl #1\n"                                   \
    "str " a ", [r1, #" v " + 192]\n"                                   \
    "sub r12, r12, " c ", lsl #1\n"                                     \
    "str r12, [r1, #" v " + 256]\n"
static inline void zk_winograd_4x4_rows(const uint32_t *t, uint32_t *v)
{
    __asm__ volatile("mov r0, %0\n"
                     "mov r1, %1\n"
                     "push {r4-r11, lr}\n"
                     "add r2, r0, #480\n"
                     "push {r2, r3}\n"
                     "1:\n"
                     "ldmia r0!, {r2-r11}\n"
                     ZK_WINOGRAD_4X4_TILE("r2", "r3", "r4", "r5", "r6", "r7", "0")
                     ZK_WINOGRAD_4X4_TILE("r6", "r7", "r8", "r9", "r10", "r11", "4")
                     "ldmia r0!, {r2-r11}\n"
                     ZK_WINOGRAD_4X4_TILE("r2", "r3", "r4", "r5", "r6", "r7", "8")
                     ZK_WINOGRAD_4X4_TILE("r6", "r7", "r8", "r9", "r10", "r11", "12")
                     "ldr r2, [sp]\n"
                     "add r1, r1, #384\n"
                     "cmp r0, r2\n"
                     "bne.w 1b\n"
                     "add sp, sp, #8\n"
                     "pop {r4-r11, lr}\n"
                     :
                     : "r"(t), "r"(v)
                     : "r0", "r1", "r2", "r3", "r12", "cc", "memory");
}
/* clang-format on */
#else
static inline void zk_winograd_4x4_rows(const uint32_t *t, uint32_t *v)
{
    const uint32_t offset = ZK_CONV_2D_WINOGRAD_OFFSET;
    for (int32_t i = 0; i < 12; i++, t += 10) {
        uint32_t *to = v + i / 2 * 96 + i % 2 * 2;
        zk_winograd_4x4_six(t[0], t[1], t[2], t[3], t[4] + offset, t[5] + offset, to, 16);
        zk_winograd_4x4_six(t[4], t[5], t[6], t[7], t[8] + offset, t[9] + offset, to + 1, 16);
    }
}
#endif

/* All channels of two tiles to chunks v[36 points][8 pairs][2 tiles]; t: [6 rows][2 pairs][10]. */
static inline void zk_winograd_4x4_input(const zk_winograd_4x4_patch *patch, int32_t in_c,
                                         int32_t zero_point, uint32_t *t, uint32_t *v)
{
    /* Only row 1 of the transform does not cancel a constant; twice, for both halves. */
    uint32_t padding = (uint32_t)(-6 * (128 + zero_point)) * 0x10001u;
    for (int32_t x = 0; x < 10; x++)
        if (x < patch->begin || x >= patch->end)
            for (int32_t i = 0; i < 12; i++) t[10 * i + x] = i / 2 == 1 ? padding : 0;
    for (int32_t channel = 0; channel < in_c; channel += 4, v += 4) {
        zk_winograd_4x4_columns(patch, channel, t + patch->begin);
        zk_winograd_4x4_rows(t, v);
        if ((channel & 12) == 12) v += ZK_WINOGRAD_4X4_CHUNK - 16;
    }
}

/* The first half of the way back: sums[6][6 columns][8] become [4][6][8], in place; 15 instructions
 * a column of six. */
#if defined(__ARM_FEATURE_DSP)
/* clang-format off */
#define ZK_WINOGRAD_4X4_FOUR           \
    "ldrd r4, r5, [r0, #192]\n"        \
    "ldrd r6, r7, [r0, #384]\n"        \
    "ldrd r8, r9, [r0, #576]\n"        \
    "ldrd r10, r11, [r0, #768]\n"      \
    "ldrd r2, r3, [r0]\n"              \
    "ldrd r12, lr, [r0, #960]\n"       \
    "add r4, r4, r6\n"                 \
    "add r5, r5, r7\n"                 \
    "sub r6, r4, r6, lsl #1\n"         \
    "sub r7, r5, r7, lsl #1\n"         \
    "add r8, r8, r10\n"                \
    "add r9, r9, r11\n"                \
    "sub r10, r8, r10, lsl #1\n"       \
    "sub r11, r9, r11, lsl #1\n"       \
    "add r2, r2, r4\n"                 \
    "add r3, r3, r5\n"                 \
    "add r2, r2, r8\n"                 \
    "add r3, r3, r9\n"                 \
    "add r4, r4, r8, lsl #2\n"         \
    "add r5, r5, r9, lsl #2\n"         \
    "add r12, r12, r10, lsl #1\n"      \
    "add lr, lr, r11, lsl #1\n"        \
    "add r12, r6, r12, lsl #2\n"       \
    "add lr, r7, lr, lsl #2\n"         \
    "add r6, r6, r10, lsl #1\n"        \
    "add r7, r7, r11, lsl #1\n"        \
    "strd r6, r7, [r0, #192]\n"        \
    "strd r4, r5, [r0, #384]\n"        \
    "strd r12, lr, [r0, #576]\n"       \
    "strd r2, r3, [r0], #8\n"
static inline void zk_winograd_4x4_fold(uint32_t *sums)
{
    __asm__ volatile("mov r0, %0\n"
                     "push {r4-r11, lr}\n"
                     "add r1, r0, #192\n"
                     "1:\n" ZK_WINOGRAD_4X4_FOUR ZK_WINOGRAD_4X4_FOUR
                     "cmp r0, r1\n"
                     "bne.w 1b\n"
                     "pop {r4-r11, lr}\n"
                     :
                     : "r"(sums)
                     : "r0", "r1", "r2", "r3", "r12", "cc", "memory");
}
/* clang-format on */
#else
static inline void zk_winograd_4x4_fold(uint32_t *sums)
{
    for (uint32_t *m = sums; m != sums + 48; m++) {
        uint32_t s = m[48] + m[96], t = m[48] - m[96], u = m[144] + m[192], v = m[144] - m[192];
        m[0] = m[0] + s + u;
        m[48] = t + 2 * v;
        m[96] = s + 4 * u;
        m[144] = t + 4 * (2 * v + m[240]);
    }
}
#endif

/* What becomes of the sums of a channel: in the order of registers. */
typedef struct zk_winograd_4x4_channel {
    int32_t inverse, multiplier, start;
    int32_t bias;
    int32_t corner[4]; /* instead of bias, for the last two rows and columns of a tile */
    int32_t negative;
} zk_winograd_4x4_channel;

/* Where the first channel of a tile goes, in the order of registers: rows are `down` bytes apart,
 * pixels `right`. */
typedef struct zk_winograd_4x4_place {
    int8_t *out;
    int32_t right, down;
} zk_winograd_4x4_place;

/* The outputs of four channels of a tile, from sums[4 rows][6 columns][4 channels of 8]: 148
 * instructions a channel with a line for it, any takes 188. */
typedef void zk_winograd_4x4_output(const zk_winograd_4x4_channel *channel, const uint32_t *sums,
                                    const zk_winograd_4x4_place *place);

#if defined(__ARM_FEATURE_DSP)
/* clang-format off */
/* Six sums of row \\row, r8, r9, r10, r11, r12 and lr, to four, r8, r10, r9 and lr. */
#define ZK_WINOGRAD_4X4_ROW                   \
    "ldr r9, [r0, #192 * \\row + 32]\n"       \
    "ldr r10, [r0, #192 * \\row + 64]\n"      \
    "ldr r11, [r0, #192 * \\row + 96]\n"      \
    "ldr r12, [r0, #192 * \\row + 128]\n"     \
    "ldr r8, [r0, #192 * \\row]\n"            \
    "ldr lr, [r0, #192 * \\row + 160]\n"      \
    "add r9, r9, r10\n"                       \
    "sub r10, r9, r10, lsl #1\n"              \
    "add r11, r11, r12\n"                     \
    "sub r12, r11, r12, lsl #1\n"             \
    "add r8, r8, r9\n"                        \
    "add r8, r8, r11\n"                       \
    "add r9, r9, r11, lsl #2\n"               \
    "add lr, lr, r12, lsl #1\n"               \
    "add lr, r10, lr, lsl #2\n"               \
    "add r10, r10, r12, lsl #1\n"
#define ZK_WINOGRAD_4X4_LINE(value, bias, at)         \
    "mla " value ", " value ", r4, " bias "\n"        \
    "smmla " value ", " value ", r5, r6\n"            \
    "ssat " value ", #8, " value ", asr #16\n"        \
    "strb " value ", [r1" at "]\n"
#define ZK_WINOGRAD_4X4_ANY(value, bias, at)          \
    "mla " value ", " value ", r4, " bias "\n"        \
    "and r12, r11, " value ", asr #31\n"              \
    "smmla " value ", " value ", r5, r6\n"            \
    "sub " value ", " value ", r12\n"                 \
    "ssat " value ", #8, " value ", asr #16\n"        \
    "strb " value ", [r1" at "]\n"
#define ZK_WINOGRAD_4X4_FOUR_OF(scale, last, bias2, bias3) \
    scale("r8", "r7", "") scale("r10", "r7", ", r2")       \
    last scale("r9", bias2, ", r2, lsl #1") scale("lr", bias3, ", r3")
#define ZK_WINOGRAD_4X4_DOWN   \
    "ldr r12, [sp, #32]\n"     \
    "add r1, r1, r12\n"        \
    ".endr\n"
/* Four channels, two rows with one bias and two with several. On the stack: corners and negative;
 * the next channel, its end; out, down. */
#define ZK_WINOGRAD_4X4_OUTPUT(upper, lower)                         \
    __asm__ volatile("mov r12, %0\n"                                 \
                     "mov r0, %1\n"                                  \
                     "mov r3, %2\n"                                  \
                     "push {r4-r11, lr}\n"                           \
                     "ldmia r3, {r1, r2, r3}\n"                      \
                     "sub sp, sp, #40\n"                             \
                     "add lr, r12, #144\n"                           \
                     "strd r12, lr, [sp, #20]\n"                     \
                     "strd r1, r3, [sp, #28]\n"                      \
                     "add r3, r2, r2, lsl #1\n"                      \
                     "1:\n"                                          \
                     "ldr lr, [sp, #20]\n"                           \
                     "ldmia lr!, {r4-r12}\n"                         \
                     "stmia sp, {r8-r12}\n"                          \
                     "str lr, [sp, #20]\n"                           \
                     ".irp row, 0, 1\n" ZK_WINOGRAD_4X4_ROW upper    \
                     ZK_WINOGRAD_4X4_DOWN                            \
                     ".irp row, 2, 3\n" ZK_WINOGRAD_4X4_ROW lower    \
                     ZK_WINOGRAD_4X4_DOWN                            \
                     "ldr r1, [sp, #28]\n"                           \
                     "add r0, r0, #4\n"                              \
                     "add r1, r1, #1\n"                              \
                     "str r1, [sp, #28]\n"                           \
                     "ldrd r11, r12, [sp, #20]\n"                    \
                     "cmp r11, r12\n"                                \
                     "bne.w 1b\n"                                    \
                     "add sp, sp, #40\n"                             \
                     "pop {r4-r11, lr}\n"                            \
                     :                                               \
                     : "r"(channel), "r"(sums), "r"(place)           \
                     : "r0", "r1", "r2", "r3", "r12", "cc", "memory")
static inline void zk_winograd_4x4_line(const zk_winograd_4x4_channel *channel,
                                        const uint32_t *sums,
                                        const zk_winograd_4x4_place *place)
{
    ZK_WINOGRAD_4X4_OUTPUT(
        ZK_WINOGRAD_4X4_FOUR_OF(ZK_WINOGRAD_4X4_LINE, , "r7", "r7"),
        "ldrd r11, r12, [sp, #8 * \\row - 16]\n"
        ZK_WINOGRAD_4X4_FOUR_OF(ZK_WINOGRAD_4X4_LINE, , "r11", "r12"));
}
static inline void zk_winograd_4x4_any(const zk_winograd_4x4_channel *channel,
                                       const uint32_t *sums,
                                       const zk_winograd_4x4_place *place)
{
    ZK_WINOGRAD_4X4_OUTPUT(
        "ldr r11, [sp, #16]\n"
        ZK_WINOGRAD_4X4_FOUR_OF(ZK_WINOGRAD_4X4_ANY, , "r7", "r7"),
        "ldr r11, [sp, #16]\n"
        ZK_WINOGRAD_4X4_FOUR_OF(ZK_WINOGRAD_4X4_ANY, "ldrd r8, r10, [sp, #8 * \\row - 16]\n", "r8",
                                "r10"));
}
/* clang-format on */
#else
static inline void zk_winograd_4x4_any(const zk_winograd_4x4_channel *channel, const uint32_t *sums,
                                       const zk_winograd_4x4_place *place)
{
    for (int32_t k = 0; k < 4; k++, channel++) {
        for (int32_t y = 0; y < 4; y++) {
            const uint32_t *m = sums + 48 * y + k;
            uint32_t s = m[8] + m[16], t = m[8] - m[16], u = m[24] + m[32], v = m[24] - m[32];
            uint32_t sum[4] = {m[0] + s + u, t + 2 * v, s + 4 * u, t + 4 * (2 * v + m[40])};
            for (int32_t x = 0; x < 4; x++) {
                int32_t corner = y >= 2 && x >= 2;
                int32_t bias = corner ? channel->corner[2 * (y - 2) + x - 2] : channel->bias;
                int32_t exact = (int32_t)(sum[x] * (uint32_t)channel->inverse + (uint32_t)bias);
                int32_t high = (int32_t)(((int64_t)exact * channel->multiplier) >> 32);
                int32_t value = (high + channel->start - (exact < 0 ? channel->negative : 0)) >> 16;
                place->out[y * place->down + x * place->right + k] =
                    (int8_t)(value < -128  ? -128
                             : value > 127 ? 127
                                           : value);
            }
        }
    }
}
static inline void zk_winograd_4x4_line(const zk_winograd_4x4_channel *channel,
                                        const uint32_t *sums, const zk_winograd_4x4_place *place)
{
    zk_winograd_4x4_any(channel, sums, place);
}
#endif

/* A tile at y, x of the output, four channels from c on; what is outside of it is left out. */
static inline void zk_winograd_4x4_put(const zk_window *w, zk_winograd_4x4_output *output,
                                       const zk_winograd_4x4_channel *channel, const uint32_t *sums,
                                       int32_t y, int32_t x, int32_t c, int8_t *picture)
{
    int8_t tile[64], *out = picture + (y * w->out_w + x) * w->out_c + c;
    int32_t whole = y + 4 <= w->out_h && x + 4 <= w->out_w && c + 4 <= w->out_c;
    zk_winograd_4x4_place place = {out, w->out_c, w->out_w * w->out_c};
    if (!whole) place.out = tile, place.right = 4, place.down = 16;
    output(channel, sums, &place);
    if (whole) return;
    for (int32_t i = 0; i < 64; i++)
        if (y + i / 16 < w->out_h && x + i / 4 % 4 < w->out_w && c + i % 4 < w->out_c)
            out[(i / 16 * w->out_w + i / 4 % 4) * w->out_c + i % 4] = tile[i];
}

static inline void zk_winograd_4x4(const zk_conv_2d_winograd_params *p,
                                   zk_winograd_4x4_output *output, const int8_t *in,
                                   const uint32_t *weights, const int32_t *channels,
                                   uint32_t *scratch, int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t chunks = (w->in_c + 15) / 16, row_bytes = w->in_w * w->in_c;
    /* The sums are made when the transform is done with `t` and the padding. */
    uint32_t *v = scratch, *t = v + chunks * ZK_WINOGRAD_4X4_CHUNK, *sums = t, *padding = t + 120;
    if (w->in_c & 15) zk_winograd_fill(v, 4 * chunks * ZK_WINOGRAD_4X4_CHUNK, 0);
    for (int32_t b = 0; b < w->batches; b++) {
        for (int32_t y = 0; y < w->out_h; y += 4) {
            for (int32_t x = 0; x < w->out_w; x += 8) {
                int32_t first = x - w->pad_w, left = w->in_w - first;
                zk_winograd_4x4_patch patch;
                patch.begin = first < 0 ? -first : 0;
                patch.end = left < 10 ? left : 10;
                patch.columns = patch.end - patch.begin;
                patch.step = w->in_c;
                if (y - w->pad_h < 0 || y - w->pad_h + 5 >= w->in_h)
                    zk_winograd_fill(padding, 10 * w->in_c, p->in_zero_point);
                for (int32_t i = 0; i < 6; i++) {
                    int32_t row = y - w->pad_h + i;
                    patch.row[i] = row < 0 || row >= w->in_h
                                       ? (const int8_t *)padding
                                       : in + row * row_bytes + (first + patch.begin) * w->in_c;
                }
                zk_winograd_4x4_input(&patch, w->in_c, p->in_zero_point, t, v);
                const uint32_t *u = weights;
                const zk_winograd_4x4_channel *channel = (const zk_winograd_4x4_channel *)channels;
                for (int32_t c = 0; c < w->out_c; c += 4, channel += 4) {
                    zk_winograd_product product = {u, v, sums, sums + 288};
                    zk_winograd_products(product, chunks);
                    u += chunks * (2 * ZK_WINOGRAD_4X4_CHUNK);
                    zk_winograd_4x4_fold(sums);
                    for (int32_t i = 0; i < 2 && x + 4 * i < w->out_w; i++)
                        zk_winograd_4x4_put(w, output, channel, sums + 4 * i, y, x + 4 * i, c, out);
                }
            }
        }
        in += w->in_h * row_bytes;
        out += w->out_h * w->out_w * w->out_c;
    }
}

void zk_conv_2d_s8_winograd_4x4_line(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                     const uint32_t *weights, const int32_t *channels,
                                     uint32_t *scratch, int8_t *out)
{
    zk_winograd_4x4(p, zk_winograd_4x4_line, in, weights, channels, scratch, out);
}

void zk_conv_2d_s8_winograd_4x4(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                const uint32_t *weights, const int32_t *channels, uint32_t *scratch,
                                int8_t *out)
{
    zk_winograd_4x4(p, zk_winograd_4x4_any, in, weights, channels, scratch, out);
}
