#include "frontend/sound.h"

#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <string.h>

#include "base/buffer.h"

enum { MAX_SECONDS = 3600, MAX_CHANNELS = 16, MAX_RATE = 768000, BLOCK = 4096 };

static zr_place at(const char *path)
{
    zr_place place = ZR_NOWHERE;
    place.file = path;
    return place;
}

/* libsndfile reads from memory, so that standard input and every error of the system are treated as
 * for other files. */
typedef struct memory {
    const uint8_t *data;
    sf_count_t size, at;
} memory;

static sf_count_t memory_size(void *user)
{
    return ((const memory *)user)->size;
}

static sf_count_t memory_seek(sf_count_t offset, int from, void *user)
{
    memory *m = user;
    sf_count_t start = from == SEEK_CUR ? m->at : from == SEEK_END ? m->size : 0;
    if (offset < -start || offset > m->size - start) return -1;
    return m->at = start + offset;
}

static sf_count_t memory_read(void *to, sf_count_t n, void *user)
{
    memory *m = user;
    if (n > m->size - m->at) n = m->size - m->at;
    if (n <= 0) return 0;
    memcpy(to, m->data + m->at, (size_t)n);
    m->at += n;
    return n;
}

static sf_count_t memory_write(const void *from, sf_count_t n, void *user)
{
    (void)from, (void)n, (void)user;
    return 0;
}

static sf_count_t memory_tell(void *user)
{
    return ((const memory *)user)->at;
}

static uint32_t little_32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* A WAV file's header says how long its data is; libsndfile takes less without a word. What was
 * written to a pipe says 0 or the greatest number: unknown. */
static bool wav_ends_early(zr_bytes file)
{
    if (file.size < 12 || memcmp(file.data, "RIFF", 4) != 0 ||
        memcmp(file.data + 8, "WAVE", 4) != 0)
        return false;
    for (size_t i = 12; file.size - i >= 8;) {
        uint32_t size = little_32(file.data + i + 4);
        if (!memcmp(file.data + i, "data", 4))
            return size > file.size - i - 8 && size < UINT32_MAX - 0xFFFF && size != 0x7FFFF000;
        if (size > file.size - i - 8) return true;
        i += 8 + size + (size & 1);
        if (i > file.size) return false;
    }
    return false;
}

/* Appends the mean of the channels as floats of -1..1; *n counts them. */
static bool read_frames(zr_ctx *cx, const char *path, SNDFILE *file, const SF_INFO *info,
                        zr_buf *out, int64_t *n)
{
    float *block = ZR_NEW(cx, float, (size_t)(BLOCK * info->channels));
    if (!block) return false;
    *n = 0;
    for (sf_count_t got; (got = sf_readf_float(file, block, BLOCK)) > 0; *n += got) {
        if (*n + got > (int64_t)info->samplerate * MAX_SECONDS)
            return zr_fail(cx, ZR_E_DATA, at(path), "is longer than an hour; cut it");
        float *to = (float *)(void *)zr_buf_reserve(out, (size_t)got * sizeof *to);
        if (!to) return false;
        out->size += (size_t)got * sizeof *to;
        for (sf_count_t i = 0; i < got; i++) {
            float sum = 0;
            for (int c = 0; c < info->channels; c++) sum += block[i * info->channels + c];
            to[i] = sum / (float)info->channels;
            if (!isfinite(to[i]))
                return zr_fail(cx, ZR_E_DATA, at(path),
                               "has a value at sample %lld that is no number", (long long)(*n + i));
        }
    }
    if (sf_error(file) != SF_ERR_NO_ERROR)
        return zr_fail(cx, ZR_E_DATA, at(path), "is damaged at sample %lld: %s", (long long)*n,
                       sf_strerror(file));
    if (info->frames != SF_COUNT_MAX && *n < info->frames)
        return zr_fail(cx, ZR_E_DATA, at(path), "ends after %lld of its %lld samples",
                       (long long)*n, (long long)info->frames);
    return *n > 0 || zr_fail(cx, ZR_E_DATA, at(path), "has no samples");
}

static bool read_bytes(zr_ctx *cx, const char *path, zr_bytes bytes, SF_INFO *info, zr_buf *out,
                       int64_t *n)
{
    static const char extension[] = "; a sound file such as .wav or .flac is needed";
    SF_VIRTUAL_IO io = {memory_size, memory_seek, memory_read, memory_write, memory_tell};
    if (bytes.size == 0) return zr_fail(cx, ZR_E_DATA, at(path), "is empty%s", extension);
    memory source = {bytes.data, (sf_count_t)bytes.size, 0};
    *info = (SF_INFO){0};
    SNDFILE *file = sf_open_virtual(&io, SFM_READ, info, &source);
    if (!file) {
        const char *why = sf_strerror(NULL);
        return zr_fail(cx, ZR_E_DATA, at(path), "cannot be read as sound: %.*s%s",
                       (int)strcspn(why, ".\n"), why, extension);
    }
    bool ok;
    if (wav_ends_early(bytes))
        ok = zr_fail(cx, ZR_E_DATA, at(path),
                     "ends before its header says; record or copy it again");
    else if (info->channels < 1 || info->channels > MAX_CHANNELS || info->samplerate < 1 ||
             info->samplerate > MAX_RATE)
        ok = zr_fail(cx, ZR_E_DATA, at(path),
                     "has %d channels and %d samples a second; up to %d and %d are possible",
                     info->channels, info->samplerate, MAX_CHANNELS, MAX_RATE);
    else
        ok = read_frames(cx, path, file, info, out, n);
    sf_close(file);
    return ok;
}

/* At another rate: `from` [n] becomes *to [*n]. */
static bool resample(zr_ctx *cx, const char *path, int from_rate, int rate, float **samples,
                     int64_t *n)
{
    double ratio = (double)rate / from_rate;
    if (!src_is_valid_ratio(ratio))
        return zr_fail(cx, ZR_E_DATA, at(path), "cannot be resampled from %d to %d a second",
                       from_rate, rate);
    int64_t capacity = (int64_t)ceil((double)*n * ratio) + 16;
    float *to = ZR_NEW(cx, float, (size_t)capacity);
    if (!to) return false;
    SRC_DATA data = {.data_in = *samples,
                     .data_out = to,
                     .input_frames = (long)*n,
                     .output_frames = (long)capacity,
                     .src_ratio = ratio};
    int error = src_simple(&data, SRC_SINC_BEST_QUALITY, 1);
    if (error)
        return zr_fail(cx, ZR_E_DATA, at(path), "cannot be resampled: %s", src_strerror(error));
    *samples = to;
    *n = data.output_frames_gen;
    return *n > 0 || zr_fail(cx, ZR_E_DATA, at(path), "has no samples at %d a second", rate);
}

bool zr_sound_parse(zr_ctx *cx, const char *path, zr_bytes bytes, int rate, zr_sound *sound)
{
    SF_INFO info;
    zr_buf buf;
    zr_buf_init(&buf, cx);
    int64_t n;
    if (!read_bytes(cx, path, bytes, &info, &buf, &n)) return false;
    float *real = (float *)(void *)buf.data;
    if (info.samplerate != rate && !resample(cx, path, info.samplerate, rate, &real, &n))
        return false;
    int16_t *samples = ZR_NEW(cx, int16_t, (size_t)n + 1);
    if (!samples) return false;
    for (int64_t i = 0; i < n; i++) {
        float scaled = rintf(real[i] * 32768);
        samples[i] = (int16_t)(scaled > 32767 ? 32767 : scaled < -32768 ? -32768 : scaled);
    }
    *sound = (zr_sound){samples, n, info.samplerate};
    return true;
}

bool zr_sound_read(zr_ctx *cx, const char *path, int rate, zr_sound *sound)
{
    zr_bytes bytes;
    return zr_file_read(cx, path, &bytes) && zr_sound_parse(cx, path, bytes, rate, sound);
}
