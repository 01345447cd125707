/* Sound files: anything that libsndfile reads (WAV, FLAC, Ogg, AIFF ...), as 16-bit samples. */
#ifndef ZR_FRONTEND_SOUND_H
#define ZR_FRONTEND_SOUND_H

#include "base/file.h"

typedef struct zr_sound {
    const int16_t *samples; /* in the arena */
    int64_t n;              /* at least 1 */
    int file_rate;          /* of the file, before it was resampled */
} zr_sound;

/* Reads the file `path` ("-": standard input): its channels' mean, at `rate` samples a second,
 * resampled with libsamplerate's best sinc filter when it has another. Refused: what is no sound,
 * is empty, ends early, has numbers that are none, or is longer than an hour. */
ZR_MUST bool zr_sound_read(zr_ctx *cx, const char *path, int rate, zr_sound *sound);

/* The same of the file's bytes; `path` is its name for messages. */
ZR_MUST bool zr_sound_parse(zr_ctx *cx, const char *path, zr_bytes bytes, int rate,
                            zr_sound *sound);

#endif
