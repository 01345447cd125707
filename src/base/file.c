#define _GNU_SOURCE /* nftw */
#include "base/file.h"

#include <errno.h>
#include <ftw.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"

static zr_place at(const char *path)
{
    zr_place place = ZR_NOWHERE;
    place.file = path;
    return place;
}

bool zr_file_read(zr_ctx *cx, const char *path, zr_bytes *bytes)
{
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    if (!file) return zr_fail(cx, ZR_E_FILE, at(path), "cannot open: %s", strerror(errno));
    zr_buf buf;
    zr_buf_init(&buf, cx);
    bool ok = true;
    for (size_t chunk = 64 * 1024; ok && !feof(file); chunk *= 2) {
        char *room = zr_buf_reserve(&buf, chunk);
        if (room) buf.size += fread(room, 1, chunk, file);
        ok = room && !ferror(file) && buf.size <= INT32_MAX;
    }
    if (!buf.failed && ferror(file))
        zr_fail(cx, ZR_E_FILE, at(path), "cannot read: %s", strerror(errno));
    else if (!ok && !buf.failed)
        zr_fail(cx, ZR_E_FILE, at(path), "larger than 2 GiB");
    if (file != stdin) fclose(file);
    *bytes = (zr_bytes){(const uint8_t *)buf.data, buf.size};
    return ok;
}

static bool write_all(FILE *file, const void *bytes, size_t size)
{
    return fwrite(bytes, 1, size, file) == size && fflush(file) == 0;
}

static bool failed(zr_ctx *cx, const char *path, const char *what, int why)
{
    return zr_fail(cx, ZR_E_FILE, at(path), "cannot %s: %s", what, strerror(why));
}

/* Devices and pipes: a file renamed to that name would take their place, and root may do that. */
static bool write_in_place(zr_ctx *cx, const zr_file_output *output)
{
    FILE *file = fopen(output->path, "wb");
    if (!file) return failed(cx, output->path, "open", errno);
    bool ok = write_all(file, output->bytes, output->size);
    int why = errno;
    if (fclose(file) == 0 && ok) return true;
    return failed(cx, output->path, "write", ok ? errno : why);
}

/* An output on its way to its name. */
typedef struct pending {
    const char *target;
    const char *temporary; /* NULL: to be written in place, or renamed already */
} pending;

/* Writes the temporary file. */
static bool write_temporary(zr_ctx *cx, const zr_file_output *output, pending *p)
{
    struct stat status;
    char *real = NULL; /* a link stays a link */
    *p = (pending){NULL, NULL};
    if (stat(output->path, &status) == 0) {
        if (!S_ISREG(status.st_mode)) return true;
        real = realpath(output->path, NULL);
        if (!real) return failed(cx, output->path, "open", errno);
    }
    p->target = zr_format(cx, "%s", real ? real : output->path);
    free(real);
    if (!p->target) return false;
    const char *temporary = zr_format(cx, "%s.%ld.tmp", p->target, (long)getpid());
    if (!temporary) return false;
    FILE *file = fopen(temporary, "wbx"); /* x: never through somebody else's link of that name */
    if (!file) return failed(cx, output->path, "create", errno);
    p->temporary = temporary;
    bool ok = write_all(file, output->bytes, output->size);
    int why = errno;
    if (fclose(file) == 0 && ok) return true;
    return failed(cx, output->path, "write", ok ? errno : why);
}

static bool finish(zr_ctx *cx, const zr_file_output *output, pending *p)
{
    if (!p->temporary) return write_in_place(cx, output);
    if (rename(p->temporary, p->target) != 0) return failed(cx, output->path, "write", errno);
    p->temporary = NULL;
    return true;
}

bool zr_files_write(zr_ctx *cx, const zr_file_output *outputs, int n)
{
    pending *all = ZR_NEW(cx, pending, (size_t)n);
    bool ok = all != NULL;
    for (int i = 0; ok && i < n; i++) ok = write_temporary(cx, &outputs[i], &all[i]);
    for (int i = 0; ok && i < n; i++) ok = finish(cx, &outputs[i], &all[i]);
    for (int i = 0; all && i < n; i++)
        if (all[i].temporary) remove(all[i].temporary);
    return ok;
}

bool zr_file_write(zr_ctx *cx, const char *path, const void *bytes, size_t size)
{
    if (strcmp(path, "-") != 0) return zr_files_write(cx, &(zr_file_output){path, bytes, size}, 1);
    return write_all(stdout, bytes, size) || failed(cx, "standard output", "write", errno);
}

bool zr_folder_make(zr_ctx *cx, const char *path)
{
    char *partial = zr_alloc(cx, strlen(path) + 1, 1);
    if (!partial) return false;
    for (size_t i = 0; path[i]; i++) {
        partial[i] = path[i];
        if (path[i + 1] != '/' && path[i + 1] != '\0') continue;
        if (mkdir(partial, 0777) != 0 && errno != EEXIST)
            return zr_fail(cx, ZR_E_FILE, at(path), "cannot make the folder: %s", strerror(errno));
    }
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return true;
    return zr_fail(cx, ZR_E_FILE, at(path), "is not a folder");
}

const char *zr_folder_temporary(zr_ctx *cx)
{
    const char *parent = getenv("TMPDIR");
    char *path = (char *)zr_format(cx, "%s/zerre-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!path || mkdtemp(path)) return path;
    zr_fail(cx, ZR_E_FILE, at(path), "cannot make the folder: %s", strerror(errno));
    return NULL;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    remove(path);
    return 0;
}

void zr_folder_remove(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *zr_sha256(zr_ctx *cx, const void *bytes, size_t size)
{
    char *text = zr_alloc(cx, SHA256_DIGEST_STRING_LENGTH, 1);
    return text ? SHA256Data(bytes, size, text) : NULL;
}
