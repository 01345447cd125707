/* Sums of products of int8 values that lie as they are in memory, for layers that get their input
 * in parts. With the Arm DSP extension four inputs of two outputs take 3 loads, 6 SXTAB16 that also
 * add the offsets, 4 SMLAD and 3 for the loop: 2 instructions a multiply-accumulate. */
#ifndef ZK_DEVICE_DOT_H
#define ZK_DEVICE_DOT_H

#include <stdint.h>

#include "device/intrinsics.h"

/* The first n & ~3 of the products of zk_dot_two_s8; how many. None without that extension. */
#if defined(__ARM_FEATURE_DSP)
static inline int32_t zk_dot_two_fours(const int8_t *x, int32_t x_offset, const int8_t *w,
                                       int32_t w_offset, int32_t step, int32_t n, int32_t *sum)
{
    const uint32_t x_pair = (uint32_t)(x_offset & 0xFFFF) * 0x10001;
    const uint32_t w_pair = (uint32_t)(w_offset & 0xFFFF) * 0x10001;
    const int8_t *v = w + step;
    int32_t first = sum[0], second = sum[1], k = 0;
    for (; k + 4 <= n; k += 4) {
        uint32_t four = zk_load_word(x + k), word = zk_load_word(w + k);
        uint32_t even = zk_sxtab16(x_pair, four), odd = zk_sxtab16_ror8(x_pair, four);
        first = zk_smlad(zk_sxtab16(w_pair, word), even, first);
        first = zk_smlad(zk_sxtab16_ror8(w_pair, word), odd, first);
        word = zk_load_word(v + k);
        second = zk_smlad(zk_sxtab16(w_pair, word), even, second);
        second = zk_smlad(zk_sxtab16_ror8(w_pair, word), odd, second);
    }
    sum[0] = first;
    sum[1] = second;
    return k;
}
#else
static inline int32_t zk_dot_two_fours(const int8_t *x, int32_t x_offset, const int8_t *w,
                                       int32_t w_offset, int32_t step, int32_t n, int32_t *sum)
{
    (void)x, (void)x_offset, (void)w, (void)w_offset, (void)step, (void)n, (void)sum;
    return 0;
}
#endif

/* sum[i] += (x[k] + x_offset) * (w[i * step + k] + w_offset) for all k < n, i < 2; offsets have 9
 * bits, and the sums were proved not to overflow. */
static inline void zk_dot_two_s8(const int8_t *x, int32_t x_offset, const int8_t *w,
                                 int32_t w_offset, int32_t step, int32_t n, int32_t *sum)
{
    const int8_t *v = w + step;
    int32_t k = zk_dot_two_fours(x, x_offset, w, w_offset, step, n, sum);
    int32_t first = sum[0], second = sum[1];
    for (; k < n; k++) {
        int32_t value = x[k] + x_offset;
        first += value * (w[k] + w_offset);
        second += value * (v[k] + w_offset);
    }
    sum[0] = first;
    sum[1] = second;
}

#endif
