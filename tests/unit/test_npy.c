#include "base/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* The bytes at the very end of their memory, so that a sanitizer sees the first byte read beyond.
 */
static zr_bytes tight_copy(const void *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy) abort();
    if (size) memcpy(copy, bytes, size);
    return (zr_bytes){copy, size};
}

static bool is_npz(zr_bytes bytes)
{
    return bytes.size >= 2 && !memcmp(bytes.data, "PK", 2);
}

/* What holds of every array that was read, however it was damaged before. */
static void check_promises(const zr_array *a)
{
    int64_t elements = zr_type_bytes(a->type);
    CHECK(a->name != NULL);
    CHECK(zr_types[a->type].numpy != 0);
    CHECK(a->rank >= 0 && a->rank <= ZR_ARRAY_MAX_RANK);
    for (int i = 0; i < a->rank; i++)
        CHECK(a->dim[i] >= 0 && zr_mul_i64(elements, a->dim[i], &elements));
    CHECK_EQ(a->bytes, elements);
    CHECK_EQ((uintptr_t)a->data % 16, 0);
    for (size_t i = 0; i < a->bytes && a->type == ZR_BOOL; i++) CHECK(a->data[i] <= 1);
}

/* Reads the bytes as what they are and checks that they give arrays or else an error. */
static bool read_bytes(const void *bytes, size_t size)
{
    zr_ctx cx;
    zr_array one, *arrays = &one;
    int n = 1;
    zr_bytes copy = tight_copy(bytes, size);
    zr_ctx_init(&cx);
    bool ok = is_npz(copy) ? zr_npz_parse(&cx, "f", copy, &arrays, &n)
                           : zr_npy_parse(&cx, "f", copy, &one);
    CHECK_EQ(ok, cx.n_errors == 0);
    CHECK_EQ(zr_exit_status(&cx), ok ? 0 : 1);
    for (int i = 0; ok && i < n; i++) check_promises(&arrays[i]);
    zr_ctx_free(&cx);
    free((void *)(uintptr_t)copy.data);
    return ok;
}

/* An .npy file of version 1 with this header and `size` bytes of elements. */
static zr_bytes make_npy(zr_ctx *cx, const char *header, size_t size)
{
    static const char zeros[64];
    zr_buf buf;
    zr_buf_init(&buf, cx);
    zr_buf_add(&buf, "\x93NUMPY\1\0", 8);
    size_t length = strlen(header);
    zr_buf_add(&buf, (const uint8_t[]){(uint8_t)length, (uint8_t)(length >> 8)}, 2);
    zr_buf_text(&buf, header);
    zr_buf_add(&buf, zeros, size);
    return (zr_bytes){(const uint8_t *)buf.data, buf.size};
}

/* Element i; of float16 its bits. */
static double element(const zr_array *a, size_t i)
{
    const uint8_t *p = a->data + i * (size_t)zr_type_bytes(a->type);
#define ELEMENT(id, ctype)               \
    if (a->type == ZR_##id) {            \
        ctype value;                     \
        memcpy(&value, p, sizeof value); \
        return (double)value;            \
    }                                    \
    (void)0
    ELEMENT(BOOL, uint8_t);
    ELEMENT(I8, int8_t);
    ELEMENT(U8, uint8_t);
    ELEMENT(I16, int16_t);
    ELEMENT(U16, uint16_t);
    ELEMENT(I32, int32_t);
    ELEMENT(U32, uint32_t);
    ELEMENT(I64, int64_t);
    ELEMENT(U64, uint64_t);
    ELEMENT(F16, uint16_t);
    ELEMENT(F32, float);
    ELEMENT(F64, double);
#undef ELEMENT
    return -1e9;
}

ZR_TEST(npy_every_type_in_both_byte_orders)
{
    /* -3 ... 2 as each type: data/make.py. */
    static const uint16_t halves[] = {0xc200, 0xc000, 0xbc00, 0, 0x3c00, 0x4000};
    zr_ctx cx;
    zr_array *arrays;
    int n;
    zr_ctx_init(&cx);
    if (CHECK(zr_arrays_read(&cx, zr_test_data(&cx, "numpy_types.npz"), &arrays, &n))) {
        CHECK_EQ(n, 24);
        for (int i = 0; i < n; i++) {
            const zr_array *a = &arrays[i];
            const zr_type_info *info = &zr_types[a->type];
            CHECK_EQ(a->name[1], info->numpy);
            CHECK_EQ(a->name[2] - '0', info->bits / 8);
            CHECK_EQ(a->rank, 2);
            CHECK(a->dim[0] == 2 && a->dim[1] == 3);
            check_promises(a);
            for (int j = 0; j < 6; j++) {
                double value = j - 3;
                if (info->numpy == 'b') value = j != 3;
                if (a->type == ZR_F16) value = halves[j];
                if (info->numpy == 'u' && value < 0)
                    value = (double)(UINT64_MAX >> (64 - info->bits)) + 1 + value;
                CHECK(element(a, (size_t)j) == value);
            }
        }
    }
    CHECK_ERROR(&cx, "");
    zr_ctx_free(&cx);
}

ZR_TEST(npy_every_rank)
{
    zr_ctx cx;
    zr_array *arrays;
    int n;
    zr_ctx_init(&cx);
    if (CHECK(zr_arrays_read(&cx, zr_test_data(&cx, "numpy_ranks.npz"), &arrays, &n))) {
        CHECK_EQ(n, 10);
        for (int i = 0; i < 9; i++) {
            CHECK_TEXT(arrays[i].name, zr_format(&cx, "r%d", i));
            CHECK_EQ(arrays[i].rank, i);
            CHECK_EQ(arrays[i].bytes, (int64_t)2 << i);
            check_promises(&arrays[i]);
            CHECK(element(&arrays[i], ((size_t)1 << i) - 1) == (1 << i) - 1);
        }
        CHECK_TEXT(arrays[9].name, "empty");
        CHECK_EQ(arrays[9].bytes, 0);
        CHECK_EQ(arrays[9].rank, 2);
        CHECK(arrays[9].dim[0] == 0 && arrays[9].dim[1] == 3);
    }
    zr_ctx_free(&cx);
}

ZR_TEST(npy_every_format_version)
{
    for (int version = 1; version <= 3; version++) {
        zr_ctx cx;
        zr_array *arrays;
        int n;
        zr_ctx_init(&cx);
        const char *path = zr_test_data(&cx, zr_format(&cx, "numpy_v%d.npy", version));
        if (CHECK(zr_arrays_read(&cx, path, &arrays, &n))) {
            CHECK_EQ(n, 1);
            CHECK_TEXT(arrays->name, "");
            CHECK_EQ(arrays->type, ZR_F32);
            CHECK(element(arrays, 5) == 5);
        }
        zr_ctx_free(&cx);
    }
}

ZR_TEST(npy_is_written_as_numpy_writes_it)
{
    static const char *const names[] = {"numpy_v1.npy", "numpy_scalar.npy", "numpy_line.npy"};
    zr_ctx cx;
    zr_bytes original, copy;
    zr_array array;
    zr_ctx_init(&cx);
    const char *path = zr_format(&cx, "%s/copy.npy", zr_test_folder());
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!CHECK(zr_file_read(&cx, zr_test_data(&cx, names[i]), &original)) ||
            !CHECK(zr_npy_parse(&cx, names[i], original, &array)) ||
            !CHECK(zr_npy_write(&cx, path, &array)) || !CHECK(zr_file_read(&cx, path, &copy)))
            break;
        CHECK_BYTES(copy.data, copy.size, original.data, original.size);
    }
    zr_ctx_free(&cx);
}

ZR_TEST(npy_of_rank_8_and_largest_dimensions_is_written)
{
    zr_ctx cx;
    zr_buf buf;
    zr_array a = {.name = "", .type = ZR_F64, .rank = 8}, b;
    zr_ctx_init(&cx);
    zr_buf_init(&buf, &cx);
    for (int i = 0; i < 8; i++) a.dim[i] = i == 7 ? INT64_MAX / 8 : i % 2;
    CHECK(zr_npy_format(&buf, &a));
    CHECK_EQ(buf.size % 64, 0);
    if (CHECK(zr_npy_parse(&cx, "f", (zr_bytes){(uint8_t *)buf.data, buf.size}, &b)))
        CHECK_BYTES(b.dim, sizeof b.dim, a.dim, sizeof a.dim);
    zr_ctx_free(&cx);
}

ZR_TEST(npy_refuses_to_write_what_numpy_has_not)
{
    static const uint8_t data[4];
    static const zr_array wrong[] = {
        {"", ZR_BF16, 1, {2}, data, 4}, {"", ZR_I4, 1, {2}, data, 1},
        {"", ZR_I8, 1, {5}, data, 4},   {"", ZR_I8, 9, {1}, data, 1},
        {"", ZR_I8, -1, {1}, data, 1},  {"", ZR_I8, 2, {-2, -2}, data, 4},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        zr_ctx cx;
        zr_buf buf;
        zr_ctx_init(&cx);
        zr_buf_init(&buf, &cx);
        CHECK(!zr_npy_format(&buf, &wrong[i]));
        CHECK_EQ(cx.n_errors, 1);
        CHECK_EQ(buf.size, 0);
        zr_ctx_free(&cx);
    }
}

ZR_TEST(npy_files_that_are_refused)
{
    static const char *const types = "cannot be read; save the array as bool, int8 to int64, uint8 "
                                     "to uint64, float16, float32 or float64";
    static const struct {
        const char *name, *sentence;
    } files[] = {
        {"fortran.npy", "array in Fortran (column-major) order; save it with numpy.save(file, "
                        "numpy.ascontiguousarray(array))"},
        {"structured.npy", "byte 20: structured array; save each field as an array of its own"},
        {"object.npy", "byte 20: elements of type '|O' %s"},
        {"text.npy", "byte 20: elements of type '<U2' %s"},
        {"complex.npy", "byte 20: elements of type '<c8' %s"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        zr_ctx cx;
        zr_array *arrays;
        int n;
        zr_ctx_init(&cx);
        const char *path = zr_test_data(&cx, files[i].name),
                   *mark = strstr(files[i].sentence, "%s");
        int length = (int)(mark ? mark - files[i].sentence : (long)strlen(files[i].sentence));
        CHECK(!zr_arrays_read(&cx, path, &arrays, &n));
        CHECK_ERROR(
            &cx, zr_format(&cx, "%s: %.*s%s", path, length, files[i].sentence, mark ? types : ""));
        CHECK_EQ(zr_exit_status(&cx), 1);
        zr_ctx_free(&cx);
    }
}

ZR_TEST(npy_fortran_order_is_taken_where_it_makes_no_difference)
{
    static const struct {
        const char *shape;
        size_t bytes;
        bool ok;
    } shapes[] = {
        {"()", 1, true},      {"(3,)", 3, true},       {"(1, 3, 1)", 3, true},
        {"(2, 3)", 6, false}, {"(2, 1, 2)", 4, false}, {"(2, 0, 3)", 0, true},
        {"(1, 1)", 1, true},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        zr_bytes npy = make_npy(
            &cx,
            zr_format(&cx, "{'descr': '|i1', 'fortran_order': True, 'shape': %s}", shapes[i].shape),
            shapes[i].bytes);
        CHECK_EQ(read_bytes(npy.data, npy.size), shapes[i].ok);
        zr_ctx_free(&cx);
    }
}

ZR_TEST(npy_headers)
{
    static const struct {
        const char *header;
        size_t bytes;
        bool ok;
    } headers[] = {
        /* What NumPy writes, and what it would read as well. */
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }      \n", 24, true},
        {"{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}", 24, true},
        {"{\"descr\":\"<f4\",\"fortran_order\":False,\"shape\":(2,3)}", 24, true},
        {" { 'descr' : '<f4' ,\t'fortran_order' : False , 'shape' : ( 2 , 3 , ) } ", 24, true},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (2L, 3L)}", 12, true},
        {"{'descr': '=i2', 'fortran_order': False, 'shape': (1,)}", 2, true},
        {"{'descr': '|i2', 'fortran_order': False, 'shape': (1,)}", 2, true},
        {"{'descr': 'i2', 'fortran_order': False, 'shape': (1,)}", 2, true},
        {"{'descr': '>i2', 'fortran_order': False, 'shape': (1,)}", 2, true},
        {"{'descr': '>i1', 'fortran_order': False, 'shape': (1,)}", 1, true},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': ()}", 1, true},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 9223372036854775807)}", 0, false},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 1152921504606846975)}", 0, true},
        {"{'descr': '|i1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1)}", 1, true},
        /* Sizes that do not belong together. */
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 23, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 25, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 0, false},
        {"{'descr': '|i1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 0, false},
        {"{'descr': '|i1', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}", 0,
         false},
        {"{'descr': '|i1', 'fortran_order': False, 'shape': (9223372036854775808,)}", 0, false},
        {"{'descr': '|i1', 'fortran_order': False, 'shape': (99999999999999999999999,)}", 0, false},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1152921504606846976,)}", 0, false},
        {"{'descr': '|i1', 'fortran_order': False, 'shape': (-1,)}", 1, false},
        {"{'descr': '|i1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", 1, false},
        /* Not a dictionary of the three keys. */
        {"", 0, false},
        {"{", 0, false},
        {"{}", 0, false},
        {"{'descr': '<f4', 'fortran_order': False}", 4, false},
        {"{'descr': '<f4', 'shape': ()}", 4, false},
        {"{'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': ()", 4, false},
        {"{'descr': '<f4' 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", 4, false},
        {"{'descr' '<f4', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr: '<f4', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr\", '<f4', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': ()", 4, false},
        {"{,'descr': '<f4', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': '<f4',, 'fortran_order': False, 'shape': ()}", 4, false},
        {"['descr', '<f4', 'fortran_order', False, 'shape', ()]", 4, false},
        /* Values that are none. */
        {"{'descr': '<f4', 'fortran_order': false, 'shape': ()}", 4, false},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", 4, false},
        {"{'descr': '<f4', 'fortran_order': Fals", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': 1}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1)}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (,)}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,,1)}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': [1]}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}", 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1e0,)}", 4, false},
        {"{'descr': '<f4\\', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': '', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': '<', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': '<f', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': '<f3', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': ()}", 16, false},
        {"{'descr': '<b2', 'fortran_order': False, 'shape': ()}", 2, false},
        {"{'descr': '|i0', 'fortran_order': False, 'shape': ()}", 0, false},
        {"{'descr': '|V2', 'fortran_order': False, 'shape': ()}", 2, false},
        {"{'descr': '!f4', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': '<<f4', 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': None, 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': ()}", 4, false},
        {"{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': ()}", 8, false},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        zr_bytes npy = make_npy(&cx, headers[i].header, headers[i].bytes);
        if (!CHECK_EQ(read_bytes(npy.data, npy.size), headers[i].ok))
            printf("    header: %s\n", headers[i].header);
        zr_ctx_free(&cx);
    }
}

ZR_TEST(npy_errors_say_where_and_what)
{
    static const struct {
        const char *header, *line;
    } cases[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, x)}",
         "x.npy: byte 64: a dimension expected in the .npy header; the file is damaged or is no "
         "such "
         "file; export it again"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
         "x.npy: 3 bytes of elements, but type and shape in the .npy header ask for 8; the file is "
         "damaged or is no such file; export it again"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zr_ctx cx;
        zr_array array;
        zr_ctx_init(&cx);
        CHECK(!zr_npy_parse(&cx, "x.npy", make_npy(&cx, cases[i].header, 3), &array));
        CHECK_ERROR(&cx, cases[i].line);
        zr_ctx_free(&cx);
    }
}

ZR_TEST(npy_elements_that_lie_unaligned_are_moved)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    for (int spaces = 0; spaces < 16; spaces++) {
        zr_array array;
        zr_bytes npy = make_npy(
            &cx,
            zr_format(&cx, "{'descr': '<f4', 'fortran_order': False, 'shape': ()%*s}", spaces, ""),
            4);
        if (CHECK(zr_npy_parse(&cx, "f", npy, &array))) check_promises(&array);
    }
    zr_ctx_free(&cx);
}

ZR_TEST(npy_bool_elements_become_0_or_1)
{
    static const char header[] = "{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}";
    zr_ctx cx;
    zr_array array;
    zr_ctx_init(&cx);
    zr_bytes npy = make_npy(&cx, header, 3);
    uint8_t *copy = ZR_NEW(&cx, uint8_t, npy.size);
    memcpy(copy, npy.data, npy.size);
    memcpy(copy + npy.size - 3, "\2\0\377", 3);
    if (CHECK(zr_npy_parse(&cx, "f", (zr_bytes){copy, npy.size}, &array)))
        CHECK_BYTES(array.data, array.bytes, "\1\0\1", 3);
    zr_ctx_free(&cx);
}

/* Every beginning of the file is refused; every bit that is turned gives arrays or an error. */
static void damage(const char *name)
{
    zr_ctx cx;
    zr_bytes file;
    zr_ctx_init(&cx);
    if (CHECK(zr_file_read(&cx, zr_test_data(&cx, name), &file))) {
        CHECK(read_bytes(file.data, file.size));
        for (size_t size = 0; size < file.size; size++)
            if (!CHECK(!read_bytes(file.data, size))) printf("    %s cut to %zu\n", name, size);
        uint8_t *copy = ZR_NEW(&cx, uint8_t, file.size);
        memcpy(copy, file.data, file.size);
        for (size_t bit = 0; bit < file.size * 8; bit++) {
            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
            read_bytes(copy, file.size);
            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    zr_ctx_free(&cx);
}

ZR_TEST(npy_damaged)
{
    damage("numpy_v1.npy");
    damage("numpy_v2.npy");
    damage("numpy_v3.npy");
    damage("numpy_scalar.npy");
}

ZR_TEST(npz_damaged)
{
    damage("numpy_small.npz");
}

ZR_TEST(npz_is_read_as_written)
{
    static const uint8_t bytes[6] = {1, 2, 3, 4, 5, 6};
    static const zr_array written[] = {
        {"x", ZR_I16, 2, {1, 3}, bytes, 6},
        {"a name with spaces", ZR_U8, 0, {0}, bytes, 1},
        {"empty", ZR_F32, 1, {0}, bytes, 0},
    };
    zr_ctx cx;
    zr_array *read;
    zr_bytes first, second;
    int n;
    zr_ctx_init(&cx);
    const char *path = zr_format(&cx, "%s/a.npz", zr_test_folder());
    if (CHECK(zr_npz_write(&cx, path, written, 3)) && CHECK(zr_arrays_read(&cx, path, &read, &n)) &&
        CHECK_EQ(n, 3)) {
        for (int i = 0; i < 3; i++) {
            CHECK_TEXT(read[i].name, written[i].name);
            CHECK_EQ(read[i].type, written[i].type);
            CHECK_EQ(read[i].rank, written[i].rank);
            CHECK_BYTES(read[i].dim, sizeof read[i].dim, written[i].dim, sizeof read[i].dim);
            CHECK_BYTES(read[i].data, read[i].bytes, written[i].data, written[i].bytes);
        }
    }
    /* Neither the clock nor the time zone may show. */
    if (CHECK(zr_file_read(&cx, path, &first)) && !setenv("TZ", "Asia/Tokyo", 1)) {
        CHECK(zr_npz_write(&cx, path, written, 3));
        if (CHECK(zr_file_read(&cx, path, &second)))
            CHECK_BYTES(first.data, first.size, second.data, second.size);
        CHECK(first.size > 12 && !memcmp(first.data + 10, "\0\0\x21\0", 4)); /* 1980-01-01 */
        unsetenv("TZ");
    }
    CHECK_ERROR(&cx, "");
    zr_ctx_free(&cx);
}

ZR_TEST(npz_that_is_refused)
{
    static const struct {
        const char *name, *sentence;
    } files[] = {
        {"empty.npz", ": no array (.npy) in the zip file; the file is damaged or is no such file; "
                      "export it again"},
        {"other.npz", ": no array (.npy) in the zip file; the file is damaged or is no such file; "
                      "export it again"},
        {"not_npy.npz",
         ": x.npy: not an .npy file; the file is damaged or is no such file; export it "
         "again"},
        {"twice.npz",
         ": x.npy: there are two arrays of this name; the file is damaged or is no such "
         "file; export it again"},
        {"bzip2.npz", ": x.npy: compressed with method 12; save the arrays with "
                      "numpy.savez_compressed"},
        {"bomb.npz", ": x.npy: claims more bytes than can be packed in the file; the file is "
                     "damaged or is no such file; export it again"},
        {"checksum.npz", ": x.npy: cannot be unpacked: damaged; the file is damaged or is no such "
                         "file; export it again"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        zr_ctx cx;
        zr_array *arrays;
        int n;
        zr_ctx_init(&cx);
        const char *path = zr_test_data(&cx, files[i].name);
        CHECK(!zr_arrays_read(&cx, path, &arrays, &n));
        CHECK_ERROR(&cx, zr_format(&cx, "%s%s", path, files[i].sentence));
        zr_ctx_free(&cx);
    }
}

ZR_TEST(arrays_are_recognised_by_content)
{
    zr_ctx cx;
    zr_array *arrays;
    int n;
    zr_ctx_init(&cx);
    CHECK(!zr_arrays_read(&cx, zr_test_data(&cx, "make.py"), &arrays, &n));
    CHECK_TEXT(cx.first->sentence, "neither .npy nor .npz");
    CHECK(freopen(zr_test_data(&cx, "numpy_small.npz"), "rb", stdin) != NULL);
    CHECK(zr_arrays_read(&cx, "-", &arrays, &n));
    CHECK(freopen(zr_test_data(&cx, "fortran.npy"), "rb", stdin) != NULL);
    CHECK(!zr_arrays_read(&cx, "-", &arrays, &n));
    CHECK_TEXT(cx.last->place.file, "standard input");
    zr_ctx_free(&cx);
}

static bool read_and_write(zr_ctx *cx, void *data)
{
    zr_array *arrays;
    int n;
    return zr_arrays_read(cx, data, &arrays, &n) &&
           zr_npy_write(cx, zr_format(cx, "%s/memory.npy", zr_test_folder()), arrays) &&
           zr_npz_write(cx, zr_format(cx, "%s/memory.npz", zr_test_folder()), arrays, n);
}

ZR_TEST(npy_memory)
{
    static const char *const names[] = {"numpy_types.npz", "numpy_small.npz", "numpy_v1.npy"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", ZR_TEST_DATA, names[i]);
        CHECK_MEMORY(read_and_write, path);
    }
}
