#include "passes/fold.h"

#include <string.h>

#include "exec/exec.h"
#include "ops/lower.h"
#include "ops/verify.h"
#include "plan/plan.h"

/* A node that always gives the same: all inputs constant, and no state or side effect. */
static bool constant(const zr_graph *graph, const zr_node *node)
{
    if (!node->op || !node->op->lower || node->op->declare || node->n_inputs == 0) return false;
    for (int i = 0; i < node->n_inputs; i++) {
        if (node->inputs[i] < 0) continue;
        const zr_tensor *tensor = &graph->tensors[node->inputs[i]];
        if (!tensor->data || tensor->type == ZR_RESOURCE) return false;
    }
    return true;
}

/* What folding a model may take in all. A file of a few bytes can ask for constants of gigabytes; a
 * node that would exceed this stays, and is computed when the model runs. */
static const int64_t MAX_WORK = INT64_C(1) << 30;
enum { WORK_PER_OUTPUT_BYTE = 16 }; /* an output is computed, kept and becomes a table in flash */

/* Multiply-accumulates and weighted bytes of a verified node; at most a little over MAX_WORK. */
static int64_t work_of(const zr_site *site)
{
    int64_t work = site->node->op->macs ? site->node->op->macs(site) : 0;
    for (int i = 0; i < site->node->n_inputs && work <= MAX_WORK; i++)
        if (zr_input(site, i)) work += (int64_t)zr_tensor_bytes(zr_input(site, i));
    for (int i = 0; i < site->node->n_outputs && work <= MAX_WORK; i++)
        work += WORK_PER_OUTPUT_BYTE * (int64_t)zr_tensor_bytes(zr_output(site, i));
    return work;
}

/* Runs one node as a model of its own and makes its outputs constants. */
static bool fold_node(zr_ctx *cx, const zr_model *model, zr_graph *graph, const zr_node *node)
{
    zr_graph alone = *graph;
    alone.index = 0;
    alone.n_nodes = 1;
    alone.nodes = ZR_NEW(cx, zr_node, 1);
    alone.n_inputs = 0;
    alone.outputs = node->outputs;
    alone.n_outputs = node->n_outputs;
    if (!alone.nodes) return false;
    alone.nodes[0] = *node;
    zr_model small = *model;
    small.graphs = &alone;
    small.n_graphs = 1;
    small.n_variables = 0;
    zr_program program;
    zr_exec exec;
    if (!zr_lower_model(cx, &small, NULL, &program) || !zr_plan(cx, &program) ||
        !zr_exec_init(cx, &exec, &program))
        return false;
    zr_exec_run(&exec);
    for (int i = 0; i < node->n_outputs; i++) {
        zr_tensor *output = &graph->tensors[node->outputs[i]];
        uint8_t *data = zr_alloc(cx, zr_tensor_bytes(output), 1);
        if (!data) return false;
        memcpy(data, zr_exec_tensor(&exec, node->outputs[i]), zr_tensor_bytes(output));
        output->data = data;
    }
    return true;
}

bool zr_fold(zr_ctx *cx, zr_model *model)
{
    int64_t left = MAX_WORK;
    for (int g = 0; g < model->n_graphs; g++) {
        zr_graph *graph = &model->graphs[g];
        int kept = 0;
        for (int n = 0; n < graph->n_nodes; n++) {
            zr_node node = graph->nodes[n];
            zr_ctx quiet; /* a node that is wrong stays, and the check reports it once */
            zr_ctx_init(&quiet);
            bool fold = constant(graph, &node) && zr_node_verify(&quiet, model, graph, &node);
            if (fold) {
                zr_site site = {&quiet, model, graph, &node};
                int64_t work = work_of(&site);
                fold = work <= left;
                if (fold) left -= work;
            }
            zr_ctx_free(&quiet);
            if (!fold)
                graph->nodes[kept++] = node;
            else if (!fold_node(cx, model, graph, &node))
                return false;
        }
        graph->n_nodes = kept;
    }
    return true;
}
