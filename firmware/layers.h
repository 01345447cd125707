/* Instructions layer by layer, in a build of its own, so that the model's total has no hooks in it.
 *
 * The model is compiled with this file included and with -DNAME_ON_LAYER=bench_on_layer. A layer's
 * figure counts what runs between the hook before and its own; that of layer 0 begins at the entry
 * of the function called. What the hooks cost is taken off, exactly. What the compiler does
 * differently around a call (a register more saved) is not: a few instructions a layer. */
#ifndef BENCH_LAYERS_H
#define BENCH_LAYERS_H

#include <stdint.h>

void bench_on_layer(int layer);

/* Finds what the hooks cost; before the first bench_layers_call. */
void bench_layers_calibrate(void);

/* Calls function(a, b) and adds every layer's instructions to its sum. */
int bench_layers_call(void (*function)(void), uintptr_t a, uintptr_t b);

uint64_t bench_layers_sum(int layer);

#endif
