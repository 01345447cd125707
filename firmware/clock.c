#include "clock.h"

uint64_t bench_sum_reads(const volatile uint32_t *counter, uint32_t flip, uint32_t n); /* asm.S */

#define REGISTER(offset) (*(volatile uint32_t *)(BENCH_CLOCK_ADDRESS + (offset)))

#if defined BENCH_CLOCK_CMSDK

/* Arm CMSDK APB timer (MPS2 boards): counts down from its 32-bit value. */
enum { CONTROL = 0, VALUE = 4, RELOAD = 8 };

void bench_clock_restart(void)
{
    REGISTER(CONTROL) = 0;
    REGISTER(RELOAD) = UINT32_MAX;
    REGISTER(VALUE) = UINT32_MAX;
    REGISTER(CONTROL) = 1;
}

uint64_t bench_clock_sum(void)
{
    return bench_sum_reads(&REGISTER(VALUE), UINT32_MAX, BENCH_CLOCK_P);
}

#elif defined BENCH_CLOCK_SSE

/* System counter of Arm's SSE-300 (MPS3 boards), control frame: counts up, 64 bits. */
enum { CONTROL = 0, COUNT_LOW = 8, COUNT_HIGH = 12 };

void bench_clock_restart(void)
{
    REGISTER(CONTROL) = 0;
    REGISTER(COUNT_LOW) = 0;
    REGISTER(COUNT_HIGH) = 0;
    REGISTER(CONTROL) = 1;
}

uint64_t bench_clock_sum(void)
{
    return bench_sum_reads(&REGISTER(COUNT_LOW), 0, BENCH_CLOCK_P);
}

#else
#error "define the board's timer"
#endif
