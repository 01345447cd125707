#include "ops/version.h"

#include <stdio.h>
#include <string.h>

#include "ops/rules.h"

/* An attribute has another value than the schema's default. */
static bool attribute_set(const zr_node *node, const char *name)
{
    for (int i = 0; i < node->op->n_fields; i++) {
        const zr_field *field = &node->op->fields[i];
        if (strcmp(field->name, name) != 0) continue;
        int32_t value;
        memcpy(&value, (const char *)node->attrs + field->offset, sizeof value);
        return value != (int32_t)field->otherwise;
    }
    return false;
}

static bool holds(const zr_version *rule, const zr_site *site)
{
    const zr_tensor *tensor = rule->port < site->node->n_inputs ? zr_input(site, rule->port) : NULL;
    if (rule->types && (!tensor || !(rule->types >> tensor->type & 1))) return false;
    if (rule->rank && (!tensor || tensor->shape.rank < rule->rank)) return false;
    if (rule->attribute && !(site->node->attrs && attribute_set(site->node, rule->attribute)))
        return false;
    return !rule->test || rule->test(site);
}

int zr_version_of(const zr_site *site, const char **runtime)
{
    int number = 1;
    const char *since = site->node->op->since;
    *runtime = since ? since : "";
    for (const zr_version *rule = site->node->op->versions; rule && rule->number; rule++) {
        if (rule->number <= number || !holds(rule, site)) continue;
        number = rule->number;
        *runtime = rule->runtime;
    }
    return number;
}

bool zr_wide_broadcast(const zr_site *site)
{
    const zr_tensor *a = zr_input(site, 0), *b = zr_input(site, 1);
    return a && b && (a->shape.rank > 4 || b->shape.rank > 4) &&
           !zr_shape_equal(&a->shape, &b->shape);
}

bool zr_runtime_older(const char *a, const char *b)
{
    int x[3] = {0}, y[3] = {0};
    if (sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2]) < 0) x[0] = 0;
    if (sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2]) < 0) y[0] = 0;
    int i = 0;
    while (i < 2 && x[i] == y[i]) i++;
    return x[i] < y[i];
}
