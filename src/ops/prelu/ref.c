/* PRELU, the definition of correct. */
#include "ops/prelu/kernel.h"

#include "device/requantize.h"

/* The output, not yet clamped, of a stored input value and its stored slope. */
static inline int32_t zk_prelu_value(const zk_prelu_params *p, int32_t in, int32_t slope)
{
    in += p->in_offset;
    slope += p->slope_offset;
    int32_t out = in >= 0 ? zk_requantize(in, p->identity_multiplier, p->identity_shift)
                          : zk_requantize(in * slope, p->slope_multiplier, p->slope_shift);
    return zk_add_wrap(out, p->out_offset);
}

void zk_prelu_s8(const zk_prelu_params *p, const int8_t *in, const int8_t *slope, int8_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int8_t *x = in + at.a, *y = slope + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (int8_t)zk_clamp(zk_prelu_value(p, *x, *y), INT8_MIN, INT8_MAX);
    } while (zk_next_run(w, &at));
}

void zk_prelu_s16(const zk_prelu_params *p, const int16_t *in, const int8_t *slope, int16_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int16_t *x = in + at.a;
        const int8_t *y = slope + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (int16_t)zk_clamp(zk_prelu_value(p, *x, *y), INT16_MIN, INT16_MAX);
    } while (zk_next_run(w, &at));
}

void zk_prelu_f32(const zk_prelu_f32_params *p, const float *in, const float *slope, float *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const float *x = in + at.a, *y = slope + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = *x >= 0.0f ? *x : *x * *y;
    } while (zk_next_run(w, &at));
}
