/* CONV_2D of int8 for the Arm DSP extension: three pixels of the output at a time, and where few
 * are left over two or two times two (kernels with `pairs` in their name).
 *
 * The inputs that the pixels see are gathered into scratch as interleaved 16-bit pairs, then
 * device/dsp_2x3.h multiplies them with all weights. A pixel's patch is a list of runs of bytes
 * that lie side by side: a row of the kernel, or a tap of it when it is dilated. Where three pixels
 * see no padding they are gathered together, about one instruction an input, once for all output
 * channels; else one by one, about two.
 *
 * Overlap: outputs are written in the order of memory, three pixels at a time, after everything
 * that these three pixels see was read. */
#include <string.h>

#include "device/dsp_2x2.h"
#include "device/dsp_2x3_int4.h"
#include "device/intrinsics.h"
#include "ops/conv_2d/kernel.h"

/* The blocks of a kernel: for three pixels, and for two if it has one; else two and one pixel are
 * done as three of which the last ones are the same. */
typedef struct zk_conv_2d_blocks {
    zk_2x3_block *three, *two;
} zk_conv_2d_blocks;

/* How many pixels the next block takes if so many are left. */
static inline ZK_INTO_CALLER int32_t zk_conv_2d_take(zk_conv_2d_blocks blocks, int32_t left)
{
    return blocks.two && (left == 4 || left < 3) ? 2 : 3;
}

/* Widens a run of `bytes` inputs of three pixels: groups of four, then what is left in
 * order. The last one may be alone in its pair: the weight beside its is 0. */
static inline void zk_conv_2d_widen(zk_2x3_inputs *in, int32_t bytes)
{
    if (bytes >= 4) zk_2x3_widen(in, bytes >> 2);
    if ((bytes & 3) == 0) return;
    const int8_t *a = in->pixel[0], *b = in->pixel[1], *c = in->pixel[2];
    uint32_t *x = in->x;
    if (bytes & 2) {
        *x++ = (uint32_t)a[1] << 16 | (uint16_t)a[0];
        *x++ = (uint32_t)b[1] << 16 | (uint16_t)b[0];
        *x++ = (uint32_t)c[1] << 16 | (uint16_t)c[0];
    }
    if (bytes & 1) {
        *x++ = (uint32_t)a[bytes & 2];
        *x++ = (uint32_t)b[bytes & 2];
        *x++ = (uint32_t)c[bytes & 2];
    }
    in->x = x;
}

/* The same of two pixels. */
static inline void zk_conv_2d_widen_two(zk_2x3_inputs *in, int32_t bytes)
{
    if (bytes >= 4) zk_2x2_widen(in, bytes >> 2);
    if ((bytes & 3) == 0) return;
    const int8_t *a = in->pixel[0], *b = in->pixel[1];
    uint32_t *x = in->x;
    if (bytes & 2) {
        *x++ = (uint32_t)a[1] << 16 | (uint16_t)a[0];
        *x++ = (uint32_t)b[1] << 16 | (uint16_t)b[0];
    }
    if (bytes & 1) {
        *x++ = (uint32_t)a[bytes & 2];
        *x++ = (uint32_t)b[bytes & 2];
    }
    in->x = x;
}

/* What a block leaves to do with the outputs of three pixels: the last of an odd number of
 * channels, limits within those of 8 bits. */
static inline void zk_conv_2d_finish(const zk_conv_2d_pack *p, zk_2x3_block *multiply,
                                     const zk_2x3 *block, int8_t *out)
{
    if (p->out_c & 1) {
        int8_t last[6] = {0};
        int8_t *to = out + p->out_c - 1;
        zk_2x3 odd = {block->end, 2, last, 4, block->end + p->words, block->x, p->pairs};
        multiply(&odd);
        to[block->third] = last[4];
        to[block->second] = last[2];
        to[0] = last[0];
    }
    for (int32_t i = 0; i < block->third + p->out_c; i++) {
        if (out[i] < p->out_min) out[i] = (int8_t)p->out_min;
        if (out[i] > p->out_max) out[i] = (int8_t)p->out_max;
    }
}

/* The block for three pixels that lie side by side in the output. */
static inline zk_2x3 zk_conv_2d_block(const zk_conv_2d_pack *p, const uint32_t *weights,
                                      const uint32_t *x, int8_t *out)
{
    zk_2x3 block;
    block.weights = weights;
    block.second = p->out_c;
    block.out = out;
    block.third = 2 * p->out_c;
    block.end = weights + (p->out_c >> 1) * p->words;
    block.x = x;
    block.pairs = p->pairs;
    return block;
}

/* With fewer than three pixels left, the last ones are the same, or left out. */
static inline void zk_conv_2d_shorten(zk_2x3 *block, int32_t pixels)
{
    if (pixels < 3) block->third = block->second;
    if (pixels < 2) block->third = block->second = 0;
}

/* All output channels of the block's pixels; moves on to the next ones. */
static inline void zk_conv_2d_multiply(const zk_conv_2d_pack *p, zk_2x3_block *multiply,
                                       zk_2x3 *block, int32_t pixels)
{
    if (p->out_c > 1) multiply(block);
    if (p->unfinished) zk_conv_2d_finish(p, multiply, block, block->out);
    block->out += pixels * p->out_c;
}

/* Kernel 1x1 with stride 1: a pixel's inputs are one run, and so are all pixels. */
static inline ZK_INTO_CALLER void zk_conv_2d_1x1(const zk_conv_2d_1x1_params *p,
                                                 const zk_conv_2d_blocks blocks, const int8_t *in,
                                                 const uint32_t *weights, uint32_t *x, int8_t *out)
{
    int32_t in_c = p->in_c;
    zk_2x3 block = zk_conv_2d_block(&p->pack, weights, x, out);
    for (int32_t left = p->pixels; left > 0;) {
        zk_2x3_inputs inputs = {x, {in, in + in_c, in + 2 * in_c}};
        const int32_t take = zk_conv_2d_take(blocks, left);
        if (left < 3) {
            zk_conv_2d_shorten(&block, left);
            if (left == 1) inputs.pixel[1] = in;
            inputs.pixel[2] = inputs.pixel[1];
        }
        if (take == 2) {
            block.third = block.second;
            zk_conv_2d_widen_two(&inputs, in_c);
            zk_conv_2d_multiply(&p->pack, blocks.two, &block, 2);
        } else {
            zk_conv_2d_widen(&inputs, in_c);
            zk_conv_2d_multiply(&p->pack, blocks.three, &block, 3);
        }
        left -= take;
        in += take * in_c;
    }
}

void zk_conv_2d_s8_1x1_relu_dsp(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                const uint32_t *weights, uint32_t *x, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_relu, 0};
    zk_conv_2d_1x1(p, blocks, in, weights, x, out);
}

void zk_conv_2d_s8_1x1_dsp(const zk_conv_2d_1x1_params *p, const int8_t *in,
                           const uint32_t *weights, uint32_t *x, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_any, 0};
    zk_conv_2d_1x1(p, blocks, in, weights, x, out);
}

void zk_conv_2d_s8_1x1_relu_dsp_small(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                      const uint32_t *weights, uint32_t *x, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_small_relu, 0};
    zk_conv_2d_1x1(p, blocks, in, weights, x, out);
}

void zk_conv_2d_s8_1x1_dsp_small(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                 const uint32_t *weights, uint32_t *x, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_small, 0};
    zk_conv_2d_1x1(p, blocks, in, weights, x, out);
}

void zk_conv_2d_s8_1x1_relu_dsp_pairs(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                      const uint32_t *weights, uint32_t *x, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_relu, zk_2x2_relu};
    zk_conv_2d_1x1(p, blocks, in, weights, x, out);
}

void zk_conv_2d_s8_1x1_dsp_pairs(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                 const uint32_t *weights, uint32_t *x, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_any, zk_2x2_any};
    zk_conv_2d_1x1(p, blocks, in, weights, x, out);
}

void zk_conv_2d_s8_1x1_relu_dsp_small_pairs(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                            const uint32_t *weights, uint32_t *x, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_small_relu, zk_2x2_small_relu};
    zk_conv_2d_1x1(p, blocks, in, weights, x, out);
}

void zk_conv_2d_s8_1x1_dsp_small_pairs(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                       const uint32_t *weights, uint32_t *x, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_small, zk_2x2_small};
    zk_conv_2d_1x1(p, blocks, in, weights, x, out);
}

void zk_conv_2d_s8_1x1_relu_dsp_int4(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                     const uint32_t *weights, uint32_t *x, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_int4_relu, 0};
    zk_conv_2d_1x1(p, blocks, in, weights, x, out);
}

void zk_conv_2d_s8_1x1_dsp_int4(const zk_conv_2d_1x1_params *p, const int8_t *in,
                                const uint32_t *weights, uint32_t *x, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_int4, 0};
    zk_conv_2d_1x1(p, blocks, in, weights, x, out);
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

static inline void zk_conv_2d_copy(int8_t *to, const int8_t *from, int32_t bytes)
{
    for (; bytes >= 4; bytes -= 4, to += 4, from += 4) {
        uint32_t word;
        memcpy(&word, from, 4);
        memcpy(to, &word, 4);
    }
    while (bytes-- > 0) *to++ = *from++;
}

/* Widens the run of one pixel of `pixels`: as zk_conv_2d_widen. */
static inline ZK_INTO_CALLER uint32_t *zk_conv_2d_widen_one(const int8_t *run, int32_t bytes,
                                                            uint32_t *x, const int32_t pixels)
{
    for (; bytes >= 4; bytes -= 4, run += 4, x += 2 * pixels) {
        uint32_t four = zk_load_word(run);
        x[0] = zk_sxtb16(four);
        x[pixels] = zk_sxtb16_ror8(four);
    }
    if (bytes & 2) {
        *x = (uint32_t)run[1] << 16 | (uint16_t)run[0];
        x += pixels;
    }
    if (bytes & 1) {
        *x = (uint32_t)run[bytes & 2];
        x += pixels;
    }
    return x;
}

/* The patch of one of `pixels` pixels. `copy` is room for a run of which some is padding. */
static inline ZK_INTO_CALLER void zk_conv_2d_gather_one(const zk_conv_2d_window_params *p,
                                                        const zk_conv_2d_place *at, uint32_t *x,
                                                        const int8_t *padding, int8_t *copy,
                                                        const int32_t pixels)
{
    const zk_window *w = &p->window;
    const int32_t bytes = p->run_bytes, row_bytes = w->in_w * w->in_c, taps = p->taps;
    const int32_t words = ((bytes >> 2) * 2 + (((bytes & 3) + 1) >> 1)) * pixels;
    const int32_t in_h = w->in_h, row = w->dilation_h * row_bytes, down = w->dilation_h;
    const int32_t end = at->y + w->kernel_h * down;
    for (int32_t tap = 0; tap < taps; tap++, x += words) {
        int32_t first = (at->x + tap * w->dilation_w) * w->in_c;
        int32_t before = first < 0 ? -first : 0;
        int32_t count = (row_bytes - first < bytes ? row_bytes - first : bytes) - before;
        const int8_t *in = at->picture + at->y * row_bytes + first + before;
        uint32_t *to = x;
        if (count < bytes) zk_conv_2d_copy(copy, padding, bytes);
        for (int32_t y = at->y; y < end; y += down, in += row) {
            const int8_t *run = in;
            if ((uint32_t)y >= (uint32_t)in_h || count <= 0) {
                run = padding;
            } else if (count < bytes) {
                zk_conv_2d_copy(copy + before, in, count);
                run = copy;
            }
            to = zk_conv_2d_widen_one(run, bytes, to, pixels) + (taps - 1) * words;
        }
    }
}

/* The patches of two or three pixels. */
static inline ZK_INTO_CALLER void zk_conv_2d_gather(const zk_conv_2d_window_params *p,
                                                    const zk_conv_2d_place *at, uint32_t *x,
                                                    int8_t *runs, const int32_t pixels)
{
    for (int32_t i = 0; i < pixels; i++)
        zk_conv_2d_gather_one(p, &at[i], x + i, runs, runs + p->run_bytes, pixels);
}

/* The patches of three pixels side by side that see no padding. */
static inline void zk_conv_2d_gather_inside(const zk_conv_2d_window_params *p,
                                            const zk_conv_2d_place *at, uint32_t *x)
{
    const zk_window *w = &p->window;
    const int32_t step = w->stride_w * w->in_c, tap = w->dilation_w * w->in_c;
    const int32_t row = w->dilation_h * w->in_w * w->in_c, rows = w->kernel_h;
    const int32_t taps = p->taps, bytes = p->run_bytes;
    const int8_t *first = at->picture + (at->y * w->in_w + at->x) * w->in_c;
    zk_2x3_inputs inputs = {x, {first, first + step, first + 2 * step}};
    if (taps == 1 && (bytes & 3) == 0) {
        zk_2x3_widen_rows(&inputs, bytes >> 2, row, rows);
        return;
    }
    for (int32_t y = 0; y < rows; y++, first += row) {
        const int8_t *run = first;
        for (int32_t i = 0; i < taps; i++, run += tap) {
            inputs.pixel[0] = run;
            inputs.pixel[1] = run + step;
            inputs.pixel[2] = run + 2 * step;
            zk_conv_2d_widen(&inputs, bytes);
        }
    }
}

/* Any kernel. `runs` is padding for one run, for rows outside of the picture, and room for a copy
 * of one. */
static inline ZK_INTO_CALLER void zk_conv_2d_window(const zk_conv_2d_window_params *p,
                                                    const zk_conv_2d_blocks blocks,
                                                    const int8_t *in, const uint32_t *weights,
                                                    uint32_t *x, int8_t *runs, int8_t *out)
{
    const zk_window *w = &p->window;
    zk_2x3 block = zk_conv_2d_block(&p->pack, weights, x, out);
    zk_conv_2d_place at[3] = {{in, -w->pad_h, -w->pad_w}};
    for (int32_t i = 0; i < p->run_bytes; i++) runs[i] = (int8_t)p->in_zero_point;
    for (int32_t left = w->batches * w->out_h * w->out_w; left > 0;) {
        const int32_t take = zk_conv_2d_take(blocks, left), last = take - 1;
        if (take == 2) block.third = block.second;
        if (take == 3 && (uint32_t)at->y < (uint32_t)p->inside_h && at->x >= 0 &&
            at->x + 2 * w->stride_w < p->inside_w) {
            zk_conv_2d_gather_inside(p, at, x);
            at->x += 2 * w->stride_w;
        } else {
            for (int32_t i = 1; i <= last; i++) {
                at[i] = at[i - 1];
                if (i < left) zk_conv_2d_next(w, &at[i]);
            }
            if (take == 2)
                zk_conv_2d_gather(p, at, x, runs, 2);
            else
                zk_conv_2d_gather(p, at, x, runs, 3);
            zk_conv_2d_shorten(&block, left);
            at[0] = at[last];
        }
        zk_conv_2d_next(w, at);
        zk_conv_2d_multiply(&p->pack, take == 2 ? blocks.two : blocks.three, &block, take);
        left -= take;
    }
}

void zk_conv_2d_s8_relu_dsp(const zk_conv_2d_window_params *p, const int8_t *in,
                            const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_relu, 0};
    zk_conv_2d_window(p, blocks, in, weights, x, runs, out);
}

void zk_conv_2d_s8_dsp(const zk_conv_2d_window_params *p, const int8_t *in, const uint32_t *weights,
                       uint32_t *x, int8_t *runs, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_any, 0};
    zk_conv_2d_window(p, blocks, in, weights, x, runs, out);
}

void zk_conv_2d_s8_relu_dsp_small(const zk_conv_2d_window_params *p, const int8_t *in,
                                  const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_small_relu, 0};
    zk_conv_2d_window(p, blocks, in, weights, x, runs, out);
}

void zk_conv_2d_s8_dsp_small(const zk_conv_2d_window_params *p, const int8_t *in,
                             const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_small, 0};
    zk_conv_2d_window(p, blocks, in, weights, x, runs, out);
}

void zk_conv_2d_s8_relu_dsp_pairs(const zk_conv_2d_window_params *p, const int8_t *in,
                                  const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_relu, zk_2x2_relu};
    zk_conv_2d_window(p, blocks, in, weights, x, runs, out);
}

void zk_conv_2d_s8_dsp_pairs(const zk_conv_2d_window_params *p, const int8_t *in,
                             const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_any, zk_2x2_any};
    zk_conv_2d_window(p, blocks, in, weights, x, runs, out);
}

void zk_conv_2d_s8_relu_dsp_small_pairs(const zk_conv_2d_window_params *p, const int8_t *in,
                                        const uint32_t *weights, uint32_t *x, int8_t *runs,
                                        int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_small_relu, zk_2x2_small_relu};
    zk_conv_2d_window(p, blocks, in, weights, x, runs, out);
}

void zk_conv_2d_s8_dsp_small_pairs(const zk_conv_2d_window_params *p, const int8_t *in,
                                   const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_small, zk_2x2_small};
    zk_conv_2d_window(p, blocks, in, weights, x, runs, out);
}

void zk_conv_2d_s8_relu_dsp_int4(const zk_conv_2d_window_params *p, const int8_t *in,
                                 const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_int4_relu, 0};
    zk_conv_2d_window(p, blocks, in, weights, x, runs, out);
}

void zk_conv_2d_s8_dsp_int4(const zk_conv_2d_window_params *p, const int8_t *in,
                            const uint32_t *weights, uint32_t *x, int8_t *runs, int8_t *out)
{
    const zk_conv_2d_blocks blocks = {zk_2x3_int4, 0};
    zk_conv_2d_window(p, blocks, in, weights, x, runs, out);
}
