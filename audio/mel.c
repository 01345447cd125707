#include "mel.h"

/* Samples of the window's rising half, then of its falling one, where the transform wants them;
 * zeros behind them. Sample 0 counts nothing. */
static void zk_mel_window(const zk_mel *m, const int16_t *samples, zk_complex32 *x)
{
    const uint16_t *shape = m->window_half;
    int32_t shift = m->window_shift, end = m->window, half = end / 2;
    uint32_t n = (uint32_t)1 << m->fft.log2_n, place = 0;
    for (int32_t i = 0; i < 2 << m->fft.log2_n; i += 2) {
        int32_t re = 0, im = 0;
        if (i < half) {
            re = samples[i] * shape[i];
            im = samples[i + 1] * shape[i + 1 <= half ? i + 1 : end - i - 1];
        } else {
            if (i < end) re = samples[i] * shape[end - i];
            if (i + 1 < end) im = samples[i + 1] * shape[end - i - 1];
        }
        x[place].re = re >> shift;
        x[place].im = im >> shift;
        place = zk_fft_next(n, place);
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
