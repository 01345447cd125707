/* DEPTHWISE_CONV_2D with the vector instructions of Helium, for windows of up to 4x4.
 *
 * Four rows of the picture are woven into words, a word for each column and channel: its four
 * bytes are the rows. Four words of a channel, four columns, are then 16 bytes that one gather load
 * fetches and one VMLADAVA multiplies with the weights and sums.
 *
 * - Windows of up to 3x3 without a stride: the 16 bytes hold four windows, 2x2 outputs. The weights
 *   of the four are the same 16 bytes, moved by one (a row) and by four (a column). A load and four
 *   VMLADAV make four sums: 36 multiplications in 5 instructions.
 * - Others: one load and one VMLADAV a sum, four outputs side by side.
 *
 * Four sums of a channel are scaled and stored in 9 instructions (11 where ties round away from
 * zero): the whole loop takes 15, 3.75 an output. Weaving takes 13 for 64 bytes.
 *
 * `weights`: 16 bytes of zeros, then 16 bytes a channel: [column][row] of the window, zeros where
 * the window is smaller. `scales`: a zk_scale_1 a channel. */
#include "ops/depthwise_conv_2d/kernel.h"

#include "device/vector.h"

/* Behind the words lie 16 zero points: what a row outside of the picture is. */
static inline int8_t *zk_depthwise_conv_2d_mve_zeros(const zk_depthwise_conv_2d_mve_params *p,
                                                     int8_t *words)
{
    return words + 4 * p->columns * p->window.in_c;
}

/* Weaves the rows y, y + dilation ... of the picture. */
static inline void zk_depthwise_conv_2d_mve_weave(const zk_depthwise_conv_2d_mve_params *p,
                                                  const int8_t *in, int32_t y, int8_t *words)
{
    const zk_window *w = &p->window;
    const int8_t *row[4];
    int32_t step[4], bytes = p->inside * w->in_c;
    for (int32_t r = 0; r < 4; r++, y += w->dilation_h) {
        int32_t is_inside = y >= 0 && y < w->in_h;
        row[r] = is_inside ? in + y * w->in_w * w->in_c : zk_depthwise_conv_2d_mve_zeros(p, words);
        step[r] = is_inside ? 16 : 0;
    }
    words += 4 * w->pad_w * w->in_c;
    zk_weave_rows(words, row, step, bytes / 16);
    for (int32_t i = bytes & ~15; i < bytes; i++)
        for (int32_t r = 0; r < 4; r++) words[4 * i + r] = row[r][i / 16 * step[r] + i % 16];
}

static inline ZK_ALWAYS_INLINE void
zk_depthwise_conv_2d_mve_store(const zk_depthwise_conv_2d_mve_params *p, int8_t *out,
                               zk_u32x4 offsets, zk_s32x4 sum, const zk_scale_1 *scale,
                               zk_s32x4 multiplier, int32_t relu)
{
    sum = zk_add_n_s32x4(sum, scale->bias);
    if (relu) {
        sum = zk_scale_up_1(sum, scale, multiplier);
    } else {
        sum = zk_scale_away_1(sum, scale);
        if (p->clamp) sum = zk_clamp_s32x4(sum, p->out_min, p->out_max);
    }
    zk_scatter_top_s8x4(out, offsets, sum);
}

/* Two rows of outputs, or one: then the lanes of the second do the first again. An odd number of
 * columns begins with two of which the second is done again. */
static inline ZK_ALWAYS_INLINE void
zk_depthwise_conv_2d_mve_rows_2x2(const zk_depthwise_conv_2d_mve_params *p, const int8_t *words,
                                  const int8_t *weights, const int32_t *scales, int8_t *out,
                                  int32_t rows, int32_t relu)
{
    int32_t channels = p->window.out_c, width = p->window.out_w;
    int32_t down = rows > 1 ? width * channels : 0, row = rows > 1 ? 1 : 0;
    zk_u32x4 columns = zk_offsets_u32x4(0, 4 * channels, 8 * channels, 12 * channels);
    zk_u32x4 places = zk_offsets_u32x4(0, channels, down, down + channels);
    for (int32_t c = 0; c < channels; c++, weights += 16, scales += 4, words += 4, out++) {
        zk_s8x16 top_left = zk_load_s8x16(weights), top_right = zk_load_s8x16(weights - 4);
        zk_s8x16 left = zk_load_s8x16(weights - row), right = zk_load_s8x16(weights - row - 4);
        zk_scale_1 scale = {scales[0], scales[1], scales[2], scales[3]};
        zk_s32x4 multiplier = zk_fill_s32x4(scale.multiplier);
        const int8_t *from = words;
        int8_t *to = out;
        for (int32_t n = width; n > 0; n &= ~1, from -= 4 * channels, to -= channels) {
            for (int32_t i = n % 2 ? 1 : n / 2; i > 0; i--) {
                zk_s8x16 x = zk_gather_s8x16(from, columns);
                zk_s32x4 sum = zk_set_s32x4(zk_dot_s8x16(x, top_left), zk_dot_s8x16(x, top_right),
                                            zk_dot_s8x16(x, left), zk_dot_s8x16(x, right));
                zk_depthwise_conv_2d_mve_store(p, to, places, sum, &scale, multiplier, relu);
                from += 8 * channels;
                to += 2 * channels;
            }
            if (n % 2 == 0) break;
        }
    }
}

/* One row of outputs, four side by side. A width that is no multiple of four begins with four of
 * which some are done again; of less than four the last is done several times. */
static inline ZK_ALWAYS_INLINE void
zk_depthwise_conv_2d_mve_row(const zk_depthwise_conv_2d_mve_params *p, const int8_t *words,
                             const int8_t *weights, const int32_t *scales, int8_t *out,
                             int32_t relu)
{
    const zk_window *w = &p->window;
    int32_t channels = w->out_c, step = 4 * w->stride_w * channels, last = w->out_w - 1;
    int32_t place[4], column[4];
    for (int32_t i = 0; i < 4; i++) {
        place[i] = (i < last ? i : last) * channels;
        column[i] = 4 * (i < w->kernel_w ? i : w->kernel_w - 1) * w->dilation_w * channels;
    }
    zk_u32x4 places = zk_offsets_u32x4(place[0], place[1], place[2], place[3]);
    zk_u32x4 first = zk_offsets_u32x4(column[0], column[1], column[2], column[3]);
    zk_u32x4 second = zk_add_n_u32x4(first, place[1] * 4 * w->stride_w);
    zk_u32x4 third = zk_add_n_u32x4(first, place[2] * 4 * w->stride_w);
    zk_u32x4 fourth = zk_add_n_u32x4(first, place[3] * 4 * w->stride_w);
    for (int32_t c = 0; c < channels; c++, weights += 16, scales += 4, words += 4, out++) {
        zk_s8x16 taps = zk_load_s8x16(weights);
        zk_scale_1 scale = {scales[0], scales[1], scales[2], scales[3]};
        zk_s32x4 multiplier = zk_fill_s32x4(scale.multiplier);
        const int8_t *from = words;
        int8_t *to = out;
        for (int32_t n = w->out_w, rest = n % 4;; rest = 0) {
            for (int32_t i = rest ? 1 : n / 4; i > 0; i--) {
                zk_s32x4 sum = zk_set_s32x4(zk_dot_s8x16(zk_gather_s8x16(from, first), taps),
                                            zk_dot_s8x16(zk_gather_s8x16(from, second), taps),
                                            zk_dot_s8x16(zk_gather_s8x16(from, third), taps),
                                            zk_dot_s8x16(zk_gather_s8x16(from, fourth), taps));
                zk_depthwise_conv_2d_mve_store(p, to, places, sum, &scale, multiplier, relu);
                from += 4 * step;
                to += 4 * channels;
            }
            if (rest == 0 || n < 4) break;
            from -= (4 - rest) * step;
            to -= (4 - rest) * channels;
        }
    }
}

/* A row of the input is woven before the first row of the output that needs it is written. */
static inline ZK_ALWAYS_INLINE void
zk_depthwise_conv_2d_mve_picture(const zk_depthwise_conv_2d_mve_params *p, const int8_t *in,
                                 const int8_t *weights, const int32_t *scales, int8_t *words,
                                 int8_t *out, int32_t rows, int32_t relu)
{
    const zk_window *w = &p->window;
    zk_fill_bytes(words, p->in_zero_point, 4 * p->columns * w->in_c + 16);
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y += rows) {
            int32_t left = w->out_h - y;
            zk_depthwise_conv_2d_mve_weave(p, in, y * w->stride_h - w->pad_h, words);
            if (rows == 2)
                zk_depthwise_conv_2d_mve_rows_2x2(p, words, weights + 16, scales, out, left, relu);
            else
                zk_depthwise_conv_2d_mve_row(p, words, weights + 16, scales, out, relu);
            out += (left < rows ? left : rows) * w->out_w * w->out_c;
        }
    }
}

void zk_depthwise_conv_2d_s8_2x2_mve(const zk_depthwise_conv_2d_mve_params *p, const int8_t *in,
                                     const int8_t *weights, const int32_t *scales, int8_t *words,
                                     int8_t *out)
{
    zk_depthwise_conv_2d_mve_picture(p, in, weights, scales, words, out, 2, 0);
}

void zk_depthwise_conv_2d_s8_2x2_relu_mve(const zk_depthwise_conv_2d_mve_params *p,
                                          const int8_t *in, const int8_t *weights,
                                          const int32_t *scales, int8_t *words, int8_t *out)
{
    zk_depthwise_conv_2d_mve_picture(p, in, weights, scales, words, out, 2, 1);
}

void zk_depthwise_conv_2d_s8_4x1_mve(const zk_depthwise_conv_2d_mve_params *p, const int8_t *in,
                                     const int8_t *weights, const int32_t *scales, int8_t *words,
                                     int8_t *out)
{
    zk_depthwise_conv_2d_mve_picture(p, in, weights, scales, words, out, 1, 0);
}

void zk_depthwise_conv_2d_s8_4x1_relu_mve(const zk_depthwise_conv_2d_mve_params *p,
                                          const int8_t *in, const int8_t *weights,
                                          const int32_t *scales, int8_t *words, int8_t *out)
{
    zk_depthwise_conv_2d_mve_picture(p, in, weights, scales, words, out, 1, 1);
}
