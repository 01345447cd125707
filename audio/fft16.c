#include "fft16.h"

/* a * b / 2^15, rounded, ties up. */
static int32_t zk_fft16_mul(int32_t a, int32_t b)
{
    return (a * b + (1 << 14)) >> 15;
}

/* The factors by which KISS FFT divides by 4 and by 2. */
enum { ZK_FFT16_QUARTER = 8191, ZK_FFT16_HALF = 16383 };

static zk_complex16 zk_fft16_scale(zk_complex16 a, int32_t factor)
{
    zk_complex16 r;
    r.re = (int16_t)zk_fft16_mul(a.re, factor);
    r.im = (int16_t)zk_fft16_mul(a.im, factor);
    return r;
}

static zk_complex16 zk_fft16_turn(zk_complex16 a, zk_complex16 by)
{
    zk_complex16 r;
    r.re = (int16_t)((a.re * by.re - a.im * by.im + (1 << 14)) >> 15);
    r.im = (int16_t)((a.re * by.im + a.im * by.re + (1 << 14)) >> 15);
    return r;
}

/* Pairs of neighbours: the first stage when log2_n is odd. */
static void zk_fft16_by_two(const zk_fft16 *fft, zk_complex16 *x)
{
    for (int32_t i = 0; i < 1 << fft->log2_n; i += 2) {
        zk_complex16 a = zk_fft16_scale(x[i], ZK_FFT16_HALF);
        zk_complex16 b = zk_fft16_turn(zk_fft16_scale(x[i + 1], ZK_FFT16_HALF), fft->turns[0]);
        x[i].re = (int16_t)(a.re + b.re);
        x[i].im = (int16_t)(a.im + b.im);
        x[i + 1].re = (int16_t)(a.re - b.re);
        x[i + 1].im = (int16_t)(a.im - b.im);
    }
}

/* Four numbers that lie `apart` from each other become four: a stage joins transforms of `apart`
 * numbers. */
static void zk_fft16_by_four(const zk_fft16 *fft, zk_complex16 *x, int32_t apart)
{
    int32_t n = 1 << fft->log2_n, step = n / (4 * apart);
    for (int32_t k = 0; k < apart; k++) {
        zk_complex16 w1 = fft->turns[k * step], w2 = fft->turns[2 * k * step];
        zk_complex16 w3 = fft->turns[3 * k * step];
        for (int32_t i = k; i < n; i += 4 * apart) {
            zk_complex16 *p = x + i;
            zk_complex16 a = zk_fft16_scale(p[0], ZK_FFT16_QUARTER);
            zk_complex16 b = zk_fft16_turn(zk_fft16_scale(p[apart], ZK_FFT16_QUARTER), w1);
            zk_complex16 c = zk_fft16_turn(zk_fft16_scale(p[2 * apart], ZK_FFT16_QUARTER), w2);
            zk_complex16 d = zk_fft16_turn(zk_fft16_scale(p[3 * apart], ZK_FFT16_QUARTER), w3);
            int32_t sum_re = b.re + d.re, sum_im = b.im + d.im;
            int32_t diff_re = b.re - d.re, diff_im = b.im - d.im;
            p[0].re = (int16_t)(a.re + c.re + sum_re);
            p[0].im = (int16_t)(a.im + c.im + sum_im);
            p[apart].re = (int16_t)(a.re - c.re + diff_im);
            p[apart].im = (int16_t)(a.im - c.im - diff_re);
            p[2 * apart].re = (int16_t)(a.re + c.re - sum_re);
            p[2 * apart].im = (int16_t)(a.im + c.im - sum_im);
            p[3 * apart].re = (int16_t)(a.re - c.re - diff_im);
            p[3 * apart].im = (int16_t)(a.im - c.im + diff_re);
        }
    }
}

/* The spectrum of 2 n real samples from that of the n complex numbers that they were taken for. */
static void zk_fft16_split(const zk_fft16 *fft, zk_complex16 *x)
{
    int32_t n = 1 << fft->log2_n;
    zk_complex16 first = zk_fft16_scale(x[0], ZK_FFT16_HALF);
    x[0].re = (int16_t)(first.re + first.im);
    x[n].re = (int16_t)(first.re - first.im);
    x[0].im = x[n].im = 0;
    for (int32_t k = 1; k <= n / 2; k++) {
        zk_complex16 other = {x[n - k].re, (int16_t)-x[n - k].im}, odd;
        zk_complex16 a = zk_fft16_scale(x[k], ZK_FFT16_HALF);
        zk_complex16 b = zk_fft16_scale(other, ZK_FFT16_HALF);
        int32_t even_re = (int16_t)(a.re + b.re), even_im = (int16_t)(a.im + b.im);
        odd.re = (int16_t)(a.re - b.re);
        odd.im = (int16_t)(a.im - b.im);
        odd = zk_fft16_turn(odd, fft->split[k - 1]);
        x[k].re = (int16_t)((even_re + odd.re) >> 1);
        x[k].im = (int16_t)((even_im + odd.im) >> 1);
        x[n - k].re = (int16_t)((even_re - odd.re) >> 1);
        x[n - k].im = (int16_t)((odd.im - even_im) >> 1);
    }
}

void zk_fft16_real(const zk_fft16 *fft, zk_complex16 *x)
{
    int32_t apart = 1;
    if (fft->log2_n & 1) {
        zk_fft16_by_two(fft, x);
        apart = 2;
    }
    for (; apart < 1 << fft->log2_n; apart *= 4) zk_fft16_by_four(fft, x, apart);
    zk_fft16_split(fft, x);
}
