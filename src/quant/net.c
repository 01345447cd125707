#include "quant/net.h"

#include <math.h>
#include <string.h>

#include "ops/lower.h"

/* The window fields of a kernel's parameters, in the order of quant_window. */
static const char *const window_fields[] = {
    "window.batches",    "window.in_h",     "window.in_w",     "window.in_c",
    "window.out_h",      "window.out_w",    "window.out_c",    "window.kernel_h",
    "window.kernel_w",   "window.stride_h", "window.stride_w", "window.dilation_h",
    "window.dilation_w", "window.pad_h",    "window.pad_w",
};

/* A field of a step's parameters by its name; false when the kernel has none. */
static bool field(const zr_step *step, const char *name, void *value)
{
    for (int i = 0; i < step->kernel->n_fields; i++) {
        const zr_param_field *f = &step->kernel->fields[i];
        if (strcmp(f->name, name) != 0) continue;
        memcpy(value, (const char *)step->params + f->offset, 4);
        return true;
    }
    return false;
}

static bool read_window(const zr_step *step, quant_window *w)
{
    int32_t *to[] = {
        &w->batches,  &w->in_h,       &w->in_w,       &w->in_c,     &w->out_h,
        &w->out_w,    &w->out_c,      &w->kernel_h,   &w->kernel_w, &w->stride_h,
        &w->stride_w, &w->dilation_h, &w->dilation_w, &w->pad_h,    &w->pad_w,
    };
    for (size_t i = 0; i < sizeof to / sizeof *to; i++)
        if (!field(step, window_fields[i], to[i])) return false;
    return true;
}

/* Geometry of a node that is lowered to one call, read from that call. */
static bool read_geometry(const zr_step *step, quant_layer *layer)
{
    if (!field(step, "out_min", &layer->act_min) || !field(step, "out_max", &layer->act_max))
        return false;
    if (field(step, "rows", &layer->w.batches)) {
        layer->w = (quant_window){layer->w.batches, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0};
        return field(step, "in_size", &layer->w.in_c) && field(step, "out_size", &layer->w.out_c);
    }
    return read_window(step, &layer->w);
}

/* Weights with the channels outermost. */
static void take_weights(const zr_tensor *weights, quant_layer *layer)
{
    const float *from = (const float *)(const void *)weights->data;
    for (int c = 0; c < layer->channels; c++)
        for (int k = 0; k < layer->taps; k++)
            layer->value[c * layer->taps + k] =
                layer->axis == 0 ? from[c * layer->taps + k] : from[k * layer->channels + c];
}

static bool init_layer(quant_net *net, int n, const zr_quant_rule *rule, quant_layer *layer)
{
    const zr_node *node = &net->graph->nodes[n];
    zr_ctx *cx = net->cx;
    int data =
        rule->weights == 1 && rule->bias == 3 ? 2 : 0; /* TRANSPOSE_CONV: shape comes first */
    *layer = (quant_layer){.node = n,
                           .transposed = data == 2,
                           .input = node->inputs[data],
                           .output = node->outputs[0],
                           .weights = node->inputs[rule->weights],
                           .axis = rule->axis};
    if (net->first_step[n + 1] != net->first_step[n] + 1 || rule->bias >= node->n_inputs ||
        node->inputs[rule->bias] < 0 ||
        !read_geometry(&net->program.steps[net->first_step[n]], layer))
        return zr_fail(cx, ZR_E_INTERNAL, zr_at_node(net->model, net->graph, node),
                       "the quantizer does not know the layer's geometry");
    layer->bias = node->inputs[rule->bias];
    const zr_tensor *weights = &net->graph->tensors[layer->weights];
    const zr_tensor *bias = &net->graph->tensors[layer->bias];
    layer->channels = layer->w.out_c;
    layer->taps = (int)(zr_elements(&weights->shape) / layer->channels);
    layer->kernel_c = layer->taps / (layer->w.kernel_h * layer->w.kernel_w);
    layer->groups = layer->w.in_c / layer->kernel_c;
    layer->packed_floats = quant_layer_packed_floats(layer);
    layer->value = ZR_NEW(cx, float, (size_t)layer->channels *(size_t)layer->taps + 1);
    layer->offset = ZR_NEW(cx, float, (size_t)layer->channels + 1);
    layer->packed = ZR_NEW(cx, float, layer->packed_floats + 1);
    if (!layer->value || !layer->offset || !layer->packed) return false;
    take_weights(weights, layer);
    memcpy(layer->offset, bias->data, (size_t)layer->channels * sizeof(float));
    quant_layer_pack(layer);
    size_t scratch = quant_layer_scratch_floats(layer);
    if (net->scratch_floats < scratch) net->scratch_floats = scratch;
    return true;
}

bool quant_net_init(zr_ctx *cx, const zr_model *model, quant_net *net)
{
    *net = (quant_net){.cx = cx, .model = model, .graph = &model->graphs[0]};
    const zr_graph *graph = net->graph;
    size_t n_nodes = (size_t)graph->n_nodes;
    net->first_step = ZR_NEW(cx, int, n_nodes + 2);
    net->layer_of = ZR_NEW(cx, int, n_nodes + 1);
    net->layers = ZR_NEW(cx, quant_layer, n_nodes + 1);
    zr_program *p = &net->program;
    if (!net->first_step || !net->layer_of || !net->layers || !zr_lower_model(cx, model, NULL, p))
        return false;
    for (int b = 0; b < p->n_buffers; b++) {
        p->buffers[b].offset = p->arena_bytes;
        p->arena_bytes += (p->buffers[b].bytes + 63) / 64 * 64;
    }
    for (int n = 0, s = 0; n <= graph->n_nodes; n++) {
        while (s < p->n_steps && p->steps[s].node < n) s++;
        net->first_step[n] = s;
    }
    for (int n = 0; n < graph->n_nodes; n++) {
        const zr_quant_rule *rule = graph->nodes[n].op->quant;
        net->layer_of[n] = -1;
        if (!rule || !rule->weights) continue;
        if (!init_layer(net, n, rule, &net->layers[net->n_layers])) return false;
        net->layer_of[n] = net->n_layers++;
    }
    return true;
}

quant_layer *quant_layers_copy(zr_ctx *cx, const quant_net *net)
{
    quant_layer *copy = ZR_NEW(cx, quant_layer, (size_t)net->n_layers + 1);
    for (int i = 0; copy && i < net->n_layers; i++) {
        const quant_layer *from = &net->layers[i];
        quant_layer *to = &copy[i];
        size_t n = (size_t)from->channels * (size_t)from->taps;
        *to = *from;
        to->value = ZR_NEW(cx, float, n + 1);
        to->offset = ZR_NEW(cx, float, (size_t)from->channels + 1);
        to->packed = ZR_NEW(cx, float, from->packed_floats + 1);
        if (!to->value || !to->offset || !to->packed) return NULL;
        memcpy(to->value, from->value, n * sizeof(float));
        memcpy(to->offset, from->offset, (size_t)from->channels * sizeof(float));
        memcpy(to->packed, from->packed, from->packed_floats * sizeof(float));
    }
    return copy;
}

bool quant_run_init(zr_ctx *cx, const quant_net *net, const quant_layer *layers, quant_run *run)
{
    *run = (quant_run){.net = net, .layers = layers};
    run->scratch = ZR_NEW(cx, float, net->scratch_floats + 1);
    return run->scratch && zr_exec_init(cx, &run->exec, &net->program);
}

void quant_round(float *x, int64_t n, const quant_grid *grid)
{
    /* Adding and subtracting 1.5 * 2^23 rounds to a whole number, for |x| < 2^22. */
    const float magic = 12582912.0f, step = grid->scale, inverse = 1.0f / step;
    const float low = (float)(grid->low - grid->zero), high = (float)(grid->high - grid->zero);
    for (int64_t i = 0; i < n; i++) {
        float v = x[i] * inverse;
        v = v < low ? low : v > high ? high : v;
        x[i] = ((v + magic) - magic) * step;
    }
}

static void round_tensor(quant_run *run, int tensor, const quant_grid *grids)
{
    const zr_tensor *t = &run->net->graph->tensors[tensor];
    if (!grids || t->type != ZR_F32 || !(grids[tensor].scale > 0)) return;
    quant_round(quant_run_tensor(run, tensor), zr_elements(&t->shape), &grids[tensor]);
}

void quant_run_feed(quant_run *run, const uint8_t *const *samples, int64_t index,
                    const quant_grid *grids)
{
    const zr_graph *graph = run->net->graph;
    for (int i = 0; i < graph->n_inputs; i++) {
        int t = graph->inputs[i];
        size_t bytes = zr_tensor_bytes(&graph->tensors[t]);
        memcpy(zr_exec_tensor(&run->exec, t), samples[i] + (size_t)index * bytes, bytes);
        round_tensor(run, t, grids);
    }
}

void quant_run_nodes(quant_run *run, int from, int to, const quant_grid *grids)
{
    const quant_net *net = run->net;
    const zr_program *p = &net->program;
    for (int n = from; n < to; n++) {
        const zr_node *node = &net->graph->nodes[n];
        if (net->layer_of[n] >= 0) {
            const quant_layer *layer = &run->layers[net->layer_of[n]];
            quant_layer_run(layer, quant_run_tensor(run, layer->input),
                            quant_run_tensor(run, layer->output), run->scratch);
        } else {
            void **args = run->exec.args + (size_t)p->n_reset * ZR_MAX_ARGS;
            for (int s = net->first_step[n]; s < net->first_step[n + 1]; s++)
                p->steps[s].kernel->run(p->steps[s].params, args + (size_t)s * ZR_MAX_ARGS);
        }
        for (int i = 0; i < node->n_outputs; i++) round_tensor(run, node->outputs[i], grids);
    }
}

float *quant_run_tensor(const quant_run *run, int tensor)
{
    return zr_exec_tensor(&run->exec, tensor);
}
