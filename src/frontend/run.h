/* A front end over sound, with the kernels of the device. */
#ifndef ZR_FRONTEND_RUN_H
#define ZR_FRONTEND_RUN_H

#include "base/npy.h"
#include "frontend/frontend.h"
#include "frontend/sound.h"

/* Frames of so many samples. */
int64_t zr_frontend_frames(const zr_frontend *f, int64_t n_samples);

/* int8, or uint16 for micro without a scale. */
zr_type zr_frontend_type(const zr_frontend *f);
size_t zr_frontend_frame_bytes(const zr_frontend *f);

/* The frames of a sound that is heard from its first sample on: [frames][f->values] elements of
 * zr_frontend_type in *out. A front end of clips takes the sound's first f->frames frames, silence
 * after its end. */
ZR_MUST bool zr_frontend_run(zr_ctx *cx, const zr_frontend *f, const zr_sound *sound, uint8_t **out,
                             int64_t *n_frames);

/* The frames of all files as one array: [files][frames][values] for clips, else [all
 * frames][values], file after file. Collects the errors of all files.
 *
 * With `owners`, of a front end of clips, a file gives all of its windows of a clip that overlap by
 * half, but those whose sound is 34 dB softer than the loudest's, and the buffer gets the number of
 * the file for each, int32_t. NULL: its beginning. `waking`, of clips without owners: as much of it
 * as is heard behind the stage that wakes, which has heard the file once before, so that it knows
 * its noise, and sleeps; what is not heard is silence. */
typedef void zr_frontend_progress(void *user, int64_t done, int64_t total);
ZR_MUST bool zr_frontend_files(zr_ctx *cx, const zr_frontend *f, const char *const *paths,
                               int64_t n, zr_frontend_progress *progress, void *user, bool waking,
                               zr_buf *owners, zr_array *out);

#endif
