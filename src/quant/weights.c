/* Weights and biases, layer after layer. Weights are rounded so that, on the inputs that the
 * integer layers before really give, they compute what the float weights would; the bias makes the
 * mean of each channel that of the float net.
 *
 * Weights that also make up for the error of those inputs (asymmetric calibration) fit the samples
 * better and other pictures worse: for MobileNetV1 calibrated on CIFAR-10, 96 instead of 99 % of
 * the answers on photographs are those of the float model. So only the bias does. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "quant/hold.h"
#include "quant/rounding.h"

enum {
    MAX_TAPS = 2304,    /* layers with more are rounded without regard to their inputs */
    ROWS = 16384,       /* patches that a layer is fitted to, of all samples together */
    FEW_SAMPLES = 128,  /* samples that they come from, or more when these have not so many */
    MANY_SAMPLES = 2048 /* when samples are held */
};

/* Ridge, in parts of the mean variance of an input: keeps weights where the samples say nothing.
 * Steps of 4 bits leave the weights much room to follow the samples: more of it. The last is for as
 * many inputs as patches. */
static const double RIDGE_8 = 0.01, RIDGE_4 = 0.3, RIDGE_OF_FEW = 0.05;

/* Moments of what a group of channels sees: x rounded, y float, both less `shift`. */
typedef struct moments {
    float *xx;    /* [taps][taps] */
    float *x, *y; /* [taps] */
    double n;
} moments;

typedef struct fit {
    quant_work *w;
    int layer;
    bool exact; /* of float inputs only: y is x */
    quant_hold *hold;
    int64_t samples, places;
    float *shift;              /* [groups][taps] */
    moments *of[QUANT_LANES];  /* [group] */
    float *rows[QUANT_LANES];  /* two blocks of patches */
    double *work[QUANT_LANES]; /* for the solution */
    double *a, *factor, *mean; /* of one group: covariances, their factor, means of x and of y */
    double ridge;
    int group, lanes; /* being solved, by so many lanes */
} fit;

enum { BLOCK = 32 };

/* xx [n][n] += rows^T others, both [BLOCK][n]. */
static void add_products(const float *rows, const float *others, int n, float *xx)
{
    for (int i = 0; i < n; i++) {
        float *to = xx + (size_t)i * (size_t)n;
        for (int b = 0; b < BLOCK; b += 4) {
            const float *o = others + (size_t)b * (size_t)n;
            float r0 = rows[b * n + i], r1 = rows[(b + 1) * n + i];
            float r2 = rows[(b + 2) * n + i], r3 = rows[(b + 3) * n + i];
            if (r0 == 0 && r1 == 0 && r2 == 0 && r3 == 0) continue;
            for (int j = 0; j < n; j++)
                to[j] += r0 * o[j] + r1 * o[n + j] + r2 * o[2 * n + j] + r3 * o[3 * n + j];
        }
    }
}

static void add_block(const fit *f, moments *m, const float *x, const float *y, int rows)
{
    int n = f->w->net.layers[f->layer].taps;
    add_products(x, x, n, m->xx);
    for (int b = 0; b < rows; b++)
        for (int k = 0; k < n; k++) {
            m->x[k] += x[b * n + k];
            if (!f->exact) m->y[k] += y[b * n + k];
        }
    m->n += rows;
}

/* Where patch i of the sample lies: spread over the picture, elsewhere in every sample. */
static int64_t place_of(const fit *f, int64_t sample, int64_t i)
{
    int64_t all = quant_layer_places(&f->w->net.layers[f->layer]);
    uint64_t start = ((uint64_t)sample * UINT64_C(0x9E3779B97F4A7C15)) >> 33;
    return (int64_t)((start + (uint64_t)(i * all / f->places)) % (uint64_t)all);
}

static void see_sample(const fit *f, int lane, int64_t sample)
{
    const quant_layer *l = &f->w->net.layers[f->layer];
    const float *x = quant_run_tensor(f->exact ? &f->w->run[lane] : &f->w->sim[lane], l->input);
    const float *y = quant_run_tensor(&f->w->run[lane], l->input);
    size_t n = (size_t)l->taps, block = BLOCK * n;
    float *xs = f->rows[lane], *ys = xs + block;
    for (int g = 0; g < l->groups; g++) {
        const float *shift = f->shift + (size_t)g * (size_t)n;
        for (int64_t i = 0; i < f->places; i += BLOCK) {
            int rows = f->places - i < BLOCK ? (int)(f->places - i) : BLOCK;
            memset(xs, 0, 2 * block * sizeof *xs);
            for (int b = 0; b < rows; b++) {
                int64_t p = place_of(f, sample, i + b);
                quant_layer_patch(l, x, p, g, xs + (size_t)b * (size_t)n);
                if (!f->exact) quant_layer_patch(l, y, p, g, ys + (size_t)b * (size_t)n);
                for (size_t k = 0; k < n; k++) {
                    xs[(size_t)b * (size_t)n + (size_t)k] -= shift[k];
                    if (!f->exact) ys[(size_t)b * (size_t)n + (size_t)k] -= shift[k];
                }
            }
            add_block(f, &f->of[lane][g], xs, ys, rows);
        }
    }
}

static void gather(void *state, int lane)
{
    const fit *f = state;
    for (int64_t s = lane; s < f->samples; s += QUANT_LANES) {
        quant_hold_run(f->hold, lane, s * f->hold->n / f->samples, true);
        see_sample(f, lane, s);
    }
}

static bool init(zr_ctx *cx, quant_work *w, quant_hold *hold, int layer, fit *f)
{
    const quant_layer *l = &w->net.layers[layer];
    size_t n = (size_t)l->taps, groups = (size_t)l->groups;
    int64_t all = quant_layer_places(l);
    *f = (fit){.w = w, .layer = layer, .exact = w->options->fast, .hold = hold};
    f->samples = ROWS / all > FEW_SAMPLES ? ROWS / all : FEW_SAMPLES;
    if (quant_hold_aim(hold, l->node) || f->samples > hold->n) f->samples = hold->n;
    f->places = (ROWS + f->samples - 1) / f->samples;
    if (f->places > all) f->places = all;
    f->shift = ZR_NEW(cx, float, groups *n + 1);
    f->a = ZR_NEW(cx, double, n *n + 1);
    f->factor = ZR_NEW(cx, double, n *n + 1);
    f->mean = ZR_NEW(cx, double, 2 * n + 1);
    if (!f->shift || !f->a || !f->factor || !f->mean) return false;
    for (int i = 0; i < QUANT_LANES; i++) {
        f->rows[i] = ZR_NEW(cx, float, 2 * BLOCK * n + 1);
        f->work[i] = ZR_NEW(cx, double, 5 * n + 1);
        f->of[i] = ZR_NEW(cx, moments, groups + 1);
        float *memory = ZR_NEW(cx, float, groups *(n * n + 2 * n) + 1);
        if (!f->rows[i] || !f->work[i] || !f->of[i] || !memory) return false;
        for (size_t g = 0; g < groups; g++, memory += n * n + 2 * n)
            f->of[i][g] = (moments){memory, memory + n * n, memory + n * n + n, 0};
    }
    return true;
}

/* Covariances of one group from the moments of all lanes; mean holds those of x and y. */
static void covariances(fit *f, int group)
{
    const quant_layer *l = &f->w->net.layers[f->layer];
    int n = l->taps;
    double rows = 0, *mx = f->mean, *my = f->mean + n, trace = 0;
    for (int i = 0; i < QUANT_LANES; i++) rows += f->of[i][group].n;
    for (int k = 0; k < n; k++) {
        mx[k] = my[k] = 0;
        for (int i = 0; i < QUANT_LANES; i++) {
            mx[k] += (double)f->of[i][group].x[k] / rows;
            my[k] += (double)(f->exact ? f->of[i][group].x : f->of[i][group].y)[k] / rows;
        }
    }
    for (int j = 0; j < n; j++)
        for (int k = 0; k < n; k++) {
            double a = 0;
            size_t at = (size_t)j * (size_t)n + (size_t)k;
            for (int i = 0; i < QUANT_LANES; i++) a += (double)f->of[i][group].xx[at];
            f->a[at] = a / rows - mx[j] * mx[k];
        }
    for (int k = 0; k < n; k++) trace += f->a[(size_t)k * (size_t)n + (size_t)k];
    double size = 0; /* mean square about the shift: the sums are known to 1e-7 of it */
    for (int i = 0; i < QUANT_LANES; i++)
        for (int k = 0; k < n; k++)
            size += (double)f->of[i][group].xx[(size_t)k * (size_t)n + (size_t)k] / rows / n;
    double ridge = f->w->bits[f->layer] == 4 ? RIDGE_4 : RIDGE_8;
    f->ridge = (ridge + RIDGE_OF_FEW * fmin(n / rows, 4)) * fmax(trace / n, 0);
    f->ridge += 1e-5 * size + 1e-12;
    for (int k = 0; k < n; k++) {
        double shift = (double)f->shift[(size_t)group * (size_t)n + (size_t)k];
        mx[k] += shift, my[k] += shift;
    }
}

/* Factors the covariances, with as much of a ridge as they need. */
static bool factor(fit *f)
{
    int n = f->w->net.layers[f->layer].taps;
    for (double ridge = f->ridge; isfinite(ridge); ridge *= 9) {
        for (size_t k = 0; k < (size_t)n; k++) f->a[k * ((size_t)n + 1)] += ridge;
        if (quant_factor(f->a, n, f->factor)) return true;
    }
    return false;
}

/* The smallest scale for which the bias still fits 31 bits. */
static double least_scale(const quant_work *w, const quant_layer *l, double bias)
{
    double input = (double)w->grids[l->input].scale;
    return w->options->activation_bits == 16 ? 0 : fabs(bias) / (input * 0x1p30);
}

static void set_channel(const fit *f, int c, const double *mx, double target_mean)
{
    quant_work *w = f->w;
    quant_layer *l = &w->layers[f->layer];
    const int8_t *q = w->stored[f->layer] + (size_t)c * (size_t)l->taps;
    float scale = w->scale[f->layer][c], *value = l->value + (size_t)c * (size_t)l->taps;
    double mean = 0;
    for (int k = 0; k < l->taps; k++) {
        value[k] = scale * (float)q[k];
        mean += (double)value[k] * mx[k];
    }
    l->offset[c] = (float)(target_mean - mean);
}

/* The channels of a group that are this lane's. */
static void solve(void *state, int lane)
{
    const fit *f = state;
    quant_work *w = f->w;
    const quant_layer *l = &w->net.layers[f->layer];
    int n = l->taps, of_group = l->channels / l->groups, limit = w->bits[f->layer] == 4 ? 7 : 127;
    const double *mx = f->mean, *my = f->mean + n;
    double *best = f->work[lane];
    for (int c = f->group * of_group + lane; c < (f->group + 1) * of_group; c += f->lanes) {
        const float *value = l->value + (size_t)c * (size_t)n;
        double target = (double)l->offset[c];
        for (int k = 0; k < n; k++) {
            best[k] = (double)value[k];
            target += best[k] * my[k];
        }
        quant_round_channel(f->a, f->factor, n, best, limit,
                            least_scale(w, l, (double)l->offset[c]), best + n,
                            &w->scale[f->layer][c], w->stored[f->layer] + (size_t)c * (size_t)n);
        set_channel(f, c, mx, target);
    }
}

/* Patches of the first sample, so that sums stay small. */
static void find_shift(fit *f)
{
    const quant_layer *l = &f->w->net.layers[f->layer];
    size_t n = (size_t)l->taps;
    quant_hold_run(f->hold, 0, 0, false);
    const float *y = quant_run_tensor(&f->w->run[0], l->input);
    for (int g = 0; g < l->groups; g++)
        for (int64_t i = 0; i < f->places; i++) {
            quant_layer_patch(l, y, place_of(f, 0, i), g, f->rows[0]);
            for (size_t k = 0; k < n; k++)
                f->shift[(size_t)g * (size_t)n + (size_t)k] += f->rows[0][k] / (float)f->places;
        }
}

static bool fit_layer(zr_ctx *cx, quant_work *w, quant_hold *hold, int layer)
{
    fit f;
    if (!init(cx, w, hold, layer, &f)) return false;
    find_shift(&f);
    zr_parallel(QUANT_LANES, gather, &f);
    quant_hold_arrive(hold);
    for (int g = 0; g < w->net.layers[layer].groups; g++) {
        f.group = g;
        covariances(&f, g);
        if (!factor(&f)) return false;
        int channels = w->net.layers[layer].channels / w->net.layers[layer].groups;
        f.lanes = channels < QUANT_LANES ? 1 : QUANT_LANES;
        zr_parallel(f.lanes, solve, &f);
    }
    return true;
}

/* Without regard to the inputs. */
static void round_layer(quant_work *w, int layer, double *work)
{
    quant_layer *l = &w->layers[layer];
    int n = l->taps, limit = w->bits[layer] == 4 ? 7 : 127;
    memcpy(l->value, w->net.layers[layer].value,
           sizeof(float) * (size_t)l->channels * (size_t)l->taps);
    memcpy(l->offset, w->net.layers[layer].offset, sizeof(float) * (size_t)l->channels);
    for (int c = 0; c < l->channels; c++) {
        float *value = l->value + (size_t)c * (size_t)n;
        int8_t *q = w->stored[layer] + (size_t)c * (size_t)n;
        for (int k = 0; k < n; k++) work[k] = (double)value[k], work[n + k] = 1;
        quant_round_plain(work + n, n, work, limit, least_scale(w, l, (double)l->offset[c]),
                          &w->scale[layer][c], q);
        for (int k = 0; k < n; k++) value[k] = w->scale[layer][c] * (float)q[k];
    }
}

/* Channels without weights: any scale will do, the layer's greatest keeps multipliers small. */
static void mend_scales(quant_work *w, int layer)
{
    float greatest = 0;
    for (int c = 0; c < w->layers[layer].channels; c++)
        if (w->scale[layer][c] > greatest) greatest = w->scale[layer][c];
    for (int c = 0; c < w->layers[layer].channels; c++) {
        float *s = &w->scale[layer][c];
        double least = least_scale(w, &w->layers[layer], (double)w->layers[layer].offset[c]);
        if (!(*s > 0)) *s = greatest > 0 ? greatest : 1.0f;
        if ((double)*s < least) *s = (float)least;
    }
}

static bool choose_layer(quant_work *w, quant_hold *hold, int layer)
{
    quant_layer *l = &w->layers[layer];
    zr_ctx local;
    zr_ctx_init(&local);
    bool ok = true;
    double *work = NULL;
    if (l->taps <= MAX_TAPS)
        ok = fit_layer(&local, w, hold, layer);
    else if ((work = ZR_NEW(&local, double, 2 * (size_t)l->taps)))
        round_layer(w, layer, work);
    else
        ok = false;
    zr_ctx_free(&local);
    if (!ok)
        return zr_fail(w->cx, ZR_E_MEMORY,
                       zr_at_node(w->net.model, w->net.graph, &w->net.graph->nodes[l->node]),
                       "its weights cannot be fitted");
    mend_scales(w, layer);
    quant_layer_pack(l);
    for (int k = 0; k < w->n_joints; k++)
        if (w->net.layers[layer].shared && w->joints[k].from == layer && !quant_share_layer(w, k))
            return false;
    quant_step(w, 1);
    return true;
}

bool quant_choose_weights(quant_work *w)
{
    quant_hold hold;
    zr_ctx local;
    zr_ctx_init(&local);
    bool ok = quant_hold_init(&local, w, MANY_SAMPLES, !w->options->fast, &hold) ||
              zr_fail(w->cx, ZR_E_MEMORY, ZR_NOWHERE, "no room to hold the samples");
    for (int i = 0; i < w->net.n_layers && ok; i++) ok = choose_layer(w, &hold, i);
    zr_ctx_free(&local);
    return ok;
}
