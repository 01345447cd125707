/* Which operators take a picture that comes row by row: --stream-input. */
#ifndef ZR_SELECT_STREAM_H
#define ZR_SELECT_STREAM_H

#include "ops/op.h"

/* The places, in running order, of the first and the last node that read the tensor;
 * {n_nodes, -1} when none does. */
zr_span zr_stream_readers(const zr_graph *graph, int tensor);

/* Whether nodes `first` to `last` may be computed together when the input that `readers` read comes
 * by rows: all of its readers are among them or none. */
bool zr_stream_allows(zr_span readers, int first, int last);

/* Whether the model has one input of rank 4 that some operators read. What is wrong is reported. */
ZR_MUST bool zr_stream_check(zr_ctx *cx, const zr_model *model);

/* Reports why no region takes the checked model's input by rows. Always false. */
bool zr_stream_refuse(zr_ctx *cx, const zr_model *model);

#endif
