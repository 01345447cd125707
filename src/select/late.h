/* Which line buffers keep their rows where they are: zr_region.late. */
#ifndef ZR_SELECT_LATE_H
#define ZR_SELECT_LATE_H

#include "ops/lower.h"

/* Changes `late` of the choice's regions while that makes the arena of `program`, which is planned,
 * smaller: one line after the other. False: out of memory (reported). */
ZR_MUST bool zr_choose_late(zr_ctx *cx, const zr_model *model, zr_choice *choice,
                            zr_program *program);

#endif
