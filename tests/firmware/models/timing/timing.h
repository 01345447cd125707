/* A model whose layers are loops of known time, in the form of generated code. */
#ifndef TIMING_H
#define TIMING_H

#include <stddef.h>
#include <stdint.h>

#define TIMING_ARENA_BYTES 32
#define TIMING_ARENA_ALIGN 8
#define TIMING_N_INPUTS 1
#define TIMING_N_OUTPUTS 1
#define TIMING_INPUT_0_BYTES 8
#define TIMING_OUTPUT_0_BYTES 8
#define TIMING_N_LAYERS 18

typedef struct timing {
    uint32_t *arena;
} timing;

int timing_init(timing *m, void *arena, size_t arena_bytes);
void *timing_input_at(timing *m, int i);
const void *timing_output_at(const timing *m, int i);
int timing_invoke(timing *m);

#endif
