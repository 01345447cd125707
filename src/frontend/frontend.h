/* Front ends: what turns sound into the frames that a model takes.
 *
 * A description (frontend.json, or the name of one) says which and with what parameters; tables are
 * made of it here, in double precision, for the fixed-point kernels of audio/. */
#ifndef ZR_FRONTEND_FRONTEND_H
#define ZR_FRONTEND_FRONTEND_H

#include "audio/logmel.h"
#include "audio/mfcc.h"
#include "audio/micro.h"
#include "audio/wake.h"
#include "base/file.h"

typedef enum zr_frontend_kind { ZR_MICRO, ZR_MFCC, ZR_LOGMEL, ZR_FRONTEND_KINDS } zr_frontend_kind;

/* "micro", "mfcc-mlperf", "logmel". */
extern const char *const zr_frontend_names[ZR_FRONTEND_KINDS];

/* The fields of fields.def, each a double: whole where that says INT. */
typedef struct zr_frontend {
    zr_frontend_kind kind;
#define ZR_FIELD(name, type, least, most, micro, mfcc, logmel) double name;
#include "frontend/fields.def"
    bool wakes; /* it has a stage that wakes it, with these fields */
    struct {
#define ZR_WAKE_FIELD(name, type, least, most, usual) double name;
#include "frontend/fields.def"
    } wake;
    int window, hop, log2_n; /* samples; of the complex transform */
    int values;              /* of a frame: bands, or coefficients */

    /* The kernel's parameters with their tables, those of its kind. */
    zk_micro micro;
    zk_mfcc mfcc;
    zk_logmel logmel;
    zk_wake_setting wake_setting;
    int kept;              /* hops of sound that are kept while it sleeps, the newest counted */
    zk_audio_scale output; /* to int8; multiplier 0: micro's own uint16 are wanted */
} zr_frontend;

/* The front end of that name with its usual parameters; false, without an error, when there is
 * none.
 */
ZR_MUST bool zr_frontend_preset(const char *name, zr_frontend *f);

/* Reads the description: a JSON object with "frontend": NAME and any of the fields. Unknown words,
 * values out of range and what does not go together are refused. `file` is for messages. */
ZR_MUST bool zr_frontend_parse(zr_ctx *cx, const char *file, zr_bytes text, zr_frontend *f);

/* Checks what the fields say together and makes the tables, in the arena. The scale of the fields
 * counts; 0 asks for micro's own numbers and is refused for the others. */
ZR_MUST bool zr_frontend_prepare(zr_ctx *cx, const char *file, zr_frontend *f);

/* Samples of a clip of f->frames frames: the least that has them all, rounded up to whole hops. */
int zr_frontend_clip_samples(const zr_frontend *f);

/* The int8 of silence, which frames are before anything was heard; MFCC keeps bands: 0. */
int zr_frontend_silence(const zr_frontend *f);

#endif
