#include <cjson/cJSON.h>

#include "base/file.h"
#include "cli/cli.h"
#include "frontend/emit.h"
#include "ops/op.h"
#include "report/bench.h"

static const cli_option options[] = {
    {"target", 't', "CHIP", "build and run for this chip too: code and stack are then exact"},
    {"ram", 0, "SIZE", "bytes of RAM there are, such as 64K"},
    {"flash", 0, "SIZE", "bytes of flash there are, such as 256K"},
    CLI_TIME_OPTION,
    {"operators", 0, NULL, "list the operators that zerre has, and stop"},
    {"json", 0, NULL, "one JSON object on standard output"},
    {NULL, 0, NULL, NULL},
};

/* What the model needs; code, stack and static are negative without a target to build for. */
typedef struct need {
    int64_t arena, stack, statics, code, weights;
} need;

static int64_t ram_of(const need *n)
{
    return n->arena + (n->stack > 0 ? n->stack : 0) + (n->statics > 0 ? n->statics : 0);
}

static int64_t flash_of(const need *n)
{
    return n->weights + (n->code > 0 ? n->code : 0);
}

/* Of a sound model the front end is counted too: its scratch memory, which is of the arena; with a
 * target all of it. */
static bool find_need(cli *c, const zr_program *program, const zr_summary *summary, need *n)
{
    zr_frontend *f;
    const char *target = cli_value(c, "target");
    if (!cli_model_frontend(c, program->model, &f)) return false;
    zr_hearing h = {.frontend = f, .model = program->model};
    *n = (need){(int64_t)program->arena_bytes, -1, -1, -1, summary->weights_bytes};
    if (f && n->arena < (int64_t)zr_frontend_arena_bytes(f))
        n->arena = (int64_t)zr_frontend_arena_bytes(f);
    if (!target && c->streaming) n->statics = c->streaming->stream.state_bytes;
    if (!target) return true;
    zr_samples samples;
    zr_bench_result r;
    zr_measure_options o = {.target = target, .optimize = "speed", .hearing = f ? &h : NULL};
    if (!zr_samples_zero(&c->cx, program->model, &samples) ||
        (f && !zr_hearing_start(&c->cx, &h, 0, NULL)) ||
        !zr_measure(&c->cx, program, &o, &samples, &r))
        return false;
    const zr_bench_sound *s = r.sound;
    if (s) {
        *n = (need){s->arena_bytes, s->stack_bytes, s->static_bytes, s->code_bytes,
                    s->weights_bytes};
        return true;
    }
    *n = (need){r.arena_bytes, r.stack_bytes, r.static_bytes, r.code_bytes, r.weights_bytes};
    return true;
}

/* The node during which most of the arena is in use. */
static const zr_node *peak(const zr_summary *summary)
{
    const zr_layer *most = NULL;
    for (int i = 0; i < summary->n_layers; i++)
        if (!most || summary->layers[i].arena_bytes > most->arena_bytes) most = &summary->layers[i];
    return most ? most->node : NULL;
}

/* What there is. */
typedef struct budget {
    size_t ram, flash;
} budget;

static bool take_budget(cli *c, budget *b)
{
    *b = (budget){SIZE_MAX, SIZE_MAX};
    return (!cli_value(c, "ram") || cli_size(c, "ram", &b->ram)) &&
           (!cli_value(c, "flash") || cli_size(c, "flash", &b->flash));
}

/* Adds an error for each budget that is exceeded. */
static bool check_budget(cli *c, const zr_summary *summary, const need *n, const budget *b)
{
    zr_place place = {summary->model->file, -1, -1, -1, NULL, NULL};
    bool ok = true;
    if ((uint64_t)ram_of(n) > b->ram) {
        const zr_node *most = peak(summary);
        ok = zr_fail(
            &c->cx, ZR_E_BUDGET, place,
            "needs %lld bytes of RAM, %zu are there; operator %d (%s) takes most; 'zerre compile "
            "--ram SIZE' looks for a plan that fits",
            (long long)ram_of(n), b->ram, most ? most->index : 0, most ? most->op_name : "?");
    }
    if ((uint64_t)flash_of(n) > b->flash)
        ok = zr_fail(&c->cx, ZR_E_BUDGET, place,
                     "needs %lld bytes of flash, %zu are there; %lld of them are weights",
                     (long long)flash_of(n), b->flash, (long long)n->weights);
    return ok;
}

static void print_line(zr_buf *out, const char *what, int64_t total, const char *parts)
{
    zr_buf_printf(out, "%-6s %10lld bytes: %s\n", what, (long long)total, parts);
}

static void print_text(cli *c, const zr_summary *s, const need *n, zr_buf *out)
{
    zr_buf_printf(out, "%s: %d operators, all supported; %lld MACs\n", s->model->file, s->n_layers,
                  (long long)s->macs);
    const char *ram = zr_format(&c->cx, "arena %lld (%s)", (long long)n->arena,
                                cli_arena_proof(c, s->program)),
               *flash = NULL;
    if (n->code < 0) {
        if (n->statics > 0)
            ram = zr_format(&c->cx, "arena %lld (%s), state %lld", (long long)n->arena,
                            cli_arena_proof(c, s->program), (long long)n->statics);
        flash =
            zr_format(&c->cx, "weights %lld; code and stack: give --target", (long long)n->weights);
    } else {
        ram = zr_format(&c->cx, "arena %lld (%s), stack %lld, static %lld", (long long)n->arena,
                        cli_arena_proof(c, s->program), (long long)n->stack, (long long)n->statics);
        flash =
            zr_format(&c->cx, "code %lld, weights %lld", (long long)n->code, (long long)n->weights);
    }
    print_line(out, "RAM", ram_of(n), ram ? ram : "");
    print_line(out, "flash", flash_of(n), flash ? flash : "");
    if (s->stream) zr_stream_figures_text(s->stream, out);
}

static cJSON *problem_json(const zr_diag *d)
{
    cJSON *p = cJSON_CreateObject();
    cJSON_AddStringToObject(p, "message", d->sentence);
    if (d->hint[0]) cJSON_AddStringToObject(p, "hint", d->hint);
    if (d->place.subgraph >= 0) cJSON_AddNumberToObject(p, "subgraph", d->place.subgraph);
    if (d->place.node >= 0) cJSON_AddNumberToObject(p, "operator", d->place.node);
    if (d->place.op) cJSON_AddStringToObject(p, "op", d->place.op);
    if (d->place.tensor) cJSON_AddStringToObject(p, "tensor", d->place.tensor);
    return p;
}

static void add_number(cJSON *root, const char *key, int64_t value)
{
    if (value >= 0)
        cJSON_AddNumberToObject(root, key, (double)value);
    else
        cJSON_AddNullToObject(root, key);
}

static bool print_json(cli *c, const zr_stream_figures *stream, const need *n, zr_buf *out)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "model", c->operands[0]);
    cJSON_AddBoolToObject(root, "ok", c->cx.n_errors == 0);
    cJSON *problems = cJSON_AddArrayToObject(root, "problems");
    cJSON *notes = cJSON_AddArrayToObject(root, "notes");
    for (const zr_diag *d = c->cx.first; d; d = d->next)
        cJSON_AddItemToArray(d->code == ZR_E_NOTE ? notes : problems, problem_json(d));
    cJSON_AddStringToObject(root, "target", cli_value(c, "target") ? cli_value(c, "target") : "");
    add_number(root, "ram_bytes", n ? ram_of(n) : -1);
    add_number(root, "arena_bytes", n ? n->arena : -1);
    add_number(root, "stack_bytes", n ? n->stack : -1);
    add_number(root, "static_bytes", n ? n->statics : -1);
    add_number(root, "flash_bytes", n ? flash_of(n) : -1);
    add_number(root, "code_bytes", n ? n->code : -1);
    add_number(root, "weights_bytes", n ? n->weights : -1);
    if (stream) zr_stream_figures_json(stream, root);
    return zr_json_print(&c->cx, root, out);
}

static bool list_operators(cli *c)
{
    zr_buf out;
    zr_buf_init(&out, &c->cx);
    for (int i = 0; i < ZR_OP_COUNT; i++) zr_buf_printf(&out, "%s\n", zr_ops[i].name);
    return !out.failed && zr_file_write(&c->cx, "-", out.data, out.size);
}

static bool run(cli *c)
{
    zr_model model;
    zr_program program;
    zr_summary summary;
    need n;
    budget there_is;
    zr_buf out;
    if (cli_value(c, "operators")) return list_operators(c);
    if (c->n_operands == 0) return cli_usage(c, "MODEL is missing");
    if (!take_budget(c, &there_is)) return false;
    bool ok = cli_build(c, cli_value(c, "target"), &model, &program) &&
              cli_summarize(c, &model, &program, &summary);
    bool known = ok && find_need(c, &program, &summary, &n);
    ok = known && check_budget(c, &summary, &n, &there_is);
    zr_buf_init(&out, &c->cx);
    if (cli_value(c, "json")) {
        if (!print_json(c, known ? summary.stream : NULL, known ? &n : NULL, &out)) return false;
    } else if (known) {
        print_text(c, &summary, &n, &out);
    }
    return !out.failed && (!out.size || zr_file_write(&c->cx, "-", out.data, out.size)) && ok;
}

const cli_command command_check = {
    .name = "check",
    .operands = "MODEL",
    .summary = "say whether a model will run and fit, before any hardware",
    .description =
        "Lists every operator, type and shape of the model that zerre does not support, all at "
        "once, "
        "then the RAM and flash that it needs against what there is. With --target the model is "
        "built "
        "and run for that chip, so that code and stack are exact; without, only the arena and the "
        "constants are counted. Of a sound model (a folder) the front end is counted too.",
    .options = options,
    .min_operands = 0,
    .max_operands = 1,
    .run = run,
};
