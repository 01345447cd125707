/* Descriptions of front ends and sound files made of any bytes: what begins with a brace is a
 * description, which then hears the loudest sounds there are. */
#include <string.h>

#include "frontend/ear.h"
#include "frontend/run.h"
#include "fuzz.h"

/* libsndfile 1.2.0 does not free what libvorbis allocated for an Ogg file with a damaged header. */
const char *__lsan_default_suppressions(void); /* NOLINT(bugprone-reserved-identifier) */
const char *__lsan_default_suppressions(void)  /* NOLINT(bugprone-reserved-identifier) */
{
    return "leak:libvorbis";
}

enum { MAX_HEARD = 20000, MAX_SAMPLES = 1 << 20 };

static uint64_t sum; /* of every element, so that each is read */

static void hear(zr_ctx *cx, const zr_frontend *f, const int16_t *samples, int64_t n)
{
    zr_sound sound = {samples, n, (int)f->sample_rate};
    uint8_t *out;
    int64_t n_frames;
    FUZZ_DEMAND(zr_frontend_run(cx, f, &sound, &out, &n_frames));
    FUZZ_DEMAND(n_frames == zr_frontend_frames(f, n));
    size_t bytes = (size_t)n_frames * zr_frontend_frame_bytes(f);
    for (size_t i = 0; i < bytes; i++) sum += out[i];
}

/* Hop by hop, behind the stage that wakes if there is one, for a network of three frames. */
static void listen(zr_ctx *cx, const zr_frontend *f, const int16_t *samples, int64_t n)
{
    enum { FRAMES = 3, ROOM = FRAMES * 64 };
    zr_ear ear;
    int8_t input[ROOM];
    if (f->frames > 0 || !f->output.multiplier) return; /* clips of a network: their own frames */
    FUZZ_DEMAND(zr_ear_init(cx, &ear, f, FRAMES));
    for (int64_t at = 0; at + f->hop <= n; at += f->hop)
        for (int due = zr_ear_listen(&ear, samples + at); due > 0; due--) {
            zr_ear_features(&ear, input);
            for (int i = 0; i < FRAMES * f->values; i++) sum += (uint8_t)input[i];
        }
}

static void hear_loud_sounds(zr_ctx *cx, const zr_frontend *f)
{
    static int16_t samples[MAX_HEARD];
    int64_t n = f->window + 3 * f->hop;
    if (f->frames > 4 || n > MAX_HEARD) return; /* long clips take long and are the same */
    for (int period = 1; period <= 1024; period *= 8) {
        for (int64_t i = 0; i < n; i++) samples[i] = i / period % 2 ? INT16_MIN : INT16_MAX;
        memset(samples, 0, (size_t)f->hop * sizeof *samples); /* asleep at first */
        hear(cx, f, samples, n);
        listen(cx, f, samples, n);
    }
    for (int64_t i = 0; i < n; i++) samples[i] = INT16_MIN;
    hear(cx, f, samples, n);
}

static bool demanded(zr_ctx *cx, bool ok)
{
    fuzz_demand_errors(cx, ok);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    zr_bytes bytes = {copy, size};
    zr_ctx cx;
    zr_frontend f;
    zr_sound sound;
    zr_ctx_init(&cx);
    if (size && data[0] == '{') {
        if (demanded(&cx, zr_frontend_parse(&cx, "fuzz.json", bytes, &f)))
            hear_loud_sounds(&cx, &f);
    } else if (demanded(&cx, zr_sound_parse(&cx, "fuzz.wav", bytes, 16000, &sound))) {
        FUZZ_DEMAND(sound.n > 0);
        for (int64_t i = 0; i < sound.n && i < MAX_SAMPLES; i++) sum += (uint16_t)sound.samples[i];
    }
    zr_ctx_free(&cx);
    free(copy);
    return 0;
}
