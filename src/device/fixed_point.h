/* Functions of real numbers in 32-bit fixed point: the same bits as gemmlowp's fixedpoint.h, on
 * which TensorFlow Lite's integer SOFTMAX, LOGISTIC and TANH are built.
 *
 * Q m.n is a number with m bits before the point and n = 31 - m behind it. */
#ifndef ZK_DEVICE_FIXED_POINT_H
#define ZK_DEVICE_FIXED_POINT_H

#include "device/requantize.h"

/* x * 2^shift, kept within 32 bits, 1 <= shift <= 30. */
static inline int32_t zk_shift_left_saturate(int32_t x, int32_t shift)
{
    int32_t limit = ((int32_t)1 << (31 - shift)) - 1;
    if (x > limit) return INT32_MAX;
    if (x < -limit) return INT32_MIN;
    return zk_shift_left(x, shift);
}

/* 0 < x */
#if defined(__ARM_FEATURE_CLZ) && defined(__GNUC__)
static inline int32_t zk_leading_zeros(uint32_t x)
{
    return __builtin_clz(x);
}
#else
static inline int32_t zk_leading_zeros(uint32_t x)
{
    int32_t n = 32;
    for (; x; x >>= 1) n--;
    return n;
}
#endif

/* exp(x) in Q0.31 for -1/4 <= x < 0 in Q0.31: the Taylor polynomial of degree 4 around -1/8. */
static inline int32_t zk_exp_quarter(int32_t x)
{
    const int32_t exp_minus_eighth = 1895147668, third = 715827883;
    int32_t y = x + (1 << 28);
    int32_t y2 = zk_high_mul(y, y);
    int32_t y3 = zk_high_mul(y2, y);
    int32_t y4 = zk_high_mul(y2, y2);
    int32_t tail = zk_high_mul(zk_shift_right_round(y4, 2) + y3, third) + y2;
    return exp_minus_eighth + zk_high_mul(exp_minus_eighth, y + zk_shift_right_round(tail, 1));
}

/* exp(x) in Q0.31 for x <= 0 in Q int_bits.n, int_bits 4 or 5: x is cut into -1/4 <= r < 0, for
 * which there is the polynomial, and a sum of powers of two 1/4 .. 16, for each of which the
 * result is multiplied with a constant. exp(0) is the largest number below 1. */
static inline int32_t zk_exp_negative(int32_t x, int32_t int_bits)
{
    /* exp(-1/4), exp(-1/2), exp(-1) ... exp(-16) in Q0.31. */
    static const int32_t factor[7] = {1672461947, 1302514674, 790015084, 290630308,
                                      39332535,   720401,     242};
    int32_t quarter = (int32_t)1 << (29 - int_bits);
    if (x == 0) return INT32_MAX;
    int32_t fraction = (x & (quarter - 1)) - quarter;
    int32_t whole = fraction - x; /* >= 0, in steps of a quarter */
    int32_t result = zk_exp_quarter(zk_shift_left(fraction, int_bits));
    for (int32_t i = 0; i < int_bits + 2; i++)
        if (whole & zk_shift_left(quarter, i)) result = zk_high_mul(result, factor[i]);
    return result;
}

/* 2 / (1 + x) in Q2.29 for 0 <= x < 1 in Q0.31: three Newton-Raphson steps for 1 / d with
 * d = (1 + x) / 2, from the first guess 48/17 - 32/17 d that has the least error. */
static inline int32_t zk_two_over_one_plus(int32_t x)
{
    int32_t d = (x >> 1) + (1 << 30);
    int32_t y = 1515870810 + zk_high_mul(d, -1010580540);
    for (int i = 0; i < 3; i++) {
        int32_t error = (1 << 29) - zk_high_mul(d, y);
        y += zk_shift_left_saturate(zk_high_mul(y, error), 2);
    }
    return y;
}

#endif
