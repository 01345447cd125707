/* Convolutions and fully connected layers with numbers that training seldom makes: every kernel
 * that says it fits gives the reference's bits. */
#include <stdio.h>
#include <string.h>

#include "exec/exec.h"
#include "ops/rules.h"
#include "select/select.h"
#include "test.h"

typedef struct draw {
    uint64_t state;
} draw;

static int pick(draw *d, int least, int most)
{
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return least + (int)((d->state >> 33) % (uint64_t)(most - least + 1));
}

enum { INPUT, WEIGHTS, BIAS, OUTPUT, TENSORS };

/* A model of one node; all in the arena of cx. */
typedef struct layer {
    zr_ctx *cx;
    zr_tensor tensors[TENSORS];
    int32_t ports[TENSORS];
    zr_node node;
    zr_graph graph;
    zr_model model;
    const int8_t *input;
} layer;

/* Whole bytes, small ones, or only the two ends of the range. */
static int8_t *bytes(zr_ctx *cx, draw *d, int64_t n, int least)
{
    int8_t *data = ZR_NEW(cx, int8_t, (size_t)n);
    int kind = pick(d, 0, 3);
    for (int64_t i = 0; data && i < n; i++) {
        data[i] = (int8_t)pick(d, kind == 1 ? -9 : least, kind == 1 ? 9 : 127);
        if (kind == 2) data[i] = (int8_t)(pick(d, 0, 1) ? 127 : least);
        if (kind == 3) data[i] = (int8_t)(i / 5 % 2 ? least : 127);
    }
    return data;
}

static zr_tensor tensor(layer *l, zr_type type, zr_shape shape, int n_scales)
{
    zr_tensor t = {.name = "", .type = type, .shape = shape, .variable = -1};
    float *scale = ZR_NEW(l->cx, float, (size_t)n_scales);
    int64_t *zero_point = ZR_NEW(l->cx, int64_t, (size_t)n_scales);
    for (int i = 0; scale && zero_point && i < n_scales; i++) scale[i] = 1.0f;
    t.quant = (zr_quant){n_scales, 0, scale, zero_point};
    return t;
}

static float power_of_two(int exponent)
{
    float x = 1.0f;
    for (; exponent < 0; exponent++) x /= 2;
    return x;
}

/* Weights and biases whose output spreads over the range, as a rule; some channels are switched
 * off: a scale near 0 and a bias that decides everything. */
static void fill(layer *l, draw *d, int64_t size, int channels)
{
    int8_t *weights = bytes(l->cx, d, size * channels, pick(d, 0, 9) ? -127 : -128);
    int32_t *bias = ZR_NEW(l->cx, int32_t, (size_t)channels);
    float *scale = (float *)(uintptr_t)l->tensors[WEIGHTS].quant.scale;
    int spread = 0, n_scales = l->tensors[WEIGHTS].quant.n;
    while ((int64_t)1 << spread < size) spread++;
    int right = pick(d, 1, 10) == 1 ? pick(d, -1, 25) : 4 + spread / 2 + pick(d, 0, 4);
    for (int c = 0; bias && c < channels; c++) {
        bool off = n_scales > 1 && pick(d, 0, 7) == 0;
        int shift = off ? pick(d, 15, 34) : right + (n_scales > 1 ? pick(d, -2, 2) : 0);
        if (c < n_scales)
            scale[c] = power_of_two(-shift - 1) * (1.0f + (float)pick(d, 0, 999) / 1000);
        bias[c] = pick(d, -1, 1) * pick(d, 0, 1 << (off && shift < 29 ? shift : 14));
        if (off && pick(d, 0, 1)) bias[c] = pick(d, 0, 1) ? 1 << 30 : -(1 << 30);
    }
    l->tensors[WEIGHTS].data = (const uint8_t *)weights;
    l->tensors[BIAS].data = (const uint8_t *)bias;
}

static void finish(layer *l, draw *d, zr_op_id op, const void *attrs)
{
    int64_t *in_zero = (int64_t *)(uintptr_t)l->tensors[INPUT].quant.zero_point;
    int64_t *out_zero = (int64_t *)(uintptr_t)l->tensors[OUTPUT].quant.zero_point;
    in_zero[0] = pick(d, 0, 1) ? -128 : pick(d, -128, 127);
    out_zero[0] = pick(d, 0, 1) ? -128 : pick(d, -128, 127);
    for (int i = 0; i < TENSORS; i++) l->ports[i] = i;
    if (pick(d, 0, 9) == 0) l->ports[BIAS] = -1;
    l->node = (zr_node){.op = zr_ops[op].op,
                        .op_name = zr_ops[op].name,
                        .n_inputs = 3,
                        .n_outputs = 1,
                        .inputs = l->ports,
                        .outputs = l->ports + OUTPUT,
                        .attrs = attrs};
    l->graph = (zr_graph){.name = "",
                          .n_tensors = TENSORS,
                          .n_nodes = 1,
                          .n_inputs = 1,
                          .n_outputs = 1,
                          .tensors = l->tensors,
                          .nodes = &l->node,
                          .inputs = l->ports,
                          .outputs = l->ports + OUTPUT};
    l->model = (zr_model){.file = "", .sha256 = "", .description = "", .n_graphs = 1};
    l->model.graphs = &l->graph;
    l->input = bytes(l->cx, d, zr_elements(&l->tensors[INPUT].shape), -128);
}

static void make_convolution(layer *l, draw *d)
{
    bool pointwise = pick(d, 0, 2) == 0;
    int kernel_h = pointwise ? 1 : pick(d, 1, 4), kernel_w = pointwise ? 1 : pick(d, 1, 4);
    int in_c = pick(d, 1, pointwise ? 40 : 9), out_c = pick(d, 1, 9);
    int in_h = pick(d, 4, 8), in_w = pick(d, 4, 8);
    int32_t *attrs = ZR_NEW(l->cx, int32_t, 6);
    static const int activations[] = {ZR_ACT_NONE, ZR_ACT_RELU, ZR_ACT_RELU, ZR_ACT_RELU6};
    if (!attrs) return;
    attrs[0] = pick(d, 0, 1);
    attrs[1] = pointwise ? 1 : pick(d, 1, 3);
    attrs[2] = pointwise ? 1 : pick(d, 1, 3);
    attrs[3] = activations[pick(d, 0, 3)];
    attrs[4] = (kernel_w - 1) * 2 < in_w ? pick(d, 1, 2) : 1;
    attrs[5] = (kernel_h - 1) * 2 < in_h ? pick(d, 1, 2) : 1;
    int32_t out_h, out_w, before;
    if (!zr_window(attrs[0], in_h, kernel_h, attrs[2], attrs[5], &out_h, &before)) out_h = 0;
    if (!zr_window(attrs[0], in_w, kernel_w, attrs[1], attrs[4], &out_w, &before)) out_w = 0;
    l->tensors[INPUT] = tensor(l, ZR_I8, (zr_shape){4, {1, in_h, in_w, in_c}}, 1);
    l->tensors[WEIGHTS] = tensor(l, ZR_I8, (zr_shape){4, {out_c, kernel_h, kernel_w, in_c}},
                                 pick(d, 0, 4) ? out_c : 1);
    l->tensors[BIAS] = tensor(l, ZR_I32, (zr_shape){1, {out_c}}, 0);
    l->tensors[OUTPUT] = tensor(l, ZR_I8, (zr_shape){4, {1, out_h, out_w, out_c}}, 1);
    fill(l, d, (int64_t)kernel_h * kernel_w * in_c, out_c);
    finish(l, d, ZR_OP_CONV_2D, attrs);
}

static void make_depthwise(layer *l, draw *d)
{
    int kernel_h = pick(d, 0, 2) ? 3 : pick(d, 1, 5), kernel_w = kernel_h == 3 ? 3 : pick(d, 1, 5);
    int in_c = pick(d, 0, 1) ? 4 * pick(d, 1, 3) : pick(d, 1, 9);
    int multiplier = pick(d, 0, 4) ? 1 : pick(d, 2, 4);
    int in_h = pick(d, 0, 3) ? pick(d, 5, 20) : pick(d, 40, 90), in_w = pick(d, 5, 50);
    int channels = in_c * multiplier;
    int32_t *attrs = ZR_NEW(l->cx, int32_t, 7);
    if (!attrs) return;
    attrs[0] = pick(d, 0, 1);
    attrs[1] = attrs[2] = pick(d, 0, 4) ? pick(d, 1, 2) : 3;
    attrs[3] = multiplier;
    attrs[4] = pick(d, 0, 2) ? ZR_ACT_RELU : ZR_ACT_NONE;
    attrs[5] = attrs[6] = 1;
    int32_t out_h, out_w, before;
    if (!zr_window(attrs[0], in_h, kernel_h, attrs[2], 1, &out_h, &before)) out_h = 0;
    if (!zr_window(attrs[0], in_w, kernel_w, attrs[1], 1, &out_w, &before)) out_w = 0;
    l->tensors[INPUT] = tensor(l, ZR_I8, (zr_shape){4, {1, in_h, in_w, in_c}}, 1);
    l->tensors[WEIGHTS] =
        tensor(l, ZR_I8, (zr_shape){4, {1, kernel_h, kernel_w, channels}}, channels);
    l->tensors[WEIGHTS].quant.axis = 3;
    l->tensors[BIAS] = tensor(l, ZR_I32, (zr_shape){1, {channels}}, 0);
    l->tensors[OUTPUT] = tensor(l, ZR_I8, (zr_shape){4, {1, out_h, out_w, channels}}, 1);
    fill(l, d, (int64_t)kernel_h * kernel_w, channels);
    finish(l, d, ZR_OP_DEPTHWISE_CONV_2D, attrs);
}

static void make_fully_connected(layer *l, draw *d)
{
    int in_size = pick(d, 0, 3) ? pick(d, 1, 70) : pick(d, 500, 4000);
    int out_size = pick(d, 1, 17), rows = pick(d, 0, 3) ? 1 : pick(d, 2, 7);
    int32_t *attrs = ZR_NEW(l->cx, int32_t, 3);
    if (!attrs) return;
    attrs[0] = pick(d, 0, 1) ? ZR_ACT_RELU : ZR_ACT_NONE;
    l->tensors[INPUT] = tensor(l, ZR_I8, (zr_shape){2, {rows, in_size}}, 1);
    l->tensors[WEIGHTS] =
        tensor(l, ZR_I8, (zr_shape){2, {out_size, in_size}}, pick(d, 0, 1) ? out_size : 1);
    l->tensors[BIAS] = tensor(l, ZR_I32, (zr_shape){1, {out_size}}, 0);
    l->tensors[OUTPUT] = tensor(l, ZR_I8, (zr_shape){2, {rows, out_size}}, 1);
    fill(l, d, in_size, out_size);
    if (l->tensors[WEIGHTS].quant.n == 1) {
        float *scale = ZR_NEW(l->cx, float, 1);
        int64_t *zero = ZR_NEW(l->cx, int64_t, 1);
        if (!scale || !zero) return;
        scale[0] = l->tensors[WEIGHTS].quant.scale[0];
        l->tensors[BIAS].quant = (zr_quant){1, 0, scale, zero};
    }
    finish(l, d, ZR_OP_FULLY_CONNECTED, attrs);
}

/* The output with one kernel; NULL when the model is not accepted. */
static const int8_t *run(layer *l, const char *kernel)
{
    const char *forced = zr_format(l->cx, "0=%s", kernel);
    zr_select_options options = {
        .isa = ZR_ISA_WIDE_MUL | ZR_ISA_DSP | ZR_ISA_MVE, .forced = &forced, .n_forced = 1};
    zr_program program;
    zr_exec exec;
    if (!zr_make_program(l->cx, &l->model, &options, &program)) return NULL;
    if (!zr_exec_init(l->cx, &exec, &program)) return NULL;
    memset(exec.arena, 0xA5, program.arena_bytes);
    memcpy(zr_exec_tensor(&exec, INPUT), l->input, zr_tensor_bytes(&l->tensors[INPUT]));
    zr_exec_run(&exec);
    return zr_exec_tensor(&exec, OUTPUT);
}

/* Weights of 4 bits in place of those of 8, at 16 times the scale; `packed` or as int8. */
static void narrow(layer *l, const int8_t *wide, bool packed)
{
    zr_tensor *weights = &l->tensors[WEIGHTS];
    size_t n = (size_t)zr_elements(&weights->shape);
    uint8_t *data = zr_alloc(l->cx, n, 1);
    for (size_t i = 0; data && i < n; i++) {
        int w = wide[i] >> 4;
        if (packed)
            data[i / 2] = (uint8_t)(data[i / 2] | (w & 15) << i % 2 * 4);
        else
            data[i] = (uint8_t)w;
    }
    weights->type = packed ? ZR_I4 : ZR_I8;
    weights->data = data;
}

/* The layer with weights of 4 bits; what must come out is the answer of the same ones as int8. */
static const int8_t *make_int4(layer *l)
{
    zr_tensor *weights = &l->tensors[WEIGHTS], *bias = &l->tensors[BIAS];
    const int8_t *wide = (const int8_t *)weights->data;
    for (int i = 0; i < weights->quant.n; i++) ((float *)(uintptr_t)weights->quant.scale)[i] *= 16;
    for (int i = 0; i < bias->quant.n; i++) ((float *)(uintptr_t)bias->quant.scale)[i] *= 16;
    int32_t *value = (int32_t *)(uintptr_t)bias->data;
    for (int64_t i = 0; value && i < zr_elements(&bias->shape); i++) value[i] /= 16;
    narrow(l, wide, false);
    const int8_t *right = run(l, "ref");
    narrow(l, wide, true);
    return right;
}

/* How many kernels were compared with the reference. */
static int compare(layer *l, int number, bool int4)
{
    const int8_t *right = int4 ? make_int4(l) : run(l, "ref");
    size_t n = zr_tensor_bytes(&l->tensors[OUTPUT]);
    zr_site site = {l->cx, &l->model, &l->graph, &l->node};
    int compared = 0;
    if (int4 && right) {
        const int8_t *found = run(l, "ref");
        char text[200];
        snprintf(text, sizeof text, "%s %d with packed weights", l->node.op_name, number);
        zr_test_check(found && !memcmp(found, right, n), __FILE__, __LINE__, text);
        compared++;
    }
    for (const zr_variant *v = l->node.op->variants; right && v->name; v++) {
        if (!zr_variant_fits(&site, v)) continue;
        const int8_t *found = run(l, v->name);
        char text[200];
        snprintf(text, sizeof text, "%s %d with kernel %s", l->node.op_name, number, v->name);
        zr_test_check(found && !memcmp(found, right, n), __FILE__, __LINE__, text);
        compared++;
    }
    return compared;
}

static void try_many(void (*make)(layer *, draw *), int n, bool int4)
{
    int compared = 0;
    for (int i = 0; i < n; i++) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        layer l = {.cx = &cx};
        draw d = {(uint64_t)i};
        make(&l, &d);
        compared += compare(&l, i, int4);
        zr_ctx_free(&cx);
    }
    if (!CHECK(compared > n / 2)) printf("%d of %d\n", compared, n);
}

ZR_TEST(kernels_of_convolutions_agree)
{
    try_many(make_convolution, 1500, false);
}

ZR_TEST(kernels_of_depthwise_convolutions_agree)
{
    try_many(make_depthwise, 600, false);
}

ZR_TEST(kernels_of_fully_connected_layers_agree)
{
    try_many(make_fully_connected, 400, false);
}

ZR_TEST(kernels_of_int4_weights_agree)
{
    try_many(make_convolution, 1000, true);
    try_many(make_depthwise, 200, true);
    try_many(make_fully_connected, 300, true);
}
