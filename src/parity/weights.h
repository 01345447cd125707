/* How far the weights of a quantized node are from those of the float one. */
#ifndef ZR_PARITY_WEIGHTS_H
#define ZR_PARITY_WEIGHTS_H

#include "graph/graph.h"

/* *error: the root of the sum of squared differences over that of the float weights' squares; -1
 * when the nodes have no weights that can be compared (other operators, other sizes). *unlike: for
 * weights with a single scale, the greatest magnitude of a channel's weights over the least;
 * else 1.
 */
void zr_parity_weights(const zr_graph *real, const zr_node *real_node, const zr_graph *quantized,
                       const zr_node *node, double *error, double *unlike);

#endif
