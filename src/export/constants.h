/* The different constants of a model, each once. */
#ifndef ZR_EXPORT_CONSTANTS_H
#define ZR_EXPORT_CONSTANTS_H

#include "base/file.h"

typedef struct zr_constants {
    zr_ctx *cx;
    zr_bytes *list; /* in the order in which they came; the first is empty */
    int n, max;
    int *
        table; /* open addressing: 1 + index, 0: free; twice `max` or more places, a power of two */
    bool failed; /* memory ran out (reported) */
} zr_constants;

ZR_MUST bool zr_constants_init(zr_constants *c, zr_ctx *cx);

/* The index of a constant of these bytes, which must stay where they are; 0 for none. */
int zr_constants_add(zr_constants *c, zr_bytes bytes);

#endif
