/* The harness: runs the model on every sample of a file and reports what it cost.
 *
 * input.bin   the samples one after the other, each all inputs in order, as the model takes them
 * output.bin  likewise the outputs
 * report.txt  see report.h
 *
 * A model that takes its input by rows gets a sample row by row: what a sample costs is the sum of
 * its rows, the stack the most of any.
 *
 * The state of the model's variables goes on from one sample to the next. The arena is filled with
 * a pattern before each: nothing in it may be needed later. */
#include <stddef.h>

#include "layers.h"
#include "measure.h"
#include "memory.h"
#include "model.h"
#include "report.h"
#include "semihosting.h"

void bench_main(void);

enum {
    GUARD_BYTES = 256, /* around what the model writes */
    /* The arena starts at a multiple of its alignment, but not of the double, so that a model
     * that counts on more than it asks for is found out. */
    ARENA_STEP = 2 * MODEL_ARENA_ALIGN,
    ARENA_OFFSET = (GUARD_BYTES + ARENA_STEP - 1) / ARENA_STEP * ARENA_STEP + MODEL_ARENA_ALIGN
};

static uint8_t arena_place[ARENA_OFFSET + MODEL_ARENA_BYTES + GUARD_BYTES]
    __attribute__((aligned(2 * MODEL_ARENA_ALIGN)));
static uint8_t *const arena = arena_place + ARENA_OFFSET;

static struct {
    uint8_t below[GUARD_BYTES];
    model_type model;
    uint8_t above[GUARD_BYTES];
} model_place;
static model_type *const model = &model_place.model;

#if !MODEL_INPUT_ROWS
static const uint32_t input_bytes[] = {
#define PORTS MODEL_N_INPUTS
#define PORT_BYTES(i) MODEL_INPUT_BYTES(i)
#include "ports.h"
#undef PORTS
#undef PORT_BYTES
};
#endif
static const uint32_t output_bytes[] = {
#define PORTS MODEL_N_OUTPUTS
#define PORT_BYTES(i) MODEL_OUTPUT_BYTES(i)
#include "ports.h"
#undef PORTS
#undef PORT_BYTES
};

static void check_guards(void)
{
    const uint8_t *const arena_end = arena + MODEL_ARENA_BYTES;
    const uint8_t *const place_end = arena_place + sizeof arena_place;
    const uint8_t *const above_end = model_place.above + GUARD_BYTES;
    const uint8_t *const below_end = model_place.below + GUARD_BYTES;
    if (bench_first_change(arena_place, arena) != arena)
        bench_report_error("memory below the arena was overwritten");
    if (bench_first_change(arena_end, place_end) != place_end)
        bench_report_error("memory above the arena was overwritten");
    if (bench_first_change(model_place.below, below_end) != below_end ||
        bench_first_change(model_place.above, above_end) != above_end)
        bench_report_error("memory around the model's struct was overwritten");
}

static void start_model(void)
{
    bench_fill(arena_place, arena_place + sizeof arena_place);
    bench_fill((uint8_t *)&model_place, (uint8_t *)&model_place + sizeof model_place);
    struct bench_cost cost;
    bench_measure((bench_function)model_init, (uintptr_t)model, (uintptr_t)arena, MODEL_ARENA_BYTES,
                  &cost);
    if (cost.returned != 0) bench_report_error("init returned an error");
    check_guards();
    bench_report("init_instructions", cost.instructions);
    bench_report("init_stack_bytes", cost.stack_bytes);
}

/* A sum, or the most, over the calls that make up one inference. */
static struct bench_cost sample;

/* One call of the model. */
static void call_model(bench_function function, uintptr_t argument, int expected)
{
#ifdef BENCH_LAYERS
    int returned = bench_layers_call(function, (uintptr_t)model, argument);
#else
    struct bench_cost cost;
    bench_measure(function, (uintptr_t)model, argument, 0, &cost);
    int returned = cost.returned;
    sample.instructions += cost.instructions;
    if (cost.stack_bytes > sample.stack_bytes) sample.stack_bytes = cost.stack_bytes;
#endif
    if (returned != expected) bench_report_error("the model returned an error");
    check_guards();
}

#if MODEL_INPUT_ROWS
/* Pushes the rows of a sample; 0 at the end of the file. */
static int run_sample(int file)
{
    static uint8_t row[MODEL_INPUT_ROW_BYTES] __attribute__((aligned(8)));
    uint64_t most = 0;
    for (int y = 0; y < MODEL_INPUT_ROWS; y++) {
        size_t size = semihosting_read(file, row, sizeof row);
        if (size == 0 && y == 0) return 0;
        if (size != sizeof row) bench_report_error("the input ends within a sample");
        uint64_t before = sample.instructions;
        call_model((bench_function)model_push_row, (uintptr_t)row, y + 1 == MODEL_INPUT_ROWS);
        if (sample.instructions - before > most) most = sample.instructions - before;
    }
    bench_report("push_instructions", most);
    return 1;
}
#else
/* Fills the inputs; 0 at the end of the file. */
static int read_sample(int file)
{
    for (int i = 0; i < MODEL_N_INPUTS; i++) {
        size_t size = semihosting_read(file, model_input_at(model, i), input_bytes[i]);
        if (size == 0 && i == 0) return 0;
        if (size != input_bytes[i]) bench_report_error("the input ends within a sample");
    }
    return 1;
}

static int run_sample(int file)
{
    if (!read_sample(file)) return 0;
    call_model((bench_function)model_invoke, 0, 0);
    return 1;
}
#endif

static void write_outputs(int file)
{
    for (int i = 0; i < MODEL_N_OUTPUTS; i++) {
        if (semihosting_write(file, model_output_at(model, i), output_bytes[i]) != 0)
            bench_report_error("the output cannot be written");
    }
}

void bench_main(void)
{
    bench_report_open();
    bench_measure_calibrate();
#ifdef BENCH_LAYERS
    bench_layers_calibrate();
#endif
    int input = semihosting_open_read("input.bin");
    int output = semihosting_open_write("output.bin");
    if (input < 0 || output < 0) bench_report_error("input.bin or output.bin cannot be opened");
    bench_report("arena_bytes", MODEL_ARENA_BYTES);
    bench_report("model_bytes", sizeof(model_type));
    bench_report("layers", MODEL_N_LAYERS);
    start_model();
    for (;;) {
        bench_fill(arena, arena + MODEL_ARENA_BYTES);
        sample.instructions = 0;
        sample.stack_bytes = 0;
        if (!run_sample(input)) break;
#ifndef BENCH_LAYERS
        bench_report("sample_instructions", sample.instructions);
        bench_report("sample_stack_bytes", sample.stack_bytes);
#endif
        write_outputs(output);
    }
#ifdef BENCH_LAYERS
    for (int i = 0; i < MODEL_N_LAYERS; i++)
        bench_report("layer_instructions", bench_layers_sum(i));
#endif
    semihosting_close(output);
}
