/* What the files of strips.h share: private to them. */
#ifndef ZR_OPS_STRIPS_PARTS_H
#define ZR_OPS_STRIPS_PARTS_H

#include "ops/lower.h"
#include "ops/strips.h"

static inline const zr_node *strips_node(const zr_strips *s, int n)
{
    return &s->graph->nodes[n];
}

static inline bool strips_arrives(const zr_strip_call *call)
{
    return call->node < 0;
}

/* RESHAPE of a picture: its rows are those of the picture. */
static inline bool strips_is_alias(const zr_node *node)
{
    return node->op == zr_ops[ZR_OP_RESHAPE].op;
}

static inline zr_site strips_site(zr_ctx *cx, const zr_strips *s, int n)
{
    return (zr_site){cx, s->model, s->graph, strips_node(s, n)};
}

static inline bool strips_is_computed(const zr_strips *s, int tensor)
{
    return tensor >= 0 && !s->graph->tensors[tensor].data;
}

/* What the node at `n` needs of its input `i`, a picture of the region. */
static inline bool strips_rule(const zr_strips *s, int n, int i, zr_row_rule *rule)
{
    zr_site site = strips_site(NULL, s, n);
    *rule = (zr_row_rule){1, 0, 1};
    if (strips_is_alias(site.node)) return true;
    if (zr_strips_takes(s, n)) return i == 0;
    return site.node->op->rows && site.node->op->rows(&site, i, rule);
}

/* The rows of what the node makes, or takes in. */
static inline zr_strip_tensor *strips_rows(const zr_strips *s, int n)
{
    const zr_node *node = strips_node(s, n);
    int tensor = zr_strips_takes(s, n) ? node->inputs[0] : node->outputs[0];
    return &s->tensors[s->tensors[tensor].root];
}

/* The rows of what the call makes, takes in or receives. */
static inline zr_strip_tensor *strips_rows_of_call(const zr_strips *s, const zr_strip_call *call)
{
    return strips_arrives(call) ? &s->tensors[s->input] : strips_rows(s, call->node);
}

/* How many rows the node has made or taken in. */
static inline int32_t strips_progress(const zr_strips *s, const int32_t *taken, int n)
{
    return zr_strips_takes(s, n) ? *taken : strips_rows(s, n)->done;
}

static inline int64_t strips_at_most(int64_t value, int64_t limit)
{
    return value < limit ? value : limit;
}

/* The row after the last that each node should have computed for `goal` rows of the region's
 * output; may be beyond the ends of the pictures. `target`: of each node of the region. */
void strips_set_targets(const zr_strips *s, int64_t goal, int64_t *target);

#endif
