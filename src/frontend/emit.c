#include "frontend/emit.h"

#include <ctype.h>
#include <string.h>

#include "base/file.h"
#include "emit/device.h"
#include "frontend/ear.h"
#include "frontend/emit_text.h"
#include "frontend/model.h"

typedef struct emitter {
    zr_ctx *cx;
    const zr_frontend *f;
    const char *name, *upper;
    int frames; /* that the model takes */
    bool real;  /* it takes floats */
} emitter;

/* The text with $n for the name and $N for the name in capitals. */
static void emit_text(const emitter *e, zr_buf *out, const char *text)
{
    for (const char *s = text; *s; s++) {
        if (s[0] == '$' && (s[1] == 'n' || s[1] == 'N'))
            zr_buf_text(out, *++s == 'n' ? e->name : e->upper);
        else
            zr_buf_add(out, s, 1);
    }
}

static void emit_banner(const emitter *e, zr_buf *out, const char *file, const char *what)
{
    zr_buf_printf(out,
                  "/* %s_frontend%s: %s, written by zerre %s.\n *\n"
                  " * %s, %g samples a second, a frame of %d values every %d samples.\n *\n"
                  " * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0. Do not "
                  "edit: run zerre again. */\n",
                  e->name, file, what, ZR_VERSION, zr_frontend_names[e->f->kind], e->f->sample_rate,
                  e->f->values, e->f->hop);
}

size_t zr_frontend_arena_bytes(const zr_frontend *f)
{
    size_t kept = f->wakes ? (size_t)f->kept * (size_t)f->hop * sizeof(int16_t) : 0;
    return zr_frontend_scratch_bytes(f) + (kept + 7) / 8 * 8;
}

/* The device's definition of `name`, which is there; marked so that it is not taken. */
static const zr_definition *keep_back(zr_device *device, const char *name)
{
    for (int d = 0; d < device->n; d++)
        for (int i = 0; i < device->definitions[d].n_names; i++)
            if (!strcmp(device->definitions[d].names[i], name)) {
                device->definitions[d].wanted = true;
                return &device->definitions[d];
            }
    return NULL;
}

/* The stage's struct as the generated header names it: NAME_wake_stage. */
static bool emit_wake_stage(const emitter *e, zr_buf *out)
{
    zr_device device;
    static const char type[] = "zk_wake";
    if (!zr_device_read(e->cx, &device)) return false;
    const zr_definition *d = keep_back(&device, type);
    if (!d) return zr_fail(e->cx, ZR_E_INTERNAL, ZR_NOWHERE, "%s is not among the kernels", type);
    for (const char *s = d->text, *at; s; s = at) {
        at = strstr(s, type);
        zr_buf_add(out, s, at ? (size_t)(at - s) : strlen(s));
        if (at) zr_buf_printf(out, "%s_wake_stage", e->name);
        if (at) at += strlen(type);
    }
    zr_buf_text(out, "\n\n");
    return !out->failed;
}

static bool emit_wake_header(const emitter *e, zr_buf *out)
{
    zr_buf_printf(out, "#define %s_WAKE_HOPS %d /* of sound that are kept while it sleeps */\n",
                  e->upper, e->f->kept);
    zr_buf_printf(out, "#define %s_WAKE_ARENA_BYTES %zu\n\n", e->upper,
                  zr_frontend_arena_bytes(e->f));
    if (!emit_wake_stage(e, out)) return false;
    emit_text(e, out, zr_frontend_text_wake);
    emit_text(e, out, e->f->frames > 0 ? zr_frontend_text_wake_clip : zr_frontend_text_wake_stream);
    return true;
}

static bool emit_header(const emitter *e, zr_buf *out)
{
    const zr_frontend *f = e->f;
    int room = zr_ear_room(f, e->frames);
    emit_banner(e, out, ".h", "from sound to the network's input");
    emit_text(e, out, zr_frontend_text_begin);
    zr_buf_printf(out, "#define %s_FRONTEND_RATE %d /* samples a second */\n", e->upper,
                  (int)f->sample_rate);
    zr_buf_printf(out, "#define %s_FRONTEND_HOP %d /* samples that are handed over at a time */\n",
                  e->upper, f->hop);
    zr_buf_printf(out, "#define %s_FRONTEND_WINDOW %d /* samples of a frame */\n", e->upper,
                  f->window);
    zr_buf_printf(out, "#define %s_FRONTEND_VALUES %d /* of a frame */\n", e->upper, f->values);
    zr_buf_printf(out, "#define %s_FRONTEND_FRAMES %d /* that the network takes */\n", e->upper,
                  e->frames);
    zr_buf_printf(out, "#define %s_FRONTEND_SCRATCH_BYTES %zu\n", e->upper,
                  zr_frontend_scratch_bytes(f));
    zr_buf_printf(out, "#define %s_FRONTEND_SCRATCH_ALIGN 8\n\n", e->upper);
    zr_buf_printf(out,
                  "/* All that is kept from one hop to the next. */\n"
                  "typedef struct %s_frontend {\n",
                  e->name);
    zr_buf_printf(out, "    int16_t samples[%d]; /* the newest */\n", zr_ear_samples(f));
    if (f->kind == ZR_MICRO)
        zr_buf_printf(out, "    uint32_t noise[%d]; /* of each band */\n", f->values);
    if (f->kind == ZR_MFCC) {
        zr_buf_printf(out, "    uint16_t bands[%d]; /* of the newest frames, a ring */\n",
                      room * (int)f->bands);
        zr_buf_printf(out, "    int16_t peaks[%d]; /* the greatest sample of their first hops */\n",
                      room);
    } else {
        zr_buf_printf(out, "    int8_t frames[%d]; /* the newest, a ring */\n", room * f->values);
    }
    zr_buf_printf(out, "    int32_t n_samples, n_frames, next;\n} %s_frontend;\n\n", e->name);
    emit_text(e, out, f->frames > 0 ? zr_frontend_text_clip : zr_frontend_text_stream);
    zr_buf_printf(out,
                  "/* Writes the network's input, %d x %d, the oldest frame first. */\n"
                  "void %s_frontend_features(%s%s_frontend *f, %s *input);\n\n",
                  e->frames, f->values, e->name, f->frames > 0 ? "const " : "", e->name,
                  e->real ? "float" : "int8_t");
    if (f->wakes && !emit_wake_header(e, out)) return false;
    emit_text(e, out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    return !out->failed;
}

/* "static const TYPE NAME[N] = {" and so on; `at` gives the i-th number. */
static void emit_table(zr_buf *out, const char *type, const char *name, int n,
                       int64_t (*at)(const void *table, int i), const void *table)
{
    zr_buf_printf(out, "static const %s %s[%d] = {\n    ", type, name, n);
    size_t line = out->size;
    for (int i = 0; i < n && !out->failed; i++) {
        if (out->size - line > 86) {
            out->size--; /* the space behind the comma */
            zr_buf_text(out, "\n    ");
            line = out->size;
        }
        zr_buf_printf(out, "%lld%s", (long long)at(table, i), i + 1 < n ? ", " : "};\n\n");
    }
}

static int64_t at_i16(const void *table, int i)
{
    return ((const int16_t *)table)[i];
}

static int64_t at_u16(const void *table, int i)
{
    return ((const uint16_t *)table)[i];
}

static int64_t at_u8(const void *table, int i)
{
    return ((const uint8_t *)table)[i];
}

static void emit_turns(zr_buf *out, const char *name, int n, const zk_complex16 *turns)
{
    zr_buf_printf(out, "static const zk_complex16 %s[%d] = {\n    ", name, n);
    for (int i = 0; i < n; i++)
        zr_buf_printf(out, "{%d, %d}%s", turns[i].re, turns[i].im,
                      i + 1 == n   ? "};\n\n"
                      : i % 5 == 4 ? ",\n    "
                                   : ", ");
}

static void emit_fft_tables(zr_buf *out, int log2_n, const zk_complex16 *turns,
                            const zk_complex16 *split)
{
    emit_turns(out, "fft_turns", 3 << (log2_n - 2), turns);
    emit_turns(out, "fft_split", 1 << (log2_n - 1), split);
}

static void emit_band_tables(zr_buf *out, const zk_bands *bands)
{
    int n = 0;
    for (int b = 0; b <= bands->n_bands; b++) n += bands->widths[b];
    emit_table(out, "uint8_t", "band_widths", bands->n_bands + 1, at_u8, bands->widths);
    emit_table(out, "uint16_t", "band_weights", n, at_u16, bands->weights);
}

static void emit_mel_tables(zr_buf *out, const zk_mel *m)
{
    emit_table(out, "uint16_t", "window_half", m->window / 2 + 1, at_u16, m->window_half);
    emit_fft_tables(out, m->fft.log2_n, m->fft.turns, m->fft.split);
    emit_band_tables(out, &m->bands);
}

static void emit_mel(zr_buf *out, const zk_mel *m)
{
    zr_buf_printf(out,
                  "    {%d, window_half, %d, {%d, fft_turns, fft_split},\n"
                  "     {%d, %d, %d, band_widths, band_weights}, %d},\n",
                  m->window, m->window_shift, m->fft.log2_n, m->bands.n_bands, m->bands.first_bin,
                  m->bands.weight_bits, m->amplitude);
}

static void emit_scale(zr_buf *out, const zk_audio_scale *s)
{
    zr_buf_printf(out, "{%d, %d, %d, %d}", s->multiplier, s->shift, s->zero_point, s->truncate);
}

static void emit_micro(zr_buf *out, const zr_frontend *f)
{
    const zk_micro *m = &f->micro;
    emit_table(out, "int16_t", "window_shape", m->window, at_i16, m->shape);
    emit_fft_tables(out, m->fft.log2_n, m->fft.turns, m->fft.split);
    emit_band_tables(out, &m->bands);
    if (m->gain) emit_table(out, "int16_t", "gain", 125, at_i16, m->gain);
    emit_table(out, "uint16_t", "log_excess", 129, at_u16, m->excess);
    zr_buf_printf(out,
                  "static const zk_micro frontend = {\n"
                  "    %d, window_shape, {%d, fft_turns, fft_split},\n"
                  "    {%d, %d, %d, band_widths, band_weights},\n"
                  "    %d, %u, %u, %u, %s, %d, %d, %d, log_excess};\n\n",
                  m->window, m->fft.log2_n, m->bands.n_bands, m->bands.first_bin,
                  m->bands.weight_bits, m->noise_bits, m->even_smoothing, m->odd_smoothing,
                  m->least_remaining, m->gain ? "gain" : "NULL", m->gain_shift, m->log_correction,
                  m->log_shift);
    zr_buf_text(out, "static const zk_audio_scale scale = ");
    emit_scale(out, &f->output);
    zr_buf_text(out, ";\n\n");
}

static void emit_mfcc(zr_buf *out, const zr_frontend *f)
{
    const zk_mfcc *m = &f->mfcc;
    emit_mel_tables(out, &m->mel);
    emit_table(out, "int16_t", "cosines", m->coefficients * m->mel.bands.n_bands, at_i16,
               m->cosines);
    emit_table(out, "uint16_t", "log_excess", 129, at_u16, m->excess);
    zr_buf_text(out, "static const zk_mfcc frontend = {\n");
    emit_mel(out, &m->mel);
    zr_buf_printf(out, "    %d, %d, %lluu, %d, cosines, ", m->sum_shift, m->coefficients,
                  (unsigned long long)m->floor, m->offset);
    emit_scale(out, &m->scale);
    zr_buf_text(out, ", log_excess};\n\n");
}

static void emit_logmel(zr_buf *out, const zr_frontend *f)
{
    const zk_logmel *m = &f->logmel;
    emit_mel_tables(out, &m->mel);
    emit_table(out, "uint16_t", "log_excess", 129, at_u16, m->excess);
    zr_buf_text(out, "static const zk_logmel frontend = {\n");
    emit_mel(out, &m->mel);
    zr_buf_printf(out, "    %lluu, %d, ", (unsigned long long)m->floor, m->offset);
    emit_scale(out, &m->scale);
    zr_buf_text(out, ", log_excess};\n\n");
}

/* What is different from kind to kind. */
static const struct {
    const char *kernels[3];
    void (*tables)(zr_buf *out, const zr_frontend *f);
    const char *frame;    /* makes the newest frame */
    const char *features; /* and the network's input */
} kinds[ZR_FRONTEND_KINDS] = {
    {{"zk_micro_frame", "zk_audio_quantize", NULL},
     emit_micro,
     zr_frontend_text_micro_frame,
     zr_frontend_text_copy},
    {{"zk_mfcc_frame", "zk_mfcc_coefficients", NULL},
     emit_mfcc,
     zr_frontend_text_mfcc_frame,
     zr_frontend_text_coefficients},
    {{"zk_logmel_frame", NULL}, emit_logmel, zr_frontend_text_logmel_frame, zr_frontend_text_copy},
};

/* What is forgotten: all, or on waking all but what is known of the noise. */
static void emit_forget(const emitter *e, zr_buf *out)
{
    const zr_frontend *f = e->f;
    zr_buf_printf(out, "static void frontend_wake(%s_frontend *f)\n{\n", e->name);
    if (f->kind == ZR_MFCC)
        zr_buf_text(out, "    memset(f, 0, sizeof *f);\n");
    else
        zr_buf_text(out, "    memset(f->frames, SILENCE, sizeof f->frames);\n");
    if (f->kind != ZR_MFCC) zr_buf_text(out, "    f->n_samples = f->next = f->n_frames = 0;\n");
    if (f->frames > 0) zr_buf_text(out, "    f->n_frames = ROOM;\n");
    zr_buf_text(out, "}\n\n");
}

static void emit_wake(const emitter *e, zr_buf *out)
{
    const zk_wake_setting *w = &e->f->wake_setting;
    zr_buf_text(out, "/* ---- The stage that wakes it ---- */\n\n");
    emit_forget(e, out);
    zr_buf_printf(out, "static const zk_wake_setting wake = {%d, %d, %d, %d, %d, %lluu};\n\n",
                  w->hop, w->lag, w->ratio, w->span, w->hold, (unsigned long long)w->least);
    emit_text(e, out, zr_frontend_text_wake_hop);
}

static void emit_functions(const emitter *e, zr_buf *out)
{
    const zr_frontend *f = e->f;
    bool clip = f->frames > 0;
    zr_buf_printf(
        out, "enum {\n    BANDS = %d,\n    BINS = %d,\n    SILENCE = %d,\n    ROOM = %d\n};\n\n",
        (int)f->bands, (1 << f->log2_n) + 1, zr_frontend_silence(f), zr_ear_room(f, e->frames));
    emit_text(e, out, zr_frontend_text_reset);
    if (f->kind != ZR_MFCC) zr_buf_text(out, "    memset(f->frames, SILENCE, sizeof f->frames);\n");
    zr_buf_text(out, "}\n\n");
    emit_text(e, out, zr_frontend_text_hop);
    emit_text(e, out, kinds[f->kind].frame);
    emit_text(e, out, zr_frontend_text_hop_end);
    zr_buf_printf(out, "void %s_frontend_features(%s%s_frontend *f, %s *input)\n{\n", e->name,
                  clip ? "const " : "", e->name, e->real ? "float" : "int8_t");
    if (e->real)
        zr_buf_printf(out,
                      "    int8_t stored[%s_FRONTEND_FRAMES * %s_FRONTEND_VALUES];\n"
                      "    int8_t *to = stored;\n",
                      e->upper, e->upper);
    else
        zr_buf_text(out, "    int8_t *to = input;\n");
    emit_text(e, out, clip ? zr_frontend_text_clip_oldest : zr_frontend_text_stream_oldest);
    emit_text(e, out, kinds[f->kind].features);
    if (!clip) emit_text(e, out, zr_frontend_text_stream_taken);
    if (e->real)
        zr_buf_printf(out,
                      "    for (int32_t i = 0; i < %s_FRONTEND_FRAMES * %s_FRONTEND_VALUES; i++)\n"
                      "        input[i] = %.9eF * (float)(stored[i] - (%d));\n",
                      e->upper, e->upper, f->scale, (int)f->zero_point);
    zr_buf_text(out, f->wakes ? "}\n\n" : "}\n");
    if (f->wakes) emit_wake(e, out);
}

/* Takes a kernel, if another one has not led to it. */
static bool take_kernel(const emitter *e, zr_device *device, const char *kernel, zr_buf *out)
{
    for (int d = 0; d < device->n; d++)
        if (device->definitions[d].wanted && device->definitions[d].n_names &&
            !strcmp(device->definitions[d].names[0], kernel))
            return true;
    return zr_device_take(e->cx, device, kernel, out);
}

static bool take_wake(const emitter *e, zr_device *device, zr_buf *out)
{
    if (!e->f->wakes) return true;
    emit_text(e, out, "typedef $n_wake_stage zk_wake;\n\n");
    return keep_back(device, "zk_wake") && take_kernel(e, device, "zk_wake_reset", out) &&
           take_kernel(e, device, "zk_wake_hop", out);
}

static bool emit_source(const emitter *e, zr_buf *out)
{
    zr_device device;
    emit_banner(e, out, ".c", "from sound to the network's input");
    emit_text(e, out,
              "#include \"$n_frontend.h\"\n\n#include <string.h>\n\n"
              "/* ---- Kernels ---- */\n\n");
    if (!zr_device_read(e->cx, &device)) return false;
    for (const char *const *kernel = kinds[e->f->kind].kernels; *kernel; kernel++)
        if (!take_kernel(e, &device, *kernel, out)) return false;
    if (!take_wake(e, &device, out)) return false;
    zr_buf_text(out, "/* ---- Tables ---- */\n\n");
    kinds[e->f->kind].tables(out, e->f);
    zr_buf_text(out, "/* ---- The front end ---- */\n\n");
    emit_functions(e, out);
    return !out->failed;
}

bool zr_frontend_emit(zr_ctx *cx, const zr_frontend *f, const zr_model *model, const char *name,
                      zr_generated_frontend *out)
{
    const zr_graph *g = &model->graphs[0];
    char *upper = zr_alloc(cx, strlen(name) + 1, 1);
    if (!upper) return false;
    for (size_t i = 0; name[i]; i++) upper[i] = (char)toupper((unsigned char)name[i]);
    emitter e = {cx,
                 f,
                 name,
                 upper,
                 zr_frontend_frames_per_input(f, model),
                 g->tensors[g->inputs[0]].type == ZR_F32};
    zr_buf_init(&out->header, cx);
    zr_buf_init(&out->source, cx);
    return emit_header(&e, &out->header) && emit_source(&e, &out->source);
}

bool zr_frontend_emit_write(zr_ctx *cx, const zr_generated_frontend *generated, const char *folder,
                            const char *name)
{
    const char *header = zr_format(cx, "%s/%s_frontend.h", folder, name);
    const char *source = zr_format(cx, "%s/%s_frontend.c", folder, name);
    if (!header || !source) return false;
    zr_file_output outputs[2] = {{source, generated->source.data, generated->source.size},
                                 {header, generated->header.data, generated->header.size}};
    return zr_files_write(cx, outputs, 2);
}
