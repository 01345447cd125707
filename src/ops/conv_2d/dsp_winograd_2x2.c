/* CONV_2D with 3x3 kernels of stride 1 by Winograd's algorithm F(2x2, 3x3): 2.25 times fewer
 * multiplications than the definition, and the same bits. dsp_winograd_4x4.c says more; tiles of
 * 2x2 are for where its weights, of 72 bytes instead of 9, do not fit: these take 32.
 *
 *     B' = 1  0 -1  0     G = 2  0  0     A' = 1  1  1  0
 *          0  1  1  0         1  1  1          0  1 -1 -1
 *          0 -1  1  0         1 -1  1
 *          0  1  0 -1         0  0  2
 *
 * make 4 times the convolution. Inputs become -512..510, weights at most 9 * 128 = 1152: 16 bits
 * leave room for a power of two, a channel's own, that makes the last shift 12 for every channel.
 * Pairs of channels are added and subtracted by SADD16 and SSUB16.
 *
 * Cost for 16 inputs and outputs, an output, in instructions: transform of the input 15, products
 * 47, way back and requantization 17 with a line, 19 without. The bound of SMLAD for the products
 * is 32. For ic of MLPerf Tiny 0.57 instructions a multiplication of the definition with 16
 * channels, 0.45 with 32, 0.39 with 64.
 *
 * Four tiles side by side are transformed into scratch, then multiplied with two filters at a time;
 * two rows of outputs are written when the four rows of inputs below them have been read but for
 * what later tiles of the same row see. */
#include "ops/conv_2d/kernel.h"

#include "device/winograd_2x2.h"

/* Words of a chunk of the transformed input: 16 points, 8 pairs of channels, 4 tiles. */
enum { ZK_WINOGRAD_2X2_CHUNK = 16 * 8 * 4 };

/* What four tiles see: columns begin..end of 10 are inside of the picture, and rows start there. */
typedef struct zk_winograd_2x2_patch {
    const int8_t *row[4];
    int32_t begin, end;
} zk_winograd_2x2_patch;

/* Four pairs of values transformed, to places of `to` that are `step` words apart. */
static inline void zk_winograd_2x2_four(uint32_t a, uint32_t b, uint32_t c, uint32_t d,
                                        uint32_t *to, int32_t step)
{
    to[0] = zk_ssub16(a, c);
    to[step] = zk_sadd16(b, c);
    to[2 * step] = zk_ssub16(c, b);
    to[3 * step] = zk_ssub16(b, d);
}

/* The vertical transform of four channels: bytes 0 and 2 of a column to t[0][4 rows][10 columns],
 * bytes 1 and 3 to t[1][4][10]. `at` is where the first column starts in each row, they are `step`
 * bytes apart. */
static inline void zk_winograd_2x2_columns(const int8_t *const *row, int32_t at, int32_t step,
                                           uint32_t *t, const uint32_t *end)
{
    for (; t != end; t++, at += step) {
        uint32_t a = zk_load_word(row[0] + at), b = zk_load_word(row[1] + at);
        uint32_t c = zk_load_word(row[2] + at), d = zk_load_word(row[3] + at);
        zk_winograd_2x2_four(zk_sxtb16(a), zk_sxtb16(b), zk_sxtb16(c), zk_sxtb16(d), t, 10);
        zk_winograd_2x2_four(zk_sxtb16_ror8(a), zk_sxtb16_ror8(b), zk_sxtb16_ror8(c),
                             zk_sxtb16_ror8(d), t + 40, 10);
    }
}

/* The horizontal transform: of four tiles, each of which shares two columns with the next, for
 * t[10] to v[4 columns][8 pairs, 1 of them][4 tiles]. */
static inline void zk_winograd_2x2_row(const uint32_t *t, uint32_t *v)
{
    uint32_t a = t[0], b = t[1], c = t[2], d = t[3];
    zk_winograd_2x2_four(a, b, c, d, v, 32);
    a = t[4], b = t[5];
    zk_winograd_2x2_four(c, d, a, b, v + 1, 32);
    c = t[6], d = t[7];
    zk_winograd_2x2_four(a, b, c, d, v + 2, 32);
    a = t[8], b = t[9];
    zk_winograd_2x2_four(c, d, a, b, v + 3, 32);
}

/* All channels of four tiles to chunks v[16 points][8 pairs][4 tiles]; t: [2 pairs][4 rows][10]. */
static inline void zk_winograd_2x2_input(const zk_winograd_2x2_patch *patch, int32_t in_c,
                                         int32_t zero_point, uint32_t *t, uint32_t *v)
{
    /* Only row 1 of the transform does not cancel a constant. */
    uint32_t padding = (uint32_t)(2 * zero_point);
    padding = zk_pkhbt_lsl16(padding, padding);
    for (int32_t x = 0; x < 10; x++)
        if (x < patch->begin || x >= patch->end)
            for (int32_t i = 0; i < 8; i++) t[10 * i + x] = i % 4 == 1 ? padding : 0;
    for (int32_t channel = 0; channel < in_c; channel += 4, v += 8) {
        zk_winograd_2x2_columns(patch->row, channel, in_c, t + patch->begin, t + patch->end);
        for (int32_t i = 0; i < 4; i++) {
            zk_winograd_2x2_row(t + 10 * i, v + 128 * i);
            zk_winograd_2x2_row(t + 10 * i + 40, v + 128 * i + 4);
        }
        if ((channel & 12) == 12) v += ZK_WINOGRAD_2X2_CHUNK - 32;
    }
}

/* From m[16 points][2 channels][4 tiles]. */
static inline void zk_winograd_2x2_tile(const zk_winograd_2x2_channel *channel, const uint32_t *m,
                                        const zk_winograd_2x2_place *at, int32_t any)
{
    uint32_t u = m[0] + m[32] + m[64], v = m[32] - m[64] - m[96];
    uint32_t a = u, c = v, m11 = m[40] + (uint32_t)channel->bias; /* is part of all four */
    u = m[8] + m11 + m[72], v = m11 - m[72] - m[104];
    uint32_t b = u, d = v;
    a += u, c += v;
    u = m[16] + m[48] + m[80], v = m[48] - m[80] - m[112];
    a += u, b -= u, c += v, d -= v;
    u = m[24] + m[56] + m[88], v = m[56] - m[88] - m[120];
    b -= u, d -= v;
    at->out[at->below + at->right] = zk_winograd_2x2_scale(channel, d, any);
    at->out[at->below] = zk_winograd_2x2_scale(channel, c, any);
    at->out[at->right] = zk_winograd_2x2_scale(channel, b, any);
    at->out[0] = zk_winograd_2x2_scale(channel, a, any);
}

static inline void zk_winograd_2x2_line(const zk_winograd_2x2_channel *channel, const uint32_t *m,
                                        int32_t tiles, int32_t step, zk_winograd_2x2_place at)
{
    zk_winograd_2x2_channel copy = *channel;
    for (; tiles > 0; tiles--, m++, at.out += step) zk_winograd_2x2_tile(&copy, m, &at, 0);
}

static inline void zk_winograd_2x2_any(const zk_winograd_2x2_channel *channel, const uint32_t *m,
                                       int32_t tiles, int32_t step, zk_winograd_2x2_place at)
{
    zk_winograd_2x2_channel copy = *channel;
    for (; tiles > 0; tiles--, m++, at.out += step) zk_winograd_2x2_tile(&copy, m, &at, 1);
}

static inline void zk_winograd_2x2(const zk_conv_2d_winograd_params *p,
                                   zk_winograd_2x2_output *output, const int8_t *in,
                                   const uint32_t *weights, const int32_t *channels,
                                   uint32_t *scratch, int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t chunks = (w->in_c + 15) / 16, row_bytes = w->in_w * w->in_c;
    /* The sums are made when the transform is done with `t` and the padding. */
    uint32_t *v = scratch, *t = v + chunks * ZK_WINOGRAD_2X2_CHUNK, *sums = t, *padding = t + 80;
    if (w->in_c & 15) zk_winograd_fill(v, 4 * chunks * ZK_WINOGRAD_2X2_CHUNK, 0);
    for (int32_t b = 0; b < w->batches; b++) {
        for (int32_t y = 0; y < w->out_h; y += 2) {
            for (int32_t x = 0; x < w->out_w; x += 8) {
                int32_t first = x - w->pad_w, left = w->in_w - first;
                zk_winograd_2x2_patch patch;
                patch.begin = first < 0 ? -first : 0;
                patch.end = left < 10 ? left : 10;
                if (y - w->pad_h < 0 || y - w->pad_h + 3 >= w->in_h)
                    zk_winograd_fill(padding, 10 * w->in_c, p->in_zero_point);
                for (int32_t i = 0; i < 4; i++) {
                    int32_t row = y - w->pad_h + i;
                    patch.row[i] = row < 0 || row >= w->in_h
                                       ? (const int8_t *)padding
                                       : in + row * row_bytes + (first + patch.begin) * w->in_c;
                }
                zk_winograd_2x2_input(&patch, w->in_c, p->in_zero_point, t, v);
                const uint32_t *u = weights;
                const zk_winograd_2x2_channel *channel = (const zk_winograd_2x2_channel *)channels;
                for (int32_t c = 0; c < w->out_c; c += 2, channel += 2) {
                    zk_winograd_product product = {v, u, sums, sums + 128};
                    zk_winograd_products(product, chunks);
                    u += chunks * (ZK_WINOGRAD_2X2_CHUNK / 2);
                    zk_winograd_2x2_put(w, output, channel, sums, y, x, c, out);
                }
            }
        }
        in += w->in_h * row_bytes;
        out += w->out_h * w->out_w * w->out_c;
    }
}

void zk_conv_2d_s8_winograd_2x2_line(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                     const uint32_t *weights, const int32_t *channels,
                                     uint32_t *scratch, int8_t *out)
{
    zk_winograd_2x2(p, zk_winograd_2x2_line, in, weights, channels, scratch, out);
}

void zk_conv_2d_s8_winograd_2x2(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                const uint32_t *weights, const int32_t *channels, uint32_t *scratch,
                                int8_t *out)
{
    zk_winograd_2x2(p, zk_winograd_2x2_any, in, weights, channels, scratch, out);
}
