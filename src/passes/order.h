/* The order in which nodes run: the one that needs least memory at its worst moment. */
#ifndef ZR_PASSES_ORDER_H
#define ZR_PASSES_ORDER_H

#include "graph/graph.h"

/* Of a verified model: reorders the nodes of graph 0 when that makes the arena of the reference
 * kernels smaller. Nodes that touch variables keep their order among themselves; where nothing is
 * gained, and above 2000 nodes, all keep that of the file. The same model gets the same order.
 * False: out of memory, or a node that cannot be lowered (reported). */
ZR_MUST bool zr_order(zr_ctx *cx, zr_model *model);

#endif
