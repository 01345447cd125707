/* PRELU on the device: negative values are multiplied with a slope that is broadcast to the input.
 */
#ifndef ZK_PRELU_H
#define ZK_PRELU_H

#include <stdint.h>

#include "device/broadcast.h"

typedef struct zk_prelu_params {
    zk_broadcast walk;                           /* a: the input, b: the slopes */
    int32_t in_offset, slope_offset;             /* -zero points */
    int32_t identity_multiplier, identity_shift; /* input scale / output scale */
    int32_t slope_multiplier, slope_shift;       /* input scale * slope scale / output scale */
    int32_t out_offset;                          /* zero point of the output */
} zk_prelu_params;

typedef struct zk_prelu_f32_params {
    zk_broadcast walk;
} zk_prelu_f32_params;

/* in and out have one shape, slope one that broadcasts to it. All shifts are -31..30. */
void zk_prelu_s8(const zk_prelu_params *p, const int8_t *in, const int8_t *slope, int8_t *out);
void zk_prelu_s16(const zk_prelu_params *p, const int16_t *in, const int8_t *slope, int16_t *out);
void zk_prelu_f32(const zk_prelu_f32_params *p, const float *in, const float *slope, float *out);

#endif
