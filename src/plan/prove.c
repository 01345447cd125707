#include "plan/plan.h"

const zr_overlap *zr_plan_overlap(const zr_program *program, int out, int in)
{
    zr_span when = zr_together(&program->buffers[in], &program->buffers[out]);
    if (when.first > when.last) return NULL;
    for (int i = 0; i < program->n_overlaps; i++) {
        const zr_overlap *o = &program->overlaps[i];
        if (o->out == out && o->in == in && o->first <= when.first && when.last <= o->last)
            return o;
    }
    return NULL;
}

/* Whether the buffers share a byte at a time at which both need it. */
static bool collide(const zr_buffer *a, const zr_buffer *b)
{
    for (zr_meeting m = {0}; zr_next_meeting(a, b, &m);)
        if (m.a.from < m.a.end && m.b.from < m.b.end &&
            a->offset + m.a.from < b->offset + m.b.end &&
            b->offset + m.b.from < a->offset + m.a.end)
            return true;
    return false;
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
            if (!collide(a, b) || allowed(program, i, j) || allowed(program, j, i)) continue;
            return zr_fail(cx, ZR_E_INTERNAL, ZR_NOWHERE,
                           "buffers %d and %d are alive together and overlap", j, i);
        }
    }
    return true;
}

/* What the bytes of a life take: others may begin only at the next multiple, unless there are lives
 * that begin or end between two, beside which others may (`packed`). */
static int64_t taken(zr_life life, bool packed)
{
    size_t bytes = life.end - life.from;
    if (!packed) bytes = (bytes + ZR_ARENA_ALIGN - 1) & ~(size_t)(ZR_ARENA_ALIGN - 1);
    return (int64_t)bytes;
}

static bool is_packed(const zr_program *program)
{
    for (int b = 0; b < program->n_buffers; b++) {
        const zr_buffer *buffer = &program->buffers[b];
        for (int i = 0; i < buffer->n_lives; i++) {
            zr_life life = buffer->lives[i];
            if (life.from % ZR_ARENA_ALIGN ||
                (life.end % ZR_ARENA_ALIGN && life.end != buffer->bytes))
                return true;
        }
    }
    return false;
}

/* What lying over each other can save of the two buffers' sum at the time. */
static int64_t saved(const zr_program *program, const zr_overlap *o, int time, bool packed)
{
    zr_life x = zr_life_at(&program->buffers[o->out], time);
    zr_life y = zr_life_at(&program->buffers[o->in], time);
    int64_t out = (int64_t)(x.end - x.from), in = (int64_t)(y.end - y.from);
    int64_t shared = (int64_t)x.end - o->distance - (int64_t)y.from;
    if (shared > out) shared = out;
    if (shared > in) shared = in;
    if (shared <= 0) return 0;
    return taken(x, packed) + taken(y, packed) - (out + in - shared);
}

size_t zr_plan_bound(const zr_program *program)
{
    bool packed = is_packed(program);
    int64_t bound = 0;
    /* The sum of what is alive grows only where a buffer's life begins. */
    for (int i = 0; i < program->n_buffers; i++) {
        const zr_buffer *born = &program->buffers[i];
        for (int k = 0; k < zr_count_lives(born); k++) {
            int time = zr_life_of(born, k).first;
            int64_t alive = 0, most_saved = 0;
            for (int j = 0; j < program->n_buffers; j++)
                alive += taken(zr_life_at(&program->buffers[j], time), packed);
            for (int o = 0; o < program->n_overlaps; o++) {
                const zr_overlap *overlap = &program->overlaps[o];
                if (overlap->first > time || time > overlap->last ||
                    zr_plan_overlap(program, overlap->out, overlap->in) != overlap)
                    continue;
                /* An output may lie over all of its dying inputs at once. */
                most_saved += saved(program, overlap, time, packed);
            }
            if (alive - most_saved > bound) bound = alive - most_saved;
        }
    }
    return ((size_t)bound + ZR_ARENA_ALIGN - 1) & ~(size_t)(ZR_ARENA_ALIGN - 1);
}
