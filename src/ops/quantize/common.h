/* What QUANTIZE and DEQUANTIZE share on the host. */
#ifndef ZR_OPS_QUANTIZE_COMMON_H
#define ZR_OPS_QUANTIZE_COMMON_H

#include "ops/lower.h"

/* The tensor has one scale and a zero point within its type. (Elsewhere zero points of int16 and
 * int32 are 0; these two operators take any, as TensorFlow Lite Micro does.) */
ZR_MUST bool zr_need_affine(const zr_site *site, const zr_tensor *tensor, const char *what);

#endif
