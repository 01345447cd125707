/* stateful.h: the interface, written by zerre 0.1.0 from stateful.tflite
 * (SHA-256 30d8d538259e6edd15a06bf305fc7f142647461375a29031dee60dc265538466).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 *
 * RAM: 32 bytes of arena, and struct stateful. Flash: 108 bytes of constants, and the code.
 */
#ifndef STATEFUL_H
#define STATEFUL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The arena is the working memory of one inference; between inferences it may serve others.
 * Give it NAME_ARENA_BYTES at an address that is a multiple of NAME_ARENA_ALIGN. */
#define STATEFUL_ARENA_BYTES 32
#define STATEFUL_ARENA_ALIGN 1

#define STATEFUL_N_INPUTS 1
#define STATEFUL_N_OUTPUTS 1
#define STATEFUL_N_LAYERS 3

/* Input 0: frame, int8, real = 0.0500000007f * (stored - -3) */
#define STATEFUL_INPUT_0_SHAPE {1, 2, 1, 3}
#define STATEFUL_INPUT_0_RANK 4
#define STATEFUL_INPUT_0_ELEMENTS 6
#define STATEFUL_INPUT_0_BYTES 6
#define STATEFUL_INPUT_0_SCALE 0.0500000007f
#define STATEFUL_INPUT_0_ZERO_POINT (-3)

/* Output 0: heard, int8, real = 0.200000003f * (stored - 5) */
#define STATEFUL_OUTPUT_0_SHAPE {1, 2, 1, 4}
#define STATEFUL_OUTPUT_0_RANK 4
#define STATEFUL_OUTPUT_0_ELEMENTS 8
#define STATEFUL_OUTPUT_0_BYTES 8
#define STATEFUL_OUTPUT_0_SCALE 0.200000003f
#define STATEFUL_OUTPUT_0_ZERO_POINT (5)

/* One instance; as many as you like, each with its own arena. The fields are private. */
typedef struct stateful {
    unsigned char *arena;
    int8_t state_0[12]; /* rows */
} stateful;

/* Prepares an instance and resets it. 0: done; -1: the arena is null, too small or not aligned. */
int stateful_init(stateful *m, void *arena, size_t arena_bytes);

/* Forgets what was heard before: sets the state of a streaming model as at the start. */
void stateful_reset(stateful *m);

/* Where to put the inputs; fill them before every invoke, their memory is reused. */
int8_t *stateful_input(stateful *m);
void *stateful_input_at(stateful *m, int i); /* input i; NULL: there is none */

/* The outputs, valid until the next input is written. */
const int8_t *stateful_output(const stateful *m);
const void *stateful_output_at(const stateful *m, int i);

/* One inference. 0: done; -1: its init failed. */
int stateful_invoke(stateful *m);

#ifdef __cplusplus
}
#endif

#endif
