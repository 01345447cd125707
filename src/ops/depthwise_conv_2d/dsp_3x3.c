/* DEPTHWISE_CONV_2D 3x3 with depth multiplier 1 for cores with the Arm DSP extension.
 *
 * An output row is cut into blocks of 3 to 6 outputs, all of one width (device/dsp_depthwise_3x3.h
 * has their code and its count); where the width does not divide the row, the last block begins
 * further left and computes some outputs again. For each block and channel the scratch memory has a
 * unit: the three rows of the input that the block sees, as pairs of 16-bit values, padding
 * included. An input row is gathered into it once: four pixels of four channels take 4 loads,
 * 4 PKH, 8 SXTB16, 4 STRD and 2 more, 1.4 instructions a value.
 *
 * The next output row needs the last rows of each unit as its first ones. Nothing is copied for
 * that: the units slide down the memory by as many rows as the stride, so that a unit's row 1 is
 * its row 0, and the new row lies where row 0 of the unit behind it was, which is not needed any
 * more.
 *
 * In kws's layers (25x5x64) it takes 1.5 instructions a MAC, of which 1.29 are the block's. What
 * else was tried: channels gathered into padded rows and one output at a time, 2.6; weights kept in
 * registers for a row with two sums at a time counts 1.5 without gathering; rows interleaved so
 * that pairs run down a column save one multiplication an output and cost two more to gather.
 *
 * With all channels in one group, input rows up to the last that output row y sees are read before
 * row y is written. With several groups, a group goes through the whole picture before the next:
 * less scratch memory, more work around the blocks, and in place an output may lie over an input of
 * its own channel only. */
#include "ops/depthwise_conv_2d/kernel.h"

#include "device/dsp_depthwise_3x3.h"
#include "device/dsp_depthwise_gather.h"

/* Gathers input row `y` into row `slot` of every unit; rows and columns outside the picture are
 * padding. Words of which both pixels are right of the picture keep the padding they have. */
static inline ZK_INTO_CALLER void zk_depthwise_3x3_take_row(const zk_depthwise_3x3_params *p,
                                                            const int8_t *in, int32_t y,
                                                            const int8_t *padding, uint32_t *slot,
                                                            const int32_t width,
                                                            const int32_t stride)
{
    const zk_window *w = &p->window;
    const int32_t words = stride == 1 ? (width + 3) / 2 : width + 1;
    const int32_t in_w = w->in_w, channels = p->group;
    const int8_t *at = in + y * in_w * w->in_c;
    int32_t step = w->in_c, x = -w->pad_w;
    if (y < 0) return; /* there is nothing but padding yet */
    if (y >= w->in_h) {
        at = padding;
        step = 0;
    }
    at += x * step;
    for (int32_t i = p->blocks; i > 0; i--) {
        uint32_t *to = slot;
        const int32_t advance = i == 2 ? p->last_advance : width * stride;
        int32_t end = x + 2 * words;
        if (end > in_w + 1) end = in_w;
        const int8_t *from = at;
        for (int32_t k = x; k < end; k += 4, to += 2, from += 4 * step) {
            const int8_t *a = from, *b = a + step, *c = b + step, *d = c + step;
            if (k < 0) a = padding;
            if (k + 3 >= in_w) {
                if (k + 1 >= in_w) b = padding;
                if (k + 2 >= in_w) c = padding;
                d = padding;
            }
            if (k + 2 < end)
                zk_depthwise_3x3_gather_2(a, b, c, d, channels, to, 3 * words);
            else
                zk_depthwise_3x3_gather_1(a, b, channels, to, 3 * words);
        }
        slot += 3 * words * channels;
        x += advance;
        at += advance * step;
    }
}

typedef void zk_depthwise_3x3_compute(const zk_depthwise_3x3_block *block);

/* One group of channels of one picture; `in`, `filters` and `out` begin at its first channel. */
static inline ZK_INTO_CALLER void zk_depthwise_3x3_group(const zk_depthwise_3x3_params *p,
                                                         const int8_t *in, const int32_t *filters,
                                                         int8_t *out, uint32_t *scratch,
                                                         const int32_t width, const int32_t stride,
                                                         zk_depthwise_3x3_compute *const compute)
{
    const zk_window *w = &p->window;
    const int32_t words = stride == 1 ? (width + 3) / 2 : width + 1;
    const int32_t unit_words = 3 * words * p->group, size = unit_words * p->blocks;
    const uint32_t pad = (uint32_t)(p->zero_point & 0xFFFF) * 0x10001;
    const int8_t *padding = (const int8_t *)scratch;
    uint32_t *start = scratch + p->group / 4, *units = start;
    zk_depthwise_3x3_fill(start, size + p->slack_rows * words, pad);
    int32_t next = -w->pad_h, slid = 0;
    for (int32_t y = 0; y < w->out_h; y++, out += w->out_w * w->out_c) {
        int32_t top = y * stride - w->pad_h;
        if (y > 0) units += stride * words, slid += stride;
        if (slid > p->slack_rows) {
            /* Behind what the last unit keeps there must be padding again, not what other units
             * left in the slack, nor what lies behind it. */
            int32_t kept = size - stride * words;
            for (int32_t i = 0; i < kept; i++) start[i] = units[i];
            zk_depthwise_3x3_fill(start + kept, (stride + p->slack_rows) * words, pad);
            units = start;
            slid = 0;
        }
        for (; next < top + 3; next++)
            zk_depthwise_3x3_take_row(p, in, next, padding, units + (next - top) * words, width,
                                      stride);
        for (int32_t i = 0; i < p->blocks; i++) {
            int32_t x = i + 1 < p->blocks ? i * width : w->out_w - width;
            int8_t *place = out + x * w->out_c;
            zk_depthwise_3x3_block block = {units + i * unit_words, filters,      w->out_c,
                                            place + p->group,       3 * w->out_c, place};
            compute(&block);
        }
    }
}

static inline ZK_INTO_CALLER void zk_depthwise_3x3(const zk_depthwise_3x3_params *p,
                                                   const int8_t *in, const int32_t *filters,
                                                   int8_t *out, uint32_t *scratch,
                                                   const int32_t width, const int32_t stride,
                                                   zk_depthwise_3x3_compute *const compute)
{
    const zk_window *w = &p->window;
    zk_depthwise_3x3_fill(scratch, p->group / 4, (uint32_t)(p->zero_point & 0xFF) * 0x1010101);
    for (int32_t b = 0; b < w->batches; b++) {
        for (int32_t c = 0; c < w->in_c; c += p->group)
            zk_depthwise_3x3_group(p, in + c, filters + c * ZK_DEPTHWISE_3X3_FILTER, out + c,
                                   scratch, width, stride, compute);
        in += w->in_h * w->in_w * w->in_c;
        out += w->out_h * w->out_w * w->out_c;
    }
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w3(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_3x3(p, in, filters, out, (uint32_t *)scratch, 3, 1, zk_depthwise_3x3_s1_w3);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_3x3(p, in, filters, out, (uint32_t *)scratch, 4, 1, zk_depthwise_3x3_s1_w4);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w5(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_3x3(p, in, filters, out, (uint32_t *)scratch, 5, 1, zk_depthwise_3x3_s1_w5);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s1_w6(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_3x3(p, in, filters, out, (uint32_t *)scratch, 6, 1, zk_depthwise_3x3_s1_w6);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w3(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_3x3(p, in, filters, out, (uint32_t *)scratch, 3, 2, zk_depthwise_3x3_s2_w3);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w4(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_3x3(p, in, filters, out, (uint32_t *)scratch, 4, 2, zk_depthwise_3x3_s2_w4);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w5(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_3x3(p, in, filters, out, (uint32_t *)scratch, 5, 2, zk_depthwise_3x3_s2_w5);
}

void zk_depthwise_conv_2d_s8_dsp_3x3_s2_w6(const zk_depthwise_3x3_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_3x3(p, in, filters, out, (uint32_t *)scratch, 6, 2, zk_depthwise_3x3_s2_w6);
}
