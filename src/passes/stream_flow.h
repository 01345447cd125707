/* How time runs through a graph; private to the stream pass. */
#ifndef ZR_PASSES_STREAM_FLOW_H
#define ZR_PASSES_STREAM_FLOW_H

#include "ops/op.h"

/* Of a clip, and of what a row is late: then all that is computed from them fits 31 bits. */
enum { STREAM_MAX_FRAMES = 1 << 24 };

/* What a tensor of the model of clips is to the streaming one. Of a tensor in time, step i (from 0)
 * computes the rows i * rows - delay <= row < (i + 1) * rows - delay of the clip that begins at the
 * reset; those below 0 do not exist and hold anything. Rows are counted in frames of the tensor's
 * own rate; a row is `unit` entries along the axis. */
typedef enum flow_kind {
    FLOW_CONSTANT, /* the same in every step */
    FLOW_TIME,     /* its rows are computed as time goes on */
    FLOW_WHOLE     /* computed anew in every step from all rows of a window */
} flow_kind;

typedef struct stream_flow {
    flow_kind kind;
    int axis;
    int32_t unit;
    int32_t total;  /* rows of the clip */
    int32_t stride; /* frames of the input a row */
    int32_t rows;   /* of a step */
    int32_t delay;  /* rows */
    int whole[2];   /* the tensor with all rows in the graphs of the step and of the end; -1: none
                       yet */
} stream_flow;

/* A window over time: `extent` rows beginning `pad` rows before row y * stride. */
typedef struct stream_window {
    int32_t stride, pad, extent;
} stream_window;

/* How an operator treats time. */
typedef enum stream_way {
    STREAM_NEEDS_ALL,  /* it cannot follow it */
    STREAM_ROW_BY_ROW, /* every row of the outputs comes from the same row of all inputs */
    STREAM_RESHAPE,    /* likewise, but it has the number of rows in its attributes */
    STREAM_PAD,        /* puts rows of the zero point before and behind them */
    STREAM_WINDOW      /* a window slides over the rows */
} stream_way;

/* What the node does with time, of which `in` are the flows of its inputs; fills axis, unit, total
 * and stride of `out`, one an output. The node is verified. */
stream_way stream_follow(const zr_site *site, const stream_flow *in, stream_flow *out);

/* The window of a node of STREAM_WINDOW. */
stream_window stream_window_of(const zr_site *site, int axis);

/* Whether the node of STREAM_WINDOW has no padding along the axis, or such that rows of the zero
 * point may stand for it. */
bool stream_can_pad(const zr_site *site, int axis);

/* Where time is in the model's input, of which `total` and `unit` are set. False: nowhere. */
bool stream_find_time(const zr_graph *graph, stream_flow *input);

#endif
