/* The command line: the only place that prints and exits. */
#ifndef ZR_CLI_CLI_H
#define ZR_CLI_CLI_H

#include <limits.h>

#include "base/context.h"
#include "base/npy.h"
#include "exec/samples.h"
#include "frontend/model.h"
#include "report/inspect.h"
#include "select/select.h"

enum { CLI_MAX_OPTIONS = 24, CLI_ANY_OPERANDS = INT_MAX, CLI_MAX_CLASSES = 1024 };

typedef struct cli_option {
    const char *name;     /* "output": --output */
    char letter;          /* 'o': -o; 0: none */
    const char *argument; /* "FILE"; NULL: the option takes none */
    const char *help;
} cli_option;

typedef struct cli cli;

/* One command; help, man page and parsing come from it. */
typedef struct cli_command {
    const char *name;
    const char *operands;      /* "MODEL" */
    const char *summary;       /* one line */
    const char *description;   /* paragraphs for the man page, separated by empty lines */
    const cli_option *options; /* up to one without a name */
    int min_operands, max_operands;
    bool (*run)(cli *c); /* false: an error is in the context */
} cli_command;

struct cli {
    zr_ctx cx;
    const cli_command *command;
    const char
        *values[CLI_MAX_OPTIONS]; /* by position in options; "" for a flag; NULL: not given */
    const char **operands;
    int n_operands;
    zr_streaming *streaming; /* what cli_build made of the model for --stream; NULL: nothing */
};

/* Every command, in the order of commands.def; a NULL ends the table. */
extern const cli_command *const cli_commands[];

/* The value of an option, "" for a flag; NULL when it was not given. */
const char *cli_value(const cli *c, const char *name);

/* A size such as "64K", "1M", "1000" (K = 1024); adds a usage error. */
ZR_MUST bool cli_size(cli *c, const char *name, size_t *size);

/* Adds an error about the command line. Always false. */
bool cli_usage(cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define cli_usage(...) zr_false(cli_usage(__VA_ARGS__))

/* Prints notes and errors to standard error, one line each, and forgets them. */
void cli_print_diagnostics(cli *c);

void cli_print_help(const cli_command *command);
void cli_print_man(const cli_command *command); /* NULL: of zerre itself */

/* A bar on standard error when that is a terminal: a zr_progress_fn. */
void cli_progress(void *user, int64_t done, int64_t total);

/* Options that choose kernels, for the tables of the commands that have them; the values are read
 * by cli_build. --kernel may name several layers: "3=dsp_1x1,7=ref". */
#define CLI_KERNEL_OPTIONS                                                                    \
    {"optimize", 'O', "GOAL", "speed (default), size (flash and time) or ram"},               \
        {"costs", 0, "FILE", "measured costs from 'zerre tune', preferred over estimates"},   \
        {"flash", 0, "SIZE", "flash there is for constants and code, such as 128K"},          \
        {"ram", 0, "SIZE", "bytes for the arena, such as 32K: the fastest plan that fits"},   \
        {"rows", 0, "FIRST-LAST=N", "compute these operators together, N rows at a time"},    \
    {                                                                                         \
        "kernel", 0, "LAYER=NAME", "force kernels of layers, by operator number: 3=dsp,7=ref" \
    }

/* For the commands of which the network may take its input by rows; likewise read by cli_build. */
#define CLI_STREAM_OPTION                                                             \
    {                                                                                 \
        "stream-input", 0, NULL, "the input comes row by row, as a camera's lines do" \
    }

/* For the commands that can turn a model of clips into one that takes some frames at a time; read
 * by cli_build. */
#define CLI_TIME_OPTION                                                          \
    {                                                                            \
        "stream", 0, "WHAT", "time: a clip's model takes a few frames at a time" \
    }

/* The choice of kernels that the options ask for. */
ZR_MUST bool cli_select_options(cli *c, const char *target, zr_select_options *options);

/* Adds a usage error when there is no target and an option that chooses kernels for one. */
ZR_MUST bool cli_need_target(cli *c, const char *target);

/* Reads the model that the first operand names and makes its program: with the kernels of the
 * target (NULL: the reference, whatever the other options say). With --stream time the model that
 * takes some frames at a time, and c->streaming. */
ZR_MUST bool cli_build(cli *c, const char *target, zr_model *model, zr_program *program);

/* Adds a usage error when --stream is given and names nothing that there is. */
ZR_MUST bool cli_need_time(cli *c);

/* Likewise from the imported model, where --stream is given. */
ZR_MUST bool cli_build_streaming(cli *c, const zr_select_options *options, zr_model *model,
                                 zr_program *program);

/* The model whose inputs samples are for: that of clips where --stream is given. */
const zr_model *cli_sample_model(const cli *c, const zr_model *model);

/* Runs the samples; with --stream each is a clip that the program steps through. */
ZR_MUST bool cli_run_samples(cli *c, const zr_program *program, const zr_samples *samples,
                             const char *what, zr_array *outputs);

/* With --stream: the inputs of the steps through the clips. */
ZR_MUST bool cli_split_clips(cli *c, const zr_samples *clips, zr_samples *steps);

/* With --stream: whether steps through a few clips of noise give what the clips give as a whole; an
 * internal error when not. */
ZR_MUST bool cli_check_streaming(cli *c);

/* The front end of the sound model that the first operand names, as the network on the chip takes
 * its frames: with --stream not clips but a stream. NULL: it is no sound model. */
ZR_MUST bool cli_model_frontend(cli *c, const zr_model *model, zr_frontend **f);

/* With --stream: what the report says. */
ZR_MUST bool cli_streaming_figures(cli *c, const zr_model *model, zr_stream_figures *figures);

/* zr_summarize, with those figures. */
ZR_MUST bool cli_summarize(cli *c, const zr_model *model, const zr_program *program,
                           zr_summary *summary);

/* The front end `name`: one of zr_frontend_names, a description's file, or a folder that has one.
 */
ZR_MUST bool cli_frontend(cli *c, const char *name, zr_frontend *frontend);

/* The samples that --input names, for the model that the first operand names: arrays, or a sound
 * file for a sound model. */
ZR_MUST bool cli_samples(cli *c, const zr_model *model, zr_samples *samples);

/* Whether the file is there and begins as no .npy and no zip file does. */
bool cli_is_sound(const char *path);

/* The recordings that --labels lists below the folder --audio, for a sound model; `labels` [n].
 * waking, owners: of zr_frontend_files. */
ZR_MUST bool cli_recordings(cli *c, const zr_model *model, bool waking, zr_buf *owners,
                            zr_samples *samples, zr_array *labels);

/* "optimal" when no placement of the program's buffers is smaller, else "at least N". */
const char *cli_arena_proof(cli *c, const zr_program *program);

/* Writes the outputs of a run: .npz by its name, else one array as .npy ("-": standard output). */
ZR_MUST bool cli_write_outputs(cli *c, const char *path, const zr_array *outputs, int n);

#endif
