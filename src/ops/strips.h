/* Depth-first execution: the calls by which the nodes of a region compute their pictures together,
 * a strip of rows at a time.
 *
 * Between two nodes there are only the rows that are still needed, in a line buffer: when what is
 * there has been read, the rows that will be needed again move up to its beginning, and its
 * producer adds others below; until then the rest of the buffer is free. zr_region.late says of
 * which lines they stay where they are until then: which is better is a question of what has its
 * place beside them. Nothing is computed twice. Pictures that are needed outside of the region are
 * whole. The idea is that of patch-based inference (Lin et al. 2021, "MCUNetV2") without the
 * overlap of the patches, as in Alwani et al. 2016, "Fused-layer CNN accelerators".
 *
 * What becomes a picture that is whole value by value needs no line: its rows are made where the
 * picture's will be.
 *
 * In every turn each node computes the rows that the nodes after it need for `rows` more rows of
 * the region's output, and no more: from the first turn to the last no call has more rows than in
 * between.
 *
 * The input of the graph may come by rows from outside (zr_region.stream). Then it is a line buffer
 * too, and a turn begins with the rows that it needs: all other calls of the turn can be made as
 * soon as they are there. */
#ifndef ZR_OPS_STRIPS_H
#define ZR_OPS_STRIPS_H

#include "ops/op.h"

typedef enum zr_strip_kind {
    ZR_STRIP_OUTSIDE, /* constants, and what the region does not touch */
    ZR_STRIP_INPUT,   /* a picture from before the region */
    ZR_STRIP_STREAM,  /* the graph's input, of which only the rows that are needed are there */
    ZR_STRIP_WHOLE, /* computed in the region, needed after it; or in the place of such a picture */
    ZR_STRIP_LINE   /* computed in the region, only the rows that are needed are there */
} zr_strip_kind;

/* How a tensor takes part. */
typedef struct zr_strip_tensor {
    zr_strip_kind kind;
    int root;           /* the tensor whose rows it has: itself, but for a RESHAPE of another */
    int home;           /* the tensor in whose buffer it is: itself, but for a line in a picture */
    int32_t height;     /* rows of the whole picture */
    int64_t row_bytes;  /* of one of them */
    int32_t capacity;   /* rows in the line buffer */
    bool late;          /* rows that are kept move up only when others are added below */
    int32_t base, done; /* while the calls are gone through: the row that is first in the buffer,
                           the row after the last that is computed */
} zr_strip_tensor;

/* The node at `node` computes (or takes in) its rows `y` to `y + rows`. The rows of its output from
 * `base` on are kept in the line buffer, at its beginning. Node -1: no call, but rows of the
 * graph's input that come in, likewise. */
typedef struct zr_strip_call {
    int node;
    int32_t y, rows, base;
} zr_strip_call;

typedef struct zr_strips {
    const zr_model *model;
    const zr_graph *graph; /* whole */
    zr_region region;
    bool takes;      /* the last node takes rows in */
    int input;       /* the tensor that comes by rows; -1: none */
    int obstacle;    /* not possible: the node that cannot take part, -1 when it is none alone, */
    const char *why; /* and why */
    int n_calls;
    zr_strip_call *calls;
    zr_strip_tensor *tensors; /* of the graph */
    zr_graph view;            /* what the node of a call sees: zr_strips_view */
    zr_strip_view strip;
} zr_strips;

/* Makes the calls of the region. `possible` false: these nodes cannot be computed that way (one of
 * them has no rows, an aligned row is needed, the pictures before and after it do not fit), as
 * strips->why says. False: out of memory (reported). */
ZR_MUST bool zr_strips_make(zr_ctx *cx, const zr_model *model, const zr_region *region,
                            zr_strips *strips, bool *possible);

/* Whether the node is the region's last and takes rows in (zr_op.takes_rows). */
bool zr_strips_takes(const zr_strips *strips, int node);

/* Goes back before the first call. */
void zr_strips_rewind(zr_strips *strips);

/* The site of call `i`: the heights of the tensors are those of the strip. Calls are looked at in
 * their order, each followed by zr_strips_done. */
zr_site zr_strips_view(zr_ctx *cx, zr_strips *strips, int i);

/* Where in its buffer the rows of `tensor` begin that the viewed call reads or writes, in bytes. */
int64_t zr_strips_offset(const zr_strips *strips, int i, int tensor);

/* Rows of a late line that move up before the call adds to them. */
void zr_strips_move(const zr_strips *strips, int i, int64_t *from, int64_t *bytes);

/* Call `i` was made. */
void zr_strips_done(zr_strips *strips, int i);

/* After that: whether call `i` leaves less to be kept of the line buffer of input `k` of its node:
 * `bytes`, which begin at `from`; if the line is not late, they move to the beginning now. */
bool zr_strips_keep(zr_strips *strips, int i, int k, int64_t *from, int64_t *bytes);

/* Row `y` of the picture that the rows to be computed from now on read first; `height` when none is
 * read any more. */
int32_t zr_strips_needed(const zr_strips *strips, int tensor);

#endif
