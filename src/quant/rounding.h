/* Integers for the weights of one output channel, by least squares of what the channel computes.
 *
 * With inputs x of covariance A the error of a channel's output that weights v make instead of the
 * best ones v* is (v - v*)^T A (v - v*). Over v = scale * q with whole q that is a closest vector
 * problem. It is solved by rounding one weight after the other while those still to come make up
 * for the error (Babai 1986; GPTQ: Frantar 2022, arXiv 2210.17323), then by changing single weights
 * by one as long as that lowers the error: the objective of AdaRound (Nagel 2020, arXiv 2004.10568,
 * equation 12) without its relaxation. */
#ifndef ZR_QUANT_ROUNDING_H
#define ZR_QUANT_ROUNDING_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the upper triangular factor r of a = r^T r, a [n][n] symmetric and positive definite.
 * False when it is not. */
bool quant_factor(const double *a, int n, double *r);

/* Finds scale and whole numbers to [n], -limit <= to <= limit, near `best` [n]. a and r as above;
 * work holds 4 * n doubles. `least_scale` is the smallest scale allowed. Returns the error that is
 * left. */
double quant_round_channel(const double *a, const double *r, int n, const double *best, int limit,
                           double least_scale, double *work, float *scale, int8_t *to);

/* The same with a diagonal [n] in place of a matrix. */
double quant_round_plain(const double *diagonal, int n, const double *best, int limit,
                         double least_scale, float *scale, int8_t *to);

#endif
