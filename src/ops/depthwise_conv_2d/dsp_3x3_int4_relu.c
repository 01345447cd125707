/* DEPTHWISE_CONV_2D 3x3 with weights of 4 bits as the file has them, for outputs that a RELU clamps
 * at the zero point -128: the filters of dsp_3x3.c are made in scratch memory before the kernel
 * runs, some 110 instructions a channel. Nothing is in flash that the reference does not need.
 *
 * An output is saturate((upper half of (sum * 2^left) * multiplier + start) >> 8). With left = 9 +
 * shift that is device/requantize.h's value for every sum that is not below 0: its two roundings
 * add halves that `start` has, and floor((floor(a) + b) / n) is floor((a + b) / n) for whole b and
 * n. */
#include "device/dsp_depthwise_3x3.h"
#include "device/int4.h"
#include "ops/depthwise_conv_2d/kernel.h"

static inline void zk_depthwise_3x3_make(const zk_depthwise_3x3_params *p, const uint8_t *weights,
                                         const int32_t *bias, const int32_t *multiplier,
                                         const int8_t *shift, int32_t *to)
{
    int32_t channels = p->window.in_c;
    for (int32_t c = 0; c < channels; c++, to += ZK_DEPTHWISE_3X3_FILTER) {
        int32_t left = 9 + shift[c], sum = 0, tap[9];
        for (int32_t k = 0; k < 9; k++) {
            int32_t w = zk_int4(weights, k * channels + c);
            sum += w;
            tap[k] = w * (1 << left);
        }
        for (int32_t y = 0; y < 3; y++) {
            const int32_t *row = tap + 3 * y;
            int32_t *pairs = to + (y == 0 ? 0 : 2 * y + 1);
            pairs[0] = (int32_t)((uint32_t)(row[0] & 0xFFFF) | (uint32_t)row[1] << 16);
            pairs[1] = (int32_t)((uint32_t)(row[1] & 0xFFFF) | (uint32_t)row[2] << 16);
        }
        to[2] = ((bias ? bias[c] : 0) - p->zero_point * sum) * (1 << left);
        to[7] = multiplier[c];
        to[8] = -128 * 256 + 128 + (left < 9 ? 1 << (left - 2) : 0);
    }
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_make(p, weights, bias, multiplier, shift, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_make(p, weights, bias, multiplier, shift, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_make(p, weights, bias, multiplier, shift, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_make(p, weights, bias, multiplier, shift, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_make(p, weights, bias, multiplier, shift, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_make(p, weights, bias, multiplier, shift, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_make(p, weights, bias, multiplier, shift, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5(p, in, filters, out, scratch);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6_int4_relu(const zk_depthwise_3x3_params *p,
                                                     const int8_t *in, const uint8_t *weights,
                                                     const int32_t *bias, const int32_t *multiplier,
                                                     const int8_t *shift, int8_t *out,
                                                     int32_t *scratch, int32_t *filters)
{
    zk_depthwise_3x3_make(p, weights, bias, multiplier, shift, filters);
    zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6(p, in, filters, out, scratch);
}
