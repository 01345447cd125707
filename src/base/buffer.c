#include "base/buffer.h"

#include <stdio.h>
#include <string.h>

void zr_buf_init(zr_buf *buf, zr_ctx *cx)
{
    *buf = (zr_buf){cx, NULL, 0, 0, false};
}

char *zr_buf_reserve(zr_buf *buf, size_t size)
{
    size_t need;
    if (buf->failed) return NULL;
    if (!zr_add_size(buf->size, size, &need) || !zr_add_size(need, 1, &need)) need = SIZE_MAX;
    if (need > buf->capacity) {
        size_t capacity = buf->capacity < 128 ? 256 : buf->capacity;
        while (capacity < need && capacity <= SIZE_MAX / 2) capacity *= 2;
        char *data = zr_alloc(buf->cx, capacity < need ? need : capacity, 1);
        if (!data) {
            buf->failed = true;
            return NULL;
        }
        if (buf->size) memcpy(data, buf->data, buf->size);
        buf->data = data;
        buf->capacity = capacity < need ? need : capacity;
    }
    return buf->data + buf->size;
}

void zr_buf_add(zr_buf *buf, const void *bytes, size_t size)
{
    char *room = zr_buf_reserve(buf, size);
    if (!room) return;
    if (size) memcpy(room, bytes, size);
    room[size] = '\0';
    buf->size += size;
}

void zr_buf_text(zr_buf *buf, const char *text)
{
    zr_buf_add(buf, text, strlen(text));
}

void zr_buf_printf(zr_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *room = length < 0 ? NULL : zr_buf_reserve(buf, (size_t)length);
    if (room) {
        vsnprintf(room, (size_t)length + 1, format, again);
        buf->size += (size_t)length;
    }
    va_end(again);
    va_end(args);
}
