/* What became of every node, measured on some of the samples. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "quant/work.h"

enum { SAMPLES = 32 };

typedef struct ratios {
    quant_work *w;
    int64_t samples;
    double *signal[QUANT_LANES], *noise[QUANT_LANES]; /* [node] */
} ratios;

static double decibels(double signal, double noise)
{
    return signal > 0 && noise > 0 ? 10 * log10(signal / noise) : NAN;
}

static void one_lane(void *state, int lane)
{
    const ratios *r = state;
    quant_work *w = r->w;
    const zr_graph *graph = w->net.graph;
    for (int64_t i = lane; i < r->samples; i += QUANT_LANES) {
        int64_t sample = i * w->samples->n / r->samples;
        quant_run_feed(&w->run[lane], w->samples->input, sample, NULL);
        quant_run_nodes(&w->run[lane], 0, graph->n_nodes, NULL);
        quant_run_feed(&w->sim[lane], w->samples->input, sample, w->grids);
        quant_run_nodes(&w->sim[lane], 0, graph->n_nodes, w->grids);
        for (int n = 0; n < graph->n_nodes; n++) {
            int t = graph->nodes[n].outputs[0];
            if (graph->tensors[t].type != ZR_F32) continue;
            const float *x = quant_run_tensor(&w->run[lane], t);
            const float *y = quant_run_tensor(&w->sim[lane], t);
            for (int64_t k = 0; k < zr_elements(&graph->tensors[t].shape); k++) {
                r->signal[lane][n] += (double)x[k] * (double)x[k];
                r->noise[lane][n] += (double)(x[k] - y[k]) * (double)(x[k] - y[k]);
            }
        }
    }
}

static bool measure_outputs(quant_work *w, zr_quant_report *report)
{
    ratios r = {.w = w, .samples = w->samples->n < SAMPLES ? w->samples->n : SAMPLES};
    for (int i = 0; i < QUANT_LANES; i++) {
        r.signal[i] = ZR_NEW(w->cx, double, (size_t)report->n_layers + 1);
        r.noise[i] = ZR_NEW(w->cx, double, (size_t)report->n_layers + 1);
        if (!r.signal[i] || !r.noise[i]) return false;
    }
    zr_parallel(QUANT_LANES, one_lane, &r);
    for (int n = 0; n < report->n_layers; n++) {
        double signal = 0, noise = 0;
        for (int i = 0; i < QUANT_LANES; i++) signal += r.signal[i][n], noise += r.noise[i][n];
        report->layers[n].output_ratio = decibels(signal, noise);
    }
    return true;
}

/* The error at the scores of every node rounded alone: its output and its weights. */
static bool measure_alone(quant_work *w, zr_quant_report *report)
{
    size_t layers = (size_t)w->net.n_layers, tensors = (size_t)w->net.graph->n_tensors;
    quant_layer *rounded = w->layers, *mixed = ZR_NEW(w->cx, quant_layer, layers + 1);
    quant_grid *grids = w->grids, *alone = ZR_NEW(w->cx, quant_grid, tensors + 1);
    if (!mixed || !alone) return false;
    bool ok = true;
    double sum = 0;
    for (int n = 0; n < report->n_layers && ok; n++) {
        const zr_node *node = &w->net.graph->nodes[n];
        memcpy(mixed, w->net.layers, layers * sizeof *mixed);
        if (w->net.layer_of[n] >= 0) mixed[w->net.layer_of[n]] = rounded[w->net.layer_of[n]];
        memset(alone, 0, tensors * sizeof *alone);
        for (int i = 0; i < node->n_outputs; i++) alone[node->outputs[i]] = grids[node->outputs[i]];
        for (int i = 0; i < QUANT_LANES; i++) w->sim[i].layers = mixed;
        w->grids = alone;
        ok = quant_measure(w, SAMPLES, &report->layers[n].alone, NULL);
        sum += report->layers[n].alone;
    }
    w->grids = grids;
    for (int i = 0; i < QUANT_LANES; i++) w->sim[i].layers = rounded;
    for (int n = 0; n < report->n_layers; n++)
        report->layers[n].share = sum > 0 ? report->layers[n].alone / sum : 0;
    return ok;
}

static double weight_ratio(const quant_work *w, int layer)
{
    const quant_layer *real = &w->net.layers[layer], *rounded = &w->layers[layer];
    double signal = 0, noise = 0;
    for (int i = 0; i < real->channels * real->taps; i++) {
        double x = (double)real->value[i], d = x - (double)rounded->value[i];
        signal += x * x, noise += d * d;
    }
    return decibels(signal, noise);
}

static void describe(const quant_work *w, int n, zr_quant_layer *layer)
{
    const zr_graph *graph = w->net.graph;
    const zr_node *node = &graph->nodes[n];
    int l = w->net.layer_of[n], g = w->group_of[node->outputs[0]];
    *layer = (zr_quant_layer){.name = graph->tensors[node->outputs[0]].name,
                              .op = node->op_name,
                              .node = n,
                              .range = "",
                              .value_bits = w->options->activation_bits,
                              .weight_ratio = NAN,
                              .output_ratio = NAN};
    if (l >= 0) {
        layer->weights = (int64_t)w->net.layers[l].channels * w->net.layers[l].taps;
        layer->weight_bits = w->bits[l];
        layer->weight_ratio = weight_ratio(w, l);
    }
    if (g < 0) return;
    const quant_group *group = &w->groups[g];
    layer->range = group->range;
    layer->scale = group->grid.scale;
    layer->zero = group->grid.zero;
    layer->low = group->grid.scale * (float)(group->grid.low - group->grid.zero);
    layer->high = group->grid.scale * (float)(group->grid.high - group->grid.zero);
    layer->seen_low = group->fixed ? layer->low : group->min;
    layer->seen_high = group->fixed ? layer->high : group->max;
}

bool quant_fill_report(quant_work *w, zr_quant_report *report)
{
    double error;
    *report = (zr_quant_report){.n_layers = w->net.graph->n_nodes,
                                .samples = w->samples->n,
                                .layer_bytes = quant_layer_bytes(w),
                                .equalized = w->equalized,
                                .headroom = w->headroom};
    report->layers = ZR_NEW(w->cx, zr_quant_layer, (size_t)report->n_layers + 1);
    if (!report->layers) return false;
    for (int i = 0; i < w->net.n_layers; i++)
        report->shared = report->shared || w->net.layers[i].shared;
    for (int n = 0; n < report->n_layers; n++) describe(w, n, &report->layers[n]);
    if (!measure_outputs(w, report) || !measure_alone(w, report) ||
        !quant_measure(w, w->samples->n < 256 ? w->samples->n : 256, &error, &report->agreement))
        return false;
    report->score_ratio = error > 0 ? -10 * log10(error) : NAN;
    return true;
}
