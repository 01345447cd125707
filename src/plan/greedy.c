/* Placement, largest buffer first, each at the lowest offset that is free during its life
 * (Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference", greedy by
 * size). */
#include <stdlib.h>

#include "plan/plan.h"

static size_t aligned(size_t bytes)
{
    return (bytes + ZR_ARENA_ALIGN - 1) & ~(size_t)(ZR_ARENA_ALIGN - 1);
}

static int larger_first(const void *a, const void *b)
{
    const zr_buffer *x = *(zr_buffer *const *)a, *y = *(zr_buffer *const *)b;
    if (x->bytes != y->bytes) return x->bytes < y->bytes ? 1 : -1;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    return x < y ? -1 : x > y; /* the same plan on every run */
}

static bool together(const zr_buffer *a, const zr_buffer *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* The lowest offset where `buffer` does not meet any of the n placed ones, sorted by offset. */
static size_t lowest_offset(const zr_buffer *buffer, zr_buffer *const *placed, int n)
{
    size_t offset = 0;
    for (int i = 0; i < n; i++) {
        const zr_buffer *other = placed[i];
        if (!together(buffer, other) || other->offset + aligned(other->bytes) <= offset) continue;
        if (other->offset >= offset + aligned(buffer->bytes)) break;
        offset = other->offset + aligned(other->bytes);
    }
    return offset;
}

bool zr_plan(zr_ctx *cx, zr_program *program)
{
    int n = program->n_buffers;
    zr_buffer **order = ZR_NEW(cx, zr_buffer *, (size_t)n + 1);
    zr_buffer **placed = ZR_NEW(cx, zr_buffer *, (size_t)n + 1);
    if (!order || !placed) return false;
    for (int i = 0; i < n; i++) order[i] = &program->buffers[i];
    qsort(order, (size_t)n, sizeof *order, larger_first);
    program->arena_bytes = 0;
    for (int i = 0; i < n; i++) {
        zr_buffer *buffer = order[i];
        buffer->offset = lowest_offset(buffer, placed, i);
        size_t end = buffer->offset + aligned(buffer->bytes);
        if (end > program->arena_bytes) program->arena_bytes = end;
        int at = i;
        for (; at > 0 && placed[at - 1]->offset > buffer->offset; at--) placed[at] = placed[at - 1];
        placed[at] = buffer;
    }
    return zr_plan_prove(cx, program);
}
