/* A writer of FlatBuffers, front to back: a table is written with its offsets empty, and what they
 * point to is written behind it and linked. Offsets to tables, vectors and strings are unsigned in
 * the format, so that parents come before their children anyway. Format: the FlatBuffers internals
 * document (tables, vtables, 32-bit offsets). */
#ifndef ZR_EXPORT_FLATBUF_H
#define ZR_EXPORT_FLATBUF_H

#include "base/buffer.h"

enum { ZR_FBW_MAX_SLOTS = 256 };

typedef struct zr_fbw {
    zr_buf out;
    size_t *vtables; /* where each different one is */
    int n_vtables, max_vtables;
} zr_fbw;

/* One field of a table. `bytes` is 1 or 4 (the tables of .tflite that zerre writes have no others);
 * an offset has 4 and is linked later. */
typedef struct zr_fbw_field {
    int slot, bytes;
    uint32_t bits; /* its value, little-endian */
    size_t at;     /* set by zr_fbw_table: where it is */
} zr_fbw_field;

/* Starts a file with the four-letter identifier; its root is the first table written. */
void zr_fbw_init(zr_fbw *w, zr_ctx *cx, const char *identifier);

/* Appends a table with the n fields of `fields`, every slot once and below ZR_FBW_MAX_SLOTS; where
 * it is. */
size_t zr_fbw_table(zr_fbw *w, zr_fbw_field *fields, int n);

/* Appends a vector whose first element is at a multiple of `alignment` (a power of two, at least
 * element_bytes); where it is. */
size_t zr_fbw_vector(zr_fbw *w, const void *elements, size_t n, size_t element_bytes,
                     size_t alignment);

/* Appends a vector of n empty offsets; element i is at the position + 4 + 4 * i. */
size_t zr_fbw_offsets(zr_fbw *w, size_t n);

size_t zr_fbw_string(zr_fbw *w, const char *text);

/* Lets the offset at `at` point to `target`, which must be behind it. */
void zr_fbw_link(zr_fbw *w, size_t at, size_t target);

#endif
