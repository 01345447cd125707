#include "frontend/run.h"

#include <string.h>

#include "base/buffer.h"
#include "frontend/ear.h"

zr_type zr_frontend_type(const zr_frontend *f)
{
    return f->output.multiplier ? ZR_I8 : ZR_U16;
}

size_t zr_frontend_frame_bytes(const zr_frontend *f)
{
    return (size_t)f->values * (size_t)zr_type_bytes(zr_frontend_type(f));
}

int64_t zr_frontend_frames(const zr_frontend *f, int64_t n_samples)
{
    if (f->frames > 0) return (int64_t)f->frames;
    return n_samples < f->window ? 0 : (n_samples - f->window) / f->hop + 1;
}

/* What the kernels need beside the samples. */
typedef struct work {
    uint32_t *estimates;
    uint64_t *sums;
    int32_t *logs;
    uint16_t *bands;
    zk_complex16 *scratch16;
    zk_complex32 *scratch32;
} work;

static bool make_work(zr_ctx *cx, const zr_frontend *f, work *w)
{
    size_t n = ((size_t)1 << f->log2_n) + 1, bands = (size_t)f->bands;
    w->estimates = ZR_NEW(cx, uint32_t, bands);
    w->sums = ZR_NEW(cx, uint64_t, bands);
    w->logs = ZR_NEW(cx, int32_t, bands);
    w->bands = ZR_NEW(cx, uint16_t, bands);
    w->scratch16 = ZR_NEW(cx, zk_complex16, n);
    w->scratch32 = ZR_NEW(cx, zk_complex32, n);
    return w->estimates && w->sums && w->logs && w->bands && w->scratch16 && w->scratch32;
}

static void run_frame(const zr_frontend *f, work *w, const int16_t *samples, int peak, uint8_t *out)
{
    switch (f->kind) {
    case ZR_MICRO:
        zk_micro_frame(&f->micro, samples, w->estimates, w->scratch16, w->bands);
        if (!f->output.multiplier) memcpy(out, w->bands, (size_t)f->values * sizeof *w->bands);
        for (int i = 0; f->output.multiplier && i < f->values; i++)
            ((int8_t *)out)[i] = zk_audio_quantize(&f->output, w->bands[i]);
        break;
    case ZR_MFCC:
        zk_mfcc_frame(&f->mfcc, samples, w->scratch32, w->sums, w->bands);
        zk_mfcc_coefficients(&f->mfcc, w->bands, peak, w->logs, (int8_t *)out);
        break;
    default: zk_logmel_frame(&f->logmel, samples, w->scratch32, w->sums, (int8_t *)out); break;
    }
}

bool zr_frontend_run(zr_ctx *cx, const zr_frontend *f, const zr_sound *sound, uint8_t **out,
                     int64_t *n_frames)
{
    work w;
    int64_t frames = zr_frontend_frames(f, sound->n), n = sound->n;
    size_t frame_bytes = zr_frontend_frame_bytes(f);
    const int16_t *samples = sound->samples;
    if (f->frames > 0) {
        n = zr_frontend_clip_samples(f);
        int16_t *clip = ZR_NEW(cx, int16_t, (size_t)n);
        if (!clip) return false;
        memcpy(clip, samples, (size_t)(sound->n < n ? sound->n : n) * sizeof *clip);
        samples = clip;
    }
    int peak = 1;
    for (int64_t i = 0; i < n; i++)
        if (samples[i] > peak) peak = samples[i];
    *out = zr_alloc(cx, (size_t)frames + 1, frame_bytes);
    if (!*out || !make_work(cx, f, &w)) return false;
    for (int64_t i = 0; i < frames; i++)
        run_frame(f, &w, samples + i * f->hop, peak, *out + (size_t)i * frame_bytes);
    *n_frames = frames;
    return true;
}

/* What went wrong in a context of one file, said in the caller's. */
static void pass_on(zr_ctx *cx, const zr_ctx *one, const char *path)
{
    zr_place at = ZR_NOWHERE;
    at.file = path;
    for (const zr_diag *d = one->first; d; d = d->next)
        zr_fail(cx, d->code, at, "%s%s%s", d->sentence, d->hint[0] ? "; " : "", d->hint);
    if (one->out_of_memory) cx->out_of_memory = true;
}

static bool add_sound(zr_ctx *cx, const zr_frontend *f, const zr_sound *sound, zr_buf *all)
{
    uint8_t *frames;
    int64_t n;
    if (!zr_frontend_run(cx, f, sound, &frames, &n)) return false;
    zr_buf_add(all, frames, (size_t)n * zr_frontend_frame_bytes(f));
    return !all->failed;
}

static double energy(const int16_t *samples, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)samples[i] * samples[i];
    return sum;
}

/* The windows of a sound; see zr_frontend_files. */
static bool add_windows(zr_ctx *cx, const zr_frontend *f, const zr_sound *sound, int32_t owner,
                        zr_buf *owners, zr_buf *all)
{
    static const double softest = 0.02 * 0.02; /* -34 dB */
    int64_t clip = zr_frontend_clip_samples(f), step = clip / 2;
    int64_t n = sound->n > clip ? (sound->n - clip) / step + 1 : 1;
    if (clip > sound->n) clip = sound->n;
    double loudest = 0;
    for (int64_t i = 0; i < n; i++) {
        double e = energy(sound->samples + i * step, clip);
        if (e > loudest) loudest = e;
    }
    for (int64_t i = 0; i < n; i++) {
        zr_sound window = {sound->samples + i * step, clip, sound->file_rate};
        if (energy(window.samples, clip) < softest * loudest) continue;
        if (!add_sound(cx, f, &window, all)) return false;
        zr_buf_add(owners, &owner, sizeof owner);
    }
    return !owners->failed;
}

/* A clip as it is heard behind the stage that wakes; see zr_frontend_files. */
static bool add_waking(zr_ctx *cx, const zr_frontend *f, const zr_sound *sound, zr_buf *all)
{
    zr_ear ear;
    int frames = (int)f->frames, hop = f->hop;
    int64_t n = zr_frontend_clip_samples(f), n_heard = sound->n < n ? sound->n : n;
    size_t bytes = (size_t)frames * zr_frontend_frame_bytes(f);
    int16_t *clip = ZR_NEW(cx, int16_t, (size_t)n), *keep = ZR_NEW(cx, int16_t, (size_t)hop);
    int8_t *input = ZR_NEW(cx, int8_t, bytes);
    if (!clip || !keep || !input || !zr_ear_init(cx, &ear, f, frames)) return false;
    memcpy(clip, sound->samples, (size_t)n_heard * sizeof *clip);
    for (int64_t at = 0; at + hop <= n_heard; at += hop)
        zk_wake_hop(&f->wake_setting, &ear.stage, clip + at, keep);
    ear.stage.awake = 0;
    zr_ear_features(&ear, input);
    for (int64_t at = 0; at < n; at += hop)
        if (zr_ear_wake_hop(&ear, clip + at) > 0) zr_ear_features(&ear, input);
    zr_buf_add(all, input, bytes);
    return !all->failed;
}

/* Appends the frames of file `i`. Its samples live in a context of their own and go with it. */
static bool add_file(zr_ctx *cx, const zr_frontend *f, const char *path, int32_t i, bool waking,
                     zr_buf *owners, zr_buf *all)
{
    zr_ctx one;
    zr_ctx_init(&one);
    one.arena.fail_after = cx->arena.fail_after;
    zr_sound sound;
    bool ok = zr_sound_read(&one, path, (int)f->sample_rate, &sound) &&
              (owners   ? add_windows(&one, f, &sound, i, owners, all)
               : waking ? add_waking(&one, f, &sound, all)
                        : add_sound(&one, f, &sound, all));
    cx->arena.fail_after = one.arena.fail_after;
    if (!ok && !all->failed) pass_on(cx, &one, path);
    zr_ctx_free(&one);
    return ok;
}

bool zr_frontend_files(zr_ctx *cx, const zr_frontend *f, const char *const *paths, int64_t n,
                       zr_frontend_progress *progress, void *user, bool waking, zr_buf *owners,
                       zr_array *out)
{
    zr_buf all;
    zr_buf_init(&all, cx);
    bool ok = true;
    for (int64_t i = 0; i < n && !all.failed && !cx->out_of_memory; i++) {
        ok = add_file(cx, f, paths[i], (int32_t)i, waking, owners, &all) && ok;
        if (progress) progress(user, i + 1, n);
    }
    if (!ok || all.failed) return false;
    int64_t frames = (int64_t)(all.size / zr_frontend_frame_bytes(f));
    *out = (zr_array){.name = "", .type = zr_frontend_type(f), .data = (const uint8_t *)all.data};
    out->bytes = all.size;
    out->rank = f->frames > 0 ? 3 : 2;
    if (f->frames > 0) out->dim[0] = frames / (int64_t)f->frames;
    out->dim[out->rank - 2] = f->frames > 0 ? (int64_t)f->frames : frames;
    out->dim[out->rank - 1] = f->values;
    return true;
}
