#include "plan/pairs.h"

#include <stdlib.h>

enum { FEW = 32 };

static int64_t round_down(int64_t x)
{
    return x & ~(int64_t)(ZR_ARENA_ALIGN - 1);
}

static int64_t round_up(int64_t x)
{
    return round_down(x + ZR_ARENA_ALIGN - 1);
}

static void split_at(plan_pair *pair, int64_t difference)
{
    if (difference % ZR_ARENA_ALIGN) return;
    for (int g = 0; g < pair->n_gaps; g++) {
        plan_gap *gap = &pair->gaps[g];
        if (difference <= gap->low || difference >= gap->high) continue;
        for (int k = pair->n_gaps++; k > g; k--) pair->gaps[k] = pair->gaps[k - 1];
        pair->gaps[g].high = difference;
        pair->gaps[g + 1].low = difference;
        return;
    }
}

static void widen(plan_gap *gap, plan_gap by)
{
    if (by.low < gap->low) gap->low = by.low;
    if (by.high > gap->high) gap->high = by.high;
}

/* Adds what lies between two numbers to the gaps; those that meet become one, and when there would
 * be too many all do. */
static void add_gap(plan_pair *pair, plan_gap gap)
{
    int n = 0;
    for (int g = 0; g < pair->n_gaps; g++) {
        plan_gap other = pair->gaps[g];
        if (gap.high <= other.low || other.high <= gap.low)
            pair->gaps[n++] = other;
        else
            widen(&gap, other);
    }
    if (n == PLAN_MAX_GAPS - 2) /* two more may come of exact records */
        while (n > 0) widen(&gap, pair->gaps[--n]);
    int k = n;
    for (; k > 0 && pair->gaps[k - 1].low > gap.low; k--) pair->gaps[k] = pair->gaps[k - 1];
    pair->gaps[k] = gap;
    pair->n_gaps = n + 1;
}

/* The distances that the two may not have, by the bytes that they need when they meet and the
 * records that let one lie over the other. */
static void find_gaps(const zr_program *program, plan_pair *pair)
{
    const zr_overlap *a_over_b = zr_plan_overlap(program, pair->a, pair->b);
    const zr_overlap *b_over_a = zr_plan_overlap(program, pair->b, pair->a);
    zr_meeting m = {0};
    while (zr_next_meeting(&program->buffers[pair->a], &program->buffers[pair->b], &m)) {
        plan_gap gap = {round_down((int64_t)m.a.from - (int64_t)m.b.end),
                        round_up((int64_t)m.a.end - (int64_t)m.b.from)};
        if (a_over_b && !a_over_b->exact && round_up(a_over_b->distance) < gap.high)
            gap.high = round_up(a_over_b->distance);
        if (b_over_a && !b_over_a->exact && round_down(-b_over_a->distance) > gap.low)
            gap.low = round_down(-b_over_a->distance);
        /* Neighbours on the grid have nothing between them. */
        if (gap.low + ZR_ARENA_ALIGN < gap.high && m.a.from < m.a.end && m.b.from < m.b.end)
            add_gap(pair, gap);
    }
    if (a_over_b && a_over_b->exact) split_at(pair, a_over_b->distance);
    if (b_over_a && b_over_a->exact) split_at(pair, -b_over_a->distance);
}

static bool meet(const zr_buffer *a, const zr_buffer *b)
{
    zr_meeting m = {0};
    return zr_next_meeting(a, b, &m);
}

/* Sets of[] and first[] from the pairs. */
static void list_pairs(plan_problem *p)
{
    for (int k = 0; k < p->n_pairs; k++) {
        p->first[p->pairs[k].a]++;
        p->first[p->pairs[k].b]++;
    }
    int sum = 0;
    for (int i = 0; i <= p->n; i++) {
        sum += i < p->n ? p->first[i] : 0;
        p->first[i] = sum; /* where the list ends: filling moves it to the beginning */
    }
    for (int k = p->n_pairs - 1; k >= 0; k--) {
        p->of[--p->first[p->pairs[k].a]] = k;
        p->of[--p->first[p->pairs[k].b]] = k;
    }
}

bool plan_pairs(zr_ctx *cx, const zr_program *program, plan_problem *problem)
{
    size_t n = (size_t)program->n_buffers;
    int n_pairs = 0;
    for (int b = 0; b < program->n_buffers; b++)
        for (int a = 0; a < b; a++) n_pairs += meet(&program->buffers[a], &program->buffers[b]);
    *problem = (plan_problem){
        .n = program->n_buffers,
        .size = ZR_NEW(cx, int64_t, n + 1),
        .pairs = ZR_NEW(cx, plan_pair, (size_t)n_pairs + 1),
        .first = ZR_NEW(cx, int, n + 1),
        .of = ZR_NEW(cx, int, 2 * (size_t)n_pairs + 1),
    };
    if (!problem->size || !problem->pairs || !problem->first || !problem->of) return false;
    for (int b = 0; b < problem->n; b++) {
        problem->size[b] = round_up((int64_t)program->buffers[b].bytes);
        for (int a = 0; a < b; a++) {
            plan_pair pair = {.a = a, .b = b};
            if (!meet(&program->buffers[a], &program->buffers[b])) continue;
            find_gaps(program, &pair);
            if (pair.n_gaps) problem->pairs[problem->n_pairs++] = pair;
        }
    }
    list_pairs(problem);
    return true;
}

static int by_low(const void *a, const void *b)
{
    const plan_gap *x = a, *y = b;
    return x->low < y->low ? -1 : x->low > y->low;
}

/* Few gaps, the usual, are sorted by inserting them. */
static void sort_gaps(plan_gap *gaps, int n)
{
    if (n > FEW) {
        qsort(gaps, (size_t)n, sizeof *gaps, by_low);
        return;
    }
    for (int i = 1; i < n; i++) {
        plan_gap gap = gaps[i];
        int k = i;
        for (; k > 0 && gaps[k - 1].low > gap.low; k--) gaps[k] = gaps[k - 1];
        gaps[k] = gap;
    }
}

int64_t plan_lowest(const plan_problem *problem, int i, const int64_t *offset, const bool *placed,
                    plan_gap *gaps)
{
    int n = 0;
    for (int k = problem->first[i]; k < problem->first[i + 1]; k++) {
        const plan_pair *pair = &problem->pairs[problem->of[k]];
        int other = pair->a == i ? pair->b : pair->a;
        if (!placed[other]) continue;
        for (int g = 0; g < pair->n_gaps; g++) {
            plan_gap from = pair->gaps[g];
            if (other == pair->b) from = (plan_gap){-from.high, -from.low};
            gaps[n++] = (plan_gap){offset[other] + from.low, offset[other] + from.high};
        }
    }
    sort_gaps(gaps, n);
    int64_t lowest = 0;
    for (int k = 0; k < n; k++)
        if (lowest > gaps[k].low && lowest < gaps[k].high) lowest = gaps[k].high;
    return lowest;
}
