#include "logmel.h"

void zk_logmel_frame(const zk_logmel *m, const int16_t *samples, zk_complex32 *scratch,
                     uint64_t *sums, int8_t *out)
{
    int32_t shift = zk_mel_frame(&m->mel, samples, scratch, sums);
    for (int32_t b = 0; b < m->mel.bands.n_bands; b++) {
        uint64_t sum = sums[b] + (m->floor >> shift);
        int32_t log2 = sum ? zk_log2(m->excess, sum) : 0;
        out[b] = zk_audio_quantize(&m->scale, log2 + shift * 65536 + m->offset);
    }
}
