/* Noise to measure with, the same every time. */
#ifndef ZR_REPORT_NOISE_H
#define ZR_REPORT_NOISE_H

#include "base/context.h"

/* n samples, evenly from -size to size - 1; NULL when memory is out (reported). */
const int16_t *zr_white_noise(zr_ctx *cx, int64_t n, int size);

/* n samples of pink noise, as much power in each octave, 36 dB below full scale. */
const int16_t *zr_pink_noise(zr_ctx *cx, int64_t n);

#endif
