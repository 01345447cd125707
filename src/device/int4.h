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

#endif
