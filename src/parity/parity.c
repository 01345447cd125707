#include "parity/parity.h"

#include <math.h>
#include <string.h>

#include "ops/lower.h"
#include "parity/match.h"
#include "parity/weights.h"
#include "plan/plan.h"

/* Sums over all samples. */
typedef struct sums {
    double n, real2, error, error2, own2, beyond;
    double least, greatest; /* stored value seen */
} sums;

/* A node of the quantized model that runs alone, on the float model's values. */
typedef struct alone {
    bool known;
    zr_exec exec;
    int n_inputs;
    const int32_t *inputs;
} alone;

typedef struct comparison {
    zr_ctx *cx;
    zr_parity *parity;
    const zr_graph *f, *q;
    const int *partner; /* of each node of q */
    int32_t *real_of;   /* of each tensor of q: the tensor of f with the same values, or -1 */
    int32_t *layer_of;  /* likewise: the layer that computed it, or -1 */
    zr_exec real, quantized;
    sums *sums;
    alone *alone;
} comparison;

/* A program of the model's graph 0 with other outputs, in the reference kernels. */
static bool start(zr_ctx *cx, const zr_model *model, const int32_t *outputs, int n, zr_exec *exec)
{
    zr_model *copy = ZR_NEW(cx, zr_model, 1);
    zr_program *program = ZR_NEW(cx, zr_program, 1);
    if (!copy || !program || !zr_model_copy(cx, model, copy)) return false;
    copy->graphs[0].outputs = outputs;
    copy->graphs[0].n_outputs = n;
    return zr_lower_model(cx, copy, NULL, program) && zr_plan(cx, program) &&
           zr_exec_init(cx, exec, program);
}

/* What only renames or converts its input lets its values through. */
static int passed_input(const zr_graph *graph, const zr_node *node)
{
    if (node->n_inputs < 1 || node->n_outputs != 1 || node->inputs[0] < 0) return -1;
    const zr_tensor *in = &graph->tensors[node->inputs[0]];
    bool passes = node->op == zr_ops[ZR_OP_QUANTIZE].op ||
                  node->op == zr_ops[ZR_OP_DEQUANTIZE].op || node->op == zr_ops[ZR_OP_RESHAPE].op;
    const zr_tensor *out = &graph->tensors[node->outputs[0]];
    return passes && zr_elements(&in->shape) == zr_elements(&out->shape) ? node->inputs[0] : -1;
}

static bool find_layers(comparison *c)
{
    zr_parity *p = c->parity;
    p->layers = ZR_NEW(c->cx, zr_parity_layer, (size_t)c->q->n_nodes + 1);
    c->real_of = ZR_NEW(c->cx, int32_t, (size_t)c->q->n_tensors + 1);
    c->layer_of = ZR_NEW(c->cx, int32_t, (size_t)c->q->n_tensors + 1);
    if (!p->layers || !c->real_of || !c->layer_of) return false;
    for (int t = 0; t < c->q->n_tensors; t++) c->real_of[t] = c->layer_of[t] = -1;
    for (int i = 0; i < c->q->n_inputs && i < c->f->n_inputs; i++)
        c->real_of[c->q->inputs[i]] = c->f->inputs[i];
    for (int n = 0; n < c->q->n_nodes; n++) {
        const zr_node *node = &c->q->nodes[n];
        const zr_node *real = c->partner[n] < 0 ? NULL : &c->f->nodes[c->partner[n]];
        int through = real ? -1 : passed_input(c->q, node);
        for (int i = 0; i < node->n_outputs; i++) {
            if (real && (i == 0 || (real->op == node->op && i < real->n_outputs))) {
                c->real_of[node->outputs[i]] = real->outputs[i];
                c->layer_of[node->outputs[i]] = p->n_layers;
            } else if (through >= 0) {
                c->real_of[node->outputs[i]] = c->real_of[through];
                c->layer_of[node->outputs[i]] = c->layer_of[through];
            }
        }
        if (!real) continue;
        p->layers[p->n_layers++] = (zr_parity_layer){.node = node,
                                                     .real_node = real,
                                                     .tensor = &c->q->tensors[node->outputs[0]],
                                                     .own = -1,
                                                     .growth = -1,
                                                     .from = -1};
    }
    return true;
}

static bool has_values(zr_type type)
{
    return type == ZR_F32 || type == ZR_I8 || type == ZR_U8 || type == ZR_I16;
}

/* The least and the greatest number that an integer type stores. */
static void type_range(zr_type type, double *low, double *high)
{
    double levels = ldexp(1, zr_types[type].bits);
    *low = type == ZR_U8 ? 0 : -levels / 2;
    *high = *low + levels - 1;
}

/* Sets element i of a tensor to the number nearest to a real one. */
static void store(const zr_tensor *tensor, uint8_t *data, int64_t i, double real)
{
    double low, high;
    if (tensor->type == ZR_F32) {
        ((float *)(void *)data)[i] = (float)real;
        return;
    }
    type_range(tensor->type, &low, &high);
    double value = round(real / (double)tensor->quant.scale[0]);
    value += (double)tensor->quant.zero_point[0];
    value = !(value >= low) ? low : value > high ? high : value;
    switch (tensor->type) {
    case ZR_I8: ((int8_t *)(void *)data)[i] = (int8_t)value; break;
    case ZR_U8: data[i] = (uint8_t)value; break;
    default: ((int16_t *)(void *)data)[i] = (int16_t)value; break;
    }
}

/* Prepares the layer to run alone, when the float values of all that it reads are known. */
static bool start_alone(comparison *c, const zr_parity_layer *layer, alone *a)
{
    const zr_node *node = layer->node;
    int32_t *inputs = ZR_NEW(c->cx, int32_t, (size_t)node->n_inputs + 1);
    zr_node *copy = ZR_NEW(c->cx, zr_node, 1);
    zr_graph *graph = ZR_NEW(c->cx, zr_graph, 1);
    if (!inputs || !copy || !graph) return false;
    for (int i = 0; i < node->n_inputs; i++) {
        int32_t t = node->inputs[i];
        if (t < 0 || c->q->tensors[t].data) continue;
        const zr_tensor *tensor = &c->q->tensors[t];
        if (c->real_of[t] < 0 || !has_values(tensor->type) ||
            (tensor->type != ZR_F32 && tensor->quant.n != 1) ||
            c->f->tensors[c->real_of[t]].type != ZR_F32)
            return true;
        bool twice = false;
        for (int k = 0; k < a->n_inputs; k++) twice |= inputs[k] == t;
        if (!twice) inputs[a->n_inputs++] = t;
    }
    *copy = *node;
    *graph = *c->q;
    graph->nodes = copy;
    graph->n_nodes = 1;
    graph->inputs = a->inputs = inputs;
    graph->n_inputs = a->n_inputs;
    zr_model one = *c->parity->quantized;
    one.graphs = graph;
    one.n_graphs = 1;
    one.n_variables = 0;
    a->known = a->n_inputs > 0;
    return !a->known || start(c->cx, &one, node->outputs, node->n_outputs, &a->exec);
}

/* The programs of both models with all outputs that are looked at. */
static bool start_all(comparison *c)
{
    zr_parity *p = c->parity;
    int32_t *wanted = ZR_NEW(c->cx, int32_t, (size_t)c->f->n_tensors + 1);
    int32_t *outputs = ZR_NEW(c->cx, int32_t, (size_t)p->n_layers + 1);
    bool *seen = ZR_NEW(c->cx, bool, (size_t)c->f->n_tensors + 1);
    c->sums = ZR_NEW(c->cx, sums, (size_t)p->n_layers + 1);
    c->alone = ZR_NEW(c->cx, alone, (size_t)p->n_layers + 1);
    if (!wanted || !outputs || !seen || !c->sums || !c->alone) return false;
    int n = 0;
    for (int t = 0; t < c->q->n_tensors; t++) {
        int32_t real = c->real_of[t];
        if (real >= 0 && !seen[real]) {
            seen[real] = true;
            wanted[n++] = real;
        }
    }
    for (int i = 0; i < p->n_layers; i++) {
        outputs[i] = p->layers[i].node->outputs[0];
        c->sums[i] = (sums){.least = INFINITY, .greatest = -INFINITY};
        if (!start_alone(c, &p->layers[i], &c->alone[i])) return false;
    }
    return start(c->cx, p->real, wanted, n, &c->real) &&
           start(c->cx, p->quantized, outputs, p->n_layers, &c->quantized);
}

static void feed(const zr_graph *graph, const zr_samples *samples, int64_t s, const zr_exec *exec)
{
    for (int i = 0; i < graph->n_inputs; i++) {
        size_t bytes = zr_tensor_bytes(&graph->tensors[graph->inputs[i]]);
        memcpy(zr_exec_tensor(exec, graph->inputs[i]), samples->input[i] + (size_t)s * bytes,
               bytes);
    }
}

/* The squared differences of a layer that reads the float model's values. */
static double run_alone(const comparison *c, alone *a, const zr_parity_layer *layer,
                        const float *real)
{
    for (int i = 0; i < a->n_inputs; i++) {
        const zr_tensor *tensor = &c->q->tensors[a->inputs[i]];
        const float *from = zr_exec_tensor(&c->real, c->real_of[a->inputs[i]]);
        uint8_t *to = zr_exec_tensor(&a->exec, a->inputs[i]);
        int64_t n = zr_elements(&tensor->shape);
        for (int64_t k = 0; k < n; k++) store(tensor, to, k, (double)from[k]);
    }
    zr_exec_run(&a->exec);
    const uint8_t *found = zr_exec_tensor(&a->exec, layer->node->outputs[0]);
    int64_t n = zr_elements(&layer->tensor->shape);
    double sum = 0;
    for (int64_t k = 0; k < n; k++) {
        double d = zr_tensor_real(layer->tensor, found, k) - (double)real[k];
        sum += d * d;
    }
    return sum;
}

static void compare(const comparison *c, int index)
{
    const zr_parity_layer *layer = &c->parity->layers[index];
    const zr_tensor *tensor = layer->tensor;
    const float *real = zr_exec_tensor(&c->real, layer->real_node->outputs[0]);
    const uint8_t *found = zr_exec_tensor(&c->quantized, layer->node->outputs[0]);
    sums *s = &c->sums[index];
    bool stored = tensor->type != ZR_F32 && tensor->quant.n == 1 && has_values(tensor->type);
    double scale = stored ? (double)tensor->quant.scale[0] : 1, low = -INFINITY, high = INFINITY;
    double zero_point = stored ? (double)tensor->quant.zero_point[0] : 0;
    if (stored) type_range(tensor->type, &low, &high);
    int64_t n = zr_elements(&tensor->shape);
    for (int64_t k = 0; k < n; k++) {
        double x = (double)real[k], y = zr_tensor_real(tensor, found, k);
        double place = x / scale + zero_point, seen = y / scale + zero_point;
        s->real2 += x * x;
        s->error += y - x;
        s->error2 += (y - x) * (y - x);
        s->beyond += place < low - 0.5 || place > high + 0.5;
        if (seen < s->least) s->least = seen;
        if (seen > s->greatest) s->greatest = seen;
    }
    s->n += (double)n;
    if (c->alone[index].known) s->own2 += run_alone(c, &c->alone[index], layer, real);
}

/* 0 / 0 is no error. */
static double relative(double error2, double real2)
{
    return error2 <= 0 ? 0 : real2 > 0 ? sqrt(error2 / real2) : INFINITY;
}

static void finish(comparison *c)
{
    for (int i = 0; i < c->parity->n_layers; i++) {
        zr_parity_layer *l = &c->parity->layers[i];
        const sums *s = &c->sums[i];
        double low, high;
        l->error = relative(s->error2, s->real2);
        if (c->alone[i].known) l->own = relative(s->own2, s->real2);
        l->shift = s->error2 > 0 ? s->error / sqrt(s->n * s->error2) : 0;
        l->beyond = s->n > 0 ? s->beyond / s->n : 0;
        if (l->tensor->type != ZR_F32 && l->tensor->quant.n == 1 && s->n > 0) {
            type_range(l->tensor->type, &low, &high);
            l->unused = 1 - (s->greatest - s->least) / (high - low);
            l->steps = sqrt(s->real2 / s->n) / (double)l->tensor->quant.scale[0];
        }
        zr_parity_weights(c->f, l->real_node, c->q, l->node, &l->weights, &l->unlike);
        for (int k = 0; k < l->node->n_inputs; k++) {
            int from = l->node->inputs[k] < 0 ? -1 : c->layer_of[l->node->inputs[k]];
            if (from >= 0 && from < i &&
                (l->from < 0 || c->parity->layers[from].error > c->parity->layers[l->from].error))
                l->from = from;
        }
        if (l->from >= 0 && c->parity->layers[l->from].error > 0)
            l->growth = l->error / c->parity->layers[l->from].error;
    }
}

/* Where a tensor is greatest, the first of equals. */
static int64_t greatest(const zr_tensor *tensor, const uint8_t *data)
{
    int64_t best = 0, n = zr_elements(&tensor->shape);
    for (int64_t i = 1; i < n; i++)
        if (zr_tensor_real(tensor, data, i) > zr_tensor_real(tensor, data, best)) best = i;
    return best;
}

/* The layer that is the model's first output, or what lets its values through; -1: none. */
static int output_layer(const comparison *c)
{
    return c->q->n_outputs ? c->layer_of[c->q->outputs[0]] : -1;
}

bool zr_parity_run(zr_ctx *cx, const zr_model *real, const zr_model *quantized,
                   const zr_samples *real_samples, const zr_samples *samples, double limit,
                   zr_progress_fn *progress, void *user, zr_parity *parity)
{
    int *partner;
    *parity = (zr_parity){.real = real, .quantized = quantized, .n_samples = samples->n};
    comparison c = {.cx = cx, .parity = parity, .f = &real->graphs[0], .q = &quantized->graphs[0]};
    if (!zr_parity_match(cx, real, quantized, &partner)) return false;
    c.partner = partner;
    if (!find_layers(&c) || !start_all(&c)) return false;
    if (parity->n_layers == 0) {
        zr_place place = ZR_NOWHERE;
        place.file = quantized->file;
        return zr_fail(cx, ZR_E_DATA, place,
                       "has no layer in common with '%s'; the float model comes first", real->file);
    }
    int last = output_layer(&c);
    int64_t agree = 0;
    for (int64_t s = 0; s < samples->n; s++) {
        feed(c.f, real_samples, s, &c.real);
        feed(c.q, samples, s, &c.quantized);
        zr_exec_run(&c.real);
        zr_exec_run(&c.quantized);
        for (int i = 0; i < parity->n_layers; i++) compare(&c, i);
        if (last >= 0) {
            const zr_parity_layer *l = &parity->layers[last];
            int32_t a = l->real_node->outputs[0], b = l->node->outputs[0];
            agree += greatest(&c.f->tensors[a], zr_exec_tensor(&c.real, a)) ==
                     greatest(&c.q->tensors[b], zr_exec_tensor(&c.quantized, b));
        }
        if (progress) progress(user, s + 1, samples->n);
    }
    finish(&c);
    parity->agreement = last >= 0 && samples->n ? (double)agree / (double)samples->n : -1;
    return zr_parity_judge(cx, parity, limit);
}

static int32_t *layer_outputs(zr_ctx *cx, const zr_parity *p)
{
    int32_t *outputs = ZR_NEW(cx, int32_t, (size_t)p->n_layers + 1);
    for (int i = 0; outputs && i < p->n_layers; i++) outputs[i] = p->layers[i].node->outputs[0];
    return outputs;
}

bool zr_parity_expose(zr_ctx *cx, const zr_parity *parity, zr_model *exposed)
{
    const int32_t *outputs = layer_outputs(cx, parity);
    if (!outputs || !zr_model_copy(cx, parity->quantized, exposed)) return false;
    exposed->graphs[0].outputs = outputs;
    exposed->graphs[0].n_outputs = parity->n_layers;
    return true;
}

bool zr_parity_chip(zr_ctx *cx, zr_parity *parity, const zr_samples *samples, int64_t n,
                    const uint8_t *outputs)
{
    zr_exec exec;
    const int32_t *list = layer_outputs(cx, parity);
    const zr_graph *g = &parity->quantized->graphs[0];
    if (!list || !start(cx, parity->quantized, list, parity->n_layers, &exec)) return false;
    for (int64_t s = 0; s < n; s++) {
        feed(g, samples, s, &exec);
        zr_exec_run(&exec);
        for (int i = 0; i < parity->n_layers; i++) {
            zr_parity_layer *l = &parity->layers[i];
            const uint8_t *right = zr_exec_tensor(&exec, list[i]);
            size_t size = (size_t)zr_type_bytes(l->tensor->type);
            int64_t elements = zr_elements(&l->tensor->shape);
            for (int64_t k = 0; k < elements; k++, outputs += size, right += size)
                l->chip_different += memcmp(outputs, right, size) != 0;
            l->chip_elements += elements;
        }
    }
    return true;
}
