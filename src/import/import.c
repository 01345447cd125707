#include "import/import.h"

#include <string.h>

#include "import/tflite.h"

bool zr_import(zr_ctx *cx, const char *path, zr_model *model)
{
    zr_bytes bytes;
    if (!zr_file_read(cx, path, &bytes)) return false;
    const char *name = strcmp(path, "-") ? path : "standard input";
    if (zr_tflite_is(bytes)) return zr_tflite_parse(cx, name, bytes, model);
    zr_place place = ZR_NOWHERE;
    place.file = name;
    return zr_fail(cx, ZR_E_FORMAT, place, "%s; a .tflite model is needed",
                   bytes.size ? "is of no known format" : "is empty");
}
