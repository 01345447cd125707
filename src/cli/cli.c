#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/import.h"
#include "passes/prepare.h"

const char *cli_value(const cli *c, const char *name)
{
    for (int i = 0; c->command->options[i].name; i++)
        if (!strcmp(c->command->options[i].name, name)) return c->values[i];
    return NULL;
}

bool cli_usage(cli *c, const char *format, ...)
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

bool cli_build(cli *c, zr_model *model, zr_program *program)
{
    return zr_import(&c->cx, c->operands[0], model) && zr_build(&c->cx, model, program);
}

bool cli_write_outputs(cli *c, const char *path, const zr_array *outputs, int n)
{
    size_t length = strlen(path);
    bool npz = length > 4 && !strcmp(path + length - 4, ".npz");
    if (npz) return zr_npz_write(&c->cx, path, outputs, n);
    if (n == 1) return zr_npy_write(&c->cx, path, &outputs[0]);
    return cli_usage(c, "the model has %d outputs: --output must be an .npz", n);
}
