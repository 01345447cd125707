#include "select/costs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* FNV-1a, 32 bits: tells attributes apart, nothing more. */
static uint32_t hash(const void *data, size_t size)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < size; i++) h = (h ^ ((const uint8_t *)data)[i]) * 16777619u;
    return h;
}

/* Attributes by value: lists and strings are pointers, whose bytes differ from run to run. */
static uint32_t attrs_hash(const zr_node *node)
{
    uint32_t h = 0;
    for (int i = 0; i < node->op->n_fields; i++) {
        const zr_field *field = &node->op->fields[i];
        const char *at = (const char *)node->attrs + field->offset;
        if (field->kind == ZR_FIELD_LIST) {
            const zr_list *list = (const zr_list *)(const void *)at;
            h = h * 31 + hash(list->value, (size_t)list->n * sizeof *list->value);
        } else if (field->kind == ZR_FIELD_STRING) {
            const char *text = *(const char *const *)(const void *)at;
            h = h * 31 + hash(text, strlen(text));
        } else {
            h = h * 31 + hash(at, sizeof(int32_t));
        }
    }
    return h;
}

const char *zr_costs_key(const zr_site *site, const char *target, const zr_variant *variant)
{
    const zr_node *node = site->node;
    zr_buf key;
    zr_buf_init(&key, site->cx);
    zr_buf_printf(&key, "%s %s %s", target, node->op_name, variant ? variant->name : "ref");
    for (int i = 0; i < node->n_inputs; i++) {
        const zr_tensor *t = zr_input(site, i);
        if (t)
            zr_buf_printf(&key, " %s:%s", zr_shape_text(site->cx, &t->shape),
                          zr_types[t->type].name);
    }
    for (int i = 0; i < node->n_outputs; i++) {
        const zr_tensor *t = zr_output(site, i);
        zr_buf_printf(&key, " -> %s:%s", zr_shape_text(site->cx, &t->shape),
                      zr_types[t->type].name);
    }
    zr_buf_printf(&key, " #%08x", (unsigned)attrs_hash(node));
    return key.failed ? NULL : key.data;
}

static int find(const zr_costs *costs, const char *key)
{
    for (int i = 0; i < costs->n; i++)
        if (!strcmp(costs->key[i], key)) return i;
    return -1;
}

int64_t zr_costs_get(const zr_costs *costs, const char *key)
{
    int i = key ? find(costs, key) : -1;
    return i < 0 ? -1 : costs->instructions[i];
}

bool zr_costs_put(zr_ctx *cx, zr_costs *costs, const char *key, int64_t instructions)
{
    int i = find(costs, key);
    if (i < 0 && costs->n == costs->capacity) {
        int capacity = costs->capacity ? 2 * costs->capacity : 64;
        const char **keys = ZR_NEW(cx, const char *, (size_t)capacity);
        int64_t *values = ZR_NEW(cx, int64_t, (size_t)capacity);
        if (!keys || !values) return false;
        for (int k = 0; k < costs->n; k++) {
            keys[k] = costs->key[k];
            values[k] = costs->instructions[k];
        }
        costs->key = keys;
        costs->instructions = values;
        costs->capacity = capacity;
    }
    if (i < 0) i = costs->n++;
    costs->key[i] = key;
    costs->instructions[i] = instructions;
    return true;
}

bool zr_costs_read(zr_ctx *cx, const char *path, zr_costs *costs)
{
    zr_bytes bytes;
    *costs = (zr_costs){NULL, NULL, 0, 0};
    if (access(path, F_OK) != 0) return true;
    if (!zr_file_read(cx, path, &bytes)) return false;
    const char *text = (const char *)bytes.data, *end = text + bytes.size;
    for (int line = 1; text < end; line++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (!stop) stop = end;
        const char *tab = memchr(text, '\t', (size_t)(stop - text));
        const char *number = tab ? zr_text(cx, tab + 1, (size_t)(stop - tab - 1)) : "";
        const char *key = tab ? zr_text(cx, text, (size_t)(tab - text)) : "";
        if (!number || !key) return false;
        char *rest;
        long long value = strtoll(number, &rest, 10);
        zr_place place = {path, -1, -1, -1, NULL, NULL};
        if (!tab || rest == number || *rest || value < 0)
            return zr_fail(cx, ZR_E_FORMAT, place,
                           "line %d is not a key, a tab and a number; make "
                           "the file again with 'zerre tune'",
                           line);
        if (!zr_costs_put(cx, costs, key, value)) return false;
        text = stop + 1;
    }
    return true;
}

bool zr_costs_write(zr_ctx *cx, const char *path, const zr_costs *costs)
{
    zr_buf text;
    zr_buf_init(&text, cx);
    for (int i = 0; i < costs->n; i++)
        zr_buf_printf(&text, "%s\t%lld\n", costs->key[i], (long long)costs->instructions[i]);
    return !text.failed && zr_file_write(cx, path, text.size ? text.data : "", text.size);
}
