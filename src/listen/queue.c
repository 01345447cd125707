#include "listen/queue.h"

bool zr_queue_init(zr_ctx *cx, zr_queue *q, size_t size)
{
    q->samples = ZR_NEW(cx, int16_t, size);
    q->size = size;
    atomic_init(&q->put, 0);
    atomic_init(&q->taken, 0);
    atomic_init(&q->gap, 0);
    return q->samples;
}

void zr_queue_lose(zr_queue *q, size_t n)
{
    atomic_fetch_add(&q->gap, n);
}

void zr_queue_put(zr_queue *q, const int16_t *samples, size_t n)
{
    size_t put = atomic_load(&q->put);
    if (atomic_load(&q->gap) > 0 || n > q->size - (put - atomic_load(&q->taken))) {
        zr_queue_lose(q, n);
        return;
    }
    for (size_t i = 0; i < n; i++) q->samples[(put + i) % q->size] = samples[i];
    atomic_store(&q->put, put + n);
}

bool zr_queue_take(zr_queue *q, int16_t *samples, size_t n, size_t *lost)
{
    size_t taken = atomic_load(&q->taken);
    *lost = 0;
    /* The gap first: while there is one, nothing is put. */
    if (atomic_load(&q->gap) > 0 && atomic_load(&q->put) - taken < n) {
        size_t left = atomic_load(&q->put) - taken;
        atomic_store(&q->taken, taken + left);
        *lost = atomic_exchange(&q->gap, 0) + left;
        return false;
    }
    if (atomic_load(&q->put) - taken < n) return false;
    for (size_t i = 0; i < n; i++) samples[i] = q->samples[(taken + i) % q->size];
    atomic_store(&q->taken, taken + n);
    return true;
}
