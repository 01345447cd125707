/* What placement has to keep, as numbers: for every two buffers that are alive together the
 * distances at which they may not lie. Private to plan/. */
#ifndef ZR_PLAN_PAIRS_H
#define ZR_PLAN_PAIRS_H

#include "plan/plan.h"

/* Numbers between the two, without them. */
typedef struct plan_gap {
    int64_t low, high;
} plan_gap;

/* A pair of buffers that are alive again and again, with other parts, has several; an exact place in
 * each direction makes two more. */
enum { PLAN_MAX_GAPS = 6 };

/* offset of b - offset of a, a < b, is in none of the gaps, which are in ascending order. */
typedef struct plan_pair {
    int a, b, n_gaps;
    plan_gap gaps[PLAN_MAX_GAPS];
} plan_pair;

/* All numbers are multiples of ZR_ARENA_ALIGN. */
typedef struct plan_problem {
    int n, n_pairs;
    int64_t *size; /* of each buffer */
    plan_pair *pairs;
    int *first; /* [n + 1]: the pairs of buffer i are of[first[i]] to of[first[i + 1] - 1] */
    int *of;
} plan_problem;

/* False: out of memory (reported). */
ZR_MUST bool plan_pairs(zr_ctx *cx, const zr_program *program, plan_problem *problem);

/* The lowest offset for buffer `i` beside those that are `placed`. `gaps` has room for
 * PLAN_MAX_GAPS a buffer. */
int64_t plan_lowest(const plan_problem *problem, int i, const int64_t *offset, const bool *placed,
                    plan_gap *gaps);

#endif
