/* Writing models: a zr_model as the file that other runtimes read. */
#ifndef ZR_EXPORT_EXPORT_H
#define ZR_EXPORT_EXPORT_H

#include "base/file.h"
#include "graph/graph.h"

/* The model as a .tflite (schema version 3) in the arena, which LiteRT runs. The same model gives
 * the same bytes. Options of operators are written by the field tables of their descriptors;
 * operator versions and the least runtime follow from zr_op.versions. Constants that are equal are
 * stored once.
 *
 * The model need not be verified, but every index in it must be in range. Fails, with an error in
 * the context, on a node without descriptor and on a file above 2 GiB. */
ZR_MUST bool zr_export_tflite(zr_ctx *cx, const zr_model *model, zr_bytes *bytes);

#endif
