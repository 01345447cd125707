/* ADD, SUB and MUL, the definition of correct. */
#include "ops/arithmetic/kernel.h"

#include "device/real.h"
#include "device/requantize.h"

/* The quantized sum of two stored values: both are brought to twice the larger of their scales with
 * bits to spare, added, and brought to the output's scale (TensorFlow Lite's ADD). */
static inline int32_t zk_add_value(const zk_add_params *p, int32_t a, int32_t b)
{
    a = zk_shift_left(a + p->a_offset, p->left_shift);
    b = zk_shift_left(b + p->b_offset, p->left_shift);
    int32_t sum = zk_requantize(a, p->a_multiplier, p->a_shift) +
                  p->b_sign * zk_requantize(b, p->b_multiplier, p->b_shift);
    sum = zk_requantize(sum, p->out_multiplier, p->out_shift) + p->out_offset;
    return zk_clamp(sum, p->out_min, p->out_max);
}

static inline int32_t zk_mul_value(const zk_mul_params *p, int32_t a, int32_t b)
{
    int32_t product = (a + p->a_offset) * (b + p->b_offset);
    product = zk_requantize(product, p->out_multiplier, p->out_shift);
    return zk_clamp(zk_add_wrap(product, p->out_offset), p->out_min, p->out_max);
}

static inline int32_t zk_mul_wrap(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a * (uint32_t)b);
}

void zk_add_s8(const zk_add_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int8_t *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (int8_t)zk_add_value(p, *x, *y);
    } while (zk_next_run(w, &at));
}

void zk_add_s16(const zk_add_params *p, const int16_t *a, const int16_t *b, int16_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int16_t *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (int16_t)zk_add_value(p, *x, *y);
    } while (zk_next_run(w, &at));
}

void zk_add_s32(const zk_arithmetic_s32_params *p, const int32_t *a, const int32_t *b, int32_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int32_t *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = zk_clamp(zk_add_wrap(*x, zk_mul_wrap(p->b_sign, *y)), p->out_min, p->out_max);
    } while (zk_next_run(w, &at));
}

void zk_add_f32(const zk_arithmetic_f32_params *p, const float *a, const float *b, float *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const float *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = zk_clamp_f32(*x + p->b_sign * *y, p->out_min, p->out_max);
    } while (zk_next_run(w, &at));
}

void zk_mul_s8(const zk_mul_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int8_t *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (int8_t)zk_mul_value(p, *x, *y);
    } while (zk_next_run(w, &at));
}

void zk_mul_s16(const zk_mul_params *p, const int16_t *a, const int16_t *b, int16_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int16_t *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (int16_t)zk_mul_value(p, *x, *y);
    } while (zk_next_run(w, &at));
}

void zk_mul_s32(const zk_arithmetic_s32_params *p, const int32_t *a, const int32_t *b, int32_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int32_t *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = zk_clamp(zk_mul_wrap(*x, *y), p->out_min, p->out_max);
    } while (zk_next_run(w, &at));
}

void zk_mul_f32(const zk_arithmetic_f32_params *p, const float *a, const float *b, float *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const float *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = zk_clamp_f32(*x * *y, p->out_min, p->out_max);
    } while (zk_next_run(w, &at));
}
