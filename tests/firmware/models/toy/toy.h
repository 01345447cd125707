/* A model that misbehaves on demand, in the form of generated code. Input 0 says what to do. */
#ifndef TOY_H
#define TOY_H

#include <stddef.h>
#include <stdint.h>

#define TOY_ARENA_BYTES 101
#define TOY_ARENA_ALIGN 16
#define TOY_N_INPUTS 2
#define TOY_N_OUTPUTS 3
#define TOY_INPUT_0_BYTES 1
#define TOY_INPUT_1_BYTES 4
#define TOY_OUTPUT_0_BYTES 4
#define TOY_OUTPUT_1_BYTES 1
#define TOY_OUTPUT_2_BYTES 4
#define TOY_N_LAYERS 1

/* The harness gives the arena 16-byte alignment and no more. */
typedef struct toy {
    uint8_t *arena;
    uint32_t state; /* sum of input 1 over all inferences */
    float real;
    uint8_t what;
} toy;

extern const uint8_t toy_table[1000];

int toy_init(toy *m, void *arena, size_t arena_bytes);
void *toy_input_at(toy *m, int i);
const void *toy_output_at(const toy *m, int i);
int toy_invoke(toy *m);

#endif
