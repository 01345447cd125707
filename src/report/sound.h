/* A sound model measured on an emulated chip: what goes on all the time. */
#ifndef ZR_REPORT_SOUND_H
#define ZR_REPORT_SOUND_H

#include "bench/bench.h"
#include "frontend/model.h"

/* What the chip hears, and how often the model runs. */
typedef struct zr_hearing {
    const zr_frontend *frontend;
    const zr_model *model;
    const int16_t *samples;
    int64_t n_samples;
    int every; /* frames from one inference to the next */
} zr_hearing;

/* Fills `every` and, where there is no sound, makes noise: enough for a few inferences. every: of
 * clips, 0 for about 200 ms; a stream's inferences follow each other. */
ZR_MUST bool zr_hearing_start(zr_ctx *cx, zr_hearing *h, int every);

/* Writes the front end's C into the folder and adds to the options what the bench needs. */
ZR_MUST bool zr_hearing_prepare(zr_ctx *cx, const zr_hearing *h, const char *folder,
                                zr_bench_options *o);

/* Whether the chip's front end gave what it gives here; an internal error when not. */
ZR_MUST bool zr_hearing_check(zr_ctx *cx, const zr_hearing *h, const zr_bench_sound *s);

struct cJSON;
void zr_hearing_text(const zr_hearing *h, const zr_bench_result *r, zr_buf *out);
void zr_hearing_json(const zr_hearing *h, const zr_bench_result *r, struct cJSON *root);

#endif
