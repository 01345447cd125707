/* A front end that hears hop by hop, as NAME_frontend of the generated code does and with the same
 * numbers; behind the stage that wakes it, as NAME_wake does. */
#ifndef ZR_FRONTEND_EAR_H
#define ZR_FRONTEND_EAR_H

#include "frontend/frontend.h"

typedef struct zr_ear {
    const zr_frontend *f;
    int frames;       /* that the network takes */
    int room;         /* frames that are kept: those, of a stream also the ones that wait */
    int16_t *samples; /* the newest n_samples */
    int8_t *ring;     /* [room][values]; NULL for MFCC, which keeps the following two */
    uint16_t *bands;  /* [room][bands] */
    int16_t *peaks;   /* [room] */
    uint32_t *noise;  /* [bands], micro */
    int n_samples, n_frames, next;
    void *scratch;   /* zr_frontend_scratch_bytes */
    zk_wake stage;   /* of a front end that wakes */
    int16_t *kept;   /* [f->kept][hop] */
    int n_kept, put; /* hops, and where the next one goes */
    int every;       /* hops from one inference on a clip to the next; 1 unless it is set */
    int since;       /* hops since the last one, at most `every` */
} zr_ear;

/* Samples that the newest are kept of: a window in whole hops. */
int zr_ear_samples(const zr_frontend *f);

/* Frames that are kept for a network that takes so many: with a stage that wakes, those that waking
 * brings have to wait in a stream. */
int zr_ear_room(const zr_frontend *f, int frames);

/* Bytes of memory that a hop needs besides the struct, a multiple of 8. */
size_t zr_frontend_scratch_bytes(const zr_frontend *f);

/* Makes the ear of a prepared front end that has a scale, for a network that takes `frames` frames,
 * in the context's arena; it has heard nothing. */
ZR_MUST bool zr_ear_init(zr_ctx *cx, zr_ear *ear, const zr_frontend *f, int frames);

/* Forgets what was heard. */
void zr_ear_reset(zr_ear *ear);

/* Hears the next hop, samples [hop]. Returns how many inferences are due: of clips 1 once it has
 * frames enough, of a stream as many as the waiting frames are enough for. */
int zr_ear_hop(zr_ear *ear, const int16_t *samples);

/* The same behind the stage that wakes, which the front end must have: 0 while it sleeps; on waking
 * the kept hops are heard first. */
int zr_ear_wake_hop(zr_ear *ear, const int16_t *samples);

/* Hears the next hop, behind the stage if there is one, as a device does. Returns how many
 * inferences are to follow: of clips one every `every` hops, when it wakes at once. */
int zr_ear_listen(zr_ear *ear, const int16_t *samples);

/* The network's input [frames][values] as int8: the newest frames of a clip, the oldest that wait
 * of a stream, which then wait no more. */
void zr_ear_features(zr_ear *ear, int8_t *to);

/* What an int8 of the front end is for a network of floats. */
float zr_ear_real(const zr_frontend *f, int8_t stored);

#endif
