#include <cjson/cJSON.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "frontend/frontend.h"

const char *const zr_frontend_names[ZR_FRONTEND_KINDS] = {"micro", "mfcc-mlperf", "logmel"};

typedef enum field_type { INT, REAL, FLAG } field_type;

typedef struct field {
    const char *name;
    field_type type;
    double least, most;
    double usual[ZR_FRONTEND_KINDS];
    size_t offset;
} field;

static const field fields[] = {
#define ZR_FIELD(name, type, least, most, micro, mfcc, logmel) \
    {#name, type, least, most, {micro, mfcc, logmel}, offsetof(zr_frontend, name)},
#include "frontend/fields.def"
};

static const field wake_fields[] = {
#define ZR_WAKE_FIELD(name, type, least, most, usual) \
    {#name, type, least, most, {usual, usual, usual}, offsetof(zr_frontend, wake.name)},
#include "frontend/fields.def"
};

typedef struct field_table {
    const field *fields;
    int n;
} field_table;

static const field_table all_fields = {fields, sizeof fields / sizeof *fields};
static const field_table all_wake_fields = {wake_fields, sizeof wake_fields / sizeof *wake_fields};

static double *value_of(zr_frontend *f, const field *what)
{
    return (double *)(void *)((char *)f + what->offset);
}

static void set_usual(zr_frontend *f, field_table table)
{
    for (int i = 0; i < table.n; i++)
        *value_of(f, &table.fields[i]) = table.fields[i].usual[f->kind];
}

bool zr_frontend_preset(const char *name, zr_frontend *f)
{
    for (int kind = 0; kind < ZR_FRONTEND_KINDS; kind++) {
        if (strcmp(name, zr_frontend_names[kind]) != 0) continue;
        *f = (zr_frontend){.kind = (zr_frontend_kind)kind};
        set_usual(f, all_fields);
        set_usual(f, all_wake_fields);
        return true;
    }
    return false;
}

static bool take_field(zr_ctx *cx, zr_place at, const cJSON *item, field_table table,
                       zr_frontend *f)
{
    for (int i = 0; i < table.n; i++) {
        const field *what = &table.fields[i];
        if (strcmp(what->name, item->string) != 0) continue;
        if (what->type == FLAG) {
            if (!cJSON_IsBool(item))
                return zr_fail(cx, ZR_E_DATA, at, "\"%s\" is neither true nor false", what->name);
            *value_of(f, what) = cJSON_IsTrue(item);
            return true;
        }
        double value = item->valuedouble;
        if (!cJSON_IsNumber(item) || !(value >= what->least && value <= what->most) ||
            (what->type == INT && value != floor(value)))
            return zr_fail(cx, ZR_E_DATA, at, "\"%s\" is no %snumber from %g to %g", what->name,
                           what->type == INT ? "whole " : "", what->least, what->most);
        *value_of(f, what) = value;
        return true;
    }
    const char *name = zr_text(cx, item->string, strlen(item->string));
    return zr_fail(cx, ZR_E_DATA, at,
                   "has an unknown field \"%s\"; docs/sound.md lists those there are",
                   name ? name : "");
}

/* The object "wake": that there is such a stage, and what differs from the usual. */
static bool take_wake(zr_ctx *cx, zr_place at, const cJSON *wake, zr_frontend *f)
{
    if (!cJSON_IsObject(wake)) return zr_fail(cx, ZR_E_DATA, at, "\"wake\" is no object");
    f->wakes = true;
    for (const cJSON *item = wake->child; item; item = item->next)
        if (!take_field(cx, at, item, all_wake_fields, f)) return false;
    return true;
}

static bool take_all(zr_ctx *cx, zr_place at, const cJSON *root, zr_frontend *f)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(root, "frontend");
    if (!cJSON_IsObject(root) || !cJSON_IsString(name) || !zr_frontend_preset(name->valuestring, f))
        return zr_fail(cx, ZR_E_DATA, at,
                       "is no JSON object with \"frontend\": \"micro\", \"mfcc-mlperf\" or "
                       "\"logmel\"");
    for (const cJSON *item = root->child; item; item = item->next) {
        if (item == name) continue;
        if (!(strcmp(item->string, "wake") == 0 ? take_wake(cx, at, item, f)
                                                : take_field(cx, at, item, all_fields, f)))
            return false;
    }
    return true;
}

bool zr_frontend_parse(zr_ctx *cx, const char *file, zr_bytes text, zr_frontend *f)
{
    zr_place at = ZR_NOWHERE;
    at.file = file;
    cJSON *root = cJSON_ParseWithLength((const char *)text.data, text.size);
    if (!root) return zr_fail(cx, ZR_E_DATA, at, "is no JSON");
    bool ok = take_all(cx, at, root, f);
    cJSON_Delete(root);
    return ok && zr_frontend_prepare(cx, file, f);
}

int zr_frontend_clip_samples(const zr_frontend *f)
{
    int least = f->window + ((int)f->frames - 1) * f->hop;
    return (least + f->hop - 1) / f->hop * f->hop;
}
