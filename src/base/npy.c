/* The .npy format: a magic string, a version, the length of a header and the header, which is the
 * text of a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (20, 8, 8), }.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#include "base/npy.h"

#include <stdio.h>
#include <string.h>

static const char MAGIC[] = "\x93NUMPY";
enum { MAGIC_BYTES = 6, HEADER_ALIGNMENT = 64, DATA_ALIGNMENT = 16 };

/* The header while it is read. */
typedef struct header {
    zr_ctx *cx;
    const char *file;
    const uint8_t *bytes; /* the whole file */
    size_t at, end;       /* offsets in the file: the next byte, the end of the header */
    bool has_descr, has_order, has_shape;
    bool big_endian, fortran;
    zr_array *array;
} header;

static zr_place place_at(const char *file, size_t offset)
{
    zr_place place = ZR_NOWHERE;
    place.file = file;
    place.offset = (int64_t)offset;
    return place;
}

static zr_place place_of(const char *file)
{
    zr_place place = ZR_NOWHERE;
    place.file = file;
    return place;
}

static bool expected(const header *h, const char *what)
{
    return zr_fail(h->cx, ZR_E_FORMAT, place_at(h->file, h->at), "%s expected in the .npy header",
                   what);
}

/* The next byte that is not white space, -1 at the end. */
static int peek(header *h)
{
    while (h->at < h->end && h->bytes[h->at] && strchr(" \t\r\n", h->bytes[h->at])) h->at++;
    return h->at < h->end ? h->bytes[h->at] : -1;
}

static bool take(header *h, char c)
{
    if (peek(h) != c) return false;
    h->at++;
    return true;
}

/* Takes the word when it comes next. */
static bool take_word(header *h, const char *word)
{
    size_t length = strlen(word);
    peek(h);
    if (h->end - h->at < length || memcmp(h->bytes + h->at, word, length) != 0) return false;
    h->at += length;
    return true;
}

/* A quoted string without escapes: none is needed in what we accept. */
static bool take_string(header *h, const char **text, size_t *length)
{
    int quote = peek(h);
    if (quote != '\'' && quote != '"') return expected(h, "a quoted string");
    size_t start = h->at + 1, end = start;
    while (end < h->end && h->bytes[end] != quote && h->bytes[end] != '\\') end++;
    if (end == h->end || h->bytes[end] == '\\') return expected(h, "a plain string");
    *text = (const char *)h->bytes + start;
    *length = end - start;
    h->at = end + 1;
    return true;
}

static bool read_descr(header *h)
{
    const char *text;
    size_t length, i = 0;
    int c = peek(h);
    size_t start = h->at;
    if (c == '[' || c == '(' || c == '{')
        return zr_fail(h->cx, ZR_E_DATA, place_at(h->file, h->at),
                       "structured array; save each field as an array of its own");
    if (!take_string(h, &text, &length)) return false;
    if (length && strchr("<>=|", text[0])) i = 1;
    if (length == i + 2) {
        for (int type = 0; type < ZR_TYPE_COUNT; type++) {
            const zr_type_info *info = &zr_types[type];
            if (!info->numpy || info->numpy != text[i] || info->bits / 8 != text[i + 1] - '0')
                continue;
            h->array->type = (zr_type)type;
            h->big_endian = text[0] == '>' && info->bits > 8;
            return true;
        }
    }
    const char *name = zr_text(h->cx, text, length > 32 ? 32 : length);
    if (!name) return false;
    return zr_fail(h->cx, ZR_E_DATA, place_at(h->file, start),
                   "elements of type '%s' cannot be read; save the array as bool, int8 to int64, "
                   "uint8 to uint64, float16, float32 or float64",
                   name);
}

static bool read_order(header *h)
{
    h->fortran = take_word(h, "True");
    return h->fortran || take_word(h, "False") || expected(h, "True or False");
}

static bool read_dimension(header *h, int64_t *value)
{
    int c = peek(h);
    if (c < '0' || c > '9') return expected(h, "a dimension");
    *value = 0;
    for (; h->at < h->end && h->bytes[h->at] >= '0' && h->bytes[h->at] <= '9'; h->at++)
        if (!zr_mul_i64(*value, 10, value) || !zr_add_i64(*value, h->bytes[h->at] - '0', value))
            return expected(h, "a dimension of less than 63 bits");
    take(h, 'L'); /* as Python 2 wrote it */
    return true;
}

static bool read_shape(header *h)
{
    if (!take(h, '(')) return expected(h, "a tuple");
    zr_array *a = h->array;
    bool comma = true;
    for (a->rank = 0; !take(h, ')'); a->rank++) {
        if (!comma) return expected(h, "',' or ')'");
        if (a->rank == ZR_ARRAY_MAX_RANK)
            return zr_fail(h->cx, ZR_E_SHAPE, place_at(h->file, h->at), "more than %d dimensions",
                           ZR_ARRAY_MAX_RANK);
        if (!read_dimension(h, &a->dim[a->rank])) return false;
        comma = take(h, ',');
    }
    return a->rank != 1 || comma || expected(h, "a tuple"); /* (3) is a number */
}

static bool read_entry(header *h)
{
    static const struct {
        const char *name;
        size_t seen; /* offset of the flag in the header struct */
        bool (*read)(header *h);
    } keys[] = {
        {"descr", offsetof(header, has_descr), read_descr},
        {"fortran_order", offsetof(header, has_order), read_order},
        {"shape", offsetof(header, has_shape), read_shape},
    };
    const char *text;
    size_t length;
    if (!take_string(h, &text, &length)) return false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        bool *seen = (bool *)((char *)h + keys[i].seen);
        if (*seen || length != strlen(keys[i].name) || memcmp(text, keys[i].name, length) != 0)
            continue;
        *seen = true;
        return (take(h, ':') || expected(h, "':'")) && keys[i].read(h);
    }
    h->at -= length + 1;
    return expected(h, "each of 'descr', 'fortran_order' and 'shape' once");
}

static bool read_header(header *h)
{
    if (!take(h, '{')) return expected(h, "a dictionary");
    bool comma = true;
    while (!take(h, '}')) {
        if (!comma) return expected(h, "',' or '}'");
        if (!read_entry(h)) return false;
        comma = take(h, ',');
    }
    if (!h->has_descr || !h->has_order || !h->has_shape)
        return expected(h, "each of 'descr', 'fortran_order' and 'shape' once");
    return peek(h) < 0 || expected(h, "nothing more");
}

/* Bytes of the elements. Zero dimensions are left out of the first product, so that any product of
 * the array's dimensions fits, also for an empty array. */
static bool count_bytes(const zr_array *array, size_t *bytes)
{
    int64_t product = zr_type_bytes(array->type);
    bool empty = false;
    for (int i = 0; i < array->rank; i++) {
        if (array->dim[i] < 0) return false;
        if (array->dim[i] == 0)
            empty = true;
        else if (!zr_mul_i64(product, array->dim[i], &product))
            return false;
    }
    if ((uint64_t)product > SIZE_MAX) return false;
    *bytes = empty ? 0 : (size_t)product;
    return true;
}

/* Whether an array with these dimensions looks the same in both orders. */
static bool order_matters(const zr_array *array)
{
    int n = 0;
    for (int i = 0; i < array->rank; i++) {
        if (array->dim[i] == 0) return false;
        n += array->dim[i] > 1;
    }
    return n > 1;
}

static void swap_bytes(uint8_t *to, const uint8_t *from, size_t bytes, size_t width)
{
    for (size_t i = 0; i < bytes; i += width)
        for (size_t j = 0; j < width; j++) to[i + j] = from[i + width - 1 - j];
}

/* Points array->data to the elements at `from`; copies them when they have to change or to move. */
static bool take_data(const header *h, const uint8_t *from)
{
    zr_array *a = h->array;
    bool is_bool = a->type == ZR_BOOL, aligned = (uintptr_t)from % DATA_ALIGNMENT == 0;
    if (aligned && !h->big_endian && !is_bool) {
        a->data = from;
        return true;
    }
    uint8_t *data = zr_alloc(h->cx, a->bytes, 1);
    if (!data) return false;
    if (h->big_endian)
        swap_bytes(data, from, a->bytes, (size_t)zr_type_bytes(a->type));
    else if (is_bool)
        for (size_t i = 0; i < a->bytes; i++) data[i] = from[i] != 0; /* as NumPy reads it */
    else if (a->bytes)
        memcpy(data, from, a->bytes);
    a->data = data;
    return true;
}

bool zr_npy_parse(zr_ctx *cx, const char *file, zr_bytes bytes, zr_array *array)
{
    const uint8_t *b = bytes.data;
    memset(array, 0, sizeof *array);
    array->name = "";
    if (bytes.size < MAGIC_BYTES + 2 || memcmp(b, MAGIC, MAGIC_BYTES) != 0)
        return zr_fail(cx, ZR_E_FORMAT, place_of(file), "not an .npy file");
    if (b[6] < 1 || b[6] > 3 || b[7] != 0)
        return zr_fail(cx, ZR_E_UNSUPPORTED, place_of(file),
                       ".npy format version %d.%d; save the array with numpy.save", b[6], b[7]);
    size_t start = b[6] == 1 ? 10 : 12, length = 0;
    for (size_t i = start; bytes.size >= start && i-- > MAGIC_BYTES + 2;)
        length = length << 8 | b[i];
    if (bytes.size < start || bytes.size - start < length)
        return zr_fail(cx, ZR_E_FORMAT, place_of(file), "ends within the .npy header");

    header h = {.cx = cx, .file = file, .bytes = b, .at = start, .end = start + length};
    h.array = array;
    if (!read_header(&h)) return false;
    if (!count_bytes(array, &array->bytes))
        return zr_fail(cx, ZR_E_SHAPE, place_of(file), "array too large to address");
    if (h.fortran && order_matters(array))
        return zr_fail(cx, ZR_E_DATA, place_of(file),
                       "array in Fortran (column-major) order; save it with "
                       "numpy.save(file, numpy.ascontiguousarray(array))");
    size_t rest = bytes.size - h.end;
    if (rest != array->bytes)
        return zr_fail(cx, ZR_E_FORMAT, place_of(file),
                       "%zu bytes of elements, but type and shape in the .npy header ask for %zu",
                       rest, array->bytes);
    return take_data(&h, b + h.end);
}

bool zr_npy_format(zr_buf *buf, const zr_array *array)
{
    const zr_type_info *info = &zr_types[array->type];
    size_t bytes;
    if (!info->numpy)
        return zr_fail(buf->cx, ZR_E_TYPE, ZR_NOWHERE, "NumPy has no type for %s", info->name);
    if (array->rank < 0 || array->rank > ZR_ARRAY_MAX_RANK || !count_bytes(array, &bytes) ||
        bytes != array->bytes)
        return zr_fail(buf->cx, ZR_E_INTERNAL, ZR_NOWHERE, "array and its shape do not agree");

    /* Byte for byte what numpy.save writes: the spaces leave room to let the first dimension grow
     * to 21 digits in place, and the elements start at a multiple of 64. */
    char text[320], number[24] = "";
    int n = snprintf(text, sizeof text, "{'descr': '%c%c%d', 'fortran_order': False, 'shape': (",
                     info->bits == 8 ? '|' : '<', info->numpy, info->bits / 8);
    for (int i = 0; i < array->rank; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%lld", i ? ", " : "",
                      (long long)array->dim[i]);
    n += snprintf(text + n, sizeof text - (size_t)n, "%s), }", array->rank == 1 ? "," : "");
    if (array->rank) {
        int digits = snprintf(number, sizeof number, "%lld", (long long)array->dim[0]);
        n += snprintf(text + n, sizeof text - (size_t)n, "%*s", 21 - digits, "");
    }
    size_t used = MAGIC_BYTES + 4 + (size_t)n + 1;
    int padding = HEADER_ALIGNMENT - (int)(used % HEADER_ALIGNMENT);
    size_t length = (size_t)n + (size_t)padding + 1;
    zr_buf_add(buf, MAGIC, MAGIC_BYTES);
    zr_buf_add(buf, (const uint8_t[]){1, 0, (uint8_t)length, (uint8_t)(length >> 8)}, 4);
    zr_buf_printf(buf, "%s%*s\n", text, padding, "");
    zr_buf_add(buf, array->data, array->bytes);
    return !buf->failed;
}

bool zr_npy_write(zr_ctx *cx, const char *path, const zr_array *array)
{
    zr_buf buf;
    zr_buf_init(&buf, cx);
    return zr_npy_format(&buf, array) && zr_file_write(cx, path, buf.data, buf.size);
}

bool zr_arrays_read(zr_ctx *cx, const char *path, zr_array **arrays, int *n)
{
    const char *file = strcmp(path, "-") ? path : "standard input";
    zr_bytes bytes;
    if (!zr_file_read(cx, path, &bytes)) return false;
    /* A zip file starts with its first member, or with its end when it has none. */
    if (bytes.size >= 4 && (!memcmp(bytes.data, "PK\3\4", 4) || !memcmp(bytes.data, "PK\5\6", 4)))
        return zr_npz_parse(cx, file, bytes, arrays, n);
    if (bytes.size < MAGIC_BYTES || memcmp(bytes.data, MAGIC, MAGIC_BYTES) != 0)
        return zr_fail(cx, ZR_E_FORMAT, place_of(file),
                       "neither .npy nor .npz; save arrays with numpy.save or numpy.savez");
    *arrays = ZR_NEW(cx, zr_array, 1);
    *n = 1;
    return *arrays && zr_npy_parse(cx, file, bytes, *arrays);
}
