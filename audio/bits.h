/* Positions of bits, square roots and logarithms of whole numbers, for the front ends. */
#ifndef ZK_AUDIO_BITS_H
#define ZK_AUDIO_BITS_H

#include <stdint.h>

/* The number of bits that x needs; 0 for 0. */
static inline int32_t zk_bits_32(uint32_t x)
{
#if defined(__GNUC__)
    return x ? 32 - __builtin_clz(x) : 0;
#else
    int32_t n = 0;
    for (; x; x >>= 1) n++;
    return n;
#endif
}

static inline int32_t zk_bits_64(uint64_t x)
{
    uint32_t high = (uint32_t)(x >> 32);
    return high ? 32 + zk_bits_32(high) : zk_bits_32((uint32_t)x);
}

/* The square root of 2^30 <= x < 2^32, off by less than 1: Newton's steps from a line that is off
 * by 3 %. */
static inline uint32_t zk_root_normal(uint32_t x)
{
    uint32_t root = (x >> 17) + (x >> 19) + (x >> 20) + 22450;
    root = (root + x / root) >> 1;
    return (root + x / root) >> 1;
}

/* The square root of x < 2^62 with a relative error below 2^-15; exact for 0. */
static inline uint32_t zk_root(uint64_t x)
{
    if (x == 0) return 0;
    int32_t left = (64 - zk_bits_64(x)) & ~1;
    uint32_t root = zk_root_normal((uint32_t)((x << left) >> 32)); /* times 2^(16 - left / 2) */
    int32_t shift = 16 - left / 2;
    return shift >= 0 ? root << shift : root >> -shift;
}

/* log2(x) in units of 2^-16 for x >= 1, with an error below 3 of them. excess[i] is
 * (log2(1 + i / 128) - i / 128) * 2^16, i = 0..128: between those it is a line. */
static inline int32_t zk_log2(const uint16_t *excess, uint64_t x)
{
    int32_t whole = zk_bits_64(x | 1) - 1;
    uint32_t fraction = (uint32_t)((x << (63 - whole)) >> 32) & 0x7FFFFFFF; /* times 2^31 */
    uint32_t segment = fraction >> 24;
    int32_t from = excess[segment], rise = excess[segment + 1] - from;
    int32_t beyond = (int32_t)(fraction >> 8 & 0xFFFF); /* within the segment, times 2^16 */
    return (int32_t)((uint32_t)whole << 16) + (int32_t)(fraction >> 15) + from +
           ((rise * beyond + 0x8000) >> 16);
}

#endif
