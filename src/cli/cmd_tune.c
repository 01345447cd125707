#include "bench/bench.h"
#include "cli/cli.h"
#include "exec/samples.h"
#include "import/import.h"
#include "ops/lower.h"
#include "passes/prepare.h"
#include "plan/plan.h"
#include "report/bench.h"

static const cli_option options[] = {
    {"target", 't', "CHIP", "the chip (default: cortex-m4)"},
    {"costs", 0, "FILE", "where the measured costs are kept and added (default: zerre.costs)"},
    {NULL, 0, NULL, NULL},
};

/* The kernel that node takes in round `round`: the reference, then each variant that it can run;
 * NULL variants repeat. False: the node has fewer. */
static bool of_round(const zr_site *site, const zr_select_options *o, int round,
                     const zr_variant **variant)
{
    *variant = NULL;
    if (round == 0) return true;
    int n = 0;
    for (const zr_variant *v = site->node->op->variants; v && v->name; v++) {
        if (!zr_usable(site, v, o) || ++n != round) continue;
        *variant = v;
        return true;
    }
    return false;
}

/* Runs the model with the kernels of `choice` and stores what each layer took. */
static bool measure(cli *c, const zr_model *model, const char *target,
                    const zr_variant *const *choice, zr_costs *costs)
{
    zr_program program;
    zr_samples samples;
    zr_bench_result r;
    zr_measure_options o = {.target = target, .optimize = "speed", .layers = true};
    if (!zr_lower_model(&c->cx, model, &(zr_choice){.variants = choice}, &program) ||
        !zr_plan(&c->cx, &program) || !zr_samples_zero(&c->cx, model, &samples) ||
        !zr_measure(&c->cx, &program, &o, &samples, &r))
        return false;
    for (int s = 0, layer = 0; s < program.n_steps; s++) {
        int n = program.steps[s].node;
        if (s > 0 && program.steps[s - 1].node == n) continue;
        zr_site site = {&c->cx, model, &model->graphs[0], &model->graphs[0].nodes[n]};
        const char *key = zr_costs_key(&site, target, choice[n]);
        if (!key || !zr_costs_put(&c->cx, costs, key, (int64_t)r.layer_instructions[layer++]))
            return false;
    }
    return true;
}

static bool run(cli *c)
{
    const char *target = cli_value(c, "target"), *path = cli_value(c, "costs");
    zr_model model;
    zr_costs costs;
    zr_select_options o;
    if (!target) target = "cortex-m4";
    if (!path) path = "zerre.costs";
    if (!cli_select_options(c, target, &o) || !zr_costs_read(&c->cx, path, &costs) ||
        !zr_import(&c->cx, c->operands[0], &model) || !zr_prepare(&c->cx, &model))
        return false;
    const zr_graph *graph = &model.graphs[0];
    const zr_variant **choice = ZR_NEW(&c->cx, const zr_variant *, (size_t)graph->n_nodes + 1);
    if (!choice) return false;
    int rounds = 1;
    for (int n = 0; n < graph->n_nodes; n++) {
        zr_site site = {&c->cx, &model, graph, &graph->nodes[n]};
        const zr_variant *v;
        while (of_round(&site, &o, rounds, &v)) rounds++;
    }
    /* All layers change kernels together, so a model takes as many runs as its richest layer. */
    for (int round = 0; round < rounds; round++) {
        cli_progress((void *)"tune", round, rounds);
        for (int n = 0; n < graph->n_nodes; n++) {
            zr_site site = {&c->cx, &model, graph, &graph->nodes[n]};
            (void)of_round(&site, &o, round, &choice[n]);
        }
        if (!measure(c, &model, target, choice, &costs)) return false;
    }
    cli_progress((void *)"tune", rounds, rounds);
    return zr_costs_write(&c->cx, path, &costs);
}

const cli_command command_tune = {
    .name = "tune",
    .operands = "MODEL",
    .summary = "measure every kernel of every layer on an emulated chip",
    .description =
        "Runs the model once for each kernel that its layers can take and adds the instructions of "
        "each layer to a file of costs. Given to bench, compile, run or eval with --costs, they "
        "are "
        "preferred over estimates when kernels are chosen; equal layers of other models use them "
        "too.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
