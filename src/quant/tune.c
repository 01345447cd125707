/* Rounding of all layers together, for weights of 4 bits: what one layer does wrong, others can
 * make up for. The integer net learns to compute what the float net computes, with the samples and
 * without labels: block reconstruction (Li 2021, BRECQ, arXiv 2102.05426) with the whole net as the
 * block, gradients straight through the roundings (Bengio 2013), Adam. Scales stay; a weight moves
 * between neighbouring integers. What comes out is kept only if samples that it did not learn from
 * say that it is better. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "quant/work.h"

enum {
    VISITS = 4096, /* of samples, in all */
    BATCH = 16,    /* samples to a step */
    HELD_OUT = 8   /* every so manyth sample is for judging */
};

/* Steps of Adam, in parts of a weight's scale and of an output's scale for biases. */
static const double WEIGHT_RATE = 0.002, BIAS_RATE = 0.01;

typedef struct learner {
    quant_work *w;
    int last;                                             /* nodes before it count */
    float **latent;                                       /* [layer] weights before rounding */
    float **first, **second, **bias_first, **bias_second; /* moments of Adam */
    float **gradient[QUANT_LANES], **bias_gradient[QUANT_LANES];
    uint8_t *slope[QUANT_LANES]; /* gradients of tensors, laid out as the arena */
    float *row[QUANT_LANES];
    int64_t step, order; /* order: which samples the step takes */
} learner;

static float *slope_of(const learner *t, int lane, int tensor)
{
    const quant_run *run = &t->w->sim[lane];
    return (float *)(void *)(t->slope[lane] +
                             ((uint8_t *)quant_run_tensor(run, tensor) - run->exec.arena));
}

static int64_t elements(const learner *t, int tensor)
{
    return zr_elements(&t->w->net.graph->tensors[tensor].shape);
}

/* ---- What can be learned through ---- */

static bool is(const zr_node *node, zr_op_id id)
{
    return node->op == zr_ops[id].op;
}

static bool knows(const quant_work *w, int n)
{
    const zr_node *node = &w->net.graph->nodes[n];
    const zr_tensor *t = w->net.graph->tensors;
    if (w->net.layer_of[n] >= 0 || is(node, ZR_OP_RESHAPE)) return true;
    if (is(node, ZR_OP_AVERAGE_POOL_2D)) return true;
    return is(node, ZR_OP_ADD) && !t[node->inputs[0]].data && !t[node->inputs[1]].data &&
           zr_shape_equal(&t[node->inputs[0]].shape, &t[node->inputs[1]].shape);
}

static bool find_last(learner *t)
{
    const quant_work *w = t->w;
    for (int n = 0; n < w->net.graph->n_nodes; n++)
        for (int i = 0; i < w->n_scores; i++)
            if (w->net.graph->nodes[n].outputs[0] == w->score[i]) t->last = n + 1;
    for (int n = 0; n < t->last; n++)
        if (!knows(w, n)) return false;
    return t->last > 0;
}

/* ---- Backwards ---- */

/* Nothing comes back through a value at an end of its range. */
static void limit_slope(const learner *t, int lane, int tensor, float act_min, float act_max)
{
    const quant_grid *g = &t->w->grids[tensor];
    float low = g->scale * (float)(g->low - g->zero), high = g->scale * (float)(g->high - g->zero);
    low = fmaxf(low, act_min), high = fminf(high, act_max);
    const float *y = quant_run_tensor(&t->w->sim[lane], tensor);
    float *slope = slope_of(t, lane, tensor);
    float margin = g->scale * 0.25f;
    for (int64_t i = 0; i < elements(t, tensor); i++)
        if (y[i] < low + margin || y[i] > high - margin) slope[i] = 0;
}

static void layer_back(const learner *t, int lane, int layer)
{
    quant_work *w = t->w;
    const quant_layer *l = &w->layers[layer];
    const float *x = quant_run_tensor(&w->sim[lane], l->input);
    const float *slope = slope_of(t, lane, l->output);
    float *back = slope_of(t, lane, l->input), *row = t->row[lane], *from = row + l->taps;
    int of_group = l->channels / l->groups, taps = l->taps;
    for (int64_t p = 0; p < quant_layer_places(l); p++, slope += l->channels)
        for (int g = 0; g < l->groups; g++) {
            bool any = false;
            for (int c = g * of_group; c < (g + 1) * of_group; c++) any = any || slope[c] != 0;
            if (!any) continue;
            quant_layer_patch(l, x, p, g, row);
            memset(from, 0, (size_t)taps * sizeof *from);
            for (int c = g * of_group; c < (g + 1) * of_group; c++) {
                float s = slope[c];
                if (s == 0) continue;
                float *to = t->gradient[lane][layer] + (size_t)c * (size_t)taps;
                const float *value = l->value + (size_t)c * (size_t)taps;
                for (int k = 0; k < taps; k++) to[k] += s * row[k], from[k] += s * value[k];
                t->bias_gradient[lane][layer][c] += s;
            }
            quant_layer_scatter(l, back, p, g, from);
        }
}

static void average_back(const learner *t, int lane, int n)
{
    const zr_node *node = &t->w->net.graph->nodes[n];
    const float *slope = slope_of(t, lane, node->outputs[0]);
    float *back = slope_of(t, lane, node->inputs[0]);
    quant_window w;
    if (!quant_window_of(&t->w->net, n, &w)) return;
    for (int64_t p = 0; p < (int64_t)w.batches * w.out_h * w.out_w; p++) {
        int32_t x0 = (int32_t)(p % w.out_w) * w.stride_w - w.pad_w;
        int32_t y0 = (int32_t)(p / w.out_w % w.out_h) * w.stride_h - w.pad_h;
        int64_t batch = p / w.out_w / w.out_h;
        int32_t x1 = x0 + w.kernel_w < w.in_w ? x0 + w.kernel_w : w.in_w;
        int32_t y1 = y0 + w.kernel_h < w.in_h ? y0 + w.kernel_h : w.in_h;
        x0 = x0 < 0 ? 0 : x0, y0 = y0 < 0 ? 0 : y0;
        float part = 1.0f / (float)((x1 - x0) * (y1 - y0));
        for (int32_t y = y0; y < y1; y++)
            for (int32_t x = x0; x < x1; x++) {
                float *to = back + ((batch * w.in_h + y) * w.in_w + x) * w.in_c;
                for (int32_t c = 0; c < w.in_c; c++) to[c] += part * slope[p * w.in_c + c];
            }
    }
}

/* Adds the slope of the distance to the float net, in parts of that net's size. */
static void add_distance(const learner *t, int lane, int tensor, float weight)
{
    const float *x = quant_run_tensor(&t->w->run[lane], tensor);
    const float *y = quant_run_tensor(&t->w->sim[lane], tensor);
    float *slope = slope_of(t, lane, tensor), size = 1e-12f;
    for (int64_t i = 0; i < elements(t, tensor); i++) size += x[i] * x[i];
    for (int64_t i = 0; i < elements(t, tensor); i++) slope[i] += weight / size * (y[i] - x[i]);
}

static void backwards(const learner *t, int lane)
{
    const quant_work *w = t->w;
    const zr_graph *graph = w->net.graph;
    memset(t->slope[lane], 0, w->net.program.arena_bytes);
    for (int i = 0; i < w->n_scores; i++) add_distance(t, lane, w->score[i], 1.0f);
    for (int n = t->last - 1; n >= 0; n--) {
        const zr_node *node = &graph->nodes[n];
        int l = w->net.layer_of[n], out = node->outputs[0];
        if (l >= 0) {
            add_distance(t, lane, out, 1.0f / (float)w->net.n_layers);
            limit_slope(t, lane, out, w->layers[l].act_min, w->layers[l].act_max);
            layer_back(t, lane, l);
        } else if (is(node, ZR_OP_ADD)) {
            limit_slope(t, lane, out, -INFINITY, INFINITY);
            for (int i = 0; i < 2; i++) {
                float *back = slope_of(t, lane, node->inputs[i]);
                const float *slope = slope_of(t, lane, out);
                for (int64_t k = 0; k < elements(t, out); k++) back[k] += slope[k];
            }
        } else if (is(node, ZR_OP_AVERAGE_POOL_2D)) {
            average_back(t, lane, n);
        } /* RESHAPE: the same memory */
    }
}

/* ---- Learning ---- */

/* The sample at place i of an endless, mixed row of those that are not held out. */
static int64_t sample_at(const learner *t, int64_t i)
{
    int64_t n = t->w->samples->n, s = 0;
    for (int64_t k = i;; k += 7919) {
        s = (int64_t)(((uint64_t)k * UINT64_C(0x9E3779B97F4A7C15)) >> 20) % n;
        if (n < 2 * HELD_OUT || s % HELD_OUT != 0) return s;
    }
}

static void learn_lane(void *state, int lane)
{
    const learner *t = state;
    quant_work *w = t->w;
    for (int i = 0; i < w->net.n_layers; i++) {
        const quant_layer *l = &w->layers[i];
        size_t n = (size_t)l->channels * (size_t)l->taps;
        memset(t->gradient[lane][i], 0, n * sizeof(float));
        memset(t->bias_gradient[lane][i], 0, (size_t)l->channels * sizeof(float));
    }
    for (int i = lane; i < BATCH; i += QUANT_LANES) {
        int64_t sample = sample_at(t, t->order + i);
        quant_run_feed(&w->run[lane], w->samples->input, sample, NULL);
        quant_run_nodes(&w->run[lane], 0, t->last, NULL);
        quant_run_feed(&w->sim[lane], w->samples->input, sample, w->grids);
        quant_run_nodes(&w->sim[lane], 0, t->last, w->grids);
        backwards(t, lane);
    }
}

/* One step of Adam (Kingma 2014, arXiv 1412.6980), but for the correction of its start: adam_start.
 */
static float adam(float gradient, float *first, float *second, float rate)
{
    *first = 0.9f * *first + 0.1f * gradient;
    *second = 0.99f * *second + 0.01f * gradient * gradient;
    return rate * *first / (sqrtf(*second) + 1e-18f);
}

static double adam_start(int64_t step)
{
    return sqrt(1 - pow(0.99, (double)step)) / (1 - pow(0.9, (double)step));
}

static void round_latent(quant_work *w, int layer, const float *latent)
{
    quant_layer *l = &w->layers[layer];
    float limit = w->bits[layer] == 4 ? 7 : 127;
    for (int c = 0; c < l->channels; c++)
        for (int k = 0; k < l->taps; k++) {
            size_t i = (size_t)c * (size_t)l->taps + (size_t)k;
            float scale = w->scale[layer][c], q = nearbyintf(latent[i] / scale);
            q = q > limit ? limit : q < -limit ? -limit : q;
            w->stored[layer][i] = (int8_t)q;
            l->value[i] = q * scale;
        }
    quant_layer_pack(l);
}

static void move_layer(const learner *t, int layer, double part)
{
    quant_work *w = t->w;
    quant_layer *l = &w->layers[layer];
    float bias_rate = (float)(BIAS_RATE * part) * w->grids[l->output].scale;
    for (int c = 0; c < l->channels; c++) {
        float rate = (float)(WEIGHT_RATE * part) * w->scale[layer][c];
        float limit = (w->bits[layer] == 4 ? 7.5f : 127.5f) * w->scale[layer][c], bias = 0;
        for (int k = 0; k < l->taps; k++) {
            size_t i = (size_t)c * (size_t)l->taps + (size_t)k;
            float g = 0;
            for (int lane = 0; lane < QUANT_LANES; lane++) g += t->gradient[lane][layer][i];
            float v =
                t->latent[layer][i] - adam(g, &t->first[layer][i], &t->second[layer][i], rate);
            t->latent[layer][i] = v > limit ? limit : v < -limit ? -limit : v;
        }
        for (int lane = 0; lane < QUANT_LANES; lane++) bias += t->bias_gradient[lane][layer][c];
        l->offset[c] -= adam(bias, &t->bias_first[layer][c], &t->bias_second[layer][c], bias_rate);
    }
    round_latent(w, layer, t->latent[layer]);
}

static void move_lane(void *state, int lane)
{
    const learner *t = state;
    double part = 0.5 * (1 + cos(3.14159265358979 * (double)(t->step * BATCH) / VISITS));
    part *= adam_start(t->step);
    for (int i = lane; i < t->w->net.n_layers; i += QUANT_LANES) move_layer(t, i, part);
}

/* Weights start where they were rounded to, as near to the float ones as that leaves. */
static void start_latent(quant_work *w, int layer, float *latent)
{
    const quant_layer *real = &w->net.layers[layer], *rounded = &w->layers[layer];
    for (int c = 0; c < real->channels; c++)
        for (int k = 0; k < real->taps; k++) {
            size_t i = (size_t)c * (size_t)real->taps + (size_t)k;
            float reach = 0.4f * w->scale[layer][c], d = real->value[i] - rounded->value[i];
            latent[i] = rounded->value[i] + (d > reach ? reach : d < -reach ? -reach : d);
        }
}

static float **memory(zr_ctx *cx, const quant_work *w, bool biases)
{
    float **list = ZR_NEW(cx, float *, (size_t)w->net.n_layers + 1);
    for (int i = 0; list && i < w->net.n_layers; i++) {
        const quant_layer *l = &w->layers[i];
        size_t n = (size_t)l->channels * (biases ? 1 : (size_t)l->taps);
        list[i] = ZR_NEW(cx, float, n + 1);
        if (!list[i]) return NULL;
    }
    return list;
}

static bool init(zr_ctx *cx, learner *t)
{
    const quant_work *w = t->w;
    size_t taps = 0;
    for (int i = 0; i < w->net.n_layers; i++)
        if (taps < (size_t)w->layers[i].taps) taps = (size_t)w->layers[i].taps;
    t->latent = memory(cx, w, false);
    t->first = memory(cx, w, false);
    t->second = memory(cx, w, false);
    t->bias_first = memory(cx, w, true);
    t->bias_second = memory(cx, w, true);
    bool ok = t->latent && t->first && t->second && t->bias_first && t->bias_second;
    for (int i = 0; i < QUANT_LANES && ok; i++) {
        t->gradient[i] = memory(cx, w, false);
        t->bias_gradient[i] = memory(cx, w, true);
        t->slope[i] = ZR_NEW(cx, uint8_t, w->net.program.arena_bytes + 1);
        t->row[i] = ZR_NEW(cx, float, 2 * taps + 1);
        ok = t->gradient[i] && t->bias_gradient[i] && t->slope[i] && t->row[i];
    }
    return ok;
}

/* The error on samples that were held out. */
static bool judge(quant_work *w, double *error)
{
    return quant_measure_every(w, w->samples->n < 2 * HELD_OUT ? 1 : HELD_OUT, error);
}

static bool learn(learner *t, const quant_layer *before, int8_t *const *stored, double error)
{
    quant_work *w = t->w;
    double now;
    for (int i = 0; i < w->net.n_layers; i++) start_latent(w, i, t->latent[i]);
    for (int64_t done = 0; done < VISITS; done += BATCH) {
        t->step++;
        t->order = done;
        zr_parallel(QUANT_LANES, learn_lane, t);
        zr_parallel(QUANT_LANES, move_lane, t);
    }
    if (!judge(w, &now)) return false;
    w->tuned = now < error;
    for (int i = 0; i < w->net.n_layers && !w->tuned; i++) {
        quant_layer *l = &w->layers[i];
        size_t n = (size_t)l->channels * (size_t)l->taps;
        memcpy(l->value, before[i].value, n * sizeof(float));
        memcpy(l->offset, before[i].offset, (size_t)l->channels * sizeof(float));
        memcpy(w->stored[i], stored[i], n);
        quant_layer_pack(l);
    }
    return true;
}

bool quant_tune(quant_work *w)
{
    learner t = {.w = w};
    bool four = false;
    for (int i = 0; i < w->net.n_layers; i++) four = four || w->bits[i] == 4;
    if (!four || w->options->fast || !find_last(&t)) return true;
    zr_ctx local;
    zr_ctx_init(&local);
    quant_net as_rounded = w->net;
    as_rounded.layers = w->layers;
    quant_layer *before = quant_layers_copy(&local, &as_rounded);
    int8_t **stored = ZR_NEW(&local, int8_t *, (size_t)w->net.n_layers + 1);
    double error = 0;
    bool ok = before && stored && init(&local, &t);
    for (int i = 0; i < w->net.n_layers && ok; i++) {
        size_t n = (size_t)w->layers[i].channels * (size_t)w->layers[i].taps;
        stored[i] = ZR_NEW(&local, int8_t, n + 1);
        if (stored[i])
            memcpy(stored[i], w->stored[i], n);
        else
            ok = false;
    }
    ok = ok && judge(w, &error) && learn(&t, before, stored, error);
    zr_ctx_free(&local);
    return ok || zr_fail(w->cx, ZR_E_MEMORY, ZR_NOWHERE, "no room to tune the roundings");
}
