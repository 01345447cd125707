/* Moving what lies in memory to lower addresses. */
#ifndef ZK_DEVICE_MOVE_H
#define ZK_DEVICE_MOVE_H

#include <stdint.h>
#include <string.h>

/* Moves `blocks` > 0 times 32 bytes from `from` down to `to`, both at whole words; they may
 * overlap, since a block is read before it is written and what is above it is not touched. */
#if defined(__thumb2__)
static inline void zk_move_blocks_down(const uint8_t *from, uint8_t *to, int32_t blocks)
{
    __asm__ volatile("1:\n"
                     "ldmia %0!, {r3, r4, r5, r6, r8, r9, r10, r12}\n"
                     "subs %2, %2, #1\n"
                     "stmia %1!, {r3, r4, r5, r6, r8, r9, r10, r12}\n"
                     "bne 1b\n"
                     : "+r"(from), "+r"(to), "+r"(blocks)
                     :
                     : "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "cc", "memory");
}
#else
static inline void zk_move_blocks_down(const uint8_t *from, uint8_t *to, int32_t blocks)
{
    for (int32_t words = 8 * blocks; words > 0; words--, from += 4, to += 4) {
        uint32_t word;
        memcpy(&word, from, 4);
        memcpy(to, &word, 4);
    }
}
#endif

#endif
