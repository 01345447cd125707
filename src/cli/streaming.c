/* What commands share about --stream time. */
#include <string.h>

#include "base/random.h"
#include "cli/cli.h"
#include "plan/plan.h"

/* Clips that the programs are compared on before the model is written. */
enum { CHECKED_CLIPS = 4 };

bool cli_need_time(cli *c)
{
    return !strcmp(cli_value(c, "stream"), "time") ||
           cli_usage(c, "--stream %s is not 'time'", cli_value(c, "stream"));
}

bool cli_build_streaming(cli *c, const zr_select_options *options, zr_model *model,
                         zr_program *program)
{
    if (!cli_need_time(c)) return false;
    if (options && options->stream)
        return cli_usage(c, "--stream and --stream-input do not go together");
    c->streaming = ZR_NEW(&c->cx, zr_streaming, 1);
    if (!c->streaming || !zr_make_streaming(&c->cx, model, options, c->streaming)) return false;
    *program = c->streaming->step;
    *model = c->streaming->stream.model;
    program->model = model;
    return true;
}

const zr_model *cli_sample_model(const cli *c, const zr_model *model)
{
    return c->streaming ? &c->streaming->whole : model;
}

static const zr_tensor *input_of(const zr_model *model)
{
    return &model->graphs[0].tensors[model->graphs[0].inputs[0]];
}

static zr_clip clip_of(const zr_streaming *s)
{
    size_t bytes = zr_tensor_bytes(input_of(&s->whole));
    size_t frame = bytes / (size_t)s->stream.clip_frames;
    return (zr_clip){.step = &s->step,
                     .end = s->stream.has_end ? &s->end : NULL,
                     .steps = s->stream.steps,
                     .lead_bytes = frame * (size_t)s->stream.lead_frames,
                     .clip_bytes = bytes};
}

bool cli_run_samples(cli *c, const zr_program *program, const zr_samples *samples, const char *what,
                     zr_array *outputs)
{
    void *user = (void *)(uintptr_t)what;
    if (!c->streaming) return zr_samples_run(&c->cx, program, samples, cli_progress, user, outputs);
    zr_clip clip = clip_of(c->streaming);
    return zr_clips_run(&c->cx, &clip, samples, cli_progress, user, outputs);
}

bool cli_split_clips(cli *c, const zr_samples *clips, zr_samples *steps)
{
    zr_clip clip = clip_of(c->streaming);
    size_t all = clip.lead_bytes + clip.clip_bytes;
    steps->n = clips->n * clip.steps;
    steps->input = ZR_NEW(&c->cx, const uint8_t *, 1);
    uint8_t *bytes = zr_alloc(&c->cx, (size_t)clips->n + 1, all);
    if (!steps->input || !bytes) return false;
    for (int64_t i = 0; i < clips->n; i++)
        memcpy(bytes + (size_t)i * all + clip.lead_bytes,
               clips->input[0] + (size_t)i * clip.clip_bytes, clip.clip_bytes);
    steps->input[0] = bytes;
    return true;
}

/* Clips of noise. */
static bool make_clips(cli *c, zr_samples *samples)
{
    const zr_tensor *input = input_of(&c->streaming->whole);
    size_t bytes = CHECKED_CLIPS * zr_tensor_bytes(input);
    uint8_t *data = zr_alloc(&c->cx, bytes, 1);
    samples->n = CHECKED_CLIPS;
    samples->input = ZR_NEW(&c->cx, const uint8_t *, 1);
    if (!data || !samples->input) return false;
    uint32_t seed = 1;
    for (size_t i = 0; i < bytes; i++) data[i] = (uint8_t)(zr_random(&seed) >> 24);
    float *real = (float *)(void *)data;
    for (size_t i = 0; input->type == ZR_F32 && i < bytes / sizeof *real; i++)
        real[i] = (float)(int32_t)zr_random(&seed) / (float)(1 << 29); /* -4 .. 4 */
    samples->input[0] = data;
    return true;
}

bool cli_check_streaming(cli *c)
{
    const zr_streaming *s = c->streaming;
    int n = s->whole.graphs[0].n_outputs;
    zr_array *whole = ZR_NEW(&c->cx, zr_array, (size_t)n + 1);
    zr_array *stepped = ZR_NEW(&c->cx, zr_array, (size_t)n + 1);
    zr_clip clip = clip_of(s);
    zr_samples samples;
    zr_program program;
    if (!whole || !stepped || !make_clips(c, &samples) ||
        !zr_lower_model(&c->cx, &s->whole, NULL, &program) || !zr_plan(&c->cx, &program) ||
        !zr_samples_run(&c->cx, &program, &samples, NULL, NULL, whole) ||
        !zr_clips_run(&c->cx, &clip, &samples, NULL, NULL, stepped))
        return false;
    for (int i = 0; i < n; i++)
        if (memcmp(whole[i].data, stepped[i].data, whole[i].bytes) != 0)
            return zr_fail(&c->cx, ZR_E_INTERNAL, ZR_NOWHERE,
                           "output %d of the streaming model is not that of the model of clips", i);
    return true;
}

bool cli_model_frontend(cli *c, const zr_model *model, zr_frontend **f)
{
    if (!zr_frontend_of_model(&c->cx, c->operands[0], cli_sample_model(c, model), f)) return false;
    return !c->streaming || !*f || zr_frontend_make_stream(&c->cx, c->operands[0], *f);
}

bool cli_streaming_figures(cli *c, const zr_model *model, zr_stream_figures *figures)
{
    const zr_streaming *s = c->streaming;
    zr_frontend *f;
    if (!zr_frontend_of_model(&c->cx, c->operands[0], cli_sample_model(c, model), &f)) return false;
    *figures = (zr_stream_figures){.step_frames = s->stream.step_frames,
                                   .clip_frames = s->stream.clip_frames,
                                   .clip_steps = s->stream.steps,
                                   .delay_frames = s->stream.delay_frames,
                                   .has_end = s->stream.has_end,
                                   .state_bytes = s->stream.state_bytes,
                                   .step_macs = s->step_macs,
                                   .clip_macs = s->whole_macs,
                                   .frame_seconds = f ? f->hop / f->sample_rate : 0};
    return true;
}

bool cli_summarize(cli *c, const zr_model *model, const zr_program *program, zr_summary *summary)
{
    if (!zr_summarize(&c->cx, model, program, summary)) return false;
    if (!c->streaming) return true;
    zr_stream_figures *figures = ZR_NEW(&c->cx, zr_stream_figures, 1);
    summary->stream = figures;
    return figures && cli_streaming_figures(c, model, figures);
}
