#include "bench/bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/process.h"
#include "bench/build.h"
#include "bench/cycles.h"
#include "bench/elf.h"
#include "bench/harness.h"

enum { DEFAULT_LIMIT_S = 600 };

static const char emulator_name[] = "qemu-system-arm";

/* A run of the emulator: what it left in its folder. */
typedef struct run {
    zr_bytes report, outputs, image;
    zr_bytes inputs;        /* that a front end made */
    zr_bytes profile;       /* empty: there is none */
    const char *no_profile; /* why, when there should be one */
} run;

static zr_place at_model(const zr_bench_options *o)
{
    zr_place place = ZR_NOWHERE;
    place.file = o->name;
    return place;
}

static bool find_emulator(zr_ctx *cx, const char **version)
{
    const char *const argv[] = {emulator_name, "--version", NULL};
    zr_process process = {argv, NULL, 60};
    zr_process_result ran;
    if (!zr_process_run(cx, &process, &ran)) return false;
    if (!zr_process_ok(&ran))
        return zr_fail(cx, ZR_E_TOOL, ZR_NOWHERE,
                       "%s is not installed; install the Debian package %s", emulator_name,
                       emulator_name);
    *version = zr_text(cx, ran.output, strcspn(ran.output, "\n"));
    return *version != NULL;
}

/* What the harness says is wrong, and in which function. */
static bool fail_report(zr_ctx *cx, const zr_bench_options *o, const run *r, const char *sentence)
{
    const char *report = (const char *)r->report.data, *pc = zr_harness_find(report, "pc");
    const char *said = zr_text(cx, sentence, strcspn(sentence, "\n"));
    if (!said) return false;
    if (!pc) return zr_fail(cx, ZR_E_INTERNAL, at_model(o), "on %s: %s", o->target, said);
    uint32_t address = zr_harness_u32(report, "pc");
    const char *function = zr_elf_function_at(r->image, address);
    return zr_fail(cx, ZR_E_INTERNAL, at_model(o), "on %s: %s in %s (pc 0x%x, status 0x%x)",
                   o->target, said, function ? function : "no function", address,
                   zr_harness_u32(report, "fault_status"));
}

/* The last line of what the emulator said; NULL when memory is out (reported). */
static const char *last_words(zr_ctx *cx, const zr_process_result *ran)
{
    const char *line = ran->output;
    while (*zr_harness_next_line(line)) line = zr_harness_next_line(line);
    return zr_text(cx, line, strcspn(line, "\n"));
}

/* The emulator ended and the harness did not say why. */
static bool fail_emulator(zr_ctx *cx, const zr_bench_options *o, const zr_process_result *ran)
{
    if (strstr(ran->output, "Lockup"))
        return zr_fail(cx, ZR_E_INTERNAL, at_model(o),
                       "on %s: the processor locked up, as it does after a stack overflow",
                       o->target);
    const char *said = last_words(cx, ran);
    return zr_fail(cx, ZR_E_INTERNAL, at_model(o), "%s gave up: %s", emulator_name,
                   said ? said : "");
}

/* Starts the emulator on an image in `folder`; `plugin`: the option's value, or NULL. */
static bool emulate(zr_ctx *cx, const zr_build *build, const char *folder, const char *image,
                    const char *plugin, zr_process_result *ran)
{
    /* One instruction a nanosecond: see firmware/clock.h. */
    const char *const argv[] = {emulator_name,
                                "-M",
                                build->target->board->machine,
                                "-display",
                                "none",
                                "-serial",
                                "none",
                                "-monitor",
                                "none",
                                "-nic",
                                "none",
                                "-icount",
                                "shift=0",
                                "-semihosting-config",
                                "enable=on,target=native",
                                "-kernel",
                                image,
                                plugin ? "-plugin" : NULL,
                                plugin,
                                NULL};
    int limit = build->options->time_limit_s;
    zr_process process = {argv, folder, limit ? limit : DEFAULT_LIMIT_S};
    return zr_process_run(cx, &process, ran);
}

/* The plugin's option: see plugin/profile.c. NULL when memory is out (reported). */
static const char *plugin_option(zr_ctx *cx, const zr_build *build, zr_bytes image, int n_layers)
{
    const zr_board *board = build->target->board;
    const char *invoke = zr_format(cx, "%s_invoke", build->options->name);
    const char *push_row = zr_format(cx, "%s_push_row", build->options->name);
    if (!invoke || !push_row) return NULL;
    if (!zr_elf_symbol(image, invoke)) invoke = push_row;
    return zr_format(cx,
                     "../%s,output=profile.txt,enter=0x%x,leave=0x%x,hook=0x%x,layers=%d,"
                     "flash=0x%x+0x%x,flash=0x%x+0x%x",
                     zr_embedded_plugin->path, zr_elf_symbol(image, invoke),
                     zr_elf_symbol(image, "bench_returned"), zr_elf_symbol(image, "bench_on_layer"),
                     n_layers, board->code.origin, board->code.bytes, board->consts.origin,
                     board->consts.bytes);
}

/* Runs the image with the plugin. What comes of it is a profile, or the reason why there is none
 * and nothing else: a run without the plugin tells what is wrong. */
static bool run_profiled(zr_ctx *cx, const zr_build *build, const char *folder, const char *image,
                         int n_layers, run *r, zr_process_result *ran)
{
    const char *plugin = zr_format(cx, "%s/%s", build->folder, zr_embedded_plugin->path);
    const char *profile = zr_format(cx, "%s/profile.txt", folder);
    const char *option = plugin_option(cx, build, r->image, n_layers);
    if (!plugin || !profile || !option) return false;
    if (!zr_file_write(cx, plugin, zr_embedded_plugin->text, zr_embedded_plugin->size) ||
        !emulate(cx, build, folder, image, option, ran))
        return false;
    if (zr_process_ok(ran) && access(profile, F_OK) == 0)
        return zr_file_read(cx, profile, &r->profile);
    r->no_profile = ran->end == ZR_PROCESS_TIMED_OUT ? "it took too long" : last_words(cx, ran);
    return r->no_profile != NULL;
}

/* Runs the image of that part in a folder of its own, which it fills with the input. `profile`: as
 * well as it can, with a profile of n_layers layers. */
static bool run_image(zr_ctx *cx, const zr_build *build, zr_image which, bool profile, int n_layers,
                      run *r)
{
    const char *part = zr_image_names[which];
    const zr_bench_options *o = build->options;
    const char *folder = zr_format(cx, "%s/%s", build->folder, part);
    const char *image = zr_format(cx, "%s/%s.elf", build->folder, part);
    const char *input = zr_format(cx, "%s/input.bin", folder);
    const char *output = zr_format(cx, "%s/output.bin", folder);
    const char *report = zr_format(cx, "%s/report.txt", folder);
    if (!folder || !image || !input || !output || !report) return false;
    *r = (run){.no_profile = NULL};
    if (!zr_file_read(cx, image, &r->image)) return false;
    if (which != ZR_SOUND && !zr_file_write(cx, input, o->input, o->input_bytes)) return false;
    zr_process_result ran = {ZR_PROCESS_MISSING, 0, ""};
    if (profile && !run_profiled(cx, build, folder, image, n_layers, r, &ran)) return false;
    if (!r->profile.data) {
        unlink(report);
        if (!emulate(cx, build, folder, image, NULL, &ran)) return false;
    }
    if (ran.end == ZR_PROCESS_TIMED_OUT)
        return zr_fail(cx, ZR_E_BUDGET, at_model(o),
                       "on %s: not done after %d s in the emulator; try fewer samples or give it "
                       "more time",
                       o->target, o->time_limit_s ? o->time_limit_s : DEFAULT_LIMIT_S);
    if (access(report, F_OK) != 0) return fail_emulator(cx, o, &ran);
    if (!zr_file_read(cx, report, &r->report)) return false;
    const char *error = zr_harness_find((const char *)r->report.data, "error");
    if (error) return fail_report(cx, o, r, error);
    if (!zr_process_ok(&ran)) return fail_emulator(cx, o, &ran);
    return zr_file_read(cx, output, &r->outputs);
}

static uint64_t mean(uint64_t sum, int n)
{
    if (n < 1) return 0;
    return (sum + (uint64_t)n / 2) / (uint64_t)n;
}

/* Takes over what was measured, and checks that it is complete. */
static bool read_total(zr_ctx *cx, const zr_bench_options *o, const run *total, zr_bench_result *r)
{
    const char *report = (const char *)total->report.data;
    int n_counts, n_stacks, n_pushes;
    uint64_t *pushes = zr_harness_all(cx, report, "push_instructions", &n_pushes);
    uint64_t *counts = zr_harness_all(cx, report, "sample_instructions", &n_counts);
    uint64_t *stacks = zr_harness_all(cx, report, "sample_stack_bytes", &n_stacks);
    if (!counts || !stacks || !pushes) return false;
    if (n_counts != o->n_samples || n_stacks != o->n_samples)
        return zr_fail(cx, ZR_E_DATA, at_model(o),
                       "%zu bytes of input are %d samples for the model, not %d", o->input_bytes,
                       n_counts, o->n_samples);
    if (total->outputs.size != o->output_bytes_per_sample * (size_t)o->n_samples)
        return zr_fail(cx, ZR_E_INTERNAL, at_model(o), "the model wrote %zu bytes, not %d * %zu",
                       total->outputs.size, o->n_samples, o->output_bytes_per_sample);
    uint64_t sum = 0;
    for (int i = 0; i < o->n_samples; i++) {
        sum += counts[i];
        if (stacks[i] > r->stack_bytes) r->stack_bytes = (uint32_t)stacks[i];
    }
    for (int i = 0; i < n_pushes; i++)
        if (pushes[i] > r->push_most) r->push_most = pushes[i];
    r->instructions = mean(sum, o->n_samples);
    r->sample_instructions = counts;
    r->init_instructions = zr_harness_number(report, "init_instructions");
    r->init_stack_bytes = zr_harness_u32(report, "init_stack_bytes");
    r->arena_bytes = zr_harness_u32(report, "arena_bytes");
    r->outputs = total->outputs.data;
    return true;
}

/* Sizes from the image's sections: see firmware/board.ld. */
static void read_sizes(const run *total, zr_bench_result *r)
{
    uint32_t data = zr_elf_section_bytes(total->image, ".model_data");
    r->library_bytes = zr_elf_section_bytes(total->image, ".library_code") +
                       zr_elf_section_bytes(total->image, ".unwind");
    r->code_bytes = zr_elf_section_bytes(total->image, ".model_code") + r->library_bytes + data;
    r->weights_bytes = zr_elf_section_bytes(total->image, ".model_const");
    r->static_bytes = data + zr_elf_section_bytes(total->image, ".model_bss") +
                      zr_harness_u32((const char *)total->report.data, "model_bytes");
}

static bool read_layers(zr_ctx *cx, const zr_bench_options *o, const run *layers,
                        zr_bench_result *r)
{
    uint64_t *sums =
        zr_harness_all(cx, (const char *)layers->report.data, "layer_instructions", &r->n_layers);
    if (!sums) return false;
    for (int i = 0; i < r->n_layers; i++) sums[i] = mean(sums[i], o->n_samples);
    r->layer_instructions = sums;
    return true;
}

/* Prices the profile of a run, unless it is not what the harness counted. */
static bool estimate(zr_ctx *cx, const zr_bench_options *o, const run *ran, int n_layers,
                     zr_cycles **layers, const char **why)
{
    *layers = ZR_NEW(cx, zr_cycles, (size_t)n_layers + 1);
    *why = ran->no_profile;
    return *layers && (*why || zr_cycles_estimate(cx, ran->image, ran->profile, o->wait_states,
                                                  n_layers, *layers, why));
}

static bool read_cycles(zr_ctx *cx, const zr_bench_options *o, const run *total, zr_bench_result *r)
{
    zr_cycles *c;
    const char *why;
    uint64_t counted = 0;
    if (!r->cycle_model) return true;
    if (!estimate(cx, o, total, 0, &c, &why)) return false;
    for (int i = 0; i < o->n_samples; i++) counted += r->sample_instructions[i];
    if (!why && c->instructions != counted) why = "the profile is not of the run";
    if (why) {
        zr_note(cx, at_model(o), "there is no estimate of cycles: %s", why);
        return true;
    }
    r->cycles = (int64_t)mean(c->cycles, o->n_samples);
    r->cycles_least = (int64_t)mean(c->least, o->n_samples);
    r->cycles_most = (int64_t)mean(c->most, o->n_samples);
    return true;
}

/* Instructions, and cycles, of what calls the hook: `movs r0, #layer` and a `bl` whose refill the
 * profile does not have, since the hook is not in it. */
enum { HOOK_CALL = 2 };

/* Takes the layers' cycles over when the profile has the instructions that the harness counted. */
static bool read_layer_cycles(zr_ctx *cx, const zr_bench_options *o, const run *layers,
                              zr_bench_result *r)
{
    zr_cycles *c;
    const char *why;
    int64_t *means = ZR_NEW(cx, int64_t, (size_t)r->n_layers + 1);
    if (!means || !estimate(cx, o, layers, r->n_layers, &c, &why)) return false;
    uint64_t calls = HOOK_CALL * (uint64_t)o->n_samples;
    for (int i = 0; i < r->n_layers; i++) {
        if (why || mean(c[i].instructions - calls, o->n_samples) != r->layer_instructions[i])
            return true;
        means[i] = (int64_t)mean(c[i].cycles - calls, o->n_samples);
    }
    r->layer_cycles = means;
    return true;
}

/* Of the image with both; what it has more than the model alone is the front end's. */
static void read_sound_sizes(const run *heard, const zr_bench_result *model, zr_bench_sound *s)
{
    zr_bench_result both = {.cycles = -1};
    const char *report = (const char *)heard->report.data;
    read_sizes(heard, &both);
    s->frontend_bytes = zr_harness_u32(report, "frontend_bytes");
    s->scratch_bytes = zr_harness_u32(report, "scratch_bytes");
    s->arena_bytes = zr_harness_u32(report, "arena_bytes");
    s->code_bytes = both.code_bytes;
    s->weights_bytes = both.weights_bytes;
    s->frontend_code_bytes = both.code_bytes - model->code_bytes;
    s->frontend_weights_bytes = both.weights_bytes - model->weights_bytes;
    s->static_bytes = both.static_bytes + model->model_bytes + s->frontend_bytes;
}

static bool read_sound(zr_ctx *cx, const zr_bench_options *o, const run *heard, zr_bench_sound *s)
{
    const char *report = (const char *)heard->report.data;
    int n_stacks;
    uint64_t *stacks = zr_harness_all(cx, report, "sound_stack_bytes", &n_stacks);
    uint64_t sum = 0;
    zr_bench_heard *h = &s->heard;
    if (!stacks || !zr_harness_heard(cx, report, h)) return false;
    for (int i = o->first_hops; i < h->n_hops; i++) {
        sum += h->hop_instructions[i];
        if (h->hop_instructions[i] > s->hop_most) s->hop_most = h->hop_instructions[i];
    }
    s->hop_instructions = mean(sum, h->n_hops - o->first_hops);
    s->features_instructions = mean(h->features_instructions, h->n_inferences);
    s->stack_bytes = n_stacks ? (uint32_t)stacks[n_stacks - 1] : 0; /* they rise */
    s->inputs = heard->inputs.data;
    s->outputs = heard->outputs.data;
    if (heard->inputs.size == o->input_bytes_heard * (size_t)h->n_inferences &&
        heard->outputs.size == o->output_bytes_per_sample * (size_t)h->n_inferences)
        return true;
    return zr_fail(cx, ZR_E_DATA, at_model(o), "on %s: %zu bytes of answers for %d inferences",
                   o->target, heard->outputs.size, h->n_inferences);
}

/* Lets the image hear a recording: the main one, i < 0, or another. */
static bool hear(zr_ctx *cx, const zr_build *build, int i, run *heard)
{
    const zr_bench_options *o = build->options;
    const zr_bench_recording *r = i < 0 ? &o->sound : &o->more_sounds[i];
    const char *sound = zr_format(cx, "%s/sound/sound.bin", build->folder);
    const char *inputs = zr_format(cx, "%s/sound/input.bin", build->folder);
    const char *awake = zr_format(cx, "%s/sound/awake.bin", build->folder);
    if (!sound || !inputs || !awake) return false;
    if (o->stay_awake && i < 0 && !zr_file_write(cx, awake, "", 0)) return false;
    if (i == 0) unlink(awake);
    return zr_file_write(cx, sound, r->samples, r->n * sizeof *r->samples) &&
           run_image(cx, build, ZR_SOUND, false, 0, heard) &&
           zr_file_read(cx, inputs, &heard->inputs);
}

static bool measure_sound(zr_ctx *cx, zr_build *build, zr_bench_result *r)
{
    const zr_bench_options *o = build->options;
    zr_bench_sound *s = ZR_NEW(cx, zr_bench_sound, 1);
    run heard;
    r->sound = s;
    if (!s || !zr_build_image(cx, build, ZR_SOUND) || !hear(cx, build, -1, &heard)) return false;
    read_sound_sizes(&heard, r, s);
    s->more = ZR_NEW(cx, zr_bench_heard, (size_t)o->n_more_sounds + 1);
    if (!s->more || !read_sound(cx, o, &heard, s)) return false;
    for (int i = 0; i < o->n_more_sounds; i++)
        if (!hear(cx, build, i, &heard) ||
            !zr_harness_heard(cx, (const char *)heard.report.data, &s->more[i]))
            return false;
    return true;
}

static bool check_options(zr_ctx *cx, const zr_bench_options *o, const zr_target **target)
{
    *target = zr_target_find(o->target);
    if (!*target) return zr_fail(cx, ZR_E_USAGE, ZR_NOWHERE, "there is no target '%s'", o->target);
    if (!(*target)->board->machine)
        return zr_fail(cx, ZR_E_UNSUPPORTED, ZR_NOWHERE,
                       "code for %s can be compiled, but there is no emulator for it", o->target);
    if (o->n_samples < 1) return zr_fail(cx, ZR_E_DATA, at_model(o), "there is no sample to run");
    return true;
}

static bool measure(zr_ctx *cx, zr_build *build, zr_bench_result *r)
{
    const zr_bench_options *o = build->options;
    run total, layers;
    bool compiler = zr_build_start(cx, build);
    if (!find_emulator(cx, &r->emulator) || !compiler) return false;
    r->compiler = zr_format(cx, "%sgcc %s %s %s", r->target->toolchain->prefix, build->version,
                            build->level, r->target->flags);
    if (!r->compiler || !zr_build_image(cx, build, ZR_TOTAL)) return false;
    if (o->cycles) r->cycle_model = zr_cycles_model(r->target);
    if (!run_image(cx, build, ZR_TOTAL, r->cycle_model, 0, &total) ||
        !read_total(cx, o, &total, r) || !read_cycles(cx, o, &total, r))
        return false;
    read_sizes(&total, r);
    r->model_bytes = zr_harness_u32((const char *)total.report.data, "model_bytes");
    if (o->sound.samples && !measure_sound(cx, build, r)) return false;
    if (!o->layers) return true;
    int n_layers = (int)zr_harness_u32((const char *)total.report.data, "layers");
    return zr_build_image(cx, build, ZR_LAYERS) &&
           run_image(cx, build, ZR_LAYERS, r->cycles >= 0, n_layers, &layers) &&
           read_layers(cx, o, &layers, r) &&
           (r->cycles < 0 || read_layer_cycles(cx, o, &layers, r));
}

bool zr_bench_run(zr_ctx *cx, const zr_bench_options *o, zr_bench_result *r)
{
    *r = (zr_bench_result){
        .cycles = -1, .cycles_least = -1, .cycles_most = -1, .wait_states = o->wait_states};
    if (!check_options(cx, o, &r->target)) return false;
    const char *folder = zr_folder_temporary(cx);
    if (!folder) return false;
    zr_build build = {.options = o, .target = r->target, .folder = folder};
    bool ok = measure(cx, &build, r);
    if (o->keep_folder) {
        r->folder = folder;
    } else {
        zr_folder_remove(folder);
    }
    return ok;
}
