#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define ZR_COMMAND(symbol) extern const cli_command command_##symbol;
#include "cli/commands.def"
#undef ZR_COMMAND

const cli_command *const cli_commands[] = {
#define ZR_COMMAND(symbol) &command_##symbol,
#include "cli/commands.def"
#undef ZR_COMMAND
    NULL,
};

static int find_option(const cli_command *command, const char *name, size_t length)
{
    for (int i = 0; command->options[i].name; i++)
        if (strlen(command->options[i].name) == length &&
            !strncmp(command->options[i].name, name, length))
            return i;
    return -1;
}

static int find_letter(const cli_command *command, char letter)
{
    for (int i = 0; command->options[i].name; i++)
        if (command->options[i].letter == letter) return i;
    return -1;
}

/* Sorts the words after the command into options and operands. */
static bool parse(cli *c, int argc, char **argv)
{
    bool only_operands = false;
    c->operands = ZR_NEW(&c->cx, const char *, (size_t)argc + 1);
    if (!c->operands) return false;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i], *value = NULL;
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            if (c->n_operands == c->command->max_operands)
                return cli_usage(c, "'%s' is one operand too many", word);
            c->operands[c->n_operands++] = word;
            continue;
        }
        if (!strcmp(word, "--")) {
            only_operands = true;
            continue;
        }
        int option;
        if (word[1] == '-') {
            value = strchr(word, '=');
            option = find_option(c->command, word + 2,
                                 value ? (size_t)(value - word) - 2 : strlen(word + 2));
            if (value) value++;
        } else {
            option = find_letter(c->command, word[1]);
            if (word[2]) value = word + 2;
        }
        if (option < 0) return cli_usage(c, "unknown option '%s'", word);
        const cli_option *o = &c->command->options[option];
        if (!o->argument && value) return cli_usage(c, "--%s takes no value", o->name);
        if (o->argument && !value && ++i < argc) value = argv[i];
        if (o->argument && !value) return cli_usage(c, "--%s needs %s", o->name, o->argument);
        c->values[option] = o->argument ? value : "";
    }
    if (c->n_operands < c->command->min_operands)
        return cli_usage(c, "%s is missing", c->command->operands);
    return true;
}

static int run_command(const cli_command *command, int argc, char **argv)
{
    cli c = {.command = command};
    zr_ctx_init(&c.cx);
#ifdef ZR_TESTING
    /* Tests ask for a failing allocation to see that every path survives it. */
    const char *fail_after = getenv("ZERRE_TEST_FAIL_ALLOCATION");
    if (fail_after) c.cx.arena.fail_after = atoll(fail_after);
#endif
    bool ok = parse(&c, argc, argv) && command->run(&c);
    int status = zr_exit_status(&c.cx);
    cli_print_diagnostics(&c);
    if (fflush(stdout) != 0) status = 1;
    zr_ctx_free(&c.cx);
    return ok ? status : status ? status : 1;
}

/* Help is often piped or saved: what did not arrive is no success. */
static int end_of_help(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
    fprintf(stderr, "zerre: standard output: cannot write: %s\n", strerror(errno));
    return 1;
}

static void print_overview(FILE *to)
{
    fprintf(to,
            "zerre %s: a trained network becomes C for a microcontroller\n\n"
            "usage: zerre COMMAND ...\n\n",
            ZR_VERSION);
    for (int i = 0; cli_commands[i]; i++)
        fprintf(to, "  %-10s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    fprintf(to, "\n'zerre COMMAND --help' says more; 'zerre --version' prints the version.\n");
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    if (word && !strcmp(word, "--version")) {
        printf("zerre %s\n", ZR_VERSION);
        return end_of_help();
    }
    if (word && (!strcmp(word, "--help") || !strcmp(word, "help") || !strcmp(word, "-h"))) {
        print_overview(stdout);
        return end_of_help();
    }
    if (word && !strcmp(word, "--man")) {
        cli_print_man(NULL);
        return end_of_help();
    }
    for (int i = 0; word && cli_commands[i]; i++) {
        if (strcmp(word, cli_commands[i]->name) != 0) continue;
        if (argc > 2 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h"))) {
            cli_print_help(cli_commands[i]);
            return end_of_help();
        }
        if (argc > 2 && !strcmp(argv[2], "--man")) {
            cli_print_man(cli_commands[i]);
            return end_of_help();
        }
        return run_command(cli_commands[i], argc - 2, argv + 2);
    }
    if (word)
        fprintf(stderr, "zerre: unknown command '%s'; 'zerre --help' lists them\n", word);
    else
        print_overview(stderr);
    return 2;
}
