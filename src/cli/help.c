/* Help texts and man pages, from the same tables that the parser uses. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

void cli_print_help(const cli_command *command)
{
    printf("usage: zerre %s %s", command->name, command->operands);
    printf("%s\n\n%s\n", command->options[0].name ? " [OPTION ...]" : "", command->summary);
    if (command->options[0].name) printf("\n");
    for (const cli_option *o = command->options; o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "%c%c%s--%s%s%s", o->letter ? '-' : ' ',
                 o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
                 o->argument ? " " : "", o->argument ? o->argument : "");
        printf("  %-28s %s\n", left, o->help);
    }
    printf("\n%s\n\nExit status: 0 done; 1 the model or data is bad; 2 the command line is bad;\n"
           "3 a tool that is needed is missing.\n",
           command->description);
}

/* Text of a table in roff: hyphens and backslashes escaped, no line that begins with a control. */
static void print_roff(const char *text)
{
    for (const char *s = text; *s; s++) {
        if (s[0] == '\n' && s[1] == '\n') {
            printf("\n.PP");
            continue;
        }
        if (*s == '-' || *s == '\\') putchar('\\');
        putchar(*s);
    }
    putchar('\n');
}

static void print_options(const cli_command *command)
{
    printf(".SH OPTIONS\n");
    for (const cli_option *o = command->options; o->name; o++) {
        printf(".TP\n");
        if (o->letter) printf("\\fB\\-%c\\fR, ", o->letter);
        printf("\\fB\\-\\-%s\\fR", o->name);
        if (o->argument) printf(" \\fI%s\\fR", o->argument);
        printf("\n");
        print_roff(o->help);
    }
}

static void print_exit_status(void)
{
    printf(".SH EXIT STATUS\n0: done. 1: the model or data is bad. 2: the command line is bad. "
           "3: a tool that is needed is missing.\n");
}

void cli_print_man(const cli_command *command)
{
    if (command) {
        printf(".TH ZERRE\\-%s 1 \"\" \"zerre %s\"\n.SH NAME\nzerre\\-%s \\- ", command->name,
               ZR_VERSION, command->name);
        print_roff(command->summary);
        printf(".SH SYNOPSIS\n.B zerre %s\n", command->name);
        print_roff(command->operands);
        if (command->options[0].name) printf("[\\fIoption\\fR ...]\n");
        printf(".SH DESCRIPTION\n");
        print_roff(command->description);
        if (command->options[0].name) print_options(command);
        print_exit_status();
        printf(".SH SEE ALSO\n.BR zerre (1)\n");
        return;
    }
    printf(
        ".TH ZERRE 1 \"\" \"zerre %s\"\n.SH NAME\nzerre \\- compile neural networks to C for "
        "microcontrollers\n.SH SYNOPSIS\n.B zerre\n\\fIcommand\\fR ...\n.SH DESCRIPTION\n"
        "zerre takes a trained network, checks it, plans its memory to the byte and writes plain "
        "C99 that runs on a microcontroller without an operating system, malloc or library.\n"
        ".SH COMMANDS\n",
        ZR_VERSION);
    for (int i = 0; cli_commands[i]; i++) {
        printf(".TP\n\\fB%s\\fR\n", cli_commands[i]->name);
        print_roff(cli_commands[i]->summary);
    }
    print_exit_status();
    printf(".SH SEE ALSO\n");
    for (int i = 0; cli_commands[i]; i++)
        printf(".BR zerre\\-%s (1)%s\n", cli_commands[i]->name, cli_commands[i + 1] ? "," : "");
}
