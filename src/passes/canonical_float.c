#include "passes/canonical_float.h"

#include <string.h>

#include "ops/rules.h"
#include "ops/verify.h"

typedef struct rewrite {
    zr_ctx *cx;
    const zr_model *model;
    zr_graph *graph;
    int *uses; /* [tensor]: nodes and graph outputs that read it */
    bool changed, failed;
} rewrite;

static const float *floats(const zr_tensor *t)
{
    return (const float *)(const void *)t->data;
}

/* A copy of a constant float tensor with `n` values of its own, all 0, and the given shape. */
static int32_t new_constant(rewrite *r, const char *name, const zr_shape *shape, float **values)
{
    zr_graph *graph = r->graph;
    size_t n = (size_t)graph->n_tensors;
    zr_tensor *tensors = ZR_NEW(r->cx, zr_tensor, n + 1);
    int *uses = ZR_NEW(r->cx, int, n + 1);
    *values = ZR_NEW(r->cx, float, (size_t)zr_elements(shape) + 1);
    if (!tensors || !uses || !*values) {
        r->failed = true;
        return -1;
    }
    memcpy(tensors, graph->tensors, n * sizeof *tensors);
    memcpy(uses, r->uses, n * sizeof *uses);
    tensors[n] = (zr_tensor){.name = name,
                             .type = ZR_F32,
                             .shape = *shape,
                             .data = (const uint8_t *)*values,
                             .variable = -1};
    graph->tensors = tensors;
    r->uses = uses;
    return graph->n_tensors++;
}

static void set_input(rewrite *r, zr_node *node, int input, int32_t tensor)
{
    int n = node->n_inputs > input ? node->n_inputs : input + 1;
    int32_t *inputs = ZR_NEW(r->cx, int32_t, (size_t)n);
    if (!inputs) {
        r->failed = true;
        return;
    }
    for (int i = 0; i < n; i++) inputs[i] = i < node->n_inputs ? node->inputs[i] : -1;
    if (inputs[input] >= 0) r->uses[inputs[input]]--;
    if (tensor >= 0) r->uses[tensor]++;
    inputs[input] = tensor;
    node->inputs = inputs;
    node->n_inputs = n;
}

/* The node's int32 attribute, NULL when it has none of the name. */
static const int32_t *attribute(const zr_node *node, const char *name)
{
    for (int i = 0; i < node->op->n_fields; i++)
        if (!strcmp(node->op->fields[i].name, name))
            return (const int32_t *)(const void *)((const char *)node->attrs +
                                                   node->op->fields[i].offset);
    return NULL;
}

static void set_attribute(rewrite *r, zr_node *node, const char *name, int32_t value)
{
    char *copy = zr_alloc(r->cx, node->op->attrs_bytes, 1);
    if (!copy) {
        r->failed = true;
        return;
    }
    const int32_t *at = attribute(node, name);
    memcpy(copy, node->attrs, node->op->attrs_bytes);
    memcpy(copy + ((const char *)at - (const char *)node->attrs), &value, sizeof value);
    node->attrs = copy;
}

static bool plain(const zr_node *node)
{
    const int32_t *activation = attribute(node, "activation");
    return activation && *activation == ZR_ACT_NONE;
}

static const zr_quant_rule *layer_rule(const rewrite *r, const zr_node *node)
{
    const zr_quant_rule *rule = node->op ? node->op->quant : NULL;
    if (!rule || !rule->weights || node->n_inputs <= rule->weights) return NULL;
    const zr_tensor *weights = &r->graph->tensors[node->inputs[rule->weights]];
    return weights->data && weights->type == ZR_F32 ? rule : NULL;
}

/* The only reader of the tensor; NULL when there are several or the model gives it out. */
static zr_node *only_reader(const rewrite *r, int32_t tensor)
{
    if (r->uses[tensor] != 1) return NULL;
    for (int n = 0; n < r->graph->n_nodes; n++)
        for (int i = 0; i < r->graph->nodes[n].n_inputs; i++)
            if (r->graph->nodes[n].inputs[i] == tensor) return &r->graph->nodes[n];
    return NULL;
}

static bool is(const zr_node *node, zr_op_id id)
{
    return node && node->op == zr_ops[id].op;
}

/* An operator on a tensor and a constant of one value or one for each index of the last dimension:
 * y = x * factor + term. */
typedef struct affine {
    int32_t x;           /* the tensor */
    const zr_tensor *by; /* the constant */
    bool multiplies;
    float sign; /* of an addition: SUB adds -by */
} affine;

static bool read_affine(const rewrite *r, const zr_node *node, affine *a)
{
    bool mul = is(node, ZR_OP_MUL), sub = is(node, ZR_OP_SUB);
    if (!mul && !sub && !is(node, ZR_OP_ADD)) return false;
    const zr_tensor *t = r->graph->tensors;
    int c = t[node->inputs[1]].data ? 1 : sub ? -1 : 0;
    if (c < 0 || t[node->inputs[c]].type != ZR_F32 || !t[node->inputs[c]].data) return false;
    a->x = node->inputs[1 - c];
    a->by = &t[node->inputs[c]];
    a->multiplies = mul;
    a->sign = sub ? -1.0f : 1.0f;
    const zr_shape *shape = &t[a->x].shape;
    if (t[a->x].data || !zr_shape_equal(shape, &t[node->outputs[0]].shape)) return false;
    int64_t n = zr_elements(&a->by->shape);
    if (n == 1) return true;
    const zr_shape *by = &a->by->shape;
    return shape->rank > 0 && by->rank > 0 && by->dim[by->rank - 1] == n &&
           shape->dim[shape->rank - 1] == n;
}

static float value_of(const affine *a, int64_t channel)
{
    return floats(a->by)[zr_elements(&a->by->shape) == 1 ? 0 : channel];
}

/* Gives the node's output to `to`, and removes `gone`. */
static void take_over(rewrite *r, zr_node *to, zr_node *gone)
{
    r->uses[to->outputs[0]] = 0;
    for (int i = 0; i < gone->n_inputs; i++)
        if (gone->inputs[i] >= 0 && gone->inputs[i] != to->outputs[0]) r->uses[gone->inputs[i]]--;
    to->outputs = gone->outputs;
    int n = (int)(gone - r->graph->nodes);
    r->graph->n_nodes--;
    memmove(gone, gone + 1, (size_t)(r->graph->n_nodes - n) * sizeof *gone);
    r->changed = true;
}

/* The index of a weight's output channel. */
static int64_t channel_of(const zr_shape *shape, int axis, int64_t i)
{
    return i / zr_elements_range(shape, axis + 1, shape->rank) % shape->dim[axis];
}

static void add_bias(rewrite *r, zr_node *node, const zr_quant_rule *rule)
{
    if (node->n_inputs > rule->bias && node->inputs[rule->bias] >= 0) return;
    const zr_tensor *weights = &r->graph->tensors[node->inputs[rule->weights]];
    zr_shape shape = {1, {weights->shape.dim[rule->axis]}};
    const char *name = zr_format(r->cx, "%s/bias", weights->name);
    float *zeros;
    int32_t bias = new_constant(r, name, &shape, &zeros);
    if (bias >= 0 && name) set_input(r, node, rule->bias, bias);
}

/* layer -> MUL, ADD or SUB with a constant: into weights and bias. */
static void fold_behind(rewrite *r, zr_node *node, const zr_quant_rule *rule)
{
    zr_node *next = plain(node) ? only_reader(r, node->outputs[0]) : NULL;
    affine a;
    if (!next || !read_affine(r, next, &a) || a.x != node->outputs[0]) return;
    int32_t w = node->inputs[rule->weights], b = node->inputs[rule->bias];
    zr_shape shape = r->graph->tensors[w].shape, bias_shape = r->graph->tensors[b].shape;
    float *bias, *weights = NULL;
    int32_t new_bias = new_constant(r, r->graph->tensors[b].name, &bias_shape, &bias);
    int32_t new_weights =
        a.multiplies ? new_constant(r, r->graph->tensors[w].name, &shape, &weights) : w;
    if (r->failed || !read_affine(r, next, &a)) return; /* tensors have moved */
    const float *old_bias = floats(&r->graph->tensors[b]), *old = floats(&r->graph->tensors[w]);
    for (int64_t c = 0; c < zr_elements(&bias_shape); c++)
        bias[c] =
            a.multiplies ? old_bias[c] * value_of(&a, c) : old_bias[c] + a.sign * value_of(&a, c);
    for (int64_t i = 0; weights && i < zr_elements(&shape); i++)
        weights[i] = old[i] * value_of(&a, channel_of(&shape, rule->axis, i));
    set_input(r, node, rule->weights, new_weights);
    set_input(r, node, rule->bias, new_bias);
    int32_t activation = *attribute(next, "activation");
    if (!r->failed) take_over(r, node, next);
    if (activation != ZR_ACT_NONE) set_attribute(r, node, "activation", activation);
}

/* x -> MUL with one constant value -> layer: into the weights. Padding stays 0. */
static void fold_before(rewrite *r, zr_node *node, const zr_quant_rule *rule)
{
    int data = rule->bias == 3 ? 2 : 0;
    zr_graph *graph = r->graph;
    for (int n = 0; n < graph->n_nodes; n++) {
        zr_node *before = &graph->nodes[n];
        affine a;
        if (before->outputs[0] != node->inputs[data] || r->uses[before->outputs[0]] != 1 ||
            !read_affine(r, before, &a) || !a.multiplies || !plain(before) ||
            zr_elements(&a.by->shape) != 1)
            continue;
        int32_t w = node->inputs[rule->weights];
        zr_shape shape = graph->tensors[w].shape;
        float factor = value_of(&a, 0), *weights;
        int32_t new_weights = new_constant(r, graph->tensors[w].name, &shape, &weights);
        if (r->failed) return;
        for (int64_t i = 0; i < zr_elements(&shape); i++)
            weights[i] = floats(&graph->tensors[w])[i] * factor;
        set_input(r, node, rule->weights, new_weights);
        set_input(r, node, data, a.x);
        for (int i = 0; i < before->n_inputs; i++) r->uses[before->inputs[i]]--;
        graph->n_nodes--;
        memmove(before, before + 1, (size_t)(graph->n_nodes - n) * sizeof *before);
        r->changed = true;
        return;
    }
}

/* MUL -> MUL, or ADD -> ADD, both with constants: one constant. */
static void join_constants(rewrite *r, zr_node *node)
{
    affine a, b;
    zr_node *next = plain(node) ? only_reader(r, node->outputs[0]) : NULL;
    if (!next || !read_affine(r, node, &a) || !read_affine(r, next, &b) ||
        b.x != node->outputs[0] || a.multiplies != b.multiplies || is(node, ZR_OP_SUB))
        return;
    bool one = zr_elements(&a.by->shape) == 1;
    zr_shape shape = one ? b.by->shape : a.by->shape;
    int constant = a.x == node->inputs[0] ? 1 : 0;
    float *values;
    int32_t joined = new_constant(r, a.by->name, &shape, &values);
    if (r->failed || !read_affine(r, node, &a) || !read_affine(r, next, &b)) return;
    for (int64_t i = 0; i < zr_elements(&shape); i++)
        values[i] = a.multiplies ? value_of(&a, i) * value_of(&b, i)
                                 : value_of(&a, i) + b.sign * value_of(&b, i);
    set_input(r, node, constant, joined);
    int32_t activation = *attribute(next, "activation");
    if (!r->failed) take_over(r, node, next);
    if (activation != ZR_ACT_NONE) set_attribute(r, node, "activation", activation);
}

/* An operator -> RELU and the like: its own activation, where it can have one. */
static void fuse_activation(rewrite *r, zr_node *node)
{
    static const struct {
        zr_op_id op;
        int32_t activation;
    } fused[] = {{ZR_OP_RELU, ZR_ACT_RELU},
                 {ZR_OP_RELU6, ZR_ACT_RELU6},
                 {ZR_OP_RELU_N1_TO_1, ZR_ACT_RELU_N1_TO_1}};
    if (!plain(node) || node->n_outputs != 1) return;
    zr_node *next = only_reader(r, node->outputs[0]);
    for (int i = 0; next && i < 3; i++) {
        if (!is(next, fused[i].op)) continue;
        zr_node with = *node;
        set_attribute(r, &with, "activation", fused[i].activation);
        zr_ctx quiet;
        zr_ctx_init(&quiet);
        bool fits = !r->failed && zr_node_verify(&quiet, r->model, r->graph, &with);
        zr_ctx_free(&quiet);
        if (!fits) return;
        node->attrs = with.attrs;
        take_over(r, node, next);
        return;
    }
}

static bool rewrite_node(rewrite *r, zr_node *node)
{
    const zr_graph *graph = r->graph;
    if (graph->tensors[node->outputs[0]].type != ZR_F32) return false;
    const zr_quant_rule *rule = layer_rule(r, node);
    r->changed = false;
    if (rule) {
        add_bias(r, node, rule);
        if (!r->failed) fold_behind(r, node, rule);
        if (!r->failed && !r->changed) fold_before(r, node, rule);
    } else {
        join_constants(r, node);
    }
    if (!r->failed && !r->changed) fuse_activation(r, node);
    return r->changed && !r->failed;
}

bool zr_canonical_float(zr_ctx *cx, zr_model *model)
{
    zr_graph *graph = &model->graphs[0];
    rewrite r = {.cx = cx, .model = model, .graph = graph};
    r.uses = ZR_NEW(cx, int, (size_t)graph->n_tensors + 1);
    if (!r.uses) return false;
    for (int n = 0; n < graph->n_nodes; n++)
        for (int i = 0; i < graph->nodes[n].n_inputs; i++)
            if (graph->nodes[n].inputs[i] >= 0) r.uses[graph->nodes[n].inputs[i]]++;
    for (int i = 0; i < graph->n_outputs; i++) r.uses[graph->outputs[i]]++;
    for (int n = 0; n < graph->n_nodes && !r.failed;) {
        int nodes = graph->n_nodes;
        if (!rewrite_node(&r, &graph->nodes[n]))
            n++;
        else if (graph->n_nodes < nodes && n > 0)
            n--; /* what was behind the removed one is now behind this one or the one before */
    }
    return !r.failed;
}
