#include "cli/cli.h"
#include "export/export.h"
#include "import/import.h"
#include "passes/canonical_float.h"
#include "passes/prepare.h"
#include "passes/stream.h"

static const cli_option options[] = {
    {"output", 'o', "OUT.tflite", "where the model goes ('-': standard output)"},
    {"canonical", 0, NULL, "constants of a float model folded into its layers, as 'quantize' does"},
    CLI_TIME_OPTION,
    {NULL, 0, NULL, NULL},
};

/* The streaming model in operators of .tflite, which other runtimes step through as zerre does. */
static bool make_streaming(cli *c, zr_model *model)
{
    static const zr_stream_options portable = {.portable = true, .whole_windows = INT_MAX};
    zr_stream stream;
    zr_model checked;
    if (!zr_prepare(&c->cx, model) || !zr_stream_time(&c->cx, model, &portable, &stream) ||
        !zr_model_copy(&c->cx, &stream.model, &checked) || !zr_prepare(&c->cx, &checked))
        return false;
    *model = stream.model;
    return true;
}

/* Makes of the model as it was read what is written. Without options that is the same; what zerre
 * makes of it for the device is only looked at, so that nothing is written that zerre itself would
 * refuse. */
static bool change(cli *c, zr_model *model)
{
    zr_model checked;
    if (cli_value(c, "stream")) return cli_need_time(c) && make_streaming(c, model);
    if (cli_value(c, "canonical"))
        return zr_prepare(&c->cx, model) && zr_canonical_float(&c->cx, model);
    return zr_model_copy(&c->cx, model, &checked) && zr_prepare(&c->cx, &checked);
}

static bool run(cli *c)
{
    const char *output = cli_value(c, "output");
    if (!output) return cli_usage(c, "--output is missing");
    if (cli_value(c, "stream") && cli_value(c, "canonical"))
        return cli_usage(c, "--stream and --canonical do not go together");
    zr_model model;
    zr_bytes bytes;
    return zr_import(&c->cx, c->operands[0], &model) && change(c, &model) &&
           zr_export_tflite(&c->cx, &model, &bytes) &&
           zr_file_write(&c->cx, output, bytes.data, bytes.size);
}

const cli_command command_convert = {
    .name = "convert",
    .operands = "MODEL",
    .summary = "write a model as .tflite",
    .description =
        "Writes a model of any format that zerre reads as a .tflite that LiteRT, TensorFlow Lite "
        "Micro and phones run, with the same answers. Operators keep their order of running, "
        "tensors their names, types and quantization, and signatures theirs; sparse constants "
        "become dense, equal ones are stored once, an open batch size becomes 1, and letters "
        "outside ASCII in names become dots. The same model gives the same bytes.\n\n"
        "With --canonical batch normalization and other constants that multiply or are added are "
        "in "
        "the weights and biases of a float model's layers, and activations part of the operator "
        "before them: what 'quantize' begins with. Results differ by float rounding.\n\n"
        "With --stream time a model of clips becomes one that takes a few frames at a time and "
        "keeps "
        "the rest in resource variables; where the end of a clip is padded, the signature 'end' "
        "gives "
        "what the network says if the clip ends here.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
