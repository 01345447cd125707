/* DEPTHWISE_CONV_2D with the vector instructions of Helium.
 *
 * Four rows of the picture are woven into words, a word for each column and channel: its four
 * bytes are the rows. Four words of a channel, four columns, are then 16 bytes that one gather load
 * fetches and one VMLADAVA multiplies with the weights and sums.
 *
 * - Windows of up to 3x3 without a stride: the 16 bytes hold four windows, 2x2 outputs. The weights
 *   of the four are the same 16 bytes, moved by one (a row) and by four (a column). A load and four
 *   VMLADAV make four sums: 36 multiplications in 5 instructions.
 * - Others of up to 4x4: one load and one VMLADAV a sum, four outputs side by side.
 * - Lines, windows of up to 16 values in one direction of a picture that is one pixel wide in the
 *   other (sounds): the bytes of each channel are brought together, then it is the same.
 *
 * With scaling and storing a block of 2x2 outputs takes 15 instructions, one of 4x1 18 (three more
 * where ties round away from zero), a channel 18 to 24 more for each row of blocks; weaving takes
 * 13 for 64 bytes.
 *
 * `weights`: 16 bytes of zeros, then 16 bytes a channel: [column][row] of the window, zeros where
 * the window is smaller. `scales`: a zk_scale_1 a channel. */
#include "ops/depthwise_conv_2d/kernel.h"

#include "device/mve_depthwise.h"

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
    int32_t bytes = p->inside * w->in_c;
    zk_weft weft;
    for (int32_t r = 0; r < 4; r++, y += w->dilation_h) {
        int32_t is_inside = y >= 0 && y < w->in_h;
        weft.row[r] =
            is_inside ? in + y * w->in_w * w->in_c : zk_depthwise_conv_2d_mve_zeros(p, words);
        weft.step[r] = is_inside ? 16 : 0;
    }
    weft.to = words + 4 * w->pad_w * w->in_c;
    weft.n = bytes / 16;
    zk_weave(&weft);
    for (int32_t i = bytes & ~15; i < bytes; i++)
        for (int32_t r = 0; r < 4; r++)
            weft.to[4 * i + r] = weft.row[r][i / 16 * weft.step[r] + i % 16];
}

/* How two rows of outputs are made of the words, blocks of 2x2 outputs. A width that is odd begins
 * with two columns of which the second is made again. */
static inline void zk_depthwise_conv_2d_mve_2x2(zk_depthwise_block *block,
                                                const zk_depthwise_conv_2d_mve_params *p)
{
    int32_t channels = p->window.out_c, width = p->window.out_w, odd = width % 2;
    block->first = odd ? 1 : width / 2;
    block->second = odd ? width / 2 : 0;
    block->back = 4 * channels;
    block->out_back = channels;
    block->step = 8 * channels;
    block->out_step = 2 * channels;
    block->rewind = 4 * channels * width - 4;
    block->out_rewind = channels * width - 1;
    for (int32_t i = 0; i < 4; i++) block->columns[0][i] = (uint32_t)(4 * i * channels);
}

/* How one row of outputs is made of the words, four side by side. A width that is no multiple of
 * four begins with four of which some are made again; of less than four the last is made several
 * times. */
static inline void zk_depthwise_conv_2d_mve_4x1(zk_depthwise_block *block,
                                                const zk_depthwise_conv_2d_mve_params *p)
{
    const zk_window *w = &p->window;
    int32_t channels = w->out_c, width = w->out_w, rest = width % 4, four = (width + 3) / 4 * 4;
    int32_t column = 4 * w->stride_w * channels;
    block->first = rest ? 1 : width / 4;
    block->second = rest ? width / 4 : 0;
    block->back = (4 - rest) * column;
    block->out_back = (4 - rest) * channels;
    block->step = 4 * column;
    block->out_step = 4 * channels;
    block->rewind = (width < 4 ? four : width) * column - 4;
    block->out_rewind = (width < 4 ? four : width) * channels - 1;
    for (int32_t i = 0; i < 4; i++) {
        int32_t output = i < width ? i : width - 1;
        block->places[i] = (uint32_t)(output * channels);
        for (int32_t k = 0; k < 4; k++) {
            int32_t tap = k < w->kernel_w ? k : w->kernel_w - 1;
            block->columns[i][k] = (uint32_t)(output * column + 4 * tap * w->dilation_w * channels);
        }
    }
}

/* A row of the input is woven before the first row of the output that needs it is written. Where
 * one row is left of two, the second lanes make it again. */
static inline ZK_ALWAYS_INLINE void
zk_depthwise_conv_2d_mve_picture(const zk_depthwise_conv_2d_mve_params *p, const int8_t *in,
                                 const int8_t *weights, const int32_t *scales, int8_t *words,
                                 int8_t *out, int32_t high, int32_t relu)
{
    const zk_window *w = &p->window;
    zk_depthwise_clamp clamp = {relu, p->clamp, p->out_min, p->out_max};
    zk_depthwise_block block;
    memset(&block, 0, sizeof block);
    if (high == 2)
        zk_depthwise_conv_2d_mve_2x2(&block, p);
    else
        zk_depthwise_conv_2d_mve_4x1(&block, p);
    block.words = words;
    block.weights = weights + 16;
    block.end = block.weights + 16 * w->out_c;
    block.scales = scales;
    block.out = out;
    zk_fill_bytes(words, p->in_zero_point, 4 * p->columns * w->in_c + 16);
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y += high) {
            int32_t rows = high == 2 && y + 1 < w->out_h ? 2 : 1, down = w->out_w * w->out_c;
            zk_depthwise_conv_2d_mve_weave(p, in, y * w->stride_h - w->pad_h, words);
            if (high == 2) {
                block.row = rows - 1;
                block.places[1] = (uint32_t)w->out_c;
                block.places[2] = (uint32_t)(block.row * down);
                block.places[3] = block.places[1] + block.places[2];
                zk_run_depthwise(&block, &clamp, ZK_DEPTHWISE_2X2_BLOCK);
            } else {
                zk_run_depthwise(&block, &clamp, ZK_DEPTHWISE_4X1_BLOCK);
            }
            block.out += rows * down;
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

/* `planes` holds the line of each channel with its padding. The picture is copied before anything
 * is written. */
static inline ZK_ALWAYS_INLINE void
zk_depthwise_conv_2d_mve_line(const zk_depthwise_conv_2d_mve_params *p, const int8_t *in,
                              const int8_t *weights, const int32_t *scales, int8_t *planes,
                              int8_t *out, int32_t relu)
{
    const zk_window *w = &p->window;
    int32_t channels = w->in_c, length = w->out_h, rest = length % 4;
    zk_depthwise_clamp clamp = {relu, p->clamp, p->out_min, p->out_max};
    zk_depthwise_block block;
    memset(&block, 0, sizeof block);
    block.words = planes;
    block.out = out;
    block.weights = weights + 16;
    block.end = block.weights + 16 * channels;
    block.scales = scales;
    block.first = rest ? 1 : length / 4;
    block.second = rest ? length / 4 : 0;
    block.back = 4 - rest;
    block.out_back = (4 - rest) * channels;
    block.step = 4;
    block.out_step = 4 * channels;
    block.rewind = length - p->columns;
    block.out_rewind = length * channels - 1;
    for (int32_t i = 0; i < 4; i++) block.places[i] = (uint32_t)(i * channels);
    zk_fill_bytes(planes, p->in_zero_point, p->columns * channels);
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * channels) {
        for (int32_t c = 0; c < channels; c++)
            zk_copy_column(planes + c * p->columns + w->pad_h, in + c, channels, p->inside);
        zk_run_depthwise(&block, &clamp, ZK_DEPTHWISE_LINE_BLOCK);
        block.out += length * channels;
    }
}

void zk_depthwise_conv_2d_s8_line_mve(const zk_depthwise_conv_2d_mve_params *p, const int8_t *in,
                                      const int8_t *weights, const int32_t *scales, int8_t *planes,
                                      int8_t *out)
{
    zk_depthwise_conv_2d_mve_line(p, in, weights, scales, planes, out, 0);
}

void zk_depthwise_conv_2d_s8_line_relu_mve(const zk_depthwise_conv_2d_mve_params *p,
                                           const int8_t *in, const int8_t *weights,
                                           const int32_t *scales, int8_t *planes, int8_t *out)
{
    zk_depthwise_conv_2d_mve_line(p, in, weights, scales, planes, out, 1);
}
