/* Branch and bound over the buffers, larger ones first: what is left to be added, as a sum, must
 * beat the best (Carraghan and Pardalos 1990). Lives that are one span each make a clique alive at
 * one time, which zr_plan_bound has found; those of strips alternate. */
#include "plan/clique.h"

#include <stdlib.h>

/* Buffers that may still be added beside those that were chosen before: `n` of list from `begin`,
 * of which the first `next` were tried. */
typedef struct level {
    int begin, n, next;
    int64_t chosen, left; /* bytes chosen before; of those that were not tried */
} level;

typedef struct search {
    const plan_problem *problem;
    int *list, *mark; /* mark[i] == stamp: apart from the buffer that was chosen last */
    int stamp;
    level *levels;
} search;

typedef struct sized {
    int64_t size;
    int index;
} sized;

static int larger_first(const void *a, const void *b)
{
    const sized *x = a, *y = b;
    if (x->size != y->size) return x->size > y->size ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static bool apart(const plan_problem *p, const plan_pair *pair)
{
    return pair->n_gaps == 1 && pair->gaps[0].low == -p->size[pair->b] &&
           pair->gaps[0].high == p->size[pair->a];
}

/* What is left of `from` beside `buffer`, as the next level; its steps. */
static int64_t descend(search *s, const level *from, int buffer, level *to)
{
    const plan_problem *p = s->problem;
    s->stamp++;
    for (int k = p->first[buffer]; k < p->first[buffer + 1]; k++) {
        const plan_pair *pair = &p->pairs[p->of[k]];
        if (apart(p, pair)) s->mark[pair->a == buffer ? pair->b : pair->a] = s->stamp;
    }
    *to = (level){.begin = from->begin + from->n, .chosen = from->chosen + p->size[buffer]};
    for (int k = from->next; k < from->n; k++) {
        int i = s->list[from->begin + k];
        if (s->mark[i] != s->stamp) continue;
        s->list[to->begin + to->n++] = i;
        to->left += p->size[i];
    }
    return p->first[buffer + 1] - p->first[buffer] + from->n - from->next + 1;
}

static bool prepare(zr_ctx *cx, search *s)
{
    const plan_problem *p = s->problem;
    int degree = 0;
    for (int i = 0; i < p->n; i++)
        if (p->first[i + 1] - p->first[i] > degree) degree = p->first[i + 1] - p->first[i];
    /* Every level has fewer than the one before, the second at most `degree`. */
    size_t n = (size_t)p->n + 1, most = (size_t)degree + 2;
    sized *order = ZR_NEW(cx, sized, n);
    s->list = ZR_NEW(cx, int, n + most * most / 2);
    s->mark = ZR_NEW(cx, int, n);
    s->levels = ZR_NEW(cx, level, most + 1);
    if (!order || !s->list || !s->mark || !s->levels) return false;
    for (int i = 0; i < p->n; i++) order[i] = (sized){p->size[i], i};
    qsort(order, (size_t)p->n, sizeof *order, larger_first);
    s->levels[0] = (level){.n = p->n};
    for (int i = 0; i < p->n; i++) {
        s->list[i] = order[i].index;
        s->levels[0].left += order[i].size;
    }
    return true;
}

bool plan_clique(zr_ctx *cx, const plan_problem *problem, int64_t steps, int64_t *bytes)
{
    search s = {.problem = problem};
    *bytes = 0;
    if (!prepare(cx, &s)) return false;
    int depth = 0;
    while (depth >= 0 && steps > 0) {
        level *now = &s.levels[depth];
        if (now->chosen > *bytes) *bytes = now->chosen;
        if (now->next == now->n || now->chosen + now->left <= *bytes) {
            depth--;
            continue;
        }
        int buffer = s.list[now->begin + now->next++];
        now->left -= problem->size[buffer];
        steps -= descend(&s, now, buffer, &s.levels[++depth]);
    }
    return true;
}
