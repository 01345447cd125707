/* Choosing kernels, and the regions that run strip by strip, for a budget of RAM.
 *
 * A plan is a path through the nodes in running order: each step is one node, as a whole, or a
 * region of several, so many rows at a time. What a step needs is estimated: the tensors that are
 * alive, line buffers, the scratch of its kernels; and its instructions, by the costs of its
 * kernels on the strips that they get. For a budget the fastest path all of whose steps fit is
 * found by dynamic programming, with the fastest kernels that fit. */
#ifndef ZR_SELECT_RAM_H
#define ZR_SELECT_RAM_H

#include "select/select.h"

/* The steps that paths are made of, with their costs. */
typedef struct zr_ram_search zr_ram_search;

/* Looks at all regions of the verified model. NULL: out of memory, or the flash that there is does
 * not suffice (reported). */
zr_ram_search *zr_ram_prepare(zr_ctx *cx, const zr_model *model, const zr_select_options *options);

/* The fastest plan that needs at most `budget` bytes, by estimate: `choice` is it, `instructions`
 * what it takes. `fits` false: there is none; then `choice` is untouched. False: out of memory. */
ZR_MUST bool zr_ram_fastest(zr_ctx *cx, zr_ram_search *search, int64_t budget, bool *fits,
                            zr_choice *choice, int64_t *instructions);

/* The least budget, by estimate, that has a plan of at most `instructions`; -1: out of memory
 * (reported). */
int64_t zr_ram_least(zr_ctx *cx, zr_ram_search *search, int64_t instructions);

/* The node that no plan can compute within `budget`, the first of them, and the bytes that it needs
 * at least; -1 when there is none. */
int zr_ram_obstacle(const zr_ram_search *search, int64_t budget, int64_t *bytes);

#endif
