#include "base/file.h"
#include "cli/cli.h"
#include "emit/emit.h"
#include "frontend/emit.h"

static const cli_option options[] = {
    {"output", 'o', "DIR", "folder for the C files; made when it does not exist"},
    {"name", 'n', "NAME",
     "prefix of the files and of every symbol (default: the model's file name)"},
    {"target", 't', "CHIP", "choose kernels for it (default: portable C, the reference)"},
    CLI_KERNEL_OPTIONS,
    CLI_STREAM_OPTION,
    CLI_TIME_OPTION,
    {"with-end", 0, NULL, "with --stream: NAME_end too, what a clip gives that ends here"},
    {NULL, 0, NULL, NULL},
};

/* Writes the front end of a sound model beside it. */
static bool write_frontend(cli *c, const zr_model *model, const char *folder, const char *name)
{
    zr_frontend *f;
    zr_generated_frontend generated;
    if (!cli_model_frontend(c, model, &f)) return false;
    return !f || (zr_frontend_emit(&c->cx, f, model, name, &generated) &&
                  zr_frontend_emit_write(&c->cx, &generated, folder, name));
}

/* Steps through a few clips before anything is written. */
static bool report_streaming(cli *c, const zr_model *model, zr_buf *out)
{
    zr_stream_figures figures;
    zr_frontend *f;
    if (!cli_model_frontend(c, model, &f) || !cli_check_streaming(c) ||
        !cli_streaming_figures(c, model, &figures))
        return false;
    zr_stream_figures_text(&figures, out);
    zr_buf_text(out, "checked: steps through clips of noise give the same bits as the clips\n");
    return true;
}

static bool run(cli *c)
{
    const char *folder = cli_value(c, "output"), *name = cli_value(c, "name");
    if (!folder) return cli_usage(c, "--output is missing");
    zr_model model;
    zr_program program;
    zr_generated generated;
    if (!cli_build(c, cli_value(c, "target"), &model, &program)) return false;
    if (cli_value(c, "with-end") && !c->streaming)
        return cli_usage(c, "--with-end goes with --stream time");
    if (cli_value(c, "with-end") && !zr_streaming_join(&c->cx, c->streaming, &program))
        return false;
    name = zr_emit_name(&c->cx, name ? name : model.file);
    if (!name || !zr_emit(&c->cx, &program, name, &generated)) return false;
    /* Before the files: with no memory left for the lines, none of them shall be there. */
    zr_buf lines;
    zr_buf_init(&lines, &c->cx);
    zr_buf_printf(&lines,
                  "%s/%s.h, %s.c, %s_weights.c: arena %zu bytes (%s), constants %lld bytes\n",
                  folder, name, name, name, program.arena_bytes, cli_arena_proof(c, &program),
                  (long long)zr_emit_constant_bytes(&program));
    if (c->streaming && !report_streaming(c, &model, &lines)) return false;
    return !lines.failed && zr_folder_make(&c->cx, folder) &&
           write_frontend(c, &model, folder, name) &&
           zr_emit_write(&c->cx, &generated, folder, name) &&
           zr_file_write(&c->cx, "-", lines.data, lines.size);
}

const cli_command command_compile = {
    .name = "compile",
    .operands = "MODEL",
    .summary = "write a model as plain C99 for a microcontroller",
    .description =
        "Writes NAME.h, NAME.c and NAME_weights.c into the folder: the network as C99 (and C++) "
        "that "
        "needs no library, no malloc and no operating system. The size of its arena is in NAME.h. "
        "The same model and name give the same bytes.\n\n"
        "A sound model (a folder with model.tflite and frontend.json) gets NAME_frontend.h and "
        "NAME_frontend.c too: from samples to the network's input.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
