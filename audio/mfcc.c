#include "mfcc.h"

/* A number below 2^31 in 16 bits, rounded to 12 significant ones. */
static uint16_t zk_mfcc_pack(uint32_t x)
{
    int32_t bits = zk_bits_32(x);
    if (bits <= 12) return (uint16_t)x;
    /* What rounds up to 4096 is the next exponent's 2048, and has its code. */
    int32_t shift = bits - 12;
    return (uint16_t)(((uint32_t)shift << 11) + ((x + ((uint32_t)1 << (shift - 1))) >> shift));
}

static uint32_t zk_mfcc_unpack(uint16_t x)
{
    int32_t exponent = x >> 11;
    return exponent < 2 ? x : (uint32_t)((x & 0x7FF) | 0x800) << (exponent - 1);
}

void zk_mfcc_frame(const zk_mfcc *m, const int16_t *samples, zk_complex32 *scratch, uint64_t *sums,
                   uint16_t *out)
{
    zk_mel_frame(&m->mel, samples, scratch, sums);
    for (int32_t b = 0; b < m->mel.bands.n_bands; b++)
        out[b] = zk_mfcc_pack((uint32_t)(sums[b] >> m->sum_shift));
}

void zk_mfcc_coefficients(const zk_mfcc *m, const uint16_t *frame, int32_t peak, int32_t *logs,
                          int8_t *out)
{
    int32_t bands = m->mel.bands.n_bands;
    uint64_t floor = m->floor * (uint32_t)peak;
    int32_t offset = m->offset - zk_log2(m->excess, (uint32_t)peak);
    for (int32_t b = 0; b < bands; b++)
        logs[b] = zk_log2(m->excess, ((uint64_t)zk_mfcc_unpack(frame[b]) << 32) + floor) + offset;
    const int16_t *cosine = m->cosines;
    for (int32_t c = 0; c < m->coefficients; c++) {
        int64_t sum = 0;
        for (int32_t b = 0; b < bands; b++) sum += (int64_t)logs[b] * *cosine++;
        out[c] = zk_audio_quantize(&m->scale, (int32_t)((sum + (1 << 16)) >> 17));
    }
}
