/* What the timing of a Thumb instruction depends on. */
#ifndef ZR_BENCH_THUMB_H
#define ZR_BENCH_THUMB_H

#include <stdbool.h>
#include <stdint.h>

typedef enum zr_timing_kind {
#define ZR_TIMING(id, cycles, least, most, refill, refill_least, refill_most, what) ZR_TIMING_##id,
#include "bench/cycles.def"
    ZR_TIMING_UNKNOWN /* no row of thumb.def, or no time in the manual */
} zr_timing_kind;

typedef struct zr_thumb {
    zr_timing_kind kind;
    int bytes;             /* its own length: 2 or 4 */
    int words;             /* of a MULTIPLE, that it moves */
    int moves;             /* bytes that an execution moves; 0: none, or not to be told */
    uint16_t writes;       /* core registers that take its result, a bit each */
    uint16_t address;      /* that make its address */
    uint32_t float_writes; /* the same of the S registers */
    uint32_t float_reads;  /* without what a multiply-accumulate adds to */
} zr_thumb;

/* `p`: the instruction as it lies in memory, `bytes` long. */
zr_thumb zr_thumb_decode(const uint8_t *p, int bytes);

#endif
