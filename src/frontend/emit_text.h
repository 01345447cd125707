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

static const char zr_frontend_text_reset[] =
    "void $n_frontend_reset($n_frontend *f)\n{\n    memset(f, 0, sizeof *f);\n";

static const char zr_frontend_text_hop[] =
    "int $n_frontend_hop($n_frontend *f, const int16_t *samples, void *scratch)\n{\n"
    "    memcpy(f->samples + f->n_samples, samples, $N_FRONTEND_HOP * sizeof *samples);\n"
    "    f->n_samples += $N_FRONTEND_HOP;\n"
    "    if (f->n_samples < $N_FRONTEND_WINDOW) return 0;\n";

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
    "    f->next = f->next + 1 == $N_FRONTEND_FRAMES ? 0 : f->next + 1;\n"
    "    f->n_samples -= $N_FRONTEND_HOP;\n"
    "    memmove(f->samples, f->samples + $N_FRONTEND_HOP,\n"
    "            (size_t)f->n_samples * sizeof *f->samples);\n"
    "    if (f->n_frames < $N_FRONTEND_FRAMES) f->n_frames++;\n";

static const char zr_frontend_text_clip_ready[] =
    "    return f->n_frames == $N_FRONTEND_FRAMES;\n}\n\n";

static const char zr_frontend_text_stream_ready[] = "    return f->next == 0;\n}\n\n";

static const char zr_frontend_text_copy[] =
    "    size_t oldest = (size_t)f->next * $N_FRONTEND_VALUES;\n"
    "    memcpy(to, f->frames + oldest, sizeof f->frames - oldest);\n"
    "    memcpy(to + (sizeof f->frames - oldest), f->frames, oldest);\n";

static const char zr_frontend_text_coefficients[] =
    "    int32_t logs[BANDS], peak = 1, at = f->next;\n"
    "    for (int32_t i = 0; i < $N_FRONTEND_FRAMES; i++)\n"
    "        if (f->peaks[i] > peak) peak = f->peaks[i];\n"
    "    for (int32_t i = 0; i < f->n_samples; i++)\n"
    "        if (f->samples[i] > peak) peak = f->samples[i];\n"
    "    for (int32_t i = 0; i < $N_FRONTEND_FRAMES; i++) {\n"
    "        zk_mfcc_coefficients(&frontend, f->bands + at * BANDS, peak, logs, to);\n"
    "        to += $N_FRONTEND_VALUES;\n"
    "        at = at + 1 == $N_FRONTEND_FRAMES ? 0 : at + 1;\n"
    "    }\n";

#endif
