/* stepped.h: the interface, written by zerre 0.1.0 from convolutions.tflite
 * (SHA-256 3ae6d500c52fe5e3d91f6ba3feb1c80cc7ace68c10800ef2b340850388edaa79).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 *
 * RAM: 144 bytes of arena, and struct stepped. Flash: 332 bytes of constants, and the code.
 */
#ifndef STEPPED_H
#define STEPPED_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The arena is the working memory of one inference; between inferences it may serve others.
 * Give it NAME_ARENA_BYTES at an address that is a multiple of NAME_ARENA_ALIGN. */
#define STEPPED_ARENA_BYTES 144
#define STEPPED_ARENA_ALIGN 1

#define STEPPED_N_INPUTS 1
#define STEPPED_N_OUTPUTS 1
#define STEPPED_N_LAYERS 23

/* Input 0: x, int8, real = 0.0399999991f * (stored - -1) */
#define STEPPED_INPUT_0_SHAPE {1, 2, 6, 2}
#define STEPPED_INPUT_0_RANK 4
#define STEPPED_INPUT_0_ELEMENTS 24
#define STEPPED_INPUT_0_BYTES 24
#define STEPPED_INPUT_0_SCALE 0.0399999991f
#define STEPPED_INPUT_0_ZERO_POINT (-1)

/* Output 0: grouped/before/joined, int8, real = 0.300000012f * (stored - 0) */
#define STEPPED_OUTPUT_0_SHAPE {1, 3, 2, 4}
#define STEPPED_OUTPUT_0_RANK 4
#define STEPPED_OUTPUT_0_ELEMENTS 24
#define STEPPED_OUTPUT_0_BYTES 24
#define STEPPED_OUTPUT_0_SCALE 0.300000012f
#define STEPPED_OUTPUT_0_ZERO_POINT (0)

/* One instance; as many as you like, each with its own arena. The fields are private. */
typedef struct stepped {
    unsigned char *arena;
    int8_t state_2[48]; /* stream_2/x */
    int8_t state_4[48]; /* stream_4/dilated */
    int8_t state_5[24]; /* stream_5/deep */
    int8_t state_6[16]; /* stream_6/grouped */
    int8_t state_0[1]; /* stream_0/x */
    int8_t state_1[1]; /* stream_1/x */
    int8_t state_3[3]; /* stream_3/dilated */
} stepped;

/* Prepares an instance and resets it. 0: done; -1: the arena is null, too small or not aligned. */
int stepped_init(stepped *m, void *arena, size_t arena_bytes);

/* Forgets what was heard before: sets the state of a streaming model as at the start. */
void stepped_reset(stepped *m);

/* Where to put the inputs; fill them before every invoke, their memory is reused. */
int8_t *stepped_input(stepped *m);
void *stepped_input_at(stepped *m, int i); /* input i; NULL: there is none */

/* The outputs, valid until the next input is written. */
const int8_t *stepped_output(const stepped *m);
const void *stepped_output_at(const stepped *m, int i);

/* One inference. 0: done; -1: its init failed. */
int stepped_invoke(stepped *m);

#ifdef __cplusplus
}
#endif

#endif
