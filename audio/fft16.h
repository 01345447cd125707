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

/* Where the complex number j of the input has to lie for zk_fft16_real: its digits to base 4,
 * reversed; the highest is to base 2 when log2_n is odd. */
static inline uint32_t zk_fft_place(int32_t log2_n, uint32_t j)
{
    uint32_t place = 0;
    for (; log2_n > 1; log2_n -= 2, j >>= 2) place = place << 2 | (j & 3);
    return log2_n ? place << 1 | (j & 1) : place;
}

/* x [n + 1]: in, the samples 2 j and 2 j + 1 as real and imaginary part at zk_fft_place(j); out,
 * bins 0..n of the spectrum, divided by 2 n. Sums wrap around at 16 bits where KISS FFT's do. */
void zk_fft16_real(const zk_fft16 *fft, zk_complex16 *x);

#endif
