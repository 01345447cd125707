#include <string.h>

#include "base/file.h"
#include "emit/emit.h"
#include "report/bench.h"

/* The samples as the harness reads them: of each sample all inputs in order. */
static const uint8_t *interleave(zr_ctx *cx, const zr_model *model, const zr_samples *samples,
                                 size_t *bytes, size_t *output_bytes)
{
    const zr_graph *g = &model->graphs[0];
    size_t sample_bytes = 0;
    *output_bytes = 0;
    for (int i = 0; i < g->n_inputs; i++)
        sample_bytes += zr_tensor_bytes(&g->tensors[g->inputs[i]]);
    for (int i = 0; i < g->n_outputs; i++)
        *output_bytes += zr_tensor_bytes(&g->tensors[g->outputs[i]]);
    *bytes = sample_bytes * (size_t)samples->n;
    uint8_t *all = zr_alloc(cx, *bytes + 1, 1), *to = all;
    for (int64_t s = 0; all && s < samples->n; s++)
        for (int i = 0; i < g->n_inputs; i++) {
            size_t n = zr_tensor_bytes(&g->tensors[g->inputs[i]]);
            memcpy(to, samples->input[i] + (size_t)s * n, n);
            to += n;
        }
    return all;
}

bool zr_measure(zr_ctx *cx, const zr_program *program, const zr_measure_options *options,
                const zr_samples *samples, zr_bench_result *result)
{
    const char *folder;
    zr_generated generated;
    zr_bench_options o = {.target = options->target,
                          .optimize = options->optimize,
                          .layers = options->layers,
                          .cycles = options->cycles,
                          .wait_states = options->wait_states,
                          .n_samples = (int)samples->n};
    /* A name that the harness does not have: a model may be called model, arena or samples. */
    o.name = zr_emit_name(cx, program->model->file);
    if (o.name) o.name = zr_format(cx, "%s_net", o.name);
    o.input = interleave(cx, program->model, samples, &o.input_bytes, &o.output_bytes_per_sample);
    if (!o.name || !o.input || !zr_emit(cx, program, o.name, &generated)) return false;
    if (!(folder = zr_folder_temporary(cx))) return false;
    o.sources_dir = folder;
    const zr_hearing *h = options->hearing;
    bool ok = zr_emit_write(cx, &generated, folder, o.name) &&
              (!h || zr_hearing_prepare(cx, h, folder, &o)) && zr_bench_run(cx, &o, result) &&
              (!h || zr_hearing_check(cx, h, result->sound));
    zr_folder_remove(folder);
    return ok;
}
