#include "exec/samples.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static double half_to_double(uint16_t h)
{
    int exponent = h >> 10 & 31, mantissa = h & 1023;
    double value = exponent == 31  ? (mantissa ? NAN : INFINITY)
                   : exponent == 0 ? ldexp(mantissa, -24)
                                   : ldexp(mantissa + 1024, exponent - 25);
    return h & 0x8000 ? -value : value;
}

static double number(zr_type type, const uint8_t *data, int64_t i)
{
    const uint8_t *at = data + i * zr_type_bytes(type);
    union {
        float f32;
        double f64;
        int16_t i16;
        uint16_t u16;
        int32_t i32;
        uint32_t u32;
        int64_t i64;
        uint64_t u64;
    } v;
    memcpy(&v, at, (size_t)zr_type_bytes(type));
    switch (type) {
    case ZR_F32: return (double)v.f32;
    case ZR_F64: return v.f64;
    case ZR_F16: return half_to_double(v.u16);
    case ZR_I8: return (int8_t)*at;
    case ZR_U8:
    case ZR_BOOL: return *at;
    case ZR_I16: return v.i16;
    case ZR_U16: return v.u16;
    case ZR_I32: return v.i32;
    case ZR_U32: return v.u32;
    case ZR_I64: return (double)v.i64;
    case ZR_U64: return (double)v.u64;
    default: return 0;
    }
}

double zr_array_number(const zr_array *array, int64_t i)
{
    return number(array->type, array->data, i);
}

double zr_tensor_real(const zr_tensor *tensor, const uint8_t *data, int64_t i)
{
    double stored = number(tensor->type, data, i);
    if (tensor->quant.n != 1) return stored;
    return (double)tensor->quant.scale[0] * (stored - (double)tensor->quant.zero_point[0]);
}

/* The nearest stored value, halves away from zero, kept within `low`..`high`. Not a number is 0. */
static int32_t quantize(const zr_tensor *tensor, double real, int32_t low, int32_t high)
{
    float scaled = (float)real / tensor->quant.scale[0];
    double value = isnan(scaled) ? 0 : round((double)scaled);
    value += (double)tensor->quant.zero_point[0];
    return value < low ? low : value > high ? high : (int32_t)value;
}

static bool real_valued(zr_type type)
{
    return type == ZR_F32 || type == ZR_F64 || type == ZR_F16;
}

/* Converts an array's elements to the tensor's type; NULL with an error. */
static const uint8_t *convert(zr_ctx *cx, const char *file, const zr_tensor *tensor,
                              const zr_array *array, int64_t n)
{
    if (array->type == tensor->type) return array->data;
    bool quantized = tensor->quant.n == 1 &&
                     (tensor->type == ZR_I8 || tensor->type == ZR_U8 || tensor->type == ZR_I16);
    zr_place place = {file, -1, -1, -1, NULL, array->name[0] ? array->name : NULL};
    if (tensor->type != ZR_F32 && !(quantized && real_valued(array->type))) {
        zr_fail(cx, ZR_E_DATA, place, "is %s, but input '%s' of the model is %s%s",
                zr_types[array->type].name, tensor->name, zr_types[tensor->type].name,
                quantized ? "; give that or float32" : "");
        return NULL;
    }
    uint8_t *data = zr_alloc(cx, (size_t)n * (size_t)zr_type_bytes(tensor->type) + 1, 1);
    if (!data) return NULL;
    for (int64_t i = 0; i < n; i++) {
        double value = zr_array_number(array, i);
        switch (tensor->type) {
        case ZR_F32: ((float *)(void *)data)[i] = (float)value; break;
        case ZR_I8: data[i] = (uint8_t)quantize(tensor, value, INT8_MIN, INT8_MAX); break;
        case ZR_U8: data[i] = (uint8_t)quantize(tensor, value, 0, UINT8_MAX); break;
        default:
            ((int16_t *)(void *)data)[i] = (int16_t)quantize(tensor, value, INT16_MIN, INT16_MAX);
            break;
        }
    }
    return data;
}

/* Finds the array of every input: named as the input, or input_0, input_1 ... Returns how many were
 * found, none of them twice; NULL for the others. */
static int find_arrays(const zr_graph *graph, const zr_array *arrays, int n, bool numbered,
                       const zr_array **found)
{
    int n_found = 0;
    for (int i = 0; i < graph->n_inputs; i++) {
        char number[24];
        snprintf(number, sizeof number, "input_%d", i);
        const char *name = numbered ? number : graph->tensors[graph->inputs[i]].name;
        found[i] = NULL;
        for (int k = 0; k < n && !found[i]; k++)
            if (!strcmp(arrays[k].name, name)) found[i] = &arrays[k];
        for (int k = 0; k < i; k++)
            if (found[k] == found[i]) found[i] = NULL; /* inputs of the same name */
        n_found += found[i] != NULL;
    }
    return n_found;
}

/* Which array is which input: all by name, else all by number, else, when no name says anything,
 * by position. Half of one and half of the other could give an array to two inputs: an error. */
static bool match_arrays(zr_ctx *cx, const zr_graph *graph, const char *file,
                         const zr_array *arrays, const zr_array **found)
{
    int n = graph->n_inputs;
    int named = find_arrays(graph, arrays, n, false, found);
    if (named == n) return true;
    int missing = 0;
    while (found[missing]) missing++;
    int numbered = find_arrays(graph, arrays, n, true, found);
    if (numbered == n) return true;
    zr_place place = {file, -1, -1, -1, NULL, NULL};
    if (numbered || named)
        return zr_fail(cx, ZR_E_DATA, place,
                       "has no array for input '%s'; name the arrays as the inputs, or input_0 to "
                       "input_%d",
                       graph->tensors[graph->inputs[missing]].name, n - 1);
    for (int i = 0; i < n; i++) found[i] = &arrays[i];
    return true;
}

/* Number of samples in the array; -1 when its shape is not that of the input. */
static int64_t count_samples(const zr_shape *shape, const zr_array *array)
{
    int inner = shape->rank > 0 && shape->dim[0] == 1 ? 1 : 0;
    if (array->rank != shape->rank - inner + 1) return -1;
    for (int i = inner; i < shape->rank; i++)
        if (array->dim[i - inner + 1] != shape->dim[i]) return -1;
    return array->dim[0];
}

static const char *array_shape_text(zr_ctx *cx, const zr_array *array)
{
    zr_buf buf;
    zr_buf_init(&buf, cx);
    for (int i = 0; i < array->rank; i++)
        zr_buf_printf(&buf, "%s%lld", i ? "x" : "", (long long)array->dim[i]);
    return buf.size ? buf.data : "a scalar";
}

bool zr_samples_take(zr_ctx *cx, const zr_model *model, const char *file, const zr_array *arrays,
                     int n_arrays, zr_samples *samples)
{
    const zr_graph *graph = &model->graphs[0];
    zr_place place = {file, -1, -1, -1, NULL, NULL};
    samples->n = -1;
    samples->input = ZR_NEW(cx, const uint8_t *, (size_t)graph->n_inputs + 1);
    if (!samples->input) return false;
    if (n_arrays != graph->n_inputs)
        return zr_fail(cx, ZR_E_DATA, place, "has %d arrays for a model of %d inputs%s", n_arrays,
                       graph->n_inputs,
                       graph->n_inputs > 1 ? "; give an .npz with one array an input" : "");
    const zr_array **found = ZR_NEW(cx, const zr_array *, (size_t)graph->n_inputs + 1);
    if (!found || !match_arrays(cx, graph, file, arrays, found)) return false;
    for (int i = 0; i < graph->n_inputs; i++) {
        const zr_tensor *tensor = &graph->tensors[graph->inputs[i]];
        const zr_array *array = found[i];
        int64_t n = count_samples(&tensor->shape, array);
        if (n < 0)
            return zr_fail(
                cx, ZR_E_DATA, place,
                "is %s, but input '%s' of the model is %s; the first axis of an array is "
                "the sample",
                array_shape_text(cx, array), tensor->name, zr_shape_text(cx, &tensor->shape));
        if (samples->n >= 0 && n != samples->n)
            return zr_fail(cx, ZR_E_DATA, place, "has %lld samples of one input, %lld of another",
                           (long long)samples->n, (long long)n);
        samples->n = n;
        samples->input[i] = convert(cx, file, tensor, array, n * zr_elements(&tensor->shape));
        if (!samples->input[i] && n) return false;
    }
    return true;
}

bool zr_samples_zero(zr_ctx *cx, const zr_model *model, zr_samples *samples)
{
    const zr_graph *g = &model->graphs[0];
    samples->n = 1;
    samples->input = ZR_NEW(cx, const uint8_t *, (size_t)g->n_inputs + 1);
    if (!samples->input) return false;
    for (int i = 0; i < g->n_inputs; i++) {
        samples->input[i] = zr_alloc(cx, zr_tensor_bytes(&g->tensors[g->inputs[i]]), 1);
        if (!samples->input[i]) return false;
    }
    return true;
}

bool zr_samples_outputs(zr_ctx *cx, const zr_model *model, int64_t n, zr_array *outputs)
{
    const zr_graph *graph = &model->graphs[0];
    for (int i = 0; i < graph->n_outputs; i++) {
        const zr_tensor *tensor = &graph->tensors[graph->outputs[i]];
        int inner = tensor->shape.rank > 0 && tensor->shape.dim[0] == 1 ? 1 : 0;
        zr_array *array = &outputs[i];
        *array = (zr_array){.name = tensor->name, .type = tensor->type};
        array->rank = tensor->shape.rank - inner + 1;
        array->dim[0] = n;
        for (int d = inner; d < tensor->shape.rank; d++)
            array->dim[d - inner + 1] = tensor->shape.dim[d];
        if (!zr_mul_size((size_t)n, zr_tensor_bytes(tensor), &array->bytes)) return false;
        array->data = zr_alloc(cx, array->bytes + 1, 1);
        if (!array->data) return false;
    }
    return true;
}

/* What the threads share. */
typedef struct shared_work {
    const zr_program *program;
    const zr_clip *clip; /* NULL: a sample is an inference */
    const zr_samples *samples;
    zr_array *outputs;
    zr_progress_fn *progress;
    void *user;
    pthread_mutex_t lock; /* of progress */
    atomic_llong next, done;
} shared_work;

typedef struct worker {
    shared_work *job;
    zr_exec exec, end;
    pthread_t thread;
} worker;

static void take_outputs(const shared_work *job, const zr_exec *exec, int64_t s)
{
    const zr_graph *graph = &exec->program->model->graphs[0];
    for (int i = 0; i < graph->n_outputs; i++) {
        size_t bytes = zr_tensor_bytes(&graph->tensors[graph->outputs[i]]);
        uint8_t *output = (uint8_t *)(uintptr_t)job->outputs[i].data;
        memcpy(output + (size_t)s * bytes, zr_exec_tensor(exec, graph->outputs[i]), bytes);
    }
}

/* Steps through the clip. */
static void run_clip(worker *w, int64_t s)
{
    const zr_clip *clip = w->job->clip;
    const zr_graph *graph = &clip->step->model->graphs[0];
    const uint8_t *from = w->job->samples->input[0] + (size_t)s * clip->clip_bytes;
    size_t bytes = zr_tensor_bytes(&graph->tensors[graph->inputs[0]]), lead = clip->lead_bytes;
    zr_exec_reset(&w->exec);
    for (int32_t i = 0; i < clip->steps; i++) {
        uint8_t *input = zr_exec_tensor(&w->exec, graph->inputs[0]);
        memset(input, 0x55, lead); /* anything: it shall not matter */
        memcpy(input + lead, from, bytes - lead);
        from += bytes - lead;
        lead = 0;
        zr_exec_run(&w->exec);
    }
    if (clip->end) zr_exec_run(&w->end);
    take_outputs(w->job, clip->end ? &w->end : &w->exec, s);
}

static void run_sample(const shared_work *job, zr_exec *exec, int64_t s)
{
    const zr_graph *graph = &job->program->model->graphs[0];
    for (int i = 0; i < graph->n_inputs; i++) {
        size_t bytes = zr_tensor_bytes(&graph->tensors[graph->inputs[i]]);
        memcpy(zr_exec_tensor(exec, graph->inputs[i]), job->samples->input[i] + (size_t)s * bytes,
               bytes);
    }
    zr_exec_run(exec);
    take_outputs(job, exec, s);
}

static void *work(void *argument)
{
    worker *w = argument;
    shared_work *job = w->job;
    for (;;) {
        long long s = atomic_fetch_add(&job->next, 1);
        if (s >= job->samples->n) return NULL;
        if (job->clip)
            run_clip(w, s);
        else
            run_sample(job, &w->exec, s);
        long long done = atomic_fetch_add(&job->done, 1) + 1;
        if (job->progress && pthread_mutex_trylock(&job->lock) == 0) {
            job->progress(job->user, done, job->samples->n);
            pthread_mutex_unlock(&job->lock);
        }
    }
}

/* An instance for each thread. */
static bool init_worker(zr_ctx *cx, worker *w, shared_work *job)
{
    const zr_program *end = job->clip ? job->clip->end : NULL;
    w->job = job;
    if (!zr_exec_init(cx, &w->exec, job->program)) return false;
    return !end || zr_exec_share(cx, &w->end, end, &w->exec);
}

/* Runs the samples on up to `n` threads. */
static bool run_all(zr_ctx *cx, shared_work *job, int64_t n)
{
    worker *workers = ZR_NEW(cx, worker, (size_t)n + 1);
    if (!workers) return false;
    for (int64_t i = 0; i < n; i++)
        if (!init_worker(cx, &workers[i], job)) return false;
    pthread_mutex_init(&job->lock, NULL);
    int64_t started = 1;
    while (started < n &&
           pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
        started++;
    if (n) work(&workers[0]); /* this thread works too, so a failed pthread_create only slows */
    for (int64_t i = 1; i < started; i++) pthread_join(workers[i].thread, NULL);
    pthread_mutex_destroy(&job->lock);
    return true;
}

static int64_t threads_for(int64_t n_samples)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t n = cores < 1 ? 1 : cores > 64 ? 64 : cores;
    return n < n_samples ? n : n_samples;
}

bool zr_samples_run(zr_ctx *cx, const zr_program *program, const zr_samples *samples,
                    zr_progress_fn *progress, void *user, zr_array *outputs)
{
    if (!zr_samples_outputs(cx, program->model, samples->n, outputs)) return false;
    int64_t n = threads_for(samples->n);
    if (program->model->n_variables && n > 1) n = 1;
    shared_work job = {.program = program,
                       .samples = samples,
                       .outputs = outputs,
                       .progress = progress,
                       .user = user};
    return run_all(cx, &job, n);
}

bool zr_clips_run(zr_ctx *cx, const zr_clip *clip, const zr_samples *samples,
                  zr_progress_fn *progress, void *user, zr_array *outputs)
{
    if (!zr_samples_outputs(cx, clip->step->model, samples->n, outputs)) return false;
    shared_work job = {.program = clip->step,
                       .clip = clip,
                       .samples = samples,
                       .outputs = outputs,
                       .progress = progress,
                       .user = user};
    return run_all(cx, &job, threads_for(samples->n));
}
