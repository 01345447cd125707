#include "plan/plan.h"

const zr_overlap *zr_plan_overlap(const zr_program *program, int out, int in)
{
    zr_span when;
    if (!zr_together(&program->buffers[in], &program->buffers[out], &when)) return NULL;
    for (int i = 0; i < program->n_overlaps; i++) {
        const zr_overlap *o = &program->overlaps[i];
        if (o->out == out && o->in == in && o->first <= when.first && when.last <= o->last)
            return o;
    }
    return NULL;
}

static bool together(const zr_buffer *a, const zr_buffer *b)
{
    zr_span when;
    return zr_together(a, b, &when) > 0;
}

/* Whether what the buffers share is what a kernel allows. */
static bool allowed(const zr_program *program, int out, int in)
{
    const zr_overlap *o = zr_plan_overlap(program, out, in);
    if (!o) return false;
    int64_t end = (int64_t)program->buffers[out].offset + o->distance;
    int64_t begin = (int64_t)program->buffers[in].offset;
    return o->exact ? end == begin : end <= begin;
}

bool zr_plan_prove(zr_ctx *cx, const zr_program *program)
{
    for (int i = 0; i < program->n_buffers; i++) {
        const zr_buffer *a = &program->buffers[i];
        if (a->offset % ZR_ARENA_ALIGN || a->bytes > program->arena_bytes ||
            a->offset > program->arena_bytes - a->bytes)
            return zr_fail(cx, ZR_E_INTERNAL, ZR_NOWHERE, "buffer %d is outside the arena", i);
        for (int j = 0; j < i; j++) {
            const zr_buffer *b = &program->buffers[j];
            bool apart = a->offset + a->bytes <= b->offset || b->offset + b->bytes <= a->offset;
            if (!together(a, b) || apart || allowed(program, i, j) || allowed(program, j, i))
                continue;
            return zr_fail(cx, ZR_E_INTERNAL, ZR_NOWHERE,
                           "buffers %d and %d are alive together and overlap", j, i);
        }
    }
    return true;
}

static int64_t aligned(const zr_buffer *buffer)
{
    return (int64_t)((buffer->bytes + ZR_ARENA_ALIGN - 1) & ~(size_t)(ZR_ARENA_ALIGN - 1));
}

/* What lying over each other can save of the two buffers' sum. */
static int64_t saved(const zr_program *program, const zr_overlap *o)
{
    int64_t both = zr_overlapped((int64_t)program->buffers[o->out].bytes,
                                 (int64_t)program->buffers[o->in].bytes, o->distance);
    int64_t sum = aligned(&program->buffers[o->out]) + aligned(&program->buffers[o->in]);
    return both < sum ? sum - both : 0;
}

size_t zr_plan_bound(const zr_program *program)
{
    int64_t bound = 0;
    /* The sum of what is alive grows only where a buffer's life begins. */
    for (int i = 0; i < program->n_buffers; i++) {
        const zr_buffer *born = &program->buffers[i];
        for (int k = 0; k < (born->n_spans ? born->n_spans : 1); k++) {
            int time = born->n_spans ? born->spans[k].first : born->first;
            int64_t alive = 0, most_saved = 0;
            for (int j = 0; j < program->n_buffers; j++)
                if (zr_alive_at(&program->buffers[j], time)) alive += aligned(&program->buffers[j]);
            for (int o = 0; o < program->n_overlaps; o++) {
                const zr_overlap *overlap = &program->overlaps[o];
                if (overlap->first > time || time > overlap->last ||
                    !zr_alive_at(&program->buffers[overlap->out], time) ||
                    !zr_alive_at(&program->buffers[overlap->in], time) ||
                    zr_plan_overlap(program, overlap->out, overlap->in) != overlap)
                    continue;
                /* An output may lie over all of its dying inputs at once. */
                most_saved += saved(program, overlap);
            }
            if (alive - most_saved > bound) bound = alive - most_saved;
        }
    }
    return ((size_t)bound + ZR_ARENA_ALIGN - 1) & ~(size_t)(ZR_ARENA_ALIGN - 1);
}
