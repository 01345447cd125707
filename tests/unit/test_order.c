#include <string.h>

#include "passes/order_search.h"
#include "test.h"

/* The order with the least peak, against all orders of small random graphs. */

enum { NODES = 7 };

/* A node makes one value, its own; `uses[n][v]`: node n reads value v, v < n. Value 0 is there
 * before the first node, the last one is an output. */
typedef struct instance {
    int n;
    int64_t bytes[NODES], scratch[NODES];
    bool uses[NODES][NODES];
    int in_place[NODES]; /* the value that the node's may take the place of, or -1 */
    order_node nodes[NODES];
    order_value values[NODES];
    order_saving savings[NODES];
    int before[NODES][NODES], touched[NODES][NODES], users[NODES][NODES];
} instance;

/* Node n of the problem is the node n + 1 of the instance: value 0 has none. */
static order_problem problem_of(instance *x)
{
    for (int v = 0; v < x->n; v++) {
        order_value *value = &x->values[v];
        *value = (order_value){
            .bytes = x->bytes[v], .before = v == 0, .after = v == x->n - 1, .users = x->users[v]};
        if (v > 0) x->users[v][value->n_users++] = v - 1;
        for (int n = v + 1; n < x->n; n++)
            if (x->uses[n][v]) x->users[v][value->n_users++] = n - 1;
    }
    for (int n = 1; n < x->n; n++) {
        order_node *node = &x->nodes[n - 1];
        *node = (order_node){.before = x->before[n],
                             .values = x->touched[n],
                             .savings = &x->savings[n],
                             .scratch = x->scratch[n]};
        x->touched[n][node->n_values++] = n;
        for (int v = 0; v < n; v++) {
            if (!x->uses[n][v]) continue;
            x->touched[n][node->n_values++] = v;
            if (v > 0) x->before[n][node->n_before++] = v - 1;
        }
        if (x->in_place[n] >= 0) {
            int64_t in = x->bytes[x->in_place[n]], out = x->bytes[n];
            x->savings[n] = (order_saving){n, x->in_place[n], in < out ? in : out};
            node->n_savings = 1;
        }
    }
    return (order_problem){x->n - 1, x->n, x->nodes, x->values};
}

/* Peak of an order of the instance's nodes, from the lives of the values; peak -1: it cannot run.
 */
static order_score score_of(const instance *x, const int *order)
{
    int first[NODES] = {0}, last[NODES], place[NODES] = {0};
    for (int k = 0; k < x->n - 1; k++) place[order[k] + 1] = k + 1;
    for (int v = 0; v < x->n; v++) {
        first[v] = place[v];
        last[v] = v == x->n - 1 ? x->n : place[v];
        for (int n = v + 1; n < x->n; n++)
            if (x->uses[n][v] && place[n] > last[v]) last[v] = place[n];
        for (int n = v + 1; n < x->n; n++)
            if (x->uses[n][v] && v > 0 && place[n] < place[v]) return (order_score){-1, 0};
    }
    order_score score = {0, 0};
    for (int time = 0; time < x->n; time++) {
        int node = time ? order[time - 1] + 1 : 0;
        int64_t alive = time ? x->scratch[node] : 0;
        for (int v = 0; v < x->n; v++)
            if (first[v] <= time && time <= last[v] && (v || last[v] || !time))
                alive += x->bytes[v];
        int in = time ? x->in_place[node] : -1;
        if (in >= 0 && last[in] == time)
            alive -= x->bytes[in] < x->bytes[node] ? x->bytes[in] : x->bytes[node];
        if (alive > score.peak) score.peak = alive;
        if (time) score.sum += alive;
    }
    return score;
}

/* The next permutation in lexical order; false after the last one. */
static bool permute(int *order, int n)
{
    int i = n - 2, k = n - 1;
    while (i >= 0 && order[i] > order[i + 1]) i--;
    if (i < 0) return false;
    while (order[k] < order[i]) k--;
    int swap = order[i];
    order[i] = order[k];
    order[k] = swap;
    for (int a = i + 1, b = n - 1; a < b; a++, b--) {
        swap = order[a];
        order[a] = order[b];
        order[b] = swap;
    }
    return true;
}

static order_score least_score(const instance *x)
{
    int order[NODES];
    order_score least = {INT64_MAX, INT64_MAX};
    for (int i = 0; i < x->n - 1; i++) order[i] = i;
    do {
        order_score now = score_of(x, order);
        if (now.peak >= 0 &&
            (now.peak < least.peak || (now.peak == least.peak && now.sum < least.sum)))
            least = now;
    } while (permute(order, x->n - 1));
    return least;
}

static unsigned draw(unsigned *state, unsigned n)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 10) % n;
}

static instance random_instance(unsigned *state)
{
    instance x = {.n = 3 + (int)draw(state, NODES - 2)};
    for (int n = 0; n < x.n; n++) {
        x.bytes[n] = 1 + draw(state, 50);
        x.scratch[n] = draw(state, 3) ? 0 : draw(state, 20);
        x.in_place[n] = -1;
        if (n == 0) continue;
        x.uses[n][draw(state, (unsigned)n)] = true;
        x.uses[n][draw(state, (unsigned)n)] = true;
        for (int v = 0; v < n; v++)
            if (x.uses[n][v] && draw(state, 2)) x.in_place[n] = v;
    }
    return x;
}

ZR_TEST(order_is_the_best_of_all)
{
    unsigned state = 7;
    int better = 0, shorter = 0;
    for (int round = 0; round < 500; round++) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        instance x = random_instance(&state);
        order_problem problem = problem_of(&x);
        int order[NODES], file[NODES];
        for (int i = 0; i < NODES; i++) order[i] = file[i] = i;
        order_score before, score, least = least_score(&x);
        bool exact;
        if (!CHECK(order_measure(&cx, &problem, NULL, &before))) return;
        score = before;
        if (!CHECK(order_search(&cx, &problem, order, &score, &exact))) return;
        CHECK(exact);
        CHECK_EQ(before.peak, score_of(&x, file).peak);
        CHECK_EQ(before.sum, score_of(&x, file).sum);
        if (!CHECK_EQ(score.peak, least.peak) || !CHECK_EQ(score.sum, least.sum)) return;
        if (!CHECK_EQ(score_of(&x, order).peak, least.peak)) return;
        if (!CHECK_EQ(score_of(&x, order).sum, least.sum)) return;
        better += score.peak < before.peak;
        shorter += score.peak == before.peak && score.sum < before.sum;
        zr_ctx_free(&cx);
    }
    CHECK(better > 20 && shorter > 20);
}

/* 2 * 24 nodes of which any may be next: more sets than there is room for. */
ZR_TEST(order_of_many_branches_is_bounded_work)
{
    enum { BRANCHES = 24, N = 2 * BRANCHES };
    zr_ctx cx;
    zr_ctx_init(&cx);
    order_node nodes[N] = {{0}};
    order_value values[N] = {{0}};
    int before[N], touched[N][2], users[N][2], order[N];
    /* First all that widen, then all that narrow. */
    for (int b = 0; b < BRANCHES; b++) {
        int wide = b, narrow = BRANCHES + b;
        before[narrow] = wide;
        touched[wide][0] = touched[narrow][0] = wide;
        touched[narrow][1] = narrow;
        users[wide][0] = wide;
        users[wide][1] = users[narrow][0] = narrow;
        values[wide] = (order_value){100, false, false, 2, users[wide]};
        values[narrow] = (order_value){1, false, true, 1, users[narrow]};
        nodes[wide] = (order_node){.n_values = 1, .values = touched[wide]};
        nodes[narrow] = (order_node){
            .n_before = 1, .before = &before[narrow], .n_values = 2, .values = touched[narrow]};
    }
    order_problem problem = {N, N, nodes, values};
    order_score score;
    bool exact;
    CHECK(order_measure(&cx, &problem, NULL, &score));
    CHECK_EQ(score.peak, 100 * BRANCHES + 1);
    CHECK(order_search(&cx, &problem, order, &score, &exact));
    CHECK_EQ(score.peak, 100 + BRANCHES);
    CHECK(!exact);
    zr_ctx_free(&cx);
}
