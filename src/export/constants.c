#include "export/constants.h"

#include <string.h>

enum { FIRST_MAX = 64 };

/* FNV-1a, 64 bits. */
static uint64_t hash(zr_bytes bytes)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < bytes.size; i++) h = (h ^ bytes.data[i]) * UINT64_C(1099511628211);
    return h;
}

static int *place_of(const zr_constants *c, zr_bytes bytes)
{
    size_t mask = 2 * (size_t)c->max - 1, i = (size_t)hash(bytes) & mask;
    for (; c->table[i]; i = (i + 1) & mask) {
        const zr_bytes *known = &c->list[c->table[i] - 1];
        if (known->size == bytes.size &&
            (known->data == bytes.data || !memcmp(known->data, bytes.data, bytes.size)))
            break;
    }
    return &c->table[i];
}

/* Room for `max` constants, a power of two. */
static bool grow(zr_constants *c, int max)
{
    zr_bytes *list = ZR_NEW(c->cx, zr_bytes, (size_t)max);
    int *table = ZR_NEW(c->cx, int, 2 * (size_t)max);
    if (!list || !table) return false;
    if (c->n) memcpy(list, c->list, (size_t)c->n * sizeof *list);
    c->list = list;
    c->table = table;
    c->max = max;
    for (int i = 1; i < c->n; i++) *place_of(c, list[i]) = i + 1;
    return true;
}

bool zr_constants_init(zr_constants *c, zr_ctx *cx)
{
    *c = (zr_constants){.cx = cx};
    if (!grow(c, FIRST_MAX)) return false;
    c->n = 1; /* the empty one */
    return true;
}

int zr_constants_add(zr_constants *c, zr_bytes bytes)
{
    if (bytes.size == 0 || c->failed) return 0;
    int *place = place_of(c, bytes);
    if (*place) return *place - 1;
    if (c->n == c->max) {
        if (!grow(c, 2 * c->max)) {
            c->failed = true;
            return 0;
        }
        place = place_of(c, bytes);
    }
    c->list[c->n] = bytes;
    *place = ++c->n;
    return c->n - 1;
}
