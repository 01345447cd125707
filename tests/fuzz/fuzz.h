/* What the fuzz targets share. A target runs under libFuzzer (run.sh) and, on the files of corpus/
 * and regressions/, under replay.c in every build. */
#ifndef ZR_TESTS_FUZZ_FUZZ_H
#define ZR_TESTS_FUZZ_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* libFuzzer's entry point: returns 0; a finding is a crash. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever the input: stops as a crash does, since assert may be compiled out. */
#define FUZZ_DEMAND(condition)                                                             \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                       \
        }                                                                                  \
    } while (0)

/* A function that failed has said why, in one line. */
static inline void fuzz_demand_errors(zr_ctx *cx, bool ok)
{
    FUZZ_DEMAND(ok == (zr_exit_status(cx) == 0));
    for (const zr_diag *d = cx->first; d; d = d->next) {
        const char *line = zr_diag_line(cx, d);
        FUZZ_DEMAND(line && line[0] && !strpbrk(line, "\n\r\x1b"));
    }
}

/* The bytes as a file is read: aligned, and at the very end of their memory, so that the first byte
 * read beyond is seen. The caller frees it. */
static inline uint8_t *fuzz_copy(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy) abort();
    if (size) memcpy(copy, data, size);
    return copy;
}

#endif
