/* CONV_2D with the vector instructions of Helium: four channels by three pixels at a time.
 *
 * A pixel of the output is made of the values that its window holds, as one run of bytes: for a 1x1
 * kernel these are a pixel of the input, for others a copy of the window. zk_run_4x3 sums their
 * products with the weights, 16 a vector: 0.125 instructions a multiplication. (The bound is
 * 0.0625, since a VMLADAVA does 16; the rest are loads.) The values behind the last are whatever
 * they are: their weights are 0. The zero point of the input is in the bias; where the window
 * leaves the picture it holds zero points. */
#include "ops/conv_2d/kernel.h"

#include "device/mve_4x3.h"

/* What the blocks of a call share. */
static inline zk_block_4x3 zk_conv_2d_mve_block(const zk_conv_2d_mve_params *p,
                                                const int8_t *weights, const int32_t *scales,
                                                int8_t *out)
{
    zk_block_4x3 block = {weights, out, scales, NULL,     NULL,       NULL,      p->vectors - 1,
                          0,       0,   out,    p->clamp, p->out_min, p->out_max};
    return block;
}

/* Three pixels, of which `left`, 1 or more, are there: what is made for the others is written to
 * the place of the last and then overwritten. */
static inline ZK_ALWAYS_INLINE void
zk_conv_2d_mve_run(const zk_conv_2d_mve_params *p, zk_block_4x3 *block, int32_t left, int32_t relu)
{
    int32_t channels = p->window.out_c;
    block->step_b = left > 1 ? channels : 0;
    block->step_c = left > 2 ? channels : 0;
    block->last = block->out + channels - 4;
    zk_run_4x3(block, relu);
    block->out += channels + block->step_b + block->step_c;
}

/* A 1x1 kernel reads the pixels where they are; one whose vectors would reach behind the picture is
 * copied. */
static inline ZK_ALWAYS_INLINE void zk_conv_2d_mve_points(const zk_conv_2d_mve_params *p,
                                                          const int8_t *in, const int8_t *weights,
                                                          const int32_t *scales, int8_t *scratch,
                                                          int8_t *out, int32_t relu)
{
    const zk_window *w = &p->window;
    int32_t step = w->stride_w * w->in_c, bytes = 16 * p->vectors;
    const int8_t *end = in + w->in_h * w->in_w * w->in_c - bytes;
    zk_block_4x3 block = zk_conv_2d_mve_block(p, weights, scales, out);
    for (int32_t y = 0; y < w->out_h; y++, in += w->stride_h * w->in_w * w->in_c) {
        const int8_t *pixel = in;
        for (int32_t left = w->out_w; left > 0; left -= 3, pixel += 3 * step) {
            block.a = pixel;
            block.b = left > 1 ? pixel + step : pixel;
            block.c = left > 2 ? pixel + 2 * step : block.b;
            if (block.c > end) {
                memcpy(scratch, block.a, (size_t)w->in_c);
                memcpy(scratch + bytes, block.b, (size_t)w->in_c);
                memcpy(scratch + 2 * bytes, block.c, (size_t)w->in_c);
                block.a = scratch;
                block.b = scratch + bytes;
                block.c = scratch + 2 * bytes;
            }
            zk_conv_2d_mve_run(p, &block, left, relu);
        }
    }
}

void zk_conv_2d_s8_1x1_mve(const zk_conv_2d_mve_params *p, const int8_t *in, const int8_t *weights,
                           const int32_t *scales, int8_t *scratch, int8_t *out)
{
    zk_conv_2d_mve_points(p, in, weights, scales, scratch, out, 0);
}

void zk_conv_2d_s8_1x1_relu_mve(const zk_conv_2d_mve_params *p, const int8_t *in,
                                const int8_t *weights, const int32_t *scales, int8_t *scratch,
                                int8_t *out)
{
    zk_conv_2d_mve_points(p, in, weights, scales, scratch, out, 1);
}

/* One row of the picture with the padding beside it; zero points outside of the picture. */
static inline void zk_conv_2d_mve_padded(const zk_conv_2d_mve_params *p, const int8_t *in,
                                         int32_t y, int8_t *to)
{
    const zk_window *w = &p->window;
    int32_t left = w->pad_w * w->in_c, inside = w->in_w * w->in_c;
    if (y < 0 || y >= w->in_h) {
        zk_fill_bytes(to, p->in_zero_point, p->row_bytes);
        return;
    }
    if (inside > p->row_bytes - left) inside = p->row_bytes - left;
    zk_fill_bytes(to, p->in_zero_point, left);
    zk_copy_bytes(to + left, in + y * w->in_w * w->in_c, inside);
    zk_fill_bytes(to + left + inside, p->in_zero_point, p->row_bytes - left - inside);
}

/* The values of a window whose first tap is at `from`, and up to 15 bytes of something. */
static inline void zk_conv_2d_mve_patch(const zk_conv_2d_mve_params *p, const int8_t *from,
                                        int8_t *to)
{
    const zk_window *w = &p->window;
    int32_t row = w->dilation_h * p->row_bytes;
    if (p->runs == 1) {
        zk_copy_runs(to, p->run_bytes, from, row, w->kernel_h);
        return;
    }
    for (int32_t ky = 0; ky < w->kernel_h; ky++, from += row, to += p->runs * p->run_bytes)
        zk_copy_runs(to, p->run_bytes, from, p->run_step, p->runs);
}

/* `rows` holds the part of the picture that a row of the output needs, `patches` three windows. A
 * row of the input is copied before the first row of the output that needs it is written. */
static inline ZK_ALWAYS_INLINE void zk_conv_2d_mve_windows(const zk_conv_2d_mve_params *p,
                                                           const int8_t *in, const int8_t *weights,
                                                           const int32_t *scales, int8_t *rows,
                                                           int8_t *patches, int8_t *out,
                                                           int32_t relu)
{
    const zk_window *w = &p->window;
    int32_t step = w->stride_w * w->in_c, bytes = 16 * p->vectors;
    zk_block_4x3 block = zk_conv_2d_mve_block(p, weights, scales, out);
    block.a = patches;
    block.b = patches + bytes;
    block.c = patches + 2 * bytes;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            int32_t keep = y > 0 && p->rows > w->stride_h ? p->rows - w->stride_h : 0;
            zk_copy_bytes(rows, rows + w->stride_h * p->row_bytes, keep * p->row_bytes);
            for (int32_t r = keep; r < p->rows; r++)
                zk_conv_2d_mve_padded(p, in, y * w->stride_h - w->pad_h + r,
                                      rows + r * p->row_bytes);
            const int8_t *from = rows;
            for (int32_t left = w->out_w; left > 0; left -= 3, from += 3 * step) {
                for (int32_t i = 0; i < 3 && i < left; i++)
                    zk_conv_2d_mve_patch(p, from + i * step, patches + i * bytes);
                zk_conv_2d_mve_run(p, &block, left, relu);
            }
        }
    }
}

void zk_conv_2d_s8_mve(const zk_conv_2d_mve_params *p, const int8_t *in, const int8_t *weights,
                       const int32_t *scales, int8_t *rows, int8_t *patches, int8_t *out)
{
    zk_conv_2d_mve_windows(p, in, weights, scales, rows, patches, out, 0);
}

void zk_conv_2d_s8_relu_mve(const zk_conv_2d_mve_params *p, const int8_t *in, const int8_t *weights,
                            const int32_t *scales, int8_t *rows, int8_t *patches, int8_t *out)
{
    zk_conv_2d_mve_windows(p, in, weights, scales, rows, patches, out, 1);
}
