/* Which tensors share a grid: those that an operator moves or compares, by its rule. */
#include <string.h>

#include "quant/work.h"

static int find(int *parent, int i)
{
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

/* Whether input i of the node is a value: a float that is neither weights nor bias. */
static bool is_value(const zr_graph *graph, const zr_node *node, int i)
{
    const zr_quant_rule *rule = node->op->quant;
    if (node->inputs[i] < 0 || graph->tensors[node->inputs[i]].type != ZR_F32) return false;
    return !rule->weights || (i != rule->weights && i != rule->bias);
}

static void join(const zr_graph *graph, const zr_node *node, int *parent)
{
    int first = -1;
    for (int i = 0; i < node->n_inputs + node->n_outputs; i++) {
        int t = i < node->n_inputs ? node->inputs[i] : node->outputs[i - node->n_inputs];
        if (i < node->n_inputs ? !is_value(graph, node, i) : graph->tensors[t].type != ZR_F32)
            continue;
        if (first < 0)
            first = t;
        else
            parent[find(parent, t)] = find(parent, first);
    }
}

static quant_group *group_of(quant_work *w, int tensor, int *parent, int *index)
{
    int root = find(parent, tensor);
    if (index[root] < 0) {
        index[root] = w->n_groups++;
        w->groups[index[root]] = (quant_group){.used = true, .first = -2, .constant = true};
    }
    w->group_of[tensor] = index[root];
    return &w->groups[index[root]];
}

static void note_first(quant_group *group, int node)
{
    if (group->first == -2 || node < group->first) group->first = node;
    group->constant = false;
}

static bool fix(quant_work *w, const zr_node *node, quant_group *group)
{
    const zr_quant_rule *rule = node->op->quant;
    bool wide = w->options->activation_bits == 16;
    quant_grid grid = {wide ? rule->scale_16 : rule->scale_8, wide ? 0 : rule->zero_8,
                       wide ? INT16_MIN : INT8_MIN, wide ? INT16_MAX : INT8_MAX};
    if (group->fixed && memcmp(&group->grid, &grid, sizeof grid) != 0)
        return zr_fail(w->cx, ZR_E_UNSUPPORTED, zr_at_node(w->net.model, w->net.graph, node),
                       "its output must have another scale than what it is joined with");
    group->fixed = true;
    group->grid = grid;
    group->range = "fixed";
    return true;
}

bool quant_find_groups(quant_work *w)
{
    const zr_graph *graph = w->net.graph;
    size_t n = (size_t)graph->n_tensors;
    int *parent = ZR_NEW(w->cx, int, n + 1), *index = ZR_NEW(w->cx, int, n + 1);
    w->group_of = ZR_NEW(w->cx, int, n + 1);
    w->groups = ZR_NEW(w->cx, quant_group, n + 1);
    w->grids = ZR_NEW(w->cx, quant_grid, n + 1);
    if (!parent || !index || !w->group_of || !w->groups || !w->grids) return false;
    for (size_t i = 0; i < n; i++) parent[i] = (int)i, index[i] = w->group_of[i] = -1;
    for (int i = 0; i < graph->n_nodes; i++)
        if (graph->nodes[i].op->quant->kind == ZR_QUANT_SAME) join(graph, &graph->nodes[i], parent);
    for (int i = 0; i < graph->n_inputs; i++)
        if (graph->tensors[graph->inputs[i]].type == ZR_F32)
            note_first(group_of(w, graph->inputs[i], parent, index), -1);
    for (int i = 0; i < graph->n_nodes; i++) {
        const zr_node *node = &graph->nodes[i];
        for (int k = 0; k < node->n_inputs; k++)
            if (is_value(graph, node, k)) group_of(w, node->inputs[k], parent, index);
        for (int k = 0; k < node->n_outputs; k++) {
            if (graph->tensors[node->outputs[k]].type != ZR_F32) continue;
            quant_group *group = group_of(w, node->outputs[k], parent, index);
            note_first(group, i);
            if (node->op->quant->kind == ZR_QUANT_FIXED && !fix(w, node, group)) return false;
        }
    }
    return true;
}

void quant_spread_grids(quant_work *w)
{
    for (int t = 0; t < w->net.graph->n_tensors; t++)
        w->grids[t] = w->group_of[t] < 0 ? (quant_grid){0} : w->groups[w->group_of[t]].grid;
}

quant_grid quant_grid_of(float min, float max, int bits)
{
    if (!(min < 0)) min = 0;
    if (!(max > 0)) max = 0;
    if (bits == 16) {
        float reach = -min > max ? -min : max;
        return (quant_grid){reach > 0 ? reach / 32767.0f : 1.0f / 32767.0f, 0, INT16_MIN,
                            INT16_MAX};
    }
    float scale = max > min ? (max - min) / 255.0f : 1.0f / 255.0f;
    float zero = -128.0f - min / scale;
    int32_t rounded = (int32_t)(zero < 0 ? zero - 0.5f : zero + 0.5f);
    rounded = rounded < INT8_MIN ? INT8_MIN : rounded > INT8_MAX ? INT8_MAX : rounded;
    return (quant_grid){scale, rounded, INT8_MIN, INT8_MAX};
}
