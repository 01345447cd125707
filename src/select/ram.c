#include <stdlib.h>

#include "select/ram_steps.h"

/* Instructions of the node's fastest kernel within the budget, which `variant` becomes;
 * INT64_MAX: none fits. */
static int64_t cheapest(const ram_part *p, int64_t budget, const zr_variant **variant)
{
    int64_t least = INT64_MAX;
    for (int i = 0; i < p->n; i++) {
        const ram_option *o = &p->options[i];
        if (o->bytes > budget || o->instructions >= least) continue;
        least = o->instructions;
        if (variant) *variant = o->variant;
    }
    return least;
}

/* Instructions of the step within the budget; INT64_MAX: it does not fit. */
static int64_t time_of(const ram_step *st, int64_t budget)
{
    if (st->least_bytes > budget) return INT64_MAX;
    int64_t sum = 0;
    for (int k = 0; k <= st->region.last - st->region.first; k++) {
        int64_t least = cheapest(&st->parts[k], budget, NULL);
        if (least == INT64_MAX) return INT64_MAX;
        sum += least;
    }
    return sum;
}

/* The fastest way to each node: `time` and `via` have n_nodes + 1 elements. */
static void find_path(const zr_ram_search *s, int64_t budget, int64_t *time, int *via)
{
    for (int n = 0; n <= s->graph->n_nodes; n++) time[n] = n ? INT64_MAX : 0;
    for (int n = 1; n <= s->graph->n_nodes; n++) {
        for (int i = 0; i < s->n_steps; i++) {
            const zr_region *r = &s->steps[i].region;
            if (r->last + 1 != n || time[r->first] == INT64_MAX) continue;
            int64_t own = time_of(&s->steps[i], budget);
            if (own == INT64_MAX || time[r->first] + own >= time[n]) continue;
            time[n] = time[r->first] + own;
            via[n] = i;
        }
    }
}

bool zr_ram_fastest(zr_ctx *cx, zr_ram_search *s, int64_t budget, bool *fits, zr_choice *choice,
                    int64_t *instructions)
{
    int n = s->graph->n_nodes;
    int64_t *time = ZR_NEW(cx, int64_t, (size_t)n + 1);
    int *via = ZR_NEW(cx, int, (size_t)n + 1);
    const zr_variant **variants = ZR_NEW(cx, const zr_variant *, (size_t)n + 1);
    zr_region *regions = ZR_NEW(cx, zr_region, (size_t)n + 1);
    if (!time || !via || !variants || !regions) return false;
    find_path(s, budget, time, via);
    *fits = time[n] != INT64_MAX;
    if (!*fits) return true;
    *instructions = time[n];
    int n_regions = 0;
    for (int end = n; end > 0; end = s->steps[via[end]].region.first) {
        const ram_step *st = &s->steps[via[end]];
        for (int k = 0; k <= st->region.last - st->region.first; k++)
            (void)cheapest(&st->parts[k], budget, &variants[st->region.first + k]);
        if (st->region.rows) regions[n_regions++] = st->region;
    }
    for (int i = 0; i < n_regions / 2; i++) {
        zr_region swapped = regions[i];
        regions[i] = regions[n_regions - 1 - i];
        regions[n_regions - 1 - i] = swapped;
    }
    *choice = (zr_choice){variants, regions, n_regions};
    return true;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int64_t zr_ram_least(zr_ctx *cx, zr_ram_search *s, int64_t instructions)
{
    int64_t *bytes = ZR_NEW(cx, int64_t, s->n_bytes + 1);
    int64_t *time = ZR_NEW(cx, int64_t, (size_t)s->graph->n_nodes + 1);
    int *via = ZR_NEW(cx, int, (size_t)s->graph->n_nodes + 1);
    if (!bytes || !time || !via) return -1;
    size_t n = 0;
    for (int i = 0; i < s->n_steps; i++)
        for (int k = 0; k <= s->steps[i].region.last - s->steps[i].region.first; k++)
            for (int o = 0; o < s->steps[i].parts[k].n; o++)
                bytes[n++] = s->steps[i].parts[k].options[o].bytes;
    if (n == 0) return 0; /* no operator at all */
    qsort(bytes, n, sizeof *bytes, by_value);
    size_t low = 0, high = n - 1; /* the most has a plan whenever there is one */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        find_path(s, bytes[middle], time, via);
        if (time[s->graph->n_nodes] <= instructions)
            high = middle;
        else
            low = middle + 1;
    }
    return bytes[low];
}

int zr_ram_obstacle(const zr_ram_search *s, int64_t budget, int64_t *bytes)
{
    for (int n = 0; n < s->graph->n_nodes; n++) {
        *bytes = INT64_MAX;
        for (int i = 0; i < s->n_steps; i++) {
            const ram_step *st = &s->steps[i];
            if (st->region.first <= n && n <= st->region.last && st->least_bytes < *bytes)
                *bytes = st->least_bytes;
        }
        if (*bytes > budget) return n;
    }
    return -1;
}
