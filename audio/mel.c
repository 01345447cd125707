#include "mel.h"

static void zk_mel_window(const zk_mel *m, const int16_t *samples, zk_complex32 *x)
{
    for (int32_t j = 0; j < 1 << m->fft.log2_n; j++) {
        int32_t pair[2] = {0, 0};
        for (int32_t i = 2 * j; i < 2 * j + 2 && i < m->window; i++)
            pair[i & 1] = (samples[i] * m->window_half[2 * i < m->window ? i : m->window - i]) >>
                          m->window_shift;
        zk_complex32 *to = &x[zk_fft_place(m->fft.log2_n, (uint32_t)j)];
        to->re = pair[0];
        to->im = pair[1];
    }
}

static uint64_t zk_mel_power(const zk_complex32 *x)
{
    return (uint64_t)((int64_t)x->re * x->re) + (uint64_t)((int64_t)x->im * x->im);
}

/* How far right the powers have to be shifted so that the greatest fits in 32 bits. */
static int32_t zk_mel_power_shift(const zk_complex32 *bin, int32_t n)
{
    uint32_t all = 0; /* has the highest bit of the greatest part */
    for (int32_t i = 0; i < n; i++)
        all |=
            (uint32_t)(bin[i].re ^ (bin[i].re >> 31)) | (uint32_t)(bin[i].im ^ (bin[i].im >> 31));
    int32_t bits = 2 * zk_bits_32(all) + 1;
    return bits > 32 ? bits - 32 : 0;
}

int32_t zk_mel_frame(const zk_mel *m, const int16_t *samples, zk_complex32 *scratch, uint64_t *out)
{
    const zk_bands *bands = &m->bands;
    zk_mel_window(m, samples, scratch);
    zk_fft32_real(&m->fft, scratch);
    int32_t n = 0, shift = 0;
    for (int32_t b = 0; b <= bands->n_bands; b++) n += bands->widths[b];
    const zk_complex32 *bin = scratch + bands->first_bin;
    if (!m->amplitude) shift = zk_mel_power_shift(bin, n);
    const uint16_t *weight = bands->weights;
    uint32_t one = (uint32_t)1 << bands->weight_bits;
    uint64_t next = 0;
    for (int32_t b = 0; b <= bands->n_bands; b++) {
        uint64_t sum = next;
        next = 0;
        for (int32_t i = 0; i < bands->widths[b]; i++, bin++, weight++) {
            uint64_t power = zk_mel_power(bin);
            uint32_t size = m->amplitude ? zk_root(power) : (uint32_t)(power >> shift);
            sum += (uint64_t)size * *weight;
            next += (uint64_t)size * (one - *weight);
        }
        if (b > 0) out[b - 1] = sum;
    }
    return shift;
}
