#ifndef ZR_PASSES_CANONICAL_FLOAT_H
#define ZR_PASSES_CANONICAL_FLOAT_H

#include "graph/graph.h"

/* Brings the float operators of a prepared model (zr_prepare) into the form in which the quantizer
 * takes them: every layer with weights has a bias; constants that multiply or are added behind a
 * layer (batch normalization) are in its weights and bias, such before a layer likewise where that
 * is exact; chains of constants are one; activations are part of the operator before them. Results
 * differ by the rounding of float32 only. Needs no order of calls; integer operators stay. */
ZR_MUST bool zr_canonical_float(zr_ctx *cx, zr_model *model);

#endif
