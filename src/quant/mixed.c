/* Bits for the weights of every layer: the error that each layer makes at the model's scores with 4
 * and with 8 bits is measured, and of all assignments that fit the flash the one with the least sum
 * is found by dynamic programming over the layers. */
#include <math.h>
#include <string.h>

#include "quant/work.h"

enum { CHOICES = 2, UNIT = 16 /* bytes, of the table */, SAMPLES = 64 };

static const int bits_of[CHOICES] = {4, 8};

/* What a layer takes: weights, biases of 4 bytes, multipliers of 4, shifts of 1. */
static int64_t layer_bytes(const quant_layer *l, int bits)
{
    int64_t weights = ((int64_t)l->channels * l->taps * bits + 7) / 8;
    return weights + (int64_t)l->channels * (l->shared ? 5 : 9);
}

/* Multipliers that layers of as many channels share. */
static int64_t shared_bytes(const quant_work *w)
{
    int64_t bytes = 0;
    for (int i = 0; i < w->net.n_layers; i++) {
        bool seen = !w->net.layers[i].shared;
        for (int k = 0; k < i && !seen; k++)
            seen =
                w->net.layers[k].shared && w->net.layers[k].channels == w->net.layers[i].channels;
        if (!seen) bytes += 4 * (int64_t)w->net.layers[i].channels;
    }
    return bytes;
}

int64_t quant_layer_bytes(const quant_work *w)
{
    int64_t bytes = shared_bytes(w);
    for (int i = 0; i < w->net.n_layers; i++) bytes += layer_bytes(&w->net.layers[i], w->bits[i]);
    return bytes;
}

/* Rounds all layers to so many bits and measures each alone. */
static bool measure_layers(quant_work *w, int choice, double (*error)[CHOICES])
{
    int n = w->net.n_layers;
    quant_grid *grids = w->grids;
    quant_layer *rounded = w->layers, *mixed = ZR_NEW(w->cx, quant_layer, (size_t)n + 1);
    quant_grid *none = ZR_NEW(w->cx, quant_grid, (size_t)w->net.graph->n_tensors + 1);
    if (!mixed || !none) return false;
    for (int i = 0; i < n; i++) w->bits[i] = bits_of[choice];
    if (!quant_choose_weights(w)) return false;
    w->grids = none;
    bool ok = true;
    for (int i = 0; i < n && ok; i++) {
        memcpy(mixed, w->net.layers, (size_t)n * sizeof *mixed);
        mixed[i] = rounded[i];
        for (int k = 0; k < QUANT_LANES; k++) w->sim[k].layers = mixed;
        ok = quant_measure(w, SAMPLES, &error[i][choice], NULL);
    }
    for (int k = 0; k < QUANT_LANES; k++) w->sim[k].layers = rounded;
    w->grids = grids;
    return ok;
}

/* Least sum of errors within `budget` bytes; false when nothing fits. */
static bool assign(quant_work *w, double (*error)[CHOICES], int64_t budget)
{
    int n = w->net.n_layers;
    int64_t room = (budget - shared_bytes(w)) / UNIT;
    if (room < 0) return false;
    size_t width = (size_t)room + 1;
    double *least = ZR_NEW(w->cx, double, width), *next = ZR_NEW(w->cx, double, width);
    uint8_t *taken = ZR_NEW(w->cx, uint8_t, width * (size_t)n + 1);
    if (!least || !next || !taken) return false;
    for (int i = 0; i < n; i++) {
        for (size_t b = 0; b < width; b++) {
            next[b] = INFINITY;
            for (int c = 0; c < CHOICES; c++) {
                int64_t bytes = (layer_bytes(&w->net.layers[i], bits_of[c]) + UNIT - 1) / UNIT;
                if (bytes > (int64_t)b) continue;
                double e = least[b - (size_t)bytes] + error[i][c];
                if (e < next[b]) next[b] = e, taken[(size_t)i * width + b] = (uint8_t)c;
            }
        }
        double *swap = least;
        least = next, next = swap;
    }
    if (!isfinite(least[room])) return false;
    for (int i = n - 1; i >= 0; i--) {
        int c = taken[(size_t)i * width + (size_t)room];
        w->bits[i] = bits_of[c];
        room -= (layer_bytes(&w->net.layers[i], bits_of[c]) + UNIT - 1) / UNIT;
    }
    return true;
}

static int64_t bytes_at(const quant_work *w, int bits)
{
    int64_t bytes = shared_bytes(w);
    for (int i = 0; i < w->net.n_layers; i++)
        bytes += (layer_bytes(&w->net.layers[i], bits) + UNIT - 1) / UNIT * UNIT;
    return bytes;
}

/* The smallest model whose answers on the samples differ from the float model's in at most the
 * given part of them, by halving between all 4 and all 8 bits. */
static bool smallest_within(quant_work *w, double (*error)[CHOICES], double drop)
{
    int64_t low = bytes_at(w, 4), high = bytes_at(w, 8);
    int64_t most = w->options->flash_bytes ? (int64_t)w->options->flash_bytes : high;
    if (high > most) high = most;
    for (int step = 0; step < 6; step++) {
        int64_t middle = step == 0 ? low : (low + high) / 2;
        double ignored, agreement = 0;
        if (!assign(w, error, middle) || !quant_choose_weights(w) ||
            !quant_measure(w, 256, &ignored, &agreement))
            return false;
        if (1 - agreement <= drop)
            high = middle;
        else
            low = middle;
        if (high <= low) break;
    }
    return assign(w, error, high) && quant_choose_weights(w);
}

/* All layers with 4 bits, but for those that hurt most for their size: they keep 8 as long as that
 * adds no more than a fiftieth. First layers see few inputs and have few weights, and are most of
 * the error. Of a layer's error with 8 bits only its order matters here: steps are 127 / 7 times
 * finer. */
static bool mostly_four(quant_work *w)
{
    const double finer = (127.0 / 7) * (127.0 / 7);
    double(*error)[CHOICES] = zr_alloc(w->cx, (size_t)w->net.n_layers + 1, sizeof *error);
    if (!error || !measure_layers(w, 0, error)) return false;
    for (int i = 0; i < w->net.n_layers; i++) error[i][1] = error[i][0] / finer;
    if (!assign(w, error, bytes_at(w, 4) * 51 / 50)) return false;
    bool any = false;
    for (int i = 0; i < w->net.n_layers; i++) any = any || w->bits[i] != 4;
    return !any || quant_choose_weights(w);
}

bool quant_choose_bits(quant_work *w)
{
    const zr_quant_options *o = w->options;
    if (o->weight_bits == 4 && !o->fast) return mostly_four(w);
    if (o->weight_bits) return quant_choose_weights(w);
    size_t n = (size_t)w->net.n_layers;
    double(*error)[CHOICES] = zr_alloc(w->cx, n + 1, sizeof *error);
    if (!error) return false;
    if (o->flash_bytes && bytes_at(w, 8) > (int64_t)o->flash_bytes && !quant_share_scales(w))
        return false;
    if (!measure_layers(w, 0, error) || !measure_layers(w, 1, error)) return false;
    int errors = w->cx->n_errors;
    if (o->flash_bytes && bytes_at(w, 4) > (int64_t)o->flash_bytes)
        return zr_fail(w->cx, ZR_E_BUDGET, ZR_NOWHERE,
                       "the model takes %lld bytes with all weights of 4 bits, more than %lld",
                       (long long)bytes_at(w, 4), (long long)o->flash_bytes);
    bool ok = o->max_drop >= 0
                  ? smallest_within(w, error, o->max_drop)
                  : assign(w, error, (int64_t)o->flash_bytes) && quant_choose_weights(w);
    return ok || w->cx->n_errors > errors ||
           zr_fail(w->cx, ZR_E_MEMORY, ZR_NOWHERE, "no room to choose the bits of layers");
}
