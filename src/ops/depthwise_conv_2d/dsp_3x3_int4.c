/* The kernels of dsp_3x3.c for weights of 4 bits, which stay packed in flash: the filters are
 * unpacked into scratch memory first, some 60 instructions a channel. */
#include "device/dsp_depthwise_3x3.h"
#include "ops/depthwise_conv_2d/kernel.h"

/* The filters of `channels` channels from four words each: taps 0 to 7; tap 8, how far to shift
 * all taps to the left (4 bits), what outputs start from (24 bits); what sums start from; the
 * multiplier. */
static inline void zk_depthwise_3x3_unpack(const uint32_t *packed, int32_t channels, int32_t *to)
{
    for (; channels > 0; channels--, packed += 4, to += ZK_DEPTHWISE_3X3_FILTER) {
        int32_t left = (int32_t)(packed[1] >> 4 & 15), tap[9];
        for (int32_t k = 0; k < 9; k++) {
            uint32_t half = k < 8 ? packed[0] >> 4 * k : packed[1];
            tap[k] = (int32_t)((half & 15) ^ 8) - 8;
        }
        for (int32_t y = 0; y < 3; y++) {
            const int32_t *row = tap + 3 * y;
            int32_t *pairs = to + (y == 0 ? 0 : 2 * y + 1);
            uint32_t first = (uint32_t)row[0] << left & 0xFFFF;
            uint32_t second = (uint32_t)row[1] << left & 0xFFFF;
            pairs[0] = (int32_t)(first | second << 16);
            pairs[1] = (int32_t)(second | (uint32_t)row[2] << left << 16);
        }
        to[2] = (int32_t)packed[2];
        to[7] = (int32_t)packed[3];
        to[8] = (int32_t)packed[1] >> 8;
    }
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_unpack(packed, p->window.in_c, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_unpack(packed, p->window.in_c, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_unpack(packed, p->window.in_c, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_unpack(packed, p->window.in_c, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_unpack(packed, p->window.in_c, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_unpack(packed, p->window.in_c, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_unpack(packed, p->window.in_c, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6_int4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                                const uint32_t *packed, int8_t *out,
                                                int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_unpack(packed, p->window.in_c, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6(p, in, filters, out, scratch);
}
