/* CONV_2D of int8 for the Arm DSP extension: three pixels of the output at a time.
 *
 * The inputs that the three pixels see are gathered into scratch as interleaved 16-bit pairs, then
 * device/dsp_2x3.h multiplies them with all weights. A pixel's patch is a list of runs of bytes
 * that lie side by side: a row of the kernel, or a tap of it when it is dilated. Gathering takes
 * about one instruction an input, once for all output channels.
 *
 * Overlap: outputs are written in the order of memory, three pixels at a time, after everything
 * that these three pixels see was read. */
#include <stddef.h>

#include "device/dsp_2x3.h"
#include "ops/conv_2d/kernel.h"

/* Widens a run of `bytes` inputs of three pixels: groups of four, then what is left in order. The
 * last one may be alone in its pair: the weight beside its is 0. */
static inline void zk_conv_2d_widen(zk_2x3_inputs *in, int32_t bytes)
{
    if (bytes >= 4) zk_2x3_widen(in, bytes >> 2);
    if ((bytes & 3) == 0) return;
    uint32_t *x = in->x;
    const int8_t *a = in->a, *b = in->b, *c = in->c;
    in->x = x + ((bytes & 3) == 3 ? 6 : 3);
    if (bytes & 2) {
        *x++ = (uint32_t)a[1] << 16 | (uint16_t)a[0];
        *x++ = (uint32_t)b[1] << 16 | (uint16_t)b[0];
        *x++ = (uint32_t)c[1] << 16 | (uint16_t)c[0];
    }
    if (bytes & 1) {
        x[0] = (uint32_t)a[bytes & 2];
        x[1] = (uint32_t)b[bytes & 2];
        x[2] = (uint32_t)c[bytes & 2];
    }
}

/* All output channels of 1 to 3 pixels that lie side by side in the output. */
static inline void zk_conv_2d_multiply(const zk_conv_2d_pack *p, zk_2x3_block *multiply,
                                       const uint32_t *weights, const uint32_t *x, int32_t pixels,
                                       int8_t *out)
{
    zk_2x3 block = {weights, 0, out, 0, weights + (p->out_c >> 1) * p->words, x, p->pairs};
    if (pixels > 1) block.second = block.third = p->out_c;
    if (pixels > 2) block.third = 2 * p->out_c;
    if (p->out_c > 1) multiply(&block);
    if (p->out_c & 1) {
        int8_t last[6];
        int8_t *to = out + p->out_c - 1;
        zk_2x3 odd = {block.end, 2, last, 4, block.end + p->words, x, p->pairs};
        multiply(&odd);
        to[block.third] = last[4];
        to[block.second] = last[2];
        to[0] = last[0];
    }
    if (p->out_min == -128 && p->out_max == 127) return;
    for (int32_t i = 0; i < pixels * p->out_c; i++) {
        if (out[i] < p->out_min) out[i] = (int8_t)p->out_min;
        if (out[i] > p->out_max) out[i] = (int8_t)p->out_max;
    }
}

/* Kernel 1x1 with stride 1: a pixel's inputs are one run, and so are all pixels. */
static inline void zk_conv_2d_1x1(const zk_conv_2d_1x1_params *p, zk_2x3_block *multiply,
                                  const int8_t *in, const uint32_t *weights, uint32_t *x,
                                  int8_t *out)
{
    int32_t out_c = p->pack.out_c;
    for (int32_t left = p->pixels; left > 0; left -= 3, in += 3 * p->in_c, out += 3 * out_c) {
        zk_2x3_inputs inputs = {x, in, in, in};
        if (left > 1) inputs.b = inputs.c = in + p->in_c;
        if (left > 2) inputs.c += p->in_c;
        zk_conv_2d_widen(&inputs, p->in_c);
        zk_conv_2d_multiply(&p->pack, multiply, weights, x, left < 3 ? left : 3, out);
    }
}

void zk_conv_2d_s8_1x1_relu_dsp(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                const uint32_t *weights, uint32_t *x, int8_t *out)
{
    zk_conv_2d_1x1(p, zk_2x3_relu, in, weights, x, out);
}

void zk_conv_2d_s8_1x1_dsp(const zk_conv_2d_1x1_params *p, const int8_t *in,
                           const uint32_t *weights, uint32_t *x, int8_t *out)
{
    zk_conv_2d_1x1(p, zk_2x3_any, in, weights, x, out);
}

void zk_conv_2d_s8_1x1_dsp_small(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                 const uint32_t *weights, uint32_t *x, int8_t *out)
{
    zk_conv_2d_1x1(p, zk_2x3_small, in, weights, x, out);
}

/* A pixel of the output: where its patch starts in its picture. */
typedef struct zk_conv_2d_place {
    const int8_t *picture;
    int32_t y, x;
} zk_conv_2d_place;

/* The next pixel in the order of memory. */
static inline void zk_conv_2d_next(const zk_window *w, zk_conv_2d_place *at)
{
    at->x += w->stride_w;
    if (at->x < w->out_w * w->stride_w - w->pad_w) return;
    at->x = -w->pad_w;
    at->y += w->stride_h;
    if (at->y < w->out_h * w->stride_h - w->pad_h) return;
    at->y = -w->pad_h;
    at->picture += w->in_h * w->in_w * w->in_c;
}

/* Where the run of row y that begins in column x can be read: in the picture, or in `copy` when
 * some of it is padding, or in `padding` when all of it is. */
static inline const int8_t *zk_conv_2d_run(const zk_conv_2d_window_params *p,
                                           const zk_conv_2d_place *at, int32_t y, int32_t x,
                                           const int8_t *padding, int8_t *copy)
{
    const zk_window *w = &p->window;
    int32_t first = (at->x + x) * w->in_c, row_bytes = w->in_w * w->in_c;
    if ((uint32_t)(at->y + y) >= (uint32_t)w->in_h) return padding;
    if (first >= row_bytes || first + p->run_bytes <= 0) return padding;
    const int8_t *row = at->picture + (at->y + y) * row_bytes;
    if (first >= 0 && first + p->run_bytes <= row_bytes) return row + first;
    for (int32_t i = 0; i < p->run_bytes; i++)
        copy[i] = (uint32_t)(first + i) < (uint32_t)row_bytes ? row[first + i] : *padding;
    return copy;
}

/* The patches of three pixels, at least one of which sees padding. */
static inline void zk_conv_2d_gather(const zk_conv_2d_window_params *p, const zk_conv_2d_place *at,
                                     uint32_t *x, int8_t *runs)
{
    const zk_window *w = &p->window;
    int8_t *copy = runs + p->run_bytes;
    zk_2x3_inputs inputs = {x, NULL, NULL, NULL};
    for (int32_t y = 0; y < w->kernel_h * w->dilation_h; y += w->dilation_h) {
        for (int32_t tap = 0, kx = 0; tap < p->taps; tap++, kx += w->dilation_w) {
            inputs.a = zk_conv_2d_run(p, &at[0], y, kx, runs, copy);
            inputs.b = zk_conv_2d_run(p, &at[1], y, kx, runs, copy + p->run_bytes);
            inputs.c = zk_conv_2d_run(p, &at[2], y, kx, runs, copy + 2 * p->run_bytes);
            zk_conv_2d_widen(&inputs, p->run_bytes);
        }
    }
}

/* The patches of three pixels that are inside of their pictures. */
static inline void zk_conv_2d_gather_inside(const zk_conv_2d_window_params *p,
                                            const zk_conv_2d_place *at, uint32_t *x)
{
    const zk_window *w = &p->window;
    const int8_t *a = at[0].picture + (at[0].y * w->in_w + at[0].x) * w->in_c;
    const int8_t *b = at[1].picture + (at[1].y * w->in_w + at[1].x) * w->in_c;
    const int8_t *c = at[2].picture + (at[2].y * w->in_w + at[2].x) * w->in_c;
    int32_t tap = w->dilation_w * w->in_c, row = w->dilation_h * w->in_w * w->in_c;
    zk_2x3_inputs inputs = {x, a, b, c};
    for (int32_t y = 0; y < w->kernel_h; y++) {
        for (int32_t i = 0, at_run = y * row; i < p->taps; i++, at_run += tap) {
            inputs.a = a + at_run;
            inputs.b = b + at_run;
            inputs.c = c + at_run;
            zk_conv_2d_widen(&inputs, p->run_bytes);
        }
    }
}

static inline int32_t zk_conv_2d_inside(const zk_conv_2d_window_params *p,
                                        const zk_conv_2d_place *at)
{
    return (uint32_t)at->y < (uint32_t)p->inside_h && (uint32_t)at->x < (uint32_t)p->inside_w;
}

/* Any kernel. `runs` is padding for one run, which lets rows outside of the picture be read, and
 * room for a copy of one of each pixel. */
static inline void zk_conv_2d_window(const zk_conv_2d_window_params *p, zk_2x3_block *multiply,
                                     const int8_t *in, const uint32_t *weights, uint32_t *x,
                                     int8_t *runs, int8_t *out)
{
    const zk_window *w = &p->window;
    zk_conv_2d_place next = {in, -w->pad_h, -w->pad_w};
    for (int32_t i = 0; i < p->run_bytes; i++) runs[i] = (int8_t)p->in_zero_point;
    for (int32_t left = w->batches * w->out_h * w->out_w; left > 0; left -= 3) {
        int32_t pixels = left < 3 ? left : 3, inside = 1;
        zk_conv_2d_place at[3];
        for (int32_t i = 0; i < 3; i++) {
            at[i] = i < pixels ? next : at[i - 1];
            inside &= zk_conv_2d_inside(p, &at[i]);
            if (i < pixels) zk_conv_2d_next(w, &next);
        }
        if (inside)
            zk_conv_2d_gather_inside(p, at, x);
        else
            zk_conv_2d_gather(p, at, x, runs);
        zk_conv_2d_multiply(&p->pack, multiply, weights, x, pixels, out);
        out += 3 * p->pack.out_c;
    }
}

void zk_conv_2d_s8_relu_dsp(const zk_conv_2d_window_params *p, const int8_t *in,
                            const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out)
{
    zk_conv_2d_window(p, zk_2x3_relu, in, weights, x, runs, out);
}

void zk_conv_2d_s8_dsp(const zk_conv_2d_window_params *p, const int8_t *in, const uint32_t *weights,
                       uint32_t *x, int8_t *runs, int8_t *out)
{
    zk_conv_2d_window(p, zk_2x3_any, in, weights, x, runs, out);
}

void zk_conv_2d_s8_dsp_small(const zk_conv_2d_window_params *p, const int8_t *in,
                             const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out)
{
    zk_conv_2d_window(p, zk_2x3_small, in, weights, x, runs, out);
}
