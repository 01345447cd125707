/* What the harness found out, as a file of lines "key value". Numbers are hexadecimal, since an
 * ARMv6-M core divides by calling a library, and the harness calls none: what a model pulls from
 * the libraries must be the model's alone. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdint.h>

void bench_report_open(void);
void bench_report(const char *key, uint64_t value);

/* Closes the report and ends the emulator with status 0. */
__attribute__((noreturn)) void bench_report_done(void);

/* Adds "error <sentence>", closes the report and ends the emulator with status 1. */
__attribute__((noreturn)) void bench_report_error(const char *sentence);

#endif
