/* Mel bands of a frame of samples: window, 32-bit Fourier transform, triangles. */
#ifndef ZK_AUDIO_MEL_H
#define ZK_AUDIO_MEL_H

#include "bands.h"
#include "bits.h"
#include "fft32.h"

typedef struct zk_mel {
    int32_t window;              /* samples */
    const uint16_t *window_half; /* [window / 2 + 1]: it is periodic; units of 2^-15 */
    int32_t window_shift;        /* so far right before the transform: no sum overflows */
    zk_fft32 fft;
    zk_bands bands;
    int32_t amplitude; /* 1: sums of amplitudes, 0: of powers */
} zk_mel;

/* One frame. samples [window]; scratch [n + 1] with the n of the transform; out [bands]: in units
 * that zr_frontend_tables knows, below 2^62. Returns the shift: the true sum is out * 2^shift
 * (0 for amplitudes). */
int32_t zk_mel_frame(const zk_mel *m, const int16_t *samples, zk_complex32 *scratch, uint64_t *out);

#endif
