#include "ops/lower_ring.h"

#include "ops/copy.h"
#include "ops/lower_state.h"

/* What there is to know about tensors. */
typedef struct uses {
    int *maker, *readers; /* the node that computes it, -1; how often it is read */
} uses;

static bool is(const zr_node *node, zr_op_id op)
{
    return node->op == zr_ops[op].op;
}

static bool count_uses(zr_ctx *cx, const zr_graph *g, uses *u)
{
    u->maker = ZR_NEW(cx, int, (size_t)g->n_tensors + 1);
    u->readers = ZR_NEW(cx, int, (size_t)g->n_tensors + 1);
    if (!u->maker || !u->readers) return false;
    for (int t = 0; t < g->n_tensors; t++) u->maker[t] = -1;
    for (int n = 0; n < g->n_nodes; n++) {
        const zr_node *node = &g->nodes[n];
        for (int i = 0; i < node->n_outputs; i++) u->maker[node->outputs[i]] = n;
        for (int i = 0; i < node->n_inputs; i++)
            if (node->inputs[i] >= 0) u->readers[node->inputs[i]]++;
    }
    for (int i = 0; i < g->n_outputs; i++) u->readers[g->outputs[i]]++;
    return true;
}

/* How many nodes of the operator there are on the variable. */
static int count_on(const zr_graph *g, zr_op_id op, int variable)
{
    int count = 0;
    for (int n = 0; n < g->n_nodes; n++)
        count += is(&g->nodes[n], op) && g->tensors[g->nodes[n].inputs[0]].variable == variable;
    return count;
}

/* The node of the operator that computes the tensor, which only one reads; -1. */
static int made_by(const zr_graph *g, const uses *u, int tensor, zr_op_id op)
{
    int n = u->maker[tensor];
    return n >= 0 && is(&g->nodes[n], op) && u->readers[tensor] == 1 ? n : -1;
}

/* Whether `small` is `big` but for the outermost dimension that is not 1. */
static bool fewer_rows(const zr_shape *small, const zr_shape *big, int *axis)
{
    *axis = 0;
    if (small->rank != big->rank) return false;
    while (*axis < big->rank && big->dim[*axis] == 1) ++*axis;
    for (int d = 0; d < big->rank; d++)
        if (d != *axis && small->dim[d] != big->dim[d]) return false;
    return *axis < big->rank && small->dim[*axis] < big->dim[*axis];
}

static void find_ring(const zr_graph *g, const uses *u, int assign, zr_ring *rings)
{
    int variable = g->tensors[g->nodes[assign].inputs[0]].variable, axis;
    int now = g->nodes[assign].inputs[1], join = u->maker[now];
    if (join < 0 || !is(&g->nodes[join], ZR_OP_CONCATENATION) || g->nodes[join].n_inputs != 2)
        return;
    /* Who reads an output may be late. */
    for (int i = 0; i < g->n_outputs; i++)
        if (g->outputs[i] == now) return;
    int kept = g->nodes[join].inputs[0], fresh = g->nodes[join].inputs[1];
    int slice = made_by(g, u, kept, ZR_OP_SLICE);
    if (slice < 0) return;
    int old = g->nodes[slice].inputs[0], read = made_by(g, u, old, ZR_OP_READ_VARIABLE);
    const zr_shape *whole = &g->tensors[now].shape, *part = &g->tensors[kept].shape;
    const zr_tensor *begin = &g->tensors[g->nodes[slice].inputs[1]];
    if (read < 0 || g->tensors[g->nodes[read].inputs[0]].variable != variable ||
        count_on(g, ZR_OP_READ_VARIABLE, variable) != 1 ||
        count_on(g, ZR_OP_ASSIGN_VARIABLE, variable) != 1 ||
        !zr_shape_equal(&g->tensors[old].shape, whole) || !fewer_rows(part, whole, &axis) ||
        zr_const_i32(begin, axis) != whole->dim[axis] - part->dim[axis] ||
        g->tensors[fresh].shape.dim[axis] != whole->dim[axis] - part->dim[axis])
        return;
    rings[read] = rings[slice] = rings[assign] = (zr_ring){ZR_RING_DONE, variable};
    rings[join] = (zr_ring){ZR_RING_ADVANCE, variable};
}

/* Whether every reader of the tensor joins it with others, before node `end`. */
static bool joined_before(const zr_graph *g, int tensor, int end)
{
    for (int i = 0; i < g->n_outputs; i++)
        if (g->outputs[i] == tensor) return false;
    for (int n = 0; n < g->n_nodes; n++)
        for (int i = 0; i < g->nodes[n].n_inputs; i++)
            if (g->nodes[n].inputs[i] == tensor &&
                (n >= end || !is(&g->nodes[n], ZR_OP_CONCATENATION) || g->nodes[n].n_inputs < 2))
                return false;
    return true;
}

static void find_slice(const zr_graph *g, const uses *u, int assign, zr_ring *rings)
{
    int variable = g->tensors[g->nodes[assign].inputs[0]].variable;
    int next = g->nodes[assign].inputs[1], slice = made_by(g, u, next, ZR_OP_SLICE), read = -1;
    if (slice < 0) slice = made_by(g, u, next, ZR_OP_STRIDED_SLICE);
    if (slice < 0 || zr_elements(&g->tensors[g->nodes[slice].inputs[0]].shape) ==
                         zr_elements(&g->tensors[next].shape))
        return;
    for (int n = 0; n < assign; n++)
        if (is(&g->nodes[n], ZR_OP_READ_VARIABLE) &&
            g->tensors[g->nodes[n].inputs[0]].variable == variable)
            read = n;
    if (read < 0 || count_on(g, ZR_OP_READ_VARIABLE, variable) != 1 ||
        count_on(g, ZR_OP_ASSIGN_VARIABLE, variable) != 1 ||
        !joined_before(g, g->nodes[read].outputs[0], slice))
        return;
    rings[read] = (zr_ring){ZR_RING_READ, variable};
    rings[slice] = (zr_ring){ZR_RING_STORE, variable};
    rings[assign] = (zr_ring){ZR_RING_DONE, variable};
}

bool zr_find_rings(zr_ctx *cx, const zr_graph *g, zr_ring **rings)
{
    uses u;
    *rings = ZR_NEW(cx, zr_ring, (size_t)g->n_nodes + 1);
    if (!*rings || !count_uses(cx, g, &u)) return false;
    for (int n = 0; n < g->n_nodes; n++)
        if (is(&g->nodes[n], ZR_OP_ASSIGN_VARIABLE)) find_ring(g, &u, n, *rings);
    for (int n = 0; n < g->n_nodes; n++)
        if (is(&g->nodes[n], ZR_OP_ASSIGN_VARIABLE) && !(*rings)[n].role)
            find_slice(g, &u, n, *rings);
    for (int n = 0; n < g->n_nodes; n++) {
        if (!is(&g->nodes[n], ZR_OP_READ_VARIABLE) || (*rings)[n].role) continue;
        int variable = g->tensors[g->nodes[n].inputs[0]].variable;
        if (count_on(g, ZR_OP_ASSIGN_VARIABLE, variable) == 0)
            (*rings)[n] = (zr_ring){ZR_RING_READ, variable};
    }
    return true;
}

bool zr_lower_ring(zr_lowering *l, const zr_ring *ring)
{
    const zr_node *node = l->site.node;
    if (ring->role == ZR_RING_DONE) return true;
    *zr_lower_loc(l, node->outputs[0]) = (zr_loc){ZR_SPACE_STATE, ring->variable};
    if (ring->role == ZR_RING_READ) return true;
    if (ring->role == ZR_RING_STORE) return node->op->lower(l);
    const zr_tensor *fresh = zr_input(&l->site, 1);
    int64_t kept = (int64_t)zr_tensor_bytes(zr_input(&l->site, 0));
    zr_arg to = zr_arg_variable(l, ring->variable), from = to;
    zr_box box = zr_box_of(&fresh->shape, &fresh->shape, &fresh->shape);
    from.offset = zr_tensor_bytes(fresh);
    if (!zr_move_down(l, kept, from, to)) return false;
    to.offset = (size_t)kept;
    return zr_copy(l, fresh->type, &box, zr_arg_input(l, 1), to);
}
