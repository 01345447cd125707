/* A lower bound from buffers every two of which may share nothing. Private to plan/. */
#ifndef ZR_PLAN_CLIQUE_H
#define ZR_PLAN_CLIQUE_H

#include "plan/pairs.h"

/* The most bytes of buffers of which every two must be apart (a clique of greatest weight), found
 * within so many steps: all of them need places of their own, although they need not all be alive
 * at one time. False: out of memory (reported). */
ZR_MUST bool plan_clique(zr_ctx *cx, const plan_problem *problem, int64_t steps, int64_t *bytes);

#endif
