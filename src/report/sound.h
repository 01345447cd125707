/* A sound model measured on an emulated chip: what goes on all the time. */
#ifndef ZR_REPORT_SOUND_H
#define ZR_REPORT_SOUND_H

#include "bench/bench.h"
#include "frontend/model.h"

enum { ZR_HEARING_SOUNDS = 3 };

typedef struct zr_hearing_sound {
    const char *name;
    const int16_t *samples;
    int64_t n;
} zr_hearing_sound;

/* What the chip hears, and how often the model runs. */
typedef struct zr_hearing {
    const zr_frontend *frontend;
    const zr_model *model;
    const int16_t *samples;
    int64_t n_samples;
    int every; /* frames from one inference to the next */
    bool once; /* only these samples, and as a device hears them: the stage may sleep */

    /* Otherwise, of a front end with a stage that wakes it, what it takes to hear these. */
    zr_hearing_sound sounds[ZR_HEARING_SOUNDS];
    int n_sounds;
} zr_hearing;

/* Fills `every` and, where there is no sound, makes noise: enough for a few inferences. every: of
 * clips, 0 for about 200 ms; a stream's inferences follow each other. Of a front end that wakes
 * also what the averages are of: silence, which has a noise of two steps; pink noise, -36 dB; and
 * speech, the recordings of the folder's clips/index.csv one after the other, if it has one.
 * folder: of the model. */
ZR_MUST bool zr_hearing_start(zr_ctx *cx, zr_hearing *h, int every, const char *folder);

/* Writes the front end's C into the folder and adds to the options what the bench needs. */
ZR_MUST bool zr_hearing_prepare(zr_ctx *cx, const zr_hearing *h, const char *folder,
                                zr_bench_options *o);

/* Instructions of a second of what was heard. */
double zr_hearing_second(const zr_hearing *h, const zr_bench_heard *heard);

/* Whether the chip's front end gave what it gives here; an internal error when not. */
ZR_MUST bool zr_hearing_check(zr_ctx *cx, const zr_hearing *h, const zr_bench_sound *s);

struct cJSON;
void zr_hearing_text(const zr_hearing *h, const zr_bench_result *r, zr_buf *out);
void zr_hearing_json(const zr_hearing *h, const zr_bench_result *r, struct cJSON *root);

#endif
