#include <math.h>

#include "report/parity.h"

/* Of the picture, in pixels. */
enum { ROW = 18, NAMES = 190, BARS = 480, TOP = 24 };

/* Errors are drawn by their logarithm: 0.01 % to 1000 %. */
static const double DECADES_BELOW = 4, DECADES = 5;

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

static double width_of(double error)
{
    double decades = error > 0 ? log10(error) + DECADES_BELOW : 0;
    if (decades < 0 || isnan(decades)) decades = 0;
    if (decades > DECADES) decades = DECADES;
    return decades / DECADES * BARS;
}

static void bar(zr_buf *out, const char *kind, double error, int y, int height)
{
    if (error < 0) return;
    zr_buf_printf(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n",
                  kind, NAMES, y, width_of(error), height);
}

/* One row a layer: its error, and in front of it its own. */
static void picture(const zr_parity *p, double limit, zr_buf *out)
{
    int height = TOP + ROW * p->n_layers;
    zr_buf_printf(out, "<svg width=\"%d\" height=\"%d\" role=\"img\">\n", NAMES + BARS + 20,
                  height);
    for (int d = 0; d <= (int)DECADES; d++) {
        double x = NAMES + BARS * d / DECADES;
        zr_buf_printf(out, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n",
                      x, x, TOP - 6, height);
        zr_buf_printf(out, "<text x=\"%.1f\" y=\"12\" text-anchor=\"middle\">%g %%</text>\n", x,
                      100 * pow(10, d - DECADES_BELOW));
    }
    for (int i = 0; i < p->n_layers; i++) {
        const zr_parity_layer *l = &p->layers[i];
        int y = TOP + ROW * i;
        zr_buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%d ", NAMES - 6, y + 12,
                      l->node->index);
        escape(out, l->node->op_name);
        zr_buf_text(out, "</text>\n");
        bar(out, l->error > limit ? "wrong" : "error", l->error, y + 2, ROW - 4);
        bar(out, "own", l->own, y + 6, ROW - 12);
    }
    zr_buf_text(out, "</svg>\n");
}

static void cell(zr_buf *out, double value, double factor)
{
    if (value < 0)
        zr_buf_text(out, "<td>&ndash;</td>");
    else
        zr_buf_printf(out, "<td>%.2f</td>", factor * value);
}

static void table(const zr_parity *p, const char *target, zr_buf *out)
{
    zr_buf_text(
        out, "<table>\n<tr><th>#</th><th>operator</th><th>name</th><th>error %</th><th>own %</th>"
             "<th>growth</th><th>weights %</th><th>beyond %</th><th>unused %</th>"
             "<th>shift</th>");
    zr_buf_text(out, target ? "<th>chip</th></tr>\n" : "</tr>\n");
    for (int i = 0; i < p->n_layers; i++) {
        const zr_parity_layer *l = &p->layers[i];
        zr_buf_printf(out, "<tr%s><td>%d</td><td class=\"text\">",
                      i == p->first || i == p->source ? " class=\"marked\"" : "", l->node->index);
        escape(out, l->node->op_name);
        zr_buf_text(out, "</td><td class=\"text\">");
        escape(out, l->tensor->name);
        zr_buf_text(out, "</td>");
        cell(out, l->error, 100);
        cell(out, l->own, 100);
        cell(out, l->growth, 1);
        cell(out, l->weights, 100);
        cell(out, l->beyond, 100);
        cell(out, l->unused, 100);
        zr_buf_printf(out, "<td>%.2f</td>", l->shift);
        if (target && l->chip_different)
            zr_buf_printf(out, "<td class=\"wrong\">%lld differ</td>",
                          (long long)l->chip_different);
        else if (target)
            zr_buf_text(out, "<td>same</td>");
        zr_buf_text(out, "</tr>\n");
    }
    zr_buf_text(out, "</table>\n");
}

void zr_parity_html(zr_ctx *cx, const zr_parity *p, const char *target, double limit, zr_buf *out)
{
    zr_buf_text(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<title>parity</title>\n<style>\n"
        "body{font:14px sans-serif;margin:2em;color:#222}svg{font-size:12px}\n"
        "table{border-collapse:collapse}td,th{padding:2px 8px;text-align:right;"
        "border-bottom:1px solid #ddd}\n"
        ".text{text-align:left;max-width:30em;overflow-wrap:anywhere}.marked{background:#fff3cd}\n"
        ".grid{stroke:#ddd}.error{fill:#9ec5e8}.wrong{fill:#e8a09e;color:#a00}.own{fill:#2b6ca3}\n"
        "</style>\n</head>\n<body>\n<h1>");
    escape(out, p->quantized->file);
    zr_buf_text(out, "</h1>\n<p>against ");
    escape(out, p->real->file);
    zr_buf_printf(out, ", %lld samples</p>\n<pre>", (long long)p->n_samples);
    escape(out, zr_parity_verdict(cx, p, target, limit));
    zr_buf_text(
        out,
        "</pre>\n<p>Wide bars: relative error of a layer's values. Narrow bars: what the layer "
        "adds itself, given exact inputs.</p>\n");
    picture(p, limit, out);
    table(p, target, out);
    zr_buf_text(out, "</body>\n</html>\n");
}
