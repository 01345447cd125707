/* The operators' own cases (src/ops/<folder>/cases.c): a model of one node from each, verified,
 * lowered with every kernel variant that fits, planned and executed as any other model is. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exec/exec.h"
#include "ops/case.h"
#include "passes/prepare.h"
#include "select/select.h"
#include "test.h"

#define ZR_OP(NAME, symbol) extern const zr_case zr_cases_##symbol[];
#include "ops/ops.def"
#undef ZR_OP

static const zr_case *const tables[ZR_OP_COUNT] = {
#define ZR_OP(NAME, symbol) zr_cases_##symbol,
#include "ops/ops.def"
#undef ZR_OP
};

enum { MIN_CASES = 3, ALL_ISA = ZR_ISA_WIDE_MUL | ZR_ISA_DSP | ZR_ISA_MVE };
static const double TOLERANCE = 1e-5; /* of floats, relative */

/* A case under test with one kernel. */
typedef struct trial {
    zr_ctx cx;
    const zr_op_entry *entry;
    const zr_case *c;
    const char *kernel; /* "ref" or a variant's name */
} trial;

/* Variables live between operators: a node alone can do nothing with one. tests/models has models
 * that use them, tests/conformance makes more. */
static bool needs_others(zr_op_id op)
{
    return op == ZR_OP_VAR_HANDLE || op == ZR_OP_READ_VARIABLE || op == ZR_OP_ASSIGN_VARIABLE ||
           op == ZR_OP_CALL_ONCE;
}

static bool wrong(trial *t, const char *what)
{
    char text[512];
    const char *error = zr_test_error(&t->cx);
    snprintf(text, sizeof text, "%s, '%s', kernel %s: %s%s%s", t->entry->name, t->c->name,
             t->kernel, what, *error ? ": " : "", error);
    zr_test_check(false, __FILE__, __LINE__, text);
    return false;
}

static zr_quant make_quant(zr_ctx *cx, const zr_case_tensor *from)
{
    int n = from->scales ? from->shape.dim[from->axis] : from->scale > 0 ? 1 : 0;
    float *scale = ZR_NEW(cx, float, (size_t)n + 1);
    int64_t *zero_point = ZR_NEW(cx, int64_t, (size_t)n + 1);
    if (!scale || !zero_point) return (zr_quant){0};
    for (int i = 0; i < n; i++) {
        scale[i] = from->scales ? from->scales[i] : from->scale;
        zero_point[i] = from->scales ? 0 : from->zero_point;
    }
    return (zr_quant){n, from->axis, scale, zero_point};
}

static zr_tensor make_tensor(zr_ctx *cx, const zr_case_tensor *from, const char *kind, int i)
{
    zr_tensor tensor = {.name = zr_format(cx, "%s %d", kind, i),
                        .type = from->type,
                        .shape = from->shape,
                        .quant = make_quant(cx, from),
                        .variable = -1};
    if (from->constant) tensor.data = from->data;
    return tensor;
}

/* The model of the case's node: its tensors are the inputs in order, then the outputs. */
static bool make_model(trial *t, zr_model *model)
{
    const zr_case *c = t->c;
    zr_ctx *cx = &t->cx;
    int n = c->n_in + c->n_out;
    zr_graph *graph = ZR_NEW(cx, zr_graph, 1);
    zr_node *node = ZR_NEW(cx, zr_node, 1);
    zr_tensor *tensors = ZR_NEW(cx, zr_tensor, (size_t)n);
    int32_t *ports = ZR_NEW(cx, int32_t, (size_t)n);
    int32_t *inputs = ZR_NEW(cx, int32_t, (size_t)c->n_in + 1);
    void *attrs = zr_alloc(cx, t->entry->op->attrs_bytes + 1, 1);
    if (!graph || !node || !tensors || !ports || !inputs || !attrs) return wrong(t, "no memory");
    if (c->attrs) memcpy(attrs, c->attrs, t->entry->op->attrs_bytes);
    *graph = (zr_graph){.name = "", .n_tensors = n, .n_nodes = 1, .n_outputs = c->n_out};
    for (int i = 0; i < n; i++) {
        bool out = i >= c->n_in;
        const zr_case_tensor *from = out ? &c->out[i - c->n_in] : &c->in[i];
        tensors[i] = make_tensor(cx, from, out ? "output" : "input", out ? i - c->n_in : i);
        ports[i] = from->data ? i : -1;
        if (!out && from->data && !from->constant) inputs[graph->n_inputs++] = i;
    }
    *node = (zr_node){.op = t->entry->op,
                      .op_name = t->entry->name,
                      .n_inputs = c->n_in,
                      .n_outputs = c->n_out,
                      .inputs = ports,
                      .outputs = ports + c->n_in,
                      .attrs = attrs};
    graph->tensors = tensors;
    graph->nodes = node;
    graph->inputs = inputs;
    graph->outputs = ports + c->n_in;
    *model = (zr_model){.file = "case", .sha256 = "", .description = "", .n_graphs = 1};
    model->graphs = graph;
    return true;
}

static bool close_enough(const float *found, const float *right, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        double difference = fabs((double)found[i] - (double)right[i]);
        bool same = found[i] == right[i] || (isnan(found[i]) && isnan(right[i]));
        if (!same && !(difference <= TOLERANCE * fabs((double)right[i]) + (double)FLT_MIN))
            return false;
    }
    return true;
}

static bool compare(trial *t, const zr_graph *graph, const zr_exec *exec)
{
    for (int i = 0; i < t->c->n_out; i++) {
        int index = t->c->n_in + i;
        const zr_tensor *tensor = &graph->tensors[index];
        const void *found = zr_exec_tensor(exec, index), *right = t->c->out[i].data;
        if (tensor->type == ZR_F32 ? !close_enough(found, right, zr_elements(&tensor->shape))
                                   : memcmp(found, right, zr_tensor_bytes(tensor)) != 0)
            return wrong(t, "another output");
    }
    return true;
}

static bool try_kernel(trial *t)
{
    zr_model model;
    zr_program program;
    zr_exec exec;
    const char *forced = zr_format(&t->cx, "0=%s", t->kernel);
    zr_select_options options = {.isa = ALL_ISA, .forced = &forced, .n_forced = 1};
    if (!make_model(t, &model)) return false;
    /* A node of constants is gone before kernels are chosen. */
    if (model.graphs[0].n_inputs == 0) options.n_forced = 0;
    if (!zr_make_program(&t->cx, &model, &options, &program)) return wrong(t, "not accepted");
    if (!zr_exec_init(&t->cx, &exec, &program)) return wrong(t, "no memory");
    memset(exec.arena, 0xA5, program.arena_bytes);
    for (int i = 0; i < model.graphs[0].n_inputs; i++) {
        int index = model.graphs[0].inputs[i];
        memcpy(zr_exec_tensor(&exec, index), t->c->in[index].data,
               zr_tensor_bytes(&model.graphs[0].tensors[index]));
    }
    zr_exec_run(&exec);
    return compare(t, &model.graphs[0], &exec);
}

/* Not when the node is folded or becomes another operator's. */
static bool fits(trial *t, const zr_variant *variant)
{
    zr_model model;
    if (!make_model(t, &model) || !zr_prepare(&t->cx, &model)) return false;
    zr_site site = {&t->cx, &model, &model.graphs[0], &model.graphs[0].nodes[0]};
    return model.graphs[0].n_nodes && site.node->op == t->entry->op &&
           zr_variant_fits(&site, variant);
}

/* One case, every kernel. */
static void try_case(const zr_op_entry *entry, const zr_case *c)
{
    const zr_variant *v = entry->op->variants;
    trial t = {.entry = entry, .c = c, .kernel = "ref"};
    zr_ctx_init(&t.cx);
    try_kernel(&t);
    zr_ctx_free(&t.cx);
    for (; v && v->name; v++) {
        t.kernel = v->name;
        if (fits(&t, v)) try_kernel(&t);
        zr_ctx_free(&t.cx);
    }
}

ZR_TEST(cases_of_every_operator)
{
    for (int op = 0; op < ZR_OP_COUNT; op++) {
        int n = 0;
        for (const zr_case *c = tables[op]; c->name; c++, n++) try_case(&zr_ops[op], c);
        if (n < MIN_CASES && !needs_others((zr_op_id)op)) {
            char text[128];
            snprintf(text, sizeof text, "%s has %d cases, not %d", zr_ops[op].name, n, MIN_CASES);
            zr_test_check(false, __FILE__, __LINE__, text);
        }
    }
}
