/* Windows of up to 16 values, each channel with weights of its own, with Helium.
 *
 * VMLADAV multiplies 16 bytes of a channel with its weights and sums; four sums are scaled
 * together, in lanes, and stored in four places. The picture lies there as words, four rows of a
 * column and channel each, of which a gather load fetches four; or, when it is a line, channel by
 * channel.
 *
 * The loops over the channels and along a row are one statement of assembly: in C the compiler
 * takes 60 instructions for what is around the inner loop, here it is 18, 24 when a row does not
 * divide. It keeps all registers that it uses but q0..q7 and LR on the stack. */
#ifndef ZK_DEVICE_MVE_DEPTHWISE_H
#define ZK_DEVICE_MVE_DEPTHWISE_H

#include "device/vector.h"

/* The way along a row: `first` times four outputs, back by some of them, `second` times four. */
typedef struct zk_depthwise_block {
    int32_t first, second;      /* 1 <= first */
    int32_t back, out_back;     /* in between; of `words`, of `out` */
    int32_t rewind, out_rewind; /* from behind the last outputs to the next channel's first */
    const int8_t *end;          /* of the weights */
    int32_t row;                /* 2x2: 1; 0 if the second row is to do the first again */
    const int8_t *words;        /* or bytes; of the first channel and the first four outputs */
    int8_t *out;
    int32_t step, out_step; /* to the next four outputs */
    const int8_t *weights;  /* 16 bytes a channel */
    const int32_t *scales;  /* a zk_scale_1 a channel */
    uint32_t places[4];     /* of the four outputs */
    uint32_t columns[4][4]; /* of the words; 2x2: columns[0], those of all, 4x1: those of each */
} zk_depthwise_block;

/* clang-format off */

/* Registers: r1 words, r3 out, r9 step, r10 out_step, r11 weights, r12 scales, r5..r8 the channel's
 * scale; r0, r2, r4, r6 sums; q5 places, q6 sums. On the stack: scales, first, second, back,
 * out_back, rewind, out_rewind, end, row. */
#define ZK_DEPTHWISE_BEGIN                   \
    "push {r0-r12}\n"                        \
    "mov lr, %[block]\n"                     \
    "ldm lr!, {r0-r7}\n"                     \
    "push {r0-r7}\n"                         \
    "ldm lr!, {r1, r3, r9, r10, r11, r12}\n" \
    "push {r12}\n"                           \
    "vldrw.u32 q5, [lr], #16\n"

/* The channel's scale, the multiplier in q7. */
#define ZK_DEPTHWISE_CHANNEL_UP    \
    "1:\n"                         \
    "ldm r12!, {r5, r6, r7, r8}\n" \
    "vdup.32 q7, r6\n"

/* The multiplier in r12, since ZK_DEPTHWISE_AWAY needs q7. */
#define ZK_DEPTHWISE_CHANNEL_AWAY  \
    "1:\n"                         \
    "ldr r12, [sp]\n"              \
    "ldm r12!, {r5, r6, r7, r8}\n" \
    "str r12, [sp]\n"              \
    "mov r12, r6\n"

/* zk_scale_up_1, zk_scale_away_1. */
#define ZK_DEPTHWISE_UP          \
    "vadd.i32 q6, q6, r5\n"      \
    "vqrdmlash.s32 q6, q7, r7\n" \
    "vqshl.s32 q6, r8\n"
#define ZK_DEPTHWISE_AWAY        \
    "vadd.i32 q6, q6, r5\n"      \
    "movs r0, #1\n"              \
    "vqrdmulh.s32 q7, q6, r12\n" \
    "vqdmlah.s32 q7, q6, r0\n"   \
    "vqadd.s32 q6, q7, r7\n"     \
    "vqshl.s32 q6, r8\n"

/* From the sums to the outputs, and on. */
#define ZK_DEPTHWISE_STORE(scale) \
    "vmov q6[2], q6[0], r0, r4\n" \
    "vmov q6[3], q6[1], r2, r6\n" \
    scale                         \
    "vrev32.8 q6, q6\n"           \
    "vstrb.32 q6, [r3, q5]\n"     \
    "add r3, r3, r10\n"

/* All of a row, then the next channel. */
#define ZK_DEPTHWISE_ROW(four) \
    "ldr r0, [sp, #4]\n"       \
    "dls lr, r0\n"             \
    "2:\n"                     \
    four                       \
    "le lr, 2b\n"              \
    "ldr r0, [sp, #8]\n"       \
    "cbz r0, 4f\n"             \
    "ldrd r2, r4, [sp, #12]\n" \
    "sub r1, r1, r2\n"         \
    "sub r3, r3, r4\n"         \
    "dls lr, r0\n"             \
    "3:\n"                     \
    four                       \
    "le lr, 3b\n"              \
    "4:\n"                     \
    "ldrd r0, r2, [sp, #20]\n" \
    "ldr r4, [sp, #28]\n"      \
    "sub r1, r1, r0\n"         \
    "sub r3, r3, r2\n"         \
    "cmp r11, r4\n"            \
    "bne 1b\n"                 \
    "add sp, sp, #36\n"        \
    "pop {r0-r12}"

/* 2x2: q4 columns, q0..q3 the weights, which are moved by four for the right column and by one for
 * the lower row. */
#define ZK_DEPTHWISE_BEGIN_2X2 \
    ZK_DEPTHWISE_BEGIN         \
    "vldrw.u32 q4, [lr]\n"
#define ZK_DEPTHWISE_WEIGHTS_2X2 \
    "ldr r4, [sp, #32]\n"        \
    "vldrb.8 q1, [r11, #-4]\n"   \
    "sub r4, r11, r4\n"          \
    "vldrb.8 q0, [r11], #16\n"   \
    "vldrb.8 q2, [r4]\n"         \
    "vldrb.8 q3, [r4, #-4]\n"
#define ZK_DEPTHWISE_2X2(scale) \
    "vldrw.u32 q6, [r1, q4]\n"  \
    "vmladav.s8 r0, q6, q0\n"   \
    "vmladav.s8 r2, q6, q1\n"   \
    "vmladav.s8 r4, q6, q2\n"   \
    "vmladav.s8 r6, q6, q3\n"   \
    "add r1, r1, r9\n"          \
    ZK_DEPTHWISE_STORE(scale)

/* 4x1: q1..q4 columns, q0 the weights. */
#define ZK_DEPTHWISE_BEGIN_4X1  \
    ZK_DEPTHWISE_BEGIN          \
    "vldrw.u32 q1, [lr], #16\n" \
    "vldrw.u32 q2, [lr], #16\n" \
    "vldrw.u32 q3, [lr], #16\n" \
    "vldrw.u32 q4, [lr], #16\n"
#define ZK_DEPTHWISE_WEIGHTS "vldrb.8 q0, [r11], #16\n"
#define ZK_DEPTHWISE_4X1(scale) \
    "vldrw.u32 q6, [r1, q1]\n"  \
    "vmladav.s8 r0, q6, q0\n"   \
    "vldrw.u32 q6, [r1, q2]\n"  \
    "vmladav.s8 r2, q6, q0\n"   \
    "vldrw.u32 q6, [r1, q3]\n"  \
    "vmladav.s8 r4, q6, q0\n"   \
    "vldrw.u32 q6, [r1, q4]\n"  \
    "vmladav.s8 r6, q6, q0\n"   \
    "add r1, r1, r9\n"          \
    ZK_DEPTHWISE_STORE(scale)

/* Line: q0 the weights; the windows begin a byte apart. */
#define ZK_DEPTHWISE_LINE(scale) \
    "vldrb.8 q1, [r1], #1\n"     \
    "vmladav.s8 r0, q1, q0\n"    \
    "vldrb.8 q2, [r1], #1\n"     \
    "vmladav.s8 r2, q2, q0\n"    \
    "vldrb.8 q3, [r1], #1\n"     \
    "vmladav.s8 r4, q3, q0\n"    \
    "vldrb.8 q4, [r1], #1\n"     \
    "vmladav.s8 r6, q4, q0\n"    \
    ZK_DEPTHWISE_STORE(scale)

/* clang-format on */

#define ZK_DEPTHWISE_CLOBBERS "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "lr", "cc", "memory"

/* What is done to the outputs beside the saturation to -128..127. */
typedef struct zk_depthwise_clamp {
    int32_t relu;     /* the least is the zero point: zk_scale_up_1 is right; no bounds */
    int32_t bounds;   /* there are: */
    int32_t min, max; /* in the top byte; the bits below it all 0, all 1 */
} zk_depthwise_clamp;

/* Blocks of outputs: two by two, four side by side, four of a line. */
enum { ZK_DEPTHWISE_2X2_BLOCK, ZK_DEPTHWISE_4X1_BLOCK, ZK_DEPTHWISE_LINE_BLOCK };

/* The loops in C; sums of the four outputs at `from` for the channel with weights at `w`. */
static inline ZK_ALWAYS_INLINE zk_s32x4 zk_depthwise_sums(const zk_depthwise_block *block,
                                                          const int8_t *from, const int8_t *w,
                                                          int32_t kind)
{
    int32_t sum[4];
    for (int i = 0; i < 4; i++) {
        if (kind == ZK_DEPTHWISE_LINE_BLOCK) {
            sum[i] = zk_dot_s8x16(zk_load_s8x16(from + i), zk_load_s8x16(w));
        } else if (kind == ZK_DEPTHWISE_4X1_BLOCK) {
            zk_u32x4 columns = zk_load_u32x4(block->columns[i]);
            sum[i] = zk_dot_s8x16(zk_gather_s8x16(from, columns), zk_load_s8x16(w));
        } else {
            zk_u32x4 columns = zk_load_u32x4(block->columns[0]);
            const int8_t *moved = w - i % 2 * 4 - i / 2 * block->row;
            sum[i] = zk_dot_s8x16(zk_gather_s8x16(from, columns), zk_load_s8x16(moved));
        }
    }
    return zk_set_s32x4(sum[0], sum[1], sum[2], sum[3]);
}

static inline ZK_ALWAYS_INLINE void zk_depthwise_rows(const zk_depthwise_block *block,
                                                      const zk_depthwise_clamp *clamp, int32_t kind)
{
    const int8_t *from = block->words;
    const int32_t *words = block->scales;
    int8_t *to = block->out;
    for (const int8_t *w = block->weights; w != block->end; w += 16, words += 4) {
        zk_scale_1 scale = {words[0], words[1], words[2], words[3]};
        for (int part = 0; part < (block->second ? 2 : 1); part++) {
            if (part > 0) from -= block->back, to -= block->out_back;
            for (int32_t n = part ? block->second : block->first; n > 0; n--) {
                zk_s32x4 x = zk_add_n_s32x4(zk_depthwise_sums(block, from, w, kind), scale.bias);
                x = clamp->relu ? zk_scale_up_1(x, &scale) : zk_scale_away_1(x, &scale);
                if (clamp->bounds) x = zk_clamp_s32x4(x, clamp->min, clamp->max);
                zk_scatter_top_s8x4(to, zk_load_u32x4(block->places), x);
                from += block->step;
                to += block->out_step;
            }
        }
        from -= block->rewind;
        to -= block->out_rewind;
    }
}

/* All channels of a row of outputs; kind: a constant. */
#if defined(__ARM_FEATURE_MVE)
#define ZK_DEPTHWISE_RUN(text) __asm__ volatile(text : : [block] "r"(block) : ZK_DEPTHWISE_CLOBBERS)
static inline ZK_ALWAYS_INLINE void zk_run_depthwise(const zk_depthwise_block *block,
                                                     const zk_depthwise_clamp *clamp, int32_t kind)
{
    if (!clamp->relu && clamp->bounds)
        zk_depthwise_rows(block, clamp, kind);
    else if (kind == ZK_DEPTHWISE_2X2_BLOCK && clamp->relu)
        ZK_DEPTHWISE_RUN(ZK_DEPTHWISE_BEGIN_2X2 ZK_DEPTHWISE_CHANNEL_UP ZK_DEPTHWISE_WEIGHTS_2X2
                             ZK_DEPTHWISE_ROW(ZK_DEPTHWISE_2X2(ZK_DEPTHWISE_UP)));
    else if (kind == ZK_DEPTHWISE_2X2_BLOCK)
        ZK_DEPTHWISE_RUN(ZK_DEPTHWISE_BEGIN_2X2 ZK_DEPTHWISE_CHANNEL_AWAY ZK_DEPTHWISE_WEIGHTS_2X2
                             ZK_DEPTHWISE_ROW(ZK_DEPTHWISE_2X2(ZK_DEPTHWISE_AWAY)));
    else if (kind == ZK_DEPTHWISE_4X1_BLOCK && clamp->relu)
        ZK_DEPTHWISE_RUN(ZK_DEPTHWISE_BEGIN_4X1 ZK_DEPTHWISE_CHANNEL_UP ZK_DEPTHWISE_WEIGHTS
                             ZK_DEPTHWISE_ROW(ZK_DEPTHWISE_4X1(ZK_DEPTHWISE_UP)));
    else if (kind == ZK_DEPTHWISE_4X1_BLOCK)
        ZK_DEPTHWISE_RUN(ZK_DEPTHWISE_BEGIN_4X1 ZK_DEPTHWISE_CHANNEL_AWAY ZK_DEPTHWISE_WEIGHTS
                             ZK_DEPTHWISE_ROW(ZK_DEPTHWISE_4X1(ZK_DEPTHWISE_AWAY)));
    else if (clamp->relu)
        ZK_DEPTHWISE_RUN(ZK_DEPTHWISE_BEGIN ZK_DEPTHWISE_CHANNEL_UP ZK_DEPTHWISE_WEIGHTS
                             ZK_DEPTHWISE_ROW(ZK_DEPTHWISE_LINE(ZK_DEPTHWISE_UP)));
    else
        ZK_DEPTHWISE_RUN(ZK_DEPTHWISE_BEGIN ZK_DEPTHWISE_CHANNEL_AWAY ZK_DEPTHWISE_WEIGHTS
                             ZK_DEPTHWISE_ROW(ZK_DEPTHWISE_LINE(ZK_DEPTHWISE_AWAY)));
}
#else
static inline ZK_ALWAYS_INLINE void zk_run_depthwise(const zk_depthwise_block *block,
                                                     const zk_depthwise_clamp *clamp, int32_t kind)
{
    zk_depthwise_rows(block, clamp, kind);
}
#endif

#endif
