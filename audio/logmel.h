/* Log-mel: the natural logarithm of the power in mel bands, above a floor. */
#ifndef ZK_AUDIO_LOGMEL_H
#define ZK_AUDIO_LOGMEL_H

#include "mel.h"
#include "quantize.h"

typedef struct zk_logmel {
    zk_mel mel; /* of powers */
    uint64_t floor;
    int32_t offset; /* of the logarithms, units of 2^-16 of a factor of two */
    zk_audio_scale scale;
    const uint16_t *excess; /* [129], of zk_log2 */
} zk_logmel;

/* One frame. samples [window]; scratch [n + 1]; sums [bands]; out [bands]. */
void zk_logmel_frame(const zk_logmel *m, const int16_t *samples, zk_complex32 *scratch,
                     uint64_t *sums, int8_t *out);

#endif
