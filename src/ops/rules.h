/* What the checks of many operators share. Every function that returns bool adds an error to the
 * context when it returns false. */
#ifndef ZR_OPS_RULES_H
#define ZR_OPS_RULES_H

#include "ops/op.h"

/* Set of element types: ZR_BIT(I8) | ZR_BIT(F32). */
#define ZR_BIT(type) (1u << ZR_##type)

/* The tensor (named `what` in messages: "input", "weights") has one of the types. */
ZR_MUST bool zr_need_type(const zr_site *site, const zr_tensor *tensor, const char *what,
                          unsigned types);
ZR_MUST bool zr_need_same_type(const zr_site *site, const zr_tensor *a, const zr_tensor *b,
                               const char *what);

ZR_MUST bool zr_need_rank(const zr_site *site, const zr_tensor *tensor, const char *what, int min,
                          int max);

/* The tensor is a constant of the file (weights, axes, paddings). */
ZR_MUST bool zr_need_const(const zr_site *site, const zr_tensor *tensor, const char *what);

/* The tensor is an integer type with one scale and zero point; for int8 and uint8 the zero point is
 * in the type's range, for int16 it is 0. Float tensors pass. */
ZR_MUST bool zr_need_per_tensor(const zr_site *site, const zr_tensor *tensor, const char *what);

/* Both tensors have the same scale and zero point (operators that only move or compare values). */
ZR_MUST bool zr_need_same_scale(const zr_site *site, const zr_tensor *a, const zr_tensor *b);

/* Element i of a constant int32 or int64 tensor; the tensor must have been checked by
 * zr_need_const and the type. Values outside int32 are clamped to it. */
int32_t zr_const_i32(const zr_tensor *tensor, int64_t i);

/* An axis attribute in -rank..rank-1 made non-negative. */
ZR_MUST bool zr_need_axis(const zr_site *site, int32_t axis, int rank, int *normal);

/* The shape of two tensors broadcast together as NumPy does. */
ZR_MUST bool zr_need_broadcast(const zr_site *site, const zr_shape *a, const zr_shape *b,
                               zr_shape *out);

/* For zr_version: two inputs of different shapes, one of more than four dimensions. */
bool zr_wide_broadcast(const zr_site *site);

/* The overlap distance (zr_op.overlap) of a kernel that goes through elements front to back and
 * reads element i of the input before it writes element i of the output; for inputs of the output's
 * shape, others do not allow it. */
int64_t zr_elementwise_overlap(const zr_site *site, int input);

/* zr_op.rows of the same operators: a row needs the same row of every input; what is the same for
 * all rows may be a constant. */
bool zr_elementwise_rows(const zr_site *site, int input, zr_row_rule *rule);

/* Fused activation of the .tflite schema. */
typedef enum zr_activation {
    ZR_ACT_NONE = 0,
    ZR_ACT_RELU = 1,
    ZR_ACT_RELU_N1_TO_1 = 2,
    ZR_ACT_RELU6 = 3,
    ZR_ACT_TANH = 4,
    ZR_ACT_SIGN_BIT = 5
} zr_activation;

/* The activation can be computed by clamping. */
ZR_MUST bool zr_need_clamp(const zr_site *site, int32_t activation);

/* Least and greatest stored value that the activation lets through for an int8, uint8 or int16
 * output (TFLite's CalculateActivationRangeQuantized). */
void zr_clamp_quantized(const zr_tensor *output, int32_t activation, int32_t *min, int32_t *max);
void zr_clamp_float(int32_t activation, float *min, float *max);

/* Scale as a 31-bit multiplier and a power of two: scale = multiplier / 2^31 * 2^shift, with
 * 2^30 <= multiplier < 2^31 or 0 (gemmlowp's form, as TFLite's QuantizeMultiplier computes it). */
void zr_quantize_multiplier(double scale, int32_t *multiplier, int32_t *shift);

/* zr_quantize_multiplier of a scale that comes from the file; adds an error when it is not finite
 * or so large that the shift leaves the kernels' range (2^30). A negative scale gives a negative
 * multiplier. */
ZR_MUST bool zr_need_multiplier(const zr_site *site, double scale, int32_t *multiplier,
                                int32_t *shift);

/* The tensor's single scale and zero point. */
static inline float zr_scale(const zr_tensor *tensor)
{
    return tensor->quant.scale[0];
}
static inline int32_t zr_zero_point(const zr_tensor *tensor)
{
    return (int32_t)tensor->quant.zero_point[0];
}

/* TFLite's padding of one dimension: SAME = 0, VALID = 1. `out` is the output size, `before` the
 * padding in front; false (without a message) when the window does not fit. */
bool zr_window(int32_t padding, int32_t in, int32_t window, int32_t stride, int32_t dilation,
               int32_t *out, int32_t *before);

#endif
