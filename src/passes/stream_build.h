/* Making nodes and tensors of a graph that grows; private to the stream pass. When memory runs out
 * or a tensor would be too large, `failed` is set, and what is made from then on is not to be
 * looked at. */
#ifndef ZR_PASSES_STREAM_BUILD_H
#define ZR_PASSES_STREAM_BUILD_H

#include "ops/op.h"

typedef struct stream_graph {
    zr_ctx *cx;
    zr_place place; /* of what cannot be made */
    zr_graph graph;
    int tensor_room, node_room;
    bool failed;
} stream_graph;

/* Starts with copies of the tensors of graph 0, under the same numbers, and no nodes. */
void stream_graph_init(stream_graph *g, zr_ctx *cx, const zr_model *model, int index);

/* Gives the tensor `entries` along the axis. */
void stream_set_entries(stream_graph *g, int tensor, int axis, int64_t entries);

/* A new tensor of the type and quantization of `like`; its number. */
int stream_tensor(stream_graph *g, int like, const zr_shape *shape, const char *name);

/* A constant vector of int32. */
int stream_numbers(stream_graph *g, const int32_t *values, int n, const char *name);

/* A constant of the type and quantization of `like`, every element the same. `element`: its bytes.
 */
int stream_filled(stream_graph *g, int like, const zr_shape *shape, const void *element,
                  const char *name);

/* Appends a node with the schema's default attributes; NULL when memory is out. */
zr_node *stream_node(stream_graph *g, zr_op_id id, const int32_t *inputs, int n_inputs, int output);

/* Appends a copy of a node with other inputs; its attributes may be set. */
zr_node *stream_copy_node(stream_graph *g, const zr_node *node, const int32_t *inputs);

/* The attribute of that name, `otherwise` when the operator has none. */
int32_t stream_attr(const zr_node *node, const char *name, int32_t otherwise);
void stream_set_attr(zr_node *node, const char *name, int32_t value);

/* `count` entries from `from` along the axis; the tensor itself when that is all of it. */
int stream_cut(stream_graph *g, int tensor, int axis, int64_t from, int64_t count);

/* The tensors one behind the other; those of -1 are left out. -1 when all are. */
int stream_join(stream_graph *g, int axis, const int32_t *tensors, int n);

/* The handle of variable `number`, which keeps rows of the tensor named `what`. */
int stream_handle(stream_graph *g, int number, const char *what);

/* What it holds now: `entries` along the axis, otherwise as the tensor `like`. */
int stream_read(stream_graph *g, int handle, int like, int axis, int64_t entries);
void stream_assign(stream_graph *g, int handle, int value);

#endif
