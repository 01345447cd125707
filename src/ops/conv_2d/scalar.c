/* CONV_2D of int8 for cores without SIMD: four pixels of the output at a time.
 *
 * The inputs that four pixels see are gathered into scratch, two pixels in a word, about 2.5
 * instructions an input once for all output channels; padding is gathered as the zero point. Then
 * device/scalar.h multiplies the words with every channel's weights, two MACs a multiplication:
 * 2x4 takes 0.94 instructions a MAC on a Cortex-M3, 1x4 2.5 on a Cortex-M0.
 *
 * Overlap: outputs are written in the order of memory, four pixels at a time, after everything that
 * these four pixels see was read. */
#include <string.h>

#include "device/scalar.h"
#include "ops/conv_2d/kernel.h"

/* Where the window of an output pixel begins: tap 0 in its picture. */
typedef struct zk_conv_2d_spot {
    const int8_t *picture;
    int32_t y, x;
} zk_conv_2d_spot;

/* Moves to the next pixel in the order of memory. */
static inline void zk_conv_2d_spot_next(const zk_window *w, zk_conv_2d_spot *at)
{
    at->x += w->stride_w;
    if (at->x < w->out_w * w->stride_w - w->pad_w) return;
    at->x = -w->pad_w;
    at->y += w->stride_h;
    if (at->y < w->out_h * w->stride_h - w->pad_h) return;
    at->y = -w->pad_h;
    at->picture += w->in_h * w->in_w * w->in_c;
}

/* The run of pixels from (y, x) on: in place, or with padding in `padded`. */
static inline const int8_t *zk_conv_2d_spot_run(const zk_conv_2d_scalar_params *p,
                                                const int8_t *picture, int32_t y, int32_t x,
                                                int8_t *padded)
{
    const zk_window *w = &p->window;
    const int8_t *row = picture + y * w->in_w * w->in_c;
    int32_t begin = x < 0 ? -x : 0;
    int32_t end = x + p->run_pixels > w->in_w ? w->in_w - x : p->run_pixels;
    if (y < 0 || y >= w->in_h || end < begin) end = begin = 0;
    if (end - begin == p->run_pixels) return row + x * w->in_c;
    for (int32_t i = 0; i < p->run_pixels * w->in_c; i++) padded[i] = (int8_t)p->in_zero_point;
    if (end > begin)
        memcpy(padded + begin * w->in_c, row + (x + begin) * w->in_c,
               (size_t)((end - begin) * w->in_c));
    return padded;
}

/* What the four pixels see, as words of two with the second times 2^shift. */
static inline void zk_conv_2d_scalar_gather(const zk_conv_2d_scalar_params *p,
                                            const zk_conv_2d_spot *at, int32_t *words,
                                            int8_t *padded, const int32_t shift)
{
    const zk_window *w = &p->window;
    int32_t bytes = p->run_pixels * w->in_c;
    for (int32_t ky = 0; ky < w->kernel_h; ky++) {
        for (int32_t run = 0; run < p->runs; run++) {
            const int8_t *from[4];
            for (int32_t i = 0; i < 4; i++)
                from[i] = zk_conv_2d_spot_run(p, at[i].picture, at[i].y + ky * w->dilation_h,
                                              at[i].x + run * w->dilation_w, padded + i * bytes);
            const int8_t *a = from[0], *b = from[1], *c = from[2], *d = from[3];
            for (int32_t i = 0; i < bytes; i++, words += 2) {
                words[0] = a[i] + b[i] * (1 << shift);
                words[1] = c[i] + d[i] * (1 << shift);
            }
        }
    }
}

/* The places in the output of four pixels, relative to the first; the last ones may be one. */
typedef struct zk_conv_2d_scalar_places {
    int32_t second, third, fourth;
} zk_conv_2d_scalar_places;

static inline void zk_conv_2d_scalar_put(const zk_scalar_scale *scale, const int32_t *sums,
                                         const zk_conv_2d_scalar_places *to, int8_t *out)
{
    out[to->fourth] = zk_scalar_output(scale, sums[3]);
    out[to->third] = zk_scalar_output(scale, sums[2]);
    out[to->second] = zk_scalar_output(scale, sums[1]);
    out[0] = zk_scalar_output(scale, sums[0]);
}

/* All channels of four pixels. */
typedef void zk_conv_2d_scalar_multiply(const zk_conv_2d_scalar_params *p, const int8_t *weights,
                                        const int32_t *scale, const int32_t *words,
                                        const zk_conv_2d_scalar_places *to, int8_t *out);

static inline zk_scalar_scale zk_conv_2d_scalar_scale(const int32_t *scale)
{
    zk_scalar_scale s = {scale[0], scale[1], scale[2], scale[3]};
    return s;
}

static inline void zk_conv_2d_scalar_put_2x4(const int32_t *scale, const int64_t *sums,
                                             const zk_conv_2d_scalar_places *to, int8_t *out)
{
    zk_scalar_scale s = zk_conv_2d_scalar_scale(scale);
    int64_t late = sums[1], early = sums[0];
    out[to->fourth] = zk_scalar_output(&s, zk_scalar_2x4_second(late));
    out[to->third] = zk_scalar_output(&s, zk_scalar_2x4_first(late));
    out[to->second] = zk_scalar_output(&s, zk_scalar_2x4_second(early));
    out[0] = zk_scalar_output(&s, zk_scalar_2x4_first(early));
}

static inline void zk_conv_2d_scalar_multiply_2x4(const zk_conv_2d_scalar_params *p,
                                                  const int8_t *weights, const int32_t *scale,
                                                  const int32_t *words,
                                                  const zk_conv_2d_scalar_places *to, int8_t *out)
{
    int32_t taps = p->taps, out_c = p->window.out_c;
    for (int32_t c = 0; c < out_c; c += 2, weights += 2 * taps, scale += 8) {
        int64_t sums[4];
        zk_scalar_2x4(weights, words, taps, sums);
        zk_conv_2d_scalar_put_2x4(scale, sums, to, out++);
        if (c + 1 < out_c) zk_conv_2d_scalar_put_2x4(scale + 4, sums + 2, to, out++);
    }
}

static inline void zk_conv_2d_scalar_multiply_1x4(const zk_conv_2d_scalar_params *p,
                                                  const int8_t *weights, const int32_t *scale,
                                                  const int32_t *words,
                                                  const zk_conv_2d_scalar_places *to, int8_t *out)
{
    zk_scalar_1x4_block block = {weights, words, {0, 0, 0, 0}};
    for (int32_t c = 0; c < p->window.out_c; c++, scale += 4, out++) {
        zk_scalar_scale s = zk_conv_2d_scalar_scale(scale);
        block.words = words;
        zk_scalar_1x4(&block);
        zk_conv_2d_scalar_put(&s, block.sums, to, out);
    }
}

static inline void zk_conv_2d_scalar(const zk_conv_2d_scalar_params *p,
                                     zk_conv_2d_scalar_multiply *multiply, const int8_t *in,
                                     const int8_t *weights, const int32_t *scale, int32_t *words,
                                     int8_t *padded, int8_t *out, const int32_t shift)
{
    const zk_window *w = &p->window;
    int32_t out_c = w->out_c;
    zk_conv_2d_scalar_places to = {out_c, 2 * out_c, 3 * out_c};
    zk_conv_2d_spot at[4] = {{in, -w->pad_h, -w->pad_w}};
    for (int32_t i = w->kernel_h * p->runs * p->run_pixels * w->in_c; i < p->taps; i++)
        words[2 * i] = words[2 * i + 1] = 0;
    for (int32_t left = w->batches * w->out_h * w->out_w; left > 0; left -= 4, out += 4 * out_c) {
        for (int32_t i = 1; i < 4; i++) {
            at[i] = at[i - 1];
            if (i < left) zk_conv_2d_spot_next(w, &at[i]);
        }
        if (left < 4) to.fourth = to.third;
        if (left < 3) to.fourth = to.third = to.second;
        if (left < 2) to.fourth = to.third = to.second = 0;
        zk_conv_2d_scalar_gather(p, at, words, padded, shift);
        multiply(p, weights, scale, words, &to, out);
        if (p->limited) zk_scalar_limit(out, to.fourth + out_c, p->out_min, p->out_max);
        at[0] = at[3];
        zk_conv_2d_spot_next(w, &at[0]);
    }
}

void zk_conv_2d_s8_scalar_2x4(const zk_conv_2d_scalar_params *p, const int8_t *in,
                              const int8_t *weights, const int32_t *scale, int32_t *words,
                              int8_t *padded, int8_t *out)
{
    zk_conv_2d_scalar(p, zk_conv_2d_scalar_multiply_2x4, in, weights, scale, words, padded, out,
                      ZK_SCALAR_2X4_SHIFT);
}

void zk_conv_2d_s8_scalar_1x4(const zk_conv_2d_scalar_params *p, const int8_t *in,
                              const int8_t *weights, const int32_t *scale, int32_t *words,
                              int8_t *padded, int8_t *out)
{
    zk_conv_2d_scalar(p, zk_conv_2d_scalar_multiply_1x4, in, weights, scale, words, padded, out,
                      ZK_SCALAR_1X4_SHIFT);
}
