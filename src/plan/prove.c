#include "plan/plan.h"

bool zr_plan_prove(zr_ctx *cx, const zr_program *program)
{
    for (int i = 0; i < program->n_buffers; i++) {
        const zr_buffer *a = &program->buffers[i];
        if (a->offset % ZR_ARENA_ALIGN || a->bytes > program->arena_bytes ||
            a->offset > program->arena_bytes - a->bytes)
            return zr_fail(cx, ZR_E_INTERNAL, ZR_NOWHERE, "buffer %d is outside the arena", i);
        for (int j = 0; j < i; j++) {
            const zr_buffer *b = &program->buffers[j];
            bool together = !(a->last < b->first || b->last < a->first);
            bool apart = a->offset + a->bytes <= b->offset || b->offset + b->bytes <= a->offset;
            if (together && !apart)
                return zr_fail(cx, ZR_E_INTERNAL, ZR_NOWHERE,
                               "buffers %d and %d are alive together and overlap", j, i);
        }
    }
    return true;
}

size_t zr_plan_bound(const zr_program *program)
{
    size_t bound = 0;
    /* The sum of what is alive grows only where a buffer's life begins. */
    for (int i = 0; i < program->n_buffers; i++) {
        size_t alive = 0;
        for (int j = 0; j < program->n_buffers; j++) {
            const zr_buffer *b = &program->buffers[j];
            int time = program->buffers[i].first;
            if (b->first <= time && time <= b->last)
                alive += (b->bytes + ZR_ARENA_ALIGN - 1) & ~(size_t)(ZR_ARENA_ALIGN - 1);
        }
        if (alive > bound) bound = alive;
    }
    return bound;
}
