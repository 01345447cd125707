/* DEPTHWISE_CONV_2D with any window and depth multiplier 1 for cores with the Arm DSP extension.
 *
 * Four channels of one output at a time (device/dsp_depthwise_any.h), 17 instructions for 8 MACs
 * and 11 an output. Nothing is kept for the next pixel: windows of 3x3 have a kernel of their own.
 *
 * Where the taps of an output lie is worked out once for all channels, as a list of pointers; taps
 * outside the picture point to a pixel of padding. With an odd number the last one, whose weight is
 * 0, is the first once more.
 *
 * Output row y is written while the input rows that it sees are read, as the reference does. */
#include "ops/depthwise_conv_2d/kernel.h"

#include "device/dsp_depthwise_any.h"

/* Fills `tap` with the pixels that the window at output (y, x) sees. */
static inline void zk_depthwise_taps(const zk_window *w, const int8_t *in, int32_t y, int32_t x,
                                     const int8_t *padding, const int8_t **tap)
{
    int32_t in_y = y * w->stride_h - w->pad_h, left = x * w->stride_w - w->pad_w;
    const int8_t **first = tap;
    for (int32_t ky = 0; ky < w->kernel_h; ky++, in_y += w->dilation_h) {
        const int8_t *row = in + in_y * w->in_w * w->in_c;
        int32_t in_x = left;
        uint32_t inside = (uint32_t)in_y < (uint32_t)w->in_h ? (uint32_t)w->in_w : 0;
        for (int32_t kx = 0; kx < w->kernel_w; kx++, in_x += w->dilation_w)
            *tap++ = (uint32_t)in_x < inside ? row + in_x * w->in_c : padding;
    }
    *tap = *first;
}

void zk_depthwise_conv_2d_s8_dsp(const zk_depthwise_any_params *p, const int8_t *in,
                                 const int32_t *filters, int8_t *out, int64_t *scratch)
{
    const zk_window *w = &p->window;
    int32_t channels = w->in_c, taps = w->kernel_h * w->kernel_w, pairs = (taps + 1) / 2;
    const int8_t **tap = (const int8_t **)(void *)scratch;
    int8_t *padding = (int8_t *)(tap + 2 * pairs + 1);
    zk_depthwise_any_block block;
    block.tap = tap;
    block.pairs = pairs;
    block.ties = p->ties;
    block.least = (uint32_t)(p->out_min & 0xFF) * 0x1010101;
    block.most = (uint32_t)(p->out_max & 0xFF) * 0x1010101;
    for (int32_t c = 0; c < p->padding; c++) padding[c] = (int8_t)p->zero_point;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * channels) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++, out += channels) {
                zk_depthwise_taps(w, in, y, x, padding, tap);
                block.filters = filters;
                block.out = out;
                block.channel = 0;
                block.end = channels & ~3;
                zk_depthwise_any(&block);
                if (channels % 4 == 0) continue;
                /* The last four channels, of which some are done already. */
                block.filters = filters + channels / 4 * (4 * pairs + 16);
                block.channel = channels - 4;
                block.end = channels;
                zk_depthwise_any(&block);
            }
        }
    }
}
