/* Whether the samples can be trusted to show the ranges. Remarks, no errors: the person knows what
 * the samples are. One remark a kind of doubt, however many tensors it is about. */
#include "quant/work.h"

enum { FEW = 20 };

/* A range that would be less than this part as wide is one that the samples do not agree about. */
static const float ALIKE = 2.0f / 3.0f;

static float width(float min, float max)
{
    return max > min ? max - min : 0;
}

/* The part of the range that is left without the one sample that is the farthest out. */
static float left_without_one(const quant_group *g)
{
    float whole = width(g->min, g->max);
    float low = width(g->inner_min, g->max), high = width(g->min, g->inner_max);
    return whole > 0 ? (low < high ? low : high) / whole : 1;
}

static float left_in_half(const quant_group *g)
{
    float whole = width(g->min, g->max), a = width(g->half_min[0], g->half_max[0]);
    float b = width(g->half_min[1], g->half_max[1]);
    return whole > 0 ? (a < b ? a : b) / whole : 1;
}

static zr_place place_of(const quant_work *w, int group)
{
    for (int t = 0; t < w->net.graph->n_tensors; t++)
        if (w->group_of[t] == group) return zr_at_tensor(w->net.model, w->net.graph, t);
    return ZR_NOWHERE;
}

/* Notes how many ranges keep less than ALIKE by the measure, at the one that keeps least. */
static bool note(const quant_work *w, float (*left)(const quant_group *), const char *what)
{
    int n = 0, all = 0, worst = 0;
    float least = 1;
    for (int g = 0; g < w->n_groups; g++) {
        if (w->groups[g].fixed || w->groups[g].constant) continue;
        float part = left(&w->groups[g]);
        all++;
        n += part < ALIKE;
        if (part < least) least = part, worst = g;
    }
    if (n)
        zr_note(w->cx, place_of(w, worst),
                "%s (%.0f %% of it would be left; so it is with %d of %d "
                "ranges); look at the samples or give more of them",
                what, 100 * (double)least, n, all);
    return n > 0;
}

void quant_note_doubts(const quant_work *w)
{
    if (w->samples->n < FEW)
        zr_note(w->cx, ZR_NOWHERE,
                "%lld samples hardly show the ranges of values; a hundred are usually enough",
                (long long)w->samples->n);
    else if (!note(w, left_without_one, "a single sample decides the range"))
        (void)note(w, left_in_half, "every other sample shows a narrower range");
}
