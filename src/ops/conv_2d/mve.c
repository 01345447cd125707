/* CONV_2D with the vector instructions of Helium: four channels by three pixels at a time.
 *
 * A pixel of the output is made of the values that its window holds, as one run of bytes: for a 1x1
 * kernel these are a pixel of the input, for others a copy of the window. zk_dot_4x3 sums their
 * products with the weights of four channels, 16 a vector, in 24 instructions a vector: 0.125 a
 * multiplication. (The bound is 0.0625, since a VMLADAVA does 16; the rest are loads.) The values
 * behind the last are whatever they are: their weights are 0. The zero point of the input is in the
 * bias; where the window leaves the picture it holds zero points. To scale and store the 12 sums
 * takes 28 instructions, 31 where ties round away from zero.
 *
 * `scales` has 13 words for each four channels: see zk_load_scale_4. When the channels are no
 * multiple of four the last block repeats some before it. */
#include "ops/conv_2d/kernel.h"

#include "device/vector.h"

/* Where the bytes of three pixels go: the first one's, from there to the second, to the third. */
typedef struct zk_conv_2d_mve_place {
    int8_t *out;
    int32_t step_b, step_c;
} zk_conv_2d_mve_place;

/* Four channels of one pixel. */
static inline ZK_ALWAYS_INLINE void zk_conv_2d_mve_store(const zk_conv_2d_mve_params *p,
                                                         int8_t *out, zk_s32x4 sum,
                                                         const zk_scale_4 *scale, int32_t relu)
{
    sum = zk_add_s32x4(sum, scale->bias);
    if (relu) {
        sum = zk_scale_up(sum, scale);
    } else {
        sum = zk_scale_away(sum, scale);
        if (p->clamp) sum = zk_clamp_s32x4(sum, p->out_min, p->out_max);
    }
    zk_store_top_s8x4(out, sum);
}

/* All channels of three pixels. */
static inline ZK_ALWAYS_INLINE void
zk_conv_2d_mve_pixels(const zk_conv_2d_mve_params *p, zk_pixels x, const int8_t *weights,
                      const int32_t *scales, const zk_conv_2d_mve_place *place, int32_t relu)
{
    int8_t *out = place->out, *last = out + p->window.out_c - 4;
    int32_t step_b = place->step_b, step_c = place->step_c, more = p->vectors - 1;
    for (;; out = last) {
        do {
            zk_sums sums = zk_dot_4x3(&weights, &x, more);
            zk_scale_4 scale = zk_load_scale_4(scales);
            int8_t *at = out;
            out += 4;
            scales += 13;
            zk_conv_2d_mve_store(p, at, sums.a, &scale, relu);
            at += step_b;
            zk_conv_2d_mve_store(p, at, sums.b, &scale, relu);
            at += step_c;
            zk_conv_2d_mve_store(p, at, sums.c, &scale, relu);
        } while (out <= last);
        if (out == last + 4) return;
    }
}

/* A 1x1 kernel reads the pixels where they are; one whose vectors would reach behind the picture is
 * copied. Where less than three pixels are left in a row the last is done again. */
static inline ZK_ALWAYS_INLINE void zk_conv_2d_mve_points(const zk_conv_2d_mve_params *p,
                                                          const int8_t *in, const int8_t *weights,
                                                          const int32_t *scales, int8_t *scratch,
                                                          int8_t *out, int32_t relu)
{
    const zk_window *w = &p->window;
    int32_t step = w->stride_w * w->in_c, row = w->stride_h * w->in_w * w->in_c;
    const int8_t *end = in + w->in_h * w->in_w * w->in_c - 16 * p->vectors;
    for (int32_t y = 0; y < w->out_h; y++, in += row) {
        const int8_t *pixel = in;
        for (int32_t left = w->out_w; left > 0; left -= 3, pixel += 3 * step) {
            zk_conv_2d_mve_place place = {out, left > 1 ? w->out_c : 0, left > 2 ? w->out_c : 0};
            zk_pixels x = {pixel, left > 1 ? pixel + step : pixel, NULL};
            x.c = left > 2 ? x.b + step : x.b;
            if (x.c > end) {
                zk_pixels copy = {scratch, scratch + 16 * p->vectors, scratch + 32 * p->vectors};
                memcpy(scratch, x.a, (size_t)w->in_c);
                memcpy(scratch + 16 * p->vectors, x.b, (size_t)w->in_c);
                memcpy(scratch + 32 * p->vectors, x.c, (size_t)w->in_c);
                x = copy;
            }
            zk_conv_2d_mve_pixels(p, x, weights, scales, &place, relu);
            out += (left > 2 ? 3 : left) * w->out_c;
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
static inline void zk_conv_2d_mve_row(const zk_conv_2d_mve_params *p, const int8_t *in, int32_t y,
                                      int8_t *to)
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

/* The values of a window whose first tap is at `from`, with up to 15 bytes of something behind. */
static inline void zk_conv_2d_mve_patch(const zk_conv_2d_mve_params *p, const int8_t *from,
                                        int8_t *to)
{
    int32_t step = p->window.dilation_h * p->row_bytes, rows = p->window.kernel_h;
    if (p->runs == 1 && p->run_bytes <= 16) {
        for (int32_t ky = 0; ky < rows; ky++, from += step, to += p->run_bytes)
            zk_copy_16(to, from);
        return;
    }
    for (int32_t ky = 0; ky < rows; ky++, from += step)
        for (int32_t run = 0; run < p->runs; run++, to += p->run_bytes)
            for (int32_t i = 0; i < p->run_bytes; i += 16)
                zk_copy_16(to + i, from + run * p->run_step + i);
}

/* `rows` holds the part of the picture that a row of the output needs, one of `patches` a window.
 * A row of the input is copied before the first row of the output that needs it is written. */
static inline ZK_ALWAYS_INLINE void zk_conv_2d_mve_windows(const zk_conv_2d_mve_params *p,
                                                           const int8_t *in, const int8_t *weights,
                                                           const int32_t *scales, int8_t *rows,
                                                           int8_t *patches, int8_t *out,
                                                           int32_t relu)
{
    const zk_window *w = &p->window;
    int32_t step = w->stride_w * w->in_c, patch_bytes = 16 * p->vectors;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            int32_t keep = y > 0 && p->rows > w->stride_h ? p->rows - w->stride_h : 0;
            zk_copy_bytes(rows, rows + w->stride_h * p->row_bytes, keep * p->row_bytes);
            for (int32_t r = keep; r < p->rows; r++)
                zk_conv_2d_mve_row(p, in, y * w->stride_h - w->pad_h + r, rows + r * p->row_bytes);
            const int8_t *from = rows;
            for (int32_t left = w->out_w; left > 0; left -= 3) {
                zk_conv_2d_mve_place place = {out, left > 1 ? w->out_c : 0,
                                              left > 2 ? w->out_c : 0};
                zk_pixels x = {patches, patches, patches};
                for (int32_t i = 0; i < 3 && i < left; i++, from += step) {
                    x.c = patches + i * patch_bytes;
                    if (i == 1) x.b = x.c;
                    zk_conv_2d_mve_patch(p, from, patches + i * patch_bytes);
                }
                zk_conv_2d_mve_pixels(p, x, weights, scales, &place, relu);
                out += (left > 2 ? 3 : left) * w->out_c;
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
