/* Constant folding: nodes whose inputs are all constants are computed now, by the device's own
 * kernels, and leave the graph. What stays is what depends on the model's input. */
#ifndef ZR_PASSES_FOLD_H
#define ZR_PASSES_FOLD_H

#include "graph/graph.h"

/* Folds in every graph. Nodes that are not supported or do not verify stay for the check to report,
 * and so does what would take long or become large.
 * False: memory ran out. */
ZR_MUST bool zr_fold(zr_ctx *cx, zr_model *model);

#endif
