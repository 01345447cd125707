/* The boards and the bench measure models whose every instruction, byte and fault is known:
 * firmware_test FOLDER-OF-MODELS [TARGET | cycles | rest ...]; without one, everything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "bench/bench.h"

static const char *models;
static int n_failed;

static void check(bool ok, const char *target, const char *what)
{
    if (ok) return;
    printf("FAIL %s: %s\n", target, what);
    n_failed++;
}

static void check_equal(uint64_t got, uint64_t want, const char *target, const char *what)
{
    if (got == want) return;
    printf("FAIL %s: %s is %llu, should be %llu\n", target, what, (unsigned long long)got,
           (unsigned long long)want);
    n_failed++;
}

static const char *last_line(zr_ctx *cx)
{
    return cx->last ? zr_diag_line(cx, cx->last) : "";
}

static bool run(zr_ctx *cx, zr_bench_options *o, const char *target, const char *name,
                const void *input, size_t bytes_per_sample, int n_samples, zr_bench_result *r)
{
    o->target = target;
    o->name = name;
    o->sources_dir = zr_format(cx, "%s/%s", models, name);
    if (!o->optimize) o->optimize = "size";
    o->input = input;
    o->input_bytes = bytes_per_sample * (size_t)n_samples;
    o->n_samples = n_samples;
    return o->sources_dir && zr_bench_run(cx, o, r);
}

/* Counts are exact, for all phases of the timer, and so are layers and sizes. */
static void test_counts(const char *target)
{
    enum { N = 130 };
    uint32_t loops[N][2];
    for (uint32_t i = 0; i < N; i++) loops[i][0] = loops[i][1] = i + 1;
    loops[N - 2][0] = 1000000;
    loops[N - 1][1] = 2000001;
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_bench_result r;
    zr_bench_options o = {.output_bytes_per_sample = 8, .layers = true};
    bool ok = run(&cx, &o, target, "loop", loops, sizeof loops[0], N, &r);
    check(ok, target, last_line(&cx));
    uint64_t sums[2] = {0, 0};
    for (int i = 0; ok && i < N; i++) {
        uint64_t layers[2] = {3 + 2 * (uint64_t)loops[i][0], 1 + 2 * (uint64_t)loops[i][1]};
        check_equal(r.sample_instructions[i], layers[0] + layers[1] + 2, target, "count");
        sums[0] += layers[0];
        sums[1] += layers[1];
    }
    if (ok) {
        check_equal(r.instructions, (sums[0] + sums[1] + 2 * N + N / 2) / N, target, "mean");
        check_equal(r.init_instructions, 3, target, "count of init");
        check_equal((uint64_t)r.n_layers, 2, target, "number of layers");
        check_equal(r.layer_instructions[0], (sums[0] + N / 2) / N, target, "layer 0");
        check_equal(r.layer_instructions[1], (sums[1] + N / 2) / N, target, "layer 1");
        check_equal(r.stack_bytes, 8, target, "stack");
        check_equal(r.init_stack_bytes, 0, target, "stack of init");
        check_equal(r.code_bytes, 34, target, "code");
        check_equal(r.library_bytes, 0, target, "library code: the harness must need none");
        check_equal(r.weights_bytes, 0, target, "weights");
        check_equal(r.static_bytes, 4, target, "static");
        check_equal(r.arena_bytes, 8, target, "arena");
        check(!memcmp(r.outputs, loops, sizeof loops), target, "outputs");
    }
    zr_ctx_free(&cx);
}

/* More than 2^24 ticks of the slowest timer, which are 671 M instructions. */
static void test_long_count(const char *target)
{
    static const uint32_t loops[2] = {360000000, 1};
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_bench_result r;
    zr_bench_options o = {.output_bytes_per_sample = 8};
    bool ok = run(&cx, &o, target, "loop", loops, sizeof loops, 1, &r);
    check(ok, target, last_line(&cx));
    if (ok) check_equal(r.instructions, 3 + 2 * (uint64_t)loops[0] + 3 + 2, target, "long count");
    zr_ctx_free(&cx);
}

/* Sums of what models/timing/timing.c takes, layer by layer. */
enum { TIMING_LAYERS = 18, TIMING_END = 10 };
#define LOOP(body) (100 * ((body) + 4) - 1)
static const int64_t timing_cycles[TIMING_LAYERS] = {
    8 + LOOP(0),         LOOP(3),      LOOP(4),      1 + LOOP(4), LOOP(4),     LOOP(2),
    1 + LOOP(6),         1 + LOOP(23), LOOP(7),      LOOP(6),     LOOP(9),     LOOP(14),
    251 + 100 + LOOP(0), LOOP(3),      1 + LOOP(10), LOOP(32),    1 + LOOP(6), 1 + LOOP(4),
};
/* Branches taken: the loop's, and others. Of layer 8 one B; of 9 BL and BX. */
enum { TIMING_TAKEN = 99 * TIMING_LAYERS + 3 * 100 };

static bool run_timing(zr_ctx *cx, int wait_states, zr_bench_result *r)
{
    static const uint32_t input[2] = {0, 0};
    zr_bench_options o = {
        .output_bytes_per_sample = 8, .layers = true, .cycles = true, .wait_states = wait_states};
    return run(cx, &o, "cortex-m4", "timing", input, sizeof input, 1, r);
}

static void test_cycles(void)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_bench_result r;
    bool ok = run_timing(&cx, 0, &r) && r.layer_cycles;
    check(ok && cx.n_errors == 0, "cortex-m4", last_line(&cx));
    uint64_t sum = TIMING_END;
    for (int i = 0; ok && i < TIMING_LAYERS; i++) {
        const char *what = zr_format(&cx, "cycles of layer %d", i);
        check_equal((uint64_t)r.layer_cycles[i], (uint64_t)timing_cycles[i], "cortex-m4", what);
        sum += (uint64_t)timing_cycles[i];
    }
    if (ok) {
        check_equal((uint64_t)r.cycles, sum, "cortex-m4", "cycles");
        /* A taken branch 1 less or more, a division 5, the IT of layer 13 0, that of 12 1. */
        uint64_t least = sum - TIMING_TAKEN - 2 * 100 * 5 - 100;
        uint64_t most = sum + TIMING_TAKEN + 2 * 100 * 5 + 100;
        check_equal((uint64_t)r.cycles_least, least, "cortex-m4", "least cycles");
        check_equal((uint64_t)r.cycles_most, most, "cortex-m4", "most cycles");
    }
    zr_ctx_free(&cx);
}

/* Flash adds its wait states to the first fetch after a branch and to each load from it. */
static void test_wait_states(void)
{
    enum { WAIT_STATES = 3 };
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_bench_result r;
    bool ok = run_timing(&cx, WAIT_STATES, &r) && r.layer_cycles;
    check(ok, "cortex-m4", last_line(&cx));
    for (int i = 0; ok && i < TIMING_LAYERS; i++) {
        int64_t taken = 99 + (i == 8 || i == 16 ? 100 : i == 9 ? 200 : 0);
        int64_t loads = i == 16 ? 100 : i == 17 ? 3 * 100 : 0; /* of 17 one in two transfers */
        const char *what = zr_format(&cx, "cycles of layer %d with wait states", i);
        check_equal((uint64_t)r.layer_cycles[i],
                    (uint64_t)(timing_cycles[i] + WAIT_STATES * (taken + loads)), "cortex-m4",
                    what);
    }
    zr_ctx_free(&cx);
}

/* An emulator that knows no plugins, or does not load this one: no cycles, a note, all else. */
static void test_no_plugin(void)
{
    static const char script[] =
        "#!/bin/sh\n"
        "PATH=${PATH#*:}\n"
        "for argument; do\n"
        "    [ \"$argument\" = -plugin ] && { echo 'no plugins here' >&2; exit 1; }\n"
        "done\n"
        "exec qemu-system-arm \"$@\"\n";
    static const uint32_t input[2] = {1, 1};
    zr_ctx cx;
    zr_ctx_init(&cx);
    const char *folder = zr_folder_temporary(&cx), *path = getenv("PATH");
    const char *saved = zr_format(&cx, "%s", path ? path : "");
    const char *emulator = zr_format(&cx, "%s/qemu-system-arm", folder);
    const char *changed = zr_format(&cx, "%s:%s", folder, saved);
    zr_bench_result r;
    zr_bench_options o = {.output_bytes_per_sample = 8, .layers = true, .cycles = true};
    bool ok = folder && saved && emulator && changed &&
              zr_file_write(&cx, emulator, script, sizeof script - 1) &&
              chmod(emulator, S_IRWXU) == 0 && setenv("PATH", changed, 1) == 0 &&
              run(&cx, &o, "cortex-m4", "loop", input, sizeof input, 1, &r);
    setenv("PATH", saved ? saved : "", 1);
    check(ok && cx.n_errors == 0, "cortex-m4", "without a plugin");
    check(strstr(last_line(&cx), "no estimate of cycles: no plugins here"), "cortex-m4",
          last_line(&cx));
    if (ok) check(r.cycles < 0 && !r.layer_cycles && r.n_layers == 2, "cortex-m4", "no cycles");
    if (folder) zr_folder_remove(folder);
    zr_ctx_free(&cx);
}

/* Arm has published no times for it. */
static void test_no_model(void)
{
    static const uint32_t input[2] = {1, 1};
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_bench_result r;
    zr_bench_options o = {.output_bytes_per_sample = 8, .cycles = true};
    bool ok = run(&cx, &o, "cortex-m7", "loop", input, sizeof input, 1, &r);
    check(ok && r.cycles < 0 && !r.cycle_model && !cx.first, "cortex-m7", "no cycles");
    zr_ctx_free(&cx);
}

/* One sample of the toy: what to do and a number. */
typedef struct toy_sample {
    char what;
    uint8_t value[4]; /* little-endian */
} toy_sample;

static bool run_toy(zr_ctx *cx, const char *target, const toy_sample *samples, int n,
                    zr_bench_result *r)
{
    zr_bench_options o = {.output_bytes_per_sample = 9, .time_limit_s = 5};
    return run(cx, &o, target, "toy", samples, sizeof *samples, n, r);
}

/* Several inputs and outputs, state that goes on, sizes, stack, library functions. */
static void test_figures(const char *target)
{
    static const toy_sample samples[] = {
        {'n', {1, 0, 0, 0}}, {'n', {2, 1, 0, 0}}, {'f', {0, 0, 0, 0}}, {'x', {0, 0, 0, 0}},
        {'q', {3, 0, 0, 0}}, {'t', {1, 0, 0, 0}}, {'d', {0, 0, 0, 0}},
    };
    enum { N = sizeof samples / sizeof *samples };
    static const uint32_t states[N] = {1, 259, 259, 259, 9, 9 + 1 + 2 + 7, 0x1234567};
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_bench_result r;
    bool ok = run_toy(&cx, target, samples, N, &r);
    check(ok, target, last_line(&cx));
    for (int i = 0; ok && i < N; i++) {
        const uint8_t *out = r.outputs + i * 9;
        uint32_t state =
            out[0] | (uint32_t)out[1] << 8 | (uint32_t)out[2] << 16 | (uint32_t)out[3] << 24;
        check_equal(state, states[i], target, "state");
        check_equal(out[4], (uint8_t)samples[i].what, target, "second output");
    }
    if (ok) {
        check(r.stack_bytes >= 1000 && r.stack_bytes < 1100, target, "stack of a frame of 1000");
        check_equal(r.weights_bytes, 1200, target, "weights");
        check(r.library_bytes > 500 && r.library_bytes < 8000, target, "library code");
        check(r.code_bytes > r.library_bytes + 200 && r.code_bytes < r.library_bytes + 800, target,
              "code");
        /* sizeof(toy) is 16; .data is 4, .bss 48; newlib's errno comes with expf. */
        check(r.static_bytes >= 68 && r.static_bytes < 68 + 256, target, "static");
        check_equal(r.arena_bytes, 101, target, "arena");
        check(r.cycles < 0 && !r.folder && strstr(r.compiler, "arm-none-eabi-gcc 1"), target,
              "rest");
    }
    zr_ctx_free(&cx);
}

/* The sample must fail with a sentence that has `words` in it. */
static void test_failure(const char *target, char what, const char *words)
{
    const toy_sample samples[] = {{'n', {0, 0, 0, 0}}, {what, {0, 0, 0, 0}}};
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_bench_result r;
    bool ok = run_toy(&cx, target, samples, 2, &r);
    check(!ok && cx.n_errors == 1 && strstr(last_line(&cx), words), target,
          zr_format(&cx, "wanted '%s', got '%s'", words, last_line(&cx)));
    zr_ctx_free(&cx);
}

static void test_failures(const char *target)
{
    test_failure(target, 'b', "below the arena was overwritten");
    test_failure(target, 'a', "above the arena was overwritten");
    test_failure(target, 's', "around the model's struct was overwritten");
    test_failure(target, 'e', "the model returned an error");
    test_failure(target, 'k', "the stack ran over");
    test_failure(target, 'w', "the processor faulted in toy_invoke");
}

/* Input of a wrong size, wrong options and sources that do not compile. */
static void test_refusals(void)
{
    static const struct {
        const char *target, *model, *optimize;
        size_t bytes;
        int n_samples;
        const char *words;
    } cases[] = {
        {"cortex-m4", "loop", "size", 9, 1, "the input ends within a sample"},
        {"cortex-m4", "loop", "size", 16, 1, "are 2 samples for the model, not 1"},
        {"cortex-m4", "loop", "size", 8, 0, "no sample"},
        {"cortex-m4", "loop", "best", 8, 1, "speed, size and ram"},
        {"cortex-m4", "nothing", "size", 8, 1, "nothing"},
        {"cortex-m5", "loop", "size", 8, 1, "no target 'cortex-m5'"},
        {"rv32imc", "loop", "size", 8, 1, "no emulator"},
    };
    static const uint32_t input[4] = {1, 1, 1, 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        zr_bench_result r;
        zr_bench_options o = {.target = cases[i].target,
                              .name = cases[i].model,
                              .sources_dir = zr_format(&cx, "%s/%s", models, cases[i].model),
                              .optimize = cases[i].optimize,
                              .input = (const uint8_t *)input,
                              .input_bytes = cases[i].bytes,
                              .n_samples = cases[i].n_samples,
                              .output_bytes_per_sample = 8};
        bool ok = zr_bench_run(&cx, &o, &r);
        check(!ok && cx.n_errors == 1 && strstr(last_line(&cx), cases[i].words), cases[i].target,
              zr_format(&cx, "wanted '%s', got '%s'", cases[i].words, last_line(&cx)));
        zr_ctx_free(&cx);
    }
}

/* Without the tools in PATH, each is named with its package. */
static void test_missing_tools(void)
{
    const char *path = getenv("PATH");
    zr_ctx cx;
    zr_ctx_init(&cx);
    const char *saved = zr_format(&cx, "%s", path ? path : "");
    setenv("PATH", "/nowhere", 1);
    static const uint32_t input[2] = {1, 1};
    zr_bench_result r;
    zr_bench_options o = {.output_bytes_per_sample = 8};
    bool ok = run(&cx, &o, "cortex-m4", "loop", input, 8, 1, &r);
    setenv("PATH", saved ? saved : "", 1);
    check(!ok && cx.n_errors == 2 && zr_exit_status(&cx) == 3, "host", "missing tools");
    check(cx.first && strstr(zr_diag_line(&cx, cx.first), "package gcc-arm-none-eabi"), "host",
          "the compiler's package");
    check(strstr(last_line(&cx), "package qemu-system-arm"), "host", "the emulator's package");
    zr_ctx_free(&cx);
}

/* Memory that runs out anywhere gives an error and nothing else. */
static void test_out_of_memory(void)
{
    static const uint32_t input[2] = {1, 1};
    for (int64_t n = 0; n < 200; n += 7) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        zr_bench_options o = {.target = "cortex-m4",
                              .name = "loop",
                              .sources_dir = zr_format(&cx, "%s/loop", models),
                              .input = (const uint8_t *)input,
                              .input_bytes = sizeof input,
                              .n_samples = 1,
                              .output_bytes_per_sample = 8,
                              .cycles = true};
        zr_bench_result r;
        cx.arena.fail_after = n;
        bool ok = o.sources_dir && zr_bench_run(&cx, &o, &r);
        check(ok == (zr_exit_status(&cx) == 0), "cortex-m4", "out of memory");
        zr_ctx_free(&cx);
        if (ok) break;
    }
}

static void test_target(const char *target)
{
    test_counts(target);
    test_figures(target);
    test_failures(target);
}

static void test_rest(void)
{
    test_missing_tools();
    test_refusals();
    test_out_of_memory();
    /* One board of each kind of timer. */
    test_long_count("cortex-m4");
    test_long_count("cortex-m55");
    /* A core that has no unaligned access faults on it, though its board's core has it. */
    test_failure("cortex-m0", 'u', "the processor faulted in toy_");
    test_failure("cortex-m4", 'z', "the processor faulted in toy_invoke");
    test_failure("cortex-m4", 'l', "not done after 5 s");
}

static void test_estimate(void)
{
    test_cycles();
    test_wait_states();
    test_no_plugin();
    test_no_model();
}

/* False, said aloud, when there is no toolchain to test with. */
static bool has_tools(void)
{
    static const uint32_t input[2] = {1, 1};
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_bench_result r;
    zr_bench_options o = {.output_bytes_per_sample = 8};
    bool ok = run(&cx, &o, "cortex-m4", "loop", input, sizeof input, 1, &r);
    bool missing = !ok && cx.first && cx.first->code == ZR_E_TOOL;
    if (missing)
        printf("skipped: %.*s not here\n", (int)strcspn(cx.first->sentence, " "),
               cx.first->sentence);
    zr_ctx_free(&cx);
    return !missing;
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    models = argv[1];
    if (!has_tools()) return 0;
    bool all = argc == 2, rest = all, cycles = all;
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "rest"))
            rest = true;
        else if (!strcmp(argv[i], "cycles"))
            cycles = true;
        else
            test_target(argv[i]);
    }
    if (rest) test_rest();
    if (cycles) test_estimate();
    for (const zr_target *t = zr_targets; all && t->name; t++)
        if (t->board->machine) test_target(t->name);
    if (n_failed) printf("%d failed\n", n_failed);
    return n_failed != 0;
}
