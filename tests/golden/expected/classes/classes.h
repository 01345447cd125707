/* classes.h: the interface, written by zerre 0.1.0 from classes.tflite
 * (SHA-256 5b4888478d3a8e5c965c95d3914bc09655349e36b7cf675da7392f3a954a533e).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 *
 * RAM: 40 bytes of arena, and struct classes. Flash: 80 bytes of constants, and the code.
 */
#ifndef CLASSES_H
#define CLASSES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The arena is the working memory of one inference; between inferences it may serve others.
 * Give it NAME_ARENA_BYTES at an address that is a multiple of NAME_ARENA_ALIGN. */
#define CLASSES_ARENA_BYTES 40
#define CLASSES_ARENA_ALIGN 8

#define CLASSES_N_INPUTS 1
#define CLASSES_N_OUTPUTS 3
#define CLASSES_N_LAYERS 3

/* Input 0: x, float32 */
#define CLASSES_INPUT_0_SHAPE {1, 3}
#define CLASSES_INPUT_0_RANK 2
#define CLASSES_INPUT_0_ELEMENTS 3
#define CLASSES_INPUT_0_BYTES 12

/* Output 0: score, float32 */
#define CLASSES_OUTPUT_0_SHAPE {1, 5}
#define CLASSES_OUTPUT_0_RANK 2
#define CLASSES_OUTPUT_0_ELEMENTS 5
#define CLASSES_OUTPUT_0_BYTES 20

/* Output 1: class_int32, int32 */
#define CLASSES_OUTPUT_1_SHAPE {1}
#define CLASSES_OUTPUT_1_RANK 1
#define CLASSES_OUTPUT_1_ELEMENTS 1
#define CLASSES_OUTPUT_1_BYTES 4

/* Output 2: class_int64, int64 */
#define CLASSES_OUTPUT_2_SHAPE {1}
#define CLASSES_OUTPUT_2_RANK 1
#define CLASSES_OUTPUT_2_ELEMENTS 1
#define CLASSES_OUTPUT_2_BYTES 8

/* One instance; as many as you like, each with its own arena. The fields are private. */
typedef struct classes {
    unsigned char *arena;
} classes;

/* Prepares an instance and resets it. 0: done; -1: the arena is null, too small or not aligned. */
int classes_init(classes *m, void *arena, size_t arena_bytes);

/* Forgets what was heard before: sets the state of a streaming model as at the start. */
void classes_reset(classes *m);

/* Where to put the inputs; fill them before every invoke, their memory is reused. */
float *classes_input(classes *m);
void *classes_input_at(classes *m, int i); /* input i; NULL: there is none */

/* The outputs, valid until the next input is written. */
const float *classes_output_0(const classes *m);
const int32_t *classes_output_1(const classes *m);
const int64_t *classes_output_2(const classes *m);
const void *classes_output_at(const classes *m, int i);

/* One inference. 0: done; -1: its init failed. */
int classes_invoke(classes *m);

#ifdef __cplusplus
}
#endif

#endif
