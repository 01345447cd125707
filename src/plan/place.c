/* Placement: buffers one after the other, each at the lowest offset that is free during its life.
 * What decides is the order. By size it is a good start (Pisarchyk and Lee 2020, "Efficient Memory
 * Management for Deep Neural Net Inference"); from there buffers at the top of the arena are moved
 * forward in the order as long as that does not make it worse, until the bound is reached. What is
 * then between the arena and the bound is searched exactly: plan/exact.c. */
#include <string.h>

#include "base/random.h"
#include "plan/clique.h"
#include "plan/exact.h"
#include "plan/pairs.h"

/* Pairs of buffers looked at, in all: each well under a second. */
enum {
    CLIQUE_WORK = 5 * 1000 * 1000,
    SEARCH_WORK = 20 * 1000 * 1000,
    EXACT_WORK = 40 * 1000 * 1000,
    MAX_ROUNDS = 4000,
    ROUGHLY = 16 /* times less of it */
};

typedef struct search {
    const zr_program *program;
    const plan_problem *problem;
    int n;
    int *order, *trial;
    int64_t *offset, *best;
    bool *placed;
    plan_gap *gaps;
    uint32_t random;
} search;

/* Places all in the order; the arena that it takes. */
static int64_t place(search *s, const int *order)
{
    int64_t end = 0;
    memset(s->placed, 0, (size_t)s->n * sizeof *s->placed);
    for (int k = 0; k < s->n; k++) {
        int i = order[k];
        s->offset[i] = plan_lowest(s->problem, i, s->offset, s->placed, s->gaps);
        s->placed[i] = true;
        int64_t top = s->offset[i] + s->problem->size[i];
        if (top > end) end = top;
    }
    return end;
}

static int pick(search *s, int n)
{
    return (int)((zr_random(&s->random) >> 8) % (uint32_t)n);
}

/* A buffer of the order that ends at the top of the arena: its position. */
static int position_at_top(search *s, const int *order, int64_t end)
{
    int found = -1, seen = 0;
    for (int k = 0; k < s->n; k++) {
        if (s->offset[order[k]] + s->problem->size[order[k]] < end) continue;
        if (pick(s, ++seen) == 0) found = k;
    }
    return found;
}

static int64_t improve(search *s, int64_t most_work, int64_t end, int64_t bound)
{
    int64_t work = 2 * (int64_t)s->problem->n_pairs + s->n + 1, rounds = most_work / work;
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

/* With all of the work, or so many times less. */
static bool plan(zr_ctx *cx, zr_program *program, int part)
{
    size_t n = (size_t)program->n_buffers, room = n + 1;
    plan_problem problem;
    if (!plan_pairs(cx, program, &problem)) return false;
    search s = {.program = program,
                .problem = &problem,
                .n = (int)n,
                .order = ZR_NEW(cx, int, room),
                .trial = ZR_NEW(cx, int, room),
                .offset = ZR_NEW(cx, int64_t, room),
                .best = ZR_NEW(cx, int64_t, room),
                .placed = ZR_NEW(cx, bool, room),
                .gaps = ZR_NEW(cx, plan_gap, PLAN_MAX_GAPS * room),
                .random = 1};
    if (!s.order || !s.trial || !s.offset || !s.best || !s.placed || !s.gaps) return false;
    order_by_size(&s);
    int64_t bound = (int64_t)zr_plan_bound(program), end = place(&s, s.order), apart;
    if (!plan_clique(cx, &problem, CLIQUE_WORK / part, &apart)) return false;
    if (apart > bound) bound = apart;
    memcpy(s.best, s.offset, n * sizeof *s.best);
    end = improve(&s, SEARCH_WORK / part, end, bound);
    if (!plan_exact(cx, &problem, EXACT_WORK / part, s.best, &end, &bound)) return false;
    for (size_t i = 0; i < n; i++) program->buffers[i].offset = (size_t)s.best[i];
    program->arena_bytes = (size_t)end;
    program->arena_bound = (size_t)bound;
    return zr_plan_prove(cx, program);
}

bool zr_plan(zr_ctx *cx, zr_program *program)
{
    return plan(cx, program, 1);
}

bool zr_plan_roughly(zr_ctx *cx, zr_program *program)
{
    return plan(cx, program, ROUGHLY);
}
