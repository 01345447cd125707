/* From a network's answers to detections: smoothing, a threshold, a pause. */
#ifndef ZR_LISTEN_DETECT_H
#define ZR_LISTEN_DETECT_H

#include "base/context.h"

/* A class is a word unless its name is one of those for what is none: silence, unknown, background
 * ... with or without underscores around it. */
bool zr_is_word(const char *label);

typedef struct zr_detector {
    int n_classes;
    const bool *words; /* [n_classes]: those that are detected */
    int n_mean;        /* answers that are averaged */
    int64_t pause;     /* hops after a detection in which there is no other */
    double threshold;
    double *scores; /* [n_mean][n_classes], a ring of the newest n_heard answers */
    int n_heard, next;
    int64_t quiet_until; /* hop */
} zr_detector;

typedef struct zr_detection {
    int64_t hop; /* at whose end it was heard */
    int word;
    double score;
} zr_detection;

/* words [n_classes]; n_mean at least 1. */
ZR_MUST bool zr_detector_init(zr_ctx *cx, zr_detector *d, int n_classes, const bool *words,
                              int n_mean, double threshold, int64_t pause);

/* The next answer, scores [n_classes], given after that hop. A class's smoothed score is the mean
 * of its last n_mean scores: score(t) = (s(t) + s(t - 1) + ... + s(t - n_mean + 1)) / n_mean; there
 * is none before n_mean answers. The word with the greatest is detected when that reaches the
 * threshold and no pause lasts; then the answers so far are forgotten and a pause begins. */
bool zr_detector_hear(zr_detector *d, int64_t hop, const double *scores, zr_detection *found);

/* Forgets the answers: what comes next does not follow on them. A pause goes on. */
void zr_detector_forget(zr_detector *d);

#endif
