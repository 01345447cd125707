/* Mel-frequency cepstral coefficients as MLPerf Tiny's keyword spotting computes them: amplitudes
 * in mel bands, relative to the greatest sample of the clip, logarithm, cosine transform
 * (TensorFlow's tf.signal.mfccs_from_log_mel_spectrograms). */
#ifndef ZK_AUDIO_MFCC_H
#define ZK_AUDIO_MFCC_H

#include "mel.h"
#include "quantize.h"

typedef struct zk_mfcc {
    zk_mel mel; /* of amplitudes */
    int32_t sum_shift, coefficients;
    uint64_t floor;         /* for a greatest sample of 1, units of 2^-32 of the sums */
    int32_t offset;         /* of the logarithms, units of 2^-16 of a factor of two */
    const int16_t *cosines; /* [coefficients][bands], times ln(2), units of 2^-17 */
    zk_audio_scale scale;   /* of values in units of 2^-16 */
    const uint16_t *excess; /* [129], of zk_log2 */
} zk_mfcc;

/* One frame, not yet relative to the clip. samples [window]; scratch [n + 1]; sums [bands];
 * out [bands]: 5 bits of exponent and 11 of mantissa. */
void zk_mfcc_frame(const zk_mfcc *m, const int16_t *samples, zk_complex32 *scratch, uint64_t *sums,
                   uint16_t *out);

/* The coefficients of that frame in a clip whose greatest sample is `peak` (at least 1).
 * frame [bands], logs [bands], out [coefficients]. */
void zk_mfcc_coefficients(const zk_mfcc *m, const uint16_t *frame, int32_t peak, int32_t *logs,
                          int8_t *out);

#endif
