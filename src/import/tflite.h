/* Import of .tflite: TensorFlow Lite's flatbuffer, schema version 3. */
#ifndef ZR_IMPORT_TFLITE_H
#define ZR_IMPORT_TFLITE_H

#include "base/file.h"
#include "graph/graph.h"

/* Whether the bytes look like a .tflite (its identifier "TFL3"). */
bool zr_tflite_is(zr_bytes bytes);

/* Reads a model. Constants point into `bytes`, which must live as long as the model. False when the
 * file's structure is damaged. True does not mean that the model can be used: operators that are
 * not supported have a NULL descriptor, and tensors that cannot be represented add an error each,
 * so that one look shows all problems (cx->n_errors). Nodes are sorted to run in order. */
ZR_MUST bool zr_tflite_parse(zr_ctx *cx, const char *file, zr_bytes bytes, zr_model *model);

#endif
