/* SOFTMAX on the device: exp(x) / sum of exp(x) along the last dimension.
 *
 * in and out are [rows][depth]. */
#ifndef ZK_SOFTMAX_H
#define ZK_SOFTMAX_H

#include <stdint.h>

typedef struct zk_softmax_params {
    int32_t rows, depth;
    /* input scale * beta: to Q5.26 for int8 input, to 10 / 65535 for int16. */
    int32_t multiplier, shift;
    int32_t min_diff; /* int8: values further below the row's largest than this count as 0 */
} zk_softmax_params;

typedef struct zk_softmax_table_params {
    int32_t rows, depth;
} zk_softmax_table_params;

typedef struct zk_softmax_f32_params {
    int32_t rows, depth;
    float beta;
} zk_softmax_f32_params;

/* depth < 2^12, 0 < shift <= 31, and diffs from min_diff to 0 stay within 32 bits when shifted left
 * (proved). Zero point -128 and scale 1/256 of the output; int16: -32768 and 1/65536. */
void zk_softmax_s8(const zk_softmax_params *p, const int8_t *in, int8_t *out);
void zk_softmax_s8_s16(const zk_softmax_params *p, const int8_t *in, int16_t *out);

/* As zk_softmax_s8. table [256]: the exponential in Q0.31 for every distance from a row's largest
 * value, 0 where the definition leaves it out. */
void zk_softmax_s8_table(const zk_softmax_table_params *p, const int8_t *in, const uint32_t *table,
                         int8_t *out);

/* depth <= 2^16, -31 <= shift <= 30. exp_table [513]: exp(x) for -10 <= x <= 0 in Q0.15,
 * reciprocal_table [513]: 1 / (1 + x) for 0 <= x <= 1 in Q0.15. Output scale 1/32768. */
void zk_softmax_s16(const zk_softmax_params *p, const int16_t *in, const int16_t *exp_table,
                    const int16_t *reciprocal_table, int16_t *out);

void zk_softmax_f32(const zk_softmax_f32_params *p, const float *in, float *out);

#endif
