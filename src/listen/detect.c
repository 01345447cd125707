#include "listen/detect.h"

#include <string.h>

bool zr_is_word(const char *label)
{
    static const char *const none[] = {"silence", "unknown",          "background",
                                       "noise",   "background_noise", "other",
                                       "none",    "garbage",          "filler"};
    size_t length = strlen(label);
    while (length > 0 && *label == '_') label++, length--;
    while (length > 0 && label[length - 1] == '_') length--;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (strlen(none[i]) == length && !strncmp(none[i], label, length)) return false;
    return true;
}

bool zr_detector_init(zr_ctx *cx, zr_detector *d, int n_classes, const bool *words, int n_mean,
                      double threshold, int64_t pause)
{
    *d = (zr_detector){.n_classes = n_classes,
                       .words = words,
                       .n_mean = n_mean,
                       .pause = pause,
                       .threshold = threshold};
    d->scores = ZR_NEW(cx, double, (size_t)n_mean *(size_t)n_classes);
    return d->scores;
}

void zr_detector_forget(zr_detector *d)
{
    d->n_heard = d->next = 0;
}

static double smoothed(const zr_detector *d, int word)
{
    double sum = 0;
    for (int i = 0; i < d->n_mean; i++)
        sum += d->scores[(size_t)i * (size_t)d->n_classes + (size_t)word];
    return sum / d->n_mean;
}

bool zr_detector_hear(zr_detector *d, int64_t hop, const double *scores, zr_detection *found)
{
    size_t n = (size_t)d->n_classes;
    int best = -1;
    double most = 0;
    memcpy(d->scores + (size_t)d->next * n, scores, n * sizeof *scores);
    d->next = d->next + 1 == d->n_mean ? 0 : d->next + 1;
    if (d->n_heard < d->n_mean) d->n_heard++;
    if (d->n_heard < d->n_mean || hop < d->quiet_until) return false;
    for (int i = 0; i < d->n_classes; i++) {
        double score = d->words[i] ? smoothed(d, i) : 0;
        if (!d->words[i] || (best >= 0 && score <= most)) continue;
        best = i;
        most = score;
    }
    if (best < 0 || !(most >= d->threshold)) return false;
    *found = (zr_detection){hop, best, most};
    zr_detector_forget(d);
    d->quiet_until = hop + d->pause;
    return true;
}
