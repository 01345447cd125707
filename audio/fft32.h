/* Fourier transform of real samples in 32-bit fixed point, in place. */
#ifndef ZK_AUDIO_FFT32_H
#define ZK_AUDIO_FFT32_H

#include <stdint.h>

#include "fft16.h"

typedef struct zk_complex32 {
    int32_t re, im;
} zk_complex32;

/* The same tables as zk_fft16's, times 2^15 and at most 32767. */
typedef struct zk_fft32 {
    int32_t log2_n;
    const zk_complex16 *turns;
    const zk_complex16 *split;
} zk_fft32;

/* x [n + 1]: in, the samples 2 j and 2 j + 1 as real and imaginary part where zk_fft_next
 * says; out, bins 0..n of the spectrum, divided by 2 at each stage (log2_n / 2, rounded up) and by
 * 2 at the end. No sum overflows when the sizes of all samples add up to less than 2^30 times the
 * division.
 */
void zk_fft32_real(const zk_fft32 *fft, zk_complex32 *x);

#endif
