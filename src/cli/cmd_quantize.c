#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "export/export.h"
#include "import/import.h"
#include "quant/quant.h"

static const cli_option options[] = {
    {"output", 'o', "OUT.tflite", "where the integer model goes ('-': standard output)"},
    {"calibrate", 'c', "X.npy", "samples without labels; .npz for a model of several inputs"},
    {"weights", 'w', "BITS", "8 (default) or 4"},
    {"activations", 'a', "BITS", "8 (default) or 16"},
    {"io", 0, "KIND", "inputs and outputs of the model: integer (default) or float"},
    {"headroom", 0, "PERCENT", "by which ranges are wider than what the samples show"},
    {"fast", 0, NULL, "fewer measurements: seconds instead of a minute"},
    {NULL, 0, NULL, NULL},
};

static bool bits_of(cli *c, const char *name, int other, int *bits)
{
    const char *value = cli_value(c, name);
    *bits = 8;
    if (!value || !strcmp(value, "8")) return true;
    *bits = other;
    if (atoi(value) == other) return true;
    return cli_usage(c, "--%s %s is neither 8 nor %d", name, value, other);
}

static bool read_options(cli *c, zr_quant_options *o)
{
    const char *io = cli_value(c, "io"), *headroom = cli_value(c, "headroom");
    *o = (zr_quant_options){.headroom = -1, .progress = cli_progress, .user = (void *)"quantize"};
    o->fast = cli_value(c, "fast") != NULL;
    o->io = io && !strcmp(io, "float") ? QUANT_IO_FLOAT : QUANT_IO_INTEGER;
    if (io && o->io != QUANT_IO_FLOAT && strcmp(io, "integer") != 0)
        return cli_usage(c, "--io %s is neither integer nor float", io);
    if (headroom) {
        char *end;
        double percent = strtod(headroom, &end);
        if (end == headroom || *end || !(percent >= 0 && percent <= 1000))
            return cli_usage(c, "--headroom %s is no percentage from 0 to 1000", headroom);
        o->headroom = (float)(percent / 100);
    }
    return bits_of(c, "weights", 4, &o->weight_bits) &&
           bits_of(c, "activations", 16, &o->activation_bits);
}

static bool run(cli *c)
{
    const char *output = cli_value(c, "output"), *input = cli_value(c, "calibrate");
    zr_quant_options quant;
    zr_model model, quantized;
    zr_array *arrays;
    zr_samples samples;
    zr_bytes bytes;
    int n;
    if (!output) return cli_usage(c, "--output is missing");
    if (!input) return cli_usage(c, "--calibrate is missing");
    return read_options(c, &quant) && zr_import(&c->cx, c->operands[0], &model) &&
           zr_arrays_read(&c->cx, input, &arrays, &n) &&
           zr_samples_take(&c->cx, &model, input, arrays, n, &samples) &&
           zr_quantize(&c->cx, &model, &samples, &quant, &quantized, NULL) &&
           zr_export_tflite(&c->cx, &quantized, &bytes) &&
           zr_file_write(&c->cx, output, bytes.data, bytes.size);
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
