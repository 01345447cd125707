/* Going through the calls: which rows each sees, where they are, and what is kept of them. */
#include "ops/strips_parts.h"

bool zr_strips_takes(const zr_strips *s, int n)
{
    return s->takes && n == s->region.last;
}

int32_t zr_strips_needed(const zr_strips *s, int tensor)
{
    const zr_strip_tensor *t = &s->tensors[tensor];
    int64_t needed = t->height;
    for (int n = s->region.first; n <= s->region.last; n++) {
        const zr_node *node = strips_node(s, n);
        for (int i = 0; i < node->n_inputs; i++) {
            zr_row_rule rule;
            int in = node->inputs[i];
            if (!strips_is_computed(s, in) || s->tensors[in].root != tensor ||
                strips_is_alias(node) || !strips_rule(s, n, i, &rule))
                continue;
            int64_t next = strips_progress(s, &s->strip.in_row, n);
            if (next >= strips_rows(s, n)->height) continue;
            int64_t first = next * rule.stride - rule.pad;
            needed = strips_at_most(needed, first < 0 ? 0 : first);
        }
    }
    return (int32_t)needed;
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
    const zr_strip_tensor *t = &s->tensors[s->tensors[strips_node(s, call->node)->inputs[i]].root];
    if (!strips_rule(s, call->node, i, &rule)) rule = (zr_row_rule){1, 0, 1};
    int64_t low = (int64_t)call->y * rule.stride - rule.pad;
    int64_t high = (int64_t)(call->y + call->rows - 1) * rule.stride - rule.pad + rule.reach;
    *first = low < 0 ? 0 : (int32_t)strips_at_most(low, t->height);
    *end = (int32_t)strips_at_most(high, t->height);
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
    const zr_node *node = strips_node(s, call->node);
    bool takes = zr_strips_takes(s, call->node);
    for (int k = 0; k < node->n_inputs; k++) {
        int32_t first, end;
        zr_row_rule rule;
        if (!strips_is_computed(s, node->inputs[k])) continue;
        range(s, call, k, &first, &end);
        set_height(s, node->inputs[k], end - first);
        if (k > 0 || !strips_rule(s, call->node, k, &rule)) continue;
        s->strip.pad_h = first - (call->y * rule.stride - rule.pad);
    }
    if (!takes) set_height(s, node->outputs[0], call->rows);
    s->strip.in_h = strips_rows(s, call->node)->height;
    s->strip.first = call->y == 0;
    s->strip.last = call->y + call->rows == s->strip.in_h;
    return (zr_site){cx, s->model, &s->view, node};
}

int64_t zr_strips_offset(const zr_strips *s, int i, int tensor)
{
    const zr_strip_call *call = &s->calls[i];
    const zr_node *node = strips_node(s, call->node);
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
    const zr_strip_tensor *t = strips_rows_of_call(s, call);
    *from = *bytes = 0;
    if (!t->late || zr_strips_takes(s, call->node)) return;
    *from = (call->base - t->base) * t->row_bytes;
    if (*from > 0) *bytes = (call->y - call->base) * t->row_bytes;
}

void zr_strips_done(zr_strips *s, int i)
{
    const zr_strip_call *call = &s->calls[i];
    zr_strip_tensor *t = strips_rows_of_call(s, call);
    if (zr_strips_takes(s, call->node)) {
        s->strip.in_row = call->y + call->rows;
        return;
    }
    t->done = call->y + call->rows;
    if (t->kind == ZR_STRIP_LINE || strips_arrives(call)) t->base = call->base;
}

static bool reads(const zr_strips *s, int n, int root)
{
    const zr_node *node = strips_node(s, n);
    for (int k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] >= 0 && s->tensors[node->inputs[k]].root == root) return true;
    return false;
}

bool zr_strips_keep(zr_strips *s, int i, int k, int64_t *from, int64_t *bytes)
{
    const zr_node *node = strips_node(s, s->calls[i].node);
    if (!strips_is_computed(s, node->inputs[k])) return false;
    int root = s->tensors[node->inputs[k]].root;
    zr_strip_tensor *t = &s->tensors[root];
    if (t->kind != ZR_STRIP_LINE && t->kind != ZR_STRIP_STREAM) return false;
    for (int before = 0; before < k; before++)
        if (node->inputs[before] >= 0 && s->tensors[node->inputs[before]].root == root)
            return false;
    bool read = false;
    for (int j = i + 1; j < s->n_calls; j++) {
        const zr_strip_call *call = &s->calls[j];
        bool adds = strips_arrives(call) ? root == s->input
                                         : strips_node(s, call->node)->outputs[0] == root;
        read = read || (!strips_arrives(call) && reads(s, call->node, root));
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
