/* A reader of FlatBuffers that trusts no byte.
 *
 * Every read is checked against the file's size; the first bad one adds an error with its place,
 * and from then on every read gives the default (`failed` is sticky), so that a caller may check
 * once at the end. Format: the FlatBuffers internals document (tables, vtables, 32-bit offsets). */
#ifndef ZR_IMPORT_FLATBUF_H
#define ZR_IMPORT_FLATBUF_H

#include "base/file.h"

typedef struct zr_fb {
    zr_ctx *cx;
    const char *file;
    zr_bytes bytes;
    bool failed;
} zr_fb;

/* A table; fb is NULL when it is absent, and all its fields then have their defaults. */
typedef struct zr_fb_table {
    zr_fb *fb;
    uint32_t at, vtable;
    uint32_t vtable_bytes, table_bytes;
} zr_fb_table;

/* A vector of n elements; n is 0 when it is absent. */
typedef struct zr_fb_vector {
    zr_fb *fb;
    uint32_t at, n;
} zr_fb_vector;

/* The root table of a file with the four-letter identifier. */
zr_fb_table zr_fb_root(zr_fb *fb, const char *identifier);

/* Scalar fields: the value at `slot` or the default. */
int8_t zr_fb_i8(const zr_fb_table *t, int slot, int8_t otherwise);
uint8_t zr_fb_u8(const zr_fb_table *t, int slot, uint8_t otherwise);
int32_t zr_fb_i32(const zr_fb_table *t, int slot, int32_t otherwise);
uint32_t zr_fb_u32(const zr_fb_table *t, int slot, uint32_t otherwise);
uint64_t zr_fb_u64(const zr_fb_table *t, int slot, uint64_t otherwise);
float zr_fb_f32(const zr_fb_table *t, int slot, float otherwise);

zr_fb_table zr_fb_subtable(const zr_fb_table *t, int slot);

/* A vector of elements of `element_bytes` (4 for tables and strings), all inside the file. */
zr_fb_vector zr_fb_vec(const zr_fb_table *t, int slot, uint32_t element_bytes);

/* Element i < n of a vector. */
zr_fb_table zr_fb_vec_table(const zr_fb_vector *v, uint32_t i);
int32_t zr_fb_vec_i32(const zr_fb_vector *v, uint32_t i);
int64_t zr_fb_vec_i64(const zr_fb_vector *v, uint32_t i);
float zr_fb_vec_f32(const zr_fb_vector *v, uint32_t i);
uint16_t zr_fb_vec_u16(const zr_fb_vector *v, uint32_t i);
uint8_t zr_fb_vec_u8(const zr_fb_vector *v, uint32_t i);
const uint8_t *zr_fb_vec_bytes(const zr_fb_vector *v);

/* A string as printable text in the arena; "" when absent. */
const char *zr_fb_string(const zr_fb_table *t, int slot);

#endif
