/* Variables that need no copy of their own; private to lowering. */
#ifndef ZR_OPS_LOWER_RING_H
#define ZR_OPS_LOWER_RING_H

#include "ops/lower.h"

/* How a node is lowered otherwise than by its operator's rule. */
typedef enum zr_ring_role {
    ZR_RING_NONE,
    ZR_RING_READ,   /* READ_VARIABLE: its output is another name of the variable */
    ZR_RING_STORE,  /* its output is written to the variable, where nobody needs the old value */
    ZR_RING_DONE,   /* nothing is left to do */
    ZR_RING_ADVANCE /* CONCATENATION of a ring: rows move up in the variable, new ones come in */
} zr_ring_role;

typedef struct zr_ring {
    zr_ring_role role;
    int variable;
} zr_ring;

/* One for each node of the graph. A ring is a variable of so many rows to which an inference adds
 * some and from which it drops as many:
 *
 *     old = READ_VARIABLE(v); kept = SLICE(old, all but the first n)
 *     now = CONCATENATION(kept, n new rows); ASSIGN_VARIABLE(v, now)
 *
 * all along the outermost dimension, old and kept used by nobody else, `now` no output. Then the
 * rows stay in the variable, and so does `now` for all who read it. A variable that the graph never
 * assigns is read where it is; so is one of which the old value was joined with others before the
 * slice is made that becomes the new one, and the slice is made there. */
ZR_MUST bool zr_find_rings(zr_ctx *cx, const zr_graph *graph, zr_ring **rings);

/* Lowers a node of that role. */
ZR_MUST bool zr_lower_ring(zr_lowering *l, const zr_ring *ring);

#endif
