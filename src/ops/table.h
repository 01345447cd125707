/* Every function of one 8-bit value: the compiler computes it for all 256 and the device looks the
 * answer up. */
#ifndef ZR_OPS_TABLE_H
#define ZR_OPS_TABLE_H

#include "ops/lower.h"

/* Lowers the node to a lookup of input 0 into output 0, which have the same shape and 8-bit types.
 * `table` is indexed by the input's byte and has the output's. */
ZR_MUST bool zr_lower_table(zr_lowering *l, const uint8_t table[256]);

#endif
