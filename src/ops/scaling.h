/* Requantization in two instructions.
 *
 * device/requantize.h rounds twice, adds a zero point and clamps: nine instructions a value. As a
 * function of the sum that is a staircase of at most 256 steps, and a straight line that passes
 * between the corners of all of them computes the same. Where a kernel's weights are constants of
 * 16 bits, they can take a power of two, so that every channel of every layer has the same last
 * shift: SMMLA and SSAT on Arm. */
#ifndef ZR_OPS_SCALING_H
#define ZR_OPS_SCALING_H

#include <stdbool.h>
#include <stdint.h>

/* What the reference does with a sum of least..most:
 * clamp(zk_requantize(sum, multiplier, shift) + zero_point, out_min, out_max). */
typedef struct zr_staircase {
    int32_t multiplier, shift;
    int32_t zero_point, out_min, out_max;
    int64_t least, most;
    bool clamped; /* the kernel clamps what the line gives to out_min..out_max itself */
} zr_staircase;

/* The same as saturate((upper half of (sum * 2^left + nudge) * multiplier + start) >> right), with
 * saturation to -128..127. */
typedef struct zr_line {
    int left;
    int32_t nudge, multiplier, start;
} zr_line;

/* The line with the given `right` and left <= max_left that gives the reference's value for every
 * sum; sum * 2^left + nudge stays within 32 bits. False when there is none, as there may be when
 * values below the zero point are let through (ties are rounded away from zero) or the activation's
 * bounds are within -127..126 and not clamped to. */
bool zr_find_line(const zr_staircase *stairs, int right, int max_left, zr_line *line);

#endif
