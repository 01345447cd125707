/* DEPTHWISE_CONV_2D 3x3 with depth multiplier 1 for cores with the Arm DSP extension, a row of the
 * output at a time: for pictures of few rows and for little memory.
 *
 * As in dsp_3x3.c an output row is cut into blocks, of which the last may begin further left. But
 * nothing is kept from row to row: a block's columns of three input rows are gathered for a group
 * of channels, multiplied (device/dsp_depthwise_rows.h), and their memory is free again. That is
 * three times the gathering, each value of it cheaper, and fewer multiplications.
 *
 * In kws's layers (25x5x64) it takes 1.93 instructions a MAC with groups of 16 channels and 832
 * bytes of memory, 2.05 with groups of 8 and 448 bytes, and little more when rows come one by one.
 * dsp_3x3.c takes 1.49 in 3,520 bytes, one by one 2.35, or 1.78 in 520 bytes, one by one 3.75.
 *
 * Output row y is written when no input row above it is needed any more, but all that it sees. */
#include "device/dsp_depthwise_gather.h"
#include "device/dsp_depthwise_rows.h"
#include "ops/depthwise_conv_2d/kernel.h"

/* Where a pair of columns is read: pixels of rows 0 and 1 of the first column and of the second
 * one, pixels of row 2. */
typedef struct zk_depthwise_rows_pair {
    const int8_t *upper[4], *lower[2];
} zk_depthwise_rows_pair;

/* The pairs of a block whose first column is `x` and whose first row is `y`, both of the input;
 * what is outside of the picture is read from `padding`. */
static inline void zk_depthwise_rows_find(const zk_window *w, const int8_t *in, int32_t y,
                                          int32_t x, const int8_t *padding,
                                          zk_depthwise_rows_pair *pair, int32_t pairs)
{
    const int32_t in_c = w->in_c, in_w = w->in_w;
    const int32_t inside = x >= 0 && x + 2 * pairs <= in_w;
    for (int32_t i = 0; i < 3; i++, y++) {
        const int8_t *at = in + (y * in_w + x) * in_c;
        const int8_t **to = i < 2 ? &pair->upper[i] : &pair->lower[0];
        const int8_t **second = i < 2 ? to + 2 : to + 1;
        int32_t step = in_c, there = (uint32_t)y < (uint32_t)w->in_h;
        if (!there) at = padding, step = 0;
        if (inside || !there) {
            for (int32_t k = pairs; k > 0; k--, at += 2 * step, to += 6, second += 6) {
                *to = at;
                *second = at + step;
            }
        } else {
            for (int32_t k = 0; k < pairs; k++, at += 2 * in_c, to += 6, second += 6) {
                *to = (uint32_t)(x + 2 * k) < (uint32_t)in_w ? at : padding;
                *second = (uint32_t)(x + 2 * k + 1) < (uint32_t)in_w ? at + in_c : padding;
            }
        }
    }
}

/* Gathers `group` channels from `c` on. `step` is from one channel's words to the next one's. */
static inline ZK_INTO_CALLER void zk_depthwise_rows_gather(const zk_depthwise_rows_pair *pair,
                                                           int32_t c, int32_t group,
                                                           uint32_t *units, int32_t pairs,
                                                           const int32_t step)
{
    const int32_t end = c + group;
    uint32_t *lower = units + step / 3 * 2;
    for (; pairs > 0; pairs--, pair++, units += 2, lower++) {
        const int8_t *a = pair->upper[0], *b = pair->upper[1];
        const int8_t *a1 = pair->upper[2], *b1 = pair->upper[3];
        uint32_t *to = units;
        for (int32_t i = c; i != end; i += 4, to += 4 * step) {
            uint32_t wa = zk_load_word(a + i), wb = zk_load_word(b + i);
            uint32_t wa1 = zk_load_word(a1 + i), wb1 = zk_load_word(b1 + i);
            uint32_t ab = zk_pkhbt_lsl16(wa, wb), ab1 = zk_pkhbt_lsl16(wa1, wb1);
            zk_store_two(to, zk_sxtb16(ab), zk_sxtb16(ab1));
            zk_store_two(to + step, zk_sxtb16_ror8(ab), zk_sxtb16_ror8(ab1));
            ab = zk_pkhtb_asr16(wa, wb), ab1 = zk_pkhtb_asr16(wa1, wb1);
            zk_store_two(to + 2 * step, zk_sxtb16(ab), zk_sxtb16(ab1));
            zk_store_two(to + 3 * step, zk_sxtb16_ror8(ab), zk_sxtb16_ror8(ab1));
        }
        a = pair->lower[0], b = pair->lower[1];
        to = lower;
        for (int32_t i = c; i != end; i += 4, to += 4 * step) {
            uint32_t wa = zk_load_word(a + i), wb = zk_load_word(b + i);
            uint32_t ab = zk_pkhbt_lsl16(wa, wb), ab2 = zk_pkhtb_asr16(wa, wb);
            to[0] = zk_sxtb16(ab);
            to[step] = zk_sxtb16_ror8(ab);
            to[2 * step] = zk_sxtb16(ab2);
            to[3 * step] = zk_sxtb16_ror8(ab2);
        }
    }
}

typedef void zk_depthwise_rows_compute(const zk_depthwise_rows_block *block);

static inline ZK_INTO_CALLER void zk_depthwise_by_rows(const zk_depthwise_rows_params *p,
                                                       const int8_t *in, const int32_t *filters,
                                                       int8_t *out, uint32_t *scratch,
                                                       const int32_t width, const int32_t stride,
                                                       zk_depthwise_rows_compute *const compute)
{
    enum { MOST_PAIRS = 7 };
    const zk_window *w = &p->window;
    const int32_t pairs = stride == 1 ? (width + 3) / 2 : width + 1;
    const int32_t group = p->group, channels = w->in_c;
    const int8_t *padding = (const int8_t *)scratch;
    uint32_t *units = scratch + channels / 4;
    zk_depthwise_rows_pair pair[MOST_PAIRS];
    zk_depthwise_3x3_fill(scratch, channels / 4, (uint32_t)(p->zero_point & 0xFF) * 0x1010101);
    zk_depthwise_3x3_fill(units, 3 * pairs * group, (uint32_t)(p->zero_point & 0xFFFF) * 0x10001);
    for (int32_t y = -w->pad_h; y < w->out_h * stride - w->pad_h; y += stride) {
        for (int32_t i = 0; i < p->blocks; i++) {
            int32_t x = i + 1 < p->blocks ? i * width : w->out_w - width;
            int8_t *place = out + x * channels;
            zk_depthwise_rows_find(w, in, y, x * stride - w->pad_w, padding, pair, p->pairs);
            zk_depthwise_rows_block block;
            block.filters = filters;
            for (int32_t c = 0; c < channels; c += group, place += group) {
                zk_depthwise_rows_gather(pair, c, group, units, p->pairs, 3 * pairs);
                block.units = units;
                block.channels = channels;
                block.end = place + group;
                block.three = 3 * channels;
                block.out = place;
                compute(&block);
                block.filters += group * ZK_DEPTHWISE_ROWS_FILTER;
            }
        }
        out += w->out_w * channels;
    }
}

void zk_depthwise_conv_2d_s8_dsp_rows_s1_w3(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_by_rows(p, in, filters, out, (uint32_t *)scratch, 3, 1, zk_depthwise_rows_s1_w3);
}

void zk_depthwise_conv_2d_s8_dsp_rows_s1_w4(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_by_rows(p, in, filters, out, (uint32_t *)scratch, 4, 1, zk_depthwise_rows_s1_w4);
}

void zk_depthwise_conv_2d_s8_dsp_rows_s1_w5(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_by_rows(p, in, filters, out, (uint32_t *)scratch, 5, 1, zk_depthwise_rows_s1_w5);
}

void zk_depthwise_conv_2d_s8_dsp_rows_s1_w6(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_by_rows(p, in, filters, out, (uint32_t *)scratch, 6, 1, zk_depthwise_rows_s1_w6);
}

void zk_depthwise_conv_2d_s8_dsp_rows_s2_w3(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_by_rows(p, in, filters, out, (uint32_t *)scratch, 3, 2, zk_depthwise_rows_s2_w3);
}

void zk_depthwise_conv_2d_s8_dsp_rows_s2_w4(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_by_rows(p, in, filters, out, (uint32_t *)scratch, 4, 2, zk_depthwise_rows_s2_w4);
}

void zk_depthwise_conv_2d_s8_dsp_rows_s2_w5(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_by_rows(p, in, filters, out, (uint32_t *)scratch, 5, 2, zk_depthwise_rows_s2_w5);
}

void zk_depthwise_conv_2d_s8_dsp_rows_s2_w6(const zk_depthwise_rows_params *p, const int8_t *in,
                                            const int32_t *filters, int8_t *out, int32_t *scratch)
{
    zk_depthwise_by_rows(p, in, filters, out, (uint32_t *)scratch, 6, 2, zk_depthwise_rows_s2_w6);
}
