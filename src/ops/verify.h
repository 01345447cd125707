/* Verification: what the kernels and later stages may rely on. */
#ifndef ZR_OPS_VERIFY_H
#define ZR_OPS_VERIFY_H

#include "ops/op.h"

/* Finds the model's resource variables. Stops at the first problem. */
ZR_MUST bool zr_model_declare(zr_ctx *cx, zr_model *model);

/* Checks one node: that the operator is supported, its number of inputs and outputs, its own rules,
 * and that the shapes of its outputs are what the rules say. Adds every problem it finds. */
ZR_MUST bool zr_node_verify(zr_ctx *cx, const zr_model *model, const zr_graph *graph,
                            const zr_node *node);

/* Checks every node of every graph; adds every problem of the model. */
ZR_MUST bool zr_model_verify(zr_ctx *cx, const zr_model *model);

#endif
