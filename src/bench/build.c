#define _XOPEN_SOURCE 700 /* realpath */
#include "bench/build.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/process.h"

enum { MAX_ARGS = 64, COMPILE_LIMIT_S = 300 };

/* A command line that grows. `ok` turns false when a piece of it could not be made. */
typedef struct command {
    zr_ctx *cx;
    const char *argv[MAX_ARGS + 1];
    int n;
    bool ok;
} command;

static void add(command *c, const char *arg)
{
    c->ok = c->ok && arg && c->n < MAX_ARGS;
    if (c->ok) c->argv[c->n++] = arg;
}

/* Adds the words of a text, which single spaces separate. */
static void add_words(command *c, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, " ");
        add(c, zr_text(c->cx, text, length));
        text += length;
        if (*text == ' ') text++;
    }
}

static const struct {
    const char *name, *level;
} levels[] = {{"speed", "-O2"}, {"size", "-Os"}, {"ram", "-O2"}};

static const char *compiler_name(zr_ctx *cx, const zr_target *target)
{
    return zr_format(cx, "%sgcc", target->toolchain->prefix);
}

/* The compiler's answer to a question about itself, one line; NULL when there is none (reported).
 */
static const char *ask_compiler(zr_ctx *cx, const zr_target *target, const char *question)
{
    const char *argv[] = {compiler_name(cx, target), question, NULL};
    zr_process process = {argv, NULL, COMPILE_LIMIT_S};
    zr_process_result ran;
    if (!argv[0] || !zr_process_run(cx, &process, &ran)) return NULL;
    if (ran.end == ZR_PROCESS_MISSING) {
        zr_fail(cx, ZR_E_TOOL, ZR_NOWHERE, "%s is not installed; install the Debian package %s",
                argv[0], target->toolchain->package);
        return NULL;
    }
    return zr_text(cx, ran.output, strcspn(ran.output, "\n"));
}

/* The path from the root; NULL when there is no such file (reported). */
static const char *absolute(zr_ctx *cx, const char *path)
{
    char *resolved = realpath(path, NULL);
    if (!resolved) {
        zr_fail(cx, ZR_E_FILE, ZR_NOWHERE, "%s: %s", path, strerror(errno));
        return NULL;
    }
    const char *copy = zr_format(cx, "%s", resolved);
    free(resolved);
    return copy;
}

bool zr_build_start(zr_ctx *cx, zr_build *build)
{
    const zr_bench_options *o = build->options;
    const char *goal = o->optimize ? o->optimize : levels[0].name;
    build->level = NULL;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (!strcmp(levels[i].name, goal)) build->level = levels[i].level;
    if (!build->level)
        return zr_fail(cx, ZR_E_USAGE, ZR_NOWHERE,
                       "cannot optimize for '%s'; there are speed, size and ram", goal);
    build->folder = absolute(cx, build->folder);
    build->sources = absolute(cx, o->sources_dir);
    if (!build->folder || !build->sources) return false;

    build->version = ask_compiler(cx, build->target, "-dumpfullversion");
    if (!build->version) return false;
    const char *library = ask_compiler(cx, build->target, "-print-file-name=nano.specs");
    if (!library) return false;
    /* A file that the compiler does not find is printed as it was asked for. */
    if (library[0] == '/') return true;
    return zr_fail(cx, ZR_E_TOOL, ZR_NOWHERE,
                   "%sgcc has no C library; install the Debian package %s",
                   build->target->toolchain->prefix, build->target->toolchain->library_package);
}

/* The line of a compiler's or linker's output that says what is wrong. */
static const char *first_error(zr_ctx *cx, const char *output)
{
    const char *found = strstr(output, "error");
    if (!found) found = strstr(output, "undefined reference");
    if (!found) found = output;
    while (found > output && found[-1] != '\n') found--;
    return zr_text(cx, found, strcspn(found, "\n"));
}

static bool run_compiler(zr_ctx *cx, const zr_build *build, command *c, const char *folder)
{
    if (!c->ok) return zr_fail(cx, ZR_E_INTERNAL, ZR_NOWHERE, "the compiler's command is too long");
    zr_process process = {c->argv, folder, COMPILE_LIMIT_S};
    zr_process_result ran;
    if (!zr_process_run(cx, &process, &ran)) return false;
    if (zr_process_ok(&ran)) return true;
    zr_place place = ZR_NOWHERE;
    place.file = build->options->name;
    if (ran.end == ZR_PROCESS_TIMED_OUT)
        return zr_fail(cx, ZR_E_INTERNAL, place, "%s took more than %d s", c->argv[0],
                       COMPILE_LIMIT_S);
    const char *line = first_error(cx, ran.output);
    return zr_fail(cx, ZR_E_INTERNAL, place, "%s: %s", c->argv[0], line ? line : "failed");
}

/* gcc with the target's flags. Only what is reachable is linked, so that the sizes are those of
 * what the model uses. Floats are neither fused nor reordered: the same bits as on the host. */
static command compiler(zr_ctx *cx, const zr_build *build)
{
    command c = {.cx = cx, .ok = true};
    add(&c, compiler_name(cx, build->target));
    add_words(&c, build->target->flags);
    add_words(&c, "-std=c99 -ffp-contract=off -ffunction-sections -fdata-sections");
    return c;
}

static const char *upper_case(zr_ctx *cx, const char *name)
{
    char *upper = zr_alloc(cx, strlen(name) + 1, 1);
    for (size_t i = 0; upper && name[i]; i++) upper[i] = (char)toupper((unsigned char)name[i]);
    return upper;
}

/* Writes the firmware's sources into <folder>/firmware. */
static bool write_firmware(zr_ctx *cx, const zr_build *build)
{
    const char *folder = zr_format(cx, "%s/firmware", build->folder);
    if (!folder || !zr_folder_make(cx, folder)) return false;
    for (const zr_embedded *file = zr_embedded_firmware; file->path; file++) {
        const char *path = zr_format(cx, "%s/%s", build->folder, file->path);
        if (!path || !zr_file_write(cx, path, file->text, strlen(file->text))) return false;
    }
    return true;
}

const char *const zr_image_names[] = {"total", "layers", "sound"};

/* Files of the harness that are in some images only. */
static const struct {
    const char *name;
    bool in[3];
} partial[] = {{"main.c", {true, true, false}},
               {"layers.c", {false, true, false}},
               {"sound.c", {false, false, true}}};

/* The harness file's name without its folder when it is to be compiled, else NULL. */
static const char *unit_name(const zr_embedded *file, zr_image image)
{
    const char *name = strrchr(file->path, '/') + 1, *end = strrchr(name, '.');
    if (strcmp(end, ".c") && strcmp(end, ".S")) return NULL;
    for (size_t i = 0; i < sizeof partial / sizeof *partial; i++)
        if (!strcmp(partial[i].name, name) && !partial[i].in[image]) return NULL;
    return name;
}

/* Compiles the harness into `folder`. It calls no function of a library, hence
 * -fno-tree-loop-distribute-patterns, and touches no register of the FPU. */
static bool compile_harness(zr_ctx *cx, const zr_build *build, const char *folder, zr_image image)
{
    const zr_board *board = build->target->board;
    const char *name = build->options->name;
    const char *upper = upper_case(cx, name);
    if (!upper || !zr_folder_make(cx, folder)) return false;
    command c = compiler(cx, build);
    add_words(&c, "-O2 -ffreestanding -fno-builtin -fno-tree-loop-distribute-patterns "
                  "-mgeneral-regs-only");
    add(&c, zr_format(cx, "-DBENCH_CLOCK_%s", board->clock));
    add(&c, zr_format(cx, "-DBENCH_CLOCK_ADDRESS=0x%xu", board->clock_address));
    add(&c, zr_format(cx, "-DBENCH_CLOCK_P=%d", board->clock_p));
    add(&c, zr_format(cx, "-DBENCH_CLOCK_Q=%d", board->clock_q));
    add(&c, zr_format(cx, "-DBENCH_HEADER=\"%s.h\"", name));
    add(&c, zr_format(cx, "-DBENCH_MODEL=%s", name));
    add(&c, zr_format(cx, "-DBENCH_MODEL_UPPER=%s", upper));
    if (image == ZR_LAYERS) add(&c, "-DBENCH_LAYERS");
    if (image == ZR_SOUND) {
        add(&c, zr_format(cx, "-DBENCH_FRONTEND_HEADER=\"%s_frontend.h\"", name));
        add(&c, zr_format(cx, "-DBENCH_EVERY=%d", build->options->every));
        add(&c, zr_format(cx, "-DBENCH_WAKE=%d", build->options->wakes));
    }
    add(&c, zr_format(cx, "-I%s", build->sources));
    add(&c, "-c");
    for (const zr_embedded *file = zr_embedded_firmware; file->path; file++) {
        if (unit_name(file, image)) add(&c, zr_format(cx, "%s/%s", build->folder, file->path));
    }
    return run_compiler(cx, build, &c, folder);
}

/* Compiles the model into `folder`; with the hooks, only the file that has them, and without its
 * weights where they are there. */
static bool compile_model(zr_ctx *cx, const zr_build *build, const char *folder, zr_image image)
{
    const char *name = build->options->name;
    const char *weights = zr_format(cx, "%s/%s_weights.c", build->sources, name);
    const char *upper = upper_case(cx, name);
    if (!weights || !upper || !zr_folder_make(cx, folder)) return false;
    command c = compiler(cx, build);
    add(&c, build->level);
    if (image == ZR_LAYERS) {
        add(&c, zr_format(cx, "-D%s_ON_LAYER=bench_on_layer", upper));
        add(&c, "-include");
        add(&c, zr_format(cx, "%s/firmware/layers.h", build->folder));
    }
    add(&c, "-c");
    add(&c, zr_format(cx, "%s/%s.c", build->sources, name));
    if (image == ZR_TOTAL && access(weights, F_OK) == 0) add(&c, weights);
    if (image == ZR_SOUND) add(&c, zr_format(cx, "%s/%s_frontend.c", build->sources, name));
    return run_compiler(cx, build, &c, folder);
}

static void add_memory(command *c, const char *name, zr_memory memory)
{
    add(c, zr_format(c->cx, "-Wl,--defsym=board_%s_origin=0x%x,--defsym=board_%s_bytes=0x%x", name,
                     memory.origin, name, memory.bytes));
}

static bool link_image(zr_ctx *cx, const zr_build *build, zr_image image)
{
    const char *part = zr_image_names[image];
    const zr_board *board = build->target->board;
    command c = compiler(cx, build);
    /* A section that board.ld does not name would be missing from the sizes. */
    add_words(&c, "-specs=nano.specs -nostartfiles -Wl,--gc-sections -Wl,--orphan-handling=error "
                  "-Wl,--fatal-warnings");
    add_words(&c, "-T firmware/board.ld");
    add_memory(&c, "code", board->code);
    add_memory(&c, "const", board->consts);
    add_memory(&c, "ram", board->ram);
    for (const zr_embedded *file = zr_embedded_firmware; file->path; file++) {
        const char *unit = unit_name(file, image);
        if (!unit) continue;
        int length = (int)(strrchr(unit, '.') - unit);
        add(&c, zr_format(cx, "%s/bench-harness/%.*s.o", part, length, unit));
    }
    add(&c, zr_format(cx, "%s/bench-model/%s.o", part, build->options->name));
    if (image == ZR_SOUND)
        add(&c, zr_format(cx, "%s/bench-model/%s_frontend.o", part, build->options->name));
    const char *weights =
        zr_format(cx, "%s/total/bench-model/%s_weights.o", build->folder, build->options->name);
    if (weights && access(weights, F_OK) == 0) add(&c, weights);
    add_words(&c, "-lm -o");
    add(&c, zr_format(cx, "%s.elf", part));
    return run_compiler(cx, build, &c, build->folder);
}

bool zr_build_image(zr_ctx *cx, const zr_build *build, zr_image image)
{
    const char *part = zr_image_names[image];
    const char *harness = zr_format(cx, "%s/%s/bench-harness", build->folder, part);
    const char *model = zr_format(cx, "%s/%s/bench-model", build->folder, part);
    return harness && model && (image != ZR_TOTAL || write_firmware(cx, build)) &&
           compile_harness(cx, build, harness, image) && compile_model(cx, build, model, image) &&
           link_image(cx, build, image);
}
