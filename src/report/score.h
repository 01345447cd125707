/* How good a model's answers are. */
#ifndef ZR_REPORT_SCORE_H
#define ZR_REPORT_SCORE_H

#include "base/buffer.h"
#include "base/npy.h"

/* Right answers of a classifier: counts[label][answer]. */
typedef struct zr_accuracy {
    int64_t n, right;
    int n_classes;
    int64_t *counts; /* n_classes * n_classes */
} zr_accuracy;

/* The class with the greatest score of sample i, the first of equals. scores [n][classes]. */
int zr_score_best(const zr_array *scores, int64_t i);

/* The class with the greatest score (the first of equals) of each sample against its label.
 * scores [n][classes], labels [n] whole numbers 0..classes-1. */
ZR_MUST bool zr_score_accuracy(zr_ctx *cx, const char *labels_file, const zr_array *scores,
                               const zr_array *labels, zr_accuracy *accuracy);

/* Area under the ROC curve: the share of (positive, negative) pairs that the score puts in order,
 * ties counting one half (Mann and Whitney 1947). labels: 0 or 1. */
ZR_MUST bool zr_score_auc(zr_ctx *cx, const char *labels_file, const double *scores, int64_t n,
                          const zr_array *labels, double *auc);

#endif
