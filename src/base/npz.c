/* .npz files: zip files with one .npy file an array. */
#include <string.h>
#include <zip.h>

#include "base/npy.h"

static const uint64_t MAX_UNPACKED_BYTES = INT32_MAX; /* as zr_file_read */
enum { MAX_DEFLATE_RATIO = 1032 }; /* what DEFLATE can reach: 258 bytes for 2 bits */

static zr_place place_of(const char *file)
{
    zr_place place = ZR_NOWHERE;
    place.file = file;
    return place;
}

/* Opens a zip file in memory; NULL after an error. */
static zip_t *open_memory(zr_ctx *cx, const char *file, zip_source_t *source, int flags)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_t *archive = source ? zip_open_from_source(source, flags, &error) : NULL;
    if (!archive && !source)
        zr_fail(cx, ZR_E_MEMORY, place_of(file), "out of memory");
    else if (!archive)
        zr_fail(cx, ZR_E_FORMAT, place_of(file), "not a .npz file: %s", zip_error_strerror(&error));
    if (!archive && source) zip_source_free(source);
    zip_error_fini(&error);
    return archive;
}

/* A zip bomb is refused before memory is taken for it: no member may claim more than its packed
 * bytes can hold, and the members together not more packed bytes than the file has. */
static bool check_size(zr_ctx *cx, const char *file, const zip_stat_t *stat, size_t file_bytes,
                       uint64_t *packed, uint64_t *unpacked)
{
    const zip_uint64_t need =
        ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if ((stat->valid & need) != need) return zr_fail(cx, ZR_E_FORMAT, place_of(file), "damaged");
    if (stat->encryption_method != ZIP_EM_NONE)
        return zr_fail(cx, ZR_E_UNSUPPORTED, place_of(file),
                       "encrypted; save the arrays with numpy.savez");
    bool stored = stat->comp_method == ZIP_CM_STORE;
    if (!stored && stat->comp_method != ZIP_CM_DEFLATE)
        return zr_fail(cx, ZR_E_UNSUPPORTED, place_of(file),
                       "compressed with method %d; save the arrays with numpy.savez_compressed",
                       stat->comp_method);
    if (stat->comp_size > file_bytes - *packed ||
        stat->size / (stored ? 1 : MAX_DEFLATE_RATIO) > stat->comp_size)
        return zr_fail(cx, ZR_E_FORMAT, place_of(file),
                       "claims more bytes than can be packed in the file");
    if (stat->size > MAX_UNPACKED_BYTES - *unpacked)
        return zr_fail(cx, ZR_E_DATA, place_of(file), "arrays of more than 2 GiB");
    *packed += stat->comp_size;
    *unpacked += stat->size;
    return true;
}

static bool unpack(zr_ctx *cx, const char *file, zip_t *archive, zip_uint64_t index, size_t size,
                   zr_bytes *bytes)
{
    uint8_t *data = zr_alloc(cx, size, 1), more;
    if (!data) return false;
    zip_file_t *member = zip_fopen_index(archive, index, 0);
    if (!member)
        return zr_fail(cx, ZR_E_FORMAT, place_of(file), "cannot be unpacked: %s",
                       zip_strerror(archive));
    /* Reading past the end makes libzip compare the checksum. */
    bool ok =
        zip_fread(member, data, size) == (zip_int64_t)size && zip_fread(member, &more, 1) == 0;
    if (!ok) zr_fail(cx, ZR_E_FORMAT, place_of(file), "cannot be unpacked: damaged");
    zip_fclose(member);
    *bytes = (zr_bytes){data, size};
    return ok;
}

static bool read_members(zr_ctx *cx, const char *file, zip_t *archive, size_t file_bytes,
                         zr_array **arrays, int *n)
{
    static const char SUFFIX[] = ".npy";
    uint64_t packed = 0, unpacked = 0;
    zip_int64_t n_members = zip_get_num_entries(archive, 0);
    *n = 0;
    if (n_members < 0) return zr_fail(cx, ZR_E_FORMAT, place_of(file), "damaged");
    *arrays = ZR_NEW(cx, zr_array, (size_t)n_members);
    if (!*arrays) return false;
    for (zip_uint64_t i = 0; i < (zip_uint64_t)n_members; i++) {
        zip_stat_t stat;
        const char *name = zip_get_name(archive, i, 0);
        if (!name) continue;
        size_t length = strlen(name);
        if (length < strlen(SUFFIX) || strcmp(name + length - strlen(SUFFIX), SUFFIX) != 0)
            continue;
        const char *text = zr_text(cx, name, length - strlen(SUFFIX));
        const char *place = text ? zr_format(cx, "%s: %s%s", file, text, SUFFIX) : NULL;
        if (!place) return false;
        if (zip_stat_index(archive, i, 0, &stat) != 0)
            return zr_fail(cx, ZR_E_FORMAT, place_of(place), "damaged");
        if (zip_name_locate(archive, name, 0) != (zip_int64_t)i)
            return zr_fail(cx, ZR_E_FORMAT, place_of(place), "there are two arrays of this name");
        zr_array *array = &(*arrays)[*n];
        zr_bytes bytes;
        if (!check_size(cx, place, &stat, file_bytes, &packed, &unpacked) ||
            !unpack(cx, place, archive, i, (size_t)stat.size, &bytes) ||
            !zr_npy_parse(cx, place, bytes, array))
            return false;
        array->name = text;
        ++*n;
    }
    return *n > 0 || zr_fail(cx, ZR_E_FORMAT, place_of(file), "no array (.npy) in the zip file");
}

bool zr_npz_parse(zr_ctx *cx, const char *file, zr_bytes bytes, zr_array **arrays, int *n)
{
    zip_source_t *source = zip_source_buffer_create(bytes.data, bytes.size, 0, NULL);
    zip_t *archive = open_memory(cx, file, source, ZIP_RDONLY);
    if (!archive) return false;
    bool ok = read_members(cx, file, archive, bytes.size, arrays, n);
    zip_discard(archive);
    return ok;
}

/* Adds one array to the archive. */
static bool add_member(zr_ctx *cx, zip_t *archive, const zr_array *array)
{
    /* Every member has the date that numpy.savez gives it: same arrays, same bytes. */
    enum { TIME = 0, DATE_1980_01_01 = 1 << 5 | 1 };
    zr_buf buf;
    zr_buf_init(&buf, cx);
    const char *name = zr_format(cx, "%s.npy", array->name);
    if (!name || !zr_npy_format(&buf, array)) return false;
    zip_source_t *source = zip_source_buffer(archive, buf.data, buf.size, 0);
    zip_int64_t i = source ? zip_file_add(archive, name, source, ZIP_FL_ENC_UTF_8) : -1;
    if (i >= 0 && !zip_set_file_compression(archive, (zip_uint64_t)i, ZIP_CM_STORE, 0) &&
        !zip_file_set_dostime(archive, (zip_uint64_t)i, TIME, DATE_1980_01_01, 0))
        return true;
    if (source && i < 0) zip_source_free(source);
    return zr_fail(cx, ZR_E_FILE, ZR_NOWHERE, "array '%s' cannot be written: %s", array->name,
                   zip_strerror(archive));
}

/* The bytes of the finished archive. */
static bool collect(zr_ctx *cx, zip_source_t *source, zr_bytes *bytes)
{
    zip_stat_t stat;
    uint8_t *data = NULL;
    if (zip_source_open(source) != 0) return zr_fail(cx, ZR_E_MEMORY, ZR_NOWHERE, "out of memory");
    bool ok = zip_source_stat(source, &stat) == 0 && (stat.valid & ZIP_STAT_SIZE);
    if (ok) data = zr_alloc(cx, (size_t)stat.size, 1);
    if (data && zip_source_read(source, data, stat.size) != (zip_int64_t)stat.size) data = NULL;
    if (!data) zr_fail(cx, ZR_E_MEMORY, ZR_NOWHERE, "out of memory");
    zip_source_close(source);
    if (data) *bytes = (zr_bytes){data, (size_t)stat.size};
    return data != NULL;
}

bool zr_npz_write(zr_ctx *cx, const char *path, const zr_array *arrays, int n)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *archive = open_memory(cx, path, source, ZIP_CREATE | ZIP_TRUNCATE);
    if (!archive) return false;
    zip_source_keep(source); /* the archive's end would free it */
    bool ok = true;
    for (int i = 0; ok && i < n; i++) ok = add_member(cx, archive, &arrays[i]);
    if (ok && zip_close(archive) != 0)
        ok = zr_fail(cx, ZR_E_FILE, place_of(path), "cannot write: %s", zip_strerror(archive));
    else if (ok)
        archive = NULL;
    if (archive) zip_discard(archive);
    zr_bytes bytes = {NULL, 0};
    ok = ok && collect(cx, source, &bytes);
    zip_source_free(source);
    return ok && zr_file_write(cx, path, bytes.data, bytes.size);
}
