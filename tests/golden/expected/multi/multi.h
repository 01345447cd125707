/* multi.h: the interface, written by zerre 0.1.0 from multi.tflite
 * (SHA-256 4fe56088550a63b8fb7bd7aefb3fd0d3e4c9688dd204a7e912f7e10c1e097bbc).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 *
 * RAM: 64 bytes of arena, and struct multi. Flash: 0 bytes of constants, and the code.
 */
#ifndef MULTI_H
#define MULTI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The arena is the working memory of one inference; between inferences it may serve others.
 * Give it NAME_ARENA_BYTES at an address that is a multiple of NAME_ARENA_ALIGN. */
#define MULTI_ARENA_BYTES 64
#define MULTI_ARENA_ALIGN 1

#define MULTI_N_INPUTS 2
#define MULTI_N_OUTPUTS 2
#define MULTI_N_LAYERS 2

/* Input 0: left, int8, real = 0.100000001f * (stored - 4) */
#define MULTI_INPUT_0_SHAPE {1, 4, 4, 2}
#define MULTI_INPUT_0_RANK 4
#define MULTI_INPUT_0_ELEMENTS 32
#define MULTI_INPUT_0_BYTES 32
#define MULTI_INPUT_0_SCALE 0.100000001f
#define MULTI_INPUT_0_ZERO_POINT (4)

/* Input 1: right, int8, real = 0.100000001f * (stored - 4) */
#define MULTI_INPUT_1_SHAPE {1, 4, 4, 2}
#define MULTI_INPUT_1_RANK 4
#define MULTI_INPUT_1_ELEMENTS 32
#define MULTI_INPUT_1_BYTES 32
#define MULTI_INPUT_1_SCALE 0.100000001f
#define MULTI_INPUT_1_ZERO_POINT (4)

/* Output 0: difference, int8, real = 0.150000006f * (stored - -9) */
#define MULTI_OUTPUT_0_SHAPE {1, 4, 4, 2}
#define MULTI_OUTPUT_0_RANK 4
#define MULTI_OUTPUT_0_ELEMENTS 32
#define MULTI_OUTPUT_0_BYTES 32
#define MULTI_OUTPUT_0_SCALE 0.150000006f
#define MULTI_OUTPUT_0_ZERO_POINT (-9)

/* Output 1: peak, int8, real = 0.150000006f * (stored - -9) */
#define MULTI_OUTPUT_1_SHAPE {1, 2, 2, 2}
#define MULTI_OUTPUT_1_RANK 4
#define MULTI_OUTPUT_1_ELEMENTS 8
#define MULTI_OUTPUT_1_BYTES 8
#define MULTI_OUTPUT_1_SCALE 0.150000006f
#define MULTI_OUTPUT_1_ZERO_POINT (-9)

/* One instance; as many as you like, each with its own arena. The fields are private. */
typedef struct multi {
    unsigned char *arena;
} multi;

/* Prepares an instance and resets it. 0: done; -1: the arena is null, too small or not aligned. */
int multi_init(multi *m, void *arena, size_t arena_bytes);

/* Forgets what was heard before: sets the state of a streaming model as at the start. */
void multi_reset(multi *m);

/* Where to put the inputs; fill them before every invoke, their memory is reused. */
int8_t *multi_input_0(multi *m);
int8_t *multi_input_1(multi *m);
void *multi_input_at(multi *m, int i); /* input i; NULL: there is none */

/* The outputs, valid until the next input is written. */
const int8_t *multi_output_0(const multi *m);
const int8_t *multi_output_1(const multi *m);
const void *multi_output_at(const multi *m, int i);

/* One inference. 0: done; -1: its init failed. */
int multi_invoke(multi *m);

#ifdef __cplusplus
}
#endif

#endif
