#include <cjson/cJSON.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "listen/detect.h"
#include "listen/listener.h"
#include "listen/mic.h"
#include "report/bench.h"
#include "report/listen.h"

static const cli_option options[] = {
    {"wav", 'w', "FILE", "hear a sound file (WAV, FLAC, Ogg ...) and a second of silence"},
    {"mic", 'm', NULL, "hear the microphone, until Ctrl-C"},
    {"target", 't', "CHIP", "hear the file on an emulated chip, and measure"},
    {"threshold", 0, "P", "smoothed score from which a word is detected (default: 0.6)"},
    {"smooth", 0, "MS", "scores are averaged over this time (default: 400)"},
    {"every", 0, "MS", "from one inference on a clip to the next (default: 200)"},
    {"awake", 0, NULL, "without the stage that wakes the front end"},
    {"json", 0, NULL, "one JSON object a line: detections, then a summary"},
    CLI_KERNEL_OPTIONS,
    {NULL, 0, NULL, NULL},
};

enum { PAUSE_MS = 1000 }; /* from one detection to the next */

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

typedef struct session {
    cli *c;
    zr_model model;
    zr_program program;
    zr_frontend *f;
    zr_detector detector;
    const char *const *words; /* of the classes */
    zr_listened heard;
    double lost; /* samples: they count for the time */
    bool json, failed;
} session;

static bool print(session *s, cJSON *line, const char *text)
{
    char *json = s->json ? cJSON_PrintUnformatted(line) : NULL;
    const char *shown = s->json ? json : text;
    bool ok = shown && zr_file_write(&s->c->cx, "-", shown, strlen(shown)) &&
              zr_file_write(&s->c->cx, "-", "\n", 1);
    if (s->json && !json) ok = zr_fail(&s->c->cx, ZR_E_MEMORY, ZR_NOWHERE, "out of memory");
    cJSON_free(json);
    cJSON_Delete(line);
    return ok;
}

static double seconds_of(const session *s, int64_t hops)
{
    return ((double)hops * s->f->hop + s->lost) / s->f->sample_rate;
}

/* The answer after a hop: a zr_answer_fn. */
static void take_answer(void *user, int64_t hop, const uint8_t *output)
{
    session *s = user;
    const zr_graph *g = &s->model.graphs[0];
    const zr_tensor *tensor = &g->tensors[g->outputs[0]];
    double scores[CLI_MAX_CLASSES];
    zr_detection found;
    s->heard.n_answers++;
    for (int i = 0; i < s->detector.n_classes; i++) scores[i] = zr_tensor_real(tensor, output, i);
    if (s->failed || !zr_detector_hear(&s->detector, hop, scores, &found)) return;
    double time = seconds_of(s, found.hop + 1);
    cJSON *line = cJSON_CreateObject();
    cJSON_AddNumberToObject(line, "time", round(1000 * time) / 1000);
    cJSON_AddStringToObject(line, "word", s->words[found.word]);
    cJSON_AddNumberToObject(line, "score", found.score);
    char text[160];
    snprintf(text, sizeof text, "%9.3f s  %s (%.2f)", time, s->words[found.word], found.score);
    s->heard.n_detections++;
    s->failed = !print(s, line, text);
}

/* A whole number of milliseconds in hops, at least 1; `usual` when the option is not given. */
static bool take_hops(cli *c, const char *name, double hop_ms, double usual, int *hops)
{
    const char *text = cli_value(c, name);
    char *end;
    double value = text ? strtod(text, &end) : usual;
    if (text && (end == text || *end || !(value >= 1 && value <= 60000)))
        return cli_usage(c, "--%s %s is no number of milliseconds from 1 to 60000", name, text);
    *hops = (int)fmax(1, round(value / hop_ms));
    return true;
}

static bool take_threshold(cli *c, double *threshold)
{
    const char *text = cli_value(c, "threshold");
    char *end;
    *threshold = text ? strtod(text, &end) : 0.6;
    if (text && (end == text || *end || !(*threshold > 0 && *threshold <= 1)))
        return cli_usage(c, "--threshold %s is no number above 0 and up to 1", text);
    return true;
}

/* The names of the classes: of labels.txt, else the model's own for a single score, or numbers. */
static bool take_words(session *s, int n_classes)
{
    zr_ctx *cx = &s->c->cx;
    const char *folder = s->c->operands[0];
    int n;
    if (!zr_labels_read(cx, folder, &s->words, &n)) return false;
    if (n == n_classes) return true;
    zr_place at = ZR_NOWHERE;
    at.file = folder;
    if (n > 0)
        return zr_fail(cx, ZR_E_DATA, at, "labels.txt has %d words for a model of %d scores", n,
                       n_classes);
    const char **words = ZR_NEW(cx, const char *, (size_t)n_classes);
    for (int i = 0; words && i < n_classes; i++) {
        words[i] = n_classes == 1 ? "wake word" : zr_format(cx, "class %d", i);
        if (!words[i]) return false;
    }
    s->words = words;
    return words;
}

static bool prepare(session *s, int *every)
{
    cli *c = s->c;
    double threshold, hop_ms;
    int smooth;
    const zr_graph *g = &s->model.graphs[0];
    if (!zr_frontend_of_model(&c->cx, c->operands[0], &s->model, &s->f)) return false;
    if (!s->f)
        return cli_usage(c, "listen needs a folder with model.tflite and frontend.json as MODEL");
    if (cli_value(c, "every") && s->f->frames == 0)
        return cli_usage(c, "--every goes with a model of clips; this one hears frame by frame");
    if (cli_value(c, "awake")) s->f->wakes = false;
    hop_ms = 1000 * s->f->hop / s->f->sample_rate;
    if (!take_threshold(c, &threshold) || !take_hops(c, "every", hop_ms, 200, every)) return false;
    if (s->f->frames == 0) *every = zr_frontend_frames_per_input(s->f, &s->model);
    if (!take_hops(c, "smooth", hop_ms * *every, 400, &smooth)) return false;
    int64_t n_classes = zr_elements(&g->tensors[g->outputs[0]].shape);
    if (g->n_outputs != 1 || n_classes > CLI_MAX_CLASSES)
        return zr_fail(&c->cx, ZR_E_UNSUPPORTED, ZR_NOWHERE,
                       "listen takes models of one output of up to %d scores", CLI_MAX_CLASSES);
    if (!take_words(s, (int)n_classes)) return false;
    bool *words = ZR_NEW(&c->cx, bool, (size_t)n_classes);
    for (int64_t i = 0; words && i < n_classes; i++) words[i] = zr_is_word(s->words[i]);
    return words && zr_detector_init(&c->cx, &s->detector, (int)n_classes, words, smooth, threshold,
                                     (int64_t)ceil(PAUSE_MS / hop_ms));
}

static bool hop(session *s, zr_listener *l, const int16_t *samples)
{
    bool awake = zr_listener_hop(l, samples, take_answer, s);
    if (!awake) zr_detector_forget(&s->detector);
    s->heard.n_awake += awake;
    s->heard.n_hops++;
    return !s->failed;
}

/* A file is followed by a second of silence, so that its last word is heard to its end. */
static bool read_file(cli *c, const char *path, int rate, zr_sound *sound)
{
    zr_sound file;
    if (!zr_sound_read(&c->cx, path, rate, &file)) return false;
    int16_t *samples = ZR_NEW(&c->cx, int16_t, (size_t)file.n + (size_t)rate);
    if (!samples) return false;
    memcpy(samples, file.samples, (size_t)file.n * sizeof *samples);
    *sound = (zr_sound){samples, file.n + rate, file.file_rate};
    return true;
}

static bool hear_file(session *s, zr_listener *l, const zr_sound *sound)
{
    for (int64_t at = 0; at + s->f->hop <= sound->n && !interrupted; at += s->f->hop)
        if (!hop(s, l, sound->samples + at)) return false;
    return true;
}

/* What is lost is said at once, and counts for the time of what comes behind it. */
static void lose(session *s, zr_detector *d, size_t lost)
{
    zr_note(&s->c->cx, ZR_NOWHERE,
            "at %.3f s the microphone lost %zu samples (%.3f s): this computer did not keep up",
            seconds_of(s, s->heard.n_hops), lost, (double)lost / s->f->sample_rate);
    cli_print_diagnostics(s->c);
    s->lost += (double)lost;
    s->heard.n_lost += (int64_t)lost;
    zr_detector_forget(d);
}

static bool hear_mic(session *s, zr_listener *l)
{
    zr_mic *mic;
    int16_t *samples = ZR_NEW(&s->c->cx, int16_t, (size_t)s->f->hop);
    bool ok = true;
    if (!samples || !zr_mic_open(&s->c->cx, (int)s->f->sample_rate, &mic)) return false;
    while (ok && !interrupted && zr_mic_runs(mic)) {
        size_t lost;
        bool there = zr_mic_read(mic, samples, (size_t)s->f->hop, &lost);
        if (lost > 0) lose(s, &s->detector, lost);
        if (there) ok = hop(s, l, samples);
    }
    bool stopped = ok && !interrupted;
    zr_mic_close(mic);
    if (stopped) return zr_fail(&s->c->cx, ZR_E_FILE, ZR_NOWHERE, "the microphone stopped");
    return ok;
}

static bool summary(session *s)
{
    zr_buf text;
    zr_buf_init(&text, &s->c->cx);
    s->heard.seconds = seconds_of(s, s->heard.n_hops);
    if (!s->json) zr_listened_text(&s->heard, &text);
    cJSON *root = s->json ? cJSON_CreateObject() : NULL;
    if (root) zr_listened_json(&s->heard, cJSON_AddObjectToObject(root, "summary"));
    return !text.failed && print(s, root, text.data);
}

static bool hear_here(session *s, const zr_sound *sound, int every)
{
    zr_listener listener;
    if (!zr_listener_init(&s->c->cx, &listener, s->f, &s->program, every)) return false;
    struct sigaction action = {.sa_handler = interrupt};
    sigaction(SIGINT, &action, NULL);
    return sound ? hear_file(s, &listener, sound) : hear_mic(s, &listener);
}

/* The generated code hears the file on the emulated chip; its answers come back. */
static bool hear_on_chip(session *s, const zr_sound *sound, int every, const char *target)
{
    zr_ctx *cx = &s->c->cx;
    const zr_graph *g = &s->model.graphs[0];
    size_t bytes = zr_tensor_bytes(&g->tensors[g->outputs[0]]);
    const char *goal = cli_value(s->c, "optimize");
    zr_hearing h = {.frontend = s->f,
                    .model = &s->model,
                    .samples = sound->samples,
                    .n_samples = sound->n,
                    .once = true};
    zr_measure_options o = {.target = target, .optimize = goal ? goal : "speed", .hearing = &h};
    zr_samples samples;
    zr_bench_result result;
    if (!zr_samples_zero(cx, &s->model, &samples) || !zr_hearing_start(cx, &h, every, NULL) ||
        !zr_measure(cx, &s->program, &o, &samples, &result))
        return false;
    const zr_bench_heard *heard = &result.sound->heard;
    for (int i = 0, answer = 0; i < heard->n_hops && !s->failed; i++) {
        for (; answer < heard->n_inferences && heard->answer_hops[answer] == (uint64_t)i; answer++)
            take_answer(s, i, result.sound->outputs + (size_t)answer * bytes);
        if (!heard->awake[i]) zr_detector_forget(&s->detector);
        s->heard.n_awake += heard->awake[i] != 0;
        s->heard.n_hops++;
    }
    s->heard.target = target;
    zr_listened_costs(&h, heard, &s->heard);
    return !s->failed;
}

static bool run(cli *c)
{
    session s = {.c = c, .json = cli_value(c, "json")};
    zr_sound sound = {NULL, 0, 0};
    const char *file = cli_value(c, "wav"), *target = cli_value(c, "target");
    int every;
    if (!file && !cli_value(c, "mic")) return cli_usage(c, "--wav FILE or --mic is missing");
    if (file && cli_value(c, "mic")) return cli_usage(c, "--wav and --mic do not go together");
    if (target && !file)
        return cli_usage(c, "--target goes with --wav: an emulated chip has no microphone");
    if (!cli_build(c, target, &s.model, &s.program) || !prepare(&s, &every)) return false;
    s.heard.wakes = s.f->wakes;
    if (file && !read_file(c, file, (int)s.f->sample_rate, &sound)) return false;
    return (target ? hear_on_chip(&s, &sound, every, target)
                   : hear_here(&s, file ? &sound : NULL, every)) &&
           summary(&s);
}

const cli_command command_listen = {
    .name = "listen",
    .operands = "MODEL",
    .summary = "let a sound model listen to a file or the microphone",
    .description =
        "Runs front end and network of a sound model (a folder with model.tflite and "
        "frontend.json) on a stream of sound, with the device's kernels, and prints what it "
        "detects: the time, the word, its score. A model of clips looks at the last clip every "
        "200 ms; one that keeps state hears frame by frame.\n\n"
        "The score of a word is the mean of its scores in the last answers, as many as --smooth "
        "covers. The word with the greatest is detected when that reaches the threshold; then "
        "nothing is detected for a second. Classes that are called silence, unknown, background, "
        "noise and the like are no words.\n\n"
        "With \"wake\" in frontend.json, front end and network sleep until there is something to "
        "hear.\n\n"
        "With --target the same runs as generated code on an emulated chip, and the summary has "
        "the instructions that it took.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
