/* A model of two counted loops, in the form of generated code. The input says how long they run. */
#ifndef LOOP_H
#define LOOP_H

#include <stddef.h>
#include <stdint.h>

#define LOOP_ARENA_BYTES 8
#define LOOP_ARENA_ALIGN 4
#define LOOP_N_INPUTS 1
#define LOOP_N_OUTPUTS 1
#define LOOP_INPUT_0_BYTES 8
#define LOOP_OUTPUT_0_BYTES 8
#define LOOP_N_LAYERS 2

typedef struct loop {
    uint32_t *arena;
} loop;

int loop_init(loop *m, void *arena, size_t arena_bytes);
void *loop_input_at(loop *m, int i);
const void *loop_output_at(const loop *m, int i);
int loop_invoke(loop *m);

#endif
