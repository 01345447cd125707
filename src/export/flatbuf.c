#include "export/flatbuf.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "fields are written as they are stored");

enum { OFFSET_BYTES = 4, VTABLE_HEAD = 2 }; /* a vtable begins with its size and the table's */

/* Zeros until the position plus `ahead` is a multiple of `alignment`. */
static void align(zr_fbw *w, size_t alignment, size_t ahead)
{
    static const char zeros[64];
    size_t over = (w->out.size + ahead) % alignment;
    if (over) zr_buf_add(&w->out, zeros, alignment - over);
}

void zr_fbw_init(zr_fbw *w, zr_ctx *cx, const char *identifier)
{
    *w = (zr_fbw){0};
    zr_buf_init(&w->out, cx);
    zr_buf_add(&w->out, "\0\0\0\0", OFFSET_BYTES); /* to the root */
    zr_buf_add(&w->out, identifier, 4);
}

/* Remembers a vtable; without memory for it the file grows a little and nothing else happens, but
 * the writer has failed then anyway. */
static void remember(zr_fbw *w, size_t at)
{
    if (w->n_vtables == w->max_vtables) {
        int max = w->max_vtables ? 2 * w->max_vtables : 32;
        size_t *bigger = ZR_NEW(w->out.cx, size_t, (size_t)max);
        if (!bigger) {
            w->out.failed = true;
            return;
        }
        if (w->n_vtables) memcpy(bigger, w->vtables, (size_t)w->n_vtables * sizeof *bigger);
        w->vtables = bigger;
        w->max_vtables = max;
    }
    w->vtables[w->n_vtables++] = at;
}

/* Where a vtable of this content is: an earlier one, or a new one at the end. */
static size_t vtable(zr_fbw *w, const uint16_t *words, size_t bytes)
{
    for (int i = 0; i < w->n_vtables; i++) {
        size_t at = w->vtables[i];
        if (bytes <= w->out.size - at && !memcmp(w->out.data + at, words, bytes)) return at;
    }
    align(w, sizeof *words, 0);
    size_t at = w->out.size;
    zr_buf_add(&w->out, words, bytes);
    if (!w->out.failed) remember(w, at);
    return at;
}

size_t zr_fbw_table(zr_fbw *w, zr_fbw_field *fields, int n)
{
    uint16_t words[VTABLE_HEAD + ZR_FBW_MAX_SLOTS] = {0};
    uint8_t body[OFFSET_BYTES + 4 * ZR_FBW_MAX_SLOTS] = {0};
    size_t size = OFFSET_BYTES, n_words = VTABLE_HEAD;
    /* The wide fields first: nothing needs padding then. */
    for (int bytes = 4; bytes; bytes = bytes == 4 ? 1 : 0) {
        for (int i = 0; i < n; i++) {
            if (fields[i].bytes != bytes) continue;
            memcpy(body + size, &fields[i].bits, (size_t)bytes);
            words[VTABLE_HEAD + fields[i].slot] = (uint16_t)size;
            if (n_words <= (size_t)fields[i].slot + VTABLE_HEAD)
                n_words = (size_t)fields[i].slot + VTABLE_HEAD + 1;
            fields[i].at = size;
            size += (size_t)bytes;
        }
    }
    words[0] = (uint16_t)(n_words * sizeof *words);
    words[1] = (uint16_t)size;
    bool root = w->out.size == 2 * OFFSET_BYTES;
    size_t shape = vtable(w, words, n_words * sizeof *words);
    align(w, OFFSET_BYTES, 0);
    size_t at = w->out.size;
    int32_t back = (int32_t)(at - shape);
    memcpy(body, &back, sizeof back);
    zr_buf_add(&w->out, body, size);
    for (int i = 0; i < n; i++) fields[i].at += at;
    if (root) zr_fbw_link(w, 0, at);
    return at;
}

size_t zr_fbw_vector(zr_fbw *w, const void *elements, size_t n, size_t element_bytes,
                     size_t alignment)
{
    uint32_t count = (uint32_t)n;
    align(w, alignment < sizeof count ? sizeof count : alignment, sizeof count);
    size_t at = w->out.size;
    zr_buf_add(&w->out, &count, sizeof count);
    zr_buf_add(&w->out, elements, n * element_bytes);
    return at;
}

size_t zr_fbw_offsets(zr_fbw *w, size_t n)
{
    uint32_t count = (uint32_t)n;
    align(w, sizeof count, 0);
    size_t at = w->out.size;
    zr_buf_add(&w->out, &count, sizeof count);
    char *room = zr_buf_reserve(&w->out, n * OFFSET_BYTES);
    if (!room) return at;
    memset(room, 0, n * OFFSET_BYTES + 1);
    w->out.size += n * OFFSET_BYTES;
    return at;
}

size_t zr_fbw_string(zr_fbw *w, const char *text)
{
    size_t length = strlen(text);
    size_t at = zr_fbw_vector(w, text, length, 1, 1);
    zr_buf_add(&w->out, "", 1);
    return at;
}

void zr_fbw_link(zr_fbw *w, size_t at, size_t target)
{
    uint32_t ahead = (uint32_t)(target - at);
    if (!w->out.failed) memcpy(w->out.data + at, &ahead, sizeof ahead);
}
