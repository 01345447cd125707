/* The tables of the kernels in audio/, from their formulas. */
#include <math.h>
#include <string.h>

#include "frontend/frontend.h"

static const double pi = 3.14159265358979323846;

/* Elements of a table in the arena; what asks for one goes on with a table that is never read when
 * there is no memory, which is reported once. */
typedef struct maker {
    zr_ctx *cx;
    zr_frontend *f;
    bool failed;
} maker;

static void *table(maker *m, int n, size_t size)
{
    void *t = zr_alloc(m->cx, (size_t)n + 1, size);
    if (!t) m->failed = true;
    return t;
}

static int16_t limit_16(double x)
{
    return (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
}

/* exp(-2 pi i (first + k step)), k = 0..n-1, times `one`. */
static const zk_complex16 *circle(maker *m, int n, double first, double step, double one)
{
    zk_complex16 *turns = table(m, n, sizeof *turns);
    for (int k = 0; turns && k < n; k++) {
        double phase = -2 * pi * (first + k * step);
        turns[k].re = limit_16(floor(0.5 + one * cos(phase)));
        turns[k].im = limit_16(floor(0.5 + one * sin(phase)));
    }
    return turns;
}

static const uint16_t *make_excess(maker *m)
{
    uint16_t *excess = table(m, 129, sizeof *excess);
    for (int i = 0; excess && i < 129; i++)
        excess[i] = (uint16_t)lround((log2(1 + i / 128.0) - i / 128.0) * 65536);
    return excess;
}

/* As the micro front end computes it, in single precision: the tables are to be the same. */
static float mel(float hz)
{
    return 1127.0F * log1pf(hz / 700.0F);
}

/* Cuts the bins at the centres of the bands; see audio/bands.h. skip: the lowest bin that counts
 * has the frequency low_hz + skip bins, rounded down. */
static bool make_bands(maker *m, const char *file, double skip, int weight_bits, zk_bands *bands)
{
    zr_frontend *f = m->f;
    int n = (int)f->bands, n_bins = (1 << f->log2_n) + 1;
    uint8_t *widths = table(m, n + 1, sizeof *widths);
    uint16_t *weights = table(m, n_bins, sizeof *weights);
    if (!widths || !weights) return false;
    float hz_a_bin = (float)(0.5 * f->sample_rate / ((double)n_bins - 1));
    float low = mel((float)f->low_hz), spacing = (mel((float)f->high_hz) - low) / (float)(n + 1);
    int bin = (int)(skip + (double)((float)f->low_hz / hz_a_bin));
    *bands = (zk_bands){n, bin, weight_bits, widths, weights};
    for (int b = 0; b <= n; b++) {
        float below = b ? low + spacing * (float)b : low;
        float above = low + spacing * (float)(b + 1);
        int first = bin;
        for (; mel((float)bin * hz_a_bin) <= above; bin++) {
            if (bin >= n_bins || bin - first == UINT8_MAX) {
                zr_place at = ZR_NOWHERE;
                at.file = file;
                return zr_fail(m->cx, ZR_E_DATA, at,
                               "a band reaches beyond half the sample rate or has too many bins; "
                               "lower \"high_hz\" or take more bands");
            }
            float weight = (above - mel((float)bin * hz_a_bin)) / (above - below);
            int stored = (int)floor((double)weight * (1 << weight_bits) + 0.5);
            int one = 1 << weight_bits;
            weights[bin - bands->first_bin] = (uint16_t)(stored > one ? one : stored);
        }
        widths[b] = (uint8_t)(bin - first);
    }
    return true;
}

/* multiplier / 2^shift = factor, with as many bits as fit. */
static zk_audio_scale make_scale(const zr_frontend *f, double factor)
{
    int exponent;
    double mantissa = frexp(factor, &exponent); /* 1/2 <= mantissa < 1 */
    int shift = 30 - exponent;
    if (shift > 40) shift = 40;
    if (shift < 1) shift = 1;
    double multiplier = floor(ldexp(mantissa, shift + exponent) + 0.5);
    return (zk_audio_scale){(int32_t)fmin(multiplier, INT32_MAX), shift, (int32_t)f->zero_point,
                            (int32_t)f->truncate};
}

static int16_t gain_at(const zr_frontend *f, int input_bits, uint32_t noise)
{
    float x = (float)noise / (float)((uint32_t)1 << input_bits);
    float gain = (float)((uint32_t)1 << (int)f->gain_bits) *
                 powf(x + (float)f->gain_offset, -(float)f->gain_strength);
    /* NOLINTNEXTLINE(bugprone-incorrect-roundings): as the original rounds */
    return (int16_t)(gain > INT16_MAX ? INT16_MAX : (int16_t)(gain + 0.5F));
}

static const int16_t *make_gain(maker *m, int correction)
{
    const zr_frontend *f = m->f;
    int16_t *gain = table(m, 125, sizeof *gain);
    int input_bits = (int)f->noise_bits - correction;
    for (uint32_t i = 0; gain && i < 2; i++) gain[i] = gain_at(f, input_bits, i);
    for (int bits = 2; gain && bits <= 32; bits++) {
        uint32_t x0 = (uint32_t)1 << (bits - 1);
        int y0 = gain_at(f, input_bits, x0), y1 = gain_at(f, input_bits, x0 + (x0 >> 1));
        int y2 = gain_at(f, input_bits, bits == 32 ? UINT32_MAX : 2 * x0);
        int first = 4 * (y1 - y0) - (y2 - y0), second = y2 - y0 - first;
        int16_t *curve = gain + 4 * bits - 6;
        curve[0] = (int16_t)y0;
        curve[1] = (int16_t)first;
        curve[2] = (int16_t)second;
    }
    return gain;
}

static bool make_micro(maker *m, const char *file)
{
    zr_frontend *f = m->f;
    zk_micro *p = &f->micro;
    int n = 1 << f->log2_n, correction = f->log2_n + 1 - 6;
    int16_t *shape = table(m, f->window, sizeof *shape);
    float step = (float)(pi * 2) / (float)f->window;
    for (int i = 0; shape && i < f->window; i++)
        shape[i] = (int16_t)floorf((0.5F - 0.5F * cosf(step * ((float)i + 0.5F))) * 4096 + 0.5F);
    p->window = f->window;
    p->shape = shape;
    p->fft.log2_n = f->log2_n;
    p->fft.turns = circle(m, 3 * n / 4, 0, 1.0 / n, 32767);
    p->fft.split = circle(m, n / 2, 0.25 + 0.5 / n, 0.5 / n, 32767);
    if (!make_bands(m, file, 1.5, 12, &p->bands)) return false;
    p->noise_bits = (int32_t)f->noise_bits;
    p->even_smoothing = (uint32_t)((float)f->even_smoothing * 16384);
    p->odd_smoothing = (uint32_t)((float)f->odd_smoothing * 16384);
    p->least_remaining = (uint32_t)((float)f->least_remaining * 16384);
    p->gain = f->gain != 0 ? make_gain(m, correction) : NULL;
    p->gain_shift = (int32_t)f->gain_bits - correction - 12;
    p->log_correction = correction;
    p->log_shift = (int32_t)f->log_shift;
    p->excess = make_excess(m);
    /* micro's logarithms are in units of 2^-log_shift; the models made for it take them as
     * 0.0390625 each at the usual 6 bits. */
    f->output = (zk_audio_scale){0};
    if (f->scale > 0) f->output = make_scale(f, ldexp(2.5, -(int)f->log_shift) / f->scale);
    return true;
}

/* Window, transform and bands; *unit: log2 of what a bin's amplitude of 1 sample is in the sums. */
static bool make_mel(maker *m, const char *file, int amplitude, zk_mel *p, double *unit)
{
    zr_frontend *f = m->f;
    int n = 1 << f->log2_n, stages = (f->log2_n + 1) / 2;
    uint16_t *window = table(m, f->window / 2 + 1, sizeof *window);
    for (int i = 0; window && i <= f->window / 2; i++)
        window[i] = (uint16_t)floor((0.5 - 0.5 * cos(2 * pi * i / f->window)) * 32768 + 0.5);
    p->window = f->window;
    p->window_half = window;
    /* The window's samples add up to window / 2 times 2^15 times 2^15 at most, half as much again
     * as complex numbers; a sum stays below 2^30 after the stages. */
    double bits = log2(f->window / 2.0) + 30.5 - stages;
    p->window_shift = (int32_t)fmax(0, ceil(bits - 30));
    p->fft.log2_n = f->log2_n;
    p->fft.turns = circle(m, 3 * n / 4, 0, 1.0 / n, 32768);
    p->fft.split = circle(m, n / 2, 0.25 + 0.5 / n, 0.5 / n, 32768);
    p->amplitude = amplitude;
    *unit = 15 - p->window_shift - stages - 1;
    return make_bands(m, file, 1, 15, &p->bands);
}

static bool make_mfcc(maker *m, const char *file)
{
    zr_frontend *f = m->f;
    zk_mfcc *p = &f->mfcc;
    double unit;
    if (!make_mel(m, file, 1, &p->mel, &unit)) return false;
    /* The powers of all bins add up to n times that of the windowed samples, whose squares are 3/8
     * of the samples' (Parseval); so many bins' amplitudes add up to at most this (Cauchy). */
    double most = 1;
    for (int b = 0; b < p->mel.bands.n_bands; b++)
        most = fmax(most, p->mel.bands.widths[b] + p->mel.bands.widths[b + 1]);
    double bits = log2(most * (1 << f->log2_n) * 0.375 * f->window) / 2 + 15 + unit + 15;
    p->sum_shift = (int32_t)fmax(0, ceil(bits + 0.1 - 31));
    unit += 15 - p->sum_shift;
    p->coefficients = (int32_t)f->coefficients;
    p->floor = (uint64_t)floor(f->floor * exp2(unit + 32) + 0.5);
    if (p->floor == 0) p->floor = 1;
    p->offset = (int32_t)lround(-(unit + 32) * 65536);
    int n = (int)f->bands;
    int16_t *cosines = table(m, n * p->coefficients, sizeof *cosines);
    for (int c = 0; cosines && c < p->coefficients; c++)
        for (int b = 0; b < n; b++)
            cosines[c * n + b] = limit_16(
                floor(2 * cos(pi * c * (b + 0.5) / n) / sqrt(2.0 * n) * log(2) * (1 << 17) + 0.5));
    p->cosines = cosines;
    p->scale = f->output = make_scale(f, 1 / (65536 * f->scale));
    p->excess = make_excess(m);
    return true;
}

static bool make_logmel(maker *m, const char *file)
{
    zr_frontend *f = m->f;
    zk_logmel *p = &f->logmel;
    double unit;
    if (!make_mel(m, file, 0, &p->mel, &unit)) return false;
    unit = 2 * (unit + 15) + 15; /* of a power of full scale, with the weight */
    double least = floor(f->floor * exp2(unit) + 0.5); /* beside it a power has room in 64 bits */
    if (least >= exp2(62)) {
        zr_place at = {file, -1, -1, -1, NULL, NULL};
        return zr_fail(m->cx, ZR_E_DATA, at,
                       "a \"floor\" of %g is too much for a window of %d samples; up to %g goes",
                       f->floor, f->window, exp2(62 - unit) / 2);
    }
    p->floor = least < 1 ? 1 : (uint64_t)least;
    p->offset = (int32_t)lround(-unit * 65536);
    p->scale = f->output = make_scale(f, log(2) / (65536 * f->scale));
    p->excess = make_excess(m);
    return true;
}

/* See audio/wake.h. An energy is the sum over a hop; 0 dB is that of full scale, 2^15, all along.
 */
static void make_wake(zr_frontend *f)
{
    zk_wake_setting *w = &f->wake_setting;
    double hop_ms = 1000 * f->hop / f->sample_rate;
    w->hop = f->hop;
    w->lag = (int32_t)fmin(fmin(fmax(1, round(f->sample_rate / 4000)), 12), f->hop);
    w->ratio = (int32_t)ceil(16 * pow(10, f->wake.rise_db / 10));
    w->span = (int32_t)fmax(1, round(f->wake.noise_ms / 2 / hop_ms));
    w->hold = (int32_t)ceil(f->wake.hold_ms / hop_ms) + 1;
    w->least = (uint64_t)ceil(pow(10, f->wake.least_db / 10) * f->hop * exp2(30));
    f->kept = (int)ceil(f->wake.keep_ms / hop_ms) + 1;
}

int zr_frontend_silence(const zr_frontend *f)
{
    if (f->kind == ZR_MICRO) return zk_audio_quantize(&f->output, 0);
    if (f->kind == ZR_MFCC) return 0;
    return zk_audio_quantize(&f->output,
                             zk_log2(f->logmel.excess, f->logmel.floor) + f->logmel.offset);
}

bool zr_frontend_prepare(zr_ctx *cx, const char *file, zr_frontend *f)
{
    maker m = {cx, f, false};
    zr_place at = ZR_NOWHERE;
    at.file = file;
    f->window = (int)(f->window_ms * f->sample_rate / 1000);
    f->hop = (int)(f->hop_ms * f->sample_rate / 1000);
    f->values = (int)(f->kind == ZR_MFCC ? f->coefficients : f->bands);
    f->log2_n = 5;
    while (2 << f->log2_n < f->window) f->log2_n++;
    if (f->log2_n > 10)
        return zr_fail(cx, ZR_E_DATA, at, "a window of %d samples is too long; 2048 are possible",
                       f->window);
    if (f->hop < 1 || f->hop > f->window)
        return zr_fail(cx, ZR_E_DATA, at, "a hop of %d samples does not go with a window of %d",
                       f->hop, f->window);
    if (!(f->low_hz < f->high_hz) || f->high_hz > f->sample_rate / 2)
        return zr_fail(cx, ZR_E_DATA, at,
                       "bands from %g to %g Hz do not go with %g samples a second", f->low_hz,
                       f->high_hz, f->sample_rate);
    if (f->values > f->bands)
        return zr_fail(cx, ZR_E_DATA, at, "%d coefficients cannot be had from %g bands", f->values,
                       f->bands);
    if (f->kind != ZR_MICRO && !(f->scale > 0))
        return zr_fail(cx, ZR_E_DATA, at, "\"scale\" must be above 0");
    make_wake(f);
    bool (*const make[ZR_FRONTEND_KINDS])(maker *, const char *) = {make_micro, make_mfcc,
                                                                    make_logmel};
    return make[f->kind](&m, file) && !m.failed;
}
