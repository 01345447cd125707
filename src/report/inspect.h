/* What is in a model, as text, JSON and a Graphviz picture. */
#ifndef ZR_REPORT_INSPECT_H
#define ZR_REPORT_INSPECT_H

#include "base/buffer.h"
#include "graph/program.h"
#include "report/streaming.h"

/* Figures of one node; those that need a program are 0 without one. */
typedef struct zr_layer {
    const zr_node *node;
    int64_t macs, weights_bytes, arena_bytes; /* arena: what is alive while the node runs */
} zr_layer;

typedef struct zr_summary {
    const zr_model *model;
    const zr_program *program; /* NULL: the model cannot be compiled */
    zr_layer *layers;          /* of graph 0 */
    int n_layers;
    int64_t macs;          /* of one inference */
    int64_t weights_bytes; /* constants that the generated code keeps; without a program those of
                              the file's tensors */
    const zr_stream_figures *stream; /* of a model that takes some frames at a time; NULL */
} zr_summary;

/* `program` may be NULL. */
ZR_MUST bool zr_summarize(zr_ctx *cx, const zr_model *model, const zr_program *program,
                          zr_summary *summary);

void zr_inspect_text(const zr_summary *summary, zr_buf *out);
ZR_MUST bool zr_inspect_json(zr_ctx *cx, const zr_summary *summary, zr_buf *out);

/* The graph in Graphviz' language. */
void zr_inspect_dot(zr_ctx *cx, const zr_summary *summary, zr_buf *out);

/* Appends the JSON text of a tree and frees it. */
struct cJSON;
ZR_MUST bool zr_json_print(zr_ctx *cx, struct cJSON *tree, zr_buf *out);

#endif
