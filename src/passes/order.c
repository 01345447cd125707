/* The model is lowered once as it is: the program tells which tensors share memory (RESHAPE), what
 * scratch a node takes and which output may lie over a dying input, so that this pass knows no
 * operator. */
#include "passes/order.h"

#include <string.h>

#include "ops/lower.h"
#include "passes/order_search.h"
#include "plan/plan.h"

enum { MOST_NODES = 2000 };

/* Adds to a list of numbers that has each once. */
static void add(int *list, int *n, int number)
{
    for (int i = 0; i < *n; i++)
        if (list[i] == number) return;
    list[(*n)++] = number;
}

static bool has_effect(const zr_graph *graph, const zr_node *node)
{
    for (int i = 0; i < node->n_inputs; i++)
        if (node->inputs[i] >= 0 && graph->tensors[node->inputs[i]].type == ZR_RESOURCE)
            return true;
    return node->n_outputs == 0 || node->op->declare;
}

/* Whether every node needs the one before it: then there is one order. */
static bool is_chain(const zr_graph *graph)
{
    for (int n = 1; n < graph->n_nodes; n++) {
        const zr_node *node = &graph->nodes[n], *before = &graph->nodes[n - 1];
        bool needs = has_effect(graph, node) && has_effect(graph, before);
        for (int i = 0; i < node->n_inputs; i++)
            for (int o = 0; o < before->n_outputs; o++)
                needs |= node->inputs[i] == before->outputs[o];
        if (!needs) return false;
    }
    return true;
}

/* The nodes that must run before each one. */
static bool find_before(zr_ctx *cx, const zr_graph *graph, order_node *nodes)
{
    int *producer = ZR_NEW(cx, int, (size_t)graph->n_tensors + 1);
    if (!producer) return false;
    int effect = -1; /* the last node that has one */
    for (int t = 0; t < graph->n_tensors; t++) producer[t] = -1;
    for (int n = 0; n < graph->n_nodes; n++) {
        const zr_node *node = &graph->nodes[n];
        int *before = ZR_NEW(cx, int, (size_t)node->n_inputs + 1);
        if (!before) return false;
        for (int i = 0; i < node->n_inputs; i++)
            if (node->inputs[i] >= 0 && producer[node->inputs[i]] >= 0)
                add(before, &nodes[n].n_before, producer[node->inputs[i]]);
        if (has_effect(graph, node)) {
            if (effect >= 0) add(before, &nodes[n].n_before, effect);
            effect = n;
        }
        nodes[n].before = before;
        for (int o = 0; o < node->n_outputs; o++) producer[node->outputs[o]] = n;
    }
    return true;
}

/* What lying over each other saves of the two buffers' sum; they are not rounded here. */
static int64_t saved(const zr_program *program, const zr_overlap *o)
{
    int64_t out = (int64_t)program->buffers[o->out].bytes;
    int64_t in = (int64_t)program->buffers[o->in].bytes;
    int64_t both = zr_overlapped(out, in, o->distance);
    return both < out + in ? out + in - both : 0;
}

/* The buffers of tensors that each node's calls name. */
static bool find_values(zr_ctx *cx, const zr_program *p, order_node *nodes)
{
    int *values = ZR_NEW(cx, int, (size_t)p->n_steps *ZR_MAX_ARGS + 1);
    if (!values) return false;
    for (int s = 0; s < p->n_steps; s++) { /* the steps of a node are one after the other */
        order_node *node = &nodes[p->steps[s].node];
        if (!node->values) node->values = values;
        for (int a = 0; a < p->steps[s].kernel->n_args; a++) {
            zr_loc loc = p->steps[s].args[a].loc;
            int before = node->n_values;
            if (loc.space == ZR_SPACE_ARENA && p->buffers[loc.index].tensor >= 0)
                add((int *)(uintptr_t)node->values, &node->n_values, loc.index);
            values += node->n_values - before;
        }
    }
    return true;
}

/* The scratch of each node, and what its output over a dying input saves. */
static bool find_needs(zr_ctx *cx, const zr_program *p, int n_nodes, order_node *nodes)
{
    order_saving *savings = ZR_NEW(cx, order_saving, (size_t)p->n_overlaps + 1);
    if (!savings) return false;
    for (int b = 0; b < p->n_buffers; b++) {
        const zr_buffer *buffer = &p->buffers[b];
        if (buffer->tensor < 0 && buffer->graph == 0)
            nodes[p->steps[buffer->first].node].scratch += (int64_t)buffer->bytes;
    }
    for (int n = 0; n < n_nodes; n++) {
        nodes[n].savings = savings;
        for (int i = 0; i < p->n_overlaps; i++) {
            const zr_overlap *o = &p->overlaps[i];
            if (p->buffers[o->out].graph != 0 || p->steps[o->first].node != n) continue;
            *savings++ = (order_saving){o->out, o->in, saved(p, o)};
            nodes[n].n_savings++;
        }
    }
    return true;
}

/* Turns the lists of values round: who uses each. */
static bool find_users(zr_ctx *cx, const zr_program *p, int n_nodes, const order_node *nodes,
                       order_value *values)
{
    size_t total = 1;
    for (int n = 0; n < n_nodes; n++) total += (size_t)nodes[n].n_values;
    int *users = ZR_NEW(cx, int, total);
    if (!users) return false;
    for (int b = 0; b < p->n_buffers; b++) {
        const zr_buffer *buffer = &p->buffers[b];
        if (buffer->graph != 0 || buffer->tensor < 0) continue;
        values[b] = (order_value){.bytes = (int64_t)buffer->bytes,
                                  .before = buffer->first < 0,
                                  .after = buffer->last == p->n_steps,
                                  .users = users};
        for (int n = 0; n < n_nodes; n++)
            for (int i = 0; i < nodes[n].n_values; i++)
                if (nodes[n].values[i] == b) values[b].n_users++, *users++ = n;
    }
    return true;
}

/* The arena that the nodes need in that order. */
static bool measure(zr_ctx *cx, const zr_model *model, zr_node *nodes, size_t *bytes)
{
    zr_model changed = *model;
    zr_graph *graphs = ZR_NEW(cx, zr_graph, (size_t)model->n_graphs);
    zr_program program;
    if (!graphs) return false;
    memcpy(graphs, model->graphs, (size_t)model->n_graphs * sizeof *graphs);
    graphs[0].nodes = nodes;
    changed.graphs = graphs;
    if (!zr_lower_model(cx, &changed, NULL, &program) || !zr_plan(cx, &program)) return false;
    *bytes = program.arena_bytes;
    return true;
}

/* Makes the best order of the problem, of the nodes of `file`, the graph's when its arena has at
 * most `limit` bytes; `least` becomes its size. */
static bool try_order(zr_ctx *cx, zr_model *model, const zr_node *file,
                      const order_problem *problem, size_t limit, size_t *least)
{
    zr_graph *graph = &model->graphs[0];
    size_t n = (size_t)problem->n_nodes, bytes;
    int *order = ZR_NEW(cx, int, n + 1);
    zr_node *sorted = ZR_NEW(cx, zr_node, n + 1);
    order_score before, score;
    bool exact;
    if (!order || !sorted || !order_measure(cx, problem, NULL, &before)) return false;
    score = before;
    if (!order_search(cx, problem, order, &score, &exact)) return false;
    if (score.peak == before.peak && score.sum == before.sum) return true;
    for (size_t i = 0; i < n; i++) sorted[i] = file[order[i]];
    if (!measure(cx, model, sorted, &bytes)) return false;
    if (bytes > limit) return true;
    *least = bytes;
    graph->nodes = sorted;
    return true;
}

bool zr_order(zr_ctx *cx, zr_model *model)
{
    const zr_graph *graph = &model->graphs[0];
    int n = graph->n_nodes;
    size_t least;
    if (n > MOST_NODES || is_chain(graph)) return true;
    zr_program program;
    if (!zr_lower_model(cx, model, NULL, &program) || !zr_plan(cx, &program)) return false;
    order_node *nodes = ZR_NEW(cx, order_node, (size_t)n + 1);
    order_value *values = ZR_NEW(cx, order_value, (size_t)program.n_buffers + 1);
    order_problem problem = {n, program.n_buffers, nodes, values};
    if (!nodes || !values || !find_before(cx, graph, nodes) || !find_values(cx, &program, nodes) ||
        !find_needs(cx, &program, n, nodes) || !find_users(cx, &program, n, nodes, values))
        return false;
    least = program.arena_bytes;
    const zr_node *file = graph->nodes;
    if (!try_order(cx, model, file, &problem, least, &least)) return false;
    /* A chain of outputs over inputs drifts and may need more than its peak: without them, too. */
    for (int i = 0; i < n; i++) nodes[i].n_savings = 0;
    return least == 0 || try_order(cx, model, file, &problem, least - 1, &least);
}
