/* The range of every group: several are proposed from its histogram, each is tried alone in the
 * float net, and the one that changes the net's scores least is taken. */
#include <math.h>

#include "base/parallel.h"
#include "quant/histogram.h"
#include "quant/work.h"

enum { SAMPLES = 32 };

/* A proposal must be better than the full range by this to be taken. */
static const double WORTH = 0.97;

typedef struct proposal {
    const char *name;
    float low, high;
} proposal;

typedef struct trial {
    quant_work *w;
    proposal (*proposals)[QUANT_CANDIDATES]; /* [group] */
    int *order;                              /* groups, those made last first */
    int n_order;
    int64_t samples;
    double *error[QUANT_LANES]; /* [group][candidate], sums */
    quant_grid *grids[QUANT_LANES];
    float *scores[QUANT_LANES];
} trial;

static void propose(const quant_group *g, proposal *p)
{
    const int levels = 256;
    for (int i = 0; i < QUANT_CANDIDATES; i++) p[i] = (proposal){"min-max", g->min, g->max};
    p[1].name = "percentile 99.999";
    p[2].name = "percentile 99.99";
    p[3].name = "percentile 99.9";
    p[4].name = "mse";
    p[5].name = "kl";
    if (!(g->max > g->min)) return;
    quant_range_percentile(g->bins, QUANT_BINS, g->min, g->max, 1e-5, &p[1].low, &p[1].high);
    quant_range_percentile(g->bins, QUANT_BINS, g->min, g->max, 1e-4, &p[2].low, &p[2].high);
    quant_range_percentile(g->bins, QUANT_BINS, g->min, g->max, 1e-3, &p[3].low, &p[3].high);
    quant_range_squared_error(g->bins, QUANT_BINS, g->min, g->max, levels, &p[4].low, &p[4].high);
    quant_range_divergence(g->bins, QUANT_BINS, g->min, g->max, levels, &p[5].low, &p[5].high);
}

static quant_grid widened(const quant_work *w, const proposal *p)
{
    float more = w->headroom * (p->high - p->low);
    return quant_grid_of(p->low < 0 ? p->low - more : p->low,
                         p->high > 0 ? p->high + more : p->high, w->options->activation_bits);
}

static int64_t score_elements(const quant_work *w)
{
    int64_t n = 0;
    for (int i = 0; i < w->n_scores; i++)
        n += zr_elements(&w->net.graph->tensors[w->score[i]].shape);
    return n;
}

/* Copies the scores to `to`, or gives their squared distance to what is there. */
static double scores(const quant_work *w, const quant_run *run, float *to, bool copy)
{
    double sum = 0;
    for (int i = 0; i < w->n_scores; i++) {
        int64_t n = zr_elements(&w->net.graph->tensors[w->score[i]].shape);
        const float *x = quant_run_tensor(run, w->score[i]);
        for (int64_t k = 0; k < n; k++, to++) {
            if (copy) *to = x[k];
            sum += (double)(x[k] - *to) * (double)(x[k] - *to);
        }
    }
    return sum;
}

static void try_sample(trial *t, int lane, int64_t sample)
{
    quant_work *w = t->w;
    quant_run *run = &w->run[lane];
    int n_nodes = w->net.graph->n_nodes, n_tensors = w->net.graph->n_tensors;
    quant_run_feed(run, w->samples->input, sample, NULL);
    quant_run_nodes(run, 0, n_nodes, NULL);
    scores(w, run, t->scores[lane], true);
    /* From the last group to the first: what a trial overwrites, later ones compute anew. */
    for (int i = 0; i < t->n_order; i++) {
        int g = t->order[i], first = w->groups[g].first;
        for (int c = 0; c < QUANT_CANDIDATES; c++) {
            const proposal *p = &t->proposals[g][c];
            bool same = false;
            for (int k = 0; k < c && !same; k++)
                same = t->proposals[g][k].low == p->low && t->proposals[g][k].high == p->high;
            if (same) continue;
            quant_grid grid = widened(w, p);
            for (int k = 0; k < n_tensors; k++)
                t->grids[lane][k] = w->group_of[k] == g ? grid : (quant_grid){0};
            if (first < 0) quant_run_feed(run, w->samples->input, sample, t->grids[lane]);
            quant_run_nodes(run, first < 0 ? 0 : first, n_nodes, t->grids[lane]);
            t->error[lane][g * QUANT_CANDIDATES + c] += scores(w, run, t->scores[lane], false);
        }
    }
}

static void one_lane(void *state, int lane)
{
    trial *t = state;
    for (int64_t i = lane; i < t->samples; i += QUANT_LANES) {
        try_sample(t, lane, i * t->w->samples->n / t->samples);
        if (lane == 0) quant_step(t->w, QUANT_LANES);
    }
}

static void take_best(const trial *t, int g)
{
    quant_group *group = &t->w->groups[g];
    int best = 0;
    double least = INFINITY;
    for (int c = 0; c < QUANT_CANDIDATES; c++) {
        double error = 0;
        for (int i = 0; i < QUANT_LANES; i++) error += t->error[i][g * QUANT_CANDIDATES + c];
        const proposal *p = &t->proposals[g][c];
        bool same = false;
        for (int k = 0; k < c && !same; k++)
            same = t->proposals[g][k].low == p->low && t->proposals[g][k].high == p->high;
        if (same) continue;
        if (c == 0) least = error * WORTH;
        if (c > 0 && error < least) least = error, best = c;
    }
    group->range = t->proposals[g][best].name;
    group->grid = widened(t->w, &t->proposals[g][best]);
}

static bool init(quant_work *w, trial *t)
{
    size_t groups = (size_t)w->n_groups, tensors = (size_t)w->net.graph->n_tensors;
    t->w = w;
    t->proposals = zr_alloc(w->cx, groups + 1, sizeof *t->proposals);
    t->order = ZR_NEW(w->cx, int, groups + 1);
    if (!t->proposals || !t->order) return false;
    for (int i = 0; i < QUANT_LANES; i++) {
        t->error[i] = ZR_NEW(w->cx, double, groups *QUANT_CANDIDATES + 1);
        t->grids[i] = ZR_NEW(w->cx, quant_grid, tensors + 1);
        t->scores[i] = ZR_NEW(w->cx, float, (size_t)score_elements(w) + 1);
        if (!t->error[i] || !t->grids[i] || !t->scores[i]) return false;
    }
    for (int node = w->net.graph->n_nodes - 1; node >= -1; node--)
        for (int g = 0; g < w->n_groups; g++)
            if (!w->groups[g].fixed && !w->groups[g].constant && w->groups[g].first == node)
                t->order[t->n_order++] = g;
    return true;
}

bool quant_choose_ranges(quant_work *w)
{
    trial t = {0};
    if (!init(w, &t)) return false;
    for (int g = 0; g < w->n_groups; g++) {
        quant_group *group = &w->groups[g];
        if (group->fixed) continue;
        propose(group, t.proposals[g]);
        group->range = t.proposals[g][0].name;
        group->grid = group->constant
                          ? quant_grid_of(group->min, group->max, w->options->activation_bits)
                          : widened(w, &t.proposals[g][0]);
    }
    if (w->options->activation_bits == 8 && w->n_scores) {
        t.samples = w->options->fast ? SAMPLES / 8 : SAMPLES;
        if (t.samples > w->samples->n) t.samples = w->samples->n;
        zr_parallel(QUANT_LANES, one_lane, &t);
        for (int i = 0; i < t.n_order; i++) take_best(&t, t.order[i]);
    }
    quant_spread_grids(w);
    return true;
}
