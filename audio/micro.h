/* The 'micro' front end of TensorFlow Lite Micro, bit for bit: window, 16-bit Fourier transform,
 * mel bands of the amplitude, noise reduction, per-channel automatic gain (PCAN: Wang et al.,
 * Trainable Frontend For Robust and Far-Field Keyword Spotting, 2017), logarithm. */
#ifndef ZK_AUDIO_MICRO_H
#define ZK_AUDIO_MICRO_H

#include "bands.h"
#include "bits.h"
#include "fft16.h"

typedef struct zk_micro {
    int32_t window;       /* samples */
    const int16_t *shape; /* [window]: of the window, units of 2^-12; the original's rounding leaves
                             it not quite symmetric */
    zk_fft16 fft;
    zk_bands bands;
    /* Noise reduction; even and odd bands may differ; units of 2^-14. */
    int32_t noise_bits; /* fraction bits of the estimates */
    uint32_t even_smoothing, odd_smoothing, least_remaining;
    /* Gain; NULL: none. [125]: see zk_micro_gain. */
    const int16_t *gain;
    int32_t gain_shift;
    int32_t log_correction, log_shift;
    const uint16_t *excess; /* [129], of zk_log2 */
} zk_micro;

/* One frame. samples [window]; estimates [bands], the noise, zero at the start and kept from frame
 * to frame; scratch [n + 1] with the n of the transform; out [bands]: log of the amplitude, times
 * 2^log_shift. The same numbers as FrontendProcessSamples. */
void zk_micro_frame(const zk_micro *m, const int16_t *samples, uint32_t *estimates,
                    zk_complex16 *scratch, uint16_t *out);

#endif
