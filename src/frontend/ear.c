#include "frontend/ear.h"

#include <string.h>

int zr_ear_samples(const zr_frontend *f)
{
    return (f->window + f->hop - 1) / f->hop * f->hop;
}

int zr_ear_room(const zr_frontend *f, int frames)
{
    return frames + (f->frames == 0 && f->wakes ? f->kept : 0);
}

size_t zr_frontend_scratch_bytes(const zr_frontend *f)
{
    size_t bins = ((size_t)1 << f->log2_n) + 1, bands = (size_t)f->bands;
    size_t bytes = f->kind == ZR_MICRO ? bins * sizeof(zk_complex16) + bands * sizeof(uint16_t)
                                       : bins * sizeof(zk_complex32) + bands * sizeof(uint64_t);
    return (bytes + 7) / 8 * 8;
}

bool zr_ear_init(zr_ctx *cx, zr_ear *ear, const zr_frontend *f, int frames)
{
    size_t room = (size_t)zr_ear_room(f, frames), bands = (size_t)f->bands;
    *ear = (zr_ear){.f = f, .frames = frames, .room = (int)room, .every = 1};
    ear->samples = ZR_NEW(cx, int16_t, (size_t)zr_ear_samples(f));
    ear->ring = ZR_NEW(cx, int8_t, room * (size_t)f->values);
    ear->bands = ZR_NEW(cx, uint16_t, room * bands);
    ear->peaks = ZR_NEW(cx, int16_t, room);
    ear->noise = ZR_NEW(cx, uint32_t, bands);
    ear->kept = ZR_NEW(cx, int16_t, (size_t)f->kept * (size_t)f->hop);
    ear->scratch = ZR_NEW(cx, uint64_t, zr_frontend_scratch_bytes(f) / 8 + bands / 2 + 1);
    if (!ear->samples || !ear->ring || !ear->bands || !ear->peaks || !ear->noise || !ear->kept ||
        !ear->scratch)
        return false;
    zr_ear_reset(ear);
    return true;
}

/* Silence in place of what was heard before; micro's estimates of the noise stay. */
static void forget(zr_ear *ear)
{
    size_t room = (size_t)ear->room, values = (size_t)ear->f->values;
    memset(ear->ring, zr_frontend_silence(ear->f), room * values);
    memset(ear->bands, 0, room * (size_t)ear->f->bands * sizeof *ear->bands);
    memset(ear->peaks, 0, room * sizeof *ear->peaks);
    ear->n_samples = ear->next = ear->n_frames = 0;
}

void zr_ear_reset(zr_ear *ear)
{
    forget(ear);
    memset(ear->samples, 0, (size_t)zr_ear_samples(ear->f) * sizeof *ear->samples);
    memset(ear->noise, 0, (size_t)ear->f->bands * sizeof *ear->noise);
    zk_wake_reset(&ear->stage);
    ear->n_kept = ear->put = 0;
    ear->since = ear->every;
}

static void micro_frame(zr_ear *ear)
{
    zk_complex16 *spectrum = ear->scratch;
    uint16_t *bands = (uint16_t *)(void *)(spectrum + ((size_t)1 << ear->f->log2_n) + 1);
    int8_t *frame = ear->ring + ear->next * ear->f->values;
    zk_micro_frame(&ear->f->micro, ear->samples, ear->noise, spectrum, bands);
    for (int i = 0; i < ear->f->values; i++)
        frame[i] = zk_audio_quantize(&ear->f->output, bands[i]);
}

static void mfcc_frame(zr_ear *ear)
{
    zk_complex32 *spectrum = ear->scratch;
    uint64_t *sums = (uint64_t *)(void *)(spectrum + ((size_t)1 << ear->f->log2_n) + 1);
    int16_t *peak = ear->peaks + ear->next;
    zk_mfcc_frame(&ear->f->mfcc, ear->samples, spectrum, sums,
                  ear->bands + ear->next * (int)ear->f->bands);
    *peak = 1;
    for (int i = 0; i < ear->f->hop; i++)
        if (ear->samples[i] > *peak) *peak = ear->samples[i];
}

static void logmel_frame(zr_ear *ear)
{
    zk_complex32 *spectrum = ear->scratch;
    uint64_t *sums = (uint64_t *)(void *)(spectrum + ((size_t)1 << ear->f->log2_n) + 1);
    zk_logmel_frame(&ear->f->logmel, ear->samples, spectrum, sums,
                    ear->ring + ear->next * ear->f->values);
}

int zr_ear_hop(zr_ear *ear, const int16_t *samples)
{
    static void (*const frame[ZR_FRONTEND_KINDS])(zr_ear *) = {micro_frame, mfcc_frame,
                                                               logmel_frame};
    const zr_frontend *f = ear->f;
    memcpy(ear->samples + ear->n_samples, samples, (size_t)f->hop * sizeof *samples);
    ear->n_samples += f->hop;
    if (ear->n_samples >= f->window) {
        frame[f->kind](ear);
        ear->next = ear->next + 1 == ear->room ? 0 : ear->next + 1;
        ear->n_samples -= f->hop;
        memmove(ear->samples, ear->samples + f->hop, (size_t)ear->n_samples * sizeof *ear->samples);
        if (ear->n_frames < ear->room) ear->n_frames++;
    }
    return ear->n_frames / ear->frames;
}

int zr_ear_wake_hop(zr_ear *ear, const int16_t *samples)
{
    const zr_frontend *f = ear->f;
    int due = 0;
    bool slept = ear->stage.awake == 0;
    int16_t *keep = ear->kept + (size_t)ear->put * (size_t)f->hop;
    ear->put = ear->put + 1 == f->kept ? 0 : ear->put + 1;
    if (ear->n_kept < f->kept) ear->n_kept++;
    if (!zk_wake_hop(&f->wake_setting, &ear->stage, samples, keep)) return 0;
    if (slept) forget(ear);
    if (slept && f->frames > 0) ear->n_frames = ear->room; /* of silence */
    for (int i = ear->put < ear->n_kept ? ear->put + f->kept - ear->n_kept : ear->put - ear->n_kept;
         ear->n_kept > 0; ear->n_kept--) {
        due = zr_ear_hop(ear, ear->kept + (size_t)i * (size_t)f->hop);
        i = i + 1 == f->kept ? 0 : i + 1;
    }
    return due;
}

int zr_ear_listen(zr_ear *ear, const int16_t *samples)
{
    const zr_frontend *f = ear->f;
    int due = f->wakes ? zr_ear_wake_hop(ear, samples) : zr_ear_hop(ear, samples);
    if (f->frames == 0) return due;
    if (ear->since < ear->every) ear->since++;
    if (f->wakes && ear->stage.awake == 0) ear->since = ear->every;
    if (due == 0 || ear->since < ear->every) return 0;
    ear->since = 0;
    return 1;
}

/* Where the oldest frame of the network's input is. */
static int oldest(const zr_ear *ear)
{
    int n = ear->f->frames > 0 ? ear->room : ear->n_frames;
    return ear->next < n ? ear->next + ear->room - n : ear->next - n;
}

static void coefficients(const zr_ear *ear, int8_t *to)
{
    const zr_frontend *f = ear->f;
    int32_t *logs = ear->scratch;
    int32_t peak = 1;
    int at = oldest(ear);
    for (int i = 0; i < ear->room; i++)
        if (ear->peaks[i] > peak) peak = ear->peaks[i];
    for (int i = 0; i < ear->n_samples; i++)
        if (ear->samples[i] > peak) peak = ear->samples[i];
    for (int i = 0; i < ear->frames; i++) {
        zk_mfcc_coefficients(&f->mfcc, ear->bands + at * (int)f->bands, peak, logs, to);
        to += f->values;
        at = at + 1 == ear->room ? 0 : at + 1;
    }
}

void zr_ear_features(zr_ear *ear, int8_t *to)
{
    const zr_frontend *f = ear->f;
    if (f->kind == ZR_MFCC) {
        coefficients(ear, to);
    } else {
        int at = oldest(ear);
        for (int i = 0; i < ear->frames; i++) {
            memcpy(to + i * f->values, ear->ring + at * f->values, (size_t)f->values);
            at = at + 1 == ear->room ? 0 : at + 1;
        }
    }
    if (f->frames == 0 && ear->n_frames >= ear->frames) ear->n_frames -= ear->frames;
}

float zr_ear_real(const zr_frontend *f, int8_t stored)
{
    return (float)f->scale * (float)(stored - (int)f->zero_point);
}
