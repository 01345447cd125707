/* Counts instructions, exactly, with a timer that ticks once in many.
 *
 * QEMU with `-icount shift=0` lets one instruction take 1 ns of the board's time, so a timer of
 * 25 MHz ticks every 40 instructions, one of 32 MHz every 31.25. Call it p/q instructions a tick
 * (40/1, 125/4). A reading at time t, in instructions, gives floor((t q + phase) / p). Readings at
 * t, t + s, t + 2s, ... with s and p coprime fall on each of the p remainders once, whatever t and
 * the phase are, so the sum of p of them is t q plus a constant: the remainders, which a single
 * reading loses, always add up to the same. The difference of two such sums is q times the number
 * of instructions between them, with no rounding. Here s is 7, p is 40 or 125. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdint.h>

/* From the board's line in targets.def:
 * BENCH_CLOCK_CMSDK or BENCH_CLOCK_SSE  the kind of timer
 * BENCH_CLOCK_ADDRESS                   its registers
 * BENCH_CLOCK_P, BENCH_CLOCK_Q          instructions a tick; Q a power of two */

/* Starts the timer from zero. It runs over after 2^32 ticks: 171 G instructions at 40 a tick. */
void bench_clock_restart(void);

/* The time since the restart in instructions, times Q, plus a constant. */
uint64_t bench_clock_sum(void);

/* Instructions between the calls of bench_clock_sum that gave `start` and `end`. This includes what
 * calling it costs, a constant that the caller measures around nothing and takes off. */
static inline uint64_t bench_clock_between(uint64_t start, uint64_t end)
{
    return (end - start) / BENCH_CLOCK_Q;
}

#endif
