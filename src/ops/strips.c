#include "ops/strips.h"

#include <string.h>

#include "ops/lower.h"

/* More calls than this are not worth the flash of those that are not in a loop. */
enum { MAX_CALLS = 8192, FAR_ABOVE = -(1 << 30) };

static const zr_node *node_at(const zr_strips *s, int n)
{
    return &s->graph->nodes[n];
}

static bool arrives(const zr_strip_call *call)
{
    return call->node < 0;
}

static bool inside(const zr_strips *s, int n)
{
    return n >= s->region.first && n <= s->region.last;
}

/* RESHAPE of a picture: its rows are those of the picture. */
static bool is_alias(const zr_node *node)
{
    return node->op == zr_ops[ZR_OP_RESHAPE].op;
}

static zr_site site_of(zr_ctx *cx, const zr_strips *s, int n)
{
    return (zr_site){cx, s->model, s->graph, node_at(s, n)};
}

bool zr_strips_takes(const zr_strips *s, int n)
{
    return s->takes && n == s->region.last;
}

static bool is_computed(const zr_strips *s, int tensor)
{
    return tensor >= 0 && !s->graph->tensors[tensor].data;
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

/* What the node at `n` needs of its input `i`, a picture of the region. */
static bool rule_of(const zr_strips *s, int n, int i, zr_row_rule *rule)
{
    zr_site site = site_of(NULL, s, n);
    *rule = (zr_row_rule){1, 0, 1};
    if (is_alias(site.node)) return true;
    if (zr_strips_takes(s, n)) return i == 0;
    return site.node->op->rows && site.node->op->rows(&site, i, rule);
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
    const zr_node *node = node_at(s, n);
    bool takes = zr_strips_takes(s, n), alias = is_alias(node);
    if (node->n_outputs != 1 || (alias && (n + 1 != s->region.last || !zr_strips_takes(s, n + 1) ||
                                           needed_outside(s, node->outputs[0]))))
        return refuse(s, n, no_rows);
    int pictures = 0;
    for (int i = 0; i < node->n_inputs; i++) {
        int t = node->inputs[i];
        zr_row_rule rule;
        if (!is_computed(s, t)) continue;
        zr_strip_tensor *tensor = &s->tensors[t];
        zr_strip_kind kind = t == s->input ? ZR_STRIP_STREAM : ZR_STRIP_INPUT;
        if (tensor->kind == ZR_STRIP_OUTSIDE && !describe(s, t, kind))
            return refuse(s, n, "its input is no single picture of rows, columns and channels");
        if (!rule_of(s, n, i, &rule) || rule.pad < 0) return refuse(s, n, no_rows);
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

/* The rows of what the node makes, or takes in. */
static zr_strip_tensor *rows_of(const zr_strips *s, int n)
{
    const zr_node *node = node_at(s, n);
    int tensor = zr_strips_takes(s, n) ? node->inputs[0] : node->outputs[0];
    return &s->tensors[s->tensors[tensor].root];
}

/* The rows of what the call makes, takes in or receives. */
static zr_strip_tensor *rows_of_call(const zr_strips *s, const zr_strip_call *call)
{
    return arrives(call) ? &s->tensors[s->input] : rows_of(s, call->node);
}

/* How many rows the node has made or taken in. */
static int32_t progress(const zr_strips *s, const int32_t *taken, int n)
{
    return zr_strips_takes(s, n) ? *taken : rows_of(s, n)->done;
}

static int64_t at_most(int64_t value, int64_t limit)
{
    return value < limit ? value : limit;
}

/* The line buffer that is all that the node reads, when rows of the node's output take less than
 * the rows of it that they are made of; -1: there is none. */
static int shrunk_line(const zr_strips *s, int n)
{
    const zr_node *node = node_at(s, n);
    const zr_strip_tensor *out = &s->tensors[node->outputs[0]];
    bool costs = out->home == node->outputs[0];
    int line = -1;
    if (is_alias(node) || zr_strips_takes(s, n) || (costs && out->kind != ZR_STRIP_LINE)) return -1;
    for (int i = 0; i < node->n_inputs; i++) {
        zr_row_rule rule;
        if (!is_computed(s, node->inputs[i])) continue;
        const zr_strip_tensor *in = &s->tensors[node->inputs[i]];
        if (line >= 0 || in->kind != ZR_STRIP_LINE || !rule_of(s, n, i, &rule) ||
            (costs && rule.stride * in->row_bytes <= out->row_bytes))
            return -1;
        line = in->root;
    }
    return line;
}

/* Input `i` of the node is the line: how it reads it. */
static bool reads_line(const zr_strips *s, int n, int i, int line, zr_row_rule *rule)
{
    int tensor = node_at(s, n)->inputs[i];
    return is_computed(s, tensor) && s->tensors[tensor].root == line && !is_alias(node_at(s, n)) &&
           rule_of(s, n, i, rule);
}

/* The first row of the line that nodes other than `n` read when all have come to their targets. */
static int64_t first_read(const zr_strips *s, int n, int line, const int64_t *target)
{
    int64_t first = INT64_MAX;
    for (int m = s->region.first; m <= s->region.last; m++) {
        zr_row_rule rule;
        for (int i = 0; m != n && i < node_at(s, m)->n_inputs; i++)
            if (reads_line(s, m, i, line, &rule))
                first = at_most(first, target[m - s->region.first] * rule.stride - rule.pad);
    }
    return first;
}

/* Where several nodes read a line, one that makes less of it goes along with the others although
 * its own readers still wait for them, lest more of the line must be kept. */
static void go_along(const zr_strips *s, int64_t *target)
{
    for (int n = s->region.first; n <= s->region.last; n++) {
        int line = shrunk_line(s, n);
        int64_t first = line < 0 ? -1 : first_read(s, n, line, target);
        if (first < 0 || first == INT64_MAX) continue;
        for (int p = s->region.first; p < n; p++) {
            int64_t made = target[p - s->region.first];
            zr_row_rule rule = {1, 0, 1};
            if (node_at(s, p)->outputs[0] != line || made >= s->tensors[line].height) continue;
            for (int i = 0; i < node_at(s, n)->n_inputs; i++)
                if (reads_line(s, n, i, line, &rule)) break;
            if (made + rule.pad < rule.reach) continue;
            int64_t can = (made + rule.pad - rule.reach) / rule.stride + 1;
            int64_t to = at_most(can, (first + rule.pad + rule.stride - 1) / rule.stride);
            if (to > target[n - s->region.first]) target[n - s->region.first] = to;
        }
    }
}

/* The row after the last that each node should have computed for `goal` rows of the region's
 * output; may be beyond the ends of the pictures. */
static void set_targets(const zr_strips *s, int64_t goal, int64_t *target)
{
    int count = s->region.last - s->region.first + 1;
    for (int k = 0; k < count; k++) target[k] = FAR_ABOVE;
    int32_t height = rows_of(s, s->region.last)->height;
    for (int k = count - 1; k >= 0; k--) {
        int n = s->region.first + k;
        const zr_node *node = node_at(s, n);
        if (is_alias(node)) {
            target[k] = target[k + 1];
            continue;
        }
        /* What nothing of the region reads keeps pace. */
        const zr_strip_tensor *rows = rows_of(s, n);
        if (k == count - 1 || target[k] < 0) {
            bool read = false;
            for (int m = n + 1; m <= s->region.last; m++)
                for (int i = 0; i < node_at(s, m)->n_inputs; i++)
                    if (node_at(s, m)->inputs[i] == node->outputs[0]) read = true;
            if (!read) target[k] = k == count - 1 ? goal : goal * rows->height / height;
        }
        if (goal >= height && rows->kind == ZR_STRIP_WHOLE) target[k] = rows->height;
        for (int i = 0; i < node->n_inputs; i++) {
            zr_row_rule rule;
            if (!is_computed(s, node->inputs[i]) || !rule_of(s, n, i, &rule)) continue;
            int64_t need = (target[k] - 1) * rule.stride - rule.pad + rule.reach;
            int root = s->tensors[node->inputs[i]].root;
            for (int p = s->region.first; p < n; p++)
                if (node_at(s, p)->outputs[0] == root && need > target[p - s->region.first])
                    target[p - s->region.first] = need;
        }
    }
    go_along(s, target);
}

int32_t zr_strips_needed(const zr_strips *s, int tensor)
{
    const zr_strip_tensor *t = &s->tensors[tensor];
    int64_t needed = t->height;
    for (int n = s->region.first; n <= s->region.last; n++) {
        const zr_node *node = node_at(s, n);
        for (int i = 0; i < node->n_inputs; i++) {
            zr_row_rule rule;
            int in = node->inputs[i];
            if (!is_computed(s, in) || s->tensors[in].root != tensor || is_alias(node) ||
                !rule_of(s, n, i, &rule))
                continue;
            int64_t next = progress(s, &s->strip.in_row, n);
            if (next >= rows_of(s, n)->height) continue;
            int64_t first = next * rule.stride - rule.pad;
            needed = at_most(needed, first < 0 ? 0 : first);
        }
    }
    return (int32_t)needed;
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
        const zr_node *node = node_at(s, n);
        for (int i = 0; i < node->n_inputs; i++) {
            zr_row_rule rule;
            int in = node->inputs[i];
            if (in < 0 || s->tensors[in].root != s->input || is_alias(node) ||
                !rule_of(s, n, i, &rule))
                continue;
            int64_t need = (target[n - s->region.first] - 1) * rule.stride - rule.pad + rule.reach;
            if (need > end) end = need;
        }
    }
    end = at_most(end, t->height);
    if (end <= t->done) return true;
    int32_t base = (int32_t)at_most(zr_strips_needed(s, s->input), t->done);
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
        if (is_alias(node_at(s, n))) continue;
        zr_strip_tensor *rows = rows_of(s, n);
        int32_t y = progress(s, &s->strip.in_row, n);
        int64_t end = at_most(target[n - s->region.first], rows->height);
        if (end <= y) continue;
        zr_strip_call call = {n, y, (int32_t)end - y, 0};
        if (rows->kind == ZR_STRIP_LINE && !zr_strips_takes(s, n))
            call.base = (int32_t)at_most(zr_strips_needed(s, node_at(s, n)->outputs[0]), y);
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
    zr_site site = site_of(cx, s, n);
    const zr_op *op = site.node->op;
    if (zr_strips_takes(s, n) || !op->overlap || op->overlap(&site, i) != 0) return false;
    for (const zr_variant *v = op->variants; v && v->name; v++)
        if (v->overlap) return false;
    return true;
}

/* Gives the first line that becomes a whole picture value by value its place in that. */
static void find_home(zr_ctx *cx, const zr_strips *s, int n)
{
    const zr_node *node = node_at(s, n);
    const zr_strip_tensor *out = &s->tensors[node->outputs[0]];
    if (is_alias(node) || out->kind != ZR_STRIP_WHOLE || out->home != node->outputs[0]) return;
    for (int p = s->region.first; p < n; p++) {
        int line = node_at(s, p)->outputs[0], readers = 0, input = -1;
        zr_strip_tensor *t = &s->tensors[line];
        for (int m = s->region.first; m <= s->region.last; m++)
            for (int i = 0; i < node_at(s, m)->n_inputs; i++) {
                if (node_at(s, m)->inputs[i] != line) continue;
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
    zr_site last_site = site_of(cx, s, region->last);
    const zr_op *last_op = last_site.node->op;
    s->takes = last_op->takes_rows && last_op->takes_rows(&last_site);
    for (int n = region->first; n <= region->last; n++)
        if (!join(s, n)) return true;
    for (int n = region->first; n <= region->last; n++) find_home(cx, s, n);
    for (int n = region->first; n <= region->last; n++) {
        zr_strip_tensor *out = &s->tensors[node_at(s, n)->outputs[0]];
        int k = n - region->first;
        out->late = out->kind == ZR_STRIP_LINE && k < 64 && (region->late >> k & 1);
    }
    if (s->input >= 0 && needed_outside(s, s->input)) {
        (void)refuse(s, -1, "its input is needed elsewhere too");
        return true;
    }
    (void)refuse(s, -1, "there are too many rows");
    int64_t goal = region->rows, height = rows_of(s, region->last)->height;
    for (int turns = 0;; goal -= region->rows) {
        set_targets(s, goal - region->rows, target);
        if (!any_above(target, count)) break;
        if (++turns > MAX_CALLS) return true;
    }
    zr_strips_rewind(s);
    for (bool last = false; !last; goal += region->rows) {
        last = goal >= height;
        set_targets(s, goal, target);
        if (!make_turn(cx, s, target, last, &room)) return false;
        if (s->n_calls > MAX_CALLS) return true;
    }
    *possible = true;
    zr_strips_rewind(s);
    return true;
}

void zr_strips_rewind(zr_strips *s)
{
    for (int t = 0; t < s->graph->n_tensors; t++) {
        zr_strip_tensor *tensor = &s->tensors[t];
        tensor->base = 0;
        tensor->done = tensor->kind == ZR_STRIP_INPUT ? tensor->height : 0;
    }
    s->strip = (zr_strip_view){0};
}

/* The rows of the picture that input `i` of the call's node reads. */
static void range(const zr_strips *s, const zr_strip_call *call, int i, int32_t *first,
                  int32_t *end)
{
    zr_row_rule rule;
    const zr_strip_tensor *t = &s->tensors[s->tensors[node_at(s, call->node)->inputs[i]].root];
    if (!rule_of(s, call->node, i, &rule)) rule = (zr_row_rule){1, 0, 1};
    int64_t low = (int64_t)call->y * rule.stride - rule.pad;
    int64_t high = (int64_t)(call->y + call->rows - 1) * rule.stride - rule.pad + rule.reach;
    *first = low < 0 ? 0 : (int32_t)at_most(low, t->height);
    *end = (int32_t)at_most(high, t->height);
    if (*end < *first) *end = *first;
}

static void set_height(zr_strips *s, int tensor, int32_t rows)
{
    const zr_tensor *whole = &s->graph->tensors[tensor];
    zr_tensor *view = &s->view.tensors[tensor];
    if (whole->shape.rank == 4) {
        view->shape.dim[1] = rows;
    } else { /* a reshaped picture: so many elements, in its last dimension */
        int64_t elements = zr_elements(&whole->shape) / s->tensors[tensor].height * rows;
        for (int d = 0; d < whole->shape.rank; d++) view->shape.dim[d] = 1;
        view->shape.dim[whole->shape.rank - 1] = (int32_t)elements;
    }
}

zr_site zr_strips_view(zr_ctx *cx, zr_strips *s, int i)
{
    const zr_strip_call *call = &s->calls[i];
    const zr_node *node = node_at(s, call->node);
    bool takes = zr_strips_takes(s, call->node);
    for (int k = 0; k < node->n_inputs; k++) {
        int32_t first, end;
        zr_row_rule rule;
        if (!is_computed(s, node->inputs[k])) continue;
        range(s, call, k, &first, &end);
        set_height(s, node->inputs[k], end - first);
        if (k > 0 || !rule_of(s, call->node, k, &rule)) continue;
        s->strip.pad_h = first - (call->y * rule.stride - rule.pad);
    }
    if (!takes) set_height(s, node->outputs[0], call->rows);
    s->strip.in_h = rows_of(s, call->node)->height;
    s->strip.first = call->y == 0;
    s->strip.last = call->y + call->rows == s->strip.in_h;
    return (zr_site){cx, s->model, &s->view, node};
}

int64_t zr_strips_offset(const zr_strips *s, int i, int tensor)
{
    const zr_strip_call *call = &s->calls[i];
    const zr_node *node = node_at(s, call->node);
    const zr_strip_tensor *t = &s->tensors[s->tensors[tensor].root];
    if (t->kind == ZR_STRIP_OUTSIDE) return 0;
    if (tensor == node->outputs[0])
        return (call->y - (t->kind == ZR_STRIP_LINE ? call->base : 0)) * t->row_bytes;
    for (int k = 0; k < node->n_inputs; k++) {
        int32_t first, end;
        if (node->inputs[k] != tensor) continue;
        range(s, call, k, &first, &end);
        return (first - t->base) * t->row_bytes;
    }
    return 0;
}

void zr_strips_move(const zr_strips *s, int i, int64_t *from, int64_t *bytes)
{
    const zr_strip_call *call = &s->calls[i];
    const zr_strip_tensor *t = rows_of_call(s, call);
    *from = *bytes = 0;
    if (!t->late || zr_strips_takes(s, call->node)) return;
    *from = (call->base - t->base) * t->row_bytes;
    if (*from > 0) *bytes = (call->y - call->base) * t->row_bytes;
}

void zr_strips_done(zr_strips *s, int i)
{
    const zr_strip_call *call = &s->calls[i];
    zr_strip_tensor *t = rows_of_call(s, call);
    if (zr_strips_takes(s, call->node)) {
        s->strip.in_row = call->y + call->rows;
        return;
    }
    t->done = call->y + call->rows;
    if (t->kind == ZR_STRIP_LINE || arrives(call)) t->base = call->base;
}

static bool reads(const zr_strips *s, int n, int root)
{
    const zr_node *node = node_at(s, n);
    for (int k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] >= 0 && s->tensors[node->inputs[k]].root == root) return true;
    return false;
}

bool zr_strips_keep(zr_strips *s, int i, int k, int64_t *from, int64_t *bytes)
{
    const zr_node *node = node_at(s, s->calls[i].node);
    if (!is_computed(s, node->inputs[k])) return false;
    int root = s->tensors[node->inputs[k]].root;
    zr_strip_tensor *t = &s->tensors[root];
    if (t->kind != ZR_STRIP_LINE && t->kind != ZR_STRIP_STREAM) return false;
    for (int before = 0; before < k; before++)
        if (node->inputs[before] >= 0 && s->tensors[node->inputs[before]].root == root)
            return false;
    bool read = false;
    for (int j = i + 1; j < s->n_calls; j++) {
        const zr_strip_call *call = &s->calls[j];
        bool adds = arrives(call) ? root == s->input : node_at(s, call->node)->outputs[0] == root;
        read = read || (!arrives(call) && reads(s, call->node, root));
        if (!adds) continue;
        if (read) return false;
        *bytes = (call->y - call->base) * t->row_bytes;
        *from = *bytes ? (call->base - t->base) * t->row_bytes : 0;
        if (!t->late) t->base = call->base;
        return true;
    }
    /* No rows are added any more. */
    int32_t needed = zr_strips_needed(s, root);
    *bytes = read ? (t->done - needed) * t->row_bytes : 0;
    *from = *bytes ? (needed - t->base) * t->row_bytes : 0;
    if (*bytes && !t->late) t->base = needed;
    return !*bytes || *from;
}
