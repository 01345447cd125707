/* The harness's report, lines "key value" with hexadecimal numbers: see firmware/report.h. Private
 * to bench/. */
#ifndef ZR_BENCH_HARNESS_H
#define ZR_BENCH_HARNESS_H

#include "bench/bench.h"

/* The line after this one; the end of the text when there is none. */
const char *zr_harness_next_line(const char *line);

/* The value of the first line with that key, up to the end of the text; NULL when there is none. */
const char *zr_harness_find(const char *report, const char *key);

/* The same as a number; 0 when there is none. */
uint64_t zr_harness_number(const char *report, const char *key);
uint32_t zr_harness_u32(const char *report, const char *key);

/* All values of a key in order, `*n` of them; NULL when memory is out (reported). */
uint64_t *zr_harness_all(zr_ctx *cx, const char *report, const char *key, int *n);

/* What the harness of a sound model tells of a recording. */
ZR_MUST bool zr_harness_heard(zr_ctx *cx, const char *report, zr_bench_heard *heard);

#endif
