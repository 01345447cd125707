/* The host executor: runs a planned program with the device's own kernels. */
#ifndef ZR_EXEC_EXEC_H
#define ZR_EXEC_EXEC_H

#include "graph/program.h"

/* One instance: an arena and the state of the variables. Several may run the same program at once.
 */
typedef struct zr_exec {
    const zr_program *program;
    uint8_t *arena;
    uint8_t *input;  /* of a program that takes it by rows: all of them */
    uint8_t **state; /* one a variable */
    void **args;     /* ZR_MAX_ARGS pointers a step, of reset steps first */
} zr_exec;

/* Makes an instance of a planned program in the context's arena and resets it. */
ZR_MUST bool zr_exec_init(zr_ctx *cx, zr_exec *exec, const zr_program *program);

/* Likewise for a program of the same variables as those of `other`, which are its own too: nothing
 * is reset. */
ZR_MUST bool zr_exec_share(zr_ctx *cx, zr_exec *exec, const zr_program *program,
                           const zr_exec *other);

/* Sets the variables as before the first inference. */
void zr_exec_reset(zr_exec *exec);

/* One inference: reads the inputs, writes the outputs. The inputs' memory is reused. */
void zr_exec_run(zr_exec *exec);

/* The elements of a tensor of graph 0 (an input before a run, an output after it). */
void *zr_exec_tensor(const zr_exec *exec, int tensor);

#endif
