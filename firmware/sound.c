/* The harness of a sound model: hears a recording hop by hop and runs the model on what the front
 * end makes of it.
 *
 * sound.bin   16-bit samples
 * input.bin   what the front end gave the model, inference by inference
 * output.bin  what the model answered
 * awake.bin   if it is there, the stage that wakes the front end does not sleep
 * report.txt  see report.h
 *
 * An inference follows when the front end is ready and BENCH_EVERY hops have passed since the last
 * one. The arena serves both and is filled with a pattern before each: nothing in it may be needed
 * later but, with BENCH_WAKE, the sound that is kept while the front end sleeps. */
#include <stddef.h>

#include "measure.h"
#include "memory.h"
#include "model.h"
#include "report.h"
#include "semihosting.h"

#include BENCH_FRONTEND_HEADER

void bench_main(void);

#define FRONTEND_CONSTANT(NAME) BENCH_PASTE(BENCH_MODEL_UPPER, _FRONTEND_##NAME)

/* What hears: the front end, alone or behind the stage that wakes it. */
#if BENCH_WAKE
typedef MODEL_FUNCTION(wake) ear_type;
#define ear_reset MODEL_FUNCTION(wake_reset)
#define ear_hop MODEL_FUNCTION(wake_hop)
#define EAR_ARENA_BYTES MODEL_CONSTANT(WAKE_ARENA_BYTES)
#define FRONTEND_OF(ear) (&(ear)->ear)
#else
typedef MODEL_FUNCTION(frontend) ear_type;
#define ear_reset MODEL_FUNCTION(frontend_reset)
#define ear_hop MODEL_FUNCTION(frontend_hop)
#define EAR_ARENA_BYTES FRONTEND_CONSTANT(SCRATCH_BYTES)
#define FRONTEND_OF(ear) (ear)
#endif

enum {
    GUARD_BYTES = 256, /* around what is written */
    SCRATCH_BYTES = EAR_ARENA_BYTES,
    ARENA_BYTES = MODEL_ARENA_BYTES > SCRATCH_BYTES ? MODEL_ARENA_BYTES : SCRATCH_BYTES,
    HOP = FRONTEND_CONSTANT(HOP)
};

static uint8_t arena_place[GUARD_BYTES + ARENA_BYTES + GUARD_BYTES] __attribute__((aligned(16)));
static uint8_t *const arena = arena_place + GUARD_BYTES;
static model_type model;
static struct {
    uint8_t below[GUARD_BYTES];
    ear_type ear;
    uint8_t above[GUARD_BYTES];
} ear_place;
static ear_type *const ear = &ear_place.ear;
static int16_t samples[HOP];

static void check_guards(void)
{
    const uint8_t *const arena_end = arena + ARENA_BYTES;
    const uint8_t *const place_end = arena_place + sizeof arena_place;
    const uint8_t *const above_end = ear_place.above + GUARD_BYTES;
    const uint8_t *const below_end = ear_place.below + GUARD_BYTES;
    if (bench_first_change(arena_place, arena) != arena ||
        bench_first_change(arena_end, place_end) != place_end)
        bench_report_error("memory around the arena was overwritten");
    if (bench_first_change(ear_place.below, below_end) != below_end ||
        bench_first_change(ear_place.above, above_end) != above_end)
        bench_report_error("memory around the front end's struct was overwritten");
}

/* Measures a call and reports its instructions under `key`; returns what it returned. */
static int measured(const char *key, bench_function function, uintptr_t a, uintptr_t b, uintptr_t c)
{
    static uint32_t stack_bytes;
    struct bench_cost cost;
    bench_measure(function, a, b, c, &cost);
    check_guards();
    bench_report(key, cost.instructions);
    if (cost.stack_bytes > stack_bytes) {
        stack_bytes = cost.stack_bytes;
        bench_report("sound_stack_bytes", stack_bytes);
    }
    return cost.returned;
}

static void infer(int input, int output)
{
    measured("features_instructions", (bench_function)MODEL_FUNCTION(frontend_features),
             (uintptr_t)FRONTEND_OF(ear), (uintptr_t)model_input_at(&model, 0), 0);
    if (semihosting_write(input, model_input_at(&model, 0), MODEL_INPUT_BYTES(0)) != 0)
        bench_report_error("the input cannot be written");
    if (measured("invoke_instructions", (bench_function)model_invoke, (uintptr_t)&model, 0, 0) != 0)
        bench_report_error("the model returned an error");
    if (semihosting_write(output, model_output_at(&model, 0), MODEL_OUTPUT_BYTES(0)) != 0)
        bench_report_error("the output cannot be written");
}

/* Whether it listens, more than the stage that wakes does. */
static int is_awake(void)
{
#if BENCH_WAKE
    return ear->stage.awake > 0;
#else
    return 1;
#endif
}

static void stay_awake(void)
{
#if BENCH_WAKE
    ear->stage.awake = 2;
#endif
}

/* Fills what may be used of the arena between two hops. */
static void fill_arena(void)
{
    bench_fill(arena, arena + (is_awake() ? ARENA_BYTES : FRONTEND_CONSTANT(SCRATCH_BYTES)));
}

/* Hears a hop; returns how many inferences are due. */
static int hear(int always)
{
    fill_arena();
    if (always) stay_awake();
    int due = measured("hop_instructions", (bench_function)ear_hop, (uintptr_t)ear,
                       (uintptr_t)samples, (uintptr_t)arena);
    bench_report("hop_awake", (uint64_t)is_awake());
    return due;
}

void bench_main(void)
{
    int since = BENCH_EVERY;
    uint32_t hop = 0;
    bench_report_open();
    bench_measure_calibrate();
    int sound = semihosting_open_read("sound.bin");
    int always = semihosting_open_read("awake.bin") >= 0;
    int input = semihosting_open_write("input.bin");
    int output = semihosting_open_write("output.bin");
    if (sound < 0 || input < 0 || output < 0)
        bench_report_error("sound.bin, input.bin or output.bin cannot be opened");
    bench_report("frontend_bytes", sizeof *ear);
    bench_report("scratch_bytes", SCRATCH_BYTES);
    bench_report("arena_bytes", ARENA_BYTES);
    bench_fill(arena_place, arena_place + sizeof arena_place);
    bench_fill((uint8_t *)&ear_place, (uint8_t *)&ear_place + sizeof ear_place);
    if (model_init(&model, arena, ARENA_BYTES) != 0) bench_report_error("init returned an error");
    ear_reset(ear);
    for (; semihosting_read(sound, samples, sizeof samples) == sizeof samples; hop++) {
        int due = hear(always);
        if (since < BENCH_EVERY) since++;
        if (!is_awake()) since = BENCH_EVERY;
        if (since < BENCH_EVERY) continue;
        if (due > 0) since = 0;
        for (; due > 0; due--) {
            fill_arena();
            bench_report("answer_hop", hop);
            infer(input, output);
        }
    }
    semihosting_close(input);
    semihosting_close(output);
}
