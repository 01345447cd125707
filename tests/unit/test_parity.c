/* Damage of a known kind to a good quantized model, and what is said about it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/npy.h"
#include "import/import.h"
#include "ops/op.h"
#include "parity/match.h"
#include "parity/parity.h"
#include "parity/weights.h"
#include "passes/prepare.h"
#include "test.h"

static const double LIMIT = 0.1;

typedef struct pair {
    zr_ctx cx;
    zr_model real, quantized;
    zr_samples real_samples, samples;
    zr_parity parity;
} pair;

static const char *digits(zr_ctx *cx, const char *name)
{
    return zr_test_data(cx, zr_format(cx, "../../../models/digits/%s", name));
}

static bool take(pair *p, const char *name, zr_model *model, zr_samples *samples)
{
    const char *path = digits(&p->cx, name), *x = digits(&p->cx, "samples_float_x.npy");
    zr_array *arrays;
    int n;
    return zr_import(&p->cx, path, model) && zr_prepare(&p->cx, model) &&
           zr_arrays_read(&p->cx, x, &arrays, &n) &&
           zr_samples_take(&p->cx, model, x, arrays, n, samples);
}

static bool start(pair *p)
{
    zr_ctx_init(&p->cx);
    return take(p, "digits_float.tflite", &p->real, &p->real_samples) &&
           take(p, "digits_int8.tflite", &p->quantized, &p->samples);
}

static bool compare(pair *p)
{
    return zr_parity_run(&p->cx, &p->real, &p->quantized, &p->real_samples, &p->samples, LIMIT,
                         NULL, NULL, &p->parity);
}

/* The tensor that node n of the quantized model reads as input i, or writes. */
static zr_tensor *tensor_of(pair *p, int n, int i)
{
    zr_graph *g = &p->quantized.graphs[0];
    return &g->tensors[i < 0 ? g->nodes[n].outputs[0] : g->nodes[n].inputs[i]];
}

/* A copy of a constant that may be changed. */
static void *own(pair *p, zr_tensor *tensor)
{
    uint8_t *copy = zr_alloc(&p->cx, zr_tensor_bytes(tensor), 1);
    if (copy) memcpy(copy, tensor->data, zr_tensor_bytes(tensor));
    if (copy) tensor->data = copy;
    return copy;
}

static void scale_by(pair *p, zr_tensor *tensor, float factor)
{
    float *scale = ZR_NEW(&p->cx, float, (size_t)tensor->quant.n);
    for (int i = 0; scale && i < tensor->quant.n; i++) scale[i] = factor * tensor->quant.scale[i];
    tensor->quant.scale = scale;
}

static void check_cause(pair *p, int layer, const char *words)
{
    if (!CHECK(compare(p))) return;
    CHECK_EQ(p->parity.first, layer);
    CHECK_EQ(p->parity.source, layer);
    char text[512];
    const char *cause = p->parity.cause ? p->parity.cause : "nothing";
    snprintf(text, sizeof text, "'%s' is in '%s'", words, cause);
    zr_test_check(strstr(cause, words) != NULL, __FILE__, __LINE__, text);
}

ZR_TEST(parity_of_a_good_model)
{
    pair p;
    if (CHECK(start(&p)) && CHECK(compare(&p))) {
        const zr_parity *r = &p.parity;
        CHECK_EQ(r->n_layers, p.quantized.graphs[0].n_nodes);
        CHECK_EQ(r->first, -1);
        CHECK(r->cause == NULL);
        CHECK(r->agreement == 1);
        for (int i = 0; i < r->n_layers; i++) {
            CHECK(r->layers[i].error > 0 && r->layers[i].error < 0.04);
            CHECK(r->layers[i].own > 0 && r->layers[i].own < 0.02);
            CHECK(r->layers[i].node->op == r->layers[i].real_node->op);
            CHECK(i == 0 ? r->layers[i].growth < 0 : r->layers[i].growth > 0);
        }
        CHECK(fabs(r->layers[0].error - r->layers[0].own) < 1e-9);
    }
    zr_ctx_free(&p.cx);
}

/* A model against itself is exact, and its layers hold what floats hold. */
ZR_TEST(parity_of_a_model_with_itself)
{
    pair p;
    if (CHECK(start(&p))) {
        p.quantized = p.real;
        p.samples = p.real_samples;
        if (CHECK(compare(&p))) {
            for (int i = 0; i < p.parity.n_layers; i++) {
                CHECK(p.parity.layers[i].error == 0);
                CHECK(p.parity.layers[i].beyond == 0);
                CHECK(p.parity.layers[i].unused == 0);
            }
        }
    }
    zr_ctx_free(&p.cx);
}

ZR_TEST(parity_names_a_range_that_is_too_narrow)
{
    pair p;
    if (CHECK(start(&p))) {
        scale_by(&p, tensor_of(&p, 2, -1), 0.1f);
        check_cause(&p, 2, "outside the range");
    }
    zr_ctx_free(&p.cx);
}

ZR_TEST(parity_names_a_range_that_is_too_wide)
{
    pair p;
    if (CHECK(start(&p))) {
        scale_by(&p, tensor_of(&p, 4, -1), 40.0f);
        check_cause(&p, 4, "of the range that its scale gives");
    }
    zr_ctx_free(&p.cx);
}

ZR_TEST(parity_names_a_bias_that_is_off)
{
    pair p;
    if (CHECK(start(&p))) {
        zr_tensor *bias = tensor_of(&p, 10, 2);
        int32_t *value = own(&p, bias);
        for (int64_t i = 0; value && i < zr_elements(&bias->shape); i++) value[i] += 3000;
        check_cause(&p, 10, "correction of the bias");
    }
    zr_ctx_free(&p.cx);
}

ZR_TEST(parity_names_other_weights)
{
    pair p;
    if (CHECK(start(&p))) {
        zr_tensor *weights = tensor_of(&p, 1, 1);
        int8_t *value = own(&p, weights);
        for (int64_t i = 0; value && i < zr_elements(&weights->shape); i++)
            value[i] = (int8_t)-value[i];
        check_cause(&p, 1, "not those of the float model");
    }
    zr_ctx_free(&p.cx);
}

ZR_TEST(parity_names_coarse_weights)
{
    pair p;
    if (CHECK(start(&p))) {
        zr_tensor *weights = tensor_of(&p, 4, 1);
        int8_t *value = own(&p, weights);
        for (int64_t i = 0; value && i < zr_elements(&weights->shape); i++)
            value[i] = (int8_t)(value[i] / 64 * 64);
        check_cause(&p, 4, "its weights are");
    }
    zr_ctx_free(&p.cx);
}

/* An error that comes in with the input is blamed on the layer that made it. */
ZR_TEST(parity_goes_back_to_the_source)
{
    pair p;
    if (CHECK(start(&p))) {
        zr_tensor *weights = tensor_of(&p, 2, 1);
        int8_t *value = own(&p, weights);
        for (int64_t i = 0; value && i < zr_elements(&weights->shape); i++)
            value[i] = (int8_t)(value[i] / 12 * 12);
        if (CHECK(compare(&p)) && CHECK(p.parity.n_layers > 3)) {
            double limit = p.parity.layers[2].error * 1.0001;
            double most = 0;
            for (int i = 3; i < p.parity.n_layers; i++)
                if (p.parity.layers[i].error > most) most = p.parity.layers[i].error;
            if (CHECK(most > limit) && CHECK(zr_parity_judge(&p.cx, &p.parity, limit))) {
                CHECK(p.parity.first > 2);
                CHECK_EQ(p.parity.source, 2);
            }
        }
    }
    zr_ctx_free(&p.cx);
}

ZR_TEST(parity_compares_with_a_chip)
{
    pair p;
    if (CHECK(start(&p)) && CHECK(compare(&p))) {
        size_t bytes = 0;
        for (int i = 0; i < p.parity.n_layers; i++)
            bytes += zr_tensor_bytes(p.parity.layers[i].tensor);
        uint8_t *outputs = zr_alloc(&p.cx, 2 * bytes, 1);
        zr_model exposed;
        CHECK(zr_parity_expose(&p.cx, &p.parity, &exposed));
        CHECK_EQ(exposed.graphs[0].n_outputs, p.parity.n_layers);
        CHECK(outputs && zr_parity_chip(&p.cx, &p.parity, &p.samples, 2, outputs));
        /* Softmax gives -128 for what is impossible, never 0 for all. */
        const zr_parity_layer *last = &p.parity.layers[p.parity.n_layers - 1];
        CHECK_EQ(last->chip_elements, 20);
        CHECK(last->chip_different > 10);
    }
    zr_ctx_free(&p.cx);
}

static bool run(zr_ctx *cx, void *data)
{
    pair *p = data;
    zr_parity parity;
    zr_samples one = p->samples, real_one = p->real_samples;
    one.n = real_one.n = 1;
    return zr_parity_run(cx, &p->real, &p->quantized, &real_one, &one, LIMIT, NULL, NULL, &parity);
}

ZR_TEST(parity_memory)
{
    pair p;
    if (CHECK(start(&p))) CHECK_MEMORY(run, &p);
    zr_ctx_free(&p.cx);
}

/* A float graph of convolutions with RELUs of their own, and one with fused ones. */
static void add_node(zr_graph *g, zr_op_id op, const int32_t *attrs, int32_t *outputs)
{
    zr_node *node = &g->nodes[g->n_nodes];
    outputs[g->n_nodes] = g->n_nodes;
    g->tensors[g->n_nodes] = (zr_tensor){.name = "", .shape = {1, {7}}};
    *node = (zr_node){.op = zr_ops[op].op,
                      .op_name = zr_ops[op].name,
                      .n_outputs = 1,
                      .outputs = &outputs[g->n_nodes],
                      .attrs = attrs};
    g->n_tensors = ++g->n_nodes;
}

ZR_TEST(parity_matches_fused_activations)
{
    static const int32_t plain[6] = {0, 1, 1, 0, 1, 1}, fused[6] = {0, 1, 1, 1, 1, 1};
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_tensor tensors[2][8];
    zr_node nodes[2][8];
    int32_t outputs[2][8];
    zr_graph real = {.tensors = tensors[0], .nodes = nodes[0]};
    zr_graph quantized = {.tensors = tensors[1], .nodes = nodes[1]};
    add_node(&real, ZR_OP_CONV_2D, plain, outputs[0]);
    add_node(&real, ZR_OP_RELU, NULL, outputs[0]);
    add_node(&real, ZR_OP_CONV_2D, plain, outputs[0]);
    add_node(&real, ZR_OP_RELU, NULL, outputs[0]);
    add_node(&real, ZR_OP_SOFTMAX, plain, outputs[0]);
    add_node(&quantized, ZR_OP_QUANTIZE, NULL, outputs[1]);
    add_node(&quantized, ZR_OP_CONV_2D, fused, outputs[1]);
    add_node(&quantized, ZR_OP_CONV_2D, fused, outputs[1]);
    add_node(&quantized, ZR_OP_SOFTMAX, plain, outputs[1]);
    add_node(&quantized, ZR_OP_DEQUANTIZE, NULL, outputs[1]);
    zr_model a = {.graphs = &real, .n_graphs = 1}, b = {.graphs = &quantized, .n_graphs = 1};
    int *partner;
    if (CHECK(zr_parity_match(&cx, &a, &b, &partner))) {
        static const int right[] = {-1, 1, 3, 4, -1};
        for (int i = 0; i < 5; i++) CHECK_EQ(partner[i], right[i]);
    }
    zr_ctx_free(&cx);
}

ZR_TEST(parity_knows_unlike_channels)
{
    static const float real[] = {8, -1, 0.5f, 0, 0.25f, -0.5f};
    static const int8_t stored[] = {127, -16, 8, 0, 4, -8};
    static const int64_t zero[] = {0};
    static const float scale[] = {8.0f / 127};
    static const int32_t inputs[] = {-1, 0};
    zr_tensor a = {.type = ZR_F32, .shape = {2, {2, 3}}, .data = (const uint8_t *)real};
    zr_tensor b = {.type = ZR_I8,
                   .shape = {2, {2, 3}},
                   .data = (const uint8_t *)stored,
                   .quant = {1, 0, scale, zero}};
    zr_node node = {.op = zr_ops[ZR_OP_FULLY_CONNECTED].op, .n_inputs = 2, .inputs = inputs};
    zr_graph f = {.tensors = &a}, q = {.tensors = &b};
    double error, unlike;
    zr_parity_weights(&f, &node, &q, &node, &error, &unlike);
    CHECK(unlike == 16);
    CHECK(error > 0 && error < 0.01);
    b.quant.n = 0;
    zr_parity_weights(&f, &node, &q, &node, &error, &unlike);
    CHECK(error < 0);
}
