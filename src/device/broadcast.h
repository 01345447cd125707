/* Walking two tensors broadcast together as NumPy does, run by run.
 *
 * The compiler joins dimensions that behave alike: two tensors of one shape are a single run (rank
 * 0), a bias along the channels makes one outer dimension, a scalar is a run with a step of 0. A
 * kernel with inputs a and b, its output written front to back, does
 *
 *     zk_run at = {0, 0, {0}};
 *     do {
 *         const int8_t *x = a + at.a, *y = b + at.b;
 *         for (int32_t i = 0; i < w->run; i++, x += w->a_step, y += w->b_step) *out++ = ...
 *     } while (zk_next_run(w, &at));
 */
#ifndef ZK_DEVICE_BROADCAST_H
#define ZK_DEVICE_BROADCAST_H

#include <stdint.h>

/* Dimensions outside of the run, at most; tensors have at most 6. */
#define ZK_BROADCAST_RANK 5

typedef struct zk_broadcast {
    int32_t run;                     /* output elements that are one stretch of memory */
    int32_t a_step, b_step;          /* 1, or 0 for an input that stands still during a run */
    int32_t rank;                    /* dimensions outside of the run, outermost first */
    int32_t size[ZK_BROADCAST_RANK]; /* of these dimensions */
    /* Elements from one run to the next when this dimension moves on and those inside it return to
     * their start. */
    int32_t a_jump[ZK_BROADCAST_RANK];
    int32_t b_jump[ZK_BROADCAST_RANK];
} zk_broadcast;

/* Where a run starts in the two inputs. */
typedef struct zk_run {
    int32_t a, b;
    int32_t index[ZK_BROADCAST_RANK];
} zk_run;

/* Moves to the next run; 0 behind the last. */
static inline int32_t zk_next_run(const zk_broadcast *w, zk_run *at)
{
    int32_t d = w->rank - 1;
    while (d >= 0 && ++at->index[d] == w->size[d]) at->index[d--] = 0;
    if (d < 0) return 0;
    at->a += w->a_jump[d];
    at->b += w->b_jump[d];
    return 1;
}

#endif
