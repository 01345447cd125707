/* Which node of a quantized graph computes what which node of the float graph computes. */
#ifndef ZR_PARITY_MATCH_H
#define ZR_PARITY_MATCH_H

#include "graph/graph.h"

/* For every node of `quantized` the index of its partner in `real`, or -1. Partners are in the same
 * order in both graphs and their first outputs have the same number of elements; of all such
 * assignments this is one with the most in common: names, operators, activations. Fails when
 * there are more than 2^26 pairs of nodes. In the arena. */
ZR_MUST bool zr_parity_match(zr_ctx *cx, const zr_model *real, const zr_model *quantized,
                             int **partner);

#endif
