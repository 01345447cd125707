#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "bench/bench.h"
#include "cli/cli.h"
#include "emit/emit.h"
#include "exec/samples.h"
#include "report/bench.h"
#include "report/inspect.h"

static const cli_option options[] = {
    {"target", 't', "CHIP", "the chip (default: cortex-m4); --target list shows all"},
    {"input", 'i', "X.npy", "samples or sound to run (default: one of zeros)"},
    {"output", 'o', "Y.npy", "write the outputs that the chip computed"},
    {"labels", 'l', "Y.npy", "show each sample's answer beside its label"},
    CLI_KERNEL_OPTIONS,
    CLI_STREAM_OPTION,
    CLI_TIME_OPTION,
    {"every", 0, "N", "frames of a clip between inferences (default: 200 ms), of a sound model"},
    {"layers", 0, NULL, "instructions of each layer too (--json always has them)"},
    {"wait-states", 0, "N", "of the flash, for the estimate of cycles (default: 0)"},
    {"why", 0, NULL, "show what each kernel was chosen from, with costs"},
    {"json", 0, NULL, "one JSON object on standard output"},
    {NULL, 0, NULL, NULL},
};

static bool take_samples(cli *c, const zr_model *model, zr_samples *samples)
{
    const char *path = cli_value(c, "input");
    zr_samples clips;
    if (!path) return zr_samples_zero(&c->cx, model, samples);
    if (!c->streaming || cli_is_sound(path)) return cli_samples(c, model, samples);
    return cli_samples(c, &c->streaming->whole, &clips) && cli_split_clips(c, &clips, samples);
}

/* The outputs that the board wrote sample by sample, as one array an output. */
static bool split_outputs(cli *c, const zr_model *model, int64_t n, const uint8_t *raw,
                          zr_array *outputs)
{
    const zr_graph *g = &model->graphs[0];
    if (!zr_samples_outputs(&c->cx, model, n, outputs)) return false;
    for (int64_t s = 0; s < n; s++)
        for (int i = 0; i < g->n_outputs; i++) {
            size_t bytes = zr_tensor_bytes(&g->tensors[g->outputs[i]]);
            memcpy((uint8_t *)(uintptr_t)outputs[i].data + (size_t)s * bytes, raw, bytes);
            raw += bytes;
        }
    return true;
}

static bool list_targets(cli *c)
{
    zr_buf out;
    zr_buf_init(&out, &c->cx);
    for (const zr_target *t = zr_targets; t->name; t++)
        zr_buf_printf(&out, "%-14s %s\n", t->name, t->note);
    return !out.failed && zr_file_write(&c->cx, "-", out.data, out.size);
}

/* A number of cycles; 0 when the option is not given. */
static bool take_wait_states(cli *c, int *n)
{
    const char *text = cli_value(c, "wait-states");
    char *end;
    long value = text ? strtol(text, &end, 10) : 0;
    if (text && (end == text || *end || value < 0 || value > 100))
        return cli_usage(c, "--wait-states %s is no number from 0 to 100", text);
    *n = (int)value;
    return true;
}

static bool explain(cli *c, const char *target, const zr_program *program, zr_buf *out)
{
    zr_select_options o;
    if (!cli_select_options(c, target, &o)) return false;
    zr_select_explain(&c->cx, program->model, &o, program->choice, out);
    return !out->failed;
}

/* A whole number of 1 or more; 0 when the option is not given. */
static bool take_every(cli *c, int *every)
{
    const char *text = cli_value(c, "every");
    char *end;
    long value = text ? strtol(text, &end, 10) : 0;
    if (text && (end == text || *end || value < 1 || value > 10000))
        return cli_usage(c, "--every %s is no number from 1 to 10000", text);
    *every = (int)value;
    return true;
}

/* What a sound model hears: the sound that is its input, or noise. *hearing: NULL for others. */
static bool take_hearing(cli *c, const zr_model *model, zr_hearing **hearing)
{
    zr_frontend *f;
    zr_sound sound = {NULL, 0, 0};
    int every;
    const char *path = cli_value(c, "input");
    *hearing = NULL;
    if (!take_every(c, &every) || !cli_model_frontend(c, model, &f)) return false;
    if (!f && every) return cli_usage(c, "--every goes with a sound model");
    if (!f) return true;
    *hearing = ZR_NEW(&c->cx, zr_hearing, 1);
    if (!*hearing) return false;
    if (path && cli_is_sound(path) && !zr_sound_read(&c->cx, path, (int)f->sample_rate, &sound))
        return false;
    **hearing =
        (zr_hearing){.frontend = f, .model = model, .samples = sound.samples, .n_samples = sound.n};
    return zr_hearing_start(&c->cx, *hearing, every, c->operands[0]);
}

/* The word that the chip heard, inference by inference, where the model has words. */
static bool print_words(cli *c, const zr_model *model, int64_t n, const zr_array *scores,
                        zr_buf *out)
{
    const zr_graph *g = &model->graphs[0];
    const zr_tensor *tensor = &g->tensors[g->outputs[0]];
    const char *const *words;
    int n_words;
    if (!zr_labels_read(&c->cx, c->operands[0], &words, &n_words)) return false;
    if (n_words == 0 || n_words != zr_elements(&tensor->shape)) return true;
    for (int64_t s = 0; s < n; s++) {
        const uint8_t *sample = scores->data + (size_t)s * zr_tensor_bytes(tensor);
        int best = 0;
        for (int i = 1; i < n_words; i++)
            if (zr_tensor_real(tensor, sample, i) > zr_tensor_real(tensor, sample, best)) best = i;
        zr_buf_printf(out, "heard: %s (%.2f)\n", words[best], zr_tensor_real(tensor, sample, best));
    }
    zr_buf_text(out, "\n");
    return !out->failed;
}

static bool run(cli *c)
{
    const char *target = cli_value(c, "target"), *labels_path = cli_value(c, "labels");
    const char *goal = cli_value(c, "optimize");
    if (target && !strcmp(target, "list")) return list_targets(c);
    if (!target) target = "cortex-m4";
    if (c->n_operands == 0) return cli_usage(c, "MODEL is missing");
    bool json = cli_value(c, "json");
    zr_measure_options o = {.target = target,
                            .optimize = goal ? goal : "speed",
                            .layers = json || cli_value(c, "layers"),
                            .cycles = true};
    zr_model model;
    zr_program program;
    zr_samples samples;
    zr_bench_result result;
    zr_array *labels = NULL;
    zr_hearing *hearing;
    int n_labels;
    if (!take_wait_states(c, &o.wait_states) || !cli_build(c, target, &model, &program) ||
        !take_samples(c, &model, &samples) || !take_hearing(c, &model, &hearing))
        return false;
    o.hearing = hearing;
    if (labels_path && !zr_arrays_read(&c->cx, labels_path, &labels, &n_labels)) return false;
    zr_array *outputs = ZR_NEW(&c->cx, zr_array, (size_t)model.graphs[0].n_outputs + 1);
    if (!outputs || !zr_measure(&c->cx, &program, &o, &samples, &result) ||
        !split_outputs(c, &model, samples.n, result.outputs, outputs))
        return false;
    if (cli_value(c, "output") &&
        !cli_write_outputs(c, cli_value(c, "output"), outputs, model.graphs[0].n_outputs))
        return false;
    zr_summary summary;
    zr_buf out;
    zr_buf_init(&out, &c->cx);
    if (!cli_summarize(c, &model, &program, &summary)) return false;
    if (json) {
        if (!zr_bench_json(&c->cx, &summary, &result, hearing, samples.n, &out)) return false;
    } else {
        if (labels && !zr_bench_answers(&c->cx, labels_path, &outputs[0], labels, &out))
            return false;
        if (hearing && cli_value(c, "input") &&
            !print_words(c, &model, samples.n, &outputs[0], &out))
            return false;
        zr_bench_text(&summary, &result, hearing, samples.n, &out);
        if (cli_value(c, "why") && !explain(c, target, &program, &out)) return false;
    }
    return !out.failed && zr_file_write(&c->cx, "-", out.data, out.size);
}

const cli_command command_bench = {
    .name = "bench",
    .operands = "MODEL",
    .summary = "compile a model, run it on an emulated chip, measure",
    .description =
        "Writes the model as C, builds it for the chip, runs it in QEMU on the samples and reports "
        "the instructions of one inference (exact), RAM (arena, stack as used, variables) and "
        "flash "
        "(code with what it needs of the C library; constants). The board's start-up code and the "
        "harness are not counted. The outputs are those that the chip computed.\n\n"
        "For the Cortex-M4 it estimates cycles too, from the timings in Arm's manual; in brackets "
        "the "
        "ends of what the manual leaves open. docs/cycles.md says what the estimate leaves out.\n\n"
        "A sound model (a folder with model.tflite and frontend.json) is measured with its front "
        "end "
        "too: instructions of a hop and of a second, RAM and flash of both together. The chip "
        "hears "
        "the sound that --input names, or noise.\n\n"
        "Needs the cross compiler of the chip and qemu-system-arm.",
    .options = options,
    .min_operands = 0,
    .max_operands = 1,
    .run = run,
};
