/* Moving elements without looking at them, on the device: whatever only rearranges, cuts, joins or
 * pads tensors is made of these. Elements are so many bytes; their type does not matter. */
#ifndef ZK_MOVE_H
#define ZK_MOVE_H

#include <stdint.h>

/* A run of bytes that is contiguous on both sides; streaming models hardly copy anything else. */
typedef struct zk_copy_run_params {
    int32_t in_offset, out_offset; /* bytes */
    int32_t run;                   /* bytes */
} zk_copy_run_params;

/* Four nested loops, outermost first, around a run.
 * Offsets and strides are in bytes; strides may be negative, or 0 to repeat. A loop that is not
 * needed has size 1. */
typedef struct zk_copy_params {
    int32_t size[4];
    int32_t in_stride[4];
    int32_t out_stride[4];
    int32_t in_offset, out_offset; /* of the first run */
    int32_t run;
} zk_copy_params;

/* The same with six loops. */
typedef struct zk_copy_6_params {
    int32_t size[6];
    int32_t in_stride[6];
    int32_t out_stride[6];
    int32_t in_offset, out_offset;
    int32_t run;
} zk_copy_6_params;

typedef struct zk_move_down_params {
    int32_t bytes;
} zk_move_down_params;

typedef struct zk_fill_params {
    int32_t count; /* elements, >= 1 */
    int32_t bytes; /* of an element */
} zk_fill_params;

/* Copies one run from `in` to `out`. It was proved to lie inside both when the model was compiled,
 * and not to overlap when they are the same tensor. */
void zk_copy_run(const zk_copy_run_params *p, const void *in, void *out);

/* Copies size[0] * ... * size[3] runs from `in` to `out`. Every run was proved to lie inside its
 * tensor when the model was compiled. `in` and `out` may be the same tensor as long as nothing that
 * is read is written. */
void zk_copy(const zk_copy_params *p, const void *in, void *out);

/* As zk_copy. */
void zk_copy_6(const zk_copy_6_params *p, const void *in, void *out);

/* Moves the rows that are still needed to the beginning of their line buffer: `out` lies below `in`
 * and they may overlap. */
void zk_move_down(const zk_move_down_params *p, const void *in, void *out);

/* out [count] = the one element at `value`. */
void zk_fill(const zk_fill_params *p, const void *value, void *out);

#endif
