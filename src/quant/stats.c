/* Statistics of every group over all samples: first the extremes, then histograms between them.
 * Memory does not depend on how many samples there are. */
#include <float.h>
#include <math.h>

#include "base/parallel.h"
#include "quant/work.h"

typedef struct extremes {
    float min, max;
    float inner_min, inner_max; /* without the sample that is the farthest out */
    float least, most;          /* of the sample at hand */
    bool finite;
} extremes;

typedef struct pass {
    quant_work *w;
    extremes *of[QUANT_LANES];   /* [group] */
    uint64_t *bins[QUANT_LANES]; /* [group][QUANT_BINS] */
} pass;

static void see_extremes(extremes *e, const float *x, int64_t n)
{
    float least = e->least, most = e->most, sum = 0;
    for (int64_t i = 0; i < n; i++) {
        least = x[i] < least ? x[i] : least;
        most = x[i] > most ? x[i] : most;
        sum += x[i] * 0.0f; /* not 0 when a value is not finite */
    }
    e->least = least, e->most = most;
    if (sum != 0.0f || isnan(sum)) e->finite = false;
}

static void see_bins(const quant_group *g, uint64_t *bins, const float *x, int64_t n)
{
    float width = (g->max - g->min) / QUANT_BINS;
    float inverse = width > 0 ? 1.0f / width : 0.0f;
    for (int64_t i = 0; i < n; i++) {
        float place = (x[i] - g->min) * inverse;
        int b = place > 0 ? (int)place : 0;
        bins[b < QUANT_BINS ? b : QUANT_BINS - 1]++;
    }
}

static void see(const pass *p, int lane, const quant_run *run)
{
    const quant_work *w = p->w;
    const zr_graph *graph = w->net.graph;
    for (int t = 0; t < graph->n_tensors; t++) {
        int g = w->group_of[t];
        if (g < 0 || w->groups[g].fixed) continue;
        const zr_tensor *tensor = &graph->tensors[t];
        const float *x =
            tensor->data ? (const float *)(const void *)tensor->data : quant_run_tensor(run, t);
        if (!x) continue;
        if (p->bins[lane])
            see_bins(&w->groups[g], p->bins[lane] + (size_t)g * QUANT_BINS, x,
                     zr_elements(&tensor->shape));
        else
            see_extremes(&p->of[lane][g], x, zr_elements(&tensor->shape));
    }
}

static void one_lane(void *state, int lane)
{
    const pass *p = state;
    quant_work *w = p->w;
    extremes *of = p->of[lane];
    for (int64_t s = lane; s < w->samples->n; s += QUANT_LANES) {
        quant_run_feed(&w->run[lane], w->samples->input, s, NULL);
        quant_run_nodes(&w->run[lane], 0, w->net.graph->n_nodes, NULL);
        for (int g = 0; g < w->n_groups && !p->bins[lane]; g++)
            of[g].least = FLT_MAX, of[g].most = -FLT_MAX;
        see(p, lane, &w->run[lane]);
        for (int g = 0; g < w->n_groups && !p->bins[lane]; g++) {
            extremes *e = &of[g];
            e->inner_min = fminf(e->inner_min, fmaxf(e->min, e->least));
            e->inner_max = fmaxf(e->inner_max, fminf(e->max, e->most));
            e->min = fminf(e->min, e->least), e->max = fmaxf(e->max, e->most);
        }
        if (lane == 0) quant_step(w, QUANT_LANES);
    }
}

static bool merge_extremes(quant_work *w, const pass *p)
{
    for (int g = 0; g < w->n_groups; g++) {
        quant_group *group = &w->groups[g];
        if (group->fixed) continue;
        group->min = FLT_MAX, group->max = -FLT_MAX;
        group->inner_min = FLT_MAX, group->inner_max = -FLT_MAX;
        for (int i = 0; i < 2; i++) group->half_min[i] = FLT_MAX, group->half_max[i] = -FLT_MAX;
        for (int i = 0; i < QUANT_LANES; i++) {
            const extremes *e = &p->of[i][g];
            group->inner_min =
                fminf(fminf(group->inner_min, e->inner_min), fmaxf(group->min, e->min));
            group->inner_max =
                fmaxf(fmaxf(group->inner_max, e->inner_max), fminf(group->max, e->max));
            group->min = fminf(group->min, e->min), group->max = fmaxf(group->max, e->max);
            float *half_min = &group->half_min[i % 2], *half_max = &group->half_max[i % 2];
            *half_min = fminf(*half_min, e->min), *half_max = fmaxf(*half_max, e->max);
            if (!e->finite)
                return zr_fail(w->cx, ZR_E_DATA, ZR_NOWHERE,
                               "the samples make values in the float model that are not finite; "
                               "look at the model's input");
        }
    }
    return true;
}

bool quant_calibrate_extremes(quant_work *w)
{
    size_t groups = (size_t)w->n_groups;
    pass p = {.w = w};
    for (int i = 0; i < QUANT_LANES; i++) {
        p.of[i] = ZR_NEW(w->cx, extremes, groups + 1);
        if (!p.of[i]) return false;
        for (size_t g = 0; g < groups; g++)
            p.of[i][g] = (extremes){FLT_MAX, -FLT_MAX, FLT_MAX, -FLT_MAX, 0, 0, true};
    }
    zr_parallel(QUANT_LANES, one_lane, &p);
    return merge_extremes(w, &p);
}

bool quant_calibrate(quant_work *w)
{
    size_t groups = (size_t)w->n_groups;
    pass p = {.w = w};
    if (!quant_calibrate_extremes(w)) return false;
    for (int i = 0; i < QUANT_LANES; i++) {
        p.bins[i] = ZR_NEW(w->cx, uint64_t, groups * QUANT_BINS + 1);
        if (!p.bins[i]) return false;
    }
    zr_parallel(QUANT_LANES, one_lane, &p);
    for (size_t g = 0; g < groups; g++) {
        w->groups[g].bins = p.bins[0] + g * QUANT_BINS;
        for (int i = 1; i < QUANT_LANES; i++)
            for (size_t b = 0; b < QUANT_BINS; b++)
                w->groups[g].bins[b] += p.bins[i][g * QUANT_BINS + b];
    }
    return true;
}
