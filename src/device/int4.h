/* Weights of 4 bits, two a byte, the first in the lower half: as .tflite stores them. */
#ifndef ZK_DEVICE_INT4_H
#define ZK_DEVICE_INT4_H

#include <stdint.h>

/* Element i, -8..7. */
static inline int32_t zk_int4(const uint8_t *packed, int32_t i)
{
    int32_t half = packed[i >> 1] >> (i & 1) * 4 & 15;
    return (half ^ 8) - 8;
}

/* The sum of (x[i] + offset) * (element first + i + weight_offset) over i < n: two weights a byte
 * that is loaded. */
static inline int32_t zk_int4_products(const int8_t *x, int32_t offset, const uint8_t *packed,
                                       int32_t first, int32_t weight_offset, int32_t n)
{
    int32_t sum = 0, i = 0;
    if ((first & 1) && n > 0) {
        sum = (x[0] + offset) * (zk_int4(packed, first) + weight_offset);
        i = 1;
    }
    const uint8_t *from = packed + ((first + 1) >> 1);
    for (; i + 1 < n; i += 2) {
        int32_t both = (int8_t)*from++;
        int32_t low = (int32_t)((uint32_t)both << 28) >> 28;
        sum += (x[i] + offset) * (low + weight_offset);
        sum += (x[i + 1] + offset) * ((both >> 4) + weight_offset);
    }
    if (i < n) sum += (x[i] + offset) * (zk_int4(packed, first + i) + weight_offset);
    return sum;
}

#endif
