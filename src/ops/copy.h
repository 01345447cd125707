/* Host side of ops/move/kernel.h: a copy described in elements, made into a call in bytes. */
#ifndef ZR_OPS_COPY_H
#define ZR_OPS_COPY_H

#include "ops/lower.h"
#include "ops/rules.h"

/* The types whose elements can be moved: those of whole bytes that models have. */
#define ZR_MOVABLE                                                                     \
    (ZR_BIT(F32) | ZR_BIT(F16) | ZR_BIT(I8) | ZR_BIT(U8) | ZR_BIT(I16) | ZR_BIT(U16) | \
     ZR_BIT(I32) | ZR_BIT(U32) | ZR_BIT(I64) | ZR_BIT(BOOL))

/* A box of elements: nested loops, outermost first; strides and offsets in elements. */
typedef struct zr_box {
    int rank;
    int32_t size[ZR_MAX_RANK];
    int64_t in_stride[ZR_MAX_RANK], out_stride[ZR_MAX_RANK];
    int64_t in_offset, out_offset;
} zr_box;

/* Elements from one index of each dimension to the next. */
void zr_strides(const zr_shape *shape, int64_t *stride);

/* The box of `size` elements at the start of an `in` and an `out`, all of the same rank. */
zr_box zr_box_of(const zr_shape *size, const zr_shape *in, const zr_shape *out);

/* Adds the call that copies the box of elements of `type`. The caller proved that the box is inside
 * both tensors and that the out elements are distinct. */
ZR_MUST bool zr_copy(zr_lowering *l, zr_type type, const zr_box *box, zr_arg in, zr_arg out);

/* Copies from input `in` to output `out` of the node; when the box is all of both in the same
 * order, makes the output another name of the input instead. */
ZR_MUST bool zr_copy_node(zr_lowering *l, const zr_box *box, int in, int out);

/* Adds the call that sets the whole output `out` to the one element `value`. */
ZR_MUST bool zr_fill_node(zr_lowering *l, zr_arg value, int out);

/* Adds the call that moves `bytes` bytes within a buffer, down from `in` to `out`; they may
 * overlap.
 */
ZR_MUST bool zr_move_down(zr_lowering *l, int64_t bytes, zr_arg in, zr_arg out);

#endif
