#include "micro.h"

/* The square root, rounded to the nearest: the remainder of the digit-by-digit method says whether
 * to round up. */
static uint32_t zk_micro_root(uint64_t x)
{
    if (x >> 32 == 0) {
        uint32_t rest = (uint32_t)x, root = 0;
        for (uint32_t bit = rest ? (uint32_t)1 << ((zk_bits_32(rest) - 1) & ~1) : 0; bit;
             bit >>= 2) {
            uint32_t with = root + bit;
            root >>= 1;
            if (rest >= with) rest -= with, root += bit;
        }
        return rest > root && root != 0xFFFF ? root + 1 : root;
    }
    /* An approximation, a step of Newton's on what it leaves, which fits in 32 bits for sums below
     * 2^45, and the last unit; then the remainder as above. */
    uint64_t root = zk_root(x);
    int64_t left = (int64_t)(x - root * root);
    if (left > INT32_MAX || left < INT32_MIN)
        root = (uint64_t)((int64_t)root + left / (2 * (int64_t)root));
    else
        root = (uint64_t)((int64_t)root + (int32_t)left / (int32_t)(2 * root));
    while (root * root > x) root--;
    while (x - root * root > 2 * root) root++;
    return (uint32_t)(x - root * root > root && root != 0xFFFFFFFF ? root + 1 : root);
}

/* The gain at a noise level: for each power of two a parabola through three points. */
static int16_t zk_micro_gain(const int16_t *table, uint32_t noise)
{
    if (noise <= 2) return table[noise];
    int32_t bits = zk_bits_32(noise);
    const int16_t *curve = table + 4 * bits - 6;
    int32_t at = (int32_t)(bits < 11 ? noise << (11 - bits) : noise >> (bits - 11)) & 0x3FF;
    int32_t rise = (curve[2] * at) >> 5;
    rise += (int32_t)((uint32_t)curve[1] << 5);
    rise = (int32_t)((uint32_t)rise * (uint32_t)at + (1 << 14)) >> 15;
    return (int16_t)(rise + curve[0]);
}

/* 12 fraction bits to 6; a square at first, so that noise becomes less. */
static uint32_t zk_micro_shrink(uint32_t x)
{
    return x < 2 << 12 ? x * x >> 20 : (x >> 6) - 64;
}

/* Natural logarithm in units of 2^-log_shift. */
static uint32_t zk_micro_log(const zk_micro *m, uint32_t x)
{
    if (x <= 1) return 0;
    uint32_t whole = (uint32_t)zk_bits_32(x) - 1, fraction = x - ((uint32_t)1 << whole);
    fraction = whole < 16 ? fraction << (16 - whole) : fraction >> (whole - 16);
    uint32_t segment = fraction >> 9;
    int32_t from = m->excess[segment], rise = m->excess[segment + 1] - from;
    /* The original divides by the whole range here, not by the segment's. */
    uint32_t log2 = (whole << 16) + fraction +
                    (uint32_t)(from + ((rise * (int32_t)(fraction - (segment << 9))) >> 16));
    uint32_t natural = (uint32_t)((45426 * (uint64_t)log2 + 32768) >> 16);
    return ((natural << m->log_shift) + 32768) >> 16;
}

/* The window, scaled up as far as 16 bits allow; returns by how many bits. */
static int32_t zk_micro_window(const zk_micro *m, const int16_t *samples, zk_complex16 *x)
{
    int32_t pairs = 1 << m->fft.log2_n, greatest = 0;
    uint32_t place = 0;
    for (int32_t j = 0; j < pairs; j++) {
        int16_t pair[2] = {0, 0};
        for (int32_t i = 2 * j; i < 2 * j + 2 && i < m->window; i++) {
            int16_t value = (int16_t)((samples[i] * m->shape[i]) >> 12);
            int16_t size = value < 0 ? (int16_t)-value : value;
            if (size > greatest) greatest = size;
            pair[i & 1] = value;
        }
        x[place].re = pair[0];
        x[place].im = pair[1];
        place = zk_fft_next((uint32_t)pairs, place);
    }
    int32_t shift = 15 - zk_bits_32((uint32_t)greatest);
    for (int32_t j = 0; j < pairs; j++) {
        x[j].re = (int16_t)((uint16_t)x[j].re << shift);
        x[j].im = (int16_t)((uint16_t)x[j].im << shift);
    }
    return shift;
}

/* What remains of a band's amplitude without its noise, with the gain, as a logarithm. */
static uint16_t zk_micro_band(const zk_micro *m, int32_t band, uint32_t signal, uint32_t *estimate)
{
    uint32_t smoothing = band & 1 ? m->odd_smoothing : m->even_smoothing;
    uint32_t scaled = signal << m->noise_bits;
    uint32_t noise =
        (uint32_t)(((uint64_t)scaled * smoothing + (uint64_t)*estimate * ((1 << 14) - smoothing)) >>
                   14);
    *estimate = noise;
    if (noise > scaled) noise = scaled;
    uint32_t least = (uint32_t)(((uint64_t)signal * m->least_remaining) >> 14);
    uint32_t remaining = (scaled - noise) >> m->noise_bits;
    signal = remaining > least ? remaining : least;
    if (m->gain) {
        uint32_t gain = (uint32_t)zk_micro_gain(m->gain, *estimate);
        signal = zk_micro_shrink((uint32_t)(((uint64_t)signal * gain) >> m->gain_shift));
    }
    signal = m->log_correction < 0 ? signal >> -m->log_correction : signal << m->log_correction;
    uint32_t log = zk_micro_log(m, signal);
    return (uint16_t)(log < 0xFFFF ? log : 0xFFFF);
}

void zk_micro_frame(const zk_micro *m, const int16_t *samples, uint32_t *estimates,
                    zk_complex16 *scratch, uint16_t *out)
{
    int32_t shift = zk_micro_window(m, samples, scratch);
    zk_fft16_real(&m->fft, scratch);
    const zk_complex16 *bin = scratch + m->bands.first_bin;
    const uint16_t *weight = m->bands.weights;
    uint32_t one = (uint32_t)1 << m->bands.weight_bits;
    uint64_t next = 0;
    for (int32_t b = 0; b <= m->bands.n_bands; b++) {
        uint64_t sum = next;
        next = 0;
        for (int32_t i = 0; i < m->bands.widths[b]; i++, bin++, weight++) {
            uint32_t power = (uint32_t)(bin->re * bin->re) + (uint32_t)(bin->im * bin->im);
            sum += (uint64_t)power * *weight;
            next += (uint64_t)power * (one - *weight);
        }
        if (b > 0)
            out[b - 1] = zk_micro_band(m, b - 1, zk_micro_root(sum) >> shift, &estimates[b - 1]);
    }
}
