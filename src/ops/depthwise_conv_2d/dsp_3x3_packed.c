/* The filters of dsp_3x3.c from 20 bytes a channel instead of 36, for little flash: they are made
 * in scratch memory before the kernel runs, some 50 instructions a channel. */
#include "device/dsp_depthwise_3x3.h"
#include "ops/depthwise_conv_2d/kernel.h"

/* A channel's words: taps 0 to 3; taps 4 to 7; tap 8, how far to shift all taps to the left (8 bits
 * each), what outputs start from (16 bits); what sums start from; the multiplier. */
void zk_depthwise_unpack_3x3(const zk_depthwise_unpack_params *p, const uint32_t *packed,
                             int32_t *filters)
{
    int32_t *to = filters;
    for (int32_t n = p->channels; n > 0; n--, packed += ZK_DEPTHWISE_PACKED_FILTER) {
        const uint32_t left = packed[2] >> 8 & 255;
        for (int32_t y = 0; y < 3; y++) {
            const int32_t at = 3 * y;
            uint32_t tap[3];
            for (int32_t x = 0; x < 3; x++) {
                uint32_t byte = packed[(at + x) / 4] >> 8 * ((at + x) % 4) & 255;
                tap[x] = ((byte ^ 128) - 128) << left & 0xFFFF;
            }
            int32_t *pairs = to + (y == 0 ? 0 : 2 * y + 1);
            pairs[0] = (int32_t)(tap[0] | tap[1] << 16);
            pairs[1] = (int32_t)(tap[1] | tap[2] << 16);
        }
        to[2] = (int32_t)packed[3];
        to[7] = (int32_t)packed[4];
        to[8] = (int32_t)packed[2] >> 16;
        to += ZK_DEPTHWISE_3X3_FILTER;
    }
}
