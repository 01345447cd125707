/* ARG_MAX on the device. */
#ifndef ZK_ARG_MAX_H
#define ZK_ARG_MAX_H

#include <stdint.h>

typedef struct zk_arg_max_params {
    int32_t outer, size, inner; /* elements in front of the axis, along it, behind it */
} zk_arg_max_params;

/* in [outer][size][inner], out [outer][inner]: where along the axis the greatest value is, the
 * first of equals. A float that is not a number is greatest when it is the first and otherwise
 * passed over.
 */
void zk_arg_max_s8(const zk_arg_max_params *p, const int8_t *in, int32_t *out);
void zk_arg_max_f32(const zk_arg_max_params *p, const float *in, int32_t *out);

void zk_arg_max_s8_i64(const zk_arg_max_params *p, const int8_t *in, int64_t *out);
void zk_arg_max_f32_i64(const zk_arg_max_params *p, const float *in, int64_t *out);

#endif
