#include <string.h>

#include "ops/lower_ring.h"
#include "ops/lower_state.h"

int64_t zr_lower_distance(const zr_lowering *l, const zr_variant *variant, int i)
{
    const zr_node *node = l->site.node;
    int64_t (*rule)(const zr_site *, int) =
        variant && variant->overlap ? variant->overlap : node->op->overlap;
    int64_t distance = INT64_MIN;
    zr_loc loc = *zr_lower_loc(l, node->inputs[i]);
    for (int k = 0; rule && k < node->n_inputs; k++) {
        if (node->inputs[k] < 0) continue;
        zr_loc other = *zr_lower_loc(l, node->inputs[k]);
        if (other.space != loc.space || other.index != loc.index) continue;
        int64_t d = rule(&l->site, k);
        if (d > distance) distance = d;
    }
    return rule ? distance : ZR_NO_OVERLAP;
}

/* Records where the output of the node that was lowered to one call may lie over its inputs. */
static bool note_overlaps(zr_lowering *l, const zr_variant *variant)
{
    const zr_node *node = l->site.node;
    zr_program *p = l->program;
    zr_loc out = *zr_lower_loc(l, node->outputs[0]);
    for (int i = 0; i < node->n_inputs; i++) {
        if (node->inputs[i] < 0 || out.space != ZR_SPACE_ARENA) continue;
        zr_loc in = *zr_lower_loc(l, node->inputs[i]);
        if (in.space != ZR_SPACE_ARENA || in.index == out.index) continue;
        int64_t distance = zr_lower_distance(l, variant, i);
        if (distance == ZR_NO_OVERLAP) continue;
        zr_overlap *o =
            zr_lower_grow(l->site.cx, &l->state->overlaps, (void **)&p->overlaps, &p->n_overlaps);
        if (!o) return false;
        int step = zr_lower_now(l) - 1;
        *o = (zr_overlap){out.index, in.index, distance, variant && variant->exact, step, step};
    }
    return true;
}

/* Lowers the nodes of one graph. Inputs of graph 0 are filled at time -1, outputs read at the end.
 */
static bool lower_graph(zr_lowering *l, int index)
{
    const zr_graph *graph = &l->site.model->graphs[index];
    struct zr_lower_state *s = l->state;
    struct zr_lower_state outer = *s;
    zr_site outer_site = l->site;
    zr_ring *rings;
    if (!zr_find_rings(l->site.cx, graph, &rings)) return false;
    s->graph = index;
    l->site.graph = graph;
    for (int i = 0; i < graph->n_inputs && !(index == 0 && l->program->stream); i++) {
        int t = graph->inputs[i];
        if (zr_lower_loc(l, t)->space == ZR_SPACE_NONE)
            *zr_lower_loc(l, t) = zr_lower_buffer(l, zr_tensor_bytes(&graph->tensors[t]), t, -1);
    }
    const zr_region *region = index == 0 ? l->program->regions : NULL;
    const zr_region *regions_end = region ? region + l->program->n_regions : NULL;
    for (s->node = 0; s->node < graph->n_nodes; s->node++) {
        if (region < regions_end && region->first == s->node) {
            if (!zr_lower_region(l, region)) return false;
            s->node = region++->last;
            continue;
        }
        l->site.node = &graph->nodes[s->node];
        if (!l->site.node->op->lower)
            return zr_site_fail(&l->site, ZR_E_UNSUPPORTED, "cannot be compiled yet");
        int first_buffer = l->program->n_buffers, start = zr_lower_now(l);
        const zr_variant *variant = s->choice && index == 0 ? s->choice[s->node] : NULL;
        bool ok = rings[s->node].role ? zr_lower_ring(l, &rings[s->node])
                  : variant           ? variant->lower(l)
                                      : l->site.node->op->lower(l);
        if (!ok || s->failed) return false;
        if (zr_lower_now(l) == start + 1 && l->site.node->n_outputs == 1 &&
            !note_overlaps(l, variant))
            return false;
        /* Memory that a node asked for stays its own during all its calls. */
        for (int b = first_buffer; b < l->program->n_buffers; b++)
            if (l->program->buffers[b].graph == index && zr_lower_now(l) > start)
                zr_lower_touch(l, (zr_loc){ZR_SPACE_ARENA, b}, zr_lower_now(l) - 1);
    }
    for (int i = 0; i < graph->n_outputs; i++) {
        int t = graph->outputs[i];
        if (zr_lower_loc(l, t)->space == ZR_SPACE_NONE && graph->tensors[t].data)
            *zr_lower_loc(l, t) = zr_lower_const(l, zr_format(l->site.cx, "constant_output_%d", i),
                                                 graph->tensors[t].type, graph->tensors[t].data,
                                                 zr_elements(&graph->tensors[t].shape),
                                                 zr_tensor_bytes(&graph->tensors[t]));
        zr_lower_touch(l, *zr_lower_loc(l, t), zr_lower_now(l));
    }
    s->graph = outer.graph;
    s->node = outer.node;
    l->site = outer_site;
    return !s->failed;
}

bool zr_call_once(zr_lowering *l, int graph)
{
    if (l->state->in_reset[graph]) return true;
    l->state->in_reset[graph] = true;
    return lower_graph(l, graph);
}

bool zr_lower_model(zr_ctx *cx, const zr_model *model, const zr_choice *choice, zr_program *program)
{
    static const zr_choice references = {0};
    if (!choice) choice = &references;
    memset(program, 0, sizeof *program);
    program->model = model;
    program->choice = choice->variants;
    program->regions = choice->regions;
    program->n_regions = choice->n_regions;
    for (int r = 0; r < choice->n_regions; r++)
        program->stream = program->stream || choice->regions[r].stream;
    struct zr_lower_state state = {
        .steps = {sizeof(zr_step), 0},
        .reset = {sizeof(zr_step), 0},
        .buffers = {sizeof(zr_buffer), 0},
        .overlaps = {sizeof(zr_overlap), 0},
        .consts = {sizeof(zr_const), 0},
        .loc = ZR_NEW(cx, zr_loc *, (size_t)model->n_graphs),
        .in_reset = ZR_NEW(cx, bool, (size_t)model->n_graphs),
        .scratches = {sizeof(zr_strip_scratch), 0},
        .choice = choice->variants,
    };
    if (!state.loc || !state.in_reset) return false;
    for (int g = 0; g < model->n_graphs; g++) {
        state.loc[g] = ZR_NEW(cx, zr_loc, (size_t)model->graphs[g].n_tensors + 1);
        if (!state.loc[g]) return false;
    }
    zr_lowering l = {{cx, model, &model->graphs[0], NULL}, program, &state};
    if (!lower_graph(&l, 0)) return false;
    for (int b = 0; b < program->n_buffers; b++) {
        if (program->buffers[b].graph == 0) continue;
        program->buffers[b].first -= program->n_reset + 1;
        program->buffers[b].last -= program->n_reset + 1;
    }
    program->tensor_loc = state.loc[0];
    if (program->stream)
        program->tensor_loc[model->graphs[0].inputs[0]] = (zr_loc){ZR_SPACE_INPUT, 0};
    return true;
}
