/* Gathering of pixels into pairs of 16-bit values of one channel, for the depthwise kernels of
 * cores with the Arm DSP extension. */
#ifndef ZK_DEVICE_DSP_DEPTHWISE_GATHER_H
#define ZK_DEVICE_DSP_DEPTHWISE_GATHER_H

#include "device/intrinsics.h"

/* Gathers two words a channel from four pixels side by side: (a b) (c d). `step` is from one
 * channel's words to the next one's. */
static inline ZK_INTO_CALLER void zk_depthwise_3x3_gather_2(const int8_t *a, const int8_t *b,
                                                            const int8_t *c, const int8_t *d,
                                                            int32_t channels, uint32_t *to,
                                                            const int32_t step)
{
    const int8_t *end = a + channels;
    do {
        uint32_t wa = zk_load_word(a), wb = zk_load_word(b);
        uint32_t wc = zk_load_word(c), wd = zk_load_word(d);
        uint32_t ab = zk_pkhbt_lsl16(wa, wb), cd = zk_pkhbt_lsl16(wc, wd);
        uint32_t ab2 = zk_pkhtb_asr16(wa, wb), cd2 = zk_pkhtb_asr16(wc, wd);
        zk_store_two(to, zk_sxtb16(ab), zk_sxtb16(cd));
        zk_store_two(to + step, zk_sxtb16_ror8(ab), zk_sxtb16_ror8(cd));
        zk_store_two(to + 2 * step, zk_sxtb16(ab2), zk_sxtb16(cd2));
        zk_store_two(to + 3 * step, zk_sxtb16_ror8(ab2), zk_sxtb16_ror8(cd2));
        a += 4, b += 4, c += 4, d += 4;
        to += 4 * step;
    } while (a != end);
}

/* The same for one word a channel from two pixels. */
static inline ZK_INTO_CALLER void zk_depthwise_3x3_gather_1(const int8_t *a, const int8_t *b,
                                                            int32_t channels, uint32_t *to,
                                                            const int32_t step)
{
    const int8_t *end = a + channels;
    do {
        uint32_t wa = zk_load_word(a), wb = zk_load_word(b);
        uint32_t ab = zk_pkhbt_lsl16(wa, wb), ab2 = zk_pkhtb_asr16(wa, wb);
        to[0] = zk_sxtb16(ab);
        to[step] = zk_sxtb16_ror8(ab);
        to[2 * step] = zk_sxtb16(ab2);
        to[3 * step] = zk_sxtb16_ror8(ab2);
        a += 4, b += 4;
        to += 4 * step;
    } while (a != end);
}

static inline void zk_depthwise_3x3_fill(uint32_t *words, int32_t count, uint32_t word)
{
    for (; count >= 8; count -= 8, words += 8) {
        zk_store_two(words, word, word);
        zk_store_two(words + 2, word, word);
        zk_store_two(words + 4, word, word);
        zk_store_two(words + 6, word, word);
    }
    for (; count > 0; count--) *words++ = word;
}

#endif
