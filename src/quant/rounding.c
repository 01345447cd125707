#include "quant/rounding.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

bool quant_factor(const double *a, int n, double *r)
{
    memset(r, 0, (size_t)n * (size_t)n * sizeof *r);
    for (int i = 0; i < n; i++)
        memcpy(r + (ptrdiff_t)i * n + i, a + (ptrdiff_t)i * n + i, sizeof *r * (size_t)(n - i));
    for (int k = 0; k < n; k++) {
        double *row = r + (ptrdiff_t)k * n;
        if (!(row[k] > 0)) return false;
        double inverse = 1.0 / sqrt(row[k]);
        for (int j = k; j < n; j++) row[j] *= inverse;
        for (int i = k + 1; i < n; i++) {
            double *to = r + (ptrdiff_t)i * n, factor = row[i];
            if (factor == 0) continue;
            for (int j = i; j < n; j++) to[j] -= factor * row[j];
        }
    }
    return true;
}

static double limited(double x, int limit)
{
    x = nearbyint(x);
    return x > limit ? limit : x < -limit ? -limit : x;
}

/* Rounds from the last weight to the first; returns the error. e [n] gets best - scale * q. */
static double round_in_turn(const double *r, int n, const double *best, double scale, int limit,
                            double *e, double *q)
{
    double error = 0;
    for (int k = n - 1; k >= 0; k--) {
        const double *row = r + (ptrdiff_t)k * n;
        double sum = 0;
        for (int j = k + 1; j < n; j++) sum += row[j] * e[j];
        double want = best[k] + sum / row[k];
        q[k] = limited(want / scale, limit);
        e[k] = best[k] - scale * q[k];
        double left = row[k] * (want - scale * q[k]);
        error += left * left;
    }
    return error;
}

/* Changes single weights by one while that helps. g [n] is A (scale * q - best). */
static void improve(const double *a, int n, double scale, int limit, double *q, double *g)
{
    for (int sweep = 0; sweep < 50; sweep++) {
        bool changed = false;
        for (int k = 0; k < n; k++) {
            double diagonal = a[(ptrdiff_t)k * n + k], d = g[k] > 0 ? -scale : scale;
            double next = q[k] + (d > 0 ? 1 : -1);
            if (next > limit || next < -limit ||
                d * (2 * g[k] + d * diagonal) >= -1e-12 * scale * scale * diagonal)
                continue;
            const double *row = a + (ptrdiff_t)k * n;
            for (int j = 0; j < n; j++) g[j] += d * row[j];
            q[k] = next;
            changed = true;
        }
        if (!changed) return;
    }
}

/* g = A (scale * q - best); returns the error. */
static double gradient(const double *a, int n, const double *best, double scale, const double *q,
                       double *g)
{
    double error = 0;
    memset(g, 0, (size_t)n * sizeof *g);
    for (int k = 0; k < n; k++) {
        double d = scale * q[k] - best[k];
        const double *row = a + (ptrdiff_t)k * n;
        for (int j = 0; j < n; j++) g[j] += d * row[j];
    }
    for (int k = 0; k < n; k++) error += (scale * q[k] - best[k]) * g[k];
    return error;
}

/* The scale for which q fits best: q^T A best / q^T A q. */
static double fitted_scale(const double *a, int n, const double *best, const double *q, double *g)
{
    gradient(a, n, best, 0, q, g); /* -A best */
    double above = 0, below = 0;
    for (int k = 0; k < n; k++) above -= q[k] * g[k];
    gradient(a, n, best, 1, q, g); /* A q - A best */
    for (int k = 0; k < n; k++) below += q[k] * g[k];
    below += above;
    return below > 0 ? above / below : 0;
}

static double greatest(const double *x, int n)
{
    double max = 0;
    for (int i = 0; i < n; i++) max = fmax(max, fabs(x[i]));
    return max;
}

static void store(const double *q, int n, double s, float *scale, int8_t *to)
{
    *scale = (float)s;
    for (int k = 0; k < n; k++) to[k] = (int8_t)q[k];
}

double quant_round_channel(const double *a, const double *r, int n, const double *best, int limit,
                           double least_scale, double *work, float *scale, int8_t *to)
{
    double *e = work, *q = work + n, *g = work + 2 * (size_t)n, *kept = work + 3 * (size_t)n;
    double full = greatest(best, n) / limit, least = INFINITY, chosen = fmax(full, least_scale);
    int steps = limit > 64 ? 6 : 24;
    double step = limit > 64 ? 0.02 : 0.03;
    for (int i = 0; i < steps; i++) {
        double s = fmax(full * (1 - step * i), least_scale);
        double error = s > 0 ? round_in_turn(r, n, best, s, limit, e, q) : 0;
        if (error < least) least = error, chosen = s;
    }
    if (!(chosen > 0)) { /* all weights are 0 */
        memset(to, 0, (size_t)n);
        *scale = 0;
        return 0;
    }
    double s = chosen, error = INFINITY;
    round_in_turn(r, n, best, s, limit, e, q);
    for (int i = 0; i < 4; i++) {
        gradient(a, n, best, s, q, g);
        improve(a, n, s, limit, q, g);
        double now = gradient(a, n, best, s, q, g);
        if (now >= error * 0.9999) break;
        error = now;
        store(q, n, s, scale, to);
        memcpy(kept, q, (size_t)n * sizeof *q);
        double fitted = fitted_scale(a, n, best, q, g);
        if (!(fitted > 0.5 * s && fitted < 2 * s)) break;
        s = fmax(fitted, least_scale);
        memcpy(q, kept, (size_t)n * sizeof *q);
    }
    return error;
}

double quant_round_plain(const double *diagonal, int n, const double *best, int limit,
                         double least_scale, float *scale, int8_t *to)
{
    double full = greatest(best, n) / limit, least = INFINITY, chosen = 0;
    for (int i = 0; i < 40; i++) {
        double s = fmax(full * (1 - 0.015 * i), least_scale), error = 0;
        if (!(s > 0)) break;
        for (int k = 0; k < n; k++) {
            double d = best[k] - s * limited(best[k] / s, limit);
            error += d * d * diagonal[k];
        }
        if (error < least) least = error, chosen = s;
    }
    *scale = (float)chosen;
    for (int k = 0; k < n; k++) to[k] = chosen > 0 ? (int8_t)limited(best[k] / chosen, limit) : 0;
    return chosen > 0 ? least : 0;
}
