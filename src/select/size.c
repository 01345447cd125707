#include "select/size.h"

#include <stdlib.h>

/* Estimates are of -O2. For size -Os is usual, under which the reference's loops take 1.4 to 2.1
 * times as long (measured on kws, Cortex-M4); of the other kernels assembly and unrolled loops
 * stay. */
enum { REFERENCE_AT_OS = 2 };

/* A kernel on a node. */
typedef struct option {
    const zr_variant *variant; /* NULL: the reference */
    bool usable;
    zr_cost cost;
} option;

/* Those of a node; first the reference, then the operator's variants in their order. */
typedef struct node_options {
    const zr_op *op;
    option *list;
    int n;
    int chosen;
    int first; /* the first node of the same operator */
} node_options;

typedef struct search {
    node_options *nodes;
    int n;
} search;

static bool read_node(zr_ctx *cx, const zr_site *site, const zr_select_options *o,
                      const zr_variant *chosen, node_options *node)
{
    const zr_variant *variants = site->node->op->variants;
    int n = 0;
    while (variants && variants[n].name) n++;
    *node = (node_options){site->node->op, ZR_NEW(cx, option, (size_t)n + 1), n + 1, 0, 0};
    if (!node->list) return false;
    for (int i = 0; i <= n; i++) {
        const zr_variant *v = i ? &variants[i - 1] : NULL;
        option *entry = &node->list[i];
        *entry = (option){.variant = v, .usable = !v || zr_usable(site, v, o)};
        if (v && v->thrifty) entry->usable = false;
        if (entry->usable) entry->cost = zr_cost_of(site, v, o);
        if (!v) entry->cost.instructions *= REFERENCE_AT_OS;
        if (v == chosen) node->chosen = i;
    }
    return true;
}

/* What is minimised. The reference's code, like a variant's, counts once an operator. */
static double product(const search *s)
{
    double time = 1, bytes = 1, result;
    for (int i = 0; i < s->n; i++) {
        const node_options *node = &s->nodes[i];
        const zr_cost *cost = &node->list[node->chosen].cost;
        bool first = true;
        for (int k = node->first; first && k < i; k++)
            first = s->nodes[k].op != node->op || s->nodes[k].chosen != node->chosen;
        time += (double)cost->instructions;
        bytes += (double)cost->const_bytes + (first ? (double)cost->code_bytes : 0);
    }
    result = time;
    for (int i = 0; i < ZR_SIZE_EXCHANGE; i++) result *= bytes;
    return result;
}

/* Gives kernel `kernel` to node `at`, or to all nodes of its operator that can have it; keeps it if
 * that makes the product smaller. `saved` has room for a number a node. */
static bool change(search *s, int at, bool all, int kernel, int *saved, double *least)
{
    for (int i = 0; i < s->n; i++) {
        node_options *node = &s->nodes[i];
        saved[i] = node->chosen;
        if ((i == at || (all && node->op == s->nodes[at].op)) && node->list[kernel].usable)
            node->chosen = kernel;
    }
    double now = product(s);
    if (now < *least) {
        *least = now;
        return true;
    }
    for (int i = 0; i < s->n; i++) s->nodes[i].chosen = saved[i];
    return false;
}

bool zr_select_for_size(zr_ctx *cx, const zr_model *model, const zr_select_options *o,
                        const zr_variant **choice)
{
    const zr_graph *graph = &model->graphs[0];
    search s = {ZR_NEW(cx, node_options, (size_t)graph->n_nodes + 1), graph->n_nodes};
    int *saved = ZR_NEW(cx, int, (size_t)graph->n_nodes + 1);
    if (!s.nodes || !saved) return false;
    for (int i = 0; i < s.n; i++) {
        zr_site site = {cx, model, graph, &graph->nodes[i]};
        if (!read_node(cx, &site, o, choice[i], &s.nodes[i])) return false;
        while (s.nodes[s.nodes[i].first].op != s.nodes[i].op) s.nodes[i].first++;
    }
    double least = product(&s);
    for (bool better = true; better;) {
        better = false;
        for (int i = 0; i < s.n; i++)
            for (int k = 0; k < s.nodes[i].n; k++) {
                if (change(&s, i, true, k, saved, &least)) better = true;
                if (change(&s, i, false, k, saved, &least)) better = true;
            }
    }
    for (int i = 0; i < s.n; i++) choice[i] = s.nodes[i].list[s.nodes[i].chosen].variant;
    return true;
}
