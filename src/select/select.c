#include "select/select.h"

#include <stdlib.h>
#include <string.h>

#include "ops/lower.h"
#include "passes/prepare.h"
#include "plan/plan.h"
#include "select/late.h"
#include "select/ram.h"
#include "select/regions.h"
#include "select/size.h"
#include "select/stream.h"

/* The goal is RAM: a plan may take an eighth more instructions than the fastest, or twice that. */
enum { MOST_SLOWDOWN = 8, MAX_TRIES = 12 };

/* The goal is speed, but the input comes by rows, which is done for RAM. */
enum { MOST_SLOWDOWN_BY_ROWS = 64 };

/* Where a reference kernel says nothing: its loops take about this much on a small core. */
enum { INSTRUCTIONS_PER_MAC = 12, INSTRUCTIONS_PER_ELEMENT = 10, CODE_BYTES = 400 };

static zr_cost estimate(const zr_site *site, const zr_variant *variant)
{
    const zr_op *op = site->node->op;
    zr_cost cost = {0, 0, CODE_BYTES, 0};
    if (variant) {
        variant->cost(site, &cost);
        return cost;
    }
    if (op->macs) cost.instructions = INSTRUCTIONS_PER_MAC * op->macs(site);
    for (int i = 0; i < site->node->n_outputs; i++)
        cost.instructions += INSTRUCTIONS_PER_ELEMENT * zr_elements(&zr_output(site, i)->shape);
    for (int i = 0; i < site->node->n_inputs; i++) {
        const zr_tensor *tensor = zr_input(site, i);
        if (tensor && tensor->data) cost.const_bytes += (int64_t)zr_tensor_bytes(tensor);
    }
    if (op->cost) op->cost(site, &cost);
    return cost;
}

zr_cost zr_cost_of(const zr_site *site, const zr_variant *variant, const zr_select_options *o)
{
    zr_cost cost = estimate(site, variant);
    int64_t measured =
        o->costs ? zr_costs_get(o->costs, zr_costs_key(site, o->target, variant)) : -1;
    if (measured >= 0) cost.instructions = measured;
    return cost;
}

/* Smaller is better, by the goal first. */
static bool better(const zr_cost *a, const zr_cost *b, zr_goal goal)
{
    int64_t flash_a = a->const_bytes + a->code_bytes, flash_b = b->const_bytes + b->code_bytes;
    if (goal == ZR_GOAL_SIZE && flash_a != flash_b) return flash_a < flash_b;
    if (goal == ZR_GOAL_RAM && a->scratch_bytes != b->scratch_bytes)
        return a->scratch_bytes < b->scratch_bytes;
    if (a->instructions != b->instructions) return a->instructions < b->instructions;
    return flash_a < flash_b;
}

bool zr_usable(const zr_site *site, const zr_variant *variant, const zr_select_options *o)
{
    return (variant->isa & o->isa) == variant->isa && zr_variant_fits(site, variant);
}

static const zr_variant *best(const zr_site *site, const zr_select_options *o)
{
    const zr_variant *chosen = NULL, *v = site->node->op->variants;
    zr_cost least = zr_cost_of(site, NULL, o);
    for (; v && v->name; v++) {
        if (v->thrifty || !zr_usable(site, v, o)) continue;
        zr_cost cost = zr_cost_of(site, v, o);
        if (!better(&cost, &least, o->goal)) continue;
        least = cost;
        chosen = v;
    }
    return chosen;
}

/* Whether no node before n has the same kernel. */
static bool first_use(const zr_graph *graph, const zr_variant *const *choice, int n)
{
    for (int k = 0; k < n; k++)
        if (graph->nodes[k].op == graph->nodes[n].op && choice[k] == choice[n]) return false;
    return true;
}

/* Replaces choices by smaller ones, cheapest loss of speed a byte first, until the flash suffices.
 */
static bool fit_flash(zr_ctx *cx, const zr_model *model, const zr_select_options *o,
                      const zr_variant **choice)
{
    const zr_graph *graph = &model->graphs[0];
    for (;;) {
        int64_t total = 0;
        int worst = -1;
        const zr_variant *replacement = NULL;
        double least_loss = 0;
        for (int n = 0; n < graph->n_nodes; n++) {
            zr_site site = {cx, model, graph, &graph->nodes[n]};
            zr_cost now = zr_cost_of(&site, choice[n], o);
            total += now.const_bytes;
            if (first_use(graph, choice, n)) total += now.code_bytes;
            const zr_variant *list = site.node->op->variants;
            for (int i = -1; i < 0 || (list && list[i].name); i++) {
                const zr_variant *v = i < 0 ? NULL : &list[i]; /* NULL: the reference */
                if (v && !zr_usable(&site, v, o)) continue;
                zr_cost cost = zr_cost_of(&site, v, o);
                if (cost.const_bytes >= now.const_bytes) continue;
                double loss = (double)(cost.instructions - now.instructions) /
                              (double)(now.const_bytes - cost.const_bytes);
                if (worst >= 0 && loss >= least_loss) continue;
                worst = n;
                least_loss = loss;
                replacement = v;
            }
        }
        if (total <= (int64_t)o->flash_bytes) return true;
        if (worst < 0) {
            zr_place place = {model->file, -1, -1, -1, NULL, NULL};
            return zr_fail(
                cx, ZR_E_BUDGET, place,
                "needs about %lld bytes of flash with its smallest kernels, %zu are there",
                (long long)total, o->flash_bytes);
        }
        choice[worst] = replacement;
    }
}

static bool force(zr_ctx *cx, const zr_model *model, const char *text, const zr_variant **choice)
{
    const zr_graph *graph = &model->graphs[0];
    char *end;
    long index = strtol(text, &end, 10);
    for (int n = 0; *end == '=' && n < graph->n_nodes; n++) {
        if (graph->nodes[n].index != index) continue;
        zr_site site = {cx, model, graph, &graph->nodes[n]};
        choice[n] = NULL;
        if (!strcmp(end + 1, "ref")) return true;
        for (const zr_variant *v = site.node->op->variants; v && v->name; v++) {
            if (strcmp(v->name, end + 1) != 0) continue;
            choice[n] = v;
            if (zr_variant_fits(&site, v)) return true;
            return zr_site_fail(&site, ZR_E_USAGE, "kernel '%s' does not fit it", v->name);
        }
        return zr_site_fail(&site, ZR_E_USAGE, "has no kernel '%s'", end + 1);
    }
    return zr_fail(cx, ZR_E_USAGE, ZR_NOWHERE,
                   "--kernel %s is not LAYER=NAME with the number of an operator", text);
}

bool zr_select(zr_ctx *cx, const zr_model *model, const zr_select_options *o, zr_choice *result)
{
    const zr_graph *graph = &model->graphs[0];
    const zr_variant **choice = ZR_NEW(cx, const zr_variant *, (size_t)graph->n_nodes + 1);
    *result = (zr_choice){.variants = choice};
    if (!choice) return false;
    for (int n = 0; n < graph->n_nodes; n++) {
        zr_site site = {cx, model, graph, &graph->nodes[n]};
        choice[n] = best(&site, o);
    }
    if (o->goal == ZR_GOAL_SIZE && !zr_select_for_size(cx, model, o, choice)) return false;
    if (o->flash_bytes && !fit_flash(cx, model, o, choice)) return false;
    for (int i = 0; i < o->n_forced; i++)
        if (!force(cx, model, o->forced[i], choice)) return false;
    return zr_select_regions(cx, model, o, result);
}

static void explain(const zr_site *site, const zr_variant *v, const zr_variant *chosen,
                    const zr_select_options *o, zr_buf *out)
{
    zr_cost cost = zr_cost_of(site, v, o);
    bool measured = o->costs && zr_costs_get(o->costs, zr_costs_key(site, o->target, v)) >= 0;
    zr_buf_printf(out, "  %c %-20s %12lld %s %10lld %8lld %8lld\n", v == chosen ? '*' : ' ',
                  v ? v->name : "ref", (long long)cost.instructions,
                  measured ? "measured " : "estimated", (long long)cost.const_bytes,
                  (long long)cost.scratch_bytes, (long long)cost.code_bytes);
}

void zr_select_explain(zr_ctx *cx, const zr_model *model, const zr_select_options *o,
                       const zr_variant *const *choice, zr_buf *out)
{
    const zr_graph *graph = &model->graphs[0];
    zr_buf_printf(out, "\n    %-20s %12s %9s %10s %8s %8s\n", "kernel", "instructions", "",
                  "constants", "scratch", "code");
    for (int n = 0; n < graph->n_nodes; n++) {
        zr_site site = {cx, model, graph, &graph->nodes[n]};
        if (!site.node->op->variants) continue;
        zr_buf_printf(out, "%d: %s\n", site.node->index, site.node->op_name);
        explain(&site, NULL, choice[n], o, out);
        for (const zr_variant *v = site.node->op->variants; v->name; v++)
            if (zr_usable(&site, v, o)) explain(&site, v, choice[n], o, out);
    }
}

/* The kernels of a plan are the fastest for its arena; for size they are those that the nodes have
 * as a whole. */
static bool keep_small(zr_ctx *cx, const zr_model *model, const zr_select_options *o,
                       zr_choice *choice)
{
    zr_select_options whole = *o;
    zr_choice small;
    if (o->goal != ZR_GOAL_SIZE) return true;
    whole.stream = false;
    if (!zr_select(cx, model, &whole, &small)) return false;
    choice->variants = small.variants;
    return true;
}

/* Of the arena that the goal or the budget asks for. */
static bool select_for_ram(zr_ctx *cx, const zr_model *model, const zr_select_options *o,
                           zr_choice *choice, zr_program *program)
{
    int64_t fastest, instructions, bytes, budget = (int64_t)o->ram_bytes;
    bool fits;
    if (o->stream && !zr_stream_check(cx, model)) return false;
    zr_ram_search *search = zr_ram_prepare(cx, model, o);
    if (!search) return false;
    if (!zr_ram_fastest(cx, search, INT64_MAX, &fits, choice, &fastest)) return false;
    if (!fits && o->stream) return zr_stream_refuse(cx, model);
    if (o->goal == ZR_GOAL_RAM || (o->stream && !budget)) {
        int64_t slowdown = o->goal == ZR_GOAL_RAM ? MOST_SLOWDOWN : MOST_SLOWDOWN_BY_ROWS;
        int64_t least = zr_ram_least(cx, search, fastest + fastest / slowdown);
        if (least < 0) return false;
        if (o->goal == ZR_GOAL_RAM) {
            /* Twice the slowdown, where it saves more than it costs. */
            int64_t less = zr_ram_least(cx, search, fastest + fastest / slowdown * 2);
            if (less < 0) return false;
            if (less < least - least / slowdown) least = less;
        }
        if (!budget || least < budget) budget = least;
    }
    /* What a placement takes beyond the estimate is taken off it, until the budget is kept. */
    for (int64_t estimate = budget, tries = 0;; tries++) {
        if (!zr_ram_fastest(cx, search, estimate, &fits, choice, &instructions)) return false;
        if (!fits) break;
        if (o->stream && !keep_small(cx, model, o, choice)) return false;
        if (!zr_lower_model(cx, model, choice, program) || !zr_plan(cx, program) ||
            !zr_choose_late(cx, model, choice, program))
            return false;
        int64_t over = (int64_t)program->arena_bytes - (int64_t)o->ram_bytes;
        if (!o->ram_bytes || over <= 0) return true;
        if (tries == MAX_TRIES) break;
        estimate -= over;
    }
    int n = zr_ram_obstacle(search, budget, &bytes);
    if (n < 0) bytes = zr_ram_least(cx, search, INT64_MAX - 1);
    zr_site site = {cx, model, &model->graphs[0], &model->graphs[0].nodes[n < 0 ? 0 : n]};
    zr_place place = {model->file, -1, -1, -1, NULL, NULL};
    if (n < 0)
        return zr_fail(cx, ZR_E_BUDGET, place,
                       "needs about %lld bytes of arena, however slow; %zu are there",
                       (long long)bytes, o->ram_bytes);
    return zr_site_fail(&site, ZR_E_BUDGET,
                        "needs at least %lld bytes of arena, rows at a time and with its smallest "
                        "kernel; %zu are there",
                        (long long)bytes, o->ram_bytes);
}

bool zr_make_program(zr_ctx *cx, zr_model *model, const zr_select_options *o, zr_program *program)
{
    zr_choice choice = {0};
    if (!zr_prepare(cx, model)) return false;
    bool ram =
        o && (o->goal == ZR_GOAL_RAM || o->ram_bytes || o->stream) && !o->n_rows && !o->n_forced;
    if (ram) return select_for_ram(cx, model, o, &choice, program);
    if (o && !zr_select(cx, model, o, &choice)) return false;
    if (!zr_lower_model(cx, model, &choice, program) || !zr_plan(cx, program)) return false;
    if (!o || !o->ram_bytes || program->arena_bytes <= o->ram_bytes) return true;
    zr_place place = {model->file, -1, -1, -1, NULL, NULL};
    return zr_fail(cx, ZR_E_BUDGET, place,
                   "needs %zu bytes of arena with these kernels and rows; %zu are there; without "
                   "--rows and --kernel they are chosen to fit",
                   program->arena_bytes, o->ram_bytes);
}
