/* The question "do all buffers fit into so many bytes" is one of disjunctions: every pair of
 * buffers has one of them below the other, some may also lie over each other. Each buffer has a
 * range of offsets that are still possible, each pair a range of distances; what one excludes
 * narrows the others until nothing changes (as in job-shop scheduling: Carlier and Pinson 1989).
 * Then the pair that has least room is decided both ways.
 *
 * A buffer that always finds a place, wherever the others are, is left out and placed at the end;
 * what then has nothing in common is solved one after the other. In a network that leaves the
 * layers that decide about the peak. */
#include "plan/exact.h"

#include <string.h>

/* Steps for each pair below which nothing would be found. */
enum { LEAST_LOOKS = 50 };

typedef struct range {
    int64_t low, high; /* both included */
} range;

/* A range as it was before: of a buffer, or (from n on) of a pair. */
typedef struct change {
    int index;
    range before;
} change;

/* A pair that was decided: above the gap is still to be tried, or it was. */
typedef struct decision {
    int pair, n_changes;
    plan_gap gap;
    bool up, second;
} decision;

typedef struct search {
    const plan_problem *problem;
    int64_t steps; /* that are left */
    range *range;  /* [n buffers, n pairs] */
    bool *active, *placed, *queued;
    int *part; /* of an active buffer: the component */
    int *easy; /* buffers that were left out, in that order */
    int *queue, n_easy;
    int queue_head, queue_n;
    change *changes;
    int n_changes, room;
    decision *decisions;
    plan_gap *gaps;
    int64_t *offset;
    zr_ctx *cx;
    bool out_of_memory;
} search;

typedef enum answer { NO, YES, UNKNOWN } answer;

static bool remember(search *s, int index)
{
    if (s->n_changes == s->room) {
        int room = s->room ? 2 * s->room : 1024;
        change *bigger = ZR_NEW(s->cx, change, (size_t)room);
        if (!bigger) {
            s->out_of_memory = true;
            return false;
        }
        if (s->n_changes) memcpy(bigger, s->changes, (size_t)s->n_changes * sizeof *bigger);
        s->changes = bigger;
        s->room = room;
    }
    s->changes[s->n_changes++] = (change){index, s->range[index]};
    return true;
}

static void undo(search *s, int n_changes)
{
    while (s->n_changes > n_changes) {
        const change *c = &s->changes[--s->n_changes];
        s->range[c->index] = c->before;
    }
}

static void enqueue(search *s, int buffer)
{
    if (s->queued[buffer]) return;
    s->queued[buffer] = true;
    s->queue[(s->queue_head + s->queue_n++) % s->problem->n] = buffer;
}

/* Makes a range no wider than that; false when nothing is left of it. */
static bool narrow(search *s, int index, int64_t low, int64_t high)
{
    range r = s->range[index];
    if (low <= r.low && high >= r.high) return true;
    if (!remember(s, index)) return false;
    if (low > r.low) r.low = low;
    if (high < r.high) r.high = high;
    s->range[index] = r;
    if (index < s->problem->n) enqueue(s, index);
    return r.low <= r.high;
}

static bool revise(search *s, int k)
{
    const plan_pair *pair = &s->problem->pairs[k];
    const range *a = &s->range[pair->a], *b = &s->range[pair->b];
    range d = s->range[s->problem->n + k];
    s->steps--;
    if (b->low - a->high > d.low) d.low = b->low - a->high;
    if (b->high - a->low < d.high) d.high = b->high - a->low;
    for (int g = 0; g < pair->n_gaps; g++)
        if (d.low > pair->gaps[g].low && d.low < pair->gaps[g].high) d.low = pair->gaps[g].high;
    for (int g = pair->n_gaps - 1; g >= 0; g--)
        if (d.high > pair->gaps[g].low && d.high < pair->gaps[g].high) d.high = pair->gaps[g].low;
    return narrow(s, s->problem->n + k, d.low, d.high) && d.low <= d.high &&
           narrow(s, pair->b, a->low + d.low, a->high + d.high) &&
           narrow(s, pair->a, b->low - d.high, b->high - d.low);
}

/* Narrows until nothing changes or no steps are left; false when there is no placement. */
static bool propagate(search *s)
{
    bool possible = true;
    while (s->queue_n > 0 && s->steps > 0) {
        int i = s->queue[s->queue_head];
        s->queue_head = (s->queue_head + 1) % s->problem->n;
        s->queue_n--;
        s->queued[i] = false;
        for (int k = s->problem->first[i]; possible && k < s->problem->first[i + 1]; k++) {
            const plan_pair *pair = &s->problem->pairs[s->problem->of[k]];
            if (!s->active[pair->a] || !s->active[pair->b]) continue;
            possible = revise(s, s->problem->of[k]);
        }
    }
    return possible;
}

/* Of the pairs of the component that overlap when every buffer is as low as it can be, the one with
 * least room; false when there is none: that is a placement. */
static bool choose(search *s, int part, decision *next)
{
    const plan_problem *p = s->problem;
    int64_t least = INT64_MAX;
    for (int k = 0; k < p->n_pairs; k++) {
        const plan_pair *pair = &p->pairs[k];
        if (!s->active[pair->a] || !s->active[pair->b] || s->part[pair->a] != part) continue;
        s->steps--;
        range d = s->range[p->n + k];
        int64_t now = s->range[pair->b].low - s->range[pair->a].low;
        for (int g = 0; g < pair->n_gaps; g++) {
            plan_gap gap = pair->gaps[g];
            if (now <= gap.low || now >= gap.high) continue;
            int64_t below = gap.low - d.low, above = d.high - gap.high;
            int64_t room = below + above;
            if (room >= least) continue;
            least = room;
            *next = (decision){.pair = k, .gap = gap, .up = above >= below};
        }
    }
    return least < INT64_MAX;
}

static bool decide(search *s, const decision *d)
{
    const plan_pair *pair = &s->problem->pairs[d->pair];
    bool up = d->up != d->second;
    enqueue(s, pair->a);
    if (!narrow(s, s->problem->n + d->pair, up ? d->gap.high : INT64_MIN / 4,
                up ? INT64_MAX / 4 : d->gap.low)) {
        propagate(s);
        return false;
    }
    return propagate(s);
}

/* Depth first through the decisions about one component. */
static answer solve(search *s, int part)
{
    int depth = 0;
    bool possible = true;
    for (;;) {
        if (s->out_of_memory || s->steps <= 0) return UNKNOWN;
        if (possible) {
            decision *next = &s->decisions[depth];
            if (!choose(s, part, next)) return YES;
            next->n_changes = s->n_changes;
            possible = decide(s, next);
            depth++;
            continue;
        }
        while (depth > 0 && s->decisions[depth - 1].second) depth--;
        if (depth == 0) return NO;
        decision *last = &s->decisions[depth - 1];
        undo(s, last->n_changes);
        last->second = true;
        possible = decide(s, last);
    }
}

/* Whether the buffer finds a place wherever the others that are active lie: each of them can take
 * so many offsets, all of them together not all. */
static bool is_easy(search *s, int i, int64_t capacity)
{
    const plan_problem *p = s->problem;
    s->steps -= p->first[i + 1] - p->first[i];
    int64_t left = (capacity - p->size[i]) / ZR_ARENA_ALIGN + 1;
    for (int k = p->first[i]; k < p->first[i + 1]; k++) {
        const plan_pair *pair = &p->pairs[p->of[k]];
        if (!s->active[pair->a] || !s->active[pair->b]) continue;
        for (int g = 0; g < pair->n_gaps; g++)
            left -= (pair->gaps[g].high - pair->gaps[g].low) / ZR_ARENA_ALIGN - 1;
    }
    return left > 0;
}

static void leave_out_easy(search *s, int64_t capacity)
{
    int before;
    s->n_easy = 0;
    do {
        before = s->n_easy;
        for (int i = 0; i < s->problem->n; i++) {
            if (!s->active[i] || !is_easy(s, i, capacity)) continue;
            s->active[i] = false;
            s->easy[s->n_easy++] = i;
        }
    } while (s->n_easy > before && s->steps > 0);
}

/* Numbers the components of the active buffers; how many there are. */
static int find_parts(search *s)
{
    const plan_problem *p = s->problem;
    int n_parts = 0;
    for (int i = 0; i < p->n; i++) s->part[i] = -1;
    for (int i = 0; i < p->n; i++) {
        if (!s->active[i] || s->part[i] >= 0) continue;
        int n = 0;
        s->queue[n++] = i;
        s->part[i] = n_parts;
        while (n > 0) {
            int from = s->queue[--n];
            for (int k = p->first[from]; k < p->first[from + 1]; k++) {
                const plan_pair *pair = &p->pairs[p->of[k]];
                int to = pair->a == from ? pair->b : pair->a;
                if (!s->active[to] || s->part[to] >= 0) continue;
                s->part[to] = n_parts;
                s->queue[n++] = to;
            }
        }
        n_parts++;
    }
    return n_parts;
}

/* Whether all fit into `capacity` bytes; after YES s->offset is how. */
static answer fits(search *s, int64_t capacity)
{
    const plan_problem *p = s->problem;
    s->n_changes = 0;
    s->queue_head = s->queue_n = 0;
    for (int i = 0; i < p->n; i++) {
        if (p->size[i] > capacity) return NO;
        s->range[i] = (range){0, capacity - p->size[i]};
        s->active[i] = true;
        s->queued[i] = false;
    }
    for (int k = 0; k < p->n_pairs; k++) s->range[p->n + k] = (range){-capacity, capacity};
    leave_out_easy(s, capacity);
    int n_parts = find_parts(s);
    for (int i = 0; i < p->n; i++)
        if (s->active[i]) enqueue(s, i);
    if (!propagate(s)) return s->out_of_memory ? UNKNOWN : NO;
    for (int part = 0; part < n_parts; part++) {
        answer a = solve(s, part);
        if (a != YES) return a;
    }
    for (int i = 0; i < p->n; i++) {
        s->placed[i] = s->active[i];
        s->offset[i] = s->range[i].low;
    }
    while (s->n_easy > 0) {
        int i = s->easy[--s->n_easy];
        s->offset[i] = plan_lowest(p, i, s->offset, s->placed, s->gaps);
        s->placed[i] = true;
    }
    return YES;
}

static int64_t end_of(const search *s)
{
    int64_t end = 0;
    for (int i = 0; i < s->problem->n; i++)
        if (s->offset[i] + s->problem->size[i] > end) end = s->offset[i] + s->problem->size[i];
    return end;
}

static bool allocate(zr_ctx *cx, const plan_problem *p, search *s)
{
    size_t n = (size_t)p->n + 1, n_pairs = (size_t)p->n_pairs + 1;
    s->range = ZR_NEW(cx, range, n + n_pairs);
    s->active = ZR_NEW(cx, bool, n);
    s->placed = ZR_NEW(cx, bool, n);
    s->queued = ZR_NEW(cx, bool, n);
    s->part = ZR_NEW(cx, int, n);
    s->easy = ZR_NEW(cx, int, n);
    s->queue = ZR_NEW(cx, int, n);
    s->decisions = ZR_NEW(cx, decision, PLAN_MAX_GAPS * n_pairs);
    s->gaps = ZR_NEW(cx, plan_gap, PLAN_MAX_GAPS * n);
    s->offset = ZR_NEW(cx, int64_t, n);
    return s->range && s->active && s->placed && s->queued && s->part && s->easy && s->queue &&
           s->decisions && s->gaps && s->offset;
}

bool plan_exact(zr_ctx *cx, const plan_problem *problem, int64_t steps, int64_t *offset,
                int64_t *end, int64_t *bound)
{
    search s = {.problem = problem, .steps = steps, .cx = cx};
    if (*bound >= *end || problem->n_pairs > steps / LEAST_LOOKS) return true;
    if (!allocate(cx, problem, &s)) return false;
    /* By halves; where the steps do not suffice, nearer to what is known to fit. */
    int64_t from = *bound;
    while (from < *end) {
        int64_t middle = from + (*end - from) / (2 * ZR_ARENA_ALIGN) * ZR_ARENA_ALIGN;
        int64_t left = s.steps;
        s.steps = left / 2;
        answer a = fits(&s, middle);
        s.steps += left - left / 2;
        if (s.out_of_memory) return false;
        if (a == YES) {
            memcpy(offset, s.offset, (size_t)problem->n * sizeof *offset);
            *end = end_of(&s);
        } else {
            from = middle + ZR_ARENA_ALIGN;
            if (a == NO) *bound = from; /* what does not fit there fits in no less */
        }
    }
    return true;
}
