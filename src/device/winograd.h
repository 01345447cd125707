/* The products that Winograd's algorithm leaves: what its convolutions spend their time in, on
 * cores with the Arm DSP extension.
 *
 * In the transformed domain a convolution is one matrix product [tiles x channels] * [channels x
 * filters] for each point of a tile. SMLAD adds two products of 16-bit values to a 32-bit sum, so
 * half an instruction a multiply-accumulate (MAC) is the bound; the rest is loading. Of 14
 * registers two point at the operands; eight sums of four by two leave four for the operands, which
 * LDRD loads:
 *
 *     3 LDRD + 8 SMLAD = 11 instructions for 16 MACs, 0.69 a MAC, 17 cycles on a Cortex-M4
 *
 * Eight pairs are written out and make a chunk; with what comes between the points a chunk takes 93
 * instructions, 0.73 a MAC. (Three by two takes 0.67 and one register less, but tiles and filters
 * come in fours more often than in threes.) */
#ifndef ZK_DEVICE_WINOGRAD_H
#define ZK_DEVICE_WINOGRAD_H

#include <stdint.h>

#include "device/intrinsics.h"

/* Fills so many bytes, a multiple of 4, with a value. */
static inline void zk_winograd_fill(uint32_t *to, int32_t bytes, int32_t value)
{
    const uint32_t word = (uint32_t)(value & 0xFF) * 0x1010101;
    for (uint32_t *end = to + bytes / 4; to != end; to++) *to = word;
}

/* What is multiplied, in the order of registers. */
typedef struct zk_winograd_product {
    const uint32_t *four, *two;
    uint32_t *sums, *end;
} zk_winograd_product;

/* One chunk of each point: sums[2][4] = or, for zk_winograd_add, += the products of two[8 pairs][2]
 * and four[8 pairs][4]; then the next point, until `end` of the sums. They wrap around at 32 bits.
 */
#if defined(__ARM_FEATURE_DSP)
/* clang-format off */
#define ZK_WINOGRAD_SMUAD(sum, a, b) "smuad " sum ", " a ", " b "\n"
#define ZK_WINOGRAD_SMLAD(sum, a, b) "smlad " sum ", " a ", " b ", " sum "\n"
#define ZK_WINOGRAD_PAIR(op)   \
    "ldrd r2, r3, [r1], #8\n"  \
    "ldrd r12, lr, [r0], #8\n" \
    op("r4", "r2", "r12")      \
    op("r5", "r2", "lr")       \
    op("r8", "r3", "r12")      \
    op("r9", "r3", "lr")       \
    "ldrd r12, lr, [r0], #8\n" \
    op("r6", "r2", "r12")      \
    op("r7", "r2", "lr")       \
    op("r10", "r3", "r12")     \
    op("r11", "r3", "lr")
#define ZK_WINOGRAD_PAIRS_2 ZK_WINOGRAD_PAIR(ZK_WINOGRAD_SMLAD) ZK_WINOGRAD_PAIR(ZK_WINOGRAD_SMLAD)
#define ZK_WINOGRAD_PAIRS_7 \
    ZK_WINOGRAD_PAIR(ZK_WINOGRAD_SMLAD) ZK_WINOGRAD_PAIRS_2 ZK_WINOGRAD_PAIRS_2 ZK_WINOGRAD_PAIRS_2
/* Registers are saved here, as the compiler does not allow to name its frame pointer as clobbered.
 * On the stack: where the next sums go, their end. */
#define ZK_WINOGRAD_POINTS(begin)                     \
    __asm__ volatile("mov r3, %0\n"                   \
                     "push {r4-r11, lr}\n"            \
                     "ldmia r3, {r0, r1, r2, r3}\n"   \
                     "push {r2, r3}\n"                \
                     "1:\n" begin ZK_WINOGRAD_PAIRS_7 \
                     "ldrd r2, r3, [sp]\n"            \
                     "stmia r2!, {r4-r11}\n"          \
                     "str r2, [sp]\n"                 \
                     "cmp r2, r3\n"                   \
                     "bne.w 1b\n"                     \
                     "add sp, sp, #8\n"               \
                     "pop {r4-r11, lr}\n"             \
                     :                                \
                     : "r"(p)                         \
                     : "r0", "r1", "r2", "r3", "r12", "cc", "memory")
static inline void zk_winograd_multiply(const zk_winograd_product *p)
{
    ZK_WINOGRAD_POINTS(ZK_WINOGRAD_PAIR(ZK_WINOGRAD_SMUAD));
}
static inline void zk_winograd_add(const zk_winograd_product *p)
{
    ZK_WINOGRAD_POINTS("ldr r2, [sp]\n"
                       "ldmia r2, {r4-r11}\n" ZK_WINOGRAD_PAIR(ZK_WINOGRAD_SMLAD));
}
/* clang-format on */
#else
static inline void zk_winograd_add(const zk_winograd_product *p)
{
    const uint32_t *four = p->four, *two = p->two;
    for (uint32_t *sums = p->sums; sums != p->end; sums += 8, four += 32, two += 16)
        for (int32_t i = 0; i < 8; i++)
            for (int32_t k = 0; k < 16; k++)
                sums[i] += (uint32_t)(zk_lane(four[k / 2 * 4 + i % 4], k % 2) *
                                      zk_lane(two[k / 2 * 2 + i / 4], k % 2));
}
static inline void zk_winograd_multiply(const zk_winograd_product *p)
{
    for (uint32_t *sums = p->sums; sums != p->end; sums++) *sums = 0;
    zk_winograd_add(p);
}
#endif

/* The same over several chunks, which are `points` * 8 pairs apart in both operands. */
static inline void zk_winograd_products(zk_winograd_product p, int32_t chunks)
{
    int32_t points = (int32_t)(p.end - p.sums) / 8;
    zk_winograd_multiply(&p);
    for (int32_t k = 1; k < chunks; k++) {
        p.four += 32 * points, p.two += 16 * points;
        zk_winograd_add(&p);
    }
}

#endif
