/* Many samples through a program: arrays in, arrays out, on all cores. */
#ifndef ZR_EXEC_SAMPLES_H
#define ZR_EXEC_SAMPLES_H

#include "base/npy.h"
#include "exec/exec.h"

/* The inputs of n inferences, one array a model input, converted to the model's types. The first
 * axis of an array is the sample; it replaces a first dimension of 1 and is put in front of others.
 */
typedef struct zr_samples {
    int64_t n;
    const uint8_t **input; /* [model input]: n times the tensor's bytes */
} zr_samples;

/* Called now and then from one thread at a time. */
typedef void zr_progress_fn(void *user, int64_t done, int64_t total);

/* Takes the samples from arrays that were read from `file`: all by the names of the inputs, or all
 * as "input_0", "input_1", or by position where no name is one of those. Float values for a
 * quantized input are quantized with its scale, whole numbers for a float input converted; anything
 * else must have the input's type. */
ZR_MUST bool zr_samples_take(zr_ctx *cx, const zr_model *model, const char *file,
                             const zr_array *arrays, int n_arrays, zr_samples *samples);

/* One sample of zeros, for figures that do not depend on the data. */
ZR_MUST bool zr_samples_zero(zr_ctx *cx, const zr_model *model, zr_samples *samples);

/* Runs all samples and gives one array a model output, named as the tensor. A model with variables
 * sees the samples one after the other, state carried on; others are spread over the cores. */
ZR_MUST bool zr_samples_run(zr_ctx *cx, const zr_program *program, const zr_samples *samples,
                            zr_progress_fn *progress, void *user, zr_array *outputs);

/* How a program that takes some frames at a time takes a clip. */
typedef struct zr_clip {
    const zr_program *step; /* has one input */
    const zr_program *end;  /* what answers after the steps, from the same variables; NULL: the last
                               step does */
    int32_t steps;
    size_t lead_bytes; /* of the first step's input, in front of the clip */
    size_t clip_bytes;
} zr_clip;

/* Likewise for samples that are clips: each after a reset, step by step. The outputs are those of
 * the end or else of the last step. */
ZR_MUST bool zr_clips_run(zr_ctx *cx, const zr_clip *clip, const zr_samples *samples,
                          zr_progress_fn *progress, void *user, zr_array *outputs);

/* Empty output arrays for n samples, for whoever computes them. */
ZR_MUST bool zr_samples_outputs(zr_ctx *cx, const zr_model *model, int64_t n, zr_array *outputs);

/* Element i of an array as a number. */
double zr_array_number(const zr_array *array, int64_t i);

/* Element i of a tensor's data as the real number it stands for. */
double zr_tensor_real(const zr_tensor *tensor, const uint8_t *data, int64_t i);

#endif
