#include "bench/bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "bench/build.h"
#include "bench/elf.h"

enum { DEFAULT_LIMIT_S = 600 };

static const char emulator_name[] = "qemu-system-arm";

/* A run of the emulator: what it left in its folder. */
typedef struct run {
    zr_bytes report, outputs, image;
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

/* The value of a line "key value" when it has that key, else NULL. */
static const char *value_of(const char *line, const char *key)
{
    size_t length = strlen(key);
    return !strncmp(line, key, length) && line[length] == ' ' ? line + length + 1 : NULL;
}

/* The line after this one; the end of the text when there is none. */
static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

static const char *find(const char *report, const char *key)
{
    for (; *report; report = next_line(report))
        if (value_of(report, key)) return value_of(report, key);
    return NULL;
}

/* All values of a key in order, `*n` of them; NULL when memory is out (reported). */
static uint64_t *find_all(zr_ctx *cx, const char *report, const char *key, int *n)
{
    *n = 0;
    for (const char *line = report; *line; line = next_line(line))
        *n += value_of(line, key) != NULL;
    uint64_t *values = ZR_NEW(cx, uint64_t, (size_t)*n + 1);
    uint64_t *next = values;
    for (const char *line = report; values && *line; line = next_line(line)) {
        const char *value = value_of(line, key);
        if (value) *next++ = strtoull(value, NULL, 16);
    }
    return values;
}

static uint64_t find_number(const char *report, const char *key)
{
    const char *value = find(report, key);
    return value ? strtoull(value, NULL, 16) : 0;
}

static uint32_t find_u32(const char *report, const char *key)
{
    return (uint32_t)find_number(report, key);
}

/* What the harness says is wrong, and in which function. */
static bool fail_report(zr_ctx *cx, const zr_bench_options *o, const run *r, const char *sentence)
{
    const char *report = (const char *)r->report.data, *pc = find(report, "pc");
    const char *said = zr_text(cx, sentence, strcspn(sentence, "\n"));
    if (!said) return false;
    if (!pc) return zr_fail(cx, ZR_E_INTERNAL, at_model(o), "on %s: %s", o->target, said);
    uint32_t address = find_u32(report, "pc");
    const char *function = zr_elf_function_at(r->image, address);
    return zr_fail(cx, ZR_E_INTERNAL, at_model(o), "on %s: %s in %s (pc 0x%x, status 0x%x)",
                   o->target, said, function ? function : "no function", address,
                   find_u32(report, "fault_status"));
}

/* The emulator ended and the harness did not say why. */
static bool fail_emulator(zr_ctx *cx, const zr_bench_options *o, const zr_process_result *ran)
{
    if (strstr(ran->output, "Lockup"))
        return zr_fail(cx, ZR_E_INTERNAL, at_model(o),
                       "on %s: the processor locked up, as it does after a stack overflow",
                       o->target);
    const char *line = ran->output;
    while (*next_line(line)) line = next_line(line);
    const char *said = zr_text(cx, line, strcspn(line, "\n"));
    return zr_fail(cx, ZR_E_INTERNAL, at_model(o), "%s gave up: %s", emulator_name,
                   said ? said : "");
}

/* Runs the image of that part in a folder of its own, which it fills with the input. */
static bool run_image(zr_ctx *cx, const zr_build *build, const char *part, run *r)
{
    const zr_bench_options *o = build->options;
    const char *folder = zr_format(cx, "%s/%s", build->folder, part);
    const char *image = zr_format(cx, "%s/%s.elf", build->folder, part);
    const char *input = zr_format(cx, "%s/input.bin", folder);
    const char *output = zr_format(cx, "%s/output.bin", folder);
    const char *report = zr_format(cx, "%s/report.txt", folder);
    if (!folder || !image || !input || !output || !report) return false;
    if (!zr_file_read(cx, image, &r->image)) return false;
    if (!zr_file_write(cx, input, o->input, o->input_bytes)) return false;
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
                                NULL};
    int limit = o->time_limit_s ? o->time_limit_s : DEFAULT_LIMIT_S;
    zr_process process = {argv, folder, limit};
    zr_process_result ran;
    if (!zr_process_run(cx, &process, &ran)) return false;
    if (ran.end == ZR_PROCESS_TIMED_OUT)
        return zr_fail(cx, ZR_E_BUDGET, at_model(o),
                       "on %s: not done after %d s in the emulator; try fewer samples or give it "
                       "more time",
                       o->target, limit);
    if (access(report, F_OK) != 0) return fail_emulator(cx, o, &ran);
    if (!zr_file_read(cx, report, &r->report)) return false;
    const char *error = find((const char *)r->report.data, "error");
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
    int n_counts, n_stacks;
    uint64_t *counts = find_all(cx, report, "sample_instructions", &n_counts);
    uint64_t *stacks = find_all(cx, report, "sample_stack_bytes", &n_stacks);
    if (!counts || !stacks) return false;
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
    r->instructions = mean(sum, o->n_samples);
    r->sample_instructions = counts;
    r->init_instructions = find_number(report, "init_instructions");
    r->init_stack_bytes = find_u32(report, "init_stack_bytes");
    r->arena_bytes = find_u32(report, "arena_bytes");
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
                      find_u32((const char *)total->report.data, "model_bytes");
}

static bool read_layers(zr_ctx *cx, const zr_bench_options *o, const run *layers,
                        zr_bench_result *r)
{
    uint64_t *sums =
        find_all(cx, (const char *)layers->report.data, "layer_instructions", &r->n_layers);
    if (!sums) return false;
    for (int i = 0; i < r->n_layers; i++) sums[i] = mean(sums[i], o->n_samples);
    r->layer_instructions = sums;
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
    if (!r->compiler || !zr_build_image(cx, build, false)) return false;
    if (!run_image(cx, build, "total", &total) || !read_total(cx, o, &total, r)) return false;
    read_sizes(&total, r);
    return !o->layers ||
           (zr_build_image(cx, build, true) && run_image(cx, build, "layers", &layers) &&
            read_layers(cx, o, &layers, r));
}

bool zr_bench_run(zr_ctx *cx, const zr_bench_options *o, zr_bench_result *r)
{
    *r = (zr_bench_result){.cycles = -1};
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
