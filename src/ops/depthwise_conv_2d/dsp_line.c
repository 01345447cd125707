/* DEPTHWISE_CONV_2D along a line of pixels (a picture of one column or one row) with stride 1 and
 * depth multiplier 1, for cores with the Arm DSP extension: convolutions over time.
 *
 * Four channels at a time: their whole line is gathered into pairs of 16-bit values, padding
 * included, 12 instructions for 8 values; then six outputs of a channel at a time are computed from
 * it (device/dsp_depthwise_line.h).
 *
 * All inputs of four channels are read before an output of theirs is written, but the other
 * channels' are read later: in place, an output may lie over an input of its own channel only. */
#include "ops/depthwise_conv_2d/kernel.h"

#include "device/dsp_depthwise_line.h"

/* The pixels a and b of four channels as four words. */
static inline uint32_t *zk_depthwise_line_put(uint32_t *to, uint32_t a, uint32_t b)
{
    uint32_t low = zk_pkhbt_lsl16(a, b), high = zk_pkhtb_asr16(a, b);
    zk_store_two(to, zk_sxtb16(low), zk_sxtb16_ror8(low));
    zk_store_two(to + 2, zk_sxtb16(high), zk_sxtb16_ror8(high));
    return to + 4;
}

/* Gathers the line of four channels, which begins with p->pad pixels of padding. */
static inline void zk_depthwise_line_gather(const zk_depthwise_line_params *p, const int8_t *in,
                                            uint32_t *line)
{
    const uint32_t padding = (uint32_t)(p->zero_point & 0xFF) * 0x1010101;
    int32_t at = -p->pad, left = p->words;
    for (; left > 0 && at < -1; at += 2, left--)
        line = zk_depthwise_line_put(line, padding, padding);
    if (left > 0 && at == -1) {
        line = zk_depthwise_line_put(line, padding, zk_load_word(in));
        at = 1, left--;
    }
    const int8_t *pixel = in + at * p->channels;
    for (; left > 0 && at + 1 < p->in_pixels; at += 2, left--, pixel += 2 * p->channels)
        line = zk_depthwise_line_put(line, zk_load_word(pixel), zk_load_word(pixel + p->channels));
    if (left > 0 && at < p->in_pixels) {
        line = zk_depthwise_line_put(line, zk_load_word(pixel), padding);
        left--;
    }
    for (; left > 0; left--) line = zk_depthwise_line_put(line, padding, padding);
}

typedef void zk_depthwise_line_compute(const zk_depthwise_line_block *block);

static inline void zk_depthwise_lines(const zk_depthwise_line_params *p, const int8_t *in,
                                      const int32_t *filters, int8_t *out, uint32_t *line,
                                      zk_depthwise_line_compute *const compute)
{
    for (int32_t b = 0; b < p->batches; b++) {
        zk_depthwise_line_block block;
        block.filters = filters;
        block.channels = p->channels;
        block.three = 3 * p->channels;
        block.rounds = (p->steps + 2) / 3;
        block.skip_steps = (3 * block.rounds - p->steps) * ZK_DEPTHWISE_LINE_SKIP_STEP;
        for (int32_t c = 0; c < p->channels; c += 4) {
            zk_depthwise_line_gather(p, in + c, line);
            block.line = line;
            block.out = out + c;
            for (int32_t left = p->out_pixels; left > 0; left -= 6) {
                block.skip_stores = zk_depthwise_line_skip(left < 6 ? left : 6);
                compute(&block);
                block.line += 12;
                block.out += 6 * p->channels;
            }
            block.filters += 4 * p->filter_words;
        }
        in += p->in_pixels * p->channels;
        out += p->out_pixels * p->channels;
    }
}

void zk_depthwise_conv_2d_s8_dsp_line(const zk_depthwise_line_params *p, const int8_t *in,
                                      const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_lines(p, in, filters, out, (uint32_t *)scratch, zk_depthwise_line);
}

void zk_depthwise_conv_2d_s8_dsp_line_ties(const zk_depthwise_line_params *p, const int8_t *in,
                                           const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_lines(p, in, filters, out, (uint32_t *)scratch, zk_depthwise_line_ties);
}
