/* Building generated C and the harness into an image for an emulated board. */
#ifndef ZR_BENCH_BUILD_H
#define ZR_BENCH_BUILD_H

#include "bench/bench.h"

typedef struct zr_build {
    const zr_bench_options *options;
    const zr_target *target;
    const char *folder;  /* everything is written below it */
    const char *sources; /* options->sources_dir, absolute */
    const char *level;   /* of optimization: "-O2" */
    const char *version; /* of the compiler: "12.2.1" */
} zr_build;

/* Fills the fields after `folder` and makes that absolute. Reports every missing tool, not only the
 * first. */
ZR_MUST bool zr_build_start(zr_ctx *cx, zr_build *build);

/* Builds the image; `layers`: with a hook after each layer. The image is <folder>/<part>.elf,
 * `part` being "total" or "layers". "layers" needs that "total" was built. */
ZR_MUST bool zr_build_image(zr_ctx *cx, const zr_build *build, bool layers);

#endif
