#include "import/flatbuf.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "fields are read as they are stored");

/* Copies `size` bytes at `at`; zeros, and an error once, where the file does not have them. */
static bool get(zr_fb *fb, uint64_t at, size_t size, void *value)
{
    if (!fb->failed && at <= fb->bytes.size && size <= fb->bytes.size - at) {
        memcpy(value, fb->bytes.data + at, size);
        return true;
    }
    memset(value, 0, size);
    if (!fb->failed) {
        zr_place place = ZR_NOWHERE;
        place.file = fb->file;
        place.offset = (int64_t)(at > INT64_MAX ? INT64_MAX : at);
        zr_fail(fb->cx, ZR_E_FORMAT, place, "points outside the file of %zu bytes", fb->bytes.size);
    }
    fb->failed = true;
    return false;
}

static uint32_t get_u32(zr_fb *fb, uint64_t at)
{
    uint32_t value;
    get(fb, at, sizeof value, &value);
    return value;
}

static zr_fb_table table_at(zr_fb *fb, uint64_t at)
{
    zr_fb_table none = {NULL, 0, 0, 0, 0};
    int32_t back;
    uint16_t sizes[2];
    if (at > UINT32_MAX || !get(fb, at, sizeof back, &back)) return none;
    int64_t vtable = (int64_t)at - back;
    if (!get(fb, vtable < 0 ? UINT64_MAX : (uint64_t)vtable, sizeof sizes, sizes)) return none;
    return (zr_fb_table){fb, (uint32_t)at, (uint32_t)vtable, sizes[0], sizes[1]};
}

zr_fb_table zr_fb_root(zr_fb *fb, const char *identifier)
{
    zr_fb_table none = {NULL, 0, 0, 0, 0};
    char found[4];
    if (!get(fb, 4, sizeof found, found)) return none;
    if (memcmp(found, identifier, 4) != 0) {
        zr_place place = ZR_NOWHERE;
        place.file = fb->file;
        zr_fail(fb->cx, ZR_E_FORMAT, place, "is not a %s flatbuffer", identifier);
        fb->failed = true;
        return none;
    }
    return table_at(fb, get_u32(fb, 0));
}

/* Place of a field's value; 0 when the table does not have it. */
static uint64_t field(const zr_fb_table *t, int slot, size_t size)
{
    uint32_t entry = 4 + 2 * (uint32_t)slot;
    uint16_t offset;
    if (!t->fb || entry + 2 > t->vtable_bytes) return 0;
    if (!get(t->fb, (uint64_t)t->vtable + entry, sizeof offset, &offset) || offset == 0) return 0;
    if (offset + size > t->table_bytes) {
        get(t->fb, UINT64_MAX, 1, &offset); /* the field would leave its table */
        return 0;
    }
    return (uint64_t)t->at + offset;
}

#define SCALAR(name, type)                                                     \
    type zr_fb_##name(const zr_fb_table *t, int slot, type otherwise)          \
    {                                                                          \
        type value;                                                            \
        uint64_t at = field(t, slot, sizeof value);                            \
        return at && get(t->fb, at, sizeof value, &value) ? value : otherwise; \
    }
SCALAR(i8, int8_t)
SCALAR(u8, uint8_t)
SCALAR(i32, int32_t)
SCALAR(u32, uint32_t)
SCALAR(u64, uint64_t)
SCALAR(f32, float)

zr_fb_table zr_fb_subtable(const zr_fb_table *t, int slot)
{
    uint64_t at = field(t, slot, 4);
    if (!at) return (zr_fb_table){NULL, 0, 0, 0, 0};
    return table_at(t->fb, at + get_u32(t->fb, at));
}

zr_fb_vector zr_fb_vec(const zr_fb_table *t, int slot, uint32_t element_bytes)
{
    zr_fb_vector none = {t->fb, 0, 0};
    uint64_t at = field(t, slot, 4);
    if (!at) return none;
    at += get_u32(t->fb, at);
    uint64_t n = get_u32(t->fb, at), bytes = n * element_bytes;
    uint8_t last;
    if (t->fb->failed || (n && !get(t->fb, at + 4 + bytes - 1, 1, &last))) return none;
    return (zr_fb_vector){t->fb, (uint32_t)(at + 4), (uint32_t)n};
}

zr_fb_table zr_fb_vec_table(const zr_fb_vector *v, uint32_t i)
{
    uint64_t at = (uint64_t)v->at + 4 * (uint64_t)i;
    return table_at(v->fb, at + get_u32(v->fb, at));
}

#define ELEMENT(name, type)                                                   \
    type zr_fb_vec_##name(const zr_fb_vector *v, uint32_t i)                  \
    {                                                                         \
        type value;                                                           \
        get(v->fb, v->at + (uint64_t)i * sizeof value, sizeof value, &value); \
        return value;                                                         \
    }
ELEMENT(i32, int32_t)
ELEMENT(i64, int64_t)
ELEMENT(f32, float)
ELEMENT(u16, uint16_t)
ELEMENT(u8, uint8_t)

const uint8_t *zr_fb_vec_bytes(const zr_fb_vector *v)
{
    return v->n ? v->fb->bytes.data + v->at : NULL;
}

const char *zr_fb_string(const zr_fb_table *t, int slot)
{
    zr_fb_vector v = zr_fb_vec(t, slot, 1);
    const char *text = v.n ? zr_text(t->fb->cx, (const char *)zr_fb_vec_bytes(&v), v.n) : "";
    return text ? text : "";
}
