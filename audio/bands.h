/* Mel bands: triangles that overlap by half, so that a bin belongs to two bands with weights that
 * add up to one, and one weight a bin is enough (HTK's filter bank: Young et al., The HTK Book,
 * section 5.6; TensorFlow's tf.signal.linear_to_mel_weight_matrix is the same). */
#ifndef ZK_AUDIO_BANDS_H
#define ZK_AUDIO_BANDS_H

#include <stdint.h>

/* Bins first_bin .. first_bin + sum(widths) - 1 of a spectrum, cut at the centres of the bands:
 * widths[0] bins lie below the centre of band 0, widths[b] between those of b - 1 and b. A bin of
 * stretch b counts with its weight for band b - 1, which falls there, and with one minus its weight
 * for band b, which rises. */
typedef struct zk_bands {
    int32_t n_bands, first_bin, weight_bits; /* weights are in units of 2^-weight_bits */
    const uint8_t *widths;                   /* [n_bands + 1] */
    const uint16_t *weights;                 /* [sum of widths] */
} zk_bands;

#endif
