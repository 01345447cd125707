#include "passes/canonical.h"

#include <string.h>

#include "ops/op.h"
#include "ops/verify.h"

/* Attributes of `to` that have the names of those of `from`. */
static bool copy_attrs(zr_ctx *cx, const zr_op *from, const void *attrs, const zr_op *to,
                       const void **result)
{
    unsigned char *copy = zr_alloc(cx, to->attrs_bytes, 1);
    if (!copy) return false;
    for (int i = 0; i < to->n_fields; i++)
        for (int k = 0; k < from->n_fields; k++)
            if (!strcmp(to->fields[i].name, from->fields[k].name))
                memcpy(copy + to->fields[i].offset,
                       (const unsigned char *)attrs + from->fields[k].offset, sizeof(int32_t));
    *result = copy;
    return true;
}

/* The weights [1][h][w][n] of one input channel as [n][h][w][1], a new tensor of the graph. */
static bool turn_weights(zr_ctx *cx, zr_graph *graph, int32_t index, int32_t *turned)
{
    zr_tensor *tensors = ZR_NEW(cx, zr_tensor, (size_t)graph->n_tensors + 1);
    if (!tensors) return false;
    memcpy(tensors, graph->tensors, (size_t)graph->n_tensors * sizeof *tensors);
    zr_tensor *w = &tensors[graph->n_tensors];
    *w = tensors[index];
    int32_t n = w->shape.dim[3], taps = w->shape.dim[1] * w->shape.dim[2];
    size_t size = (size_t)zr_type_bytes(w->type);
    uint8_t *data = zr_alloc(cx, zr_tensor_bytes(w), 1);
    if (!data) return false;
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < taps; k++)
            memcpy(data + (size_t)(i * taps + k) * size, w->data + (size_t)(k * n + i) * size,
                   size);
    w->data = data;
    w->shape.dim[0] = n;
    w->shape.dim[3] = 1;
    w->quant.axis = 0;
    graph->tensors = tensors;
    *turned = graph->n_tensors++;
    return true;
}

static bool to_convolution(zr_ctx *cx, const zr_model *model, zr_graph *graph, zr_node *node)
{
    const zr_op *conv = zr_ops[ZR_OP_CONV_2D].op;
    int32_t *inputs = ZR_NEW(cx, int32_t, (size_t)node->n_inputs);
    zr_node other = *node;
    if (!inputs) return false;
    memcpy(inputs, node->inputs, (size_t)node->n_inputs * sizeof *inputs);
    other.op = conv;
    other.op_name = zr_ops[ZR_OP_CONV_2D].name;
    other.inputs = inputs;
    if (!turn_weights(cx, graph, node->inputs[1], &inputs[1]) ||
        !copy_attrs(cx, node->op, node->attrs, conv, &other.attrs) ||
        !zr_node_verify(cx, model, graph, &other))
        return false;
    *node = other;
    return true;
}

bool zr_canonicalize(zr_ctx *cx, zr_model *model)
{
    const zr_op *depthwise = zr_ops[ZR_OP_DEPTHWISE_CONV_2D].op;
    for (int g = 0; g < model->n_graphs; g++) {
        zr_graph *graph = &model->graphs[g];
        for (int n = 0; n < graph->n_nodes; n++) {
            zr_node *node = &graph->nodes[n];
            if (node->op == depthwise && graph->tensors[node->inputs[0]].shape.dim[3] == 1 &&
                graph->tensors[node->inputs[1]].type != ZR_I4 &&
                !to_convolution(cx, model, graph, node))
                return false;
        }
    }
    return true;
}
