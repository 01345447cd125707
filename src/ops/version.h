/* Which version of its operator a node asks for when it is written as .tflite. */
#ifndef ZR_OPS_VERSION_H
#define ZR_OPS_VERSION_H

#include "ops/op.h"

/* The number of the highest rule of the operator's `versions` that holds for the node, 1 if none
 * does, and the first runtime that has that version, "" when that is not known. */
int zr_version_of(const zr_site *site, const char **runtime);

/* Whether runtime `a` ("2.11.0", three numbers; "": before all others) is older than `b`. */
bool zr_runtime_older(const char *a, const char *b);

#endif
