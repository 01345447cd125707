/* Samples from a thread that must not wait to one that may, and how many did not fit. */
#ifndef ZR_LISTEN_QUEUE_H
#define ZR_LISTEN_QUEUE_H

#include <stdatomic.h>

#include "base/context.h"

/* One thread puts, another one takes. What is lost is a gap behind samples that were put: until the
 * taker has come to it, all that comes is part of it, so that there is one gap at a time. */
typedef struct zr_queue {
    int16_t *samples;
    size_t size;
    atomic_size_t put, taken; /* samples so far */
    atomic_size_t gap;        /* samples lost behind the last one put */
} zr_queue;

/* Room for `size` samples. */
ZR_MUST bool zr_queue_init(zr_ctx *cx, zr_queue *q, size_t size);

/* Puts samples [n], all or, when there is no room, none: then they are lost. */
void zr_queue_put(zr_queue *q, const int16_t *samples, size_t n);

/* n samples were lost before they came here. */
void zr_queue_lose(zr_queue *q, size_t n);

/* Takes n samples: false when there are not as many. *lost: with false, how many are missing
 * between what was taken last and what will be next; fewer than n that were left before the gap are
 * part of it. */
ZR_MUST bool zr_queue_take(zr_queue *q, int16_t *samples, size_t n, size_t *lost);

#endif
