/* How far each node goes in a turn. */
#include "ops/strips_parts.h"

enum { FAR_ABOVE = -(1 << 30) };

/* The line buffer that is all that the node reads, when rows of the node's output take less than
 * the rows of it that they are made of; -1: there is none. */
static int shrunk_line(const zr_strips *s, int n)
{
    const zr_node *node = strips_node(s, n);
    const zr_strip_tensor *out = &s->tensors[node->outputs[0]];
    bool costs = out->home == node->outputs[0];
    int line = -1;
    if (strips_is_alias(node) || zr_strips_takes(s, n) || (costs && out->kind != ZR_STRIP_LINE))
        return -1;
    for (int i = 0; i < node->n_inputs; i++) {
        zr_row_rule rule;
        if (!strips_is_computed(s, node->inputs[i])) continue;
        const zr_strip_tensor *in = &s->tensors[node->inputs[i]];
        if (line >= 0 || in->kind != ZR_STRIP_LINE || !strips_rule(s, n, i, &rule) ||
            (costs && rule.stride * in->row_bytes <= out->row_bytes))
            return -1;
        line = in->root;
    }
    return line;
}

/* Input `i` of the node is the line: how it reads it. */
static bool reads_line(const zr_strips *s, int n, int i, int line, zr_row_rule *rule)
{
    int tensor = strips_node(s, n)->inputs[i];
    return strips_is_computed(s, tensor) && s->tensors[tensor].root == line &&
           !strips_is_alias(strips_node(s, n)) && strips_rule(s, n, i, rule);
}

/* The first row of the line that nodes other than `n` read when all have come to their targets. */
static int64_t first_read(const zr_strips *s, int n, int line, const int64_t *target)
{
    int64_t first = INT64_MAX;
    for (int m = s->region.first; m <= s->region.last; m++) {
        zr_row_rule rule;
        for (int i = 0; m != n && i < strips_node(s, m)->n_inputs; i++)
            if (reads_line(s, m, i, line, &rule))
                first = strips_at_most(first, target[m - s->region.first] * rule.stride - rule.pad);
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
            if (strips_node(s, p)->outputs[0] != line || made >= s->tensors[line].height) continue;
            for (int i = 0; i < strips_node(s, n)->n_inputs; i++)
                if (reads_line(s, n, i, line, &rule)) break;
            if (made + rule.pad < rule.reach) continue;
            int64_t can = (made + rule.pad - rule.reach) / rule.stride + 1;
            int64_t to = strips_at_most(can, (first + rule.pad + rule.stride - 1) / rule.stride);
            if (to > target[n - s->region.first]) target[n - s->region.first] = to;
        }
    }
}

void strips_set_targets(const zr_strips *s, int64_t goal, int64_t *target)
{
    int count = s->region.last - s->region.first + 1;
    for (int k = 0; k < count; k++) target[k] = FAR_ABOVE;
    int32_t height = strips_rows(s, s->region.last)->height;
    for (int k = count - 1; k >= 0; k--) {
        int n = s->region.first + k;
        const zr_node *node = strips_node(s, n);
        if (strips_is_alias(node)) {
            target[k] = target[k + 1];
            continue;
        }
        /* What nothing of the region reads keeps pace. */
        const zr_strip_tensor *rows = strips_rows(s, n);
        if (k == count - 1 || target[k] < 0) {
            bool read = false;
            for (int m = n + 1; m <= s->region.last; m++)
                for (int i = 0; i < strips_node(s, m)->n_inputs; i++)
                    if (strips_node(s, m)->inputs[i] == node->outputs[0]) read = true;
            if (!read) target[k] = k == count - 1 ? goal : goal * rows->height / height;
        }
        if (goal >= height && rows->kind == ZR_STRIP_WHOLE) target[k] = rows->height;
        for (int i = 0; i < node->n_inputs; i++) {
            zr_row_rule rule;
            if (!strips_is_computed(s, node->inputs[i]) || !strips_rule(s, n, i, &rule)) continue;
            int64_t need = (target[k] - 1) * rule.stride - rule.pad + rule.reach;
            int root = s->tensors[node->inputs[i]].root;
            for (int p = s->region.first; p < n; p++)
                if (strips_node(s, p)->outputs[0] == root && need > target[p - s->region.first])
                    target[p - s->region.first] = need;
        }
    }
    go_along(s, target);
}
