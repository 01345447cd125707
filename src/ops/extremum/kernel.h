/* MINIMUM and MAXIMUM on the device: two tensors broadcast together. a and b have the shapes that
 * the walk was made from, out has the broadcast shape; quantized tensors all have one scale. */
#ifndef ZK_EXTREMUM_H
#define ZK_EXTREMUM_H

#include <stdint.h>

#include "device/broadcast.h"

typedef struct zk_extremum_params {
    zk_broadcast walk;
    int32_t maximum; /* 1: MAXIMUM, 0: MINIMUM */
} zk_extremum_params;

void zk_extremum_s8(const zk_extremum_params *p, const int8_t *a, const int8_t *b, int8_t *out);
void zk_extremum_s16(const zk_extremum_params *p, const int16_t *a, const int16_t *b, int16_t *out);
void zk_extremum_s32(const zk_extremum_params *p, const int32_t *a, const int32_t *b, int32_t *out);
void zk_extremum_s64(const zk_extremum_params *p, const int64_t *a, const int64_t *b, int64_t *out);
void zk_extremum_f32(const zk_extremum_params *p, const float *a, const float *b, float *out);

#endif
