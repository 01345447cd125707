/* What --optimize size chooses: small code and constants, but not at any price in time. */
#ifndef ZR_SELECT_SIZE_H
#define ZR_SELECT_SIZE_H

#include "select/select.h"

/* Replaces choices of graph 0 (one a node; NULL: the reference), which should be the smallest
 * kernels, by larger ones where that pays. A percent more flash, of constants and kernels together,
 * must take ZR_SIZE_EXCHANGE percent of the time away: what is minimised, by changing one node or
 * all nodes of an operator at a time as long as that improves it, is
 * instructions * bytes ^ ZR_SIZE_EXCHANGE. False when memory is out (reported). */
enum { ZR_SIZE_EXCHANGE = 4 };
ZR_MUST bool zr_select_for_size(zr_ctx *cx, const zr_model *model, const zr_select_options *options,
                                const zr_variant **choice);

#endif
