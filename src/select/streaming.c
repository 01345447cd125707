/* The programs of a model that takes some frames at a time. */
#include "passes/prepare.h"
#include "plan/plan.h"
#include "select/select.h"

static int64_t macs_of(zr_ctx *cx, const zr_model *model, const zr_graph *graph)
{
    int64_t sum = 0;
    for (int n = 0; n < graph->n_nodes; n++) {
        zr_site site = {cx, model, graph, &graph->nodes[n]};
        if (site.node->op->macs) sum += site.node->op->macs(&site);
    }
    return sum;
}

/* Graph 1 of the prepared model as a program of its own. */
static bool make_end(zr_ctx *cx, const zr_select_options *o, zr_streaming *s)
{
    zr_choice choice = {0};
    zr_graph *graph = ZR_NEW(cx, zr_graph, 1);
    if (!graph) return false;
    *graph = s->stream.model.graphs[1];
    graph->index = 0;
    s->end_model = s->stream.model;
    s->end_model.graphs = graph;
    s->end_model.n_graphs = 1;
    zr_select_options plain = {0};
    if (o) {
        plain = *o;
        plain.ram_bytes = plain.flash_bytes = 0;
        plain.n_forced = plain.n_rows = 0;
        if (plain.goal == ZR_GOAL_RAM) plain.goal = ZR_GOAL_SPEED;
    }
    return (!o || zr_select(cx, &s->end_model, &plain, &choice)) &&
           zr_lower_model(cx, &s->end_model, &choice, &s->end) && zr_plan(cx, &s->end);
}

/* Makes the programs with windows of so many steps whole in their variables. */
static bool try_windows(zr_ctx *cx, const zr_select_options *o, int windows, zr_streaming *s)
{
    zr_stream_options options = {.whole_windows = windows};
    return zr_stream_time(cx, &s->whole, &options, &s->stream) &&
           zr_make_program(cx, &s->stream.model, o, &s->step);
}

static size_t ram_of(const zr_streaming *s)
{
    return s->step.arena_bytes + (size_t)s->stream.state_bytes;
}

bool zr_make_streaming(zr_ctx *cx, zr_model *model, const zr_select_options *o, zr_streaming *s)
{
    /* Memory of variables is not shared, that of the arena is: which is less depends on where the
     * arena is fullest. */
    static const int windows[] = {8, 4, 3, 2, 0};
    *s = (zr_streaming){0};
    if (!zr_prepare(cx, model)) return false;
    s->whole = *model;
    if (!try_windows(cx, o, INT32_MAX, s)) return false;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        zr_streaming other = *s;
        if (!try_windows(cx, o, windows[i], &other)) return false;
        if (ram_of(&other) < ram_of(s)) *s = other;
    }
    s->step.model = &s->stream.model;
    if (s->stream.has_end && !make_end(cx, o, s)) return false;
    s->whole_macs = macs_of(cx, model, &model->graphs[0]);
    s->step_macs = macs_of(cx, &s->stream.model, &s->stream.model.graphs[0]);
    return true;
}
