/* A growable run of bytes in the context's arena: generated text, file contents. */
#ifndef ZR_BASE_BUFFER_H
#define ZR_BASE_BUFFER_H

#include "base/context.h"

typedef struct zr_buf {
    zr_ctx *cx;
    char *data; /* always zero-terminated once something was added */
    size_t size, capacity;
    bool failed; /* memory ran out (reported): later additions do nothing */
} zr_buf;

void zr_buf_init(zr_buf *buf, zr_ctx *cx);
void zr_buf_add(zr_buf *buf, const void *bytes, size_t size);
void zr_buf_text(zr_buf *buf, const char *text);
void zr_buf_printf(zr_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for `size` more bytes, which the caller fills and then counts into buf->size;
 * NULL when memory is out (reported). */
char *zr_buf_reserve(zr_buf *buf, size_t size);

#endif
