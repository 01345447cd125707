/* Fourier transform of real samples in 16-bit fixed point, in place, with the roundings of KISS FFT
 * (Borgerding, fixed point 16): the transform of TensorFlow Lite's micro front end. */
#ifndef ZK_AUDIO_FFT16_H
#define ZK_AUDIO_FFT16_H

#include <stdint.h>

typedef struct zk_complex16 {
    int16_t re, im;
} zk_complex16;

typedef struct zk_fft16 {
    int32_t log2_n;            /* of the n complex numbers; the samples are 2 n; 5..10 */
    const zk_complex16 *turns; /* [3 n / 4]: exp(-2 pi i k / n) * 32767, rounded */
    const zk_complex16 *split; /* [n / 2]: exp(-pi i ((k + 1) / n + 1 / 2)) * 32767 */
} zk_fft16;

/* Where the complex numbers of the input have to lie for zk_fft16_real: the first at 0, the one
 * behind that of `place` here. It counts upwards with the digits of the number, to base 4, from the
 * wrong end; the lowest bit is a digit of its own when log2_n is odd. n: 2^log2_n. */
static inline uint32_t zk_fft_next(uint32_t n, uint32_t place)
{
    uint32_t step = n >> 2;
    for (; step && (place & 3 * step) == 3 * step; step >>= 2) place -= 3 * step;
    return place + (step ? step : 1);
}

/* x [n + 1]: in, the samples 2 j and 2 j + 1 as real and imaginary part where zk_fft_next
 * says; out, bins 0..n of the spectrum, divided by 2 n. Sums wrap around at 16 bits where KISS
 * FFT's do. */
void zk_fft16_real(const zk_fft16 *fft, zk_complex16 *x);

#endif
