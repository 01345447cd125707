/* One form for what can be written in several, so that the kernels of one operator serve all. */
#ifndef ZR_PASSES_CANONICAL_H
#define ZR_PASSES_CANONICAL_H

#include "graph/graph.h"

/* Of a verified model: a depthwise convolution of a picture with one channel becomes the
 * convolution that it is. False: memory ran out. */
ZR_MUST bool zr_canonicalize(zr_ctx *cx, zr_model *model);

#endif
