#include "report/sound.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "frontend/ear.h"
#include "frontend/emit.h"
#include "report/noise.h"

static bool is_clip(const zr_hearing *h)
{
    return h->frontend->frames > 0;
}

static int frames_of(const zr_hearing *h)
{
    return zr_frontend_frames_per_input(h->frontend, h->model);
}

static bool add_sound(zr_hearing *h, const char *name, const int16_t *samples, int64_t n)
{
    h->sounds[h->n_sounds++] = (zr_hearing_sound){name, samples, n};
    return samples;
}

/* The recordings of the folder's clips, one after the other. */
static bool add_speech(zr_ctx *cx, zr_hearing *h, const char *folder)
{
    zr_index index;
    const char *const *words;
    int n_words;
    zr_buf all;
    const char *clips = zr_format(cx, "%s/clips", folder);
    const char *list = zr_format(cx, "%s/clips/index.csv", folder);
    if (!clips || !list) return false;
    if (access(list, R_OK) != 0) return true;
    if (!zr_labels_read(cx, folder, &words, &n_words) ||
        !zr_index_read(cx, list, clips, NULL, words, n_words, &index))
        return false;
    zr_buf_init(&all, cx);
    for (int64_t i = 0; i < index.n; i++) {
        zr_sound sound;
        if (!zr_sound_read(cx, index.files[i], (int)h->frontend->sample_rate, &sound)) return false;
        zr_buf_add(&all, sound.samples, (size_t)sound.n * sizeof *sound.samples);
    }
    return !all.failed && add_sound(h, "speech", (const int16_t *)(const void *)all.data,
                                    (int64_t)(all.size / sizeof(int16_t)));
}

/* What the averages are of. */
static bool add_sounds(zr_ctx *cx, zr_hearing *h, const char *folder)
{
    enum { SECONDS = 10 };
    int64_t n = (int64_t)h->frontend->sample_rate * SECONDS;
    return add_sound(h, "silence", zr_white_noise(cx, n, 3), n) &&
           add_sound(h, "noise", zr_pink_noise(cx, n), n) && add_speech(cx, h, folder);
}

bool zr_hearing_start(zr_ctx *cx, zr_hearing *h, int every, const char *folder)
{
    const zr_frontend *f = h->frontend;
    h->every = !is_clip(h) ? frames_of(h) : every > 0 ? every : (int)round(200 / f->hop_ms);
    if (h->every < 1) h->every = 1;
    if (f->wakes && folder && !add_sounds(cx, h, folder)) return false;
    if (h->samples) return true;
    h->n_samples = f->window + (int64_t)(frames_of(h) + 2 * h->every) * f->hop;
    h->samples = zr_white_noise(cx, h->n_samples, 2048); /* -30 dB */
    return h->samples;
}

bool zr_hearing_prepare(zr_ctx *cx, const zr_hearing *h, const char *folder, zr_bench_options *o)
{
    const zr_frontend *f = h->frontend;
    const zr_graph *g = &h->model->graphs[0];
    zr_generated_frontend generated;
    zr_bench_recording *more = ZR_NEW(cx, zr_bench_recording, ZR_HEARING_SOUNDS);
    if (!more) return false;
    for (int i = 0; i < h->n_sounds; i++)
        more[i] = (zr_bench_recording){h->sounds[i].samples, (size_t)h->sounds[i].n};
    o->sound = (zr_bench_recording){h->samples, (size_t)h->n_samples};
    o->more_sounds = more;
    o->n_more_sounds = h->n_sounds;
    o->wakes = f->wakes;
    o->stay_awake = f->wakes && !h->once;
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

/* Whether the model's input on the chip is made of these frames. */
static bool same(const zr_hearing *h, const uint8_t *heard, const int8_t *frames)
{
    const zr_frontend *f = h->frontend;
    const zr_graph *g = &h->model->graphs[0];
    size_t n = (size_t)frames_of(h) * (size_t)f->values;
    if (g->tensors[g->inputs[0]].type == ZR_I8) return !memcmp(heard, frames, n);
    for (size_t i = 0; i < n; i++) {
        float real;
        memcpy(&real, heard + i * sizeof real, sizeof real);
        double expected = f->scale * ((double)frames[i] - f->zero_point);
        if (fabs((double)real - expected) > 1e-6 * fabs(expected)) return false;
    }
    return true;
}

bool zr_hearing_check(zr_ctx *cx, const zr_hearing *h, const zr_bench_sound *s)
{
    const zr_frontend *f = h->frontend;
    const zr_graph *g = &h->model->graphs[0];
    size_t bytes = zr_tensor_bytes(&g->tensors[g->inputs[0]]);
    int8_t *frames = ZR_NEW(cx, int8_t, (size_t)frames_of(h) * (size_t)f->values);
    zr_ear ear;
    int inference = 0;
    if (!frames || !zr_ear_init(cx, &ear, f, frames_of(h))) return false;
    if (is_clip(h)) ear.every = ear.since = h->every;
    for (int64_t at = 0; at + f->hop <= h->n_samples; at += f->hop) {
        if (f->wakes && !h->once) ear.stage.awake = 2; /* as the harness does */
        for (int due = zr_ear_listen(&ear, h->samples + at); due > 0; due--, inference++) {
            zr_ear_features(&ear, frames);
            if (inference >= s->heard.n_inferences ||
                s->heard.answer_hops[inference] != (uint64_t)(at / f->hop) ||
                !same(h, s->inputs + (size_t)inference * bytes, frames))
                return zr_fail(cx, ZR_E_INTERNAL, ZR_NOWHERE,
                               "the front end's frames of inference %d are not the same on the "
                               "chip and here",
                               inference);
        }
    }
    return inference == s->heard.n_inferences ||
           zr_fail(cx, ZR_E_INTERNAL, ZR_NOWHERE,
                   "the chip's front end is ready %d times and that here %d times",
                   s->heard.n_inferences, inference);
}

double zr_hearing_second(const zr_hearing *h, const zr_bench_heard *heard)
{
    double seconds = (double)heard->n_hops * h->frontend->hop / h->frontend->sample_rate;
    double all = (double)heard->frontend_instructions + (double)heard->invoke_instructions;
    return seconds > 0 ? all / seconds : 0;
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

/* How much of the time it was awake, 0..1. */
static double awake_part(const zr_bench_heard *heard)
{
    double n = 0;
    for (int i = 0; i < heard->n_hops; i++) n += (double)heard->awake[i];
    return heard->n_hops > 0 ? n / heard->n_hops : 0;
}

void zr_hearing_text(const zr_hearing *h, const zr_bench_result *r, zr_buf *out)
{
    const zr_bench_sound *s = r->sound;
    const zr_frontend *f = h->frontend;
    zr_buf_printf(out, "\nwith its front end (%s)\n", zr_frontend_names[f->kind]);
    zr_buf_printf(out, "hop           %10llu   instructions each %g ms, mean of %d; at most %llu\n",
                  (unsigned long long)s->hop_instructions, 1000 * f->hop / f->sample_rate,
                  s->heard.n_hops, (unsigned long long)s->hop_most);
    zr_buf_printf(out, "features      %10llu   instructions before each inference\n",
                  (unsigned long long)s->features_instructions);
    zr_buf_printf(out, "second        %10.0f   instructions: %.4g hops, %.3g inferences\n",
                  instructions_a_second(h, r), hops_a_second(h), hops_a_second(h) / h->every);
    for (int i = 0; i < h->n_sounds; i++)
        zr_buf_printf(out, "  %-11s %10.0f   instructions a second, awake %.0f %% of %.0f s\n",
                      h->sounds[i].name, zr_hearing_second(h, &s->more[i]),
                      100 * awake_part(&s->more[i]), (double)h->sounds[i].n / f->sample_rate);
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
    cJSON *sounds = h->n_sounds > 0 ? cJSON_AddArrayToObject(sound, "sounds") : NULL;
    for (int i = 0; i < h->n_sounds; i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(sounds, one);
        cJSON_AddStringToObject(one, "sound", h->sounds[i].name);
        cJSON_AddNumberToObject(one, "seconds", (double)h->sounds[i].n / h->frontend->sample_rate);
        cJSON_AddNumberToObject(one, "awake", awake_part(&s->more[i]));
        cJSON_AddNumberToObject(one, "instructions_per_second",
                                round(zr_hearing_second(h, &s->more[i])));
    }
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
