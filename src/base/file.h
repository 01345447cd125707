/* Files: read whole, written whole. A file appears under its name only when it is complete. */
#ifndef ZR_BASE_FILE_H
#define ZR_BASE_FILE_H

#include "base/context.h"

typedef struct zr_bytes {
    const uint8_t *data;
    size_t size;
} zr_bytes;

/* Reads the file `path` ("-": standard input) into the arena. Files over 2 GiB are refused. */
ZR_MUST bool zr_file_read(zr_ctx *cx, const char *path, zr_bytes *bytes);

/* Writes `bytes` to a temporary name beside `path` and renames it ("-": standard output). A link is
 * followed; what is no regular file, such as /dev/null or a pipe, is written as it is. */
ZR_MUST bool zr_file_write(zr_ctx *cx, const char *path, const void *bytes, size_t size);

typedef struct zr_file_output {
    const char *path;
    const void *bytes;
    size_t size;
} zr_file_output;

/* The same for files that belong together: none is renamed before all are written. */
ZR_MUST bool zr_files_write(zr_ctx *cx, const zr_file_output *outputs, int n);

/* Makes the folder `path` and its parents where they do not exist. */
ZR_MUST bool zr_folder_make(zr_ctx *cx, const char *path);

/* The path of a new, empty folder of its own in $TMPDIR or /tmp; NULL after an error. */
const char *zr_folder_temporary(zr_ctx *cx);

/* Removes the folder `path` and what is in it, as far as possible; for own temporary folders. */
void zr_folder_remove(const char *path);

/* Lower-case hexadecimal SHA-256 of the bytes, 64 characters, in the arena. */
const char *zr_sha256(zr_ctx *cx, const void *bytes, size_t size);

#endif
