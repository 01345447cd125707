/* The texts of a generated front end; $n is its name, $N its name in capitals. Private to
 * frontend/. */
#ifndef ZR_FRONTEND_EMIT_TEXT_H
#define ZR_FRONTEND_EMIT_TEXT_H

static const char zr_frontend_text_begin[] =
    "#ifndef $N_FRONTEND_H\n#define $N_FRONTEND_H\n\n#include <stdint.h>\n\n"
    "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";

static const char zr_frontend_text_clip[] =
    "/* Forgets what was heard: silence. */\n"
    "void $n_frontend_reset($n_frontend *f);\n\n"
    "/* Hears the next $N_FRONTEND_HOP samples and makes a frame of the newest window. Returns 1 "
    "when\n"
    " * as many frames were heard as the network takes. scratch: $N_FRONTEND_SCRATCH_BYTES bytes "
    "at a\n"
    " * multiple of $N_FRONTEND_SCRATCH_ALIGN, free again afterwards: the network's arena will do. "
    "*/\n"
    "int $n_frontend_hop($n_frontend *f, const int16_t *samples, void *scratch);\n\n";

static const char zr_frontend_text_stream[] =
    "/* Forgets what was heard: silence. */\n"
    "void $n_frontend_reset($n_frontend *f);\n\n"
    "/* Hears the next $N_FRONTEND_HOP samples and makes a frame of the newest window. Returns 1 "
    "when\n"
    " * there are as many new frames as the network takes: time to run it. scratch:\n"
    " * $N_FRONTEND_SCRATCH_BYTES bytes at a multiple of $N_FRONTEND_SCRATCH_ALIGN, free again\n"
    " * afterwards: the network's arena will do. */\n"
    "int $n_frontend_hop($n_frontend *f, const int16_t *samples, void *scratch);\n\n";

static const char zr_frontend_text_wake[] =
    "/* The front end behind a stage that wakes it: a few instructions a sample as long as there "
    "is\n"
    " * nothing to hear. */\n"
    "typedef struct $n_wake {\n"
    "    $n_frontend ear;\n"
    "    $n_wake_stage stage;\n"
    "    int32_t n_kept, put;\n"
    "} $n_wake;\n\n"
    "/* Asleep; the first hop is taken for the noise. */\n"
    "void $n_wake_reset($n_wake *w);\n\n"
    "/* Hears the next $N_FRONTEND_HOP samples. Returns how many times the network is to run, each "
    "time on\n"
    " * what $n_frontend_features(&w->ear, ...) gives next; 0 while it sleeps. arena:\n"
    " * $N_WAKE_ARENA_BYTES bytes at a multiple of $N_FRONTEND_SCRATCH_ALIGN, where the sound "
    "before the waking\n"
    " * is kept: between two calls only the network may use it, so the network's arena will do. "
    "The call\n"
    " * that wakes makes up to $N_WAKE_HOPS frames: let the microphone go on meanwhile.\n"
    " *\n";

static const char zr_frontend_text_wake_clip[] =
    " *     for (int since = 0;;) {\n"
    " *         microphone_read(samples, $N_FRONTEND_HOP);\n"
    " *         int due = $n_wake_hop(&w, samples, arena);\n"
    " *         since = due ? since + 1 : EVERY; // hops from one run to the next, such as 10\n"
    " *         if (!due || since < EVERY) continue;\n"
    " *         since = 0;\n"
    " *         $n_frontend_features(&w.ear, $n_input(&model));\n"
    " *         $n_invoke(&model);\n"
    " *     }\n"
    " */\n"
    "int $n_wake_hop($n_wake *w, const int16_t *samples, void *arena);\n\n";

static const char zr_frontend_text_wake_stream[] =
    " *     for (;;) {\n"
    " *         microphone_read(samples, $N_FRONTEND_HOP);\n"
    " *         for (int due = $n_wake_hop(&w, samples, arena); due > 0; due--) {\n"
    " *             $n_frontend_features(&w.ear, $n_input(&model));\n"
    " *             $n_invoke(&model);\n"
    " *         }\n"
    " *     }\n"
    " */\n"
    "int $n_wake_hop($n_wake *w, const int16_t *samples, void *arena);\n\n";

static const char zr_frontend_text_reset[] =
    "void $n_frontend_reset($n_frontend *f)\n{\n    memset(f, 0, sizeof *f);\n";

static const char zr_frontend_text_hop[] =
    "static void frontend_add($n_frontend *f, const int16_t *samples, void *scratch)\n{\n"
    "    memcpy(f->samples + f->n_samples, samples, $N_FRONTEND_HOP * sizeof *samples);\n"
    "    f->n_samples += $N_FRONTEND_HOP;\n"
    "    if (f->n_samples < $N_FRONTEND_WINDOW) return;\n";

static const char zr_frontend_text_micro_frame[] =
    "    zk_complex16 *spectrum = (zk_complex16 *)scratch;\n"
    "    uint16_t *bands = (uint16_t *)(void *)(spectrum + BINS);\n"
    "    int8_t *frame = f->frames + f->next * BANDS;\n"
    "    zk_micro_frame(&frontend, f->samples, f->noise, spectrum, bands);\n"
    "    for (int32_t i = 0; i < BANDS; i++) frame[i] = zk_audio_quantize(&scale, bands[i]);\n";

static const char zr_frontend_text_mfcc_frame[] =
    "    zk_complex32 *spectrum = (zk_complex32 *)scratch;\n"
    "    uint64_t *sums = (uint64_t *)(void *)(spectrum + BINS);\n"
    "    zk_mfcc_frame(&frontend, f->samples, spectrum, sums, f->bands + f->next * BANDS);\n"
    "    f->peaks[f->next] = 1;\n"
    "    for (int32_t i = 0; i < $N_FRONTEND_HOP; i++)\n"
    "        if (f->samples[i] > f->peaks[f->next]) f->peaks[f->next] = f->samples[i];\n";

static const char zr_frontend_text_logmel_frame[] =
    "    zk_complex32 *spectrum = (zk_complex32 *)scratch;\n"
    "    uint64_t *sums = (uint64_t *)(void *)(spectrum + BINS);\n"
    "    zk_logmel_frame(&frontend, f->samples, spectrum, sums, f->frames + f->next * BANDS);\n";

static const char zr_frontend_text_hop_end[] =
    "    f->next = f->next + 1 == ROOM ? 0 : f->next + 1;\n"
    "    f->n_samples -= $N_FRONTEND_HOP;\n"
    "    memmove(f->samples, f->samples + $N_FRONTEND_HOP,\n"
    "            (size_t)f->n_samples * sizeof *f->samples);\n"
    "    if (f->n_frames < ROOM) f->n_frames++;\n}\n\n"
    "int $n_frontend_hop($n_frontend *f, const int16_t *samples, void *scratch)\n{\n"
    "    frontend_add(f, samples, scratch);\n"
    "    return f->n_frames >= $N_FRONTEND_FRAMES;\n}\n\n";

/* The oldest frame of the network's input. */
static const char zr_frontend_text_clip_oldest[] = "    int32_t at = f->next;\n";

static const char zr_frontend_text_stream_oldest[] =
    "    int32_t at = f->next < f->n_frames ? f->next + ROOM - f->n_frames : f->next - "
    "f->n_frames;\n";

static const char zr_frontend_text_copy[] =
    "    for (int32_t i = 0; i < $N_FRONTEND_FRAMES; i++) {\n"
    "        memcpy(to, f->frames + at * $N_FRONTEND_VALUES, $N_FRONTEND_VALUES);\n"
    "        to += $N_FRONTEND_VALUES;\n"
    "        at = at + 1 == ROOM ? 0 : at + 1;\n"
    "    }\n";

static const char zr_frontend_text_coefficients[] =
    "    int32_t logs[BANDS], peak = 1;\n"
    "    for (int32_t i = 0; i < ROOM; i++)\n"
    "        if (f->peaks[i] > peak) peak = f->peaks[i];\n"
    "    for (int32_t i = 0; i < f->n_samples; i++)\n"
    "        if (f->samples[i] > peak) peak = f->samples[i];\n"
    "    for (int32_t i = 0; i < $N_FRONTEND_FRAMES; i++) {\n"
    "        zk_mfcc_coefficients(&frontend, f->bands + at * BANDS, peak, logs, to);\n"
    "        to += $N_FRONTEND_VALUES;\n"
    "        at = at + 1 == ROOM ? 0 : at + 1;\n"
    "    }\n";

static const char zr_frontend_text_stream_taken[] =
    "    if (f->n_frames >= $N_FRONTEND_FRAMES) f->n_frames -= $N_FRONTEND_FRAMES;\n";

static const char zr_frontend_text_wake_hop[] =
    "void $n_wake_reset($n_wake *w)\n{\n"
    "    $n_frontend_reset(&w->ear);\n"
    "    zk_wake_reset(&w->stage);\n"
    "    w->n_kept = w->put = 0;\n}\n\n"
    "int $n_wake_hop($n_wake *w, const int16_t *samples, void *arena)\n{\n"
    "    int16_t *kept = (int16_t *)(void *)((uint8_t *)arena + $N_FRONTEND_SCRATCH_BYTES);\n"
    "    int32_t slept = w->stage.awake == 0;\n"
    "    int16_t *keep = kept + w->put * $N_FRONTEND_HOP;\n"
    "    w->put = w->put + 1 == $N_WAKE_HOPS ? 0 : w->put + 1;\n"
    "    if (w->n_kept < $N_WAKE_HOPS) w->n_kept++;\n"
    "    if (!zk_wake_hop(&wake, &w->stage, samples, keep)) return 0;\n"
    "    if (slept) frontend_wake(&w->ear);\n"
    "    int32_t at = w->put < w->n_kept ? w->put + $N_WAKE_HOPS - w->n_kept : w->put - "
    "w->n_kept;\n"
    "    for (; w->n_kept > 0; w->n_kept--) {\n"
    "        frontend_add(&w->ear, kept + at * $N_FRONTEND_HOP, arena);\n"
    "        at = at + 1 == $N_WAKE_HOPS ? 0 : at + 1;\n"
    "    }\n"
    "    return w->ear.n_frames / $N_FRONTEND_FRAMES;\n}\n";

#endif
