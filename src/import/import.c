#include "import/import.h"

#include <string.h>
#include <sys/stat.h>

#include "import/tflite.h"

/* A sound model is a folder with a model.tflite, and is called as the folder. */
static const char *file_of(zr_ctx *cx, const char *path, const char **name)
{
    struct stat status;
    *name = strcmp(path, "-") ? path : "standard input";
    if (!strcmp(path, "-") || stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) return path;
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') length--;
    *name = zr_format(cx, "%.*s", (int)length, path);
    return zr_format(cx, "%s/model.tflite", *name ? *name : "");
}

bool zr_import(zr_ctx *cx, const char *path, zr_model *model)
{
    zr_bytes bytes;
    const char *name, *file = file_of(cx, path, &name);
    if (!file || !name || !zr_file_read(cx, file, &bytes)) return false;
    if (zr_tflite_is(bytes)) return zr_tflite_parse(cx, name, bytes, model);
    zr_place place = ZR_NOWHERE;
    place.file = name;
    return zr_fail(cx, ZR_E_FORMAT, place, "%s; a .tflite model is needed",
                   bytes.size ? "is of no known format" : "is empty");
}
