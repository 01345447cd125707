/* Pairs of layers between which the channels can be scaled: what the first is multiplied by, the
 * second divides by, and floats stay what they were. */
#include <float.h>
#include <string.h>

#include "quant/work.h"

/* The only node that reads the tensor; NULL when there are several or the model gives it out. */
static const zr_node *only_reader(const zr_graph *graph, int tensor)
{
    const zr_node *reader = NULL;
    int n = 0;
    for (int i = 0; i < graph->n_nodes; i++)
        for (int k = 0; k < graph->nodes[i].n_inputs; k++)
            if (graph->nodes[i].inputs[k] == tensor) reader = &graph->nodes[i], n++;
    for (int i = 0; i < graph->n_outputs; i++) n += graph->outputs[i] == tensor;
    return n == 1 ? reader : NULL;
}

/* Scaling a channel by a factor above 0 is scaling what the activation makes of it. */
static bool homogeneous(float min, float max)
{
    return (min == 0 || min <= -FLT_MAX) && max >= FLT_MAX;
}

/* A node that treats every channel alike, and scales with it: pooling, or RESHAPE of one pixel. */
static bool passes_channels(const quant_net *net, const zr_node *node, int channels)
{
    bool pool =
        node->op == zr_ops[ZR_OP_AVERAGE_POOL_2D].op || node->op == zr_ops[ZR_OP_MAX_POOL_2D].op;
    if (pool) {
        const zr_op *op = node->op;
        for (int i = 0; i < op->n_fields; i++) {
            int32_t value;
            memcpy(&value, (const char *)node->attrs + op->fields[i].offset, sizeof value);
            if (!strcmp(op->fields[i].name, "activation") && value > 1) return false;
        }
        return true;
    }
    return node->op == zr_ops[ZR_OP_RESHAPE].op &&
           zr_elements(&net->graph->tensors[node->inputs[0]].shape) == channels;
}

/* The layer that alone sees what layer `from` makes, by channel; -1: there is none. */
static int layer_behind(const quant_net *net, int from)
{
    const quant_layer *l = &net->layers[from];
    int tensor = l->output;
    for (;;) {
        const zr_node *node = only_reader(net->graph, tensor);
        if (!node) return -1;
        int next = net->layer_of[node - net->graph->nodes];
        if (next >= 0)
            return net->layers[next].input == tensor && net->layers[next].w.in_c == l->channels
                       ? next
                       : -1;
        if (!passes_channels(net, node, l->channels)) return -1;
        tensor = node->outputs[0];
    }
}

bool quant_find_joints(quant_work *w)
{
    const quant_net *net = &w->net;
    w->joints = ZR_NEW(w->cx, quant_joint, (size_t)net->n_layers + 1);
    if (!w->joints) return false;
    for (int i = 0; i < net->n_layers; i++) {
        int to = layer_behind(net, i);
        if (to >= 0 && homogeneous(net->layers[i].act_min, net->layers[i].act_max))
            w->joints[w->n_joints++] = (quant_joint){i, to};
    }
    return true;
}

void quant_rescale(quant_layer *from, quant_layer *to, const float *factor)
{
    for (int c = 0; c < from->channels; c++) {
        for (int k = 0; k < from->taps; k++) from->value[c * from->taps + k] *= factor[c];
        from->offset[c] *= factor[c];
    }
    int of_group = to->channels / to->groups;
    for (int c = 0; c < to->channels; c++)
        for (int k = 0; k < to->taps; k++)
            to->value[c * to->taps + k] /= factor[c / of_group * to->kernel_c + k % to->kernel_c];
    quant_layer_pack(from);
    quant_layer_pack(to);
}
