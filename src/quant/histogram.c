#include "quant/histogram.h"

#include <math.h>
#include <string.h>

/* Bins of a histogram with its range. */
typedef struct view {
    const uint64_t *bins;
    int n;
    double min, width; /* of the first bin, of a bin */
} view;

static double center(const view *v, int bin)
{
    return v->min + (bin + 0.5) * v->width;
}

void quant_range_percentile(const uint64_t *bins, int n, float min, float max, double outside,
                            float *low, float *high)
{
    view v = {bins, n, (double)min, ((double)max - (double)min) / n};
    uint64_t total = 0, below = 0, above = 0;
    for (int i = 0; i < n; i++) total += bins[i];
    double limit = outside * (double)total;
    int first = 0, last = n - 1;
    while (first < last && (double)(below + bins[first]) <= limit) below += bins[first++];
    while (last > first && (double)(above + bins[last]) <= limit) above += bins[last--];
    *low = first == 0 ? min : (float)(v.min + first * v.width);
    *high = last == n - 1 ? max : (float)(v.min + (last + 1) * v.width);
}

/* Mean squared error of limiting to low..high and rounding to `levels` values. */
static double squared_error(const view *v, double low, double high, int levels)
{
    double step = (high - low) / (levels - 1), rounding = step * step / 12, sum = 0;
    for (int i = 0; i < v->n; i++) {
        if (!v->bins[i]) continue;
        double x = center(v, i), far = x < low ? low - x : x > high ? x - high : 0;
        sum += (double)v->bins[i] * (far > 0 ? far * far : rounding);
    }
    return sum;
}

/* Kullback-Leibler divergence of the values from what is left of them: what lies outside goes to
 * the ends, what lies in one of `levels` steps is spread evenly over its occupied bins (Migacz,
 * "8-bit inference with TensorRT", 2017). */
static double divergence(const view *v, double low, double high, int levels)
{
    int first = (int)((low - v->min) / v->width + 0.5);
    int last = (int)((high - v->min) / v->width + 0.5) - 1;
    first = first < 0 ? 0 : first;
    last = last > v->n - 1 ? v->n - 1 : last;
    if (last - first + 1 <= levels) return INFINITY;
    double total = 0, below = 0, above = 0, sum = 0;
    for (int i = 0; i < v->n; i++) {
        total += (double)v->bins[i];
        if (i < first) below += (double)v->bins[i];
        if (i > last) above += (double)v->bins[i];
    }
    for (int level = 0; level < levels; level++) {
        int from = first + (int)((int64_t)(last - first + 1) * level / levels);
        int to = first + (int)((int64_t)(last - first + 1) * (level + 1) / levels);
        double inside = 0;
        int occupied = 0;
        for (int i = from; i < to; i++) {
            inside += (double)v->bins[i];
            occupied += v->bins[i] > 0;
        }
        if (!occupied) continue;
        double q = inside / occupied;
        for (int i = from; i < to; i++) {
            double p = (double)v->bins[i] + (i == first ? below : 0) + (i == last ? above : 0);
            if (v->bins[i] && p > 0) sum += p / total * log(p / q);
        }
    }
    return sum;
}

typedef double measure(const view *v, double low, double high, int levels);

/* The best of the ranges that are the seen one with its ends drawn towards 0. */
static void search(const view *v, float min, float max, int levels, measure *error, float *low,
                   float *high)
{
    enum { STEPS = 24 };
    double best = INFINITY;
    *low = min, *high = max;
    for (int a = 0; a < STEPS; a++) {
        for (int b = 0; b < STEPS; b++) {
            double l = (double)min * (1 - (min < 0 ? 0.03 * a : 0));
            double h = (double)max * (1 - (max > 0 ? 0.03 * b : 0));
            double e = h > l ? error(v, l < 0 ? l : 0, h > 0 ? h : 0, levels) : INFINITY;
            if (e < best) best = e, *low = (float)l, *high = (float)h;
            if (max <= 0) break;
        }
        if (min >= 0) break;
    }
}

void quant_range_squared_error(const uint64_t *bins, int n, float min, float max, int levels,
                               float *low, float *high)
{
    view v = {bins, n, (double)min, ((double)max - (double)min) / n};
    search(&v, min, max, levels, squared_error, low, high);
}

void quant_range_divergence(const uint64_t *bins, int n, float min, float max, int levels,
                            float *low, float *high)
{
    view v = {bins, n, (double)min, ((double)max - (double)min) / n};
    search(&v, min, max, levels, divergence, low, high);
}
