/* The calls of a region: which nodes take part, and turn for turn what each computes. */
#include "ops/strips_parts.h"

#include <string.h>

/* More calls than this are not worth the flash of those that are not in a loop. */
enum { MAX_CALLS = 8192 };

static bool inside(const zr_strips *s, int n)
{
    return n >= s->region.first && n <= s->region.last;
}

/* A picture whose rows can be told apart. */
static bool describe(const zr_strips *s, int tensor, zr_strip_kind kind)
{
    const zr_tensor *t = &s->graph->tensors[tensor];
    zr_strip_tensor *r = &s->tensors[tensor];
    if (t->shape.rank != 4 || t->shape.dim[0] != 1 || zr_type_bytes(t->type) < 1) return false;
    r->kind = kind;
    r->root = r->home = tensor;
    r->height = t->shape.dim[1];
    r->row_bytes = zr_elements_range(&t->shape, 2, 4) * zr_type_bytes(t->type);
    return true;
}

static bool needed_outside(const zr_strips *s, int tensor)
{
    const zr_graph *g = s->graph;
    for (int i = 0; i < g->n_outputs; i++)
        if (g->outputs[i] == tensor) return true;
    for (int n = 0; n < g->n_nodes; n++)
        for (int i = 0; i < g->nodes[n].n_inputs; i++)
            if (g->nodes[n].inputs[i] == tensor && !inside(s, n)) return true;
    return false;
}

/* A kernel that looks at values one by one, whatever row they are in, may load words of four. */
static bool aligned(const zr_strip_tensor *t, const zr_row_rule *rule)
{
    return rule->reach > 1 || rule->stride > 1 || t->row_bytes % 4 == 0;
}

static bool refuse(zr_strips *s, int n, const char *why)
{
    s->obstacle = n;
    s->why = why;
    return false;
}

static bool join(zr_strips *s, int n)
{
    static const char *const no_rows = "it needs all rows at once";
    const zr_node *node = strips_node(s, n);
    bool takes = zr_strips_takes(s, n), alias = strips_is_alias(node);
    if (node->n_outputs != 1 || (alias && (n + 1 != s->region.last || !zr_strips_takes(s, n + 1) ||
                                           needed_outside(s, node->outputs[0]))))
        return refuse(s, n, no_rows);
    int pictures = 0;
    for (int i = 0; i < node->n_inputs; i++) {
        int t = node->inputs[i];
        zr_row_rule rule;
        if (!strips_is_computed(s, t)) continue;
        zr_strip_tensor *tensor = &s->tensors[t];
        zr_strip_kind kind = t == s->input ? ZR_STRIP_STREAM : ZR_STRIP_INPUT;
        if (tensor->kind == ZR_STRIP_OUTSIDE && !describe(s, t, kind))
            return refuse(s, n, "its input is no single picture of rows, columns and channels");
        if (!strips_rule(s, n, i, &rule) || rule.pad < 0) return refuse(s, n, no_rows);
        if (!aligned(tensor, &rule))
            return refuse(s, n, "the bytes of a row of its input are no multiple of 4");
        pictures++;
    }
    if (pictures == 0) return refuse(s, n, "it reads no picture");
    int out = node->outputs[0];
    if (takes) return true;
    if (alias) {
        s->tensors[out] = s->tensors[node->inputs[0]];
        return true;
    }
    if (!describe(s, out, needed_outside(s, out) ? ZR_STRIP_WHOLE : ZR_STRIP_LINE))
        return refuse(s, n, "its output is no single picture of rows, columns and channels");
    return s->tensors[out].row_bytes % 4 == 0 ||
           refuse(s, n, "the bytes of a row of its output are no multiple of 4");
}

static bool add_call(zr_ctx *cx, zr_strips *s, int *room, zr_strip_call call)
{
    if (s->n_calls == *room) {
        *room = *room ? 2 * *room : 64;
        zr_strip_call *more = ZR_NEW(cx, zr_strip_call, (size_t)*room);
        if (!more) return false;
        if (s->n_calls) memcpy(more, s->calls, (size_t)s->n_calls * sizeof *more);
        s->calls = more;
    }
    s->calls[s->n_calls++] = call;
    return true;
}

/* The rows of the input that the nodes need to come to their targets arrive; in the last turn all
 * that are left. */
static bool make_arrival(zr_ctx *cx, zr_strips *s, const int64_t *target, bool last, int *room)
{
    zr_strip_tensor *t = &s->tensors[s->input];
    int64_t end = last ? t->height : 0;
    for (int n = s->region.first; n <= s->region.last; n++) {
        const zr_node *node = strips_node(s, n);
        for (int i = 0; i < node->n_inputs; i++) {
            zr_row_rule rule;
            int in = node->inputs[i];
            if (in < 0 || s->tensors[in].root != s->input || strips_is_alias(node) ||
                !strips_rule(s, n, i, &rule))
                continue;
            int64_t need = (target[n - s->region.first] - 1) * rule.stride - rule.pad + rule.reach;
            if (need > end) end = need;
        }
    }
    end = strips_at_most(end, t->height);
    if (end <= t->done) return true;
    int32_t base = (int32_t)strips_at_most(zr_strips_needed(s, s->input), t->done);
    if (!add_call(cx, s, room, (zr_strip_call){-1, t->done, (int32_t)end - t->done, base}))
        return false;
    zr_strips_done(s, s->n_calls - 1);
    if (end - base > t->capacity) t->capacity = (int32_t)end - base;
    return true;
}

/* Every node computes its rows up to its target. */
static bool make_turn(zr_ctx *cx, zr_strips *s, const int64_t *target, bool last, int *room)
{
    if (s->input >= 0 && !make_arrival(cx, s, target, last, room)) return false;
    for (int n = s->region.first; n <= s->region.last; n++) {
        if (strips_is_alias(strips_node(s, n))) continue;
        zr_strip_tensor *rows = strips_rows(s, n);
        int32_t y = strips_progress(s, &s->strip.in_row, n);
        int64_t end = strips_at_most(target[n - s->region.first], rows->height);
        if (end <= y) continue;
        zr_strip_call call = {n, y, (int32_t)end - y, 0};
        if (rows->kind == ZR_STRIP_LINE && !zr_strips_takes(s, n))
            call.base =
                (int32_t)strips_at_most(zr_strips_needed(s, strips_node(s, n)->outputs[0]), y);
        if (!add_call(cx, s, room, call)) return false;
        zr_strips_done(s, s->n_calls - 1);
        if (!zr_strips_takes(s, n) && end - rows->base > rows->capacity)
            rows->capacity = (int32_t)end - rows->base;
    }
    return true;
}

static bool any_above(const int64_t *target, int n)
{
    for (int k = 0; k < n; k++)
        if (target[k] > 0) return true;
    return false;
}

/* Whether the node's kernels may all write an output where input `i` was, value by value. */
static bool replaces(zr_ctx *cx, const zr_strips *s, int n, int i)
{
    zr_site site = strips_site(cx, s, n);
    const zr_op *op = site.node->op;
    if (zr_strips_takes(s, n) || !op->overlap || op->overlap(&site, i) != 0) return false;
    for (const zr_variant *v = op->variants; v && v->name; v++)
        if (v->overlap) return false;
    return true;
}

/* Gives the first line that becomes a whole picture value by value its place in that. */
static void find_home(zr_ctx *cx, const zr_strips *s, int n)
{
    const zr_node *node = strips_node(s, n);
    const zr_strip_tensor *out = &s->tensors[node->outputs[0]];
    if (strips_is_alias(node) || out->kind != ZR_STRIP_WHOLE || out->home != node->outputs[0])
        return;
    for (int p = s->region.first; p < n; p++) {
        int line = strips_node(s, p)->outputs[0], readers = 0, input = -1;
        zr_strip_tensor *t = &s->tensors[line];
        for (int m = s->region.first; m <= s->region.last; m++)
            for (int i = 0; i < strips_node(s, m)->n_inputs; i++) {
                if (strips_node(s, m)->inputs[i] != line) continue;
                readers++;
                if (m == n) input = i;
            }
        if (t->kind != ZR_STRIP_LINE || readers != 1 || input < 0 ||
            t->row_bytes != out->row_bytes || t->height != out->height ||
            !replaces(cx, s, n, input))
            continue;
        t->kind = ZR_STRIP_WHOLE;
        t->home = node->outputs[0];
        return;
    }
}

bool zr_strips_make(zr_ctx *cx, const zr_model *model, const zr_region *region, zr_strips *s,
                    bool *possible)
{
    const zr_graph *g = &model->graphs[0];
    *s = (zr_strips){.model = model,
                     .graph = g,
                     .region = *region,
                     .view = *g,
                     .input = region->stream ? g->inputs[0] : -1,
                     .obstacle = -1};
    *possible = false;
    int count = region->last - region->first + 1, room = 0;
    s->tensors = ZR_NEW(cx, zr_strip_tensor, (size_t)g->n_tensors + 1);
    s->view.tensors = ZR_NEW(cx, zr_tensor, (size_t)g->n_tensors + 1);
    int64_t *target = ZR_NEW(cx, int64_t, (size_t)count + 1);
    if (!s->tensors || !s->view.tensors || !target) return false;
    memcpy(s->view.tensors, g->tensors, (size_t)g->n_tensors * sizeof *g->tensors);
    s->view.strip = &s->strip;
    for (int t = 0; t < g->n_tensors; t++) s->tensors[t].root = s->tensors[t].home = t;
    zr_site last_site = strips_site(cx, s, region->last);
    const zr_op *last_op = last_site.node->op;
    s->takes = last_op->takes_rows && last_op->takes_rows(&last_site);
    for (int n = region->first; n <= region->last; n++)
        if (!join(s, n)) return true;
    for (int n = region->first; n <= region->last; n++) find_home(cx, s, n);
    for (int n = region->first; n <= region->last; n++) {
        zr_strip_tensor *out = &s->tensors[strips_node(s, n)->outputs[0]];
        int k = n - region->first;
        out->late = out->kind == ZR_STRIP_LINE && k < 64 && (region->late >> k & 1);
    }
    if (s->input >= 0 && needed_outside(s, s->input)) {
        (void)refuse(s, -1, "its input is needed elsewhere too");
        return true;
    }
    (void)refuse(s, -1, "there are too many rows");
    int64_t goal = region->rows, height = strips_rows(s, region->last)->height;
    for (int turns = 0;; goal -= region->rows) {
        strips_set_targets(s, goal - region->rows, target);
        if (!any_above(target, count)) break;
        if (++turns > MAX_CALLS) return true;
    }
    zr_strips_rewind(s);
    for (bool last = false; !last; goal += region->rows) {
        last = goal >= height;
        strips_set_targets(s, goal, target);
        if (!make_turn(cx, s, target, last, &room)) return false;
        if (s->n_calls > MAX_CALLS) return true;
    }
    *possible = true;
    zr_strips_rewind(s);
    return true;
}
