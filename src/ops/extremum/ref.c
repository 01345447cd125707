/* MINIMUM and MAXIMUM, the definition of correct. When a is not a number, the result is b. */
#include "ops/extremum/kernel.h"

#include <string.h>

void zk_extremum_s8(const zk_extremum_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int8_t *x = a + at.a, *y = b + at.b;
        if (w->a_step && !w->b_step && *y == (p->maximum ? INT8_MIN : INT8_MAX)) {
            if (out != x) memmove(out, x, (size_t)w->run * sizeof *x); /* no bound at all */
            out += w->run;
            continue;
        }
        if (!w->b_step && *y == (p->maximum ? INT8_MAX : INT8_MIN)) {
            memset(out, *y, (size_t)w->run); /* nothing passes */
            out += w->run;
            continue;
        }
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (p->maximum ? *x > *y : *x < *y) ? *x : *y;
    } while (zk_next_run(w, &at));
}

void zk_extremum_s16(const zk_extremum_params *p, const int16_t *a, const int16_t *b, int16_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int16_t *x = a + at.a, *y = b + at.b;
        if (w->a_step && !w->b_step && *y == (p->maximum ? INT16_MIN : INT16_MAX)) {
            if (out != x) memmove(out, x, (size_t)w->run * sizeof *x); /* no bound at all */
            out += w->run;
            continue;
        }
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (p->maximum ? *x > *y : *x < *y) ? *x : *y;
    } while (zk_next_run(w, &at));
}

void zk_extremum_s32(const zk_extremum_params *p, const int32_t *a, const int32_t *b, int32_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int32_t *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (p->maximum ? *x > *y : *x < *y) ? *x : *y;
    } while (zk_next_run(w, &at));
}

void zk_extremum_s64(const zk_extremum_params *p, const int64_t *a, const int64_t *b, int64_t *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const int64_t *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (p->maximum ? *x > *y : *x < *y) ? *x : *y;
    } while (zk_next_run(w, &at));
}

void zk_extremum_f32(const zk_extremum_params *p, const float *a, const float *b, float *out)
{
    const zk_broadcast *w = &p->walk;
    zk_run at = {0, 0, {0}};
    do {
        const float *x = a + at.a, *y = b + at.b;
        for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step)
            *out++ = (p->maximum ? *x > *y : *x < *y) ? *x : *y;
    } while (zk_next_run(w, &at));
}
