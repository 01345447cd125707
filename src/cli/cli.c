#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/target.h"
#include "import/import.h"
#include "select/select.h"

const char *cli_value(const cli *c, const char *name)
{
    for (int i = 0; c->command->options[i].name; i++)
        if (!strcmp(c->command->options[i].name, name)) return c->values[i];
    return NULL;
}

bool(cli_usage)(cli *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *sentence = NULL;
    char text[256];
    if (vsnprintf(text, sizeof text, format, args) >= 0) sentence = text;
    va_end(args);
    return zr_fail(&c->cx, ZR_E_USAGE, ZR_NOWHERE, "%s; see 'zerre %s --help'",
                   sentence ? sentence : "bad usage", c->command->name);
}

bool cli_size(cli *c, const char *name, size_t *size)
{
    const char *text = cli_value(c, name);
    char *end;
    unsigned long long n = strtoull(text, &end, 10);
    unsigned shift = *end == 'K' || *end == 'k' ? 10 : *end == 'M' || *end == 'm' ? 20 : 0;
    if (end == text || text[0] == '-' || n > (1ull << 40) || end[shift ? 1 : 0] != '\0')
        return cli_usage(c, "--%s %s is no size such as 65536, 64K or 1M", name, text);
    *size = (size_t)(n << shift);
    return true;
}

void cli_print_diagnostics(cli *c)
{
    for (const zr_diag *d = c->cx.first; d; d = d->next) {
        const char *line = zr_diag_line(&c->cx, d);
        fprintf(stderr, "zerre: %s%s\n", d->code == ZR_E_NOTE ? "note: " : "",
                line ? line : d->sentence);
    }
    if (c->cx.out_of_memory) fprintf(stderr, "zerre: out of memory\n");
    c->cx.first = c->cx.last = NULL;
}

void cli_progress(void *user, int64_t done, int64_t total)
{
    static int64_t shown = -1; /* per cent; one bar at a time */
    enum { WIDTH = 40 };
    if (!isatty(STDERR_FILENO) || total < 1) return;
    int64_t percent = done * 100 / total;
    if (percent == shown) return;
    shown = percent;
    fprintf(stderr, "\r%s [", (const char *)user);
    for (int i = 0; i < WIDTH; i++) fputc(i < percent * WIDTH / 100 ? '#' : ' ', stderr);
    fprintf(stderr, "] %3lld %%%s", (long long)percent, done == total ? "\r\033[K" : "");
    if (done == total) shown = -1;
}

/* Splits "3=dsp,7=ref" at the commas. */
static bool split(cli *c, const char *text, const char *const **result, int *n)
{
    if (!text) return true;
    const char **list = ZR_NEW(&c->cx, const char *, strlen(text) / 2 + 1);
    if (!list) return false;
    while (*text) {
        size_t length = strcspn(text, ",");
        if (length > 0) list[(*n)++] = zr_text(&c->cx, text, length);
        if (length > 0 && !list[*n - 1]) return false;
        text += length + (text[length] == ',');
    }
    *result = list;
    return true;
}

bool cli_select_options(cli *c, const char *target, zr_select_options *o)
{
    static const char *const goals[] = {"speed", "size", "ram"};
    const zr_target *t = zr_target_find(target);
    const char *goal = cli_value(c, "optimize");
    *o = (zr_select_options){.goal = ZR_GOAL_SPEED};
    if (!t)
        return cli_usage(c, "unknown target '%s'; 'zerre bench --target list' lists them", target);
    o->isa = t->isa;
    o->target = t->name;
    if (cli_value(c, "costs")) {
        zr_costs *costs = ZR_NEW(&c->cx, zr_costs, 1);
        if (!costs || !zr_costs_read(&c->cx, cli_value(c, "costs"), costs)) return false;
        o->costs = costs;
    }
    int g = 0;
    while (goal && g < 3 && strcmp(goal, goals[g]) != 0) g++;
    if (g == 3) return cli_usage(c, "--optimize %s is neither speed, size nor ram", goal);
    o->goal = (zr_goal)g;
    o->stream = cli_value(c, "stream-input");
    bool checks = !strcmp(c->command->name, "check"); /* its --ram is that of the whole chip */
    if (!checks && cli_value(c, "ram") && !cli_size(c, "ram", &o->ram_bytes)) return false;
    if (cli_value(c, "flash") && !cli_size(c, "flash", &o->flash_bytes)) return false;
    return split(c, cli_value(c, "kernel"), &o->forced, &o->n_forced) &&
           split(c, cli_value(c, "rows"), &o->rows, &o->n_rows);
}

bool cli_need_target(cli *c, const char *target)
{
    static const char *const needs_target[] = {"optimize", "flash", "kernel",      "costs",
                                               "rows",     "ram",   "stream-input"};
    for (size_t i = 0; !target && i < sizeof needs_target / sizeof *needs_target; i++)
        if (cli_value(c, needs_target[i]) && strcmp(c->command->name, "check") != 0)
            return cli_usage(c, "--%s goes with --target", needs_target[i]);
    return true;
}

bool cli_build(cli *c, const char *target, zr_model *model, zr_program *program)
{
    zr_select_options options;
    if (!cli_need_target(c, target)) return false;
    if (target && !cli_select_options(c, target, &options)) return false;
    if (!zr_import(&c->cx, c->operands[0], model)) return false;
    zr_frontend *f = NULL;
    if (target && options.stream && !zr_frontend_of_model(&c->cx, c->operands[0], model, &f))
        return false;
    if (f) return cli_usage(c, "--stream-input: a sound model's input comes from its front end");
    if (cli_value(c, "stream"))
        return cli_build_streaming(c, target ? &options : NULL, model, program);
    return zr_make_program(&c->cx, model, target ? &options : NULL, program);
}

const char *cli_arena_proof(cli *c, const zr_program *program)
{
    if (program->arena_bytes == program->arena_bound) return "optimal";
    const char *text = zr_format(&c->cx, "at least %zu", program->arena_bound);
    return text ? text : "?";
}

bool cli_write_outputs(cli *c, const char *path, const zr_array *outputs, int n)
{
    size_t length = strlen(path);
    bool npz = length > 4 && !strcmp(path + length - 4, ".npz");
    if (npz) return zr_npz_write(&c->cx, path, outputs, n);
    if (n == 1) return zr_npy_write(&c->cx, path, &outputs[0]);
    return cli_usage(c, "the model has %d outputs: --output must be an .npz", n);
}
