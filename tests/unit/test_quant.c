/* The quantizer's parts: grids, histograms, rounding, the float layers, the canonical float graph.
 */
#include <math.h>
#include <string.h>

#include "exec/exec.h"
#include "exec/samples.h"
#include "import/import.h"
#include "ops/lower.h"
#include "ops/verify.h"
#include "passes/canonical_float.h"
#include "passes/prepare.h"
#include "plan/plan.h"
#include "quant/histogram.h"
#include "quant/quant.h"
#include "quant/rounding.h"
#include "quant/work.h"
#include "test.h"

static double chance(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / 0x1p24;
}

ZR_TEST(quant_grids)
{
    quant_grid g = quant_grid_of(0, 255, 8);
    CHECK(g.scale == 1.0f && g.zero == -128);
    g = quant_grid_of(-1, 3, 8);
    CHECK(fabs((double)g.scale - 4.0 / 255) < 1e-9 && g.zero == -64);
    g = quant_grid_of(2, 5.1f, 8); /* widened to hold 0 */
    CHECK(g.zero == -128 && fabs((double)g.scale - 0.02) < 1e-7);
    g = quant_grid_of(-5.1f, -2, 8);
    CHECK(g.zero == 127);
    g = quant_grid_of(0, 0, 8);
    CHECK(g.scale > 0);
    g = quant_grid_of(-2, 1, 16);
    CHECK(g.zero == 0 && fabs((double)g.scale * 32767 - 2) < 1e-6);
}

ZR_TEST(quant_round_to_grid)
{
    quant_grid g = {0.5f, -28, -128, 127}; /* -50 to 77.5 */
    float x[] = {0, 0.24f, 0.26f, -0.26f, 77.4f, 1000, -1000, -50};
    const float want[] = {0, 0, 0.5f, -0.5f, 77.5f, 77.5f, -50, -50};
    quant_round(x, 8, &g);
    for (int i = 0; i < 8; i++) CHECK(x[i] == want[i]);
}

ZR_TEST(quant_histogram_ranges)
{
    enum { N = 1000 };
    uint64_t bins[N] = {0};
    float low, high;
    for (int i = 0; i < N / 2; i++) bins[i] = 1000; /* evenly in 0..50 of 0..100 */
    bins[N - 1] = 1;
    quant_range_percentile(bins, N, 0, 100, 1e-5, &low, &high);
    CHECK(low == 0 && fabs((double)high - 50) < 0.2);
    quant_range_percentile(bins, N, 0, 100, 0, &low, &high);
    CHECK(low == 0 && high == 100);
    quant_range_squared_error(bins, N, 0, 100, 256, &low, &high);
    CHECK(low == 0 && high >= 50 && high < 100);
    quant_range_divergence(bins, N, 0, 100, 256, &low, &high);
    CHECK(low == 0 && high >= 49); /* less would move values */
}

/* A covariance of inputs that depend on each other: B^T B + ridge. */
static void covariance(uint32_t *state, int n, double *a)
{
    double b[8][8];
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) b[i][k] = 2 * chance(state) - 1;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            a[i * n + k] = i == k ? 0.01 : 0;
            for (int j = 0; j < n; j++) a[i * n + k] += b[j][i] * b[j][k];
        }
}

static double error_of(const double *a, int n, const double *best, double scale, const int *q)
{
    double error = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            error += a[i * n + k] * (best[i] - scale * q[i]) * (best[k] - scale * q[k]);
    return error;
}

ZR_TEST(quant_factor_of_covariance)
{
    double a[16], r[16];
    uint32_t state = 3;
    covariance(&state, 4, a);
    CHECK(quant_factor(a, 4, r));
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++) {
            double sum = 0;
            for (int j = 0; j < 4; j++) sum += r[j * 4 + i] * r[j * 4 + k];
            CHECK(fabs(sum - a[i * 4 + k]) < 1e-12);
        }
    a[0] = -1;
    CHECK(!quant_factor(a, 4, r));
}

/* Against every assignment of four weights at the scale that was found. */
ZR_TEST(quant_rounding_is_near_the_best)
{
    enum { N = 4, LIMIT = 3 };
    uint32_t state = 1;
    int best_found = 0, better_than_nearest = 0;
    for (int trial = 0; trial < 100; trial++) {
        double a[N * N], r[N * N], best[N], work[4 * N], least = INFINITY;
        float scale;
        int8_t q[N];
        int assigned[N], nearest[N];
        covariance(&state, N, a);
        for (int i = 0; i < N; i++) best[i] = 2 * chance(&state) - 1;
        if (!CHECK(quant_factor(a, N, r))) return;
        double error = quant_round_channel(a, r, N, best, LIMIT, 0, work, &scale, q);
        for (int i = 0; i < N; i++) {
            assigned[i] = q[i];
            CHECK(q[i] >= -LIMIT && q[i] <= LIMIT);
            double x = nearbyint(best[i] / (double)scale);
            nearest[i] = (int)fmax(fmin(x, LIMIT), -LIMIT);
        }
        double found = error_of(a, N, best, (double)scale, assigned);
        CHECK(fabs(found - error) < 1e-5 * (1 + found));
        CHECK(found <= error_of(a, N, best, (double)scale, nearest) + 1e-6);
        better_than_nearest += found < error_of(a, N, best, (double)scale, nearest) - 1e-9;
        for (int code = 0; code < 7 * 7 * 7 * 7; code++) {
            int p[N];
            for (int i = 0, rest = code; i < N; i++, rest /= 7) p[i] = rest % 7 - LIMIT;
            least = fmin(least, error_of(a, N, best, (double)scale, p));
        }
        best_found += found <= least + 1e-6;
    }
    CHECK(best_found > 80);
    CHECK(better_than_nearest > 30);
}

ZR_TEST(quant_rounding_of_nothing)
{
    double a[4] = {1, 0, 0, 1}, r[4], best[2] = {0, 0}, work[8];
    float scale = 1;
    int8_t q[2] = {5, 5};
    CHECK(quant_factor(a, 2, r));
    quant_round_channel(a, r, 2, best, 7, 0, work, &scale, q);
    CHECK(scale == 0 && q[0] == 0 && q[1] == 0);
    quant_round_plain(a, 2, best, 7, 0, &scale, q);
    CHECK(scale == 0 && q[0] == 0);
    best[0] = 1, best[1] = -0.5;
    quant_round_channel(a, r, 2, best, 127, 0.125, work, &scale, q); /* a scale that is asked for */
    CHECK(scale == 0.125f && q[0] == 8 && q[1] == -4);
}

static const char *digits(zr_ctx *cx, const char *name)
{
    const char *path = zr_format(cx, "../../../models/digits/%s", name);
    return path ? zr_test_data(cx, path) : NULL;
}

static bool take(zr_ctx *cx, zr_model *model, zr_samples *samples)
{
    const char *x = digits(cx, "samples_float_x.npy"), *file = digits(cx, "digits_float.tflite");
    zr_array *arrays;
    int n;
    return x && file && zr_import(cx, file, model) && zr_arrays_read(cx, x, &arrays, &n) &&
           zr_samples_take(cx, model, x, arrays, n, samples);
}

/* Every tensor of the quantizer's float net against the device's float kernels. */
ZR_TEST(quant_net_is_the_float_model)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_model model;
    zr_samples samples;
    zr_program program;
    zr_array out;
    quant_net net;
    quant_run run;
    bool ok = take(&cx, &model, &samples) && zr_prepare(&cx, &model) &&
              zr_lower_model(&cx, &model, NULL, &program) && zr_plan(&cx, &program) &&
              zr_samples_run(&cx, &program, &samples, NULL, NULL, &out) &&
              zr_canonical_float(&cx, &model) && quant_net_init(&cx, &model, &net) &&
              quant_run_init(&cx, &net, net.layers, &run);
    if (CHECK(ok)) {
        CHECK(net.n_layers >= 6);
        double greatest = 0;
        for (int64_t s = 0; s < samples.n; s++) {
            quant_run_feed(&run, samples.input, s, NULL);
            quant_run_nodes(&run, 0, net.graph->n_nodes, NULL);
            const float *y = quant_run_tensor(&run, net.graph->outputs[0]);
            for (int i = 0; i < 10; i++)
                greatest = fmax(greatest, fabs((double)y[i] - zr_array_number(&out, s * 10 + i)));
        }
        CHECK(greatest < 1e-5);
    }
    zr_ctx_free(&cx);
}

ZR_TEST(quantized_digits)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_model model, quantized;
    zr_samples samples;
    zr_quant_report report;
    zr_quant_options options = {
        .weight_bits = 8, .activation_bits = 8, .headroom = -1, .max_drop = -1};
    bool ok = take(&cx, &model, &samples) &&
              zr_quantize(&cx, &model, &samples, &options, &quantized, &report);
    if (CHECK(ok)) {
        CHECK(report.agreement == 1);
        CHECK(report.score_ratio > 25);
        for (int t = 0; t < quantized.graphs[0].n_tensors; t++)
            CHECK(quantized.graphs[0].tensors[t].type != ZR_F32);
    }
    zr_ctx_free(&cx);
}

static bool quantize_little(zr_ctx *cx, void *data)
{
    zr_model model, quantized;
    zr_samples samples;
    zr_quant_options options = {
        .weight_bits = 4, .activation_bits = 8, .headroom = -1, .max_drop = -1, .fast = true};
    (void)data;
    if (!take(cx, &model, &samples)) return false;
    samples.n = 1;
    return zr_quantize(cx, &model, &samples, &options, &quantized, NULL);
}

ZR_TEST(quantize_without_memory)
{
    CHECK_MEMORY(quantize_little, NULL);
}

/* ---- The canonical float graph: a layer of two inputs and two outputs, and what follows it. ----
 */

enum { X, WEIGHTS, HIDDEN, FACTOR, SCALED, TERM, MOVED, Y, TENSORS };

typedef struct small {
    zr_tensor tensors[TENSORS];
    zr_node nodes[4];
    zr_graph graph;
    zr_model model;
    int32_t ports[4][4];
} small;

static zr_tensor vector(const char *name, int32_t n, const float *data)
{
    return (zr_tensor){.name = name,
                       .type = ZR_F32,
                       .shape = {2, {1, n}},
                       .data = (const uint8_t *)data,
                       .variable = -1};
}

static void add(small *s, zr_op_id op, int a, int b, int out, const void *attrs)
{
    int n = s->graph.n_nodes++;
    int32_t *p = s->ports[n];
    p[0] = a, p[1] = b, p[2] = out;
    s->nodes[n] = (zr_node){.op = zr_ops[op].op,
                            .index = n,
                            .op_name = zr_ops[op].name,
                            .n_inputs = b < 0 ? 1 : 2,
                            .n_outputs = 1,
                            .inputs = p,
                            .outputs = p + 2,
                            .attrs = attrs};
}

/* Attributes of no activation, of every operator here. */
static const int32_t no_attrs[8] = {0};

static void build(small *s)
{
    static const float weights[4] = {1, 2, -3, 0.5f}, factor[2] = {2, -0.25f}, term[2] = {0.5f, 1};
    static const int32_t in[1] = {X}, out[1] = {Y};
    memset(s, 0, sizeof *s);
    s->tensors[X] = vector("x", 2, NULL);
    s->tensors[WEIGHTS] = vector("w", 2, weights);
    s->tensors[WEIGHTS].shape.dim[0] = 2;
    s->tensors[HIDDEN] = vector("hidden", 2, NULL);
    s->tensors[FACTOR] = vector("factor", 2, factor);
    s->tensors[SCALED] = vector("scaled", 2, NULL);
    s->tensors[TERM] = vector("term", 2, term);
    s->tensors[MOVED] = vector("moved", 2, NULL);
    s->tensors[Y] = vector("y", 2, NULL);
    s->graph = (zr_graph){.name = "main",
                          .n_tensors = TENSORS,
                          .tensors = s->tensors,
                          .nodes = s->nodes,
                          .n_inputs = 1,
                          .n_outputs = 1,
                          .inputs = in,
                          .outputs = out};
    add(s, ZR_OP_FULLY_CONNECTED, X, WEIGHTS, HIDDEN, no_attrs);
    add(s, ZR_OP_MUL, HIDDEN, FACTOR, SCALED, no_attrs);
    add(s, ZR_OP_ADD, SCALED, TERM, MOVED, no_attrs);
    add(s, ZR_OP_RELU, MOVED, -1, Y, no_attrs);
    s->model = (zr_model){.file = "small", .n_graphs = 1, .graphs = &s->graph};
}

static bool run_small(zr_ctx *cx, small *s, float x0, float x1, float y[2])
{
    zr_program program;
    zr_exec exec;
    if (!zr_lower_model(cx, &s->model, NULL, &program) || !zr_plan(cx, &program) ||
        !zr_exec_init(cx, &exec, &program))
        return false;
    float *in = zr_exec_tensor(&exec, s->graph.inputs[0]);
    in[0] = x0, in[1] = x1;
    zr_exec_run(&exec);
    memcpy(y, zr_exec_tensor(&exec, s->graph.outputs[0]), 2 * sizeof *y);
    return true;
}

ZR_TEST(canonical_float_folds_behind_a_layer)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    small s;
    build(&s);
    float before[2], after[2];
    if (CHECK(zr_prepare(&cx, &s.model) && run_small(&cx, &s, 1.5f, -2, before) &&
              zr_canonical_float(&cx, &s.model))) {
        CHECK_EQ(s.graph.n_nodes, 1); /* weights, factor, term and RELU are one layer */
        CHECK_EQ(s.graph.nodes[0].n_inputs, 3);
        CHECK(zr_model_verify(&cx, &s.model) && run_small(&cx, &s, 1.5f, -2, after));
        for (int i = 0; i < 2; i++) CHECK(fabs((double)(before[i] - after[i])) < 1e-6);
        CHECK(before[0] == 0 && before[1] == 2.375f); /* relu(2 * -2.5 + 0.5), -0.25 * -5.5 + 1 */
    }
    zr_ctx_free(&cx);
}

/* What another node or the model itself reads must stay. */
ZR_TEST(canonical_float_leaves_what_is_read_twice)
{
    static const int32_t outputs[2] = {Y, HIDDEN};
    zr_ctx cx;
    zr_ctx_init(&cx);
    small s;
    build(&s);
    s.graph.n_outputs = 2;
    s.graph.outputs = outputs;
    float before[2], after[2];
    if (CHECK(zr_prepare(&cx, &s.model) && run_small(&cx, &s, -1, 0.25f, before) &&
              zr_canonical_float(&cx, &s.model))) {
        CHECK_EQ(s.graph.n_nodes, 3); /* only the RELU went into the ADD */
        CHECK(run_small(&cx, &s, -1, 0.25f, after));
        CHECK(before[0] == after[0] && before[1] == after[1]);
    }
    zr_ctx_free(&cx);
}
