/* The front end as C, beside the generated model: NAME_frontend.h and NAME_frontend.c. */
#ifndef ZR_FRONTEND_EMIT_H
#define ZR_FRONTEND_EMIT_H

#include "base/buffer.h"
#include "frontend/frontend.h"
#include "graph/graph.h"

typedef struct zr_generated_frontend {
    zr_buf header, source;
} zr_generated_frontend;

/* Bytes of the arena that the front end needs: a hop's scratch and, with a stage that wakes it, the
 * sound that is kept while it sleeps. A multiple of 8. */
size_t zr_frontend_arena_bytes(const zr_frontend *f);

/* Writes the front end of a sound model (from zr_frontend_of_model) under the prefix `name` (from
 * zr_emit_name). The same front end and name give the same bytes. */
ZR_MUST bool zr_frontend_emit(zr_ctx *cx, const zr_frontend *f, const zr_model *model,
                              const char *name, zr_generated_frontend *out);

/* Writes the two files into the folder, which is there: both or none. */
ZR_MUST bool zr_frontend_emit_write(zr_ctx *cx, const zr_generated_frontend *generated,
                                    const char *folder, const char *name);

#endif
