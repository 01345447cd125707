#include "graph/graph.h"

#include "base/buffer.h"

int64_t zr_elements_range(const zr_shape *shape, int from, int to)
{
    int64_t n = 1;
    for (int i = from; i < to; i++) n *= shape->dim[i];
    return n;
}

int64_t zr_elements(const zr_shape *shape)
{
    return zr_elements_range(shape, 0, shape->rank);
}

bool zr_shape_equal(const zr_shape *a, const zr_shape *b)
{
    if (a->rank != b->rank) return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i]) return false;
    return true;
}

const char *zr_shape_text(zr_ctx *cx, const zr_shape *shape)
{
    if (shape->rank == 0) return "scalar";
    zr_buf buf;
    zr_buf_init(&buf, cx);
    for (int i = 0; i < shape->rank; i++) zr_buf_printf(&buf, "%s%d", i ? "x" : "", shape->dim[i]);
    return buf.failed ? "?" : buf.data;
}

size_t zr_shape_bytes(const zr_shape *shape, zr_type type)
{
    return ((size_t)zr_elements(shape) * (size_t)zr_types[type].bits + 7) / 8;
}

size_t zr_tensor_bytes(const zr_tensor *tensor)
{
    return zr_shape_bytes(&tensor->shape, tensor->type);
}

zr_place zr_at_node(const zr_model *model, const zr_graph *graph, const zr_node *node)
{
    zr_place place = ZR_NOWHERE;
    place.file = model->file;
    place.subgraph = graph->index;
    place.node = node->index;
    place.op = node->op_name;
    return place;
}

zr_place zr_at_tensor(const zr_model *model, const zr_graph *graph, int tensor)
{
    zr_place place = ZR_NOWHERE;
    place.file = model->file;
    place.subgraph = graph->index;
    place.tensor = graph->tensors[tensor].name;
    return place;
}

/* Whether every input of the node has been computed. */
static bool ready(const zr_graph *graph, const zr_node *node, const bool *computed)
{
    for (int i = 0; i < node->n_inputs; i++) {
        int32_t t = node->inputs[i];
        if (t >= 0 && !computed[t] && !graph->tensors[t].data) return false;
    }
    return true;
}

/* Marks the outputs as computed; fails when one already was. */
static bool mark_outputs(zr_ctx *cx, const zr_model *model, const zr_graph *graph,
                         const zr_node *node, bool *computed)
{
    for (int i = 0; i < node->n_outputs; i++) {
        int32_t t = node->outputs[i];
        if (t < 0) continue;
        if (computed[t] || graph->tensors[t].data)
            return zr_fail(cx, ZR_E_FORMAT, zr_at_node(model, graph, node),
                           "writes tensor '%s', which has a value already", graph->tensors[t].name);
        computed[t] = true;
    }
    return true;
}

bool zr_graph_sort(zr_ctx *cx, const zr_model *model, zr_graph *graph)
{
    bool *computed = ZR_NEW(cx, bool, (size_t)graph->n_tensors + 1);
    bool *done = ZR_NEW(cx, bool, (size_t)graph->n_nodes + 1);
    zr_node *sorted = ZR_NEW(cx, zr_node, (size_t)graph->n_nodes + 1);
    if (!computed || !done || !sorted) return false;
    for (int i = 0; i < graph->n_inputs; i++) computed[graph->inputs[i]] = true;
    /* The first node in file order that can run comes next; a file in order takes one pass. */
    int n = 0, first = 0;
    while (n < graph->n_nodes) {
        int i = first;
        while (i < graph->n_nodes && (done[i] || !ready(graph, &graph->nodes[i], computed))) i++;
        if (i == graph->n_nodes) {
            for (i = 0; done[i]; i++) continue;
            return zr_fail(cx, ZR_E_FORMAT, zr_at_node(model, graph, &graph->nodes[i]),
                           "needs a tensor that nothing computes");
        }
        if (!mark_outputs(cx, model, graph, &graph->nodes[i], computed)) return false;
        done[i] = true;
        sorted[n++] = graph->nodes[i];
        while (first < graph->n_nodes && done[first]) first++;
    }
    for (int i = 0; i < graph->n_outputs; i++) {
        int32_t t = graph->outputs[i];
        if (!computed[t] && !graph->tensors[t].data)
            return zr_fail(cx, ZR_E_FORMAT, zr_at_tensor(model, graph, t),
                           "is an output of the model, but nothing computes it");
    }
    graph->nodes = sorted;
    return true;
}
