/* Ranges out of a histogram: `bins` [n] counts values between min and max. All are within them. */
#ifndef ZR_QUANT_HISTOGRAM_H
#define ZR_QUANT_HISTOGRAM_H

#include <stdint.h>

/* Leaves at most the part `outside` of the values out on either side. */
void quant_range_percentile(const uint64_t *bins, int n, float min, float max, double outside,
                            float *low, float *high);

/* Least mean squared error of values limited to the range and rounded to `levels` steps. */
void quant_range_squared_error(const uint64_t *bins, int n, float min, float max, int levels,
                               float *low, float *high);

/* Least Kullback-Leibler divergence of the values from what limiting and rounding leave. */
void quant_range_divergence(const uint64_t *bins, int n, float min, float max, int levels,
                            float *low, float *high);

#endif
