/* CONV_2D with the vector instructions of Helium: four channels by three pixels at a time.
 *
 * A pixel of the output is made of the values that its window holds. The zero point of the input is
 * in the bias; where the window leaves the picture it holds zero points.
 *
 * - 1x1: the values are a pixel of the input, read where it is.
 * - Any window: a copy of it. Values behind the last of a pixel are whatever they are: their
 * weights are 0. Both take 0.125 instructions a multiplication. (The bound is 0.0625, since a
 * VMLADAVA does 16; the rest are loads and the loop.)
 * - Three taps wide without a stride, channels a multiple of 16: the rows are copied, 16 channels
 * of a row side by side, so that of the vectors of a row five serve three pixels: 0.108. */
#include "ops/conv_2d/kernel.h"

#include "device/mve_4x3.h"

/* What the blocks of a call share: `step` from the values of three pixels to those of the next. */
static inline void zk_conv_2d_mve_start(zk_block_4x3 *block, const zk_conv_2d_mve_params *p,
                                        const int8_t *weights, const int32_t *scales, int8_t *out,
                                        int32_t step)
{
    memset(block, 0, sizeof *block);
    block->clamp = p->clamp;
    block->out_min = p->out_min;
    block->out_max = p->out_max;
    block->step = step;
    block->out_step = 2 * p->window.out_c;
    block->weights = weights;
    block->scales = scales;
    block->out = out;
    block->more = p->vectors - 1;
}

/* Not part of the functions that call them several times. */
static void zk_conv_2d_mve_4x3(const zk_block_4x3 *block)
{
    zk_run_4x3(block, 0);
}

static void zk_conv_2d_mve_4x3_relu(const zk_block_4x3 *block)
{
    zk_run_4x3(block, 1);
}

static void zk_conv_2d_mve_4x3_taps(const zk_block_4x3 *block)
{
    zk_run_4x3_taps(block, 0);
}

static void zk_conv_2d_mve_4x3_taps_relu(const zk_block_4x3 *block)
{
    zk_run_4x3_taps(block, 1);
}

/* Groups of three pixels; of one, `pixels` may be less: what is made for the others is written to
 * the place of the last and then overwritten. Moves the block's output on. */
static inline void zk_conv_2d_mve_run(zk_block_4x3 *block, int32_t channels, int32_t pixels,
                                      void (*run)(const zk_block_4x3 *block))
{
    if (pixels == 0) return;
    block->groups = pixels > 3 ? pixels / 3 : 1;
    block->step_b = pixels > 1 ? channels : 0;
    block->step_c = pixels > 2 ? channels : 0;
    block->last = block->out + channels - 4;
    run(block);
    block->out += pixels * channels;
}

/* ---- 1x1 ---- */

/* The pixels are read where they are; those whose vectors would reach behind the picture are
 * copied.
 */
static inline ZK_ALWAYS_INLINE void zk_conv_2d_mve_points(const zk_conv_2d_mve_params *p,
                                                          const int8_t *in, const int8_t *weights,
                                                          const int32_t *scales, int8_t *scratch,
                                                          int8_t *out, int32_t relu)
{
    const zk_window *w = &p->window;
    int32_t step = w->stride_w * w->in_c, bytes = 16 * p->vectors, channels = w->out_c;
    const int8_t *end = in + w->in_h * w->in_w * w->in_c - bytes;
    void (*run)(const zk_block_4x3 *block) = relu ? zk_conv_2d_mve_4x3_relu : zk_conv_2d_mve_4x3;
    zk_block_4x3 block;
    zk_conv_2d_mve_start(&block, p, weights, scales, out, 3 * step);
    for (int32_t y = 0; y < w->out_h; y++, in += w->stride_h * w->in_w * w->in_c) {
        int32_t left = w->out_w, inside = end < in ? 0 : (int32_t)(end - in) / step + 1;
        inside = inside < left ? inside / 3 * 3 : left / 3 * 3;
        block.a = in;
        block.b = in + step;
        block.c = in + 2 * step;
        zk_conv_2d_mve_run(&block, channels, inside, run);
        const int8_t *pixel = in + inside * step;
        for (left -= inside; left > 0; left -= 3, pixel += 3 * step) {
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
            zk_conv_2d_mve_run(&block, channels, left < 3 ? left : 3, run);
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

/* ---- Windows of which three pixels have copies ---- */

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

/* Makes copies of `n` windows, of which the first begins at `from`. */
static inline void zk_conv_2d_mve_copy(const zk_conv_2d_mve_params *p, const int8_t *from,
                                       int32_t n, int8_t *patches)
{
    const zk_window *w = &p->window;
    int32_t row = w->dilation_h * p->row_bytes, step = w->stride_w * w->in_c;
    zk_windows copy = {patches,
                       from,
                       p->run_bytes,
                       row,
                       w->kernel_h,
                       n,
                       step,
                       16 * p->vectors,
                       (p->run_bytes + 15) / 16};
    if (p->runs == 1) {
        zk_copy_windows(&copy);
        return;
    }
    /* Dilated: a run is a tap. What is written behind a run is written again by the next. */
    copy.runs = p->runs;
    copy.step = p->run_step;
    copy.windows = 1;
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < w->kernel_h; k++) {
            copy.from = from + i * step + k * row;
            copy.to = patches + (i * p->vectors * 16 + k * p->runs * p->run_bytes);
            zk_copy_windows(&copy);
        }
}

/* `rows` holds the part of the picture that a row of the output needs, `patches` some windows. A
 * row of the input is copied before the first row of the output that needs it is written. */
static inline ZK_ALWAYS_INLINE void zk_conv_2d_mve_windows(const zk_conv_2d_mve_params *p,
                                                           const int8_t *in, const int8_t *weights,
                                                           const int32_t *scales, int8_t *rows,
                                                           int8_t *patches, int8_t *out,
                                                           int32_t relu)
{
    const zk_window *w = &p->window;
    int32_t bytes = 16 * p->vectors;
    void (*run)(const zk_block_4x3 *block) = relu ? zk_conv_2d_mve_4x3_relu : zk_conv_2d_mve_4x3;
    zk_block_4x3 block;
    zk_conv_2d_mve_start(&block, p, weights, scales, out, 3 * bytes);
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            int32_t keep = y > 0 && p->rows > w->stride_h ? p->rows - w->stride_h : 0;
            zk_copy_bytes(rows, rows + w->stride_h * p->row_bytes, keep * p->row_bytes);
            for (int32_t r = keep; r < p->rows; r++)
                zk_conv_2d_mve_padded(p, in, y * w->stride_h - w->pad_h + r,
                                      rows + r * p->row_bytes);
            const int8_t *from = rows;
            for (int32_t left = w->out_w; left > 0; left -= p->windows) {
                int32_t n = left < p->windows ? left : p->windows, whole = n / 3 * 3;
                zk_conv_2d_mve_copy(p, from, n, patches);
                from += n * w->stride_w * w->in_c;
                block.a = patches;
                block.b = patches + bytes;
                block.c = patches + 2 * bytes;
                zk_conv_2d_mve_run(&block, w->out_c, whole, run);
                block.a += whole * bytes;
                block.b += whole * bytes;
                block.c += whole * bytes;
                zk_conv_2d_mve_run(&block, w->out_c, n - whole, run);
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

/* ---- Windows three pixels wide, side by side ---- */

/* One row of the picture: 16 channels of all columns, the next 16 channels of all columns ... The
 * columns of the padding were filled before. */
static inline void zk_conv_2d_mve_planes(const zk_conv_2d_mve_params *p, const int8_t *in,
                                         int32_t y, int8_t *to)
{
    const zk_window *w = &p->window;
    int32_t columns = p->run_bytes / 16 - w->pad_w;
    if (y < 0 || y >= w->in_h) {
        zk_fill_bytes(to, p->in_zero_point, p->row_bytes);
        return;
    }
    in += y * w->in_w * w->in_c;
    to += 16 * w->pad_w;
    zk_windows copy = {to,      in, 16,           w->in_c, w->in_w < columns ? w->in_w : columns,
                       p->runs, 16, p->run_bytes, 1};
    zk_copy_windows(&copy);
}

/* `rows` holds the part of the picture that a row of the output needs; a row of the input is copied
 * before the first row of the output that needs it is written. */
static inline ZK_ALWAYS_INLINE void zk_conv_2d_mve_taps(const zk_conv_2d_mve_params *p,
                                                        const int8_t *in, const int8_t *weights,
                                                        const int32_t *scales, int8_t *rows,
                                                        int8_t *out, int32_t relu)
{
    const zk_window *w = &p->window;
    void (*run)(const zk_block_4x3 *block) =
        relu ? zk_conv_2d_mve_4x3_taps_relu : zk_conv_2d_mve_4x3_taps;
    zk_block_4x3 block;
    int32_t whole = w->out_w / 3 * 3;
    zk_conv_2d_mve_start(&block, p, weights, scales, out, 48);
    block.next = p->run_bytes - 64;
    zk_fill_bytes(rows, p->in_zero_point, p->rows * p->row_bytes);
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            int32_t keep = y > 0 && p->rows > w->stride_h ? p->rows - w->stride_h : 0;
            zk_copy_bytes(rows, rows + w->stride_h * p->row_bytes, keep * p->row_bytes);
            for (int32_t r = keep; r < p->rows; r++)
                zk_conv_2d_mve_planes(p, in, y * w->stride_h - w->pad_h + r,
                                      rows + r * p->row_bytes);
            block.a = rows;
            zk_conv_2d_mve_run(&block, w->out_c, whole, run);
            block.a += 16 * whole;
            zk_conv_2d_mve_run(&block, w->out_c, w->out_w - whole, run);
        }
    }
}

void zk_conv_2d_s8_taps_mve(const zk_conv_2d_mve_params *p, const int8_t *in, const int8_t *weights,
                            const int32_t *scales, int8_t *rows, int8_t *out)
{
    zk_conv_2d_mve_taps(p, in, weights, scales, rows, out, 0);
}

void zk_conv_2d_s8_taps_relu_mve(const zk_conv_2d_mve_params *p, const int8_t *in,
                                 const int8_t *weights, const int32_t *scales, int8_t *rows,
                                 int8_t *out)
{
    zk_conv_2d_mve_taps(p, in, weights, scales, rows, out, 1);
}
