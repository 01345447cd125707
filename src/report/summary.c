#include "ops/verify.h"
#include "report/inspect.h"

/* Bytes alive while the steps of the node run. */
static int64_t arena_of(const zr_program *p, int node)
{
    int64_t most = 0;
    for (int s = 0; s < p->n_steps; s++) {
        int64_t alive = 0;
        if (p->steps[s].node != node) continue;
        for (int b = 0; b < p->n_buffers; b++) alive += (int64_t)zr_alive_at(&p->buffers[b], s);
        if (alive > most) most = alive;
    }
    return most;
}

/* Constants that the node's steps name, each counted where it is used first. */
static int64_t constants_of(const zr_program *p, int node, bool *counted)
{
    int64_t bytes = 0;
    for (int s = 0; s < p->n_steps; s++) {
        const zr_step *step = &p->steps[s];
        if (step->node != node) continue;
        for (int i = 0; i < step->kernel->n_args; i++) {
            zr_loc loc = step->args[i].loc;
            if (loc.space != ZR_SPACE_CONST || counted[loc.index]) continue;
            counted[loc.index] = true;
            bytes += p->consts[loc.index].count * zr_type_bytes(p->consts[loc.index].type);
        }
    }
    return bytes;
}

static int64_t file_constants_of(const zr_graph *graph, const zr_node *node, bool *counted)
{
    int64_t bytes = 0;
    for (int i = 0; i < node->n_inputs; i++) {
        int t = node->inputs[i];
        if (t < 0 || counted[t] || !graph->tensors[t].data) continue;
        counted[t] = true;
        bytes += (int64_t)zr_tensor_bytes(&graph->tensors[t]);
    }
    return bytes;
}

/* Multiply-accumulates of a node that keeps its rules; 0 for others. */
static int64_t macs_of(const zr_model *model, const zr_graph *graph, const zr_node *node)
{
    if (!node->op || !node->op->macs) return 0;
    zr_ctx quiet; /* what is wrong was reported already */
    zr_ctx_init(&quiet);
    zr_site site = {&quiet, model, graph, node};
    int64_t macs = zr_node_verify(&quiet, model, graph, node) ? node->op->macs(&site) : 0;
    zr_ctx_free(&quiet);
    return macs;
}

bool zr_summarize(zr_ctx *cx, const zr_model *model, const zr_program *program, zr_summary *summary)
{
    const zr_graph *graph = &model->graphs[0];
    size_t n = (size_t)(program ? program->n_consts : graph->n_tensors);
    bool *counted = ZR_NEW(cx, bool, n + 1);
    *summary = (zr_summary){.model = model, .program = program, .n_layers = graph->n_nodes};
    summary->layers = ZR_NEW(cx, zr_layer, (size_t)graph->n_nodes + 1);
    if (!counted || !summary->layers) return false;
    for (int i = 0; i < graph->n_nodes; i++) {
        zr_layer *layer = &summary->layers[i];
        layer->node = &graph->nodes[i];
        layer->macs = macs_of(model, graph, layer->node);
        layer->weights_bytes = program ? constants_of(program, i, counted)
                                       : file_constants_of(graph, layer->node, counted);
        layer->arena_bytes = program ? arena_of(program, i) : 0;
        summary->macs += layer->macs;
        summary->weights_bytes += layer->weights_bytes;
    }
    return true;
}
