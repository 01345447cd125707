/* The graph: what a model is, whatever file it came from.
 *
 * A model has one or more graphs (subgraphs of a .tflite): graph 0 is what runs for an inference,
 * the others are run once by CALL_ONCE to set up the variables. Tensors and nodes are addressed by
 * index within their graph. Everything lives in the context's arena. */
#ifndef ZR_GRAPH_GRAPH_H
#define ZR_GRAPH_GRAPH_H

#include "base/context.h"
#include "base/type.h"

enum { ZR_MAX_RANK = 6, ZR_MAX_PORTS = 1024 };

/* Dimensions, outermost first. Every dimension of a verified graph is >= 1. */
typedef struct zr_shape {
    int rank;
    int32_t dim[ZR_MAX_RANK];
} zr_shape;

/* Affine quantization: real = scale * (stored - zero_point). n is 0 (none), 1 (per tensor) or the
 * size of dimension `axis` (per channel). Scales of a verified graph are finite and > 0. */
typedef struct zr_quant {
    int n, axis;
    const float *scale;
    const int64_t *zero_point;
} zr_quant;

typedef struct zr_tensor {
    const char *name;
    zr_type type;
    zr_shape shape;
    zr_quant quant;
    const uint8_t *data; /* constant, little-endian, zr_tensor_bytes() long; NULL: computed */
    int variable;        /* of a handle (type resource): index into the model's variables, or -1 */
} zr_tensor;

struct zr_op; /* an operator's descriptor: ops/op.h */

typedef struct zr_node {
    const struct zr_op *op; /* NULL: not supported, see `unsupported` */
    int index;              /* position in the file */
    const char *op_name;    /* as the file says: "CONV_2D", "STFT", a custom operator's name */
    int n_inputs, n_outputs;
    const int32_t *inputs; /* tensor indices, -1: an optional input that is absent */
    const int32_t *outputs;
    const void *attrs; /* the struct that op->fields describes */
} zr_node;

/* A graph as one call of a node on a strip of rows sees it: the heights of its tensors are those of
 * the strip. */
typedef struct zr_strip_view {
    int32_t pad_h;    /* rows of padding above the strip */
    int32_t in_row;   /* which row of the whole input 0 the strip begins at */
    int32_t in_h;     /* rows of the whole input 0 */
    bool first, last; /* the node's first call, its last */
} zr_strip_view;

typedef struct zr_graph {
    const char *name;
    int index;
    int n_tensors, n_nodes, n_inputs, n_outputs;
    zr_tensor *tensors;
    zr_node *nodes; /* in an order in which they can run */
    const int32_t *inputs;
    const int32_t *outputs;
    const zr_strip_view *strip; /* NULL: tensors are whole */
} zr_graph;

/* A resource variable: memory that keeps its content from one inference to the next. */
typedef struct zr_variable {
    const char *name; /* shared_name of VAR_HANDLE */
    zr_type type;
    zr_shape shape;
    zr_quant quant;
    uint8_t start; /* every byte of it before anything is assigned */
} zr_variable;

/* A name under which another program finds inputs and outputs of a graph (SignatureDef of .tflite).
 * Names are in the order of the graph's ports; NULL where the signature leaves one out. */
typedef struct zr_signature {
    const char *key;
    int graph;
    const char *const *inputs;  /* as many as the graph has inputs */
    const char *const *outputs; /* as many as it has outputs */
} zr_signature;

typedef struct zr_model {
    const char *file;        /* where it came from, for messages */
    const char *sha256;      /* of that file */
    const char *description; /* as the file says, may be empty */
    int n_graphs;
    zr_graph *graphs;
    int n_variables;
    zr_variable *variables;
    int n_signatures;
    zr_signature *signatures;
} zr_model;

/* Number of elements; the product of the dimensions, 1 for a scalar. */
int64_t zr_elements(const zr_shape *shape);

/* Product of the dimensions `from` <= i < `to`. */
int64_t zr_elements_range(const zr_shape *shape, int from, int to);

bool zr_shape_equal(const zr_shape *a, const zr_shape *b);

/* "1x49x10x1"; "scalar". In the arena. */
const char *zr_shape_text(zr_ctx *cx, const zr_shape *shape);

/* Bytes of the tensor's elements, packed (two int4 a byte). */
size_t zr_tensor_bytes(const zr_tensor *tensor);
size_t zr_shape_bytes(const zr_shape *shape, zr_type type);

/* The place of a node or tensor for a diagnostic. */
zr_place zr_at_node(const zr_model *model, const zr_graph *graph, const zr_node *node);
zr_place zr_at_tensor(const zr_model *model, const zr_graph *graph, int tensor);

/* Sorts the nodes so that every tensor is computed before it is used, keeping the file's order
 * where it can. Fails when a tensor is computed twice, never, or by itself. */
ZR_MUST bool zr_graph_sort(zr_ctx *cx, const zr_model *model, zr_graph *graph);

/* A copy whose graphs, nodes and tensors may be changed without changing those of `model`; lists
 * and constants are shared. */
ZR_MUST bool zr_model_copy(zr_ctx *cx, const zr_model *model, zr_model *copy);

/* The tensor's index in its graph. */
static inline int zr_tensor_index(const zr_graph *graph, const zr_tensor *tensor)
{
    return (int)(tensor - graph->tensors);
}

#endif
