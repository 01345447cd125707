/* The range of every group: several are proposed from its histogram, each is tried alone in the
 * float net, and the one that changes the net's scores least is taken. */
#include <math.h>

#include "base/parallel.h"
#include "quant/histogram.h"
#include "quant/work.h"

enum { SAMPLES = 32 };

/* What the samples show is not all there will be, and what lies outside a range is lost: a narrower
 * range must do this much better to be taken, and keep this much of the full one. */
static const double WORTH = 0.25;
static const float LEAST_WIDTH = 0.8f;

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
    for (int i = 1; i < QUANT_CANDIDATES; i++) {
        if (g->min < 0) p[i].low = fminf(p[i].low, g->min * LEAST_WIDTH);
        if (g->max > 0) p[i].high = fmaxf(p[i].high, g->max * LEAST_WIDTH);
    }
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

/* The place of the greatest of the first scores. */
static int64_t best_score(const quant_work *w, const quant_run *run)
{
    int64_t best = 0;
    if (!w->n_scores) return 0;
    const float *x = quant_run_tensor(run, w->score[0]);
    for (int64_t i = 1; i < zr_elements(&w->net.graph->tensors[w->score[0]].shape); i++)
        if (x[i] > x[best]) best = i;
    return best;
}

static void measure_lane(void *state, int lane)
{
    trial *t = state;
    quant_work *w = t->w;
    int n_nodes = w->net.graph->n_nodes;
    for (int64_t i = lane; i < t->samples; i += QUANT_LANES) {
        int64_t sample = i * w->samples->n / t->samples;
        quant_run_feed(&w->run[lane], w->samples->input, sample, NULL);
        quant_run_nodes(&w->run[lane], 0, n_nodes, NULL);
        scores(w, &w->run[lane], t->scores[lane], true);
        for (int64_t k = 0; k < score_elements(w); k++)
            t->error[lane][1] += (double)t->scores[lane][k] * (double)t->scores[lane][k];
        quant_run_feed(&w->sim[lane], w->samples->input, sample, w->grids);
        quant_run_nodes(&w->sim[lane], 0, n_nodes, w->grids);
        t->error[lane][0] += scores(w, &w->sim[lane], t->scores[lane], false);
        t->error[lane][2] += best_score(w, &w->sim[lane]) == best_score(w, &w->run[lane]);
    }
}

bool quant_measure(quant_work *w, int64_t samples, double *error, double *agreement)
{
    zr_ctx local;
    zr_ctx_init(&local);
    trial t = {.w = w};
    t.samples = samples < w->samples->n ? samples : w->samples->n;
    bool ok = true;
    for (int i = 0; i < QUANT_LANES && ok; i++) {
        t.error[i] = ZR_NEW(&local, double, 3);
        t.scores[i] = ZR_NEW(&local, float, (size_t)score_elements(w) + 1);
        ok = t.error[i] && t.scores[i];
    }
    double noise = 0, signal = 0, agreed = 0;
    if (ok) zr_parallel(QUANT_LANES, measure_lane, &t);
    for (int i = 0; i < QUANT_LANES && ok; i++)
        noise += t.error[i][0], signal += t.error[i][1], agreed += t.error[i][2];
    if (agreement) *agreement = agreed / (double)t.samples;
    *error = signal > 0 ? noise / signal : 0;
    zr_ctx_free(&local);
    return ok || zr_fail(w->cx, ZR_E_MEMORY, ZR_NOWHERE, "no room to measure the error");
}

void quant_full_ranges(quant_work *w)
{
    for (int g = 0; g < w->n_groups; g++) {
        quant_group *group = &w->groups[g];
        proposal full = {"min-max", group->min, group->max};
        if (group->fixed) continue;
        group->range = full.name;
        group->grid = group->constant
                          ? quant_grid_of(group->min, group->max, w->options->activation_bits)
                          : widened(w, &full);
    }
    quant_spread_grids(w);
}

bool quant_choose_ranges(quant_work *w)
{
    trial t = {0};
    if (!init(w, &t)) return false;
    quant_full_ranges(w);
    for (int g = 0; g < w->n_groups; g++)
        if (!w->groups[g].fixed) propose(&w->groups[g], t.proposals[g]);
    if (w->options->activation_bits == 8 && w->n_scores) {
        t.samples = w->options->fast ? SAMPLES / 8 : SAMPLES;
        if (t.samples > w->samples->n) t.samples = w->samples->n;
        zr_parallel(QUANT_LANES, one_lane, &t);
        for (int i = 0; i < t.n_order; i++) take_best(&t, t.order[i]);
    }
    quant_spread_grids(w);
    return true;
}
