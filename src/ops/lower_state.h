/* What the files that lower a model share. */
#ifndef ZR_OPS_LOWER_STATE_H
#define ZR_OPS_LOWER_STATE_H

#include "ops/lower.h"
#include "ops/strips.h"

/* A list that grows in the arena; `items` points at the program's field. */
typedef struct zr_lower_list {
    size_t size;
    int capacity;
} zr_lower_list;

/* Scratch that a node of a region asked for as its `ordinal`th in a call: the same in every call.
 */
typedef struct zr_strip_scratch {
    int node, ordinal, buffer;
    bool kept;
} zr_strip_scratch;

struct zr_lower_state {
    zr_lower_list steps, reset, buffers, overlaps, consts, scratches;
    zr_loc **loc;                    /* [graph][tensor] */
    bool *in_reset;                  /* [graph]: its calls are part of `reset` */
    const zr_variant *const *choice; /* of graph 0, may be NULL */
    int graph, node;                 /* being lowered */
    bool failed;

    zr_strips *strips; /* the region being lowered, or NULL */
    int call, ordinal; /* its call; how much scratch that asked for so far */
    zr_strip_scratch *scratch;
    int n_scratch;
};

/* Room for one more item behind the n that are there; NULL when memory is out (reported). */
void *zr_lower_grow(zr_ctx *cx, zr_lower_list *l, void **items, int *n);

/* The time of the call that is added next. */
int zr_lower_now(const zr_lowering *l);

/* Adds a buffer that is first written at `first`. Times of reset graphs are shifted at the end. */
zr_loc zr_lower_buffer(zr_lowering *l, size_t bytes, int tensor, int first);

/* The constant with that content, new under the name when there is none. Constants of the graphs
 * that CALL_ONCE names have the graph's number in front: its nodes are counted from 0 again. */
zr_loc zr_lower_const(zr_lowering *l, const char *name, zr_type type, const void *data,
                      int64_t count, size_t bytes);

/* Where the tensor of the graph being lowered lives. */
zr_loc *zr_lower_loc(const zr_lowering *l, int tensor);

/* What lives there is needed until `time`. */
void zr_lower_touch(zr_lowering *l, zr_loc loc, int time);

/* Scratch of a call on a strip; `kept`: from the node's first call to its last. */
zr_arg zr_lower_strip_scratch(zr_lowering *l, zr_type type, size_t bytes, bool kept);

/* Least distance at which output 0 may lie over the buffer that input `i` is in, which may be
 * several inputs: all must allow it. */
int64_t zr_lower_distance(const zr_lowering *l, const zr_variant *variant, int i);

/* Lowers the region's nodes, strip by strip. */
ZR_MUST bool zr_lower_region(zr_lowering *l, const zr_region *region);

#endif
