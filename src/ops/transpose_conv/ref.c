/* TRANSPOSE_CONV, the definition of correct: every output value gathers the inputs that reach it,
 * so that no memory for sums is needed. */
#include "ops/transpose_conv/kernel.h"

#include "device/real.h"
#include "device/requantize.h"

/* The inputs along one axis, begin <= i < end, whose window covers the output at `place` - padding:
 * 0 <= place - i * stride < kernel. */
static inline zk_taps zk_transpose_conv_inputs(int32_t place, int32_t stride, int32_t kernel,
                                               int32_t size)
{
    zk_taps inputs = {place < kernel ? 0 : (place - kernel) / stride + 1, place / stride + 1};
    if (inputs.end > size) inputs.end = size;
    return inputs;
}

/* What reaches one output place; place_y and place_x count from the padding's corner. */
typedef struct zk_transpose_conv_source {
    int32_t place_y, place_x;
    zk_taps rows, columns;
} zk_transpose_conv_source;

static inline zk_transpose_conv_source zk_transpose_conv_source_of(const zk_window *w, int32_t y,
                                                                   int32_t x)
{
    int32_t place_y = y + w->pad_h, place_x = x + w->pad_w;
    zk_transpose_conv_source source = {
        place_y, place_x, zk_transpose_conv_inputs(place_y, w->stride_h, w->kernel_h, w->in_h),
        zk_transpose_conv_inputs(place_x, w->stride_w, w->kernel_w, w->in_w)};
    return source;
}

/* The sum of input * weight over what reaches the place, for one output channel with the filter
 * `weights` [kernel_h][kernel_w][in_c]. */
static inline int32_t zk_transpose_conv_sum_s8(const zk_window *w,
                                               const zk_transpose_conv_source *source,
                                               const int8_t *in, const int8_t *weights,
                                               int32_t in_offset)
{
    int32_t sum = 0;
    for (int32_t i = source->rows.begin; i < source->rows.end; i++) {
        const int8_t *row = in + i * w->in_w * w->in_c;
        int32_t ky = source->place_y - i * w->stride_h;
        for (int32_t j = source->columns.begin; j < source->columns.end; j++) {
            const int8_t *pixel = row + j * w->in_c;
            int32_t kx = source->place_x - j * w->stride_w;
            const int8_t *tap = weights + (ky * w->kernel_w + kx) * w->in_c;
            for (int32_t c = 0; c < w->in_c; c++) sum += (pixel[c] + in_offset) * tap[c];
        }
    }
    return sum;
}

void zk_transpose_conv_s8(const zk_transpose_conv_params *p, const int8_t *in,
                          const int8_t *weights, const int32_t *bias, const int32_t *multiplier,
                          const int8_t *shift, int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t filter_size = w->kernel_h * w->kernel_w * w->in_c;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_transpose_conv_source source = zk_transpose_conv_source_of(w, y, x);
                for (int32_t c = 0; c < w->out_c; c++) {
                    int32_t sum = zk_transpose_conv_sum_s8(w, &source, in,
                                                           weights + c * filter_size, p->in_offset);
                    if (bias) sum += bias[c];
                    sum = zk_requantize(sum, multiplier[c], shift[c]);
                    sum = zk_add_wrap(sum, p->out_offset);
                    *out++ = (int8_t)zk_clamp(sum, p->out_min, p->out_max);
                }
            }
        }
    }
}

static inline int64_t zk_transpose_conv_sum_s16(const zk_window *w,
                                                const zk_transpose_conv_source *source,
                                                const int16_t *in, const int8_t *weights)
{
    int64_t sum = 0;
    for (int32_t i = source->rows.begin; i < source->rows.end; i++) {
        const int16_t *row = in + i * w->in_w * w->in_c;
        int32_t ky = source->place_y - i * w->stride_h;
        for (int32_t j = source->columns.begin; j < source->columns.end; j++) {
            const int16_t *pixel = row + j * w->in_c;
            int32_t kx = source->place_x - j * w->stride_w;
            const int8_t *tap = weights + (ky * w->kernel_w + kx) * w->in_c;
            for (int32_t c = 0; c < w->in_c; c++) sum += pixel[c] * tap[c];
        }
    }
    return sum;
}

void zk_transpose_conv_s16(const zk_transpose_conv_params *p, const int16_t *in,
                           const int8_t *weights, const int64_t *bias, const int32_t *multiplier,
                           const int8_t *shift, int16_t *out)
{
    const zk_window *w = &p->window;
    int32_t filter_size = w->kernel_h * w->kernel_w * w->in_c;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_transpose_conv_source source = zk_transpose_conv_source_of(w, y, x);
                for (int32_t c = 0; c < w->out_c; c++) {
                    int64_t sum =
                        zk_transpose_conv_sum_s16(w, &source, in, weights + c * filter_size);
                    if (bias) sum += bias[c];
                    int32_t scaled = zk_requantize_wide(sum, multiplier[c], shift[c]);
                    *out++ = (int16_t)zk_clamp(scaled, p->out_min, p->out_max);
                }
            }
        }
    }
}

static inline float zk_transpose_conv_sum_f32(const zk_window *w,
                                              const zk_transpose_conv_source *source,
                                              const float *in, const float *weights)
{
    float sum = 0.0f;
    for (int32_t i = source->rows.begin; i < source->rows.end; i++) {
        const float *row = in + i * w->in_w * w->in_c;
        int32_t ky = source->place_y - i * w->stride_h;
        for (int32_t j = source->columns.begin; j < source->columns.end; j++) {
            const float *pixel = row + j * w->in_c;
            int32_t kx = source->place_x - j * w->stride_w;
            const float *tap = weights + (ky * w->kernel_w + kx) * w->in_c;
            for (int32_t c = 0; c < w->in_c; c++) sum += pixel[c] * tap[c];
        }
    }
    return sum;
}

void zk_transpose_conv_f32(const zk_transpose_conv_f32_params *p, const float *in,
                           const float *weights, const float *bias, float *out)
{
    const zk_window *w = &p->window;
    int32_t filter_size = w->kernel_h * w->kernel_w * w->in_c;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_transpose_conv_source source = zk_transpose_conv_source_of(w, y, x);
                for (int32_t c = 0; c < w->out_c; c++) {
                    float sum =
                        zk_transpose_conv_sum_f32(w, &source, in, weights + c * filter_size);
                    if (bias) sum += bias[c];
                    *out++ = zk_clamp_f32(sum, p->out_min, p->out_max);
                }
            }
        }
    }
}
