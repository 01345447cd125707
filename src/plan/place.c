/* Placement: buffers one after the other, each at the lowest offset that is free during its life.
 * What decides is the order. By size it is a good start (Pisarchyk and Lee 2020, "Efficient Memory
 * Management for Deep Neural Net Inference"); from there buffers at the top of the arena are moved
 * forward in the order as long as that does not make it worse, until the bound is reached. */
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"

/* Pairs of buffers looked at in the search, in all: well under a second. */
enum { SEARCH_WORK = 20 * 1000 * 1000, MAX_ROUNDS = 4000 };

typedef struct gap {
    int64_t low, high; /* offsets low < x < high are taken */
} gap;

typedef struct search {
    const zr_program *program;
    int n;
    int *order, *trial;
    int64_t *offset, *best;
    bool *together; /* [n][n]: whether two buffers are alive at one time */
    int *first_overlap, *next_overlap; /* lists of overlap records, one a buffer as output */
    gap *gaps;
    uint32_t random;
} search;

enum { NOTHING = -1 };

/* How far below the input `in` the output `out` must begin; NULL: they must be apart. */
static const zr_overlap *find_overlap(const search *s, int out, int in)
{
    for (int o = s->first_overlap[out]; o != NOTHING; o = s->next_overlap[o])
        if (s->program->overlaps[o].in == in) return &s->program->overlaps[o];
    return NULL;
}

static int64_t aligned(size_t bytes)
{
    return (int64_t)((bytes + ZR_ARENA_ALIGN - 1) & ~(size_t)(ZR_ARENA_ALIGN - 1));
}

static int64_t round_up(int64_t offset)
{
    return (offset + ZR_ARENA_ALIGN - 1) & ~(int64_t)(ZR_ARENA_ALIGN - 1);
}

static int by_low(const void *a, const void *b)
{
    const gap *x = a, *y = b;
    return x->low < y->low ? -1 : x->low > y->low;
}

/* One more gap behind the n that are there, unless it is empty; their number. */
static int add_gap(search *s, int n, int64_t low, int64_t high)
{
    if (low < high) s->gaps[n++] = (gap){low, high};
    return n;
}

/* The lowest offset for buffer `i` beside the `placed` first ones of the order. */
static int64_t lowest_offset(search *s, int i, const int *order, int placed)
{
    const zr_buffer *me = &s->program->buffers[i];
    const bool *together = s->together + (size_t)i * (size_t)s->n;
    int n = 0;
    for (int k = 0; k < placed; k++) {
        int j = order[k];
        const zr_buffer *other = &s->program->buffers[j];
        if (!together[j]) continue;
        gap taken = {s->offset[j] - (int64_t)me->bytes, s->offset[j] + (int64_t)other->bytes};
        const zr_overlap *over = find_overlap(s, i, j), *under = find_overlap(s, j, i);
        /* As output over the input j: up to its begin less the distance. As input under the output
         * j: from its begin plus the distance. */
        int64_t most = over ? s->offset[j] - over->distance : taken.low;
        int64_t least = under ? s->offset[j] + under->distance : taken.high;
        /* What may lie at one place only has a gap on either side of it. */
        if (over && over->exact) n = add_gap(s, n, taken.low, most);
        if (under && under->exact) n = add_gap(s, n, least, taken.high);
        n = add_gap(s, n, most > taken.low ? most : taken.low,
                    least < taken.high ? least : taken.high);
    }
    qsort(s->gaps, (size_t)n, sizeof *s->gaps, by_low);
    int64_t offset = 0;
    for (int k = 0; k < n; k++)
        if (offset > s->gaps[k].low && offset < s->gaps[k].high) offset = round_up(s->gaps[k].high);
    return offset;
}

/* Places all in the order; the arena that it takes. */
static int64_t place(search *s, const int *order)
{
    int64_t end = 0;
    for (int k = 0; k < s->n; k++) {
        int i = order[k];
        s->offset[i] = lowest_offset(s, i, order, k);
        int64_t top = s->offset[i] + aligned(s->program->buffers[i].bytes);
        if (top > end) end = top;
    }
    return end;
}

/* A fixed sequence (Numerical Recipes' LCG), so that every run makes the same plan. */
static int pick(search *s, int n)
{
    s->random = s->random * 1664525u + 1013904223u;
    return (int)((s->random >> 8) % (uint32_t)n);
}

/* A buffer of the order that ends at the top of the arena: its position. */
static int position_at_top(search *s, const int *order, int64_t end)
{
    int found = -1, seen = 0;
    for (int k = 0; k < s->n; k++) {
        if (s->offset[order[k]] + aligned(s->program->buffers[order[k]].bytes) < end) continue;
        if (pick(s, ++seen) == 0) found = k;
    }
    return found;
}

static int64_t improve(search *s, int64_t end, int64_t bound)
{
    int64_t work = (int64_t)s->n * s->n + 1, rounds = SEARCH_WORK / work;
    if (rounds > MAX_ROUNDS) rounds = MAX_ROUNDS;
    for (int64_t round = 0; round < rounds && end > bound; round++) {
        memcpy(s->trial, s->order, (size_t)s->n * sizeof *s->trial);
        place(s, s->trial);
        int from = round % 4 == 3 ? pick(s, s->n) : position_at_top(s, s->trial, end);
        if (from <= 0) from = s->n - 1;
        int to = pick(s, from + 1), moved = s->trial[from];
        memmove(s->trial + to + 1, s->trial + to, (size_t)(from - to) * sizeof *s->trial);
        s->trial[to] = moved;
        int64_t now = place(s, s->trial);
        if (now > end) continue;
        if (now < end) memcpy(s->best, s->offset, (size_t)s->n * sizeof *s->best);
        memcpy(s->order, s->trial, (size_t)s->n * sizeof *s->order);
        end = now;
    }
    return end;
}

/* Larger buffers first, of equal ones the earlier. */
static void order_by_size(search *s)
{
    const zr_buffer *b = s->program->buffers;
    for (int i = 0; i < s->n; i++) {
        int k = i;
        for (; k > 0; k--) {
            const zr_buffer *before = &b[s->order[k - 1]];
            if (before->bytes > b[i].bytes ||
                (before->bytes == b[i].bytes && before->first <= b[i].first))
                break;
            s->order[k] = s->order[k - 1];
        }
        s->order[k] = i;
    }
}

/* The overlap records that can be used, as one list an output. */
static void link_overlaps(search *s)
{
    for (int i = 0; i < s->n; i++) s->first_overlap[i] = NOTHING;
    for (int o = 0; o < s->program->n_overlaps; o++) {
        const zr_overlap *overlap = &s->program->overlaps[o];
        s->next_overlap[o] = NOTHING;
        if (zr_plan_overlap(s->program, overlap->out, overlap->in) != overlap) continue;
        s->next_overlap[o] = s->first_overlap[overlap->out];
        s->first_overlap[overlap->out] = o;
    }
}

bool zr_plan(zr_ctx *cx, zr_program *program)
{
    size_t n = (size_t)program->n_buffers, room = n + 1;
    search s = {.program = program, .n = (int)n, .random = 1};
    s.order = ZR_NEW(cx, int, room);
    s.trial = ZR_NEW(cx, int, room);
    s.offset = ZR_NEW(cx, int64_t, room);
    s.best = ZR_NEW(cx, int64_t, room);
    s.gaps = ZR_NEW(cx, gap, 2 * room);
    s.first_overlap = ZR_NEW(cx, int, room);
    s.next_overlap = ZR_NEW(cx, int, (size_t)program->n_overlaps + 1);
    s.together = ZR_NEW(cx, bool, room * room);
    if (!s.order || !s.trial || !s.offset || !s.best || !s.gaps || !s.first_overlap ||
        !s.next_overlap || !s.together)
        return false;
    for (int i = 0; i < s.n; i++)
        for (int j = 0; j < s.n; j++) {
            zr_span when;
            s.together[i * s.n + j] =
                zr_together(&program->buffers[i], &program->buffers[j], &when) > 0;
        }
    link_overlaps(&s);
    order_by_size(&s);
    program->arena_bound = zr_plan_bound(program);
    int64_t end = place(&s, s.order);
    memcpy(s.best, s.offset, n * sizeof *s.best);
    end = improve(&s, end, (int64_t)program->arena_bound);
    for (size_t i = 0; i < n; i++) program->buffers[i].offset = (size_t)s.best[i];
    program->arena_bytes = (size_t)end;
    return zr_plan_prove(cx, program);
}
