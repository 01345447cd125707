#include "passes/stream_build.h"

#include <string.h>

/* A microcontroller has less; all sizes in bytes stay far below 31 bits. */
enum { MAX_TENSOR_BYTES = 1 << 28 };

static void *grow(stream_graph *g, void *items, int n, int *room, size_t size)
{
    if (n < *room) return items;
    int bigger = *room ? 2 * *room : 64;
    void *copy = zr_alloc(g->cx, (size_t)bigger, size);
    if (!copy) {
        g->failed = true;
        return NULL;
    }
    if (n) memcpy(copy, items, (size_t)n * size);
    *room = bigger;
    return copy;
}

void stream_graph_init(stream_graph *g, zr_ctx *cx, const zr_model *model, int index)
{
    const zr_graph *from = &model->graphs[0];
    *g = (stream_graph){.cx = cx, .graph = *from, .tensor_room = from->n_tensors + 64};
    g->place = ZR_NOWHERE;
    g->place.file = model->file;
    g->graph.index = index;
    g->graph.nodes = NULL;
    g->graph.n_nodes = 0;
    g->graph.tensors = ZR_NEW(cx, zr_tensor, (size_t)g->tensor_room);
    g->failed = !g->graph.tensors;
    if (!g->failed)
        memcpy(g->graph.tensors, from->tensors, (size_t)from->n_tensors * sizeof *from->tensors);
}

/* The shape with so many entries along the axis, when such a tensor is not too large (reported). */
static bool set_entries(stream_graph *g, zr_type type, zr_shape *shape, int axis, int64_t entries)
{
    shape->dim[axis] = 1;
    int64_t others = zr_elements(shape) * zr_type_bytes(type);
    if (entries < 1 || entries > MAX_TENSOR_BYTES || others > MAX_TENSOR_BYTES / entries) {
        g->failed = g->failed || !zr_fail(g->cx, ZR_E_UNSUPPORTED, g->place,
                                          "a step would need a tensor of %lld times %lld bytes",
                                          (long long)entries, (long long)others);
        return false;
    }
    shape->dim[axis] = (int32_t)entries;
    return true;
}

void stream_set_entries(stream_graph *g, int tensor, int axis, int64_t entries)
{
    zr_tensor *t = &g->graph.tensors[tensor];
    if (!g->failed) (void)!set_entries(g, t->type, &t->shape, axis, entries);
}

static int add_tensor(stream_graph *g, const zr_tensor *tensor)
{
    zr_graph *graph = &g->graph;
    zr_tensor *tensors =
        grow(g, graph->tensors, graph->n_tensors, &g->tensor_room, sizeof *graph->tensors);
    if (!tensors) return 0;
    graph->tensors = tensors;
    tensors[graph->n_tensors] = *tensor;
    return graph->n_tensors++;
}

int stream_tensor(stream_graph *g, int like, const zr_shape *shape, const char *name)
{
    zr_tensor tensor = g->graph.tensors[like];
    tensor.name = zr_format(g->cx, "%s/%s", tensor.name, name);
    tensor.shape = *shape;
    tensor.data = NULL;
    tensor.variable = -1;
    if (!tensor.name) g->failed = true;
    return g->failed ? like : add_tensor(g, &tensor);
}

int stream_numbers(stream_graph *g, const int32_t *values, int n, const char *name)
{
    zr_tensor tensor = {.name = name, .type = ZR_I32, .variable = -1};
    int32_t *copy = ZR_NEW(g->cx, int32_t, (size_t)n + 1);
    if (!copy) g->failed = true;
    if (!copy) return 0;
    memcpy(copy, values, (size_t)n * sizeof *copy);
    tensor.shape = (zr_shape){1, {n}};
    tensor.data = (const uint8_t *)copy;
    return add_tensor(g, &tensor);
}

int stream_filled(stream_graph *g, int like, const zr_shape *shape, const void *element,
                  const char *name)
{
    zr_shape checked = *shape;
    if (!g->failed) (void)!set_entries(g, g->graph.tensors[like].type, &checked, 0, shape->dim[0]);
    int t = g->failed ? like : stream_tensor(g, like, shape, name);
    zr_tensor *tensor = &g->graph.tensors[t];
    if (g->failed) return t;
    size_t n = (size_t)zr_elements(shape), size = (size_t)zr_type_bytes(tensor->type);
    uint8_t *data = zr_alloc(g->cx, n + 1, size);
    if (!data) g->failed = true;
    if (g->failed) return t;
    for (size_t i = 0; i < n; i++) memcpy(data + i * size, element, size);
    tensor->data = data;
    return t;
}

static const zr_field *find_field(const zr_op *op, const char *name)
{
    for (int i = 0; i < op->n_fields; i++)
        if (!strcmp(op->fields[i].name, name)) return &op->fields[i];
    return NULL;
}

int32_t stream_attr(const zr_node *node, const char *name, int32_t otherwise)
{
    const zr_field *field = find_field(node->op, name);
    int32_t value = otherwise;
    if (field) memcpy(&value, (const uint8_t *)node->attrs + field->offset, sizeof value);
    return value;
}

void stream_set_attr(zr_node *node, const char *name, int32_t value)
{
    const zr_field *field = node ? find_field(node->op, name) : NULL;
    if (field) memcpy((uint8_t *)(uintptr_t)node->attrs + field->offset, &value, sizeof value);
}

static void *default_attrs(zr_ctx *cx, const zr_op *op)
{
    uint8_t *attrs = zr_alloc(cx, op->attrs_bytes + 1, 1);
    for (int i = 0; attrs && i < op->n_fields; i++) {
        const zr_field *f = &op->fields[i];
        float real = (float)f->otherwise;
        int32_t whole = (int32_t)f->otherwise;
        if (f->kind == ZR_FIELD_F32) memcpy(attrs + f->offset, &real, sizeof real);
        if (f->kind == ZR_FIELD_BOOL || f->kind == ZR_FIELD_ENUM || f->kind == ZR_FIELD_I32)
            memcpy(attrs + f->offset, &whole, sizeof whole);
    }
    return attrs;
}

/* Appends a node; its lists are copied. */
static zr_node *add_node(stream_graph *g, const zr_node *node)
{
    zr_graph *graph = &g->graph;
    zr_node *nodes = grow(g, graph->nodes, graph->n_nodes, &g->node_room, sizeof *nodes);
    int n = node->n_inputs + node->n_outputs;
    int32_t *ports = ZR_NEW(g->cx, int32_t, (size_t)n + 1);
    if (!nodes || !ports) {
        g->failed = true;
        return NULL;
    }
    for (int i = 0; i < node->n_inputs; i++) ports[i] = node->inputs[i];
    for (int i = 0; i < node->n_outputs; i++) ports[node->n_inputs + i] = node->outputs[i];
    graph->nodes = nodes;
    zr_node *added = &nodes[graph->n_nodes];
    *added = *node;
    added->index = graph->n_nodes++;
    added->inputs = ports;
    added->outputs = ports + node->n_inputs;
    return added;
}

zr_node *stream_node(stream_graph *g, zr_op_id id, const int32_t *inputs, int n_inputs, int output)
{
    int32_t out = output;
    zr_node node = {.op = zr_ops[id].op,
                    .op_name = zr_ops[id].name,
                    .n_inputs = n_inputs,
                    .n_outputs = output >= 0,
                    .inputs = inputs,
                    .outputs = &out};
    node.attrs = default_attrs(g->cx, node.op);
    if (!node.attrs) g->failed = true;
    return g->failed ? NULL : add_node(g, &node);
}

zr_node *stream_copy_node(stream_graph *g, const zr_node *node, const int32_t *inputs)
{
    zr_node copy = *node;
    uint8_t *attrs = zr_alloc(g->cx, node->op->attrs_bytes + 1, 1);
    if (!attrs) g->failed = true;
    if (g->failed) return NULL;
    if (node->op->attrs_bytes) memcpy(attrs, node->attrs, node->op->attrs_bytes);
    copy.attrs = attrs;
    copy.inputs = inputs;
    return add_node(g, &copy);
}

int stream_cut(stream_graph *g, int tensor, int axis, int64_t from, int64_t count)
{
    if (g->failed) return tensor;
    zr_shape shape = g->graph.tensors[tensor].shape;
    int32_t begin[ZR_MAX_RANK] = {0};
    if (from == 0 && count == shape.dim[axis]) return tensor;
    begin[axis] = (int32_t)from;
    shape.dim[axis] = (int32_t)count;
    int out = stream_tensor(g, tensor, &shape, "rows");
    int32_t inputs[3] = {tensor, stream_numbers(g, begin, shape.rank, "begin"),
                         stream_numbers(g, shape.dim, shape.rank, "size")};
    stream_node(g, ZR_OP_SLICE, inputs, 3, out);
    return out;
}

int stream_join(stream_graph *g, int axis, const int32_t *tensors, int n)
{
    int32_t parts[4];
    int64_t total = 0;
    int n_parts = 0;
    if (g->failed) return tensors[0] < 0 ? 0 : tensors[0];
    for (int i = 0; i < n; i++) {
        if (tensors[i] < 0) continue;
        parts[n_parts++] = tensors[i];
        total += g->graph.tensors[tensors[i]].shape.dim[axis];
    }
    if (n_parts < 2) return n_parts ? parts[0] : -1;
    zr_shape shape = g->graph.tensors[parts[0]].shape;
    if (!set_entries(g, g->graph.tensors[parts[0]].type, &shape, axis, total)) return parts[0];
    int out = stream_tensor(g, parts[0], &shape, "joined");
    stream_set_attr(stream_node(g, ZR_OP_CONCATENATION, parts, n_parts, out), "axis", axis);
    return out;
}

int stream_handle(stream_graph *g, int number, const char *what)
{
    zr_tensor handle = {.name = "handle", .type = ZR_RESOURCE, .variable = -1};
    int t = add_tensor(g, &handle);
    zr_node *node = stream_node(g, ZR_OP_VAR_HANDLE, NULL, 0, t);
    const char *name = zr_format(g->cx, "stream_%d/%s", number, what);
    const zr_field *field = find_field(zr_ops[ZR_OP_VAR_HANDLE].op, "shared_name");
    if (!node || !name || !field) {
        g->failed = true;
        return t;
    }
    memcpy((uint8_t *)(uintptr_t)node->attrs + field->offset, &name, sizeof name);
    return t;
}

int stream_read(stream_graph *g, int handle, int like, int axis, int64_t entries)
{
    if (g->failed) return like;
    zr_shape shape = g->graph.tensors[like].shape;
    int32_t input = handle;
    if (!set_entries(g, g->graph.tensors[like].type, &shape, axis, entries)) return like;
    int out = stream_tensor(g, like, &shape, "before");
    stream_node(g, ZR_OP_READ_VARIABLE, &input, 1, out);
    return out;
}

void stream_assign(stream_graph *g, int handle, int value)
{
    const int32_t inputs[2] = {handle, value};
    stream_node(g, ZR_OP_ASSIGN_VARIABLE, inputs, 2, -1);
}
