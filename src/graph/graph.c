#include "graph/graph.h"

#include <string.h>

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

enum { NOBODY = -1, MODEL_INPUT = -2 };

/* Who computes each tensor: a node's position, NOBODY or MODEL_INPUT. NULL with an error when two
 * do, or when a constant is computed. */
static int *find_producers(zr_ctx *cx, const zr_model *model, const zr_graph *graph)
{
    int *producer = ZR_NEW(cx, int, (size_t)graph->n_tensors + 1);
    if (!producer) return NULL;
    for (int t = 0; t < graph->n_tensors; t++) producer[t] = NOBODY;
    for (int i = 0; i < graph->n_inputs; i++) producer[graph->inputs[i]] = MODEL_INPUT;
    for (int n = 0; n < graph->n_nodes; n++) {
        const zr_node *node = &graph->nodes[n];
        for (int i = 0; i < node->n_outputs; i++) {
            int32_t t = node->outputs[i];
            if (producer[t] != NOBODY || graph->tensors[t].data) {
                zr_fail(cx, ZR_E_FORMAT, zr_at_node(model, graph, node),
                        "writes tensor '%s', which has a value already", graph->tensors[t].name);
                return NULL;
            }
            producer[t] = n;
        }
    }
    return producer;
}

bool zr_graph_sort(zr_ctx *cx, const zr_model *model, zr_graph *graph)
{
    enum { NEW, OPEN, DONE };
    size_t room = (size_t)graph->n_nodes + 1;
    int *producer = find_producers(cx, model, graph);
    zr_node *sorted = ZR_NEW(cx, zr_node, room);
    int *stack = ZR_NEW(cx, int, room), *next_input = ZR_NEW(cx, int, room);
    uint8_t *state = ZR_NEW(cx, uint8_t, room);
    if (!producer || !sorted || !stack || !next_input || !state) return false;
    /* Depth first from each node in file order: what a node needs comes before it, and a file that
     * is in order stays as it is. */
    int n_sorted = 0;
    for (int start = 0; start < graph->n_nodes; start++) {
        int depth = 0;
        if (state[start] == NEW) stack[depth++] = start;
        while (depth > 0) {
            int n = stack[depth - 1];
            const zr_node *node = &graph->nodes[n];
            state[n] = OPEN;
            if (next_input[n] == node->n_inputs) {
                state[n] = DONE;
                sorted[n_sorted++] = *node;
                depth--;
                continue;
            }
            int32_t t = node->inputs[next_input[n]++];
            if (t < 0 || graph->tensors[t].data || producer[t] == MODEL_INPUT) continue;
            if (producer[t] == NOBODY || state[producer[t]] == OPEN)
                return zr_fail(cx, ZR_E_FORMAT, zr_at_node(model, graph, node),
                               "needs tensor '%s', which %s", graph->tensors[t].name,
                               producer[t] == NOBODY ? "nothing computes" : "depends on it");
            if (state[producer[t]] == NEW) stack[depth++] = producer[t];
        }
    }
    for (int i = 0; i < graph->n_outputs; i++) {
        int32_t t = graph->outputs[i];
        if (producer[t] == NOBODY && !graph->tensors[t].data)
            return zr_fail(cx, ZR_E_FORMAT, zr_at_tensor(model, graph, t),
                           "is an output of the model, but nothing computes it");
    }
    graph->nodes = sorted;
    return true;
}

bool zr_model_copy(zr_ctx *cx, const zr_model *model, zr_model *copy)
{
    zr_graph *graphs = ZR_NEW(cx, zr_graph, (size_t)model->n_graphs + 1);
    if (!graphs) return false;
    for (int g = 0; g < model->n_graphs; g++) {
        const zr_graph *from = &model->graphs[g];
        graphs[g] = *from;
        graphs[g].tensors = ZR_NEW(cx, zr_tensor, (size_t)from->n_tensors + 1);
        graphs[g].nodes = ZR_NEW(cx, zr_node, (size_t)from->n_nodes + 1);
        if (!graphs[g].tensors || !graphs[g].nodes) return false;
        memcpy(graphs[g].tensors, from->tensors, (size_t)from->n_tensors * sizeof *from->tensors);
        memcpy(graphs[g].nodes, from->nodes, (size_t)from->n_nodes * sizeof *from->nodes);
    }
    *copy = *model;
    copy->graphs = graphs;
    return true;
}
