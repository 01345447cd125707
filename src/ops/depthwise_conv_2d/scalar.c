/* DEPTHWISE_CONV_2D 3x3 with depth multiplier 1 for cores without SIMD.
 *
 * Three input rows are kept in scratch with their padding, so that every window is whole; an input
 * row is copied once. A channel's nine weights are adjacent; a block of two or three outputs side
 * by side uses each weight and each input for all of them. Three outputs with stride 1 are 27 MLA,
 * 15 + 9 loads and, since channels lie side by side, an address for each column.
 *
 * Input rows up to the last that output row y sees are read before row y is written. */
#include <string.h>

#include "device/scalar.h"
#include "ops/depthwise_conv_2d/kernel.h"

/* Adds a row of a block's windows: `in` is its first input, `step` from one column to the next. */
static inline void zk_depthwise_scalar_s1_w3(const int8_t *in, int32_t step, const int8_t *weights,
                                             int32_t *sums)
{
    int32_t w0 = weights[0], w1 = weights[1], w2 = weights[2], x = *in;
    sums[0] += w0 * x;
    x = *(in += step);
    sums[0] += w1 * x;
    sums[1] += w0 * x;
    x = *(in += step);
    sums[0] += w2 * x;
    sums[1] += w1 * x;
    sums[2] += w0 * x;
    x = *(in += step);
    sums[1] += w2 * x;
    sums[2] += w1 * x;
    x = *(in += step);
    sums[2] += w2 * x;
}

static inline void zk_depthwise_scalar_s2_w3(const int8_t *in, int32_t step, const int8_t *weights,
                                             int32_t *sums)
{
    int32_t w0 = weights[0], w1 = weights[1], w2 = weights[2], x = *in;
    sums[0] += w0 * x;
    x = *(in += step);
    sums[0] += w1 * x;
    x = *(in += step);
    sums[0] += w2 * x;
    sums[1] += w0 * x;
    x = *(in += step);
    sums[1] += w1 * x;
    x = *(in += step);
    sums[1] += w2 * x;
    sums[2] += w0 * x;
    x = *(in += step);
    sums[2] += w1 * x;
    x = *(in += step);
    sums[2] += w2 * x;
}

static inline void zk_depthwise_scalar_w1(const int8_t *in, int32_t step, const int8_t *weights,
                                          int32_t *sums)
{
    sums[0] += weights[0] * *in;
    in += step;
    sums[0] += weights[1] * *in;
    in += step;
    sums[0] += weights[2] * *in;
}

/* A row of outputs of one channel. `rows` are the inputs of the channel. */
static inline void zk_depthwise_scalar_channel(const zk_window *w, const int8_t *const *rows,
                                               const int8_t *weights, const int32_t *scale,
                                               int8_t *out, const int32_t width,
                                               const int32_t stride)
{
    zk_scalar_scale s = {scale[0], scale[1], scale[2], scale[3]};
    int32_t step = w->in_c, block = width * w->stride_w * step, offset = 0;
    for (int32_t left = w->out_w;;) {
        int32_t sums[3] = {0, 0, 0};
        for (int32_t i = 0; i < 3; i++) {
            const int8_t *in = rows[i] + offset, *taps = weights + 3 * i;
            if (width == 1)
                zk_depthwise_scalar_w1(in, step, taps, sums);
            else if (stride == 1)
                zk_depthwise_scalar_s1_w3(in, step, taps, sums);
            else
                zk_depthwise_scalar_s2_w3(in, step, taps, sums);
        }
        out[0] = zk_scalar_output(&s, sums[0]);
        if (width > 1) out[step] = zk_scalar_output(&s, sums[1]);
        if (width > 2) out[2 * step] = zk_scalar_output(&s, sums[2]);
        left -= width;
        if (left <= 0) return;
        out += width * step;
        offset += block;
        if (left < width) { /* the last block computes some outputs again */
            int32_t back = (width - left) * step;
            out -= back;
            offset -= back * w->stride_w;
            left = width;
        }
    }
}

static inline void zk_depthwise_scalar(const zk_depthwise_scalar_params *p, const int8_t *in,
                                       const int8_t *weights, const int32_t *scales, int8_t *rows,
                                       int8_t *out, const int32_t width, const int32_t stride)
{
    const zk_window *w = &p->window;
    int32_t row_bytes = w->in_w * w->in_c, out_bytes = w->out_w * w->out_c;
    int32_t inside = p->row_bytes - w->pad_w * w->in_c;
    if (inside > row_bytes) inside = row_bytes;
    int8_t *ring[3] = {rows, rows + p->row_bytes, rows + 2 * p->row_bytes};
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * row_bytes) {
        int32_t next = -w->pad_h; /* input row */
        for (int32_t i = 0; i < 3 * p->row_bytes; i++) rows[i] = (int8_t)p->in_zero_point;
        for (int32_t y = 0; y < w->out_h; y++, out += out_bytes) {
            for (int32_t end = y * w->stride_h - w->pad_h + 3; next < end; next++) {
                int8_t *row = ring[0];
                ring[0] = ring[1];
                ring[1] = ring[2];
                ring[2] = row;
                row += w->pad_w * w->in_c;
                if (next >= 0 && next < w->in_h)
                    memcpy(row, in + next * row_bytes, (size_t)inside);
                else
                    for (int32_t i = 0; i < inside; i++) row[i] = (int8_t)p->in_zero_point;
            }
            const int8_t *filter = weights;
            const int32_t *scale = scales;
            for (int32_t c = 0; c < w->out_c; c++, filter += 9, scale += 4) {
                const int8_t *const from[3] = {ring[0] + c, ring[1] + c, ring[2] + c};
                zk_depthwise_scalar_channel(w, from, filter, scale, out + c, width, stride);
            }
            if (p->limited) zk_scalar_limit(out, out_bytes, p->out_min, p->out_max);
        }
    }
}

void zk_depthwise_conv_2d_s8_scalar_3x3_s1_w3(const zk_depthwise_scalar_params *p, const int8_t *in,
                                              const int8_t *weights, const int32_t *scale,
                                              int8_t *rows, int8_t *out)
{
    zk_depthwise_scalar(p, in, weights, scale, rows, out, 3, 1);
}

void zk_depthwise_conv_2d_s8_scalar_3x3_s2_w3(const zk_depthwise_scalar_params *p, const int8_t *in,
                                              const int8_t *weights, const int32_t *scale,
                                              int8_t *rows, int8_t *out)
{
    zk_depthwise_scalar(p, in, weights, scale, rows, out, 3, 2);
}

void zk_depthwise_conv_2d_s8_scalar_3x3_w1(const zk_depthwise_scalar_params *p, const int8_t *in,
                                           const int8_t *weights, const int32_t *scale,
                                           int8_t *rows, int8_t *out)
{
    zk_depthwise_scalar(p, in, weights, scale, rows, out, 1, 0);
}
