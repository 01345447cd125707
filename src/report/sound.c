#include "report/sound.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "frontend/emit.h"

static bool is_clip(const zr_hearing *h)
{
    return h->frontend->frames > 0;
}

static int frames_of(const zr_hearing *h)
{
    return zr_frontend_frames_per_input(h->frontend, h->model);
}

bool zr_hearing_start(zr_ctx *cx, zr_hearing *h, int every)
{
    const zr_frontend *f = h->frontend;
    h->every = !is_clip(h) ? frames_of(h) : every > 0 ? every : (int)round(200 / f->hop_ms);
    if (h->every < 1) h->every = 1;
    if (h->samples) return true;
    h->n_samples = f->window + (int64_t)(frames_of(h) + 2 * h->every) * f->hop;
    int16_t *noise = ZR_NEW(cx, int16_t, (size_t)h->n_samples);
    uint32_t seed = 1;
    for (int64_t i = 0; noise && i < h->n_samples; i++) {
        seed = seed * 1664525 + 1013904223;
        noise[i] = (int16_t)((int32_t)seed >> 20); /* -30 dB */
    }
    h->samples = noise;
    return noise;
}

bool zr_hearing_prepare(zr_ctx *cx, const zr_hearing *h, const char *folder, zr_bench_options *o)
{
    const zr_frontend *f = h->frontend;
    const zr_graph *g = &h->model->graphs[0];
    zr_generated_frontend generated;
    o->sound = h->samples;
    o->n_sound = (size_t)h->n_samples;
    o->every = is_clip(h) ? h->every : 1; /* a stream says itself when it is ready */
    o->first_hops = (f->window + f->hop - 1) / f->hop - 1;
    o->input_bytes_heard = zr_tensor_bytes(&g->tensors[g->inputs[0]]);
    if (g->n_outputs != 1)
        return zr_fail(cx, ZR_E_UNSUPPORTED, ZR_NOWHERE,
                       "a sound model with %d outputs cannot be measured with its front end",
                       g->n_outputs);
    return zr_frontend_emit(cx, f, h->model, o->name, &generated) &&
           zr_frontend_emit_write(cx, &generated, folder, o->name);
}

/* The frames of inference i, computed here from the whole sound or, where a clip's greatest sample
 * counts, from that clip. */
static bool expected_frames(zr_ctx *cx, const zr_hearing *h, int i, const uint8_t *stream,
                            const uint8_t **frames)
{
    const zr_frontend *f = h->frontend;
    int64_t first = (int64_t)i * h->every;
    *frames = stream + (size_t)first * (size_t)f->values;
    if (f->kind != ZR_MFCC) return true;
    int64_t at = first * f->hop, n = zr_frontend_clip_samples(f);
    zr_sound clip = {h->samples + at, h->n_samples - at < n ? h->n_samples - at : n, 0};
    uint8_t *out;
    bool ok = zr_frontend_run(cx, f, &clip, &out, &n);
    *frames = out;
    return ok;
}

static bool same(const zr_hearing *h, const uint8_t *heard, const uint8_t *frames)
{
    const zr_frontend *f = h->frontend;
    const zr_graph *g = &h->model->graphs[0];
    size_t n = (size_t)frames_of(h) * (size_t)f->values;
    if (g->tensors[g->inputs[0]].type == ZR_I8) return !memcmp(heard, frames, n);
    for (size_t i = 0; i < n; i++) {
        float real;
        memcpy(&real, heard + i * sizeof real, sizeof real);
        double expected = f->scale * ((double)(int8_t)frames[i] - f->zero_point);
        if (fabs((double)real - expected) > 1e-6 * fabs(expected)) return false;
    }
    return true;
}

bool zr_hearing_check(zr_ctx *cx, const zr_hearing *h, const zr_bench_sound *s)
{
    zr_frontend stream = *h->frontend;
    zr_sound sound = {h->samples, h->n_samples, 0};
    const zr_graph *g = &h->model->graphs[0];
    size_t bytes = zr_tensor_bytes(&g->tensors[g->inputs[0]]);
    uint8_t *frames;
    int64_t n;
    stream.frames = 0;
    if (!zr_frontend_run(cx, &stream, &sound, &frames, &n)) return false;
    for (int i = 0; i < s->n_inferences; i++) {
        const uint8_t *expected;
        if (!expected_frames(cx, h, i, frames, &expected)) return false;
        if (!same(h, s->inputs + (size_t)i * bytes, expected))
            return zr_fail(
                cx, ZR_E_INTERNAL, ZR_NOWHERE,
                "the front end's frames of inference %d are not the same on the chip and "
                "here",
                i);
    }
    return true;
}

static double hops_a_second(const zr_hearing *h)
{
    return h->frontend->sample_rate / h->frontend->hop;
}

static double instructions_a_second(const zr_hearing *h, const zr_bench_result *r)
{
    const zr_bench_sound *s = r->sound;
    double inference = (double)(s->features_instructions + r->instructions);
    return hops_a_second(h) * ((double)s->hop_instructions + inference / h->every);
}

void zr_hearing_text(const zr_hearing *h, const zr_bench_result *r, zr_buf *out)
{
    const zr_bench_sound *s = r->sound;
    const zr_frontend *f = h->frontend;
    zr_buf_printf(out, "\nwith its front end (%s)\n", zr_frontend_names[f->kind]);
    zr_buf_printf(out, "hop           %10llu   instructions each %g ms, mean of %d; at most %llu\n",
                  (unsigned long long)s->hop_instructions, 1000 * f->hop / f->sample_rate,
                  s->n_hops, (unsigned long long)s->hop_most);
    zr_buf_printf(out, "features      %10llu   instructions before each inference\n",
                  (unsigned long long)s->features_instructions);
    zr_buf_printf(out, "second        %10.0f   instructions: %.4g hops, %.3g inferences\n",
                  instructions_a_second(h, r), hops_a_second(h), hops_a_second(h) / h->every);
    zr_buf_printf(out,
                  "RAM           %10u   bytes: arena %u (scratch of the front end %u), stack %u, "
                  "static %u (front end %u)\n",
                  s->arena_bytes + s->stack_bytes + s->static_bytes, s->arena_bytes,
                  s->scratch_bytes, s->stack_bytes, s->static_bytes, s->frontend_bytes);
    zr_buf_printf(out,
                  "flash         %10u   bytes: code %u (front end %u), weights %u (front end %u)\n",
                  s->code_bytes + s->weights_bytes, s->code_bytes, s->frontend_code_bytes,
                  s->weights_bytes, s->frontend_weights_bytes);
}

void zr_hearing_json(const zr_hearing *h, const zr_bench_result *r, cJSON *root)
{
    const zr_bench_sound *s = r->sound;
    cJSON *sound = cJSON_AddObjectToObject(root, "sound");
    cJSON_AddStringToObject(sound, "frontend", zr_frontend_names[h->frontend->kind]);
    cJSON_AddNumberToObject(sound, "hops_per_second", hops_a_second(h));
    cJSON_AddNumberToObject(sound, "inferences_per_second", hops_a_second(h) / h->every);
    cJSON_AddNumberToObject(sound, "hop_instructions", (double)s->hop_instructions);
    cJSON_AddNumberToObject(sound, "hop_instructions_most", (double)s->hop_most);
    cJSON_AddNumberToObject(sound, "features_instructions", (double)s->features_instructions);
    cJSON_AddNumberToObject(sound, "instructions_per_second", round(instructions_a_second(h, r)));
    cJSON_AddNumberToObject(sound, "ram_bytes",
                            (double)s->arena_bytes + s->stack_bytes + s->static_bytes);
    cJSON_AddNumberToObject(sound, "arena_bytes", s->arena_bytes);
    cJSON_AddNumberToObject(sound, "stack_bytes", s->stack_bytes);
    cJSON_AddNumberToObject(sound, "static_bytes", s->static_bytes);
    cJSON_AddNumberToObject(sound, "flash_bytes", (double)s->code_bytes + s->weights_bytes);
    cJSON_AddNumberToObject(sound, "code_bytes", s->code_bytes);
    cJSON_AddNumberToObject(sound, "weights_bytes", s->weights_bytes);
    cJSON_AddNumberToObject(sound, "frontend_code_bytes", s->frontend_code_bytes);
    cJSON_AddNumberToObject(sound, "frontend_weights_bytes", s->frontend_weights_bytes);
    cJSON_AddNumberToObject(sound, "frontend_bytes", s->frontend_bytes);
    cJSON_AddNumberToObject(sound, "scratch_bytes", s->scratch_bytes);
}
