#include <string.h>

#include "base/file.h"
#include "base/process.h"
#include "cli/cli.h"
#include "import/import.h"
#include "report/inspect.h"
#include "report/memory.h"
#include "select/select.h"

static const cli_option options[] = {
    {"json", 0, NULL, "one JSON object on standard output"},
    {"svg", 0, "FILE", "draw the graph as SVG (needs Graphviz), or with --memory the arena"},
    {"memory", 0, NULL, "show who has which bytes of the arena while which operator runs"},
    {"target", 't', "CHIP", "choose kernels for it (default: portable C, the reference)"},
    CLI_KERNEL_OPTIONS,
    CLI_TIME_OPTION,
    {NULL, 0, NULL, NULL},
};

/* Runs Graphviz' dot on `source`; the picture goes to the file `picture`. */
static bool run_dot(cli *c, const char *source, const char *picture)
{
    const char *const argv[] = {"dot", "-Tsvg", "-o", picture, source, NULL};
    zr_process process = {argv, NULL, 120};
    zr_process_result result;
    if (!zr_process_run(&c->cx, &process, &result)) return false;
    if (result.end == ZR_PROCESS_MISSING)
        return zr_fail(&c->cx, ZR_E_TOOL, ZR_NOWHERE, "--svg needs Graphviz; install graphviz");
    if (zr_process_ok(&result)) return true;
    const char *line = zr_text(&c->cx, result.output, strcspn(result.output, "\n"));
    return line && zr_fail(&c->cx, ZR_E_FILE, ZR_NOWHERE, "dot could not draw the graph: %s", line);
}

static bool write_svg(cli *c, const zr_summary *summary, const char *path)
{
    zr_buf dot;
    zr_bytes drawn;
    zr_buf_init(&dot, &c->cx);
    zr_inspect_dot(&c->cx, summary, &dot);
    if (dot.failed) return false;
    const char *folder = zr_folder_temporary(&c->cx);
    if (!folder) return false;
    const char *source = zr_format(&c->cx, "%s/graph.dot", folder);
    const char *picture = zr_format(&c->cx, "%s/graph.svg", folder);
    bool ok = source && picture && zr_file_write(&c->cx, source, dot.data, dot.size) &&
              run_dot(c, source, picture) && zr_file_read(&c->cx, picture, &drawn);
    zr_folder_remove(folder);
    return ok && zr_file_write(&c->cx, path, drawn.data, drawn.size);
}

/* --memory: the arena over time instead of the graph. */
static bool run_memory(cli *c)
{
    zr_model model;
    zr_program program;
    zr_memory memory;
    zr_buf out, picture;
    zr_buf_init(&out, &c->cx);
    zr_buf_init(&picture, &c->cx);
    if (!cli_build(c, cli_value(c, "target"), &model, &program) ||
        !zr_memory_make(&c->cx, &program, &memory))
        return false;
    const char *proof = cli_arena_proof(c, &program), *path = cli_value(c, "svg");
    if (path) zr_memory_svg(&c->cx, &memory, proof, &picture);
    if (!cli_value(c, "json"))
        zr_memory_text(&c->cx, &memory, proof, &out);
    else if (!zr_memory_json(&c->cx, &memory, &out))
        return false;
    /* Before the files: with no memory left for a name, there shall be none. */
    if (picture.failed || out.failed || c->cx.n_errors) return false;
    return (!path || zr_file_write(&c->cx, path, picture.data, picture.size)) &&
           zr_file_write(&c->cx, "-", out.data, out.size);
}

/* A model that cannot be compiled can still be looked at: its problems become notes. */
static bool run(cli *c)
{
    zr_model model;
    zr_program program;
    zr_summary summary;
    const char *target = cli_value(c, "target");
    bool compiles = true;
    if (cli_value(c, "memory")) return run_memory(c);
    if (target || cli_value(c, "stream")) {
        if (!cli_build(c, target, &model, &program)) return false;
    } else {
        if (!cli_need_target(c, target) || !zr_import(&c->cx, c->operands[0], &model)) return false;
        compiles = zr_make_program(&c->cx, &model, NULL, &program);
    }
    if (c->cx.out_of_memory) return false;
    for (zr_diag *d = c->cx.first; d; d = d->next) d->code = ZR_E_NOTE;
    c->cx.n_errors = 0;
    zr_buf out;
    zr_buf_init(&out, &c->cx);
    if (!cli_summarize(c, &model, compiles ? &program : NULL, &summary)) return false;
    if (cli_value(c, "svg") && !write_svg(c, &summary, cli_value(c, "svg"))) return false;
    if (!cli_value(c, "json"))
        zr_inspect_text(&summary, &out);
    else if (!zr_inspect_json(&c->cx, &summary, &out))
        return false;
    return !out.failed && zr_file_write(&c->cx, "-", out.data, out.size);
}

const cli_command command_inspect = {
    .name = "inspect",
    .operands = "MODEL",
    .summary = "show what is in a model",
    .description =
        "Shows inputs, outputs and state, and for every operator its output, multiply-accumulates, "
        "constants and the memory that is alive while it runs. A model that zerre cannot compile "
        "is shown too, with its problems as notes.\n\n"
        "With --memory it shows the arena over time: a line for every operator, and in it which "
        "bytes belong to which tensor or scratch; beside that what there was to plan, the bytes "
        "that are alive when every operator is computed as a whole, in the order of the file, and "
        "no tensor lies over another. Together with --svg it is a picture, steps from left to "
        "right, bytes from bottom to top; what is computed a strip of rows at a time has many "
        "short lives there.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
