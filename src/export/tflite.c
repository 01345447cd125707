/* The .tflite writer: tables of the schema (tensorflow/compiler/mlir/lite/schema/schema.fbs,
 * version 3), written from the model to its constants. */
#include <string.h>

#include "export/constants.h"
#include "export/export.h"
#include "export/flatbuf.h"
#include "ops/op.h"
#include "ops/version.h"

/* Slots of the schema's tables. */
enum {
    MODEL_VERSION = 0,
    MODEL_CODES = 1,
    MODEL_SUBGRAPHS = 2,
    MODEL_DESCRIPTION = 3,
    MODEL_BUFFERS = 4,
    MODEL_METADATA = 6,
    MODEL_SIGNATURES = 7
};
enum { CODE_OLD = 0, CODE_VERSION = 2, CODE_BUILTIN = 3 };
enum { GRAPH_TENSORS = 0, GRAPH_INPUTS = 1, GRAPH_OUTPUTS = 2, GRAPH_NODES = 3, GRAPH_NAME = 4 };
enum {
    TENSOR_SHAPE = 0,
    TENSOR_TYPE = 1,
    TENSOR_BUFFER = 2,
    TENSOR_NAME = 3,
    TENSOR_QUANT = 4,
    TENSOR_HAS_RANK = 8
};
enum { QUANT_SCALE = 2, QUANT_ZERO_POINT = 3, QUANT_AXIS = 6 };
enum { NODE_CODE = 0, NODE_INPUTS = 1, NODE_OUTPUTS = 2, NODE_OPTIONS_TYPE = 3, NODE_OPTIONS = 4 };
enum { BUFFER_DATA = 0 };
enum { METADATA_NAME = 0, METADATA_BUFFER = 1 };
enum { SIGNATURE_INPUTS = 0, SIGNATURE_OUTPUTS = 1, SIGNATURE_KEY = 2, SIGNATURE_GRAPH = 4 };
enum { MAP_NAME = 0, MAP_TENSOR = 1 };

enum {
    SCHEMA_VERSION = 3,
    BUFFER_ALIGNMENT = 16, /* what kernels may rely on: the schema's force_align */
    MAX_OLD_CODE = 127,    /* stands in the old field for all operators above */
    RUNTIME_BYTES = 16     /* of the metadata that names the least runtime, filled with zeros */
};

/* An offset field, and a scalar with its bits. */
#define OFFSET(slot_)               \
    {                               \
        .slot = (slot_), .bytes = 4 \
    }
#define WORD(slot_, value)                                     \
    {                                                          \
        .slot = (slot_), .bytes = 4, .bits = (uint32_t)(value) \
    }
#define BYTE(slot_, value)                                     \
    {                                                          \
        .slot = (slot_), .bytes = 1, .bits = (uint32_t)(value) \
    }

typedef struct writer {
    zr_ctx *cx;
    const zr_model *model;
    zr_fbw out;
    zr_constants constants;    /* becomes the list of buffers; the first is empty */
    int versions[ZR_OP_COUNT]; /* of the operators that are used, else 0 */
    int codes[ZR_OP_COUNT];    /* their index in the list of operator codes */
    const char *runtime;       /* the least that has all of them; "" when that is not known */
} writer;

/* ---- Operator codes ---- */

static int id_of(const zr_op *op)
{
    int id = 0;
    while (id < ZR_OP_COUNT && zr_ops[id].op != op) id++;
    return id;
}

/* One code an operator, of the highest version that a node asks for. */
static bool find_codes(writer *w)
{
    w->runtime = "";
    for (int g = 0; g < w->model->n_graphs; g++) {
        const zr_graph *graph = &w->model->graphs[g];
        for (int n = 0; n < graph->n_nodes; n++) {
            const zr_node *node = &graph->nodes[n];
            int id = id_of(node->op);
            if (!node->op || id == ZR_OP_COUNT)
                return zr_fail(w->cx, ZR_E_OPERATOR, zr_at_node(w->model, graph, node),
                               "not supported");
            zr_site site = {w->cx, w->model, graph, node};
            const char *runtime;
            int version = zr_version_of(&site, &runtime);
            if (version > w->versions[id]) w->versions[id] = version;
            if (zr_runtime_older(w->runtime, runtime)) w->runtime = runtime;
        }
    }
    return true;
}

static size_t put_codes(writer *w)
{
    int n = 0;
    for (int id = 0; id < ZR_OP_COUNT; id++)
        if (w->versions[id]) w->codes[id] = n++;
    size_t list = zr_fbw_offsets(&w->out, (size_t)n), at = list + 4;
    for (int id = 0; id < ZR_OP_COUNT; id++) {
        if (!w->versions[id]) continue;
        int code = zr_ops[id].op->tflite_code;
        zr_fbw_field fields[] = {
            BYTE(CODE_OLD, code < MAX_OLD_CODE ? code : MAX_OLD_CODE),
            WORD(CODE_VERSION, w->versions[id]),
            WORD(CODE_BUILTIN, code),
        };
        zr_fbw_link(&w->out, at, zr_fbw_table(&w->out, fields, 3));
        at += 4;
    }
    return list;
}

/* ---- Tensors ---- */

static size_t put_quant(writer *w, const zr_quant *quant)
{
    zr_fbw_field fields[] = {OFFSET(QUANT_SCALE), OFFSET(QUANT_ZERO_POINT),
                             WORD(QUANT_AXIS, quant->axis)};
    size_t at = zr_fbw_table(&w->out, fields, 3), n = (size_t)quant->n;
    zr_fbw_link(&w->out, fields[0].at, zr_fbw_vector(&w->out, quant->scale, n, 4, 4));
    zr_fbw_link(&w->out, fields[1].at, zr_fbw_vector(&w->out, quant->zero_point, n, 8, 8));
    return at;
}

static size_t put_tensor(writer *w, const zr_tensor *tensor)
{
    zr_bytes data = {tensor->data, tensor->data ? zr_tensor_bytes(tensor) : 0};
    zr_fbw_field fields[6] = {
        OFFSET(TENSOR_SHAPE),
        BYTE(TENSOR_TYPE, zr_types[tensor->type].tflite_code),
        WORD(TENSOR_BUFFER, zr_constants_add(&w->constants, data)),
        OFFSET(TENSOR_NAME),
        BYTE(TENSOR_HAS_RANK, 1), /* else a scalar would be a tensor of unknown rank */
        OFFSET(TENSOR_QUANT),
    };
    bool quantized = tensor->quant.n > 0;
    size_t at = zr_fbw_table(&w->out, fields, quantized ? 6 : 5);
    zr_fbw_link(&w->out, fields[0].at,
                zr_fbw_vector(&w->out, tensor->shape.dim, (size_t)tensor->shape.rank, 4, 4));
    zr_fbw_link(&w->out, fields[3].at, zr_fbw_string(&w->out, tensor->name ? tensor->name : ""));
    if (quantized) zr_fbw_link(&w->out, fields[5].at, put_quant(w, &tensor->quant));
    return at;
}

/* ---- Operators ---- */

/* The field of an attribute; false when it has the schema's default and is left out. */
static bool option_field(const zr_field *field, const void *attrs, zr_fbw_field *out)
{
    const void *at = (const char *)attrs + field->offset;
    zr_list list;
    const char *text;
    float real, real_default = (float)field->otherwise;
    int32_t whole;
    *out = (zr_fbw_field){.slot = field->slot, .bytes = 4};
    switch (field->kind) {
    case ZR_FIELD_LIST: memcpy(&list, at, sizeof list); return list.n > 0;
    case ZR_FIELD_STRING: memcpy(&text, at, sizeof(char *)); return text && *text;
    case ZR_FIELD_F32:
        memcpy(&real, at, sizeof real);
        memcpy(&out->bits, &real, sizeof real);
        return memcmp(&real, &real_default, sizeof real) != 0;
    case ZR_FIELD_BOOL:
    case ZR_FIELD_ENUM: out->bytes = 1; break;
    case ZR_FIELD_I32: break;
    }
    memcpy(&whole, at, sizeof whole);
    out->bits = (uint32_t)whole;
    return whole != (int32_t)field->otherwise;
}

static void link_option(writer *w, const zr_field *field, const void *attrs, size_t from)
{
    const void *at = (const char *)attrs + field->offset;
    if (field->kind == ZR_FIELD_LIST) {
        zr_list list;
        memcpy(&list, at, sizeof list);
        zr_fbw_link(&w->out, from, zr_fbw_vector(&w->out, list.value, (size_t)list.n, 4, 4));
    } else if (field->kind == ZR_FIELD_STRING) {
        const char *text;
        memcpy(&text, at, sizeof(char *));
        zr_fbw_link(&w->out, from, zr_fbw_string(&w->out, text));
    }
}

static size_t put_options(writer *w, const zr_node *node)
{
    zr_fbw_field fields[ZR_FBW_MAX_SLOTS];
    const zr_field *source[ZR_FBW_MAX_SLOTS];
    int n = 0;
    for (int i = 0; node->attrs && i < node->op->n_fields && n < ZR_FBW_MAX_SLOTS; i++) {
        source[n] = &node->op->fields[i];
        if (option_field(source[n], node->attrs, &fields[n])) n++;
    }
    size_t at = zr_fbw_table(&w->out, fields, n);
    for (int i = 0; i < n; i++) link_option(w, source[i], node->attrs, fields[i].at);
    return at;
}

static size_t put_node(writer *w, const zr_node *node)
{
    zr_fbw_field fields[] = {
        WORD(NODE_CODE, w->codes[id_of(node->op)]),
        OFFSET(NODE_INPUTS),
        OFFSET(NODE_OUTPUTS),
        BYTE(NODE_OPTIONS_TYPE, node->op->tflite_options),
        OFFSET(NODE_OPTIONS),
    };
    bool options = node->op->tflite_options != 0;
    size_t at = zr_fbw_table(&w->out, fields, options ? 5 : 3);
    zr_fbw_link(&w->out, fields[1].at,
                zr_fbw_vector(&w->out, node->inputs, (size_t)node->n_inputs, 4, 4));
    zr_fbw_link(&w->out, fields[2].at,
                zr_fbw_vector(&w->out, node->outputs, (size_t)node->n_outputs, 4, 4));
    if (options) zr_fbw_link(&w->out, fields[4].at, put_options(w, node));
    return at;
}

/* ---- Graphs ---- */

static size_t put_graph(writer *w, const zr_graph *graph)
{
    zr_fbw_field fields[] = {OFFSET(GRAPH_TENSORS), OFFSET(GRAPH_INPUTS), OFFSET(GRAPH_OUTPUTS),
                             OFFSET(GRAPH_NODES), OFFSET(GRAPH_NAME)};
    size_t at = zr_fbw_table(&w->out, fields, 5);
    size_t tensors = zr_fbw_offsets(&w->out, (size_t)graph->n_tensors);
    zr_fbw_link(&w->out, fields[0].at, tensors);
    for (int i = 0; i < graph->n_tensors; i++)
        zr_fbw_link(&w->out, tensors + 4 + 4 * (size_t)i, put_tensor(w, &graph->tensors[i]));
    zr_fbw_link(&w->out, fields[1].at,
                zr_fbw_vector(&w->out, graph->inputs, (size_t)graph->n_inputs, 4, 4));
    zr_fbw_link(&w->out, fields[2].at,
                zr_fbw_vector(&w->out, graph->outputs, (size_t)graph->n_outputs, 4, 4));
    size_t nodes = zr_fbw_offsets(&w->out, (size_t)graph->n_nodes);
    zr_fbw_link(&w->out, fields[3].at, nodes);
    for (int i = 0; i < graph->n_nodes; i++)
        zr_fbw_link(&w->out, nodes + 4 + 4 * (size_t)i, put_node(w, &graph->nodes[i]));
    zr_fbw_link(&w->out, fields[4].at, zr_fbw_string(&w->out, graph->name ? graph->name : ""));
    return at;
}

static size_t put_graphs(writer *w)
{
    size_t list = zr_fbw_offsets(&w->out, (size_t)w->model->n_graphs);
    for (int g = 0; g < w->model->n_graphs; g++)
        zr_fbw_link(&w->out, list + 4 + 4 * (size_t)g, put_graph(w, &w->model->graphs[g]));
    return list;
}

/* ---- What belongs to the whole model ---- */

static size_t put_ports(writer *w, const char *const *names, const int32_t *ports, int n)
{
    size_t named = 0;
    for (int i = 0; i < n; i++) named += names[i] != NULL;
    size_t list = zr_fbw_offsets(&w->out, named), at = list + 4;
    for (int i = 0; i < n; i++) {
        if (!names[i]) continue;
        zr_fbw_field fields[] = {OFFSET(MAP_NAME), WORD(MAP_TENSOR, ports[i])};
        zr_fbw_link(&w->out, at, zr_fbw_table(&w->out, fields, 2));
        zr_fbw_link(&w->out, fields[0].at, zr_fbw_string(&w->out, names[i]));
        at += 4;
    }
    return list;
}

static size_t put_signatures(writer *w)
{
    size_t list = zr_fbw_offsets(&w->out, (size_t)w->model->n_signatures);
    for (int i = 0; i < w->model->n_signatures; i++) {
        const zr_signature *s = &w->model->signatures[i];
        const zr_graph *graph = &w->model->graphs[s->graph];
        zr_fbw_field fields[] = {OFFSET(SIGNATURE_INPUTS), OFFSET(SIGNATURE_OUTPUTS),
                                 OFFSET(SIGNATURE_KEY), WORD(SIGNATURE_GRAPH, s->graph)};
        zr_fbw_link(&w->out, list + 4 + 4 * (size_t)i, zr_fbw_table(&w->out, fields, 4));
        zr_fbw_link(&w->out, fields[0].at, put_ports(w, s->inputs, graph->inputs, graph->n_inputs));
        zr_fbw_link(&w->out, fields[1].at,
                    put_ports(w, s->outputs, graph->outputs, graph->n_outputs));
        zr_fbw_link(&w->out, fields[2].at, zr_fbw_string(&w->out, s->key));
    }
    return list;
}

/* The least runtime that has every operator in its version; readers refuse a model above theirs. */
static size_t put_metadata(writer *w)
{
    uint8_t *text = zr_alloc(w->cx, RUNTIME_BYTES, 1);
    if (!text) {
        w->out.out.failed = true;
        return 0;
    }
    memcpy(text, w->runtime, strnlen(w->runtime, RUNTIME_BYTES - 1));
    size_t list = zr_fbw_offsets(&w->out, 1);
    zr_fbw_field fields[] = {
        OFFSET(METADATA_NAME),
        WORD(METADATA_BUFFER, zr_constants_add(&w->constants, (zr_bytes){text, RUNTIME_BYTES})),
    };
    zr_fbw_link(&w->out, list + 4, zr_fbw_table(&w->out, fields, 2));
    zr_fbw_link(&w->out, fields[0].at, zr_fbw_string(&w->out, "min_runtime_version"));
    return list;
}

static size_t put_buffers(writer *w)
{
    const zr_constants *constants = &w->constants;
    size_t list = zr_fbw_offsets(&w->out, (size_t)constants->n);
    for (int i = 0; i < constants->n; i++) {
        zr_fbw_field data = OFFSET(BUFFER_DATA);
        zr_bytes bytes = constants->list[i];
        zr_fbw_link(&w->out, list + 4 + 4 * (size_t)i,
                    zr_fbw_table(&w->out, &data, bytes.size ? 1 : 0));
        if (bytes.size)
            zr_fbw_link(&w->out, data.at,
                        zr_fbw_vector(&w->out, bytes.data, bytes.size, 1, BUFFER_ALIGNMENT));
    }
    return list;
}

bool zr_export_tflite(zr_ctx *cx, const zr_model *model, zr_bytes *bytes)
{
    writer w = {.cx = cx, .model = model};
    zr_fbw_init(&w.out, cx, "TFL3");
    if (!find_codes(&w) || !zr_constants_init(&w.constants, cx)) return false;
    zr_fbw_field fields[] = {
        WORD(MODEL_VERSION, SCHEMA_VERSION),
        OFFSET(MODEL_CODES),
        OFFSET(MODEL_SUBGRAPHS),
        OFFSET(MODEL_DESCRIPTION),
        OFFSET(MODEL_BUFFERS),
        OFFSET(MODEL_METADATA),
        OFFSET(MODEL_SIGNATURES),
    };
    zr_fbw_table(&w.out, fields, model->n_signatures ? 7 : 6);
    zr_fbw_link(&w.out, fields[1].at, put_codes(&w));
    zr_fbw_link(&w.out, fields[2].at, put_graphs(&w));
    zr_fbw_link(&w.out, fields[3].at,
                zr_fbw_string(&w.out, model->description ? model->description : ""));
    zr_fbw_link(&w.out, fields[5].at, put_metadata(&w));
    if (model->n_signatures) zr_fbw_link(&w.out, fields[6].at, put_signatures(&w));
    zr_fbw_link(&w.out, fields[4].at, put_buffers(&w));
    if (w.out.out.failed || w.constants.failed) return false;
    if (w.out.out.size > INT32_MAX) {
        zr_place place = ZR_NOWHERE;
        place.file = model->file;
        return zr_fail(cx, ZR_E_UNSUPPORTED, place, "is larger than 2 GiB as .tflite");
    }
    *bytes = (zr_bytes){(const uint8_t *)w.out.out.data, w.out.out.size};
    return true;
}
