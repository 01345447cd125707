/* NumPy arrays in files: .npy (format versions 1 to 3) and .npz (a zip file of them).
 *
 * Both come from outside, so every byte is checked. Element types are those of types.def that have
 * a NumPy letter; either byte order; row-major (C) order. */
#ifndef ZR_BASE_NPY_H
#define ZR_BASE_NPY_H

#include "base/buffer.h"
#include "base/file.h"
#include "base/type.h"

enum { ZR_ARRAY_MAX_RANK = 8 };

/* An array that was read keeps three promises: the product of its non-zero dimensions and the
 * element size fits in int64_t, `bytes` is exactly what type and dimensions ask for, and elements
 * of type bool are 0 or 1. */
typedef struct zr_array {
    const char *name; /* in an .npz, without ".npy"; "" for an .npy */
    zr_type type;
    int rank;
    int64_t dim[ZR_ARRAY_MAX_RANK]; /* outermost first, may be 0 */
    const uint8_t *data;            /* little-endian, C order, aligned to 16 bytes */
    size_t bytes;
} zr_array;

/* Reads an .npy file's bytes. `file` is its name for messages. `data` points into `bytes` where
 * that is possible and into the arena otherwise. */
ZR_MUST bool zr_npy_parse(zr_ctx *cx, const char *file, zr_bytes bytes, zr_array *array);

/* Reads an .npz file's bytes: one array a member that is called "<name>.npy", in the order of the
 * zip file's directory, at least one. Members with other names are left alone. */
ZR_MUST bool zr_npz_parse(zr_ctx *cx, const char *file, zr_bytes bytes, zr_array **arrays, int *n);

/* Reads the arrays of the file `path`, .npy or .npz by its content ("-": standard input). */
ZR_MUST bool zr_arrays_read(zr_ctx *cx, const char *path, zr_array **arrays, int *n);

/* Appends the array as the bytes of an .npy file, the same as numpy.save writes. Fails when NumPy
 * has no such type, when `bytes` does not belong to the dimensions, or without memory. */
ZR_MUST bool zr_npy_format(zr_buf *buf, const zr_array *array);

/* Writes one array as .npy, n arrays as .npz (not compressed; same arrays, same bytes). The file
 * appears under its name only when it is complete ("-": standard output). */
ZR_MUST bool zr_npy_write(zr_ctx *cx, const char *path, const zr_array *array);
ZR_MUST bool zr_npz_write(zr_ctx *cx, const char *path, const zr_array *arrays, int n);

#endif
