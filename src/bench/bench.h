/* The bench: builds generated C for a chip, runs it on the emulated board and measures. */
#ifndef ZR_BENCH_BENCH_H
#define ZR_BENCH_BENCH_H

#include "base/context.h"
#include "bench/target.h"

typedef struct zr_bench_recording {
    const int16_t *samples;
    size_t n;
} zr_bench_recording;

typedef struct zr_bench_options {
    const char *target;      /* a name of zr_targets */
    const char *name;        /* of the model, a C identifier in lower case: "kws" */
    const char *sources_dir; /* has NAME.h, NAME.c and, if need be, NAME_weights.c */
    const char *optimize;    /* "speed" (also NULL), "size" or "ram" */
    const uint8_t *input;    /* the samples one after the other, of each all inputs in order */
    size_t input_bytes;
    int n_samples;
    size_t output_bytes_per_sample; /* of all outputs */
    bool layers;                    /* count the layers too: a second build and run */
    bool cycles;                    /* estimate cycles too, where there is a model of the chip's */
    int wait_states;                /* of its flash, for the cycles */
    int time_limit_s;               /* for a run of the emulator; 0: 600 s */
    bool keep_folder;               /* leave the build in result->folder */

    /* Of a sound model: what the chip hears; sources_dir has NAME_frontend.h and .c. No samples:
     * none. */
    zr_bench_recording sound;
    int every;                             /* hops from one inference to the next, at least */
    int first_hops;                        /* so many do not fill a window */
    size_t input_bytes_heard;              /* of one inference: one input, one output */
    bool wakes;                            /* there is a NAME_wake, and it is what hears */
    bool stay_awake;                       /* it does not sleep through `sound` */
    const zr_bench_recording *more_sounds; /* each heard from the start on */
    int n_more_sounds;
} zr_bench_options;

/* What a recording took. */
typedef struct zr_bench_heard {
    int n_hops, n_inferences;
    const uint64_t *hop_instructions; /* [n_hops] */
    const uint64_t *awake;            /* [n_hops], 0 or 1 */
    const uint64_t *answer_hops;      /* [n_inferences]: the hop before each */

    /* Sums. The front end's have the stage that wakes it and, of it, `features`: from the frames to
     * the model's input. */
    uint64_t frontend_instructions, features_instructions, invoke_instructions;
} zr_bench_heard;

/* A front end with its model, on the chip. */
typedef struct zr_bench_sound {
    zr_bench_heard heard, *more;         /* the sound's; [n_more_sounds] */
    uint64_t hop_instructions, hop_most; /* mean and greatest of those that make a frame */
    uint64_t features_instructions;      /* mean */

    /* Of both together; the arena serves both. */
    uint32_t arena_bytes, stack_bytes, static_bytes, code_bytes, weights_bytes;

    /* Of it the front end; scratch is of the arena, its struct of static. */
    uint32_t frontend_code_bytes, frontend_weights_bytes, frontend_bytes, scratch_bytes;

    const uint8_t *inputs, *outputs; /* of the inferences */
} zr_bench_sound;

typedef struct zr_bench_result {
    const zr_target *target;
    const char *compiler; /* command, version and flags */
    const char *emulator; /* name and version */

    /* Executed by NAME_invoke, from its entry to its return: exact. Of a model that takes its input
     * by rows, by the calls of NAME_push_row that make up a picture. */
    uint64_t instructions;               /* the mean of the samples, rounded */
    const uint64_t *sample_instructions; /* [n_samples] */
    uint64_t init_instructions;          /* of NAME_init */
    uint64_t push_most; /* the most that one NAME_push_row took; 0: there is none */

    /* An estimate, the mean of the samples; the ends of the range that the manual leaves open.
     * Negative: there is none; where there is a model, a note says why. */
    int64_t cycles, cycles_least, cycles_most;
    const char *cycle_model; /* NULL: there is none for the target */
    int wait_states;

    uint32_t arena_bytes;
    uint32_t stack_bytes;      /* the most that NAME_invoke used, below its caller's */
    uint32_t init_stack_bytes; /* likewise NAME_init */
    uint32_t static_bytes;     /* variables of the generated code and of the library functions that
                                  it calls, and one struct NAME */
    uint32_t model_bytes;      /* of it that struct */

    /* Flash is the sum of the two. The harness, start-up and semihosting are in neither. */
    uint32_t code_bytes;    /* generated instructions; library functions called, with their
                               constants; initial values of variables */
    uint32_t weights_bytes; /* every constant of the generated code */
    uint32_t library_bytes; /* what of code_bytes is libgcc's, libm's and libc's */

    int n_layers;                       /* 0 unless asked for */
    const uint64_t *layer_instructions; /* [n_layers], means; see firmware/layers.h */
    const int64_t *layer_cycles;        /* [n_layers], means; NULL: there is no estimate */

    const uint8_t *outputs; /* [n_samples][output_bytes_per_sample] */
    const char *folder;     /* of the build, NULL unless it was to be kept */

    const zr_bench_sound *sound; /* NULL unless there was one */
} zr_bench_result;

/* Fails with ZR_E_TOOL when a program that it needs is missing. All samples run one after the
 * other on one instance: the state of variables goes on. */
ZR_MUST bool zr_bench_run(zr_ctx *cx, const zr_bench_options *options, zr_bench_result *result);

#endif
