/* Running another program: no shell, its output captured, a limit on its time. */
#ifndef ZR_BASE_PROCESS_H
#define ZR_BASE_PROCESS_H

#include "base/context.h"

typedef struct zr_process {
    const char *const *argv; /* argv[0] is looked up in PATH; ends with NULL */
    const char *folder;      /* where it runs; NULL: here */
    int time_limit_s;        /* it is killed after this many seconds; 0: no limit */
} zr_process;

typedef enum zr_process_end {
    ZR_PROCESS_EXITED,    /* status: its exit status */
    ZR_PROCESS_SIGNALLED, /* status: the signal */
    ZR_PROCESS_TIMED_OUT,
    ZR_PROCESS_MISSING /* no such program */
} zr_process_end;

typedef struct zr_process_result {
    zr_process_end end;
    int status;
    const char *output; /* standard output and error as they came, at most 1 MiB of them */
} zr_process_result;

/* Runs the program to its end. False only when the computer cannot (no memory, no processes); how
 * the program itself fared is in the result. Its standard input is empty. It stays in this
 * process group, so that an interrupt from the terminal ends both. */
ZR_MUST bool zr_process_run(zr_ctx *cx, const zr_process *process, zr_process_result *result);

/* Whether it ended by itself with status 0. */
bool zr_process_ok(const zr_process_result *result);

#endif
