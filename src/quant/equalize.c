/* Equalization (Nagel 2019, "Data-free quantization through weight equalization and bias
 * correction", arXiv 1906.04721): a factor for each channel between two layers, out of the one and
 * into the other, changes nothing in floats, since max(t x, 0) = t max(x, 0) for t > 0. With it all
 * channels of a tensor that share a scale can use all of its range. Weights have a scale for each
 * output channel, so what they lose is only within the second layer's filters: nothing when that is
 * depthwise, else the factor is shared between both sides. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "quant/work.h"

/* Greatest factor; channels that hardly ever speak gain nothing by more. */
static const float MOST = 8.0f;

/* Part of the way to equal reaches: what the samples show of a channel is not all there will be. */
static const float PART = 0.75f;

enum { SAMPLES = 64, /* that errors are measured on */ REACHES = 256 };

/* A tensor between two layers. */
typedef struct joint {
    int from, to;             /* layers */
    float *reach;             /* [channels] greatest magnitude in the samples */
    float *seen[QUANT_LANES]; /* the same, of the lane's samples */
} joint;

typedef struct equalizer {
    quant_work *w;
    joint *joints;
    int n;
    int64_t samples;
} equalizer;

static bool init(quant_work *w, equalizer *e)
{
    e->n = w->n_joints;
    e->joints = ZR_NEW(w->cx, joint, (size_t)e->n + 1);
    if (!e->joints) return false;
    for (int i = 0; i < e->n; i++) {
        joint *j = &e->joints[i];
        size_t channels = (size_t)w->net.layers[w->joints[i].from].channels;
        *j = (joint){.from = w->joints[i].from, .to = w->joints[i].to};
        j->reach = ZR_NEW(w->cx, float, channels + 1);
        if (!j->reach) return false;
        for (int lane = 0; lane < QUANT_LANES; lane++)
            if (!(j->seen[lane] = ZR_NEW(w->cx, float, channels + 1))) return false;
    }
    return true;
}

static void one_lane(void *state, int lane)
{
    const equalizer *e = state;
    quant_work *w = e->w;
    for (int64_t s = lane; s < e->samples; s += QUANT_LANES) {
        quant_run_feed(&w->run[lane], w->samples->input, s * w->samples->n / e->samples, NULL);
        quant_run_nodes(&w->run[lane], 0, w->net.graph->n_nodes, NULL);
        for (int i = 0; i < e->n; i++) {
            const joint *j = &e->joints[i];
            const quant_layer *l = &w->net.layers[j->from];
            const float *x = quant_run_tensor(&w->run[lane], l->output);
            float *most = j->seen[lane];
            for (int64_t p = 0; p < quant_layer_places(l); p++)
                for (int c = 0; c < l->channels; c++, x++)
                    most[c] = fabsf(*x) > most[c] ? fabsf(*x) : most[c];
        }
    }
}

static void equalize(quant_work *w, const joint *j)
{
    quant_layer *from = &w->net.layers[j->from], *to = &w->net.layers[j->to];
    bool apart = to->kernel_c == 1;
    float greatest = 0;
    for (int c = 0; c < from->channels; c++) {
        for (int i = 0; i < QUANT_LANES; i++) j->reach[c] = fmaxf(j->reach[c], j->seen[i][c]);
        greatest = fmaxf(greatest, j->reach[c]);
    }
    if (!(greatest > 0)) return;
    for (int c = 0; c < from->channels; c++) {
        float factor = powf(fminf(greatest / fmaxf(j->reach[c], FLT_MIN), MOST), PART);
        j->reach[c] = apart ? factor : sqrtf(factor);
    }
    quant_rescale(from, to, j->reach);
}

/* The error of rounded values alone, with full ranges. */
static bool error_of_values(quant_work *w, double *error)
{
    if (!quant_calibrate_extremes(w)) return false;
    quant_full_ranges(w);
    for (int i = 0; i < QUANT_LANES; i++) w->sim[i].layers = w->net.layers;
    return quant_measure(w, SAMPLES, error, NULL);
}

bool quant_equalize(quant_work *w)
{
    equalizer e = {.w = w, .samples = w->samples->n < REACHES ? w->samples->n : REACHES};
    double before, after;
    if (!init(w, &e)) return false;
    if (e.n == 0) return true;
    quant_layer *kept = quant_layers_copy(w->cx, &w->net);
    if (!kept || !error_of_values(w, &before)) return false;
    zr_parallel(QUANT_LANES, one_lane, &e);
    for (int i = 0; i < e.n; i++) equalize(w, &e.joints[i]);
    for (int i = 0; i < w->net.n_layers; i++) quant_layer_pack(&w->net.layers[i]);
    if (!error_of_values(w, &after)) return false;
    w->equalized = after < before;
    for (int i = 0; i < w->net.n_layers && !w->equalized; i++) {
        /* In place: the runs have the layers' address. */
        quant_layer *l = &w->net.layers[i];
        memcpy(l->value, kept[i].value, sizeof(float) * (size_t)l->channels * (size_t)l->taps);
        memcpy(l->offset, kept[i].offset, sizeof(float) * (size_t)l->channels);
        quant_layer_pack(l);
    }
    return true;
}
