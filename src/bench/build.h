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

/* The images there are: the model, the model with a hook after each layer, the model behind its
 * front end. */
typedef enum zr_image { ZR_TOTAL, ZR_LAYERS, ZR_SOUND } zr_image;

/* "total", "layers", "sound". */
extern const char *const zr_image_names[];

/* Builds <folder>/<name of the image>.elf. The others need that ZR_TOTAL was built. */
ZR_MUST bool zr_build_image(zr_ctx *cx, const zr_build *build, zr_image image);

#endif
