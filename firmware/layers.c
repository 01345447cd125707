#include "layers.h"

#include "clock.h"
#include "measure.h"
#include "model.h"

int bench_two_layers(void); /* asm.S */

enum { N_SUMS = MODEL_N_LAYERS > 2 ? MODEL_N_LAYERS : 2 }; /* two for the calibration */

static uint64_t sums[N_SUMS];
static uint64_t first_overhead, next_overhead; /* of the hook after layer 0, after the others */
static uint64_t previous, overhead;

void bench_on_layer(int layer)
{
    uint64_t now = bench_clock_sum();
    if (layer >= 0 && layer < N_SUMS) sums[layer] += bench_clock_between(previous, now) - overhead;
    overhead = next_overhead;
    previous = bench_clock_sum();
}

/* Not inlined: what it costs is measured with one caller and taken off for another. */
__attribute__((noinline)) int bench_layers_call(void (*function)(void), uintptr_t a, uintptr_t b)
{
    struct bench_call call;
    call.function = function;
    call.stack = bench_model_stack_top;
    call.argument[0] = a;
    call.argument[1] = b;
    overhead = first_overhead;
    bench_clock_restart();
    previous = bench_clock_sum();
    return bench_call(&call);
}

void bench_layers_calibrate(void)
{
    bench_layers_call((bench_function)bench_two_layers, 0, 0);
    first_overhead = sums[0] - 1; /* the one instruction that layer 0 has */
    next_overhead = sums[1];
    sums[0] = sums[1] = 0;
}

uint64_t bench_layers_sum(int layer)
{
    return sums[layer];
}
