/* Models written and read again. */
#include <stdio.h>
#include <string.h>

#include "export/constants.h"
#include "export/export.h"
#include "import/import.h"
#include "import/tflite.h"
#include "ops/op.h"
#include "ops/rules.h"
#include "ops/version.h"
#include "test.h"

static const char *const models[] = {"bytes", "classes", "constants", "convolutions",
                                     "float", "int16",   "int4",      "multi",
                                     "names", "nothing", "stateful",  "total"};

static bool read_model(zr_ctx *cx, const char *name, zr_model *model)
{
    const char *path = zr_test_data(cx, zr_format(cx, "../../models/%s.tflite", name));
    return path && zr_import(cx, path, model);
}

static void same_ints(const int32_t *a, int n_a, const int32_t *b, int n_b)
{
    CHECK_BYTES(a, (size_t)n_a * sizeof *a, b, (size_t)n_b * sizeof *b);
}

static void same_tensor(const zr_tensor *a, const zr_tensor *b)
{
    CHECK_TEXT(a->name, b->name);
    CHECK_EQ(a->type, b->type);
    CHECK(zr_shape_equal(&a->shape, &b->shape));
    CHECK_EQ(a->quant.axis, b->quant.axis);
    size_t n = (size_t)a->quant.n, m = (size_t)b->quant.n;
    CHECK_BYTES(a->quant.scale, 4 * n, b->quant.scale, 4 * m);
    CHECK_BYTES(a->quant.zero_point, 8 * n, b->quant.zero_point, 8 * m);
    if (!CHECK_EQ(a->data != NULL, b->data != NULL) || !a->data) return;
    CHECK_BYTES(a->data, zr_tensor_bytes(a), b->data, zr_tensor_bytes(b));
    CHECK_EQ((uintptr_t)b->data % 16, 0);
}

static void same_attribute(const zr_field *field, const void *a, const void *b)
{
    const char *at_a = (const char *)a + field->offset, *at_b = (const char *)b + field->offset;
    if (field->kind == ZR_FIELD_LIST) {
        zr_list x, y;
        memcpy(&x, at_a, sizeof x);
        memcpy(&y, at_b, sizeof y);
        same_ints(x.value, x.n, y.value, y.n);
    } else if (field->kind == ZR_FIELD_STRING) {
        const char *x, *y;
        memcpy(&x, at_a, sizeof(char *));
        memcpy(&y, at_b, sizeof(char *));
        CHECK_TEXT(x, y);
    } else {
        CHECK_BYTES(at_a, 4, at_b, 4);
    }
}

static void same_node(const zr_node *a, const zr_node *b)
{
    CHECK(a->op == b->op);
    same_ints(a->inputs, a->n_inputs, b->inputs, b->n_inputs);
    same_ints(a->outputs, a->n_outputs, b->outputs, b->n_outputs);
    for (int i = 0; i < a->op->n_fields; i++) same_attribute(&a->op->fields[i], a->attrs, b->attrs);
}

static void same_model(const zr_model *a, const zr_model *b)
{
    CHECK_TEXT(a->description, b->description);
    if (!CHECK_EQ(a->n_graphs, b->n_graphs)) return;
    for (int g = 0; g < a->n_graphs; g++) {
        const zr_graph *x = &a->graphs[g], *y = &b->graphs[g];
        CHECK_TEXT(x->name, y->name);
        same_ints(x->inputs, x->n_inputs, y->inputs, y->n_inputs);
        same_ints(x->outputs, x->n_outputs, y->outputs, y->n_outputs);
        if (!CHECK_EQ(x->n_tensors, y->n_tensors) || !CHECK_EQ(x->n_nodes, y->n_nodes)) return;
        for (int i = 0; i < x->n_tensors; i++) same_tensor(&x->tensors[i], &y->tensors[i]);
        for (int i = 0; i < x->n_nodes; i++) same_node(&x->nodes[i], &y->nodes[i]);
    }
}

/* Also: what is written of what was written is the same again. */
ZR_TEST(export_keeps_models)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        zr_model model, again;
        zr_bytes once, twice;
        if (CHECK(read_model(&cx, models[i], &model)) &&
            CHECK(zr_export_tflite(&cx, &model, &once)) &&
            CHECK(zr_tflite_parse(&cx, "again", once, &again)) &&
            CHECK(zr_export_tflite(&cx, &again, &twice))) {
            same_model(&model, &again);
            CHECK_BYTES(once.data, once.size, twice.data, twice.size);
        }
        CHECK_ERROR(&cx, "");
        zr_ctx_free(&cx);
    }
}

static bool write_model(zr_ctx *cx, void *data)
{
    zr_bytes bytes;
    return zr_export_tflite(cx, data, &bytes);
}

ZR_TEST(export_memory)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_model model;
    if (CHECK(read_model(&cx, "stateful", &model))) CHECK_MEMORY(write_model, &model);
    zr_ctx_free(&cx);
}

ZR_TEST(export_refuses_operators_it_does_not_know)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_model model;
    zr_bytes bytes;
    if (CHECK(read_model(&cx, "multi", &model))) {
        model.graphs[0].nodes[0].op = NULL;
        model.file = "m.tflite";
        CHECK(!zr_export_tflite(&cx, &model, &bytes));
        CHECK_ERROR(&cx, "m.tflite: operator 0 (SUB) at subgraph 0: not supported; 'zerre check "
                         "--operators' lists the operators there are");
    }
    zr_ctx_free(&cx);
}

/* The model "multi" with a signature for its two inputs and one of its outputs, written. */
static bool write_signature(zr_ctx *cx, zr_model *model, zr_bytes *bytes)
{
    static const char *const inputs[] = {"the left", "the right"};
    static const char *const outputs[] = {NULL, "the peak"};
    static zr_signature signature = {"serve", 0, inputs, outputs};
    if (!read_model(cx, "multi", model)) return false;
    CHECK_EQ(model->n_signatures, 0);
    model->n_signatures = 1;
    model->signatures = &signature;
    return zr_export_tflite(cx, model, bytes);
}

ZR_TEST(export_keeps_signatures)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_model model, again;
    zr_bytes bytes;
    if (CHECK(write_signature(&cx, &model, &bytes)) &&
        CHECK(zr_tflite_parse(&cx, "again", bytes, &again)) && CHECK_EQ(again.n_signatures, 1)) {
        const zr_signature *s = again.signatures;
        CHECK_TEXT(s->key, "serve");
        CHECK_EQ(s->graph, 0);
        CHECK_TEXT(s->inputs[0], "the left");
        CHECK_TEXT(s->inputs[1], "the right");
        CHECK(s->outputs[0] == NULL);
        CHECK_TEXT(s->outputs[1], "the peak");
    }
    zr_ctx_free(&cx);
}

/* The word before the text `text` by `back` bytes: the writer puts a name behind its table. */
static bool patch(zr_ctx *cx, zr_bytes *bytes, const char *text, size_t back, uint32_t value)
{
    uint8_t *copy = zr_alloc(cx, bytes->size, 1);
    size_t length = strlen(text), at = back;
    if (!copy) return false;
    memcpy(copy, bytes->data, bytes->size);
    while (at + length <= bytes->size && memcmp(copy + at, text, length) != 0) at++;
    if (at + length > bytes->size) return false;
    memcpy(copy + at - back, &value, sizeof value);
    bytes->data = copy;
    return true;
}

/* Nothing is computed with a signature: one that does not fit is no reason to refuse the model. */
ZR_TEST(signatures_that_do_not_fit_are_left_out)
{
    static const struct {
        const char *text;
        size_t back;
        uint32_t value;
    } cases[] = {
        {"the right", 8, 77},         /* a tensor that does not exist */
        {"the right", 8, UINT32_MAX}, /* as above */
        {"the peak", 8, 0},           /* one that is no output */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        zr_model model, again;
        zr_bytes bytes;
        if (CHECK(write_signature(&cx, &model, &bytes)) &&
            CHECK(patch(&cx, &bytes, cases[i].text, cases[i].back, cases[i].value)) &&
            CHECK(zr_tflite_parse(&cx, "again", bytes, &again))) {
            CHECK_EQ(again.n_signatures, 0);
            CHECK_EQ(cx.n_errors, 0);
            CHECK_TEXT(zr_test_error(&cx),
                       "again: signature 'serve' does not fit its subgraph; it is left out");
        }
        zr_ctx_free(&cx);
    }
}

ZR_TEST(signatures_outside_the_file_are_damage)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_model model, again;
    zr_bytes bytes;
    if (CHECK(write_signature(&cx, &model, &bytes)) &&
        CHECK(patch(&cx, &bytes, "the peak", 4, 1u << 30)))
        CHECK(!zr_tflite_parse(&cx, "again", bytes, &again));
    CHECK_EQ(zr_exit_status(&cx), 1);
    zr_ctx_free(&cx);
}

ZR_TEST(constants_are_stored_once)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_constants c;
    uint32_t values[500];
    for (uint32_t i = 0; i < 500; i++) values[i] = i % 200;
    if (CHECK(zr_constants_init(&c, &cx))) {
        CHECK_EQ(zr_constants_add(&c, (zr_bytes){NULL, 0}), 0);
        for (int i = 0; i < 500; i++)
            CHECK_EQ(zr_constants_add(&c, (zr_bytes){(uint8_t *)&values[i], 4}), 1 + i % 200);
        CHECK_EQ(zr_constants_add(&c, (zr_bytes){(uint8_t *)values, 3}), 201);
        CHECK_EQ(c.n, 202);
    }
    zr_ctx_free(&cx);
}

/* A node of an operator whose inputs all are of a type and rank, as writing sees it. */
static int version(zr_op_id op, zr_type type, int rank, int n_inputs, const char **runtime)
{
    static const int32_t ports[] = {0, 0, 0, 0};
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_tensor tensor = {.name = "", .type = type, .shape = {.rank = rank}};
    zr_node node = {.op = zr_ops[op].op,
                    .n_inputs = n_inputs,
                    .inputs = ports,
                    .n_outputs = 1,
                    .outputs = ports};
    zr_graph graph = {.n_tensors = 1, .tensors = &tensor, .n_nodes = 1, .nodes = &node};
    zr_model model = {.n_graphs = 1, .graphs = &graph};
    zr_site site = {&cx, &model, &graph, &node};
    int number = zr_version_of(&site, runtime);
    zr_ctx_free(&cx);
    return number;
}

ZR_TEST(versions_follow_types_and_ranks)
{
    const char *runtime;
    CHECK_EQ(version(ZR_OP_SOFTMAX, ZR_F32, 2, 1, &runtime), 1);
    CHECK_TEXT(runtime, "1.5.0");
    CHECK_EQ(version(ZR_OP_SOFTMAX, ZR_I8, 2, 1, &runtime), 2);
    CHECK_TEXT(runtime, "1.14.0");
    CHECK_EQ(version(ZR_OP_SOFTMAX, ZR_I16, 2, 1, &runtime), 3);
    CHECK_TEXT(runtime, "2.3.0");
    CHECK_EQ(version(ZR_OP_SPLIT, ZR_I16, 2, 2, &runtime), 4);
    CHECK_EQ(version(ZR_OP_PAD, ZR_I8, 4, 2, &runtime), 2);
    CHECK_EQ(version(ZR_OP_PAD, ZR_I8, 5, 2, &runtime), 4);
    CHECK_EQ(version(ZR_OP_FULLY_CONNECTED, ZR_I8, 2, 3, &runtime), 4);
    CHECK_EQ(version(ZR_OP_FULLY_CONNECTED, ZR_I8, 2, 2, &runtime), 6);
    CHECK_TEXT(runtime, "2.1.0");
    CHECK_EQ(version(ZR_OP_CONV_2D, ZR_I4, 2, 3, &runtime), 7);
    CHECK_EQ(version(ZR_OP_QUANTIZE, ZR_I16, 2, 1, &runtime), 2);
}

ZR_TEST(versions_are_in_order_and_every_operator_has_a_runtime)
{
    for (int op = 0; op < ZR_OP_COUNT; op++) {
        const zr_op *o = zr_ops[op].op;
        const char *last = o->since;
        int number = 1;
        if (!zr_test_check(last != NULL, __FILE__, __LINE__, zr_ops[op].name)) continue;
        for (const zr_version *v = o->versions; v && v->number; v++) {
            CHECK(v->number >= number && v->number > 1);
            CHECK(!zr_runtime_older(v->runtime, last));
            CHECK(v->types || v->rank || v->attribute || v->test);
            number = v->number;
            last = v->runtime;
            bool known = !v->attribute;
            for (int i = 0; i < o->n_fields; i++)
                known |= v->attribute && !strcmp(v->attribute, o->fields[i].name);
            zr_test_check(known, __FILE__, __LINE__, zr_ops[op].name);
        }
    }
}

ZR_TEST(runtimes_are_compared_by_number)
{
    CHECK(zr_runtime_older("1.5.0", "1.14.0"));
    CHECK(zr_runtime_older("1.15.0", "2.3.0"));
    CHECK(zr_runtime_older("1.10.0", "1.10.1"));
    CHECK(!zr_runtime_older("2.11.0", "2.3.0"));
    CHECK(!zr_runtime_older("2.3.0", "2.3.0"));
    CHECK(zr_runtime_older("", "1.5.0"));
    CHECK(!zr_runtime_older("", ""));
}
