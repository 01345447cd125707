/* Placement by branch and bound: the least arena, proved. Private to plan/. */
#ifndef ZR_PLAN_EXACT_H
#define ZR_PLAN_EXACT_H

#include "plan/pairs.h"

/* Looks for placements that need less than `*end` bytes, the arena of the placement `offset`, but
 * not less than `*bound`, below which there is none. Sets both to the best that was found, and
 * `*bound` to what was proved: both are equal when it is known to be the least. `steps` limits the
 * work: pairs of buffers looked at. False: out of memory (reported). */
ZR_MUST bool plan_exact(zr_ctx *cx, const plan_problem *problem, int64_t steps, int64_t *offset,
                        int64_t *end, int64_t *bound);

#endif
