/* Samples on their way through the net. Fitting goes from layer to layer, and each layer's input is
 * wanted for all samples: what the layers before made is held, so that no layer runs twice. */
#include "quant/hold.h"

#include <string.h>

enum { BUDGET = 192 << 20 /* bytes that may be held */ };

static bool is_output(const zr_graph *graph, int tensor)
{
    for (int i = 0; i < graph->n_outputs; i++)
        if (graph->outputs[i] == tensor) return true;
    return false;
}

/* Tensors that are made before the node and read there or later; their bytes. */
static size_t live_at(const zr_graph *graph, int node, int *tensors, int *n)
{
    size_t bytes = 0;
    *n = 0;
    for (int t = 0; t < graph->n_tensors; t++) {
        bool made = false, read = is_output(graph, t);
        if (graph->tensors[t].data) continue;
        for (int i = 0; i < graph->n_inputs; i++) made = made || graph->inputs[i] == t;
        for (int i = 0; i < node && !made; i++)
            for (int k = 0; k < graph->nodes[i].n_outputs; k++)
                made = made || graph->nodes[i].outputs[k] == t;
        for (int i = node; made && i < graph->n_nodes && !read; i++)
            for (int k = 0; k < graph->nodes[i].n_inputs; k++)
                read = read || graph->nodes[i].inputs[k] == t;
        if (!made || !read) continue;
        if (tensors) tensors[*n] = t;
        ++*n;
        bytes += zr_tensor_bytes(&graph->tensors[t]);
    }
    return bytes;
}

static bool fits(const quant_hold *h, size_t bytes)
{
    return bytes <= (size_t)BUDGET / ((size_t)h->n * (h->both ? 2 : 1));
}

bool quant_hold_init(zr_ctx *cx, quant_work *w, int64_t samples, bool both, quant_hold *h)
{
    const zr_graph *graph = w->net.graph;
    int ignored;
    *h = (quant_hold){.w = w, .both = both};
    h->n = samples < w->samples->n ? samples : w->samples->n;
    for (int i = 0; i < w->net.n_layers; i++) {
        size_t bytes = live_at(graph, w->net.layers[i].node, NULL, &ignored);
        if (fits(h, bytes) && bytes > h->slot) h->slot = bytes;
    }
    for (int i = 0; i < 2; i++) {
        h->cut[i].tensors = ZR_NEW(cx, int, (size_t)graph->n_tensors + 1);
        h->held[i] = ZR_NEW(cx, uint8_t, i == 0 || both ? (size_t)h->n * h->slot + 1 : 1);
        if (!h->cut[i].tensors || !h->held[i]) return false;
    }
    return true;
}

bool quant_hold_aim(quant_hold *h, int node)
{
    quant_cut *next = &h->cut[1];
    next->node = node;
    h->keeps = fits(h, live_at(h->w->net.graph, node, next->tensors, &next->n));
    return h->keeps;
}

void quant_hold_arrive(quant_hold *h)
{
    quant_cut swap = h->cut[0];
    if (!h->keeps) return;
    h->cut[0] = h->cut[1];
    h->cut[1] = swap;
    h->keeps = false;
}

static void copy(const quant_run *run, const quant_cut *cut, uint8_t *slot, bool save)
{
    for (int i = 0; i < cut->n; i++) {
        size_t bytes = zr_tensor_bytes(&run->net->graph->tensors[cut->tensors[i]]);
        void *tensor = zr_exec_tensor(&run->exec, cut->tensors[i]);
        memcpy(save ? (void *)slot : tensor, save ? tensor : (void *)slot, bytes);
        slot += bytes;
    }
}

static void advance(const quant_hold *h, quant_run *run, uint8_t *held, int64_t sample, bool keep,
                    const quant_grid *grids)
{
    uint8_t *slot = held + (size_t)sample * h->slot;
    const quant_work *w = h->w;
    int node = h->cut[1].node;
    if (h->cut[0].node == 0)
        quant_run_feed(run, w->samples->input, sample * w->samples->n / h->n, grids);
    else
        copy(run, &h->cut[0], slot, false);
    quant_run_nodes(run, h->cut[0].node, node, grids);
    if (keep) copy(run, &h->cut[1], slot, true);
}

void quant_hold_run(const quant_hold *h, int lane, int64_t sample, bool keep)
{
    keep = keep && h->keeps;
    advance(h, &h->w->run[lane], h->held[0], sample, keep, NULL);
    if (h->both) advance(h, &h->w->sim[lane], h->held[1], sample, keep, h->w->grids);
}
