#include "import/tflite.h"

#include <math.h>
#include <string.h>

#include "import/flatbuf.h"
#include "import/signatures.h"
#include "import/sparse.h"
#include "ops/op.h"

/* Slots of the schema's tables (tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3). */
enum { MODEL_CODES = 1, MODEL_SUBGRAPHS = 2, MODEL_DESCRIPTION = 3, MODEL_BUFFERS = 4 };
enum { CODE_OLD = 0, CODE_CUSTOM = 1, CODE_BUILTIN = 3, BUILTIN_CUSTOM = 32 };
enum { BUFFER_DATA = 0, BUFFER_OFFSET = 1, BUFFER_SIZE = 2 };
enum { GRAPH_TENSORS = 0, GRAPH_INPUTS = 1, GRAPH_OUTPUTS = 2, GRAPH_NODES = 3, GRAPH_NAME = 4 };
enum {
    TENSOR_SHAPE = 0,
    TENSOR_TYPE = 1,
    TENSOR_BUFFER = 2,
    TENSOR_NAME = 3,
    TENSOR_QUANT = 4,
    TENSOR_VARIABLE = 5,
    TENSOR_SPARSITY = 6,
    TENSOR_SIGNATURE = 7
};
enum { QUANT_SCALE = 2, QUANT_ZERO_POINT = 3, QUANT_DETAILS = 4, QUANT_AXIS = 6 };
enum { NODE_CODE = 0, NODE_INPUTS = 1, NODE_OUTPUTS = 2, NODE_OPTIONS_TYPE = 3, NODE_OPTIONS = 4 };

/* Planning looks at every pair of buffers. */
enum { MAX_NODES = 8000 };

/* A file of a few bytes must not ask for gigabytes: real sparse constants keep some percent. */
enum { MAX_SPARSE_RATIO = 256 };

typedef struct opcode {
    const char *name;
    const zr_op *op; /* NULL: not supported */
} opcode;

typedef struct reader {
    zr_ctx *cx;
    zr_fb fb;
    zr_model *model;
    zr_graph *graph; /* being read */
    int n_opcodes, n_buffers;
    opcode *opcodes;
    zr_bytes *buffers;
    bool *aligned;    /* per buffer: its data is at a multiple of 16 */
    uint64_t sparse;  /* bytes that sparse constants may still become */
    uint64_t allowed; /* list elements that may still be copied: a small file must not become big */
} reader;

static zr_place whole_file(const reader *r)
{
    zr_place place = ZR_NOWHERE;
    place.file = r->model->file;
    return place;
}

static bool damaged(reader *r, const char *what)
{
    r->fb.failed = true;
    return zr_fail(r->cx, ZR_E_FORMAT, whole_file(r), "%s", what);
}

/* Counts elements that are about to be copied against what an honest file of this size holds. */
static bool allow(reader *r, uint64_t elements)
{
    if (elements > r->allowed)
        return damaged(r, "lists share their bytes to look larger than they are");
    r->allowed -= elements;
    return true;
}

static const char *builtin_name(zr_ctx *cx, int code)
{
    switch (code) {
#define ZR_BUILTIN(value, name) \
    case value:                 \
        return #name;
#include "import/builtin_names.def"
#undef ZR_BUILTIN
    default: return zr_format(cx, "builtin %d", code);
    }
}

static bool read_opcodes(reader *r, const zr_fb_table *root)
{
    zr_fb_vector codes = zr_fb_vec(root, MODEL_CODES, 4);
    r->n_opcodes = (int)codes.n;
    r->opcodes = ZR_NEW(r->cx, opcode, codes.n + 1u);
    if (!r->opcodes) return false;
    for (uint32_t i = 0; i < codes.n && !r->fb.failed; i++) {
        zr_fb_table t = zr_fb_vec_table(&codes, i);
        int32_t old = zr_fb_i8(&t, CODE_OLD, 0), code = zr_fb_i32(&t, CODE_BUILTIN, 0);
        if (old > code)
            code = old; /* files older than the 127th operator have only the old field */
        if (code == BUILTIN_CUSTOM) {
            r->opcodes[i].name = zr_format(r->cx, "custom %s", zr_fb_string(&t, CODE_CUSTOM));
            continue;
        }
        r->opcodes[i].name = builtin_name(r->cx, code);
        for (int k = 0; k < ZR_OP_COUNT; k++)
            if (zr_ops[k].op->tflite_code == code) r->opcodes[i].op = zr_ops[k].op;
    }
    return !r->fb.failed;
}

/* Buffers are inside the flatbuffer, or behind it where offset and size say (from the file's
 * start). */
static bool read_buffers(reader *r, const zr_fb_table *root)
{
    zr_fb_vector buffers = zr_fb_vec(root, MODEL_BUFFERS, 4);
    r->n_buffers = (int)buffers.n;
    r->buffers = ZR_NEW(r->cx, zr_bytes, buffers.n + 1u);
    r->aligned = ZR_NEW(r->cx, bool, buffers.n + 1u);
    if (!r->buffers || !r->aligned) return false;
    for (uint32_t i = 0; i < buffers.n && !r->fb.failed; i++) {
        zr_fb_table t = zr_fb_vec_table(&buffers, i);
        uint64_t offset = zr_fb_u64(&t, BUFFER_OFFSET, 0), size = zr_fb_u64(&t, BUFFER_SIZE, 0);
        if (offset > 1) {
            if (offset > r->fb.bytes.size || size > r->fb.bytes.size - offset)
                return damaged(r, "a buffer behind the flatbuffer leaves the file");
            r->buffers[i] = (zr_bytes){r->fb.bytes.data + offset, (size_t)size};
        } else {
            zr_fb_vector data = zr_fb_vec(&t, BUFFER_DATA, 1);
            r->buffers[i] = (zr_bytes){zr_fb_vec_bytes(&data), data.n};
        }
    }
    return !r->fb.failed;
}

/* Kernels read whole elements: data at an odd place is copied, once a buffer. */
static const uint8_t *aligned_data(reader *r, uint32_t buffer)
{
    zr_bytes *b = &r->buffers[buffer];
    if (!r->aligned[buffer] && (uintptr_t)b->data % 16 != 0) {
        uint8_t *copy = zr_alloc(r->cx, b->size, 1);
        if (!copy) return NULL;
        memcpy(copy, b->data, b->size);
        b->data = copy;
    }
    r->aligned[buffer] = true;
    return b->data;
}

static bool read_shape(reader *r, const zr_fb_table *t, zr_tensor *tensor, zr_place place)
{
    zr_fb_vector dims = zr_fb_vec(t, TENSOR_SHAPE, 4),
                 signature = zr_fb_vec(t, TENSOR_SIGNATURE, 4);
    if (dims.n > ZR_MAX_RANK)
        return zr_fail(r->cx, ZR_E_SHAPE, place, "has %u dimensions, more than %d", dims.n,
                       ZR_MAX_RANK);
    tensor->shape.rank = (int)dims.n;
    int64_t elements = 1;
    for (uint32_t i = 0; i < dims.n; i++) {
        int32_t dim = zr_fb_vec_i32(&dims, i);
        bool dynamic = i < signature.n && zr_fb_vec_i32(&signature, i) < 0;
        if (dynamic && i == 0 && dim <= 1) dim = 1;
        if (dim < 1)
            return zr_fail(r->cx, ZR_E_SHAPE, place,
                           "dimension %u is %d; export the model with fixed sizes of at least 1", i,
                           dim);
        tensor->shape.dim[i] = dim;
        elements *= dim;
        if (elements > INT32_MAX || elements * (zr_types[tensor->type].bits + 7) / 8 > INT32_MAX)
            return zr_fail(r->cx, ZR_E_SHAPE, place, "is larger than 2 GiB");
    }
    return true;
}

static bool read_quant(reader *r, const zr_fb_table *t, zr_tensor *tensor, zr_place place)
{
    zr_fb_table q = zr_fb_subtable(t, TENSOR_QUANT);
    zr_fb_vector scales = zr_fb_vec(&q, QUANT_SCALE, 4), zeros = zr_fb_vec(&q, QUANT_ZERO_POINT, 8);
    if (zr_fb_u8(&q, QUANT_DETAILS, 0) != 0)
        return zr_fail(r->cx, ZR_E_QUANTIZATION, place, "has a custom kind of quantization");
    if (scales.n == 0 || r->fb.failed) return true;
    int axis = zr_fb_i32(&q, QUANT_AXIS, 0), rank = tensor->shape.rank;
    if (zeros.n != scales.n && zeros.n != 1 && zeros.n != 0)
        return zr_fail(r->cx, ZR_E_QUANTIZATION, place, "has %u scales and %u zero points",
                       scales.n, zeros.n);
    /* Some files have a dimension out of range where it does not matter: with one scale, or for a
     * bias, which has one dimension only. */
    if (rank == 1) axis = 0;
    if (scales.n > 1 && (axis < 0 || axis >= rank || (int64_t)scales.n != tensor->shape.dim[axis]))
        return zr_fail(r->cx, ZR_E_QUANTIZATION, place, "has %u scales along dimension %d of %s",
                       scales.n, axis, zr_shape_text(r->cx, &tensor->shape));
    if (!allow(r, scales.n)) return false;
    float *scale = ZR_NEW(r->cx, float, scales.n);
    int64_t *zero_point = ZR_NEW(r->cx, int64_t, scales.n);
    if (!scale || !zero_point) return false;
    for (uint32_t i = 0; i < scales.n; i++) {
        scale[i] = zr_fb_vec_f32(&scales, i);
        zero_point[i] = zeros.n ? zr_fb_vec_i64(&zeros, zeros.n == 1 ? 0 : i) : 0;
        if (!isfinite(scale[i]) || scale[i] <= 0)
            return zr_fail(r->cx, ZR_E_QUANTIZATION, place, "has a scale of %g", (double)scale[i]);
        if (zero_point[i] < INT32_MIN || zero_point[i] > INT32_MAX)
            return zr_fail(r->cx, ZR_E_QUANTIZATION, place, "has a zero point of %lld",
                           (long long)zero_point[i]);
    }
    tensor->quant = (zr_quant){(int)scales.n, scales.n > 1 ? axis : 0, scale, zero_point};
    return true;
}

static bool read_data(reader *r, const zr_fb_table *t, zr_tensor *tensor, zr_place place)
{
    uint32_t buffer = zr_fb_u32(t, TENSOR_BUFFER, 0);
    if (buffer >= (uint32_t)r->n_buffers)
        return buffer == 0 || damaged(r, "a tensor's buffer is missing");
    zr_bytes stored = r->buffers[buffer];
    if (stored.size == 0 || zr_types[tensor->type].bits == 0) return true;
    zr_fb_table sparsity = zr_fb_subtable(t, TENSOR_SPARSITY);
    if (sparsity.fb) {
        tensor->data = zr_sparse_expand(&r->fb, &sparsity, tensor, stored, place, &r->sparse);
        return tensor->data != NULL;
    }
    if (stored.size != zr_tensor_bytes(tensor))
        return zr_fail(r->cx, ZR_E_FORMAT, place, "has %zu bytes of data, but %s of %s takes %zu",
                       stored.size, zr_shape_text(r->cx, &tensor->shape),
                       zr_types[tensor->type].name, zr_tensor_bytes(tensor));
    tensor->data = aligned_data(r, buffer);
    return tensor->data != NULL;
}

static void read_tensor(reader *r, const zr_fb_table *t, int index)
{
    zr_tensor *tensor = &r->graph->tensors[index];
    tensor->variable = -1;
    tensor->name = zr_fb_string(t, TENSOR_NAME);
    zr_place place = zr_at_tensor(r->model, r->graph, index);
    int code = zr_fb_i8(t, TENSOR_TYPE, 0), type = 0;
    while (type < ZR_TYPE_COUNT && zr_types[type].tflite_code != code) type++;
    if (type == ZR_TYPE_COUNT) {
        zr_fail(r->cx, ZR_E_TYPE, place, "has the unknown type %d", code);
        return;
    }
    tensor->type = (zr_type)type;
    if (zr_fb_u8(t, TENSOR_VARIABLE, 0))
        zr_fail(r->cx, ZR_E_UNSUPPORTED, place,
                "is a variable tensor; use resource variables (VAR_HANDLE) for state");
    if (read_shape(r, t, tensor, place) && read_quant(r, t, tensor, place))
        (void)read_data(r, t, tensor, place);
}

/* A list of tensor indices; -1 is allowed where `optional`. NULL with an error. */
static const int32_t *read_indices(reader *r, const zr_fb_table *t, int slot, bool optional, int *n)
{
    zr_fb_vector v = zr_fb_vec(t, slot, 4);
    if (r->fb.failed || !allow(r, v.n)) return NULL;
    int32_t *indices = ZR_NEW(r->cx, int32_t, v.n + 1u);
    if (!indices) return NULL;
    for (uint32_t i = 0; i < v.n; i++) {
        indices[i] = zr_fb_vec_i32(&v, i);
        if (indices[i] >= r->graph->n_tensors || indices[i] < (optional ? -1 : 0)) {
            damaged(r, "an operator or a subgraph names a tensor that does not exist");
            return NULL;
        }
    }
    *n = (int)v.n;
    return indices;
}

static bool read_attribute(reader *r, const zr_fb_table *options, const zr_field *field,
                           void *attrs)
{
    void *at = (char *)attrs + field->offset;
    int32_t whole = (int32_t)field->otherwise;
    switch (field->kind) {
    case ZR_FIELD_BOOL: whole = zr_fb_u8(options, field->slot, whole != 0) != 0; break;
    case ZR_FIELD_ENUM: whole = zr_fb_i8(options, field->slot, (int8_t)whole); break;
    case ZR_FIELD_I32: whole = zr_fb_i32(options, field->slot, whole); break;
    case ZR_FIELD_F32:
        *(float *)at = zr_fb_f32(options, field->slot, (float)field->otherwise);
        return true;
    case ZR_FIELD_STRING: *(const char **)at = zr_fb_string(options, field->slot); return true;
    case ZR_FIELD_LIST: {
        zr_fb_vector v = {&r->fb, 0, 0};
        if (options->fb) v = zr_fb_vec(options, field->slot, 4);
        if (!allow(r, v.n)) return false;
        int32_t *value = ZR_NEW(r->cx, int32_t, v.n + 1u);
        if (!value) return false;
        for (uint32_t i = 0; i < v.n; i++) value[i] = zr_fb_vec_i32(&v, i);
        *(zr_list *)at = (zr_list){(int)v.n, value};
        return true;
    }
    }
    *(int32_t *)at = whole;
    return true;
}

static bool read_node(reader *r, const zr_fb_table *t, int index)
{
    zr_node *node = &r->graph->nodes[index];
    node->index = index;
    uint32_t code = zr_fb_u32(t, NODE_CODE, 0);
    if (code >= (uint32_t)r->n_opcodes) return damaged(r, "an operator has no operator code");
    node->op_name = r->opcodes[code].name;
    node->op = r->opcodes[code].op;
    node->inputs = read_indices(r, t, NODE_INPUTS, true, &node->n_inputs);
    node->outputs = read_indices(r, t, NODE_OUTPUTS, false, &node->n_outputs);
    if (!node->inputs || !node->outputs) return false;
    if (!node->op || node->op->n_fields == 0) return true;
    int type = zr_fb_u8(t, NODE_OPTIONS_TYPE, 0);
    zr_fb_table options = zr_fb_subtable(t, NODE_OPTIONS);
    if (options.fb && type != node->op->tflite_options)
        return zr_fail(r->cx, ZR_E_FORMAT, zr_at_node(r->model, r->graph, node),
                       "has options of kind %d, not %d", type, node->op->tflite_options);
    void *attrs = zr_alloc(r->cx, node->op->attrs_bytes, 1);
    if (!attrs) return false;
    for (int i = 0; i < node->op->n_fields; i++)
        if (!read_attribute(r, &options, &node->op->fields[i], attrs)) return false;
    node->attrs = attrs;
    return true;
}

static bool read_graph(reader *r, const zr_fb_table *t, int index)
{
    zr_graph *g = r->graph = &r->model->graphs[index];
    zr_fb_vector tensors = zr_fb_vec(t, GRAPH_TENSORS, 4), nodes = zr_fb_vec(t, GRAPH_NODES, 4);
    g->index = index;
    g->name = zr_fb_string(t, GRAPH_NAME);
    if (r->fb.failed || !allow(r, tensors.n) || !allow(r, nodes.n)) return false;
    if (nodes.n > MAX_NODES)
        return zr_fail(r->cx, ZR_E_UNSUPPORTED, whole_file(r),
                       "subgraph %d has %u operators, more than %d", index, nodes.n, MAX_NODES);
    g->n_tensors = (int)tensors.n;
    g->n_nodes = (int)nodes.n;
    g->tensors = ZR_NEW(r->cx, zr_tensor, tensors.n + 1u);
    g->nodes = ZR_NEW(r->cx, zr_node, nodes.n + 1u);
    if (!g->tensors || !g->nodes) return false;
    for (uint32_t i = 0; i < tensors.n && !r->fb.failed; i++) {
        zr_fb_table tensor = zr_fb_vec_table(&tensors, i);
        read_tensor(r, &tensor, (int)i);
    }
    g->inputs = r->fb.failed ? NULL : read_indices(r, t, GRAPH_INPUTS, false, &g->n_inputs);
    g->outputs = r->fb.failed ? NULL : read_indices(r, t, GRAPH_OUTPUTS, false, &g->n_outputs);
    if (!g->inputs || !g->outputs) return false;
    for (uint32_t i = 0; i < nodes.n && !r->fb.failed; i++) {
        zr_fb_table node = zr_fb_vec_table(&nodes, i);
        if (!read_node(r, &node, (int)i)) return false;
    }
    /* With a tensor that cannot be used there is no order to find, and saying so would hide what is
     * really wrong. */
    if (r->fb.failed || r->cx->n_errors) return !r->fb.failed && !r->cx->out_of_memory;
    return zr_graph_sort(r->cx, r->model, g) || !r->cx->out_of_memory;
}

/* Says once when the model's first dimension was left open. */
static void note_dynamic_batch(reader *r, const zr_fb_table *graph)
{
    zr_fb_vector tensors = zr_fb_vec(graph, GRAPH_TENSORS, 4);
    for (int i = 0; i < r->model->graphs[0].n_inputs; i++) {
        int input = r->model->graphs[0].inputs[i];
        zr_fb_table t = zr_fb_vec_table(&tensors, (uint32_t)input);
        zr_fb_vector signature = zr_fb_vec(&t, TENSOR_SIGNATURE, 4);
        if (signature.n && zr_fb_vec_i32(&signature, 0) < 0)
            zr_note(r->cx, zr_at_tensor(r->model, &r->model->graphs[0], input),
                    "has no fixed batch size; it is fixed to %d",
                    r->model->graphs[0].tensors[input].shape.dim[0]);
    }
}

bool zr_tflite_is(zr_bytes bytes)
{
    return bytes.size >= 8 && !memcmp(bytes.data + 4, "TFL3", 4);
}

bool zr_tflite_parse(zr_ctx *cx, const char *file, zr_bytes bytes, zr_model *model)
{
    memset(model, 0, sizeof *model);
    model->file = file;
    model->sha256 = zr_sha256(cx, bytes.data, bytes.size);
    reader r = {.cx = cx, .fb = {cx, file, bytes, false}, .model = model, .allowed = bytes.size};
    r.sparse = (uint64_t)bytes.size * MAX_SPARSE_RATIO;
    zr_fb_table root = zr_fb_root(&r.fb, "TFL3");
    if (!root.fb || !read_opcodes(&r, &root) || !read_buffers(&r, &root)) return false;
    model->description = zr_fb_string(&root, MODEL_DESCRIPTION);
    zr_fb_vector graphs = zr_fb_vec(&root, MODEL_SUBGRAPHS, 4);
    if (r.fb.failed) return false;
    if (graphs.n == 0) return damaged(&r, "has no subgraph");
    if (!allow(&r, graphs.n)) return false;
    model->n_graphs = (int)graphs.n;
    model->graphs = ZR_NEW(cx, zr_graph, graphs.n);
    if (!model->graphs) return false;
    for (uint32_t i = 0; i < graphs.n; i++) {
        zr_fb_table graph = zr_fb_vec_table(&graphs, i);
        if (!read_graph(&r, &graph, (int)i)) return false;
    }
    if (!zr_signatures_read(&r.fb, &root, model, &r.allowed)) return false;
    zr_fb_table graph = zr_fb_vec_table(&graphs, 0);
    note_dynamic_batch(&r, &graph);
    return !r.fb.failed && !cx->out_of_memory;
}
