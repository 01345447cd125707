/* Import of a model of any format, recognised by its content. */
#ifndef ZR_IMPORT_IMPORT_H
#define ZR_IMPORT_IMPORT_H

#include "graph/graph.h"

/* Reads the model in the file `path` ("-": standard input). True when the file's structure is
 * sound; problems of single tensors and operators are then in the context (see zr_tflite_parse). */
ZR_MUST bool zr_import(zr_ctx *cx, const char *path, zr_model *model);

#endif
