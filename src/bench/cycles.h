/* An estimate of cycles from what was executed: docs/cycles.md. */
#ifndef ZR_BENCH_CYCLES_H
#define ZR_BENCH_CYCLES_H

#include "base/file.h"
#include "bench/bench.h"

/* The name of the model of that target's cycles, NULL when there is none: its maker has not
 * published how long instructions take. */
const char *zr_cycles_model(const zr_target *target);

typedef struct zr_cycles {
    uint64_t instructions;        /* executed */
    uint64_t cycles, least, most; /* least, most: where the manual gives a range, its ends */
} zr_cycles;

/* Adds up a profile, which the plugin wrote (plugin/profile.c), of code that lies in `image`.
 * `wait_states`: what flash adds to a load from it and to the first fetch after a branch.
 * layers[n_layers] is what ran after the last layer. False: memory is out (reported). `*why` says
 * why there is no estimate; NULL: there is one. */
ZR_MUST bool zr_cycles_estimate(zr_ctx *cx, zr_bytes image, zr_bytes profile, int wait_states,
                                int n_layers, zr_cycles *layers, const char **why);

#endif
