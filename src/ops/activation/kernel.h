/* Activation functions on the device: every output value depends on one input value.
 *
 * in and out have p->count elements. */
#ifndef ZK_ACTIVATION_H
#define ZK_ACTIVATION_H

#include <stdint.h>

typedef struct zk_activation_params {
    int32_t count;
} zk_activation_params;

/* 8-bit values of either sign: out = table[in], table [256] indexed by the input's byte. The
 * compiler fills the table, so one kernel is every function there is. */
void zk_lookup_8(const zk_activation_params *p, const void *in, const void *table, void *out);

typedef struct zk_rectify_s16_params {
    int32_t count;
    int32_t positive_multiplier, positive_shift; /* factor of x >= 0 */
    int32_t negative_multiplier, negative_shift; /* magnitude of the factor of x < 0 */
    int32_t negative_sign;                       /* its sign: 1 or -1 */
    int32_t out_min, out_max;
} zk_rectify_s16_params;

/* RELU, RELU6 and LEAKY_RELU; zero points are 0, shifts are -31..30. */
void zk_rectify_s16(const zk_rectify_s16_params *p, const int16_t *in, int16_t *out);

typedef struct zk_sigmoid_s16_params {
    int32_t count;
    /* What brings the input to 1 / (3 * 4096), the scale of the table: x * multiplier / 2^shift,
     * 0 <= multiplier < 2^15, 0 <= shift <= 31. */
    int32_t multiplier, shift;
} zk_sigmoid_s16_params;

/* table [256]: the logistic function of i / 24 in Q0.16. out is in Q0.15. */
void zk_logistic_s16(const zk_sigmoid_s16_params *p, const int16_t *in, const uint16_t *table,
                     int16_t *out);

/* As zk_logistic_s16, with the same table. */
void zk_tanh_s16(const zk_sigmoid_s16_params *p, const int16_t *in, const uint16_t *table,
                 int16_t *out);

typedef struct zk_clip_f32_params {
    int32_t count;
    float out_min, out_max;
} zk_clip_f32_params;

typedef struct zk_leaky_relu_f32_params {
    int32_t count;
    float slope; /* factor of x <= 0 */
} zk_leaky_relu_f32_params;

void zk_relu_f32(const zk_activation_params *p, const float *in, float *out);
void zk_clip_f32(const zk_clip_f32_params *p, const float *in, float *out);
void zk_leaky_relu_f32(const zk_leaky_relu_f32_params *p, const float *in, float *out);
void zk_hard_swish_f32(const zk_activation_params *p, const float *in, float *out);
void zk_logistic_f32(const zk_activation_params *p, const float *in, float *out);
void zk_tanh_f32(const zk_activation_params *p, const float *in, float *out);

#endif
