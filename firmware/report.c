#include "report.h"

#include "semihosting.h"

static int file;

static void text(const char *string)
{
    size_t length = 0;
    while (string[length]) length++;
    semihosting_write(file, string, length);
}

void bench_report_open(void)
{
    file = semihosting_open_write("report.txt");
    if (file < 0) semihosting_exit(1);
}

void bench_report(const char *key, uint64_t value)
{
    char line[20]; /* filled by hand: an initializer of this length becomes a call of memcpy */
    line[0] = ' ';
    line[1] = '0';
    line[2] = 'x';
    for (int digit = 18; digit > 2; digit--, value >>= 4)
        line[digit] = "0123456789abcdef"[value & 15];
    line[19] = '\n';
    text(key);
    semihosting_write(file, line, sizeof line);
}

__attribute__((noreturn)) void bench_report_done(void)
{
    semihosting_close(file);
    semihosting_exit(0);
}

__attribute__((noreturn)) void bench_report_error(const char *sentence)
{
    text("error ");
    text(sentence);
    text("\n");
    semihosting_close(file);
    semihosting_exit(1);
}
