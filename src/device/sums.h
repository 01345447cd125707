/* Sums of pixels, for operators that average a picture of which they get a few rows at a time. */
#ifndef ZK_DEVICE_SUMS_H
#define ZK_DEVICE_SUMS_H

#include <stdint.h>

#include "device/intrinsics.h"

/* sums[channels] = (first ? 0 : sums) + what the pixels of in [pixels][channels] have.
 *
 * Four channels go through up to 256 pixels at a time in 16-bit sums: a load and two additions for
 * four values. */
static inline void zk_add_pixels_s8(const int8_t *in, int32_t pixels, int32_t channels, int first,
                                    int32_t *sums)
{
    for (int32_t c = 0; c < channels && first; c++) sums[c] = 0;
    for (int32_t c = channels & ~3; c < channels; c++)
        for (int32_t i = 0; i < pixels; i++) sums[c] += in[i * channels + c];
    while (pixels > 0) {
        int32_t part = pixels < 256 ? pixels : 256;
        for (int32_t c = 0; c + 4 <= channels; c += 4) {
            const int8_t *value = in + c;
            uint32_t even = 0, odd = 0;
            for (int32_t i = part; i > 0; i--, value += channels) {
                uint32_t four = zk_load_word(value);
                even = zk_sxtab16(even, four);
                odd = zk_sxtab16_ror8(odd, four);
            }
            sums[c] += (int16_t)even;
            sums[c + 1] += (int16_t)odd;
            sums[c + 2] += (int32_t)even >> 16;
            sums[c + 3] += (int32_t)odd >> 16;
        }
        in += part * channels;
        pixels -= part;
    }
}

#endif
