#include "report/parity.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "report/inspect.h"

static void percent(zr_buf *out, double share, int width)
{
    if (share < 0)
        zr_buf_printf(out, " %*s", width, "-");
    else
        zr_buf_printf(out, " %*.*f", width, share < 0.9995 ? 2 : 0, 100 * share);
}

static const char *layer_name(zr_ctx *cx, const zr_parity_layer *l)
{
    /* Converters join the names of all that was fused; the first is the one to know it by. */
    const char *name = zr_format(cx, "operator %d (%s) '%.*s'", l->node->index, l->node->op_name,
                                 (int)strcspn(l->tensor->name, ";"), l->tensor->name);
    return name ? name : "?";
}

/* The first layer that the chip computed otherwise; NULL: none. */
static const zr_parity_layer *chip_first(const zr_parity *p)
{
    for (int i = 0; i < p->n_layers; i++)
        if (p->layers[i].chip_different) return &p->layers[i];
    return NULL;
}

static void add_cause(zr_ctx *cx, const zr_parity *p, double limit, zr_buf *out)
{
    if (p->first < 0) {
        int worst = 0;
        for (int i = 1; i < p->n_layers; i++)
            if (p->layers[i].error > p->layers[worst].error) worst = i;
        zr_buf_printf(out,
                      "no layer is more than %g %% off; the greatest error is %.3g %%, of %s\n",
                      100 * limit, 100 * p->layers[worst].error, layer_name(cx, &p->layers[worst]));
        return;
    }
    const zr_parity_layer *l = &p->layers[p->first], *source = &p->layers[p->source];
    zr_buf_printf(out, "first more than %g %% off: %s, %.3g %%\n", 100 * limit, layer_name(cx, l),
                  100 * l->error);
    if (source != l)
        zr_buf_printf(out, "most of it comes in with its input; %s adds most: %.3g %%\n",
                      layer_name(cx, source), 100 * source->own);
    zr_buf_printf(out, "likely cause: %s\n", p->cause);
}

const char *zr_parity_verdict(zr_ctx *cx, const zr_parity *p, const char *target, double limit)
{
    zr_buf out;
    zr_buf_init(&out, cx);
    if (p->agreement >= 0)
        zr_buf_printf(
            &out, "the first output is greatest at the same place in %.4g %% of %lld %s\n",
            100 * p->agreement, (long long)p->n_samples, p->n_samples == 1 ? "sample" : "samples");
    add_cause(cx, p, limit, &out);
    const zr_parity_layer *chip = chip_first(p);
    if (target && chip)
        zr_buf_printf(&out,
                      "%s computes %s otherwise: %lld of %lld values; this is a fault of zerre or "
                      "of the compiler\n",
                      target, layer_name(cx, chip), (long long)chip->chip_different,
                      (long long)chip->chip_elements);
    else if (target)
        zr_buf_printf(&out, "%s computes every layer bit for bit as this computer\n", target);
    return out.data ? out.data : "";
}

void zr_parity_text(zr_ctx *cx, const zr_parity *p, const char *target, double limit, zr_buf *out)
{
    zr_buf_printf(out, "%s against %s, %lld samples; errors in %%\n\n", p->quantized->file,
                  p->real->file, (long long)p->n_samples);
    zr_buf_printf(out, "%4s  %-20s %8s %8s %7s %8s %8s %8s %8s", "#", "operator", "error", "own",
                  "growth", "weights", "beyond", "unused", "shift");
    zr_buf_text(out, target ? "  chip\n" : "\n");
    for (int i = 0; i < p->n_layers; i++) {
        const zr_parity_layer *l = &p->layers[i];
        zr_buf_printf(out, "%4d  %-20s", l->node->index, l->node->op_name);
        percent(out, l->error, 8);
        percent(out, l->own, 8);
        if (l->growth < 0)
            zr_buf_printf(out, " %7s", "-");
        else
            zr_buf_printf(out, " %7.2f", l->growth);
        percent(out, l->weights, 8);
        percent(out, l->beyond, 8);
        percent(out, l->unused, 8);
        zr_buf_printf(out, " %8.2f", l->shift);
        if (target && l->chip_different)
            zr_buf_printf(out, "  %lld of %lld differ", (long long)l->chip_different,
                          (long long)l->chip_elements);
        else if (target)
            zr_buf_text(out, "  same");
        zr_buf_text(out, "\n");
    }
    zr_buf_printf(out, "\n%s", zr_parity_verdict(cx, p, target, limit));
}

/* Numbers that are not known, or not finite, are null. */
static void number(cJSON *object, const char *key, double value, bool known)
{
    if (known && isfinite(value))
        cJSON_AddNumberToObject(object, key, value);
    else
        cJSON_AddNullToObject(object, key);
}

static cJSON *layer_json(const zr_parity_layer *l, const char *target)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "index", l->node->index);
    cJSON_AddStringToObject(o, "op", l->node->op_name);
    cJSON_AddStringToObject(o, "name", l->tensor->name);
    cJSON_AddStringToObject(o, "type", zr_types[l->tensor->type].name);
    cJSON_AddNumberToObject(o, "float_index", l->real_node->index);
    cJSON_AddStringToObject(o, "float_op", l->real_node->op_name);
    number(o, "error", l->error, true);
    number(o, "sqnr_db", -20 * log10(l->error), l->error > 0);
    number(o, "own_error", l->own, l->own >= 0);
    number(o, "growth", l->growth, l->growth >= 0);
    number(o, "weights_error", l->weights, l->weights >= 0);
    number(o, "beyond_range", l->beyond, true);
    number(o, "unused_range", l->unused, true);
    number(o, "shift", l->shift, true);
    number(o, "chip_values", (double)l->chip_elements, target != NULL);
    number(o, "chip_different", (double)l->chip_different, target != NULL);
    return o;
}

bool zr_parity_json(zr_ctx *cx, const zr_parity *p, const char *target, double limit, zr_buf *out)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "float", p->real->file);
    cJSON_AddStringToObject(root, "quantized", p->quantized->file);
    cJSON_AddNumberToObject(root, "samples", (double)p->n_samples);
    if (target)
        cJSON_AddStringToObject(root, "target", target);
    else
        cJSON_AddNullToObject(root, "target");
    cJSON_AddNumberToObject(root, "limit", limit);
    number(root, "agreement", p->agreement, p->agreement >= 0);
    number(root, "first", p->first < 0 ? 0 : p->layers[p->first].node->index, p->first >= 0);
    number(root, "source", p->source < 0 ? 0 : p->layers[p->source].node->index, p->source >= 0);
    if (p->cause)
        cJSON_AddStringToObject(root, "cause", p->cause);
    else
        cJSON_AddNullToObject(root, "cause");
    cJSON *layers = cJSON_AddArrayToObject(root, "layers");
    for (int i = 0; i < p->n_layers; i++)
        cJSON_AddItemToArray(layers, layer_json(&p->layers[i], target));
    return zr_json_print(cx, root, out);
}
