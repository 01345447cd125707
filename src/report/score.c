#include "report/score.h"

#include <math.h>
#include <stdlib.h>

#include "exec/samples.h"

static bool check_labels(zr_ctx *cx, const char *file, const zr_array *labels, int64_t n,
                         int classes)
{
    zr_place place = {file, -1, -1, -1, NULL, NULL};
    int64_t count = 1;
    for (int i = 0; i < labels->rank; i++) count *= labels->dim[i];
    if (count != n)
        return zr_fail(cx, ZR_E_DATA, place, "has %lld labels for %lld samples", (long long)count,
                       (long long)n);
    for (int64_t i = 0; i < n; i++) {
        double label = zr_array_number(labels, i);
        if (!(label >= 0 && label < classes && label == floor(label)))
            return zr_fail(cx, ZR_E_DATA, place, "label %lld is %g, not a class 0..%d",
                           (long long)i, label, classes - 1);
    }
    return true;
}

static int64_t classes_of(const zr_array *scores)
{
    int64_t classes = 1;
    for (int i = 1; i < scores->rank; i++) classes *= scores->dim[i];
    return classes;
}

int zr_score_best(const zr_array *scores, int64_t i)
{
    int64_t classes = classes_of(scores), best = 0;
    for (int64_t k = 1; k < classes; k++)
        if (zr_array_number(scores, i * classes + k) > zr_array_number(scores, i * classes + best))
            best = k;
    return (int)best;
}

bool zr_score_accuracy(zr_ctx *cx, const char *labels_file, const zr_array *scores,
                       const zr_array *labels, zr_accuracy *a)
{
    int64_t n = scores->dim[0], classes = classes_of(scores);
    zr_place place = {labels_file, -1, -1, -1, NULL, NULL};
    if (classes < 2 || classes > 4096)
        return zr_fail(cx, ZR_E_DATA, place,
                       "a model of %lld scores a sample has no classes; try "
                       "--metric auc",
                       (long long)classes);
    *a = (zr_accuracy){.n = n, .n_classes = (int)classes};
    a->counts = ZR_NEW(cx, int64_t, (size_t)(classes * classes));
    if (!a->counts || !check_labels(cx, labels_file, labels, n, (int)classes)) return false;
    for (int64_t i = 0; i < n; i++) {
        int64_t best = zr_score_best(scores, i);
        int64_t label = (int64_t)zr_array_number(labels, i);
        a->counts[label * classes + best]++;
        if (label == best) a->right++;
    }
    return true;
}

typedef struct scored {
    double score;
    bool positive;
} scored;

static int by_score(const void *a, const void *b)
{
    const scored *x = a, *y = b;
    return x->score < y->score ? -1 : x->score > y->score;
}

bool zr_score_auc(zr_ctx *cx, const char *labels_file, const double *scores, int64_t n,
                  const zr_array *labels, double *auc)
{
    zr_place place = {labels_file, -1, -1, -1, NULL, NULL};
    scored *list = ZR_NEW(cx, scored, (size_t)n + 1);
    if (!list || !check_labels(cx, labels_file, labels, n, 2)) return false;
    int64_t positives = 0;
    for (int64_t i = 0; i < n; i++) {
        list[i] = (scored){scores[i], zr_array_number(labels, i) > 0};
        positives += list[i].positive;
    }
    if (positives == 0 || positives == n)
        return zr_fail(cx, ZR_E_DATA, place, "has labels of one class only; an AUC needs both");
    qsort(list, (size_t)n, sizeof *list, by_score);
    /* The rank sum of the positives; equal scores share their mean rank. */
    double rank_sum = 0;
    for (int64_t i = 0, end; i < n; i = end) {
        int64_t in_tie = 0;
        for (end = i; end < n && list[end].score == list[i].score; end++)
            in_tie += list[end].positive;
        rank_sum += (double)in_tie * ((double)(i + 1 + end) / 2);
    }
    double p = (double)positives;
    *auc = (rank_sum - p * (p + 1) / 2) / (p * (double)(n - positives));
    return true;
}
