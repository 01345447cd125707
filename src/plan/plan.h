/* Placing the buffers of a program in the arena. */
#ifndef ZR_PLAN_PLAN_H
#define ZR_PLAN_PLAN_H

#include "graph/program.h"

/* Offsets are multiples of this, whatever the buffers hold (int64 at most). */
enum { ZR_ARENA_ALIGN = 8 };

/* Gives every buffer an offset and sets program->arena_bytes and arena_bound: equal when no smaller
 * arena is possible, by zr_plan_bound or because a search of all placements ended. Buffers that are
 * alive together share no byte, but for those that program->overlaps allows to; zr_plan_prove has
 * checked it. The work is limited in steps, not in time: the same program gets the same plan. */
ZR_MUST bool zr_plan(zr_ctx *cx, zr_program *program);

/* The same with a small part of the work: an arena that may be larger. */
ZR_MUST bool zr_plan_roughly(zr_ctx *cx, zr_program *program);

/* The proof, independent of how the plan was made: every two buffers that are alive together are
 * apart, or one overlap record allows what they share; all are aligned and inside the arena. An
 * error (a fault of zerre) otherwise. */
ZR_MUST bool zr_plan_prove(zr_ctx *cx, const zr_program *program);

/* The most bytes that are needed at one time, overlaps used fully, as a multiple of ZR_ARENA_ALIGN:
 * no placement can be smaller. */
size_t zr_plan_bound(const zr_program *program);

/* The overlap record that lets buffer `out` lie over `in` at all times at which both are alive;
 * NULL when there is none. */
const zr_overlap *zr_plan_overlap(const zr_program *program, int out, int in);

#endif
