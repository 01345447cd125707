#include <math.h>
#include <string.h>

#include "ops/verify.h"
#include "passes/canonical_float.h"
#include "passes/prepare.h"
#include "quant/work.h"

void quant_step(quant_work *w, int64_t steps)
{
    w->done = w->done + steps < w->total ? w->done + steps : w->total;
    if (w->options->progress) w->options->progress(w->options->user, w->done, w->total);
}

/* Every operator has a rule, every input is float. Reports all problems. */
static bool check(zr_ctx *cx, const zr_model *model)
{
    const zr_graph *graph = &model->graphs[0];
    int errors = cx->n_errors;
    for (int i = 0; i < graph->n_nodes; i++) {
        const zr_node *node = &graph->nodes[i];
        zr_type type = node->n_outputs ? graph->tensors[node->outputs[0]].type : ZR_TYPE_COUNT;
        if (type == ZR_I8 || type == ZR_U8 || type == ZR_I16)
            return zr_fail(cx, ZR_E_UNSUPPORTED, zr_at_node(model, graph, node),
                           "is quantized already; give the float model");
        if (!node->op->quant)
            zr_fail(cx, ZR_E_UNSUPPORTED, zr_at_node(model, graph, node),
                    "has no rule for quantization; the float model can be compiled as it is");
    }
    return cx->n_errors == errors;
}

static bool ends_in_scores(const zr_graph *graph, int tensor, int *before)
{
    *before = tensor;
    for (int n = 0; n < graph->n_nodes; n++)
        if (graph->nodes[n].outputs[0] == tensor &&
            graph->nodes[n].op->quant->kind == ZR_QUANT_FIXED) {
            *before = graph->nodes[n].inputs[0];
            return true;
        }
    return false;
}

/* Where errors are measured, and how much wider than seen ranges are to be. */
static bool find_scores(quant_work *w)
{
    const zr_graph *graph = w->net.graph;
    bool scores = true;
    w->score = ZR_NEW(w->cx, int, (size_t)graph->n_outputs + 1);
    if (!w->score) return false;
    for (int i = 0; i < graph->n_outputs; i++) {
        int t = graph->outputs[i];
        if (graph->tensors[t].type != ZR_F32 || graph->tensors[t].data) continue;
        scores = ends_in_scores(graph, t, &w->score[w->n_scores]) && scores;
        w->n_scores++;
    }
    w->headroom = w->options->headroom >= 0 ? w->options->headroom : scores ? 0.0f : 0.25f;
    return true;
}

static bool start(quant_work *w, zr_model *model)
{
    zr_ctx *cx = w->cx;
    if (!zr_prepare(cx, model) || !check(cx, model) || !zr_canonical_float(cx, model) ||
        !quant_net_init(cx, model, &w->net) || !quant_find_groups(w) || !quant_find_joints(w) ||
        !find_scores(w))
        return false;
    size_t n = (size_t)w->net.n_layers;
    w->bits = ZR_NEW(cx, int, n + 1);
    w->stored = ZR_NEW(cx, int8_t *, n + 1);
    w->scale = ZR_NEW(cx, float *, n + 1);
    if (!w->bits || !w->stored || !w->scale) return false;
    for (size_t i = 0; i < n; i++) {
        const quant_layer *l = &w->net.layers[i];
        w->bits[i] = w->options->weight_bits;
        w->stored[i] = ZR_NEW(cx, int8_t, (size_t)l->channels * (size_t)l->taps + 1);
        w->scale[i] = ZR_NEW(cx, float, (size_t)l->channels + 1);
        if (!w->stored[i] || !w->scale[i]) return false;
    }
    for (int i = 0; i < QUANT_LANES; i++)
        if (!quant_run_init(cx, &w->net, w->net.layers, &w->run[i]) ||
            !quant_run_init(cx, &w->net, w->net.layers, &w->sim[i]))
            return false;
    w->total = 4 * w->samples->n + 32 + w->net.n_layers;
    if (!w->options->fast && w->options->activation_bits == 8 && !quant_equalize(w)) return false;
    w->layers = quant_layers_copy(cx, &w->net);
    for (int i = 0; i < QUANT_LANES; i++) w->sim[i].layers = w->layers;
    return w->layers != NULL;
}

bool zr_quantize(zr_ctx *cx, zr_model *model, const zr_samples *samples,
                 const zr_quant_options *options, zr_model *quantized, zr_quant_report *report)
{
    quant_work *w = ZR_NEW(cx, quant_work, 1);
    if (!w) return false;
    *w = (quant_work){.cx = cx, .options = options, .samples = samples};
    if (samples->n < 1)
        return zr_fail(cx, ZR_E_DATA, ZR_NOWHERE, "there are no samples to calibrate with");
    if (!start(w, model) || !quant_calibrate(w)) return false;
    quant_note_doubts(w);
    if (!quant_choose_ranges(w) || !quant_choose_bits(w) || !quant_build(w, quantized))
        return false;
    if (report && !quant_fill_report(w, report)) return false;
    quant_step(w, w->total);
    return zr_model_verify(cx, quantized);
}
