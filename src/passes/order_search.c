/* Dynamic programming over the sets of nodes that have run (Liberis and Lane 2019, "Neural networks
 * on microcontrollers: saving memory at inference via operator reordering"): what is alive depends
 * on the set alone, so of the orders that lead to it only the best matters. The sets of one size
 * come from those of one node less; where there are too many of them, those that promise most are
 * kept: then it is a heuristic (beam search). */
#include "passes/order_search.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SETS = 4096, LEAST_SETS = 16, ROOM = 8, WORK = 40 * 1000 * 1000 };

/* A set of nodes that have run. */
typedef struct state {
    int64_t live;   /* bytes now */
    int64_t cost;   /* until now: the most bytes, or their sum */
    int from, node; /* the set before (its place among those of its size) and what then ran */
    uint64_t *set;
} state;

/* What remains of a state once its successors are known. */
typedef struct step {
    int from, node;
} step;

typedef struct search {
    const order_problem *problem;
    size_t words; /* of a set */
    int beam;
    bool sums; /* orders are compared by their sum, not by their peak */
    step *steps;
    state *now, *next;
    int n_now, n_next;
    int *table; /* of next, by hash: place + 1 */
    size_t table_size;
} search;

static bool has(const uint64_t *set, int node)
{
    return set[node / 64] >> (node % 64) & 1;
}

/* Whether the value's users, `node` aside, have all run (`all`) or one of them has. */
static bool users_ran(const order_value *v, const uint64_t *set, int node, bool all)
{
    for (int i = 0; i < v->n_users; i++)
        if (v->users[i] != node && has(set, v->users[i]) != all) return !all;
    return all;
}

static bool is_born(const order_value *v, const uint64_t *set, int node)
{
    return !v->before && !users_ran(v, set, node, false);
}

static bool dies(const order_value *v, const uint64_t *set, int node)
{
    return !v->after && users_ran(v, set, node, true);
}

static bool can_run(const order_node *node, const uint64_t *set)
{
    for (int i = 0; i < node->n_before; i++)
        if (!has(set, node->before[i])) return false;
    return true;
}

/* Bytes that are alive after the node has run where `live` were; `need`: while it runs. */
static int64_t run_node(const order_problem *p, const uint64_t *set, int node, int64_t live,
                        int64_t *need)
{
    const order_node *n = &p->nodes[node];
    int64_t after = live;
    *need = live + n->scratch;
    for (int i = 0; i < n->n_values; i++) {
        const order_value *v = &p->values[n->values[i]];
        if (is_born(v, set, node)) {
            *need += v->bytes;
            after += v->bytes;
        }
        if (dies(v, set, node)) after -= v->bytes;
    }
    for (int i = 0; i < n->n_savings; i++)
        if (is_born(&p->values[n->savings[i].out], set, node) &&
            dies(&p->values[n->savings[i].in], set, node))
            *need -= n->savings[i].bytes;
    return after;
}

/* What is alive before the first node. */
static int64_t live_before(const order_problem *p)
{
    int64_t live = 0;
    for (int v = 0; v < p->n_values; v++)
        if (p->values[v].before && (p->values[v].n_users || p->values[v].after))
            live += p->values[v].bytes;
    return live;
}

bool order_measure(zr_ctx *cx, const order_problem *p, const int *order, order_score *score)
{
    uint64_t *set = ZR_NEW(cx, uint64_t, (size_t)p->n_nodes / 64 + 1);
    if (!set) return false;
    int64_t live = live_before(p), need;
    *score = (order_score){live, 0};
    for (int i = 0; i < p->n_nodes; i++) {
        int n = order ? order[i] : i;
        live = run_node(p, set, n, live, &need);
        if (need > score->peak) score->peak = need;
        score->sum += need;
        set[n / 64] |= UINT64_C(1) << (n % 64);
    }
    return true;
}

static size_t hash(const search *s, const uint64_t *set)
{
    uint64_t h = 0;
    for (size_t w = 0; w < s->words; w++)
        h = (h ^ set[w]) * UINT64_C(0x9E3779B97F4A7C15) + (h >> 29);
    return (size_t)(h >> 20) & (s->table_size - 1);
}

/* The set of `from` and the node, reached by this way if no better one is known. False: there is no
 * room for it. */
static bool reach(search *s, int from, int node, int64_t live, int64_t cost)
{
    state *to = &s->next[s->n_next];
    memcpy(to->set, s->now[from].set, s->words * sizeof *to->set);
    to->set[node / 64] |= UINT64_C(1) << (node % 64);
    size_t at = hash(s, to->set);
    for (; s->table[at]; at = (at + 1) & (s->table_size - 1)) {
        state *known = &s->next[s->table[at] - 1];
        if (memcmp(known->set, to->set, s->words * sizeof *to->set) != 0) continue;
        if (cost < known->cost) {
            known->cost = cost;
            known->from = from;
            known->node = node;
        }
        return true;
    }
    if (s->n_next == ROOM * s->beam) return false;
    to->live = live;
    to->cost = cost;
    to->from = from;
    to->node = node;
    s->table[at] = ++s->n_next;
    return true;
}

/* All sets of one node more that stay below `limit`; false when there was no room for all. */
static bool expand(search *s, int64_t limit)
{
    const order_problem *p = s->problem;
    bool all = true;
    memset(s->table, 0, s->table_size * sizeof *s->table);
    s->n_next = 0;
    for (int i = 0; i < s->n_now; i++)
        for (int n = 0; n < p->n_nodes; n++) {
            const state *now = &s->now[i];
            int64_t need;
            if (has(now->set, n) || !can_run(&p->nodes[n], now->set)) continue;
            int64_t after = run_node(p, now->set, n, now->live, &need);
            if (need >= limit) continue;
            int64_t cost = s->sums ? now->cost + need : need > now->cost ? need : now->cost;
            if (!reach(s, i, n, after, cost)) all = false;
        }
    return all;
}

static int by_promise(const void *a, const void *b)
{
    const state *x = a, *y = b;
    if (x->cost != y->cost) return x->cost < y->cost ? -1 : 1;
    if (x->live != y->live) return x->live < y->live ? -1 : 1;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

/* Room for the sets of one size; NULL: out of memory (reported). */
static state *make_states(zr_ctx *cx, const search *s)
{
    size_t room = (size_t)ROOM * (size_t)s->beam + 1;
    uint64_t *sets = ZR_NEW(cx, uint64_t, room * s->words);
    state *states = ZR_NEW(cx, state, room);
    if (!sets || !states) return NULL;
    for (size_t i = 0; i < room; i++) states[i].set = sets + i * s->words;
    return states;
}

/* The order of least cost of those that stay below `limit` at every node; false: none was found. */
static bool find(search *s, int64_t limit, int *order, bool *exact)
{
    int64_t n = s->problem->n_nodes, beam = s->beam;
    s->n_now = 1;
    memset(s->now[0].set, 0, s->words * sizeof *s->now[0].set);
    s->now[0].live = live_before(s->problem);
    s->now[0].cost = s->sums ? 0 : s->now[0].live;
    for (int64_t k = 0; k < n; k++) {
        if (!expand(s, limit)) *exact = false;
        if (s->n_next == 0) return false;
        if (s->n_next > beam) {
            qsort(s->next, (size_t)s->n_next, sizeof *s->next, by_promise);
            s->n_next = (int)beam;
            *exact = false;
        }
        for (int i = 0; i < s->n_next; i++)
            s->steps[k * beam + i] = (step){s->next[i].from, s->next[i].node};
        state *swap = s->now;
        s->now = s->next;
        s->next = swap;
        s->n_now = s->n_next;
    }
    for (int64_t k = n - 1, i = 0; k >= 0; k--) {
        order[k] = s->steps[k * beam + i].node;
        i = s->steps[k * beam + i].from;
    }
    return true;
}

bool order_search(zr_ctx *cx, const order_problem *p, int *order, order_score *score, bool *exact)
{
    int64_t n = p->n_nodes, beam = n ? WORK / (n * n) : 1;
    if (beam > MOST_SETS) beam = MOST_SETS;
    if (beam < LEAST_SETS) beam = LEAST_SETS;
    search s = {.problem = p, .words = (size_t)n / 64 + 1, .beam = (int)beam};
    int *found = ZR_NEW(cx, int, (size_t)n + 1);
    s.steps = ZR_NEW(cx, step, (size_t)(n * beam) + 1);
    s.table_size = 1;
    while (s.table_size < 2 * (size_t)ROOM * (size_t)s.beam) s.table_size *= 2;
    s.table = ZR_NEW(cx, int, s.table_size);
    s.now = make_states(cx, &s);
    s.next = make_states(cx, &s);
    if (!found || !s.steps || !s.table || !s.now || !s.next) return false;
    *exact = true;
    for (int pass = 0; pass < 2; pass++) {
        order_score now;
        s.sums = pass > 0;
        if (!find(&s, score->peak + pass, found, exact)) continue;
        if (!order_measure(cx, p, found, &now)) return false;
        if (now.peak > score->peak || (now.peak == score->peak && now.sum >= score->sum)) continue;
        *score = now;
        memcpy(order, found, (size_t)n * sizeof *order);
    }
    return true;
}
