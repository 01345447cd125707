#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "export/export.h"
#include "import/import.h"
#include "quant/quant.h"
#include "report/quant.h"

static const cli_option options[] = {
    {"output", 'o', "OUT.tflite", "where the integer model goes ('-': standard output)"},
    {"calibrate", 'c', "X.npy", "samples without labels; .npz for a model of several inputs"},
    {"weights", 'w', "BITS", "8 (default), 4, or mixed: chosen for each layer"},
    {"flash", 0, "SIZE", "for mixed: room for weights, biases and multipliers, such as 14K"},
    {"max-drop", 0, "PERCENT", "for mixed: of the samples whose answer may change"},
    {"activations", 'a', "BITS", "8 (default) or 16"},
    {"io", 0, "KIND", "inputs and outputs of the model: integer (default) or float"},
    {"headroom", 0, "PERCENT", "by which ranges are wider than what the samples show"},
    {"report", 'r', "FILE", "what became of every layer: .html, .json or text by the name"},
    {"fast", 0, NULL, "fewer measurements: seconds instead of a minute"},
    {NULL, 0, NULL, NULL},
};

/* 8 or the other number of bits; `mixed`: also that word, as 0. */
static bool bits_of(cli *c, const char *name, int other, bool mixed, int *bits)
{
    const char *value = cli_value(c, name);
    *bits = 8;
    if (!value || !strcmp(value, "8")) return true;
    *bits = other;
    if (atoi(value) == other) return true;
    *bits = 0;
    if (mixed && !strcmp(value, "mixed")) return true;
    return cli_usage(c, "--%s %s is neither 8 nor %d%s", name, value, other,
                     mixed ? " nor mixed" : "");
}

/* A percentage as a part of 1; `otherwise` when it is not given. */
static bool part_of(cli *c, const char *name, double greatest, double otherwise, double *part)
{
    const char *text = cli_value(c, name);
    char *end;
    *part = otherwise;
    if (!text) return true;
    double percent = strtod(text, &end);
    *part = percent / 100;
    if (end != text && !*end && percent >= 0 && percent <= greatest) return true;
    return cli_usage(c, "--%s %s is no percentage from 0 to %g", name, text, greatest);
}

static bool read_limits(cli *c, zr_quant_options *o)
{
    bool limited = cli_value(c, "flash") || cli_value(c, "max-drop");
    if (limited && o->weight_bits)
        return cli_usage(c, "--flash and --max-drop go with --weights mixed");
    if (!limited && !o->weight_bits)
        return cli_usage(c, "--weights mixed needs --flash or --max-drop");
    return (!cli_value(c, "flash") || cli_size(c, "flash", &o->flash_bytes)) &&
           part_of(c, "max-drop", 100, -1, &o->max_drop);
}

static bool read_options(cli *c, zr_quant_options *o)
{
    const char *io = cli_value(c, "io");
    double headroom;
    *o = (zr_quant_options){.progress = cli_progress, .user = (void *)"quantize"};
    o->fast = cli_value(c, "fast") != NULL;
    o->io = io && !strcmp(io, "float") ? QUANT_IO_FLOAT : QUANT_IO_INTEGER;
    if (io && o->io != QUANT_IO_FLOAT && strcmp(io, "integer") != 0)
        return cli_usage(c, "--io %s is neither integer nor float", io);
    if (!part_of(c, "headroom", 1000, -1, &headroom)) return false;
    o->headroom = (float)headroom;
    return bits_of(c, "weights", 4, true, &o->weight_bits) &&
           bits_of(c, "activations", 16, false, &o->activation_bits) && read_limits(c, o);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
}

static bool write_report(cli *c, const char *path, const zr_quant_report *report)
{
    zr_buf out;
    zr_buf_init(&out, &c->cx);
    if (ends_with(path, ".html"))
        zr_quant_html(report, &out);
    else if (!ends_with(path, ".json"))
        zr_quant_text(report, &out);
    else if (!zr_quant_json(&c->cx, report, &out))
        return false;
    return !out.failed && zr_file_write(&c->cx, path, out.data, out.size);
}

static bool run(cli *c)
{
    const char *output = cli_value(c, "output"), *input = cli_value(c, "calibrate");
    zr_quant_options quant;
    zr_model model, quantized;
    zr_array *arrays;
    zr_samples samples;
    zr_bytes bytes;
    zr_quant_report report;
    const char *page = cli_value(c, "report");
    int n;
    if (!output) return cli_usage(c, "--output is missing");
    if (!input) return cli_usage(c, "--calibrate is missing");
    return read_options(c, &quant) && zr_import(&c->cx, c->operands[0], &model) &&
           zr_arrays_read(&c->cx, input, &arrays, &n) &&
           zr_samples_take(&c->cx, &model, input, arrays, n, &samples) &&
           zr_quantize(&c->cx, &model, &samples, &quant, &quantized, page ? &report : NULL) &&
           zr_export_tflite(&c->cx, &quantized, &bytes) &&
           zr_file_write(&c->cx, output, bytes.data, bytes.size) &&
           (!page || write_report(c, page, &report));
}

const cli_command command_quantize = {
    .name = "quantize",
    .operands = "MODEL",
    .summary = "make a float model an integer one, with a few samples and no labels",
    .description =
        "Reads a float model and samples of its input and writes a .tflite of int8 (or int4) "
        "weights and int8 (or int16) values that LiteRT, TensorFlow Lite Micro and 'zerre compile' "
        "run with the same answers. Ranges are chosen for each tensor by what they do to the "
        "model's output; weights and biases are fitted, layer after layer, to what the float model "
        "computes.\n\n"
        "A hundred samples are usually enough. They should show what the model will see; ranges of "
        "a model that ends in scores are what the samples show, of others a quarter wider "
        "(--headroom).",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
