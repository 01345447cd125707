/* audio/ against the formulas in double precision, and at the limits of its input. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/bits.h"
#include "frontend/frontend.h"
#include "frontend/run.h"
#include "test.h"

static const double pi = 3.14159265358979323846;

static uint32_t seed = 1;

static uint32_t chance(void)
{
    return seed = seed * 1664525 + 1013904223;
}

ZR_TEST(audio_root_is_close_for_every_size)
{
    CHECK_EQ(zk_root(0), 0);
    for (int bits = 1; bits <= 62; bits++)
        for (int i = 0; i < 2000; i++) {
            uint64_t x = ((uint64_t)chance() << 32 | chance()) >> (64 - bits);
            x |= (uint64_t)1 << (bits - 1);
            double exact = sqrt((double)x);
            if (!CHECK(fabs(zk_root(x) - exact) <= exact / 32768 + 1)) return;
        }
}

ZR_TEST(audio_log2_is_close_for_every_size)
{
    zk_logmel m;
    zr_ctx cx;
    zr_frontend f;
    zr_ctx_init(&cx);
    if (!CHECK(zr_frontend_preset("logmel", &f) && zr_frontend_prepare(&cx, "logmel", &f))) return;
    m = f.logmel;
    CHECK_EQ(zk_log2(m.excess, 1), 0);
    CHECK_EQ(zk_log2(m.excess, (uint64_t)1 << 63), 63 * 65536);
    for (int i = 0; i < 200000; i++) {
        uint64_t x = ((uint64_t)chance() << 32 | chance()) >> (chance() >> 26);
        if (x == 0) continue;
        double exact = log2((double)x) * 65536;
        if (!CHECK(fabs(zk_log2(m.excess, x) - exact) < 3)) return;
    }
    zr_ctx_free(&cx);
}

/* What a front end hears in these tests. */
enum { NOISE, TONE, SQUARE, LOWEST, SILENCE, CLICK, N_SIGNALS };

static void make_signal(int kind, int n, int16_t *samples)
{
    for (int i = 0; i < n; i++) switch (kind) {
        case NOISE: samples[i] = (int16_t)(chance() >> 16); break;
        case TONE: samples[i] = (int16_t)lround(20000 * sin(2 * pi * i * 1234.5 / 16000)); break;
        case SQUARE: samples[i] = i / 8 % 2 ? INT16_MIN : INT16_MAX; break;
        case LOWEST: samples[i] = INT16_MIN; break;
        case CLICK: samples[i] = (int16_t)(i % 1000 == 240 ? 30000 : 0); break;
        default: samples[i] = 0; break;
        }
}

/* Bin k of the windowed frame's spectrum, in samples. */
static void bin(const zr_frontend *f, const int16_t *samples, int k, double *re, double *im)
{
    *re = *im = 0;
    for (int i = 0; i < f->window; i++) {
        double x = samples[i] * (0.5 - 0.5 * cos(2 * pi * i / f->window));
        double phase = 2 * pi * k * i / (double)(2 << f->log2_n);
        *re += x * cos(phase);
        *im -= x * sin(phase);
    }
}

static double mel(double hz)
{
    return 1127 * log(1 + hz / 700);
}

/* Sums of power or amplitude in triangles; returns the greatest amplitude of a bin. */
static double bands_of(const zr_frontend *f, const int16_t *samples, bool amplitude, double *bands)
{
    double greatest = 0;
    int n = (int)f->bands;
    double low = mel(f->low_hz), step = (mel(f->high_hz) - low) / (n + 1);
    for (int b = 0; b < n; b++) bands[b] = 0;
    for (int k = 1; k <= 1 << f->log2_n; k++) {
        double at = (mel(k * f->sample_rate / (2 << f->log2_n)) - low) / step, re, im;
        if (at <= 0 || at >= n + 1) continue;
        bin(f, samples, k, &re, &im);
        double size = amplitude ? hypot(re, im) : re * re + im * im;
        greatest = fmax(greatest, hypot(re, im));
        for (int b = 0; b < n; b++) {
            double weight = 1 - fabs(at - (b + 1));
            if (weight > 0) bands[b] += weight * size;
        }
    }
    return greatest;
}

static bool near_int8(int found, double exact, double allowed)
{
    double clamped = exact < -128 ? -128 : exact > 127 ? 127 : exact;
    return fabs(found - clamped) <= allowed;
}

/* The turns have 16 bits: what lies 90 dB below the loudest bin is not heard rightly. */
static void check_logmel(int kind, const char *description)
{
    zr_ctx cx;
    zr_frontend f;
    zr_ctx_init(&cx);
    zr_bytes text = {(const uint8_t *)description, strlen(description)};
    if (!CHECK(zr_frontend_parse(&cx, "test", text, &f))) return;
    int16_t samples[2048];
    double bands[64] = {0};
    uint8_t *out;
    int64_t n;
    make_signal(kind, f.window, samples);
    zr_sound sound = {samples, f.window, 16000};
    if (!CHECK(zr_frontend_run(&cx, &f, &sound, &out, &n) && n == 1)) return;
    double greatest = bands_of(&f, samples, false, bands);
    for (int b = 0; b < f.bands; b++) {
        double value = log(bands[b] / 32768 / 32768 + f.floor);
        double lost = log(bands[b] + 6 * sqrt(bands[b]) * greatest / 32768) - log(bands[b]);
        double allowed = 0.75 + (bands[b] > 0 ? lost : 0) / f.scale;
        if (!CHECK(near_int8((int8_t)out[b], value / f.scale + f.zero_point, allowed))) break;
    }
    zr_ctx_free(&cx);
}

ZR_TEST(audio_logmel_is_the_formula)
{
    for (int kind = 0; kind < N_SIGNALS; kind++) {
        check_logmel(kind, "{\"frontend\": \"logmel\"}");
        check_logmel(kind, "{\"frontend\": \"logmel\", \"window_ms\": 64, \"high_hz\": 8000}");
        check_logmel(kind, "{\"frontend\": \"logmel\", \"window_ms\": 128, \"bands\": 64}");
        check_logmel(kind, "{\"frontend\": \"logmel\", \"window_ms\": 16, \"hop_ms\": 16, "
                           "\"bands\": 20, \"floor\": 1, \"scale\": 0.05}");
    }
}

static void check_mfcc(int kind)
{
    zr_ctx cx;
    zr_frontend f;
    zr_ctx_init(&cx);
    if (!CHECK(zr_frontend_preset("mfcc-mlperf", &f) && zr_frontend_prepare(&cx, "mfcc", &f)))
        return;
    static int16_t samples[16000];
    double bands[64] = {0};
    uint8_t *out;
    int64_t n;
    make_signal(kind, 16000, samples);
    int peak = 1;
    for (int i = 0; i < 16000; i++) peak = samples[i] > peak ? samples[i] : peak;
    zr_sound sound = {samples, 16000, 16000};
    if (!CHECK(zr_frontend_run(&cx, &f, &sound, &out, &n) && n == 49)) return;
    for (int frame = 0; frame < 49; frame += 16) {
        bands_of(&f, samples + frame * 320, true, bands);
        for (int c = 0; c < 10; c++) {
            double sum = 0;
            for (int b = 0; b < 40; b++)
                sum += log(bands[b] / peak + f.floor) * cos(pi * c * (b + 0.5) / 40);
            double stored = trunc(2 * sum / sqrt(80) / f.scale + f.zero_point);
            if (!CHECK(near_int8((int8_t)out[frame * 10 + c], stored, 1))) return;
        }
    }
    zr_ctx_free(&cx);
}

ZR_TEST(audio_mfcc_is_the_formula)
{
    for (int kind = 0; kind < N_SIGNALS; kind++)
        if (kind != LOWEST) check_mfcc(kind); /* no sample above 0: no clip of that set */
}

/* The transform, apart from its rounding. */
ZR_TEST(audio_fft16_is_a_fourier_transform)
{
    zr_ctx cx;
    zr_frontend f;
    zk_complex16 x[1025];
    static const double windows[] = {4, 8, 16, 32, 64, 128}; /* 64 to 2048 samples */
    zr_ctx_init(&cx);
    for (int w = 0; w < 6; w++) {
        if (!CHECK(zr_frontend_preset("micro", &f))) return;
        f.window_ms = windows[w];
        f.hop_ms = 1;
        f.bands = 8;
        if (!CHECK(zr_frontend_prepare(&cx, "micro", &f))) return;
        int n = 1 << f.log2_n;
        int16_t samples[2048];
        make_signal(TONE, 2 * n, samples);
        uint32_t place = 0;
        for (int j = 0; j < n; j++, place = zk_fft_next((uint32_t)n, place))
            x[place] = (zk_complex16){samples[2 * j], samples[2 * j + 1]};
        zk_fft16_real(&f.micro.fft, x);
        for (int k = 0; k <= n; k += n / 16) {
            double re = 0, im = 0;
            for (int i = 0; i < 2 * n; i++) {
                re += samples[i] * cos(pi * k * i / n) / (2 * n);
                im -= samples[i] * sin(pi * k * i / n) / (2 * n);
            }
            if (!CHECK(hypot(x[k].re - re, x[k].im - im) < 6)) break;
        }
    }
    zr_ctx_free(&cx);
}

/* Louder is not less: no sum of the micro front end wraps around at full scale. */
ZR_TEST(audio_micro_takes_any_samples)
{
    zr_ctx cx;
    zr_frontend f;
    zr_ctx_init(&cx);
    if (!CHECK(zr_frontend_preset("micro", &f) && zr_frontend_prepare(&cx, "micro", &f))) return;
    for (int kind = 0; kind < N_SIGNALS; kind++) {
        static int16_t samples[16000];
        make_signal(kind, 16000, samples);
        zr_sound sound = {samples, 16000, 16000};
        uint8_t *out;
        int64_t n;
        if (!CHECK(zr_frontend_run(&cx, &f, &sound, &out, &n))) return;
        CHECK_EQ(n, 98);
        const uint16_t *bands = (const uint16_t *)(const void *)out;
        for (int i = 0; i < 98 * 40; i++)
            if (!CHECK(kind == SILENCE ? bands[i] == 0 : bands[i] < 800)) break;
    }
    zr_ctx_free(&cx);
}

static void check_refusal(const char *description, const char *sentence)
{
    zr_ctx cx;
    zr_frontend f;
    zr_ctx_init(&cx);
    zr_bytes text = {(const uint8_t *)description, strlen(description)};
    CHECK(!zr_frontend_parse(&cx, "frontend.json", text, &f));
    CHECK_ERROR(&cx, sentence);
    zr_ctx_free(&cx);
}

ZR_TEST(audio_description_is_checked)
{
    check_refusal("{", "frontend.json: is no JSON");
    check_refusal(
        "{\"frontend\": \"mfcc\"}",
        "frontend.json: is no JSON object with \"frontend\": \"micro\", \"mfcc-mlperf\" or "
        "\"logmel\"");
    check_refusal("{\"frontend\": \"micro\", \"bands\": 40.5}",
                  "frontend.json: \"bands\" is no whole number from 4 to 64");
    check_refusal("{\"frontend\": \"micro\", \"gain\": 1}",
                  "frontend.json: \"gain\" is neither true nor false");
    check_refusal(
        "{\"frontend\": \"micro\", \"band\": 1}",
        "frontend.json: has an unknown field \"band\"; docs/sound.md lists those there are");
    check_refusal(
        "{\"frontend\": \"logmel\", \"low_hz\": 7000, \"high_hz\": 9000}",
        "frontend.json: bands from 7000 to 9000 Hz do not go with 16000 samples a second");
    check_refusal("{\"frontend\": \"mfcc-mlperf\", \"coefficients\": 41}",
                  "frontend.json: 41 coefficients cannot be had from 40 bands");
    check_refusal("{\"frontend\": \"logmel\", \"hop_ms\": 31}",
                  "frontend.json: a hop of 496 samples does not go with a window of 480");
    check_refusal("{\"frontend\": \"logmel\", \"sample_rate\": 48000, \"window_ms\": 128}",
                  "frontend.json: a window of 6144 samples is too long; 2048 are possible");
}

static bool describe_and_hear(zr_ctx *cx, void *data)
{
    static int16_t samples[1000];
    const char *description = data;
    zr_bytes text = {(const uint8_t *)description, strlen(description)};
    zr_sound sound = {samples, 1000, 16000};
    zr_frontend f;
    uint8_t *out;
    int64_t n;
    return zr_frontend_parse(cx, "test", text, &f) && zr_frontend_run(cx, &f, &sound, &out, &n);
}

ZR_TEST(audio_survives_without_memory)
{
    CHECK_MEMORY(describe_and_hear, "{\"frontend\": \"micro\", \"scale\": 0.1}");
    CHECK_MEMORY(describe_and_hear, "{\"frontend\": \"mfcc-mlperf\"}");
    CHECK_MEMORY(describe_and_hear, "{\"frontend\": \"logmel\", \"frames\": 3}");
}
