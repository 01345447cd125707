/* Memory filled with a pattern, to see later what was written. */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stdint.h>

/* Fills [from, to) with bytes that depend on their address. */
void bench_fill(uint8_t *from, const uint8_t *to);

/* The first byte of [from, to) that is not as bench_fill left it, or `to`. */
const uint8_t *bench_first_change(const uint8_t *from, const uint8_t *to);

#endif
