/* lines.h: the interface, written by zerre 0.1.0 from digits_int8.tflite
 * (SHA-256 9b9dd839772e6cf2ef8932a0dc27f24081e14fb02c248aed206736eae265718f).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 *
 * RAM: 2,416 bytes of arena, and struct lines. Flash: 13,868 bytes of constants, and the code.
 */
#ifndef LINES_H
#define LINES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The arena is the working memory of one inference; between inferences it may serve others.
 * Give it NAME_ARENA_BYTES at an address that is a multiple of NAME_ARENA_ALIGN. */
#define LINES_ARENA_BYTES 2416
#define LINES_ARENA_ALIGN 4

#define LINES_N_INPUTS 1
#define LINES_N_OUTPUTS 1
#define LINES_N_LAYERS 11

/* Input 0: serving_default_image:0, int8, real = 0.00390625f * (stored - -128) */
#define LINES_INPUT_0_SHAPE {1, 8, 8, 1}
#define LINES_INPUT_0_RANK 4
#define LINES_INPUT_0_ELEMENTS 64
#define LINES_INPUT_0_BYTES 64
#define LINES_INPUT_0_SCALE 0.00390625f
#define LINES_INPUT_0_ZERO_POINT (-128)

/* The input comes row by row. */
#define LINES_INPUT_ROWS 8
#define LINES_INPUT_ROW_BYTES 8

/* Output 0: StatefulPartitionedCall_1:0, int8, real = 0.00390625f * (stored - -128) */
#define LINES_OUTPUT_0_SHAPE {1, 10}
#define LINES_OUTPUT_0_RANK 2
#define LINES_OUTPUT_0_ELEMENTS 10
#define LINES_OUTPUT_0_BYTES 10
#define LINES_OUTPUT_0_SCALE 0.00390625f
#define LINES_OUTPUT_0_ZERO_POINT (-128)

/* One instance; as many as you like, each with its own arena. The fields are private. */
typedef struct lines {
    unsigned char *arena;
    int rows, turn; /* what has come of the picture: rows for this turn, turns before it */
} lines;

/* Prepares an instance and resets it. 0: done; -1: the arena is null, too small or not aligned. */
int lines_init(lines *m, void *arena, size_t arena_bytes);

/* Forgets what was heard before: sets the state of a streaming model as at the start.
 * The next row is the first of a picture. */
void lines_reset(lines *m);

/* The outputs, valid until the next row is pushed. */
const int8_t *lines_output(const lines *m);
const void *lines_output_at(const lines *m, int i);

/* Copies the next row of the picture, NAME_INPUT_ROW_BYTES bytes, and computes what it can. 1: it was
 * the last, the outputs are there; 0: more are missing; -1: its init failed. */
int lines_push_row(lines *m, const int8_t *row);

#ifdef __cplusplus
}
#endif

#endif
