/* AVERAGE_POOL_2D and MAX_POOL_2D, the definition of correct: one output value at a time. */
#include "ops/pool_2d/kernel.h"

#include "device/real.h"
#include "device/requantize.h"
#include "device/sums.h"

/* The taps of a window that are inside the picture. */
static inline int32_t zk_pool_2d_taps(const zk_patch *patch)
{
    return (patch->rows.end - patch->rows.begin) * (patch->columns.end - patch->columns.begin);
}

static inline int32_t zk_pool_2d_average(int32_t sum, int32_t taps)
{
    return (sum > 0 ? sum + taps / 2 : sum - taps / 2) / taps;
}

/* Of one channel: `in` is the picture at the channel. */
static inline int32_t zk_pool_2d_sum_s8(const zk_window *w, const zk_patch *patch, const int8_t *in)
{
    int32_t sum = 0;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const int8_t *row = in + (patch->start_y + ky) * w->in_w * w->in_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++) {
            sum += row[(patch->start_x + kx) * w->in_c];
        }
    }
    return sum;
}

void zk_average_pool_2d_s8(const zk_pool_2d_params *p, const int8_t *in, int8_t *out)
{
    const zk_window *w = &p->window;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->in_c; c++) {
                    int32_t sum = zk_pool_2d_sum_s8(w, &patch, in + c);
                    int32_t average = zk_pool_2d_average(sum, zk_pool_2d_taps(&patch));
                    *out++ = (int8_t)zk_clamp(average, p->out_min, p->out_max);
                }
            }
        }
    }
}

void zk_average_pool_2d_s8_rows(const zk_pool_2d_rows_params *p, const int8_t *in, int32_t *sums)
{
    zk_add_pixels_s8(in, p->pixels, p->channels, p->first, sums);
}

void zk_average_pool_2d_s8_mean(const zk_pool_2d_mean_params *p, const int32_t *sums, int8_t *out)
{
    for (int32_t c = 0; c < p->channels; c++)
        out[c] = (int8_t)zk_clamp(zk_pool_2d_average(sums[c], p->taps), p->out_min, p->out_max);
}

static inline int32_t zk_pool_2d_sum_s16(const zk_window *w, const zk_patch *patch,
                                         const int16_t *in)
{
    int32_t sum = 0;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const int16_t *row = in + (patch->start_y + ky) * w->in_w * w->in_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++) {
            sum += row[(patch->start_x + kx) * w->in_c];
        }
    }
    return sum;
}

void zk_average_pool_2d_s16(const zk_pool_2d_params *p, const int16_t *in, int16_t *out)
{
    const zk_window *w = &p->window;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->in_c; c++) {
                    int32_t sum = zk_pool_2d_sum_s16(w, &patch, in + c);
                    int32_t average = zk_pool_2d_average(sum, zk_pool_2d_taps(&patch));
                    *out++ = (int16_t)zk_clamp(average, p->out_min, p->out_max);
                }
            }
        }
    }
}

static inline float zk_pool_2d_sum_f32(const zk_window *w, const zk_patch *patch, const float *in)
{
    float sum = 0.0f;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const float *row = in + (patch->start_y + ky) * w->in_w * w->in_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++) {
            sum += row[(patch->start_x + kx) * w->in_c];
        }
    }
    return sum;
}

void zk_average_pool_2d_f32(const zk_pool_2d_f32_params *p, const float *in, float *out)
{
    const zk_window *w = &p->window;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->in_c; c++) {
                    float sum = zk_pool_2d_sum_f32(w, &patch, in + c);
                    float average = sum / (float)zk_pool_2d_taps(&patch);
                    *out++ = zk_clamp_f32(average, p->out_min, p->out_max);
                }
            }
        }
    }
}

static inline int32_t zk_pool_2d_max_s8(const zk_window *w, const zk_patch *patch, const int8_t *in)
{
    int32_t max = INT8_MIN;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const int8_t *row = in + (patch->start_y + ky) * w->in_w * w->in_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++) {
            int32_t value = row[(patch->start_x + kx) * w->in_c];
            if (value > max) max = value;
        }
    }
    return max;
}

void zk_max_pool_2d_s8(const zk_pool_2d_params *p, const int8_t *in, int8_t *out)
{
    const zk_window *w = &p->window;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->in_c; c++) {
                    int32_t max = zk_pool_2d_max_s8(w, &patch, in + c);
                    *out++ = (int8_t)zk_clamp(max, p->out_min, p->out_max);
                }
            }
        }
    }
}

static inline int32_t zk_pool_2d_max_s16(const zk_window *w, const zk_patch *patch,
                                         const int16_t *in)
{
    int32_t max = INT16_MIN;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const int16_t *row = in + (patch->start_y + ky) * w->in_w * w->in_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++) {
            int32_t value = row[(patch->start_x + kx) * w->in_c];
            if (value > max) max = value;
        }
    }
    return max;
}

void zk_max_pool_2d_s16(const zk_pool_2d_params *p, const int16_t *in, int16_t *out)
{
    const zk_window *w = &p->window;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->in_c; c++) {
                    int32_t max = zk_pool_2d_max_s16(w, &patch, in + c);
                    *out++ = (int16_t)zk_clamp(max, p->out_min, p->out_max);
                }
            }
        }
    }
}

static inline float zk_pool_2d_max_f32(const zk_window *w, const zk_patch *patch, const float *in)
{
    float max = ZK_FLOAT_MIN;
    for (int32_t ky = patch->rows.begin; ky < patch->rows.end; ky++) {
        const float *row = in + (patch->start_y + ky) * w->in_w * w->in_c;
        for (int32_t kx = patch->columns.begin; kx < patch->columns.end; kx++) {
            float value = row[(patch->start_x + kx) * w->in_c];
            if (value > max) max = value;
        }
    }
    return max;
}

void zk_max_pool_2d_f32(const zk_pool_2d_f32_params *p, const float *in, float *out)
{
    const zk_window *w = &p->window;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * w->in_c) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                for (int32_t c = 0; c < w->in_c; c++) {
                    float max = zk_pool_2d_max_f32(w, &patch, in + c);
                    *out++ = zk_clamp_f32(max, p->out_min, p->out_max);
                }
            }
        }
    }
}
