/* The pass in three turns: how time runs through the graph (stream_flow.c), how many frames a step
 * takes, and then the two graphs, node by node. */
#include "passes/stream.h"

#include <string.h>

#include "passes/stream_ring.h"

/* Counted in frames, what is still an int32 with the windows and delays of any sane model. */
enum { MAX_STEP_FRAMES = 1 << 16 };

static zr_place whole_file(const zr_model *model)
{
    zr_place place = ZR_NOWHERE;
    place.file = model->file;
    return place;
}

static bool check_model(zr_ctx *cx, const zr_model *model, stream_flow *input)
{
    const zr_graph *g = &model->graphs[0];
    if (model->n_variables)
        return zr_fail(cx, ZR_E_UNSUPPORTED, whole_file(model),
                       "has state of its own; it streams as it is, without --stream");
    if (g->n_inputs != 1)
        return zr_fail(cx, ZR_E_UNSUPPORTED, whole_file(model),
                       "has %d inputs; --stream time is for models with one", g->n_inputs);
    if (!stream_find_time(g, input) || input->total > STREAM_MAX_FRAMES)
        return zr_fail(cx, ZR_E_UNSUPPORTED, whole_file(model),
                       "its input is %s; --stream time is for one sample of frames, 1 x frames x "
                       "values",
                       zr_shape_text(cx, &g->tensors[g->inputs[0]].shape));
    return true;
}

/* The flows of the node's inputs; constants for those that are absent. */
static void inputs_of(const stream_work *w, const zr_node *node, stream_flow *in)
{
    for (int i = 0; i < node->n_inputs; i++) {
        in[i] = (stream_flow){.kind = FLOW_CONSTANT, .whole = {-1, -1}};
        if (node->inputs[i] >= 0) in[i] = w->flow[node->inputs[i]];
    }
}

static int32_t greatest_divisor(int32_t a, int32_t b)
{
    while (b) {
        int32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Fills w->flow and w->way; step_frames is the least number that every stride divides. */
static bool follow(stream_work *w)
{
    const zr_graph *g = w->from;
    for (int t = 0; t < g->n_tensors; t++)
        w->flow[t] = (stream_flow){.kind = FLOW_CONSTANT, .whole = {t, t}};
    w->flow[g->inputs[0]] = w->input;
    w->step_frames = 1;
    for (int n = 0; n < g->n_nodes; n++) {
        const zr_node *node = &g->nodes[n];
        zr_site site = {w->cx, w->model, g, node};
        stream_flow in[ZR_MAX_PORTS], out[ZR_MAX_PORTS];
        bool constant = true;
        inputs_of(w, node, in);
        for (int i = 0; i < node->n_inputs; i++) constant &= in[i].kind == FLOW_CONSTANT;
        for (int i = 0; i < node->n_outputs; i++) out[i] = w->input;
        w->way[n] = stream_follow(&site, in, out);
        if (w->way[n] == STREAM_WINDOW && w->portable &&
            !stream_can_pad(&site, 3 - w->flow[node->inputs[0]].axis))
            w->way[n] = STREAM_NEEDS_ALL;
        for (int i = 0; i < node->n_outputs; i++) {
            stream_flow *flow = &w->flow[node->outputs[i]];
            int t = node->outputs[i];
            *flow = (stream_flow){.kind = constant ? FLOW_CONSTANT : FLOW_WHOLE, .whole = {t, t}};
            if (w->way[n] == STREAM_NEEDS_ALL) continue;
            *flow = out[i];
            flow->whole[0] = flow->whole[1] = -1;
            int64_t frames = (int64_t)w->step_frames /
                             greatest_divisor(w->step_frames, flow->stride) * flow->stride;
            if (frames > MAX_STEP_FRAMES)
                return zr_site_fail(&site, ZR_E_UNSUPPORTED,
                                    "a step would take %lld frames with its strides",
                                    (long long)frames);
            w->step_frames = (int32_t)frames;
        }
    }
    return true;
}

/* Whether anything would be saved: the first operator that cannot follow time reads the input. */
static bool check_use(const stream_work *w)
{
    const zr_graph *g = w->from;
    int first = -1;
    for (int n = 0; n < g->n_nodes; n++) {
        if (w->way[n] == STREAM_WINDOW) return true;
        if (w->way[n] != STREAM_NEEDS_ALL && g->nodes[n].op->macs) return true;
        if (w->way[n] == STREAM_NEEDS_ALL && first < 0) first = n;
    }
    if (first < 0)
        return zr_fail(w->cx, ZR_E_UNSUPPORTED, whole_file(w->model),
                       "no operator looks at frames beside each other; give it a frame at a time");
    zr_site site = {w->cx, w->model, g, &g->nodes[first]};
    return zr_site_fail(&site, ZR_E_UNSUPPORTED,
                        "needs all frames of a clip, and nothing before it is worth computing step "
                        "by step; compile without --stream");
}

/* Rows and delay of the input; those of other tensors follow when they are built. */
static void start(stream_work *w)
{
    stream_flow *input = &w->flow[w->from->inputs[0]];
    w->steps = (input->total + w->step_frames - 1) / w->step_frames;
    input->rows = w->step_frames;
    input->delay = w->steps * w->step_frames - input->total;
    input->whole[0] = input->whole[1] = -1;
    stream_resize(w, w->from->inputs[0], 0);
}

/* Builds the node where time goes on. */
static bool build_in_time(stream_work *w, int n)
{
    const zr_node *node = &w->from->nodes[n];
    if (w->way[n] == STREAM_WINDOW) return stream_build_window(w, node);
    if (w->way[n] == STREAM_PAD) return stream_build_pad(w, node);
    int32_t delay = 0;
    for (int i = 0; i < node->n_inputs; i++) {
        if (node->inputs[i] < 0) continue;
        const stream_flow *in = &w->flow[node->inputs[i]];
        if (in->kind == FLOW_TIME && in->delay > delay) delay = in->delay;
    }
    for (int i = 0; i < node->n_outputs; i++) {
        stream_flow *out = &w->flow[node->outputs[i]];
        out->rows = w->step_frames / out->stride;
        out->delay = delay;
    }
    return stream_build_rows(w, node, w->way[n] == STREAM_RESHAPE);
}

/* Builds a node that sees all rows, as it was, in both graphs. */
static bool build_whole(stream_work *w, const zr_node *node)
{
    zr_site site = {w->cx, w->model, w->from, node};
    int32_t inputs[2][ZR_MAX_PORTS];
    int64_t late = -1;
    for (int i = 0; i < node->n_inputs; i++) {
        inputs[0][i] = inputs[1][i] = node->inputs[i];
        if (node->inputs[i] < 0) continue;
        stream_flow *flow = &w->flow[node->inputs[i]];
        if (!stream_build_all_rows(w, node->inputs[i])) return false;
        inputs[0][i] = flow->whole[0];
        inputs[1][i] = flow->whole[1];
        if (flow->kind == FLOW_CONSTANT) continue;
        if (late >= 0 && late != w->late[node->inputs[i]])
            return zr_site_fail(&site, ZR_E_UNSUPPORTED,
                                "takes branches that are not equally late, %d and %d frames",
                                (int)late, (int)w->late[node->inputs[i]]);
        late = w->late[node->inputs[i]];
    }
    for (int i = 0; i < node->n_outputs; i++) w->late[node->outputs[i]] = late < 0 ? 0 : (int)late;
    stream_copy_node(&w->graph[0], node, inputs[0]);
    stream_copy_node(&w->graph[1], node, inputs[1]);
    return true;
}

/* Both graphs. */
static bool build(stream_work *w)
{
    const zr_graph *g = w->from;
    stream_graph_init(&w->graph[0], w->cx, w->model, 0);
    stream_graph_init(&w->graph[1], w->cx, w->model, 1);
    stream_graph_init(&w->graph[2], w->cx, w->model, w->ends ? 2 : 1);
    w->n_variables = 0;
    w->state_bytes = 0;
    for (int t = 0; t < g->n_tensors; t++) w->late[t] = 0;
    if (w->graph[0].failed || w->graph[1].failed || !follow(w) || !check_use(w)) return false;
    if (w->portable)
        stream_set_attr(stream_node(&w->graph[0], ZR_OP_CALL_ONCE, NULL, 0, -1),
                        "init_subgraph_index", w->graph[2].graph.index);
    start(w);
    for (int n = 0; n < g->n_nodes; n++) {
        if (!(w->way[n] == STREAM_NEEDS_ALL ? build_whole(w, &g->nodes[n]) : build_in_time(w, n)))
            return false;
        if (w->graph[0].failed || w->graph[1].failed) return false;
    }
    for (int i = 0; i < g->n_outputs; i++)
        if (!stream_build_all_rows(w, g->outputs[i])) return false;
    return !w->graph[0].failed && !w->graph[1].failed && !w->graph[2].failed;
}

/* Takes nodes out of the graph of the end that nothing needs: what was kept for the steps only. */
static bool prune(stream_work *w, zr_graph *graph)
{
    bool *needed = ZR_NEW(w->cx, bool, (size_t)graph->n_tensors + 1);
    bool *kept = ZR_NEW(w->cx, bool, (size_t)graph->n_nodes + 1);
    if (!needed || !kept) return false;
    for (int i = 0; i < graph->n_outputs; i++) needed[graph->outputs[i]] = true;
    for (int n = graph->n_nodes - 1; n >= 0; n--) {
        const zr_node *node = &graph->nodes[n];
        for (int i = 0; i < node->n_outputs; i++) kept[n] |= needed[node->outputs[i]];
        for (int i = 0; i < node->n_inputs && kept[n]; i++)
            if (node->inputs[i] >= 0) needed[node->inputs[i]] = true;
    }
    int n_kept = 0;
    for (int n = 0; n < graph->n_nodes; n++) {
        if (!kept[n]) continue;
        graph->nodes[n_kept] = graph->nodes[n];
        graph->nodes[n_kept].index = n_kept;
        n_kept++;
    }
    graph->n_nodes = n_kept;
    return true;
}

/* The graph's list of inputs and outputs. */
static bool finish(stream_work *w, int which, zr_graph *out)
{
    const zr_graph *g = w->from;
    int32_t *outputs = ZR_NEW(w->cx, int32_t, (size_t)g->n_outputs + 1);
    if (!outputs) return false;
    *out = w->graph[which].graph;
    out->outputs = outputs;
    if (which > 0) out->n_inputs = 0;
    if (which > 0) out->name = which == 1 ? "end" : "start";
    if (which == 2) out->n_outputs = 0;
    for (int i = 0; i < out->n_outputs; i++) outputs[i] = w->flow[g->outputs[i]].whole[which];
    return which != 1 || prune(w, out);
}

/* "input", "output_0", "output_1": for the ports of a graph. */
static const char *const *port_names(zr_ctx *cx, const char *what, int n)
{
    const char **names = ZR_NEW(cx, const char *, (size_t)n + 1);
    for (int i = 0; names && i < n; i++) {
        names[i] = n == 1 ? what : zr_format(cx, "%s_%d", what, i);
        if (!names[i]) return NULL;
    }
    return names;
}

/* Those of the model, or one where it has none; and "end", which graph 1 answers to. */
static bool add_signatures(const stream_work *w, zr_model *model)
{
    const zr_graph *g = w->from;
    zr_signature *list = ZR_NEW(w->cx, zr_signature, (size_t)w->model->n_signatures + 2);
    const char *const *inputs = port_names(w->cx, "input", g->n_inputs);
    const char *const *outputs = port_names(w->cx, "output", g->n_outputs);
    int n = 0;
    if (!list || !inputs || !outputs) return false;
    for (int i = 0; i < w->model->n_signatures; i++)
        if (w->model->signatures[i].graph == 0) list[n++] = w->model->signatures[i];
    if (n == 0) list[n++] = (zr_signature){"serving_default", 0, inputs, outputs};
    if (w->has_end) list[n++] = (zr_signature){"end", 1, inputs, outputs};
    model->signatures = list;
    model->n_signatures = n;
    return true;
}

bool zr_stream_time(zr_ctx *cx, const zr_model *model, const zr_stream_options *options,
                    zr_stream *stream)
{
    const zr_graph *g = &model->graphs[0];
    stream_work w = {.cx = cx,
                     .model = model,
                     .from = g,
                     .portable = options->portable,
                     .whole_windows = options->whole_windows};
    w.flow = ZR_NEW(cx, stream_flow, (size_t)g->n_tensors + 1);
    w.way = ZR_NEW(cx, stream_way, (size_t)g->n_nodes + 1);
    w.late = ZR_NEW(cx, int32_t, (size_t)g->n_tensors + 1);
    zr_graph *graphs = ZR_NEW(cx, zr_graph, 3);
    if (!w.flow || !w.way || !w.late || !graphs || !check_model(cx, model, &w.input)) return false;
    /* Only then it is known whether the end has to be computed, for which some rows are kept
     * longer. */
    if (!build(&w)) return false;
    w.ends = w.has_end;
    if (w.ends && !build(&w)) return false;
    *stream = (zr_stream){.model = *model,
                          .has_end = w.has_end,
                          .axis = w.input.axis,
                          .clip_frames = w.input.total,
                          .step_frames = w.step_frames,
                          .steps = w.steps,
                          .lead_frames = w.steps * w.step_frames - w.input.total,
                          .first_whole = -1,
                          .state_bytes = w.state_bytes};
    for (int i = 0; i < g->n_outputs; i++)
        if (w.late[g->outputs[i]] > stream->delay_frames)
            stream->delay_frames = w.late[g->outputs[i]];
    for (int n = 0; n < g->n_nodes; n++) {
        if (w.way[n] != STREAM_NEEDS_ALL) stream->last_in_time = n;
        if (w.way[n] == STREAM_NEEDS_ALL && stream->first_whole < 0) stream->first_whole = n;
    }
    stream->model.graphs = graphs;
    stream->model.n_graphs = 1;
    if (!finish(&w, 0, &graphs[0]) || !add_signatures(&w, &stream->model)) return false;
    if (w.has_end && !finish(&w, 1, &graphs[stream->model.n_graphs++])) return false;
    return !w.portable || finish(&w, 2, &graphs[stream->model.n_graphs++]);
}
