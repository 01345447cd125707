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

/* All channels of three pixels. Layouts:
 *
 * - weights: for each four channels, for channels 0 and 2 and then for 1 and 3, the vectors of 16
 *   bytes in the order in which they are used, of the one channel and of the other in turn
 *   (zk_block_4x3: those of 1 and 3 back to front);
 * - scales: 13 words for each four channels, see zk_scale_4.
 *
 * When the channels are no multiple of four, the last block of them begins at `last`. */
typedef struct zk_block_4x3 {
    const int8_t *weights;
    int8_t *out; /* of the first pixel */
    const int32_t *scales;
    const int8_t *a, *b, *c; /* where the pixels' values begin */
    int32_t more;            /* vectors a pixel, without the first */
    int32_t step_b,
        step_c;    /* from the first pixel's output to the second's, from there to the third's */
    int8_t *last;  /* the first pixel's output, last four channels */
    int32_t clamp; /* out_min and out_max are to be looked at */
    int32_t out_min, out_max; /* in the top byte; the bits below it all 0, all 1 */
} zk_block_4x3;

/* Registers: r1 weights, r3 out, r5 scales, r7, r9, r11 values of the pixels, r12 more; r0, r2, r4,
 * r6, r8, r10 sums, from pixel to pixel of one channel and the other; q0, q1 weights, q2, q3
 * values, q4, q5, q6 sums of the pixels. On the stack: step_b, step_c, last, clamp, out_min,
 * out_max. */
#define ZK_4X3_BEGIN                              \
    "push {r0-r12}\n\t"                           \
    "mov lr, %[block]\n\t"                        \
    "ldm lr!, {r1, r3, r5, r7, r9, r11, r12}\n\t" \
    "ldm lr, {r0, r2, r4, r6, r8, r10}\n\t"       \
    "push {r0, r2, r4, r6, r8, r10}\n"            \
    "1:\n\t"

/* A vector of the pixels at `a`, `b` and `c` times one of two channels; mac: vmladav, vmladava. */
#define ZK_4X3_VECTOR(mac, a, b, c)                                           \
    "vldrb.8 q0, [r1], #16\n\t"                                               \
    "vldrb.8 q2, " a "\n\t" mac ".s8 r0, q0, q2\n\t"                          \
    "vldrb.8 q1, [r1], #16\n\t" mac ".s8 r2, q1, q2\n\t"                      \
    "vldrb.8 q3, " b "\n\t" mac ".s8 r4, q0, q3\n\t" mac ".s8 r6, q1, q3\n\t" \
    "vldrb.8 q2, " c "\n\t" mac ".s8 r8, q0, q2\n\t" mac ".s8 r10, q1, q2\n\t"

/* The sums into lanes i and i + 2. */
#define ZK_4X3_LANES(i, i_2)                  \
    "vmov q4[" i_2 "], q4[" i "], r0, r2\n\t" \
    "vmov q5[" i_2 "], q5[" i "], r4, r6\n\t" \
    "vmov q6[" i_2 "], q6[" i "], r8, r10\n\t"

#define ZK_4X3_DOT                                                                      \
    ZK_4X3_VECTOR("vmladav", "[r7], #16", "[r9], #16", "[r11], #16")                    \
    "wls lr, r12, 3f\n"                                                                 \
    "2:\n\t" ZK_4X3_VECTOR(                                                             \
        "vmladava", "[r7], #16", "[r9], #16",                                           \
        "[r11], #16") "le lr, 2b\n"                                                     \
                      "3:\n\t" ZK_4X3_LANES("0", "2") ZK_4X3_VECTOR(                    \
                          "vmladav", "[r7, #-16]!", "[r9, #-16]!",                      \
                          "[r11, #-16]!") "wls lr, r12, 5f\n"                           \
                                          "4:\n\t" ZK_4X3_VECTOR(                       \
                                              "vmladava", "[r7, #-16]!", "[r9, #-16]!", \
                                              "[r11, #-16]!") "le lr, 4b\n"             \
                                                              "5:\n\t" ZK_4X3_LANES("1", "3")

#define ZK_4X3_BIAS               \
    "vldrw.s32 q0, [r5], #16\n\t" \
    "vldrw.s32 q1, [r5], #16\n\t" \
    "vldrw.s32 q2, [r5], #16\n\t" \
    "vldrb.s32 q3, [r5], #4\n\t"  \
    "vadd.i32 q4, q4, q0\n\t"     \
    "vadd.i32 q5, q5, q0\n\t"     \
    "vadd.i32 q6, q6, q0\n\t"

/* zk_scale_up, and zk_scale_away with what clamps. */
#define ZK_4X3_UP(q)                    \
    "vqrdmulh.s32 " q ", " q ", q1\n\t" \
    "vqadd.s32 " q ", " q ", q2\n\t"    \
    "vqshl.s32 " q ", " q ", q3\n\t"
#define ZK_4X3_AWAY(q)               \
    "vqrdmulh.s32 q7, " q ", q1\n\t" \
    "vqdmlah.s32 q7, " q ", r0\n\t"  \
    "vqadd.s32 " q ", q7, q2\n\t"    \
    "vqshl.s32 " q ", " q ", q3\n\t"
#define ZK_4X3_CLAMP(q)             \
    "vmax.s32 " q ", " q ", q0\n\t" \
    "vmin.s32 " q ", " q ", q1\n\t"
#define ZK_4X3_SCALE_UP ZK_4X3_BIAS ZK_4X3_UP("q4") ZK_4X3_UP("q5") ZK_4X3_UP("q6")
#define ZK_4X3_SCALE_AWAY                                                            \
    ZK_4X3_BIAS                                                                      \
    "movs r0, #1\n\t" ZK_4X3_AWAY("q4") ZK_4X3_AWAY("q5")                            \
        ZK_4X3_AWAY("q6") "ldr r0, [sp, #12]\n\t"                                    \
                          "cbz r0, 6f\n\t"                                           \
                          "ldrd r0, r2, [sp, #16]\n\t"                               \
                          "vdup.32 q0, r0\n\t"                                       \
                          "vdup.32 q1, r2\n\t" ZK_4X3_CLAMP("q4") ZK_4X3_CLAMP("q5") \
                              ZK_4X3_CLAMP("q6") "6:\n\t"

/* Stores the top bytes, the first pixel's last, and goes on with the next four channels. */
#define ZK_4X3_END              \
    "ldrd r0, r2, [sp]\n\t"     \
    "vrev32.8 q4, q4\n\t"       \
    "vrev32.8 q5, q5\n\t"       \
    "vrev32.8 q6, q6\n\t"       \
    "add r0, r0, r3\n\t"        \
    "add r2, r2, r0\n\t"        \
    "vstrb.32 q6, [r2]\n\t"     \
    "vstrb.32 q5, [r0]\n\t"     \
    "vstrb.32 q4, [r3], #4\n\t" \
    "ldr r4, [sp, #8]\n\t"      \
    "cmp r3, r4\n\t"            \
    "bls 1b\n\t"                \
    "sub r6, r3, #4\n\t"        \
    "cmp r6, r4\n\t"            \
    "mov r3, r4\n\t"            \
    "bne 1b\n\t"                \
    "add sp, sp, #24\n\t"       \
    "pop {r0-r12}"

/* The same in C: four channels of each pixel. */
static inline void zk_store_4x3(const zk_block_4x3 *block, int8_t *out, const zk_s32x4 sum[3],
                                const int32_t **scales, int32_t relu)
{
    zk_scale_4 scale = zk_load_scale_4(scales);
    int32_t place[3] = {0, block->step_b, block->step_b + block->step_c};
    for (int p = 2; p >= 0; p--) {
        zk_s32x4 x = zk_add_s32x4(sum[p], scale.bias);
        x = relu ? zk_scale_up(x, &scale) : zk_scale_away(x, &scale);
        if (block->clamp) x = zk_clamp_s32x4(x, block->out_min, block->out_max);
        zk_store_top_s8x4(out + place[p], x);
    }
}

/* All channels of three pixels; relu, a constant: zk_scale_up is right. The pixels are read
 * forwards and then backwards, so that their pointers are where they were. */
#if defined(__ARM_FEATURE_MVE)
static inline ZK_ALWAYS_INLINE void zk_run_4x3(const zk_block_4x3 *block, int32_t relu)
{
    if (relu)
        __asm__ volatile(ZK_4X3_BEGIN ZK_4X3_DOT ZK_4X3_SCALE_UP ZK_4X3_END
                         :
                         : [block] "r"(block)
                         : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "lr", "cc", "memory");
    else
        __asm__ volatile(ZK_4X3_BEGIN ZK_4X3_DOT ZK_4X3_SCALE_AWAY ZK_4X3_END
                         :
                         : [block] "r"(block)
                         : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "lr", "cc", "memory");
}
#else
static inline ZK_ALWAYS_INLINE void zk_run_4x3(const zk_block_4x3 *block, int32_t relu)
{
    const int8_t *const pixel[3] = {block->a, block->b, block->c}, *w = block->weights;
    const int32_t *scales = block->scales;
    int32_t vectors = block->more + 1;
    for (int8_t *out = block->out;; out = block->last) {
        for (; out <= block->last; out += 4) {
            zk_s32x4 sum[3] = {{{0, 0, 0, 0}}, {{0, 0, 0, 0}}, {{0, 0, 0, 0}}};
            for (int32_t i = 0; i < 2 * vectors; i++, w += 32)
                for (int p = 0; p < 3; p++) {
                    int32_t half = i < vectors ? 0 : 1;
                    const int8_t *x = pixel[p] + 16 * (half ? 2 * vectors - 1 - i : i);
                    for (int k = 0; k < 16; k++) {
                        sum[p].at[half] += x[k] * w[k];
                        sum[p].at[half + 2] += x[k] * w[16 + k];
                    }
                }
            zk_store_4x3(block, out, sum, &scales, relu);
        }
        if (out == block->last + 4) return;
    }
}
#endif

#endif
