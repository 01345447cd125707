/* Resizing pictures, the definition of correct. */
#include "ops/resize/kernel.h"

#include <string.h>

/* A position along one axis: between the pixels `lower` and `upper`, `fraction` / 1024 of the way.
 * In front of the first pixel both are 0 and the fraction is negative, behind the last both are the
 * last: the two weights still add up to 1024, so the value is that pixel's. */
typedef struct zk_resize_point {
    int32_t lower, upper, fraction;
} zk_resize_point;

static inline zk_resize_point zk_resize_locate(int32_t position, int32_t size)
{
    zk_resize_point point;
    point.lower = position < 0 ? 0 : position / 1024;
    point.upper = (position + 1023) / 1024;
    if (point.upper > size - 1) point.upper = size - 1;
    point.fraction = position - 1024 * point.lower;
    return point;
}

void zk_resize_bilinear_s8(const zk_resize_bilinear_params *p, const int8_t *in, int8_t *out)
{
    int32_t row = p->in_w * p->c;
    for (int32_t b = 0; b < p->batches; b++, in += p->in_h * row) {
        for (int32_t y = 0; y < p->out_h; y++) {
            zk_resize_point v = zk_resize_locate(y * p->scale_h + p->start_h, p->in_h);
            for (int32_t x = 0; x < p->out_w; x++) {
                zk_resize_point h = zk_resize_locate(x * p->scale_w + p->start_w, p->in_w);
                const int8_t *top = in + v.lower * row, *bottom = in + v.upper * row;
                int32_t left = h.lower * p->c, right = h.upper * p->c;
                /* Weights are below 2^21.2, their magnitudes add up to at most 2^22: 32 bits do. */
                int32_t top_left = (1024 - v.fraction) * (1024 - h.fraction);
                int32_t bottom_left = v.fraction * (1024 - h.fraction);
                int32_t top_right = (1024 - v.fraction) * h.fraction;
                int32_t bottom_right = v.fraction * h.fraction;
                for (int32_t c = 0; c < p->c; c++) {
                    int32_t sum = top[left + c] * top_left + bottom[left + c] * bottom_left +
                                  top[right + c] * top_right + bottom[right + c] * bottom_right;
                    /* To nearest, ties away from zero. */
                    *out++ = (int8_t)((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
                }
            }
        }
    }
}

void zk_resize_bilinear_s16(const zk_resize_bilinear_params *p, const int16_t *in, int16_t *out)
{
    int32_t row = p->in_w * p->c;
    for (int32_t b = 0; b < p->batches; b++, in += p->in_h * row) {
        for (int32_t y = 0; y < p->out_h; y++) {
            zk_resize_point v = zk_resize_locate(y * p->scale_h + p->start_h, p->in_h);
            for (int32_t x = 0; x < p->out_w; x++) {
                zk_resize_point h = zk_resize_locate(x * p->scale_w + p->start_w, p->in_w);
                const int16_t *top = in + v.lower * row, *bottom = in + v.upper * row;
                int32_t left = h.lower * p->c, right = h.upper * p->c;
                int64_t top_left = (1024 - v.fraction) * (1024 - h.fraction);
                int64_t bottom_left = v.fraction * (1024 - h.fraction);
                int64_t top_right = (1024 - v.fraction) * h.fraction;
                int64_t bottom_right = v.fraction * h.fraction;
                for (int32_t c = 0; c < p->c; c++) {
                    int64_t sum = top[left + c] * top_left + bottom[left + c] * bottom_left +
                                  top[right + c] * top_right + bottom[right + c] * bottom_right;
                    *out++ = (int16_t)((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
                }
            }
        }
    }
}

void zk_resize_bilinear_f32(const zk_resize_bilinear_f32_params *p, const float *in, float *out)
{
    int32_t row = p->in_w * p->c;
    for (int32_t b = 0; b < p->batches; b++, in += p->in_h * row) {
        for (int32_t y = 0; y < p->out_h; y++) {
            float v = ((float)y + p->shift) * p->scale_h - p->shift;
            int32_t y0 = (int32_t)v;
            int32_t y1 = v > (float)y0 && y0 < p->in_h - 1 ? y0 + 1 : y0;
            v -= (float)y0;
            for (int32_t x = 0; x < p->out_w; x++) {
                float h = ((float)x + p->shift) * p->scale_w - p->shift;
                int32_t x0 = (int32_t)h;
                int32_t x1 = h > (float)x0 && x0 < p->in_w - 1 ? x0 + 1 : x0;
                h -= (float)x0;
                const float *top = in + y0 * row, *bottom = in + y1 * row;
                int32_t left = x0 * p->c, right = x1 * p->c;
                for (int32_t c = 0; c < p->c; c++)
                    *out++ = top[left + c] * (1.0f - v) * (1.0f - h) +
                             bottom[left + c] * v * (1.0f - h) + top[right + c] * (1.0f - v) * h +
                             bottom[right + c] * v * h;
            }
        }
    }
}

void zk_resize_nearest(const zk_resize_nearest_params *p, const void *in, const int16_t *rows,
                       const int16_t *columns, void *out)
{
    const uint8_t *picture = (const uint8_t *)in;
    uint8_t *to = (uint8_t *)out;
    int32_t row = p->in_w * p->pixel;
    for (int32_t b = 0; b < p->batches; b++, picture += p->in_h * row) {
        for (int32_t y = 0; y < p->out_h; y++) {
            const uint8_t *from = picture + rows[y] * row;
            for (int32_t x = 0; x < p->out_w; x++, to += p->pixel)
                memcpy(to, from + columns[x] * p->pixel, (size_t)p->pixel);
        }
    }
}
