/* Sums of products of bytes with Helium, four channels by three pixels, scaled and stored.
 *
 * VMLADAVA multiplies 16 pairs of bytes and adds them to a register with an even number. Beside the
 * counter of a loop (LR) and the pointers there are six of those: blocks of two channels by three
 * pixels, which have the fewest loads of all blocks of six, 5 for 6 VMLADAVA. Two such blocks fill
 * the lanes of three vectors, a pixel each, that are scaled together: channels 0 and 2 go to lanes
 * 0 and 2, then channels 1 and 3 to lanes 1 and 3. With v vectors a pixel that takes 24 v + 34
 * instructions for 192 v products and 12 outputs, or 4 more where ties round away from zero.
 *
 * In C the compiler leaves half of the loop's own pointers in memory, which is why it is one
 * statement of assembly: it keeps all registers that it uses but q0..q7 and LR on the stack. */
#ifndef ZK_DEVICE_MVE_4X3_H
#define ZK_DEVICE_MVE_4X3_H

#include "device/vector.h"

/* All channels of `groups` times three pixels. Layouts:
 *
 * - weights: for each four channels, for channels 0 and 2 and then for 1 and 3, the vectors of 16
 *   bytes in the order in which they are used, of the one channel and of the other in turn;
 * - scales: 13 words for each four channels, see zk_scale_4.
 *
 * When the channels are no multiple of four, the last block of them begins at `last`. */
typedef struct zk_block_4x3 {
    /* From the first pixel's output to the second's, from there to the third's; more than one
     * group: both are the channels. */
    int32_t step_b, step_c;
    int8_t *last;             /* of the first pixel's output, the last four channels */
    int32_t clamp;            /* out_min and out_max are to be looked at */
    int32_t out_min, out_max; /* in the top byte; the bits below it all 0, all 1 */
    int32_t groups;           /* 1 or more */
    int32_t step;             /* from the values of a group to those of the next */
    int32_t out_step;         /* from behind the first pixel's output to the next group's */
    const int8_t *weights;
    const int32_t *scales;
    int8_t *out;             /* of the first pixel */
    const int8_t *a, *b, *c; /* where the pixels' values begin */
    int32_t more;            /* vectors a pixel, without the first */
    int32_t next;            /* for zk_run_4x3_taps */
} zk_block_4x3;

/* clang-format off */

/* Registers: r1 weights, r3 out, r5 scales, r7, r9, r11 values of the pixels, r12 more; r0, r2, r4,
 * r6, r8, r10 sums, pixel by pixel of one channel and the other; q0, q1 weights, q2, q3 values, q4,
 * q5, q6 sums of the pixels. On the stack: the block from step_b to scales. */
#define ZK_4X3_BEGIN                    \
    "push {r0-r12}\n"                   \
    "mov lr, %[block]\n"                \
    "ldm lr!, {r0-r10}\n"               \
    "push {r0-r10}\n"                   \
    "ldm lr!, {r3, r7, r9, r11, r12}\n" \
    "0:\n"                              \
    "ldrd r1, r5, [sp, #36]\n"

/* Values q times the weights in q0 and q1, to the sums of one pixel; mac: vmladav or vmladava. */
#define ZK_4X3_MAC(mac, one, other, q) \
    mac ".s8 " one ", q0, " q "\n"     \
    mac ".s8 " other ", q1, " q "\n"

/* A vector of each pixel. */
#define ZK_4X3_VECTOR(mac, at_a, at_b, at_c) \
    "vldrb.8 q0, [r1], #16\n"                \
    "vldrb.8 q1, [r1], #16\n"                \
    "vldrb.8 q2, " at_a "\n"                 \
    ZK_4X3_MAC(mac, "r0", "r2", "q2")        \
    "vldrb.8 q3, " at_b "\n"                 \
    ZK_4X3_MAC(mac, "r4", "r6", "q3")        \
    "vldrb.8 q2, " at_c "\n"                 \
    ZK_4X3_MAC(mac, "r8", "r10", "q2")
#define ZK_4X3_FORWARDS(mac) ZK_4X3_VECTOR(mac, "[r7], #16", "[r9], #16", "[r11], #16")
#define ZK_4X3_BACKWARDS(mac) ZK_4X3_VECTOR(mac, "[r7, #-16]!", "[r9, #-16]!", "[r11, #-16]!")

/* The sums into two lanes. */
#define ZK_4X3_LANES(one, other)                \
    "vmov q4[" other "], q4[" one "], r0, r2\n" \
    "vmov q5[" other "], q5[" one "], r4, r6\n" \
    "vmov q6[" other "], q6[" one "], r8, r10\n"

#define ZK_4X3_DOT               \
    "1:\n"                       \
    ZK_4X3_FORWARDS("vmladav")   \
    "wls lr, r12, 3f\n"          \
    "2:\n"                       \
    ZK_4X3_FORWARDS("vmladava")  \
    "le lr, 2b\n"                \
    "3:\n"                       \
    ZK_4X3_LANES("0", "2")       \
    ZK_4X3_BACKWARDS("vmladav")  \
    "wls lr, r12, 5f\n"          \
    "4:\n"                       \
    ZK_4X3_BACKWARDS("vmladava") \
    "le lr, 4b\n"                \
    "5:\n"                       \
    ZK_4X3_LANES("1", "3")

/* Windows of three taps side by side: r7 values, r9 what is added to it, r11 where they begin. */
#define ZK_4X3_BEGIN_TAPS               \
    "push {r0-r12}\n"                   \
    "mov lr, %[block]\n"                \
    "ldm lr!, {r0-r10}\n"               \
    "push {r0-r10}\n"                   \
    "ldm lr, {r3, r7, r9, r11, r12}\n"  \
    "ldr r9, [lr, #20]\n"               \
    "mov r11, r7\n"                     \
    "0:\n"                              \
    "ldrd r1, r5, [sp, #36]\n"

/* A vector of five columns: three of each pixel. */
#define ZK_4X3_COLUMNS(mac)                   \
    "vldrb.8 q0, [r1], #16\n"                 \
    "vldrb.8 q1, [r1], #16\n"                 \
    "vldrb.8 q2, [r7], #16\n"                 \
    ZK_4X3_MAC(mac, "r0", "r2", "q2")         \
    "vldrb.8 q3, [r7], #16\n"                 \
    ZK_4X3_MAC(mac, "r4", "r6", "q3")         \
    "vldrb.8 q7, [r7], #16\n"                 \
    ZK_4X3_MAC(mac, "r8", "r10", "q7")        \
    "vldrb.8 q0, [r1], #16\n"                 \
    "vldrb.8 q1, [r1], #16\n"                 \
    ZK_4X3_MAC("vmladava", "r0", "r2", "q3")  \
    "vldrb.8 q2, [r7], #16\n"                 \
    ZK_4X3_MAC("vmladava", "r4", "r6", "q7")  \
    ZK_4X3_MAC("vmladava", "r8", "r10", "q2") \
    "vldrb.8 q0, [r1], #16\n"                 \
    "vldrb.8 q1, [r1], #16\n"                 \
    ZK_4X3_MAC("vmladava", "r0", "r2", "q7")  \
    "vldrb.8 q3, [r7]\n"                      \
    "add r7, r7, r9\n"                        \
    ZK_4X3_MAC("vmladava", "r4", "r6", "q2")  \
    ZK_4X3_MAC("vmladava", "r8", "r10", "q3")

#define ZK_4X3_DOT_TAPS        \
    "1:\n"                     \
    "mov r7, r11\n"            \
    ZK_4X3_COLUMNS("vmladav")  \
    "wls lr, r12, 3f\n"        \
    "2:\n"                     \
    ZK_4X3_COLUMNS("vmladava") \
    "le lr, 2b\n"              \
    "3:\n"                     \
    ZK_4X3_LANES("0", "2")     \
    "mov r7, r11\n"            \
    ZK_4X3_COLUMNS("vmladav")  \
    "wls lr, r12, 5f\n"        \
    "4:\n"                     \
    ZK_4X3_COLUMNS("vmladava") \
    "le lr, 4b\n"              \
    "5:\n"                     \
    ZK_4X3_LANES("1", "3")

#define ZK_4X3_BIAS             \
    "vldrw.s32 q0, [r5], #16\n" \
    "vldrw.s32 q1, [r5], #16\n" \
    "vldrw.s32 q2, [r5], #16\n" \
    "vldrb.s32 q3, [r5], #4\n"  \
    "vadd.i32 q4, q4, q0\n"     \
    "vadd.i32 q5, q5, q0\n"     \
    "vadd.i32 q6, q6, q0\n"

/* zk_scale_up. */
#define ZK_4X3_UP(q)                  \
    "vqrdmulh.s32 " q ", " q ", q1\n" \
    "vqadd.s32 " q ", " q ", q2\n"    \
    "vqshl.s32 " q ", " q ", q3\n"
#define ZK_4X3_SCALE_UP ZK_4X3_BIAS ZK_4X3_UP("q4") ZK_4X3_UP("q5") ZK_4X3_UP("q6")

/* zk_scale_away, then zk_clamp_s32x4 if it is to be. */
#define ZK_4X3_AWAY(q)             \
    "vqrdmulh.s32 q7, " q ", q1\n" \
    "vqdmlah.s32 q7, " q ", r0\n"  \
    "vqadd.s32 " q ", q7, q2\n"    \
    "vqshl.s32 " q ", " q ", q3\n"
#define ZK_4X3_CLAMP(q)           \
    "vmax.s32 " q ", " q ", q0\n" \
    "vmin.s32 " q ", " q ", q1\n"
#define ZK_4X3_SCALE_AWAY      \
    ZK_4X3_BIAS                \
    "movs r0, #1\n"            \
    ZK_4X3_AWAY("q4")          \
    ZK_4X3_AWAY("q5")          \
    ZK_4X3_AWAY("q6")          \
    "ldr r0, [sp, #12]\n"      \
    "cbz r0, 6f\n"             \
    "ldrd r0, r2, [sp, #16]\n" \
    "vdup.32 q0, r0\n"         \
    "vdup.32 q1, r2\n"         \
    ZK_4X3_CLAMP("q4")         \
    ZK_4X3_CLAMP("q5")         \
    ZK_4X3_CLAMP("q6")         \
    "6:\n"

/* Stores the top bytes, the first pixel's last, and goes on with the next four channels, then with
 * the next group, whose values `advance` finds by adding r0. */
#define ZK_4X3_END(advance)     \
    "ldrd r0, r2, [sp]\n"       \
    "vrev32.8 q4, q4\n"         \
    "vrev32.8 q5, q5\n"         \
    "vrev32.8 q6, q6\n"         \
    "add r0, r0, r3\n"          \
    "add r2, r2, r0\n"          \
    "vstrb.32 q6, [r2]\n"       \
    "vstrb.32 q5, [r0]\n"       \
    "vstrb.32 q4, [r3], #4\n"   \
    "ldr r4, [sp, #8]\n"        \
    "cmp r3, r4\n"              \
    "bls 1b\n"                  \
    "sub r6, r3, #4\n"          \
    "cmp r6, r4\n"              \
    "itt ne\n"                  \
    "movne r3, r4\n"            \
    "bne 1b\n"                  \
    "ldrd r6, r0, [sp, #24]\n"  \
    "ldr r2, [sp, #32]\n"       \
    "subs r6, r6, #1\n"         \
    "beq 9f\n"                  \
    "str r6, [sp, #24]\n"       \
    advance                     \
    "add r3, r3, r2\n"          \
    "ldr r6, [sp]\n"            \
    "sub r4, r3, #4\n"          \
    "add r4, r4, r6\n"          \
    "str r4, [sp, #8]\n"        \
    "b 0b\n"                    \
    "9:\n"                      \
    "add sp, sp, #44\n"         \
    "pop {r0-r12}"
#define ZK_4X3_NEXT          \
    "add r7, r7, r0\n"       \
    "add r9, r9, r0\n"       \
    "add r11, r11, r0\n"
#define ZK_4X3_NEXT_TAPS "add r11, r11, r0\n"

/* clang-format on */

#define ZK_4X3_CLOBBERS "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "lr", "cc", "memory"

/* The same in C. */
#if !defined(__ARM_FEATURE_MVE)
/* The way through the channels of a group. */
typedef struct zk_channels_4x3 {
    int8_t *out, *last;
    const int32_t *scales;
    int32_t more;
} zk_channels_4x3;

static inline zk_channels_4x3 zk_first_4x3(const zk_block_4x3 *block, int32_t group)
{
    int32_t channels = (int32_t)(block->last + 4 - block->out);
    int32_t step = group * (channels + block->out_step);
    zk_channels_4x3 at = {block->out + step, block->last + step, block->scales, 1};
    return at;
}

static inline void zk_next_4x3(zk_channels_4x3 *at)
{
    at->more = at->out != at->last;
    at->out = at->out + 4 > at->last ? at->last : at->out + 4;
}

/* Scales and stores four channels of each pixel. */
static inline void zk_store_4x3(const zk_block_4x3 *block, zk_channels_4x3 *at,
                                const zk_s32x4 sum[3], int32_t relu)
{
    zk_scale_4 scale = zk_load_scale_4(&at->scales);
    int32_t place[3] = {0, block->step_b, block->step_b + block->step_c};
    for (int p = 2; p >= 0; p--) {
        zk_s32x4 x = zk_add_s32x4(sum[p], scale.bias);
        x = relu ? zk_scale_up(x, &scale) : zk_scale_away(x, &scale);
        if (block->clamp) x = zk_clamp_s32x4(x, block->out_min, block->out_max);
        zk_store_top_s8x4(at->out + place[p], x);
    }
}

/* To the sums of channels `half` and half + 2, the products of a vector at x with weights of both.
 */
static inline void zk_dot_4x3(zk_s32x4 *sum, int32_t half, const int8_t *x, const int8_t *w)
{
    for (int k = 0; k < 16; k++) {
        sum->at[half] += x[k] * w[k];
        sum->at[half + 2] += x[k] * w[16 + k];
    }
}
#endif

/* relu, a constant: zk_scale_up is right. For channels 1 and 3 the pixels are read back to front,
 * so that their pointers are where they were. */
#if defined(__ARM_FEATURE_MVE)
static inline ZK_ALWAYS_INLINE void zk_run_4x3(const zk_block_4x3 *block, int32_t relu)
{
    if (relu)
        __asm__ volatile(ZK_4X3_BEGIN ZK_4X3_DOT ZK_4X3_SCALE_UP ZK_4X3_END(ZK_4X3_NEXT)
                         :
                         : [block] "r"(block)
                         : ZK_4X3_CLOBBERS);
    else
        __asm__ volatile(ZK_4X3_BEGIN ZK_4X3_DOT ZK_4X3_SCALE_AWAY ZK_4X3_END(ZK_4X3_NEXT)
                         :
                         : [block] "r"(block)
                         : ZK_4X3_CLOBBERS);
}
#else
static inline void zk_run_4x3(const zk_block_4x3 *block, int32_t relu)
{
    int32_t vectors = block->more + 1;
    for (int32_t g = 0; g < block->groups; g++) {
        const int8_t *const pixel[3] = {block->a + g * block->step, block->b + g * block->step,
                                        block->c + g * block->step};
        const int8_t *w = block->weights;
        for (zk_channels_4x3 at = zk_first_4x3(block, g); at.more; zk_next_4x3(&at)) {
            zk_s32x4 sum[3] = {{{0, 0, 0, 0}}, {{0, 0, 0, 0}}, {{0, 0, 0, 0}}};
            for (int32_t i = 0; i < 2 * vectors; i++, w += 32)
                for (int p = 0; p < 3; p++)
                    zk_dot_4x3(&sum[p], i / vectors,
                               pixel[p] + 16 * (i < vectors ? i : 2 * vectors - 1 - i), w);
            zk_store_4x3(block, &at, sum, relu);
        }
    }
}
#endif

/* The same for pixels side by side whose windows are three vectors wide: of the vectors at `a` and
 * behind it, the first three are the first pixel's, the second to fourth the second's, the third to
 * fifth the third's. `more` times further five follow, `next` + 64 bytes from there. For each five
 * there are three times 16 weights of both channels: of 31 instructions 18 are multiplications. */
#if defined(__ARM_FEATURE_MVE)
static inline ZK_ALWAYS_INLINE void zk_run_4x3_taps(const zk_block_4x3 *block, int32_t relu)
{
    if (relu)
        __asm__ volatile(
            ZK_4X3_BEGIN_TAPS ZK_4X3_DOT_TAPS ZK_4X3_SCALE_UP ZK_4X3_END(ZK_4X3_NEXT_TAPS)
            :
            : [block] "r"(block)
            : ZK_4X3_CLOBBERS);
    else
        __asm__ volatile(
            ZK_4X3_BEGIN_TAPS ZK_4X3_DOT_TAPS ZK_4X3_SCALE_AWAY ZK_4X3_END(ZK_4X3_NEXT_TAPS)
            :
            : [block] "r"(block)
            : ZK_4X3_CLOBBERS);
}
#else
static inline void zk_run_4x3_taps(const zk_block_4x3 *block, int32_t relu)
{
    for (int32_t g = 0; g < block->groups; g++) {
        const int8_t *w = block->weights;
        for (zk_channels_4x3 at = zk_first_4x3(block, g); at.more; zk_next_4x3(&at)) {
            zk_s32x4 sum[3] = {{{0, 0, 0, 0}}, {{0, 0, 0, 0}}, {{0, 0, 0, 0}}};
            for (int32_t half = 0; half < 2; half++) {
                const int8_t *x = block->a + g * block->step;
                for (int32_t i = 0; i <= block->more; i++, x += 64 + block->next)
                    for (int tap = 0; tap < 3; tap++, w += 32)
                        for (int p = 0; p < 3; p++)
                            zk_dot_4x3(&sum[p], half, x + 16 * (p + tap), w);
            }
            zk_store_4x3(block, &at, sum, relu);
        }
    }
}
#endif

#endif
