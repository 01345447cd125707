#include "cli/cli.h"
#include "exec/samples.h"

static const cli_option options[] = {
    {"input", 'i', "X.npy", "samples; .npz for several inputs; sound for a sound model"},
    {"output", 'o', "Y.npy", "where the outputs go; .npz for a model of several outputs"},
    {"target", 't', "CHIP", "with the kernels that 'compile' would choose for it"},
    CLI_KERNEL_OPTIONS,
    CLI_STREAM_OPTION,
    CLI_TIME_OPTION,
    {NULL, 0, NULL, NULL},
};

static bool run(cli *c)
{
    const char *input = cli_value(c, "input"), *output = cli_value(c, "output");
    if (!input) return cli_usage(c, "--input is missing");
    zr_model model;
    zr_program program;
    zr_samples samples;
    if (!cli_build(c, cli_value(c, "target"), &model, &program) ||
        !cli_samples(c, cli_sample_model(c, &model), &samples))
        return false;
    int n_outputs = model.graphs[0].n_outputs;
    zr_array *outputs = ZR_NEW(&c->cx, zr_array, (size_t)n_outputs + 1);
    if (!outputs || !cli_run_samples(c, &program, &samples, "run", outputs)) return false;
    return cli_write_outputs(c, output ? output : "-", outputs, n_outputs);
}

const cli_command command_run = {
    .name = "run",
    .operands = "MODEL",
    .summary = "run a model on this computer, with the device's kernels",
    .description =
        "Runs every sample of X.npy through the model and writes the outputs, bit for bit what the "
        "device computes. The first axis of an array is the sample. Float values given to a "
        "quantized input are quantized with its scale; values of the input's own type are taken as "
        "they are. A model with state (resource variables) sees the samples in order.\n\n"
        "An .npz has one array an input, found by the input's name, as input_0, input_1 ... or by "
        "position. Without --output the result goes to standard output.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
