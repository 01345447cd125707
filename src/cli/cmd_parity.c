#include <stdlib.h>

#include "base/file.h"
#include "cli/cli.h"
#include "exec/samples.h"
#include "import/import.h"
#include "ops/lower.h"
#include "passes/prepare.h"
#include "plan/plan.h"
#include "report/bench.h"
#include "report/parity.h"

/* The chip sees so many samples: an emulated one takes its time, and one that differs does so soon.
 */
enum { CHIP_SAMPLES = 4 };

static const cli_option options[] = {
    {"input", 'i', "X.npy", "samples; .npz for models of several inputs"},
    {"target", 't', "CHIP", "compare with what this emulated chip computes, too"},
    CLI_KERNEL_OPTIONS,
    {"limit", 0, "PERCENT", "error from which a layer counts as wrong (default: 10)"},
    {"html", 0, "FILE", "write a page with a picture"},
    {"json", 0, NULL, "one JSON object on standard output"},
    {NULL, 0, NULL, NULL},
};

static bool take_limit(cli *c, double *limit)
{
    const char *text = cli_value(c, "limit");
    char *end;
    *limit = text ? strtod(text, &end) / 100 : 0.1;
    if (!text || (end != text && !*end && *limit > 0 && *limit < 1e6)) return true;
    return cli_usage(c, "--limit %s is no number of percent above 0", text);
}

/* Reads a model and its samples. */
static bool take_model(cli *c, const char *path, const zr_array *arrays, int n, zr_model *model,
                       zr_samples *samples)
{
    return zr_import(&c->cx, path, model) && zr_prepare(&c->cx, model) &&
           zr_samples_take(&c->cx, model, cli_value(c, "input"), arrays, n, samples);
}

/* Runs the model on the chip with all layers as outputs, and compares them. */
static bool run_chip(cli *c, const char *target, const zr_samples *samples, zr_parity *parity)
{
    zr_select_options o;
    zr_model exposed;
    zr_program program;
    zr_bench_result result;
    zr_choice choice = {0};
    zr_measure_options measure = {.target = target, .optimize = "speed"};
    zr_samples few = *samples;
    if (few.n > CHIP_SAMPLES) few.n = CHIP_SAMPLES;
    if (few.n == 0) return true;
    return cli_select_options(c, target, &o) && zr_parity_expose(&c->cx, parity, &exposed) &&
           zr_select(&c->cx, &exposed, &o, &choice) &&
           zr_lower_model(&c->cx, &exposed, &choice, &program) && zr_plan(&c->cx, &program) &&
           zr_measure(&c->cx, &program, &measure, &few, &result) &&
           zr_parity_chip(&c->cx, parity, &few, few.n, result.outputs);
}

static bool run(cli *c)
{
    const char *input = cli_value(c, "input"), *target = cli_value(c, "target");
    double limit;
    zr_array *arrays;
    int n;
    zr_model real, quantized;
    zr_samples real_samples, samples;
    zr_parity parity;
    zr_buf out, page;
    zr_buf_init(&out, &c->cx);
    zr_buf_init(&page, &c->cx);
    if (!input) return cli_usage(c, "--input is missing");
    if (!take_limit(c, &limit) || !zr_arrays_read(&c->cx, input, &arrays, &n) ||
        !take_model(c, c->operands[0], arrays, n, &real, &real_samples) ||
        !take_model(c, c->operands[1], arrays, n, &quantized, &samples) ||
        !zr_parity_run(&c->cx, &real, &quantized, &real_samples, &samples, limit, cli_progress,
                       (void *)"parity", &parity) ||
        (target && !run_chip(c, target, &samples, &parity)))
        return false;
    if (cli_value(c, "html")) {
        zr_parity_html(&c->cx, &parity, target, limit, &page);
        if (page.failed || !zr_file_write(&c->cx, cli_value(c, "html"), page.data, page.size))
            return false;
    }
    if (!cli_value(c, "json"))
        zr_parity_text(&c->cx, &parity, target, limit, &out);
    else if (!zr_parity_json(&c->cx, &parity, target, limit, &out))
        return false;
    return !out.failed && zr_file_write(&c->cx, "-", out.data, out.size);
}

const cli_command command_parity = {
    .name = "parity",
    .operands = "FLOAT QUANTIZED",
    .summary = "find the layer at which a quantized model goes wrong",
    .description =
        "Runs the same samples through a float model and through the quantized model made of it, "
        "and says for every layer that both have how far its values are off (relative root mean "
        "square), what of it the layer adds itself (given exact inputs), by what factor the error "
        "of its inputs grew, how far its weights are off, and which share of the values lies "
        "beyond "
        "the range that scale and zero point give, or of the range is never used. Names the first "
        "layer that is off by more than the limit and the likely cause.\n\n"
        "Layers are matched by their order, names, operators and sizes. With --target an emulated "
        "chip computes the quantized model with its own kernels, and every layer is compared bit "
        "for bit.",
    .options = options,
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};
