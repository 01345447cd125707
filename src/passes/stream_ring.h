/* The rows that are kept from one step to the next; private to the stream pass. */
#ifndef ZR_PASSES_STREAM_RING_H
#define ZR_PASSES_STREAM_RING_H

#include "passes/stream_build.h"
#include "passes/stream_flow.h"

typedef struct stream_work {
    zr_ctx *cx;
    const zr_model *model;
    const zr_graph *from;
    bool portable;
    int whole_windows;
    stream_flow input;
    stream_flow *flow; /* [tensor] */
    stream_way *way;   /* [node] */
    int32_t *late;     /* [tensor that is whole]: frames that its window is behind the last step */
    int32_t steps, step_frames;
    stream_graph graph[3]; /* of a step, of the end, of the start */
    int n_variables;
    int64_t state_bytes;
    bool ends;    /* the graph of the end is wanted; without it graph[1] is not to be looked at */
    bool has_end; /* there is something for it to compute */
} stream_work;

/* Gives the tensor, which is in time, the rows that it has in the step (which: 0) or the end (1).
 */
void stream_resize(stream_work *w, int tensor, int which);

/* The node of a window over time, with what it needs before and behind. */
ZR_MUST bool stream_build_window(stream_work *w, const zr_node *node);

/* A node that pads time. */
ZR_MUST bool stream_build_pad(stream_work *w, const zr_node *node);

/* A node of which every row comes from the same row of its inputs; those that are ahead of others
 * are delayed. `reshape`: the shape is among its attributes. */
ZR_MUST bool stream_build_rows(stream_work *w, const zr_node *node, bool reshape);

/* Sets the flow's `whole`: all rows of a window that ends with the last row there is. */
ZR_MUST bool stream_build_all_rows(stream_work *w, int tensor);

#endif
