/* The device's sources as a set of definitions, from which generated code takes what it needs.
 *
 * The files of src/device/ and the kernels of src/ops/ are part of the zerre binary as text. They
 * are cut at their top-level definitions (functions, types, tables, macros, #if blocks); a
 * definition needs the ones whose names it mentions. Everything a generated file contains is there
 * because a kernel of the model leads to it. */
#ifndef ZR_EMIT_DEVICE_H
#define ZR_EMIT_DEVICE_H

#include "base/buffer.h"

typedef struct zr_definition {
    const char *comment; /* in front of it, "" if none; a function's may come from its prototype */
    const char *text;
    const char *const *names; /* what it defines */
    int n_names;
    bool function; /* is made static in generated code */
    bool wanted;
} zr_definition;

typedef struct zr_device {
    zr_definition *definitions;
    int n;
} zr_device;

/* Cuts all embedded device sources. A fault of the sources is an internal error. */
ZR_MUST bool zr_device_read(zr_ctx *cx, zr_device *device);

/* Appends the definition of `name`, what it needs first; nothing that was appended before. */
ZR_MUST bool zr_device_take(zr_ctx *cx, zr_device *device, const char *name, zr_buf *out);

#endif
