/* The generated C: NAME.h, NAME.c and NAME_weights.c. docs/output-format.md describes them. */
#ifndef ZR_EMIT_EMIT_H
#define ZR_EMIT_EMIT_H

#include "base/buffer.h"
#include "graph/program.h"

/* The texts of the three files. */
typedef struct zr_generated {
    zr_buf header, source, weights;
} zr_generated;

/* A C identifier in lower case from a model's file name or from what a user gave:
 * "my-Model 2.tflite" gives "my_model_2". NULL when memory is out (reported). */
const char *zr_emit_name(zr_ctx *cx, const char *text);

/* Writes the planned program as C under the prefix `name` (from zr_emit_name). The same program and
 * name give the same bytes. */
ZR_MUST bool zr_emit(zr_ctx *cx, const zr_program *program, const char *name, zr_generated *out);

/* Writes NAME.h, NAME.c and NAME_weights.c into the folder, which is there: all of them or none. */
ZR_MUST bool zr_emit_write(zr_ctx *cx, const zr_generated *generated, const char *folder,
                           const char *name);

/* Bytes of the constants that the generated code keeps in flash. */
int64_t zr_emit_constant_bytes(const zr_program *program);

/* Layers of the generated code: nodes of graph 0 that have a kernel call, in running order. Layer
 * indices are what NAME_ON_LAYER gets. */
int zr_emit_layers(const zr_program *program);

#endif
