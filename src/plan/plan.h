/* Placing the buffers of a program in the arena. */
#ifndef ZR_PLAN_PLAN_H
#define ZR_PLAN_PLAN_H

#include "graph/program.h"

enum { ZR_ARENA_ALIGN = 16 };

/* Gives every buffer an offset (a multiple of ZR_ARENA_ALIGN) and sets program->arena_bytes. Two
 * buffers that are alive at the same time do not overlap; zr_plan_prove has checked it. */
ZR_MUST bool zr_plan(zr_ctx *cx, zr_program *program);

/* The proof: no two buffers that are alive at the same time share a byte, all are aligned and
 * inside the arena. An error (a fault of zerre) otherwise. Independent of how the plan was made. */
ZR_MUST bool zr_plan_prove(zr_ctx *cx, const zr_program *program);

/* The most bytes that are alive at one time: no plan can be smaller. */
size_t zr_plan_bound(const zr_program *program);

#endif
