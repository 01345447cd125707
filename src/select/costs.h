/* Measured costs: what `zerre tune` found in the emulator, kept in a text file and preferred over
 * the estimates. One line a measurement: a key, a tab, instructions. */
#ifndef ZR_SELECT_COSTS_H
#define ZR_SELECT_COSTS_H

#include "base/buffer.h"
#include "base/file.h"
#include "ops/op.h"

typedef struct zr_costs {
    const char **key; /* in the order of the file */
    int64_t *instructions;
    int n, capacity;
} zr_costs;

/* What a kernel on a node is called in the file: target, operator, kernel, shapes and attributes,
 * so that equal layers of other models find it: "cortex-m4 CONV_2D dsp_1x1 1x25x5x64 64x1x1x64 64
 * -> 1x25x5x64 #1f2e3d4c". NULL when memory is out (reported). */
const char *zr_costs_key(const zr_site *site, const char *target, const zr_variant *variant);

/* Reads a file; one that does not exist is empty. */
ZR_MUST bool zr_costs_read(zr_ctx *cx, const char *path, zr_costs *costs);

/* Adds or replaces a measurement. */
ZR_MUST bool zr_costs_put(zr_ctx *cx, zr_costs *costs, const char *key, int64_t instructions);

/* The measured instructions; -1: not measured. */
int64_t zr_costs_get(const zr_costs *costs, const char *key);

ZR_MUST bool zr_costs_write(zr_ctx *cx, const char *path, const zr_costs *costs);

#endif
