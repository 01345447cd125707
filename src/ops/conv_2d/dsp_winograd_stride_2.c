/* CONV_2D with 3x3 kernels of stride 2 in 1.44 times fewer multiplications than the definition,
 * with the same bits.
 *
 * Two outputs in a row see five inputs x and take six multiplications with the weights w; the
 * middle input is in both:
 *
 *     y0 = x0 w0 + x1 w1 + x2 w2 = (x0 - x2) w0 + x1 w1 + x2 (w0 + w2)
 *     y1 = x2 w0 + x3 w1 + x4 w2 = (x4 - x2) w2 + x3 w1 + x2 (w0 + w2)
 *
 * takes five. In both directions that makes 25 points for a tile of 2x2 outputs, where the
 * definition has 36; no scaling is needed to keep filters whole. The two points of y0 alone, A, and
 * the two of y1 alone, C, need not be told apart in the sums, only the shared one, B: nine sums, of
 * four, two or one points each, are left (first letter: rows). Points are kept in the order in
 * which they are added to them:
 *
 *     AA AC CA CC AB BA BC CB BB, the first point of each
 *     AA AC CA CC AB BA BC CB, the second
 *     AA AC CA CC, the third, and the fourth
 *
 * Inputs become -510..510, weights at most 4 * 128, times a power of two of the channel's own that
 * makes the last shift 12. Cost for 16 inputs and 32 outputs, an output, in instructions: transform
 * of the input 12, products 76, way back and requantization 15. For ic of MLPerf Tiny 0.72
 * instructions a multiplication of the definition with 16 inputs, 0.63 with 32, where the
 * definition's kernel takes 0.78 and 0.74; weights take 50 bytes instead of 9.
 *
 * Four tiles side by side are transformed into scratch, then multiplied with two filters at a time;
 * two rows of outputs are written when the five rows of inputs below them have been read but for
 * what later tiles of the same row see. */
#include "ops/conv_2d/kernel.h"

#include "device/winograd_2x2.h"

/* Words of a chunk of the transformed input: 25 points, 8 pairs of channels, 4 tiles. */
enum { ZK_WINOGRAD_STRIDE_2_CHUNK = 25 * 8 * 4 };

/* What four tiles see: columns begin..end of 17 are inside of the picture, and rows start there. */
typedef struct zk_winograd_stride_2_patch {
    const int8_t *row[5];
    int32_t begin, end;
} zk_winograd_stride_2_patch;

/* Five pairs of values transformed, to places of `to` that are `step` words apart. */
static inline void zk_winograd_stride_2_five(uint32_t a, uint32_t b, uint32_t c, uint32_t d,
                                             uint32_t e, uint32_t *to, int32_t step)
{
    to[0] = zk_ssub16(a, c);
    to[step] = b;
    to[2 * step] = c;
    to[3 * step] = d;
    to[4 * step] = zk_ssub16(e, c);
}

/* The vertical transform of four channels: bytes 0 and 2 of a column to t[0][5 rows][17 columns],
 * bytes 1 and 3 to t[1][5][17]. `at` is where the first column starts in each row, they are `step`
 * bytes apart. */
static inline void zk_winograd_stride_2_columns(const int8_t *const *row, int32_t at, int32_t step,
                                                uint32_t *t, const uint32_t *end)
{
    for (; t != end; t++, at += step) {
        uint32_t a = zk_load_word(row[0] + at), b = zk_load_word(row[1] + at);
        uint32_t c = zk_load_word(row[2] + at), d = zk_load_word(row[3] + at);
        uint32_t e = zk_load_word(row[4] + at);
        zk_winograd_stride_2_five(zk_sxtb16(a), zk_sxtb16(b), zk_sxtb16(c), zk_sxtb16(d),
                                  zk_sxtb16(e), t, 17);
        zk_winograd_stride_2_five(zk_sxtb16_ror8(a), zk_sxtb16_ror8(b), zk_sxtb16_ror8(c),
                                  zk_sxtb16_ror8(d), zk_sxtb16_ror8(e), t + 85, 17);
    }
}

/* The horizontal transform: of four tiles, each of which shares a column with the next, for t[17]
 * to v[8 pairs, 1 of them][4 tiles] of the points of a row. */
static inline void zk_winograd_stride_2_row(const uint32_t *t, uint32_t *v, const uint8_t *point)
{
    uint32_t *v0 = v + 32 * point[0], *v1 = v + 32 * point[1], *v2 = v + 32 * point[2];
    uint32_t *v3 = v + 32 * point[3], *v4 = v + 32 * point[4], a = t[0];
    for (const uint32_t *end = t + 16; t != end; t += 4) {
        uint32_t c = t[2], e = t[4];
        *v0++ = zk_ssub16(a, c);
        *v1++ = t[1];
        *v2++ = c;
        *v3++ = t[3];
        *v4++ = zk_ssub16(e, c);
        a = e;
    }
}

/* The points' order, by row and column. */
static const uint8_t zk_winograd_stride_2_points[5][5] = {{0, 9, 4, 1, 10},
                                                          {17, 21, 13, 18, 22},
                                                          {5, 14, 8, 6, 15},
                                                          {2, 11, 7, 3, 12},
                                                          {19, 23, 16, 20, 24}};

/* All channels of four tiles to chunks v[25 points][8 pairs][4 tiles]; t: [2 pairs][5 rows][17]. */
static inline void zk_winograd_stride_2_input(const zk_winograd_stride_2_patch *patch, int32_t in_c,
                                              int32_t zero_point, uint32_t *t, uint32_t *v)
{
    uint32_t padding = zk_pkhbt_lsl16((uint32_t)zero_point, (uint32_t)zero_point);
    for (int32_t x = 0; x < 17; x++)
        if (x < patch->begin || x >= patch->end)
            for (int32_t i = 0; i < 10; i++) t[17 * i + x] = i % 5 % 4 == 0 ? 0 : padding;
    for (int32_t channel = 0; channel < in_c; channel += 4, v += 8) {
        zk_winograd_stride_2_columns(patch->row, channel, in_c, t + patch->begin, t + patch->end);
        for (int32_t i = 0; i < 10; i++)
            zk_winograd_stride_2_row(t + 17 * i, v + i / 5 * 4, zk_winograd_stride_2_points[i % 5]);
        if ((channel & 12) == 12) v += ZK_WINOGRAD_STRIDE_2_CHUNK - 32;
    }
}

/* sums [9] = the products of four [chunks][25 points] and two [chunks][25 points]. */
static inline void zk_winograd_stride_2_products(zk_winograd_product p, int32_t chunks)
{
    static const int32_t n[4] = {9, 8, 4, 4};
    for (int32_t i = 0; i < 4 * chunks; i++) {
        p.end = p.sums + 8 * n[i % 4];
        if (i == 0)
            zk_winograd_multiply(&p);
        else
            zk_winograd_add(&p);
        p.four += 32 * n[i % 4], p.two += 16 * n[i % 4];
    }
}

/* From m[9 sums][2 channels][4 tiles]. */
static inline void zk_winograd_stride_2_tile(const zk_winograd_2x2_channel *channel,
                                             const uint32_t *m, const zk_winograd_2x2_place *at,
                                             int32_t any)
{
    uint32_t bb = m[64] + (uint32_t)channel->bias; /* is part of all four */
    uint32_t b0 = m[40] + bb, b1 = m[48] + bb;
    uint32_t a0 = m[0] + m[32] + b0, a1 = m[8] + m[32] + b1;
    uint32_t c0 = m[16] + m[56] + b0, c1 = m[24] + m[56] + b1;
    at->out[at->below + at->right] = zk_winograd_2x2_scale(channel, c1, any);
    at->out[at->below] = zk_winograd_2x2_scale(channel, c0, any);
    at->out[at->right] = zk_winograd_2x2_scale(channel, a1, any);
    at->out[0] = zk_winograd_2x2_scale(channel, a0, any);
}

static inline void zk_winograd_stride_2_line(const zk_winograd_2x2_channel *channel,
                                             const uint32_t *m, int32_t tiles, int32_t step,
                                             zk_winograd_2x2_place at)
{
    zk_winograd_2x2_channel copy = *channel;
    for (; tiles > 0; tiles--, m++, at.out += step) zk_winograd_stride_2_tile(&copy, m, &at, 0);
}

static inline void zk_winograd_stride_2_any(const zk_winograd_2x2_channel *channel,
                                            const uint32_t *m, int32_t tiles, int32_t step,
                                            zk_winograd_2x2_place at)
{
    zk_winograd_2x2_channel copy = *channel;
    for (; tiles > 0; tiles--, m++, at.out += step) zk_winograd_stride_2_tile(&copy, m, &at, 1);
}

static inline void zk_winograd_stride_2(const zk_conv_2d_winograd_params *p,
                                        zk_winograd_2x2_output *output, const int8_t *in,
                                        const uint32_t *weights, const int32_t *channels,
                                        uint32_t *scratch, int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t chunks = (w->in_c + 15) / 16, row_bytes = w->in_w * w->in_c;
    /* The sums are made when the transform is done with `t` and the padding. */
    uint32_t *v = scratch, *t = v + chunks * ZK_WINOGRAD_STRIDE_2_CHUNK, *sums = t,
             *padding = t + 170;
    if (w->in_c & 15) zk_winograd_fill(v, 4 * chunks * ZK_WINOGRAD_STRIDE_2_CHUNK, 0);
    for (int32_t b = 0; b < w->batches; b++) {
        for (int32_t y = 0; y < w->out_h; y += 2) {
            for (int32_t x = 0; x < w->out_w; x += 8) {
                int32_t first = 2 * x - w->pad_w, left = w->in_w - first;
                zk_winograd_stride_2_patch patch;
                patch.begin = first < 0 ? -first : 0;
                patch.end = left < 17 ? left : 17;
                if (2 * y - w->pad_h < 0 || 2 * y - w->pad_h + 4 >= w->in_h)
                    zk_winograd_fill(padding, 17 * w->in_c, p->in_zero_point);
                for (int32_t i = 0; i < 5; i++) {
                    int32_t row = 2 * y - w->pad_h + i;
                    patch.row[i] = row < 0 || row >= w->in_h
                                       ? (const int8_t *)padding
                                       : in + row * row_bytes + (first + patch.begin) * w->in_c;
                }
                zk_winograd_stride_2_input(&patch, w->in_c, p->in_zero_point, t, v);
                const uint32_t *u = weights;
                const zk_winograd_2x2_channel *channel = (const zk_winograd_2x2_channel *)channels;
                for (int32_t c = 0; c < w->out_c; c += 2, channel += 2) {
                    zk_winograd_product product = {v, u, sums, sums};
                    zk_winograd_stride_2_products(product, chunks);
                    u += chunks * (ZK_WINOGRAD_STRIDE_2_CHUNK / 2);
                    zk_winograd_2x2_put(w, output, channel, sums, y, x, c, out);
                }
            }
        }
        in += w->in_h * row_bytes;
        out += w->out_h * w->out_w * w->out_c;
    }
}

void zk_conv_2d_s8_winograd_stride_2_line(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                          const uint32_t *weights, const int32_t *channels,
                                          uint32_t *scratch, int8_t *out)
{
    zk_winograd_stride_2(p, zk_winograd_stride_2_line, in, weights, channels, scratch, out);
}

void zk_conv_2d_s8_winograd_stride_2(const zk_conv_2d_winograd_params *p, const int8_t *in,
                                     const uint32_t *weights, const int32_t *channels,
                                     uint32_t *scratch, int8_t *out)
{
    zk_winograd_stride_2(p, zk_winograd_stride_2_any, in, weights, channels, scratch, out);
}
