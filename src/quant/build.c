/* The integer model: the float graph with integer tensors, and perhaps QUANTIZE and DEQUANTIZE at
 * its ends. */
#include <math.h>
#include <string.h>

#include "quant/work.h"

static zr_quant one_scale(zr_ctx *cx, float scale, int64_t zero)
{
    float *scales = ZR_NEW(cx, float, 1);
    int64_t *zeros = ZR_NEW(cx, int64_t, 1);
    if (!scales || !zeros) return (zr_quant){0};
    *scales = scale;
    *zeros = zero;
    return (zr_quant){1, 0, scales, zeros};
}

/* n scales, each times `factor`; zero points are 0. */
static zr_quant channel_scales(zr_ctx *cx, const float *scale, int n, int axis, float factor)
{
    float *scales = ZR_NEW(cx, float, (size_t)n + 1);
    int64_t *zeros = ZR_NEW(cx, int64_t, (size_t)n + 1);
    if (!scales || !zeros) return (zr_quant){0};
    for (int i = 0; i < n; i++) scales[i] = scale[i] * factor;
    return (zr_quant){n, axis, scales, zeros};
}

static zr_type value_type(const quant_work *w)
{
    return w->options->activation_bits == 16 ? ZR_I16 : ZR_I8;
}

static bool make_value(quant_work *w, zr_tensor *t, int group)
{
    const quant_grid *grid = &w->groups[group].grid;
    int64_t n = zr_elements(&t->shape);
    t->type = value_type(w);
    t->quant = one_scale(w->cx, grid->scale, grid->zero);
    if (!t->quant.n) return false;
    if (!t->data) return true;
    const float *from = (const float *)(const void *)t->data;
    uint8_t *data = zr_alloc(w->cx, zr_tensor_bytes(t) + 1, 1);
    if (!data) return false;
    for (int64_t i = 0; i < n; i++) {
        float x = roundf(from[i] / grid->scale) + (float)grid->zero;
        int32_t q = (int32_t)fminf(fmaxf(x, (float)grid->low), (float)grid->high);
        if (t->type == ZR_I16)
            ((int16_t *)(void *)data)[i] = (int16_t)q;
        else
            data[i] = (uint8_t)q;
    }
    t->data = data;
    return true;
}

/* Bias in units of input scale * weight scale: int32, int64 for int16 values. */
static bool make_bias(quant_work *w, int layer, zr_tensor *t)
{
    const quant_layer *l = &w->layers[layer];
    bool wide = value_type(w) == ZR_I16;
    float input = w->grids[l->input].scale;
    t->type = wide ? ZR_I64 : ZR_I32;
    t->quant = channel_scales(w->cx, w->scale[layer], l->channels, 0, input);
    uint8_t *data = zr_alloc(w->cx, (size_t)l->channels, wide ? 8 : 4);
    if (!data || !t->quant.n) return false;
    double limit = wide ? 0x1p46 : 0x1p31 - 1;
    for (int c = 0; c < l->channels; c++) {
        double units = (double)input * (double)w->scale[layer][c];
        double value = fmin(fmax(round((double)l->offset[c] / units), -limit), limit);
        if (wide)
            ((int64_t *)(void *)data)[c] = (int64_t)value;
        else
            ((int32_t *)(void *)data)[c] = (int32_t)value;
    }
    t->data = data;
    return true;
}

/* Two weights of 4 bits a byte, the first in the low half. */
static void pack_halves(uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i += 2)
        data[i / 2] = (uint8_t)((data[i] & 15) | (i + 1 < n ? data[i + 1] << 4 : 0));
}

static bool make_weights(quant_work *w, int layer, zr_tensor *t)
{
    const quant_layer *l = &w->layers[layer];
    size_t n = (size_t)l->channels * (size_t)l->taps;
    uint8_t *data = zr_alloc(w->cx, n + 1, 1);
    t->type = w->bits[layer] == 4 ? ZR_I4 : ZR_I8;
    t->quant = channel_scales(w->cx, w->scale[layer], l->channels, l->axis, 1.0f);
    if (!data || !t->quant.n) return false;
    for (int c = 0; c < l->channels; c++)
        for (int k = 0; k < l->taps; k++)
            data[l->axis == 0 ? c * l->taps + k : k * l->channels + c] =
                (uint8_t)w->stored[layer][(size_t)c * (size_t)l->taps + (size_t)k];
    if (t->type == ZR_I4) pack_halves(data, n);
    t->data = data;
    return true;
}

/* Weights and bias of a layer as tensors of its own: two layers may have shared them. */
static bool make_layer(quant_work *w, zr_graph *graph, int layer)
{
    const quant_layer *l = &w->layers[layer];
    zr_node *node = &graph->nodes[l->node];
    const zr_quant_rule *rule = node->op->quant;
    int32_t *inputs = ZR_NEW(w->cx, int32_t, (size_t)node->n_inputs);
    zr_tensor *weights = &graph->tensors[graph->n_tensors], *bias = weights + 1;
    if (!inputs) return false;
    *weights = w->net.graph->tensors[l->weights];
    *bias = w->net.graph->tensors[l->bias];
    memcpy(inputs, node->inputs, (size_t)node->n_inputs * sizeof *inputs);
    inputs[rule->weights] = graph->n_tensors++;
    inputs[rule->bias] = graph->n_tensors++;
    node->inputs = inputs;
    return make_weights(w, layer, weights) && make_bias(w, layer, bias);
}

/* A float tensor with another name for the same values, behind or before a QUANTIZE. */
static int add_float_end(quant_work *w, zr_graph *graph, int tensor)
{
    zr_tensor *t = &graph->tensors[graph->n_tensors];
    *t = (zr_tensor){.type = ZR_F32, .shape = graph->tensors[tensor].shape, .variable = -1};
    t->name = graph->tensors[tensor].name;
    graph->tensors[tensor].name = zr_format(w->cx, "%s/integer", t->name);
    return graph->tensors[tensor].name ? graph->n_tensors++ : -1;
}

static bool add_node(quant_work *w, zr_node *node, zr_op_id op, int from, int to)
{
    int32_t *ports = ZR_NEW(w->cx, int32_t, 2);
    void *attrs = zr_alloc(w->cx, zr_ops[op].op->attrs_bytes + 1, 1);
    if (!ports || !attrs) return false;
    ports[0] = from;
    ports[1] = to;
    *node = (zr_node){.op = zr_ops[op].op,
                      .op_name = zr_ops[op].name,
                      .n_inputs = 1,
                      .n_outputs = 1,
                      .inputs = ports,
                      .outputs = ports + 1,
                      .attrs = attrs};
    return true;
}

/* Float inputs and outputs of the model, as they were. */
static bool add_float_ends(quant_work *w, zr_graph *graph)
{
    const zr_graph *from = w->net.graph;
    int32_t *inputs = ZR_NEW(w->cx, int32_t, (size_t)graph->n_inputs + 1);
    int32_t *outputs = ZR_NEW(w->cx, int32_t, (size_t)graph->n_outputs + 1);
    zr_node *nodes =
        ZR_NEW(w->cx, zr_node, (size_t)(graph->n_nodes + graph->n_inputs + graph->n_outputs) + 1);
    if (!inputs || !outputs || !nodes) return false;
    int n = 0;
    for (int i = 0; i < graph->n_inputs; i++) {
        inputs[i] = graph->inputs[i];
        if (from->tensors[inputs[i]].type != ZR_F32) continue;
        inputs[i] = add_float_end(w, graph, graph->inputs[i]);
        if (inputs[i] < 0 || !add_node(w, &nodes[n++], ZR_OP_QUANTIZE, inputs[i], graph->inputs[i]))
            return false;
    }
    memcpy(nodes + n, graph->nodes, (size_t)graph->n_nodes * sizeof *nodes);
    n += graph->n_nodes;
    for (int i = 0; i < graph->n_outputs; i++) {
        outputs[i] = graph->outputs[i];
        if (from->tensors[outputs[i]].type != ZR_F32) continue;
        outputs[i] = add_float_end(w, graph, graph->outputs[i]);
        if (outputs[i] < 0 ||
            !add_node(w, &nodes[n++], ZR_OP_DEQUANTIZE, graph->outputs[i], outputs[i]))
            return false;
    }
    graph->nodes = nodes;
    graph->n_nodes = n;
    graph->inputs = inputs;
    graph->outputs = outputs;
    return true;
}

/* Leaves out tensors that nothing refers to. */
static bool drop_unused(zr_ctx *cx, zr_graph *graph)
{
    int32_t *place = ZR_NEW(cx, int32_t, (size_t)graph->n_tensors + 1);
    if (!place) return false;
    for (int n = 0; n < graph->n_nodes; n++) {
        const zr_node *node = &graph->nodes[n];
        for (int i = 0; i < node->n_inputs; i++)
            if (node->inputs[i] >= 0) place[node->inputs[i]] = 1;
        for (int i = 0; i < node->n_outputs; i++) place[node->outputs[i]] = 1;
    }
    for (int i = 0; i < graph->n_inputs; i++) place[graph->inputs[i]] = 1;
    for (int i = 0; i < graph->n_outputs; i++) place[graph->outputs[i]] = 1;
    int kept = 0;
    for (int t = 0; t < graph->n_tensors; t++) {
        if (!place[t]) continue;
        graph->tensors[kept] = graph->tensors[t];
        place[t] = kept++;
    }
    graph->n_tensors = kept;
    for (int n = 0; n < graph->n_nodes; n++) {
        zr_node *node = &graph->nodes[n];
        int ports = node->n_inputs + node->n_outputs;
        int32_t *moved = ZR_NEW(cx, int32_t, (size_t)ports + 1);
        if (!moved) return false;
        for (int i = 0; i < ports; i++) {
            int32_t t = i < node->n_inputs ? node->inputs[i] : node->outputs[i - node->n_inputs];
            moved[i] = t < 0 ? t : place[t];
        }
        node->inputs = moved;
        node->outputs = moved + node->n_inputs;
        node->index = n;
    }
    int32_t *ends = ZR_NEW(cx, int32_t, (size_t)(graph->n_inputs + graph->n_outputs) + 1);
    if (!ends) return false;
    for (int i = 0; i < graph->n_inputs; i++) ends[i] = place[graph->inputs[i]];
    for (int i = 0; i < graph->n_outputs; i++) ends[graph->n_inputs + i] = place[graph->outputs[i]];
    graph->inputs = ends;
    graph->outputs = ends + graph->n_inputs;
    return true;
}

bool quant_build(quant_work *w, zr_model *quantized)
{
    const zr_graph *from = w->net.graph;
    *quantized = *w->net.model;
    quantized->n_graphs = 1;
    quantized->graphs = ZR_NEW(w->cx, zr_graph, 1);
    if (!quantized->graphs) return false;
    zr_graph *graph = &quantized->graphs[0];
    *graph = *from;
    size_t n = (size_t)(from->n_tensors + 2 * w->net.n_layers + from->n_inputs + from->n_outputs);
    graph->tensors = ZR_NEW(w->cx, zr_tensor, n + 1);
    graph->nodes = ZR_NEW(w->cx, zr_node, (size_t)from->n_nodes + 1);
    if (!graph->tensors || !graph->nodes) return false;
    memcpy(graph->tensors, from->tensors, (size_t)from->n_tensors * sizeof *from->tensors);
    memcpy(graph->nodes, from->nodes, (size_t)from->n_nodes * sizeof *from->nodes);
    for (int t = 0; t < from->n_tensors; t++)
        if (w->group_of[t] >= 0 && !make_value(w, &graph->tensors[t], w->group_of[t])) return false;
    for (int i = 0; i < w->net.n_layers; i++)
        if (!make_layer(w, graph, i)) return false;
    if (w->options->io == QUANT_IO_FLOAT && !add_float_ends(w, graph)) return false;
    return drop_unused(w->cx, graph);
}
