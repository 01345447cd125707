/* From an imported model to one that may be lowered. */
#ifndef ZR_PASSES_PREPARE_H
#define ZR_PASSES_PREPARE_H

#include "graph/program.h"

/* Finds the variables, folds constants, verifies every node, brings nodes to one form and into the
 * order that needs least memory. False when the model cannot be
 * used; the context then has every problem that was found, those of the import included. */
ZR_MUST bool zr_prepare(zr_ctx *cx, zr_model *model);

#endif
