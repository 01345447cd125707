#include "report/quant.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "report/inspect.h"

static void ratio(zr_buf *out, double decibels, int width)
{
    if (isnan(decibels))
        zr_buf_printf(out, " %*s", width, "-");
    else
        zr_buf_printf(out, " %*.1f", width, decibels);
}

static void summary(const zr_quant_report *r, zr_buf *out)
{
    zr_buf_printf(out, "scores: ");
    if (isnan(r->score_ratio))
        zr_buf_text(out, "as the float model's");
    else
        zr_buf_printf(out, "%.1f dB above the error", r->score_ratio);
    zr_buf_printf(out,
                  "; the greatest is at the same place in %.4g %% of %lld samples\n"
                  "weights, biases and multipliers: %lld bytes\n",
                  100 * r->agreement, (long long)(r->samples < 256 ? r->samples : 256),
                  (long long)r->layer_bytes);
    if (r->headroom > 0)
        zr_buf_printf(out, "ranges are %.4g %% wider than what the samples show\n",
                      100 * (double)r->headroom);
    if (r->equalized) zr_buf_text(out, "channels between layers are equalized\n");
    if (r->shared) zr_buf_text(out, "layers share one multiplier\n");
}

void zr_quant_text(const zr_quant_report *r, zr_buf *out)
{
    zr_buf_printf(out, "%4s  %-20s %7s %5s %-18s %10s %10s %9s %9s %7s\n", "#", "operator",
                  "weights", "bits", "range", "low", "high", "weights", "output", "share");
    zr_buf_printf(out, "%4s  %-20s %7s %5s %-18s %10s %10s %9s %9s %7s\n", "", "", "", "", "", "",
                  "", "dB", "dB", "%");
    for (int i = 0; i < r->n_layers; i++) {
        const zr_quant_layer *l = &r->layers[i];
        zr_buf_printf(out, "%4d  %-20s %7lld", l->node, l->op, (long long)l->weights);
        if (l->weights)
            zr_buf_printf(out, " %2d/%-2d", l->weight_bits, l->value_bits);
        else
            zr_buf_printf(out, "  /%-2d", l->value_bits);
        zr_buf_printf(out, " %-18s %10.4g %10.4g", l->range, (double)l->low, (double)l->high);
        ratio(out, l->weight_ratio, 9);
        ratio(out, l->output_ratio, 9);
        zr_buf_printf(out, " %7.1f\n", 100 * l->share);
    }
    summary(r, out);
}

static void add_number(cJSON *to, const char *name, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(to, name, value);
    else
        cJSON_AddNullToObject(to, name);
}

bool zr_quant_json(zr_ctx *cx, const zr_quant_report *r, zr_buf *out)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "samples", (double)r->samples);
    add_number(root, "score_sqnr_db", r->score_ratio);
    cJSON_AddNumberToObject(root, "agreement", r->agreement);
    cJSON_AddNumberToObject(root, "layer_bytes", (double)r->layer_bytes);
    cJSON_AddNumberToObject(root, "headroom", (double)r->headroom);
    cJSON_AddBoolToObject(root, "equalized", r->equalized);
    cJSON_AddBoolToObject(root, "shared_multipliers", r->shared);
    cJSON *layers = cJSON_AddArrayToObject(root, "layers");
    for (int i = 0; i < r->n_layers; i++) {
        const zr_quant_layer *l = &r->layers[i];
        cJSON *layer = cJSON_CreateObject();
        cJSON_AddNumberToObject(layer, "index", l->node);
        cJSON_AddStringToObject(layer, "name", l->name);
        cJSON_AddStringToObject(layer, "op", l->op);
        cJSON_AddNumberToObject(layer, "weights", (double)l->weights);
        cJSON_AddNumberToObject(layer, "weight_bits", l->weight_bits);
        cJSON_AddNumberToObject(layer, "activation_bits", l->value_bits);
        cJSON_AddStringToObject(layer, "range", l->range);
        add_number(layer, "low", (double)l->low);
        add_number(layer, "high", (double)l->high);
        add_number(layer, "seen_low", (double)l->seen_low);
        add_number(layer, "seen_high", (double)l->seen_high);
        add_number(layer, "scale", (double)l->scale);
        cJSON_AddNumberToObject(layer, "zero_point", l->zero);
        add_number(layer, "weight_sqnr_db", l->weight_ratio);
        add_number(layer, "output_sqnr_db", l->output_ratio);
        add_number(layer, "share", l->share);
        cJSON_AddItemToArray(layers, layer);
    }
    return zr_json_print(cx, root, out);
}

static void escape(zr_buf *out, const char *text)
{
    for (const char *s = text; *s; s++) switch (*s) {
        case '<': zr_buf_text(out, "&lt;"); break;
        case '>': zr_buf_text(out, "&gt;"); break;
        case '&': zr_buf_text(out, "&amp;"); break;
        case '"': zr_buf_text(out, "&quot;"); break;
        default: zr_buf_add(out, s, 1); break;
        }
}

/* Of the pictures, in pixels. */
enum { ROW = 18, NAMES = 190, BARS = 420, TOP = 24 };

/* One bar a node, `value` of `most`; nodes without a value have none. */
static void picture(const zr_quant_report *r, const char *title, double most,
                    double (*value)(const zr_quant_layer *l), zr_buf *out)
{
    zr_buf_printf(out, "<h2>%s</h2>\n<svg width=\"%d\" height=\"%d\" role=\"img\">\n", title,
                  NAMES + BARS + 70, TOP + ROW * r->n_layers);
    for (int i = 0; i < r->n_layers; i++) {
        double x = value(&r->layers[i]);
        int y = TOP + ROW * i;
        zr_buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%d ", NAMES - 6, y + 12,
                      r->layers[i].node);
        escape(out, r->layers[i].op);
        zr_buf_text(out, "</text>\n");
        if (!isfinite(x) || x < 0) continue;
        double width = (x < most ? x : most) / most * BARS;
        zr_buf_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n", NAMES, y + 2,
                      width, ROW - 4);
        zr_buf_printf(out, "<text x=\"%.1f\" y=\"%d\">%.1f</text>\n", NAMES + width + 4, y + 12, x);
    }
    zr_buf_text(out, "</svg>\n");
}

static double output_of(const zr_quant_layer *l)
{
    return l->output_ratio;
}

static double weights_of(const zr_quant_layer *l)
{
    return l->weight_ratio;
}

static double share_of(const zr_quant_layer *l)
{
    return 100 * l->share;
}

static void table(const zr_quant_report *r, zr_buf *out)
{
    zr_buf_text(out, "<table>\n<tr><th>#</th><th>operator</th><th>name</th><th>weights</th>"
                     "<th>bits</th><th>range</th><th>low</th><th>high</th><th>seen</th>"
                     "<th>scale</th><th>zero</th></tr>\n");
    for (int i = 0; i < r->n_layers; i++) {
        const zr_quant_layer *l = &r->layers[i];
        zr_buf_printf(out, "<tr><td>%d</td><td class=\"text\">", l->node);
        escape(out, l->op);
        zr_buf_text(out, "</td><td class=\"text\">");
        escape(out, l->name);
        zr_buf_printf(out,
                      "</td><td>%lld</td><td>%d/%d</td><td class=\"text\">%s</td><td>%.4g</td>"
                      "<td>%.4g</td><td>%.4g to %.4g</td><td>%.6g</td><td>%d</td></tr>\n",
                      (long long)l->weights, l->weight_bits, l->value_bits, l->range,
                      (double)l->low, (double)l->high, (double)l->seen_low, (double)l->seen_high,
                      (double)l->scale, (int)l->zero);
    }
    zr_buf_text(out, "</table>\n");
}

void zr_quant_html(const zr_quant_report *r, zr_buf *out)
{
    zr_buf_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                     "<title>quantization</title>\n<style>\n"
                     "body { font: 14px sans-serif; margin: 2em; }\n"
                     "svg text { font: 12px sans-serif; } svg rect { fill: #47a; }\n"
                     "table { border-collapse: collapse; } td, th { padding: 2px 8px; }\n"
                     "td { text-align: right; border-top: 1px solid #ddd; } td.text { text-align: "
                     "left; }\n</style>\n<h1>Quantization</h1>\n<pre>");
    summary(r, out);
    zr_buf_text(out, "</pre>\n");
    picture(r, "Share of the error at the scores, each layer rounded alone, %", 100, share_of, out);
    picture(r, "Outputs: signal to quantization noise, dB", 80, output_of, out);
    picture(r, "Weights: signal to quantization noise, dB", 80, weights_of, out);
    zr_buf_text(out, "<h2>Ranges</h2>\n");
    table(r, out);
    zr_buf_text(out, "</html>\n");
}
