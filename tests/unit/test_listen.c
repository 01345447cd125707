/* Listening: the stage that wakes, the front end hop by hop, detections, the queue of samples. */
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "frontend/ear.h"
#include "frontend/run.h"
#include "listen/detect.h"
#include "listen/queue.h"
#include "test.h"

enum { HOP = 320, RATE = 16000 };

static uint32_t seed = 7;

static int16_t noise(int size)
{
    seed = seed * 1664525 + 1013904223;
    return (int16_t)((int)(seed >> 16) % (2 * size + 1) - size);
}

/* A front end that wakes, and its ear for 49 frames. */
static bool make(zr_ctx *cx, const char *json, zr_frontend *f, zr_ear *ear, int frames)
{
    zr_bytes text = {(const uint8_t *)json, strlen(json)};
    return CHECK(zr_frontend_parse(cx, "test", text, f)) && CHECK(zr_ear_init(cx, ear, f, frames));
}

static const char waking[] =
    "{\"frontend\": \"logmel\", \"frames\": 49, \"wake\": {\"hold_ms\": 100}}";

/* Feeds the stage a hop of a tone, noise and a constant; returns for how many hops it is awake. */
static int32_t stage_hop(const zr_frontend *f, zk_wake *w, int64_t hop, double hertz, int size,
                         int around, int constant)
{
    int16_t samples[HOP], keep[HOP];
    for (int i = 0; i < HOP; i++) {
        double phase = 2 * 3.14159265358979 * hertz * (double)(hop * HOP + i) / RATE;
        samples[i] = (int16_t)(constant + lround(size * sin(phase)) + (around ? noise(around) : 0));
    }
    int32_t awake = zk_wake_hop(&f->wake_setting, w, samples, keep);
    CHECK_BYTES(keep, sizeof keep, samples, sizeof samples);
    return awake;
}

ZR_TEST(wake_sleeps_through_silence_noise_hum_and_direct_current)
{
    static const struct {
        double hertz;
        int size, around, constant;
    } sounds[] = {{0, 0, 0, 0}, {0, 0, 30, 0}, {0, 0, 3000, 0}, {50, 300, 5, 0}, {0, 0, 3, 20000}};
    zr_ctx cx;
    zr_frontend f;
    zr_ear ear;
    zr_ctx_init(&cx);
    for (size_t s = 0; s < sizeof sounds / sizeof *sounds; s++) {
        zk_wake w;
        zk_wake_reset(&w);
        if (!make(&cx, waking, &f, &ear, 49)) break;
        for (int hop = 0; hop < 500; hop++) {
            int32_t awake = stage_hop(&f, &w, hop, sounds[s].hertz, sounds[s].size,
                                      sounds[s].around, sounds[s].constant);
            /* A constant that begins is heard once. */
            if (!CHECK(awake == 0 || (sounds[s].constant && hop < 7))) break;
        }
    }
    zr_ctx_free(&cx);
}

ZR_TEST(wake_wakes_with_a_sound_and_holds)
{
    zr_ctx cx;
    zr_frontend f;
    zr_ear ear;
    zk_wake w;
    zr_ctx_init(&cx);
    zk_wake_reset(&w);
    if (make(&cx, waking, &f, &ear, 49)) {
        for (int hop = 0; hop < 100; hop++) CHECK_EQ(stage_hop(&f, &w, hop, 0, 0, 30, 0), 0);
        for (int hop = 0; hop < 10; hop++)
            CHECK_EQ(stage_hop(&f, &w, hop, 700, 300, 30, 0), 6); /* 100 ms behind this one */
        for (int hop = 0; hop < 5; hop++) CHECK_EQ(stage_hop(&f, &w, hop, 0, 0, 30, 0), 5 - hop);
        for (int hop = 0; hop < 100; hop++) CHECK_EQ(stage_hop(&f, &w, hop, 0, 0, 30, 0), 0);
    }
    zr_ctx_free(&cx);
}

ZR_TEST(wake_gets_used_to_noise)
{
    zr_ctx cx;
    zr_frontend f;
    zr_ear ear;
    zk_wake w;
    zr_ctx_init(&cx);
    zk_wake_reset(&w);
    if (make(&cx, waking, &f, &ear, 49)) {
        for (int hop = 0; hop < 99; hop++) CHECK_EQ(stage_hop(&f, &w, hop, 0, 0, 30, 0), 0);
        CHECK_EQ(stage_hop(&f, &w, 0, 0, 0, 1000, 0), 6);
        int slept = 0;
        while (slept < 500 && stage_hop(&f, &w, 0, 0, 0, 1000, 0) > 0) slept++;
        CHECK(slept >= 49 && slept <= 105 + 6); /* 1 to 2 s, and the holding */
        CHECK_EQ(stage_hop(&f, &w, 0, 700, 6000, 1000, 0), 6);
    }
    zr_ctx_free(&cx);
}

ZR_TEST(wake_has_room_for_the_greatest_energy)
{
    zr_ctx cx;
    zr_frontend f;
    zr_ear ear;
    zk_wake w;
    static const char most[] = "{\"frontend\": \"logmel\", \"sample_rate\": 16000, \"wake\": "
                               "{\"rise_db\": 30, \"least_db\": 0}}";
    zr_ctx_init(&cx);
    zk_wake_reset(&w);
    if (make(&cx, most, &f, &ear, 1)) {
        int16_t samples[HOP], keep[HOP];
        for (int i = 0; i < HOP; i++) samples[i] = i / 4 & 1 ? INT16_MAX : INT16_MIN;
        zk_wake_hop(&f.wake_setting, &w, samples, keep);
        CHECK_EQ(w.least_now, (uint64_t)65535 * 65535 * (HOP - 4) + (uint64_t)32768 * 32768 * 4);
        CHECK_EQ(w.awake, 0);
        memset(samples, 0, sizeof samples);
        zk_wake_hop(&f.wake_setting, &w, samples, keep);
        zk_wake_hop(&f.wake_setting, &w, samples, keep);
        CHECK_EQ(w.least_now, 0);
        for (int i = 0; i < HOP; i++) samples[i] = i / 4 & 1 ? INT16_MAX : INT16_MIN;
        CHECK(zk_wake_hop(&f.wake_setting, &w, samples, keep) > 0);
    }
    zr_ctx_free(&cx);
}

/* A second and a half of sound: noise, a tone in it, noise. */
static void fill(int16_t *samples, int n, int from, int to)
{
    for (int i = 0; i < n; i++) {
        samples[i] = noise(20);
        if (i >= from && i < to) samples[i] = (int16_t)(samples[i] + lround(4000 * sin(0.3 * i)));
    }
}

/* The network's inputs of an ear that hears hop by hop are the frames of the whole sound. */
static void compare(const char *json, int frames)
{
    enum { N = 24000 };
    static int16_t samples[N];
    zr_ctx cx;
    zr_frontend f;
    zr_ear ear;
    int8_t input[49 * 40];
    zr_ctx_init(&cx);
    fill(samples, N, 8000, 12000);
    if (make(&cx, json, &f, &ear, frames)) {
        zr_frontend whole = f;
        uint8_t *expected = NULL;
        int64_t n = 0, at = 0;
        zr_sound sound = {samples, N, RATE};
        bool clip = f.frames > 0;
        whole.frames = 0;
        if (f.kind == ZR_MFCC) whole.frames = 49;
        CHECK(zr_frontend_run(&cx, &whole, &sound, &expected, &n));
        for (int hop = 0; hop + f.hop <= N && at + frames <= n; hop += f.hop) {
            if (!zr_ear_hop(&ear, samples + hop)) continue;
            zr_ear_features(&ear, input);
            size_t bytes = (size_t)(frames * f.values);
            CHECK_BYTES(input, bytes, expected + at * f.values, bytes);
            at += clip ? 1 : frames;
        }
        CHECK(at + frames > n || f.kind == ZR_MFCC);
        CHECK(at > 0);
    }
    zr_ctx_free(&cx);
}

ZR_TEST(ear_hears_the_frames_of_the_whole_sound)
{
    compare("{\"frontend\": \"logmel\", \"frames\": 49}", 49);
    compare("{\"frontend\": \"logmel\"}", 3);
    compare("{\"frontend\": \"micro\", \"scale\": 0.1}", 3);
    compare("{\"frontend\": \"mfcc-mlperf\"}", 49);
}

ZR_TEST(ear_hears_what_was_before_it_woke)
{
    enum { N = 24000 };
    static int16_t samples[N];
    zr_ctx cx;
    zr_frontend f, always;
    zr_ear ear, other;
    int8_t input[49 * 40], expected[49 * 40];
    int slept = 0, inputs = 0;
    zr_ctx_init(&cx);
    fill(samples, N, 8000, 12000);
    if (make(&cx, "{\"frontend\": \"logmel\", \"frames\": 49, \"wake\": {}}", &f, &ear, 49) &&
        make(&cx, "{\"frontend\": \"logmel\", \"frames\": 49}", &always, &other, 49)) {
        ear.every = ear.since = 10;
        for (int at = 0; at + HOP <= N; at += HOP) {
            int due = zr_ear_listen(&ear, samples + at);
            zr_ear_hop(&other, samples + at);
            slept += ear.stage.awake == 0;
            if (!due) continue;
            /* The stage kept 9 hops, the last one included; the window needs 2 for the first. */
            int heard = at / HOP - slept + 9 - 1;
            zr_ear_features(&ear, input);
            zr_ear_features(&other, expected);
            memset(expected, zr_frontend_silence(&f), (size_t)(49 - heard) * 40);
            CHECK_BYTES(input, sizeof input, expected, sizeof expected);
            inputs++;
        }
        CHECK_EQ(slept, 8000 / HOP);
        CHECK_EQ(inputs, 5);
    }
    zr_ctx_free(&cx);
}

/* A stream that wakes has all the frames of what was kept to give, in order. */
ZR_TEST(ear_of_a_stream_gives_every_frame_on_waking)
{
    enum { N = 24000, FRAMES = 3 };
    static int16_t samples[N];
    zr_ctx cx;
    zr_frontend f, always;
    zr_ear ear;
    int8_t input[FRAMES * 40];
    uint8_t *expected = NULL;
    int64_t n = 0, given = -1;
    int most = 0;
    zr_ctx_init(&cx);
    fill(samples, N, 8000, 12000);
    if (make(&cx, "{\"frontend\": \"logmel\", \"wake\": {}}", &f, &ear, FRAMES)) {
        always = f;
        zr_sound sound = {samples, N, RATE};
        CHECK(zr_frontend_run(&cx, &always, &sound, &expected, &n));
        for (int at = 0; at + HOP <= N; at += HOP) {
            int due = zr_ear_listen(&ear, samples + at);
            if (ear.stage.awake > 0 && given < 0) given = at / HOP - 8;
            if (due > most) most = due;
            for (; due > 0; due--, given += FRAMES) {
                zr_ear_features(&ear, input);
                CHECK_BYTES(input, sizeof input, expected + given * 40, sizeof input);
            }
        }
        CHECK_EQ(most, 2); /* 9 hops are 8 frames */
        CHECK(given > 30);
    }
    zr_ctx_free(&cx);
}

ZR_TEST(wake_refuses_what_is_no_number)
{
    static const char *const bad[][2] = {
        {"3", "test: \"wake\" is no object"},
        {"{\"rise_db\": 0}", "test: \"rise_db\" is no number from 1 to 30"},
        {"{\"hold_ms\": \"long\"}", "test: \"hold_ms\" is no number from 0 to 60000"},
        {"{\"x\": 1}", "test: has an unknown field \"x\"; docs/sound.md lists those there are"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        zr_ctx cx;
        zr_frontend f;
        zr_ctx_init(&cx);
        const char *json = zr_format(&cx, "{\"frontend\": \"micro\", \"wake\": %s}", bad[i][0]);
        zr_bytes text = {(const uint8_t *)json, json ? strlen(json) : 0};
        CHECK(!zr_frontend_parse(&cx, "test", text, &f));
        CHECK_ERROR(&cx, bad[i][1]);
        zr_ctx_free(&cx);
    }
}

ZR_TEST(detect_knows_what_is_no_word)
{
    static const char *const none[] = {
        "silence",    "_silence_",          "unknown", "_unknown_", "noise",
        "background", "_background_noise_", "other"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) CHECK(!zr_is_word(none[i]));
    CHECK(zr_is_word("yes") && zr_is_word("silences") && zr_is_word("") && zr_is_word("_on_"));
}

ZR_TEST(detect_averages_and_pauses)
{
    static const bool words[] = {true, false, true};
    static const double scores[][3] = {{0.9, 0, 0.1}, {0.6, 0, 0.9}, {0.0, 1, 0.8}, {1, 0, 1},
                                       {1, 0, 0},     {1, 0, 0},     {1, 0, 0.5}};
    zr_ctx cx;
    zr_detector d;
    zr_detection found = {-1, -1, 0};
    zr_ctx_init(&cx);
    if (CHECK(zr_detector_init(&cx, &d, 3, words, 2, 0.75, 25))) {
        CHECK(!zr_detector_hear(&d, 0, scores[0], &found)); /* one answer only */
        CHECK(zr_detector_hear(&d, 10, scores[1], &found)); /* 0.75 of the first, exactly */
        CHECK(found.hop == 10 && found.word == 0 && found.score == 0.75);
        CHECK(!zr_detector_hear(&d, 20, scores[2], &found)); /* alone again */
        CHECK(!zr_detector_hear(&d, 30, scores[3], &found)); /* 0.9, but 10 + 25 is not there */
        zr_detector_forget(&d);
        CHECK(!zr_detector_hear(&d, 40, scores[4], &found));
        CHECK(zr_detector_hear(&d, 50, scores[5], &found));
        CHECK(found.hop == 50 && found.word == 0 && found.score == 1);
    }
    zr_ctx_free(&cx);
}

ZR_TEST(queue_counts_what_it_loses)
{
    zr_ctx cx;
    zr_queue q;
    int16_t in[8] = {1, 2, 3, 4, 5, 6, 7, 8}, out[8] = {0};
    size_t lost;
    zr_ctx_init(&cx);
    if (CHECK(zr_queue_init(&cx, &q, 10))) {
        zr_queue_put(&q, in, 8);
        CHECK(zr_queue_take(&q, out, 3, &lost) && lost == 0 && out[2] == 3);
        zr_queue_put(&q, in, 5); /* 10 */
        zr_queue_put(&q, in, 1); /* one too many */
        zr_queue_put(&q, in, 4); /* behind the gap */
        CHECK(zr_queue_take(&q, out, 8, &lost) && lost == 0 && out[4] == 8 && out[5] == 1);
        CHECK(!zr_queue_take(&q, out, 3, &lost));
        CHECK_EQ(lost, 5 + 2); /* and the two that are less than three */
        CHECK(!zr_queue_take(&q, out, 3, &lost) && lost == 0);
        zr_queue_put(&q, in, 8);
        CHECK(zr_queue_take(&q, out, 8, &lost) && lost == 0);
        CHECK_BYTES(out, sizeof out, in, sizeof in);
        zr_queue_lose(&q, 9);
        CHECK(!zr_queue_take(&q, out, 1, &lost) && lost == 9);
    }
    zr_ctx_free(&cx);
}

enum { PUT = 200000, BLOCK = 7 };

static void *put_all(void *queue)
{
    int16_t block[BLOCK];
    for (int i = 0; i < PUT; i += BLOCK) {
        for (int j = 0; j < BLOCK; j++) block[j] = (int16_t)((i + j) % 30000);
        zr_queue_put(queue, block, BLOCK);
    }
    return NULL;
}

/* Whatever the threads do, a sample that comes is the one that the count of the others says. */
ZR_TEST(queue_between_threads_loses_nothing_silently)
{
    zr_ctx cx;
    zr_queue q;
    pthread_t thread;
    zr_ctx_init(&cx);
    if (CHECK(zr_queue_init(&cx, &q, 64)) &&
        CHECK(pthread_create(&thread, NULL, put_all, &q) == 0)) {
        int16_t block[5];
        size_t lost, total = (PUT + BLOCK - 1) / BLOCK * BLOCK, at = 0;
        bool right = true;
        while (total - at >= 5) {
            if (zr_queue_take(&q, block, 5, &lost)) {
                right =
                    right && block[0] == (int)(at % 30000) && block[4] == (int)((at + 4) % 30000);
                at += 5;
            }
            at += lost;
        }
        pthread_join(thread, NULL);
        CHECK(right);
    }
    zr_ctx_free(&cx);
}
