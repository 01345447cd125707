/* The arena over time: who has which bytes of it while which operator runs, as text, JSON and SVG.
 */
#ifndef ZR_REPORT_MEMORY_H
#define ZR_REPORT_MEMORY_H

#include "base/buffer.h"
#include "graph/program.h"

/* What runs: an operator that makes calls, the filling of the inputs, the reading of the outputs,
 * or all calls of a reset. */
typedef struct zr_memory_row {
    int index;            /* the operator's number; -1: no operator */
    const char *name;     /* the operator, "input", "output", "reset" */
    int64_t used_bytes;   /* of the arena, at the worst of its times */
    int64_t before_bytes; /* the same before: see zr_memory */
} zr_memory_row;

/* A program beside what it would be without planning: `before` has every operator as a whole, in
 * the order of the file, and no tensor lies over another that is needed. */
typedef struct zr_memory {
    const zr_program *program; /* placed */
    zr_program before;         /* not placed */
    int64_t before_bytes;      /* the sum of what is alive in it, at the worst time */
    int n_rows;
    zr_memory_row *rows; /* in running order */
    int first_time, n_times;
    int *row_of;         /* of each time from first_time on */
    int64_t *used_bytes; /* likewise: bytes of the arena that somebody has */
} zr_memory;

/* False: out of memory (reported). */
ZR_MUST bool zr_memory_make(zr_ctx *cx, const zr_program *program, zr_memory *memory);

/* The sum of the buffers that are alive at a time, each for itself. */
int64_t zr_memory_alive(const zr_program *program, int time);

/* What a buffer holds: the tensor's name or "scratch of operator 3". NULL: out of memory. */
const char *zr_memory_name(zr_ctx *cx, const zr_program *program, int buffer);

void zr_memory_text(zr_ctx *cx, const zr_memory *memory, const char *proof, zr_buf *out);
ZR_MUST bool zr_memory_json(zr_ctx *cx, const zr_memory *memory, zr_buf *out);

/* One picture with both, on the same scales; no script and nothing from outside. */
void zr_memory_svg(zr_ctx *cx, const zr_memory *memory, const char *proof, zr_buf *out);

#endif
