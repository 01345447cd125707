#include "measure.h"

#include "clock.h"
#include "memory.h"
#include "report.h"

int bench_empty(void); /* asm.S */

static uint64_t overhead;

/* Not inlined, so that the call of the empty function costs what the others cost. */
__attribute__((noinline)) static uint64_t timed_call(const struct bench_call *call, int *returned)
{
    bench_clock_restart();
    uint64_t start = bench_clock_sum();
    *returned = bench_call(call);
    return bench_clock_between(start, bench_clock_sum());
}

void bench_measure_calibrate(void)
{
    struct bench_call call;
    int returned;
    call.function = (bench_function)bench_empty;
    call.stack = bench_model_stack_top;
    overhead = timed_call(&call, &returned) - 1; /* the empty function's own `bx lr` */
}

void bench_measure(bench_function function, uintptr_t a, uintptr_t b, uintptr_t c,
                   struct bench_cost *cost)
{
    struct bench_call call;
    call.function = function;
    call.stack = bench_model_stack_top;
    call.argument[0] = a;
    call.argument[1] = b;
    call.argument[2] = c;
    bench_fill(bench_model_stack_start, bench_model_stack_top);
    cost->instructions = timed_call(&call, &cost->returned) - overhead;

    /* Pushes are whole words: a byte that happens to equal the pattern does not hide one. */
    const uint8_t *lowest = bench_first_change(bench_model_stack_start, bench_model_stack_top);
    cost->stack_bytes = ((uint32_t)(bench_model_stack_top - lowest) + 3) & ~(uint32_t)3;
    if (lowest < bench_model_stack_limit) bench_report_error("the stack ran over its 64 KB");
}
