/* From a model of whole clips to one that takes some frames at a time and remembers the rest.
 *
 * Time is the first dimension after the batch that is not 1. An operator that looks at a few rows
 * of time keeps those that it will need again in a resource variable; one that needs all rows
 * (a mean, a fully connected layer over time) gets a window of the last ones, and what comes behind
 * it runs as it did. docs/streaming.md. */
#ifndef ZR_PASSES_STREAM_H
#define ZR_PASSES_STREAM_H

#include "graph/graph.h"

typedef struct zr_stream {
    /* Graph 0 takes `step_frames` frames and gives what the network says of the last clip_frames
     * of them all. Graph 1, when `has_end`, has no inputs and gives the same as if the clip ended
     * here and its padding followed; it changes no variable. Neither verified nor declared. */
    zr_model model;
    bool has_end;
    int axis;             /* of the input: where its frames are counted */
    int32_t clip_frames;  /* of the input of the model of clips */
    int32_t step_frames;  /* of a step: the product of the strides in time */
    int32_t steps;        /* a clip takes */
    int32_t lead_frames;  /* frames that the first step has more than the clip, in front */
    int32_t delay_frames; /* from a clip's end to the step that answers; rounded up */
    int last_in_time;     /* position of the last node that runs step by step */
    int first_whole;      /* position of the first that needs all rows, -1: none */
    int64_t state_bytes;
} zr_stream;

typedef struct zr_stream_options {
    /* Only what .tflite can say: PAD instead of padding of one dimension; and the last graph, which
     * CALL_ONCE names, sets the variables. */
    bool portable;
    /* A window of at least so many times the rows of a step stays in its variable as a whole, and
     * needs no arena; of a shorter one only the rows before the new ones do. */
    int whole_windows;
} zr_stream_options;

/* Makes the streaming model of a prepared one (zr_prepare); what it has in common with `model` is
 * shared. After a reset, the answer of the last of `steps` steps is that of the model of clips, bit
 * for bit, where no padding at the clip's end is involved; with it, the answer of graph 1 after
 * those steps is. The first step's lead_frames first frames are not looked at.
 *
 * Fails when the model has several inputs, several samples in a batch or variables already, and
 * when no operator could be computed step by step. */
ZR_MUST bool zr_stream_time(zr_ctx *cx, const zr_model *model, const zr_stream_options *options,
                            zr_stream *stream);

#endif
