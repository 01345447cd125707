#include "fft16.h"

#include <string.h>

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

/* In a function of its own a loop has all registers for itself. */
#if defined(__GNUC__)
#define ZK_FFT16_APART __attribute__((noinline))
#else
#define ZK_FFT16_APART
#endif

/* Four numbers that lie `apart` from each other become four: a stage joins transforms of `apart`
 * numbers. With the DSP extension both parts of a number lie in one register. */
#if defined(__GNUC__) && defined(__ARM_FEATURE_DSP) && !defined(__ARM_BIG_ENDIAN)
static inline uint32_t zk_fft16_load(const zk_complex16 *x)
{
    uint32_t pair;
    memcpy(&pair, x, sizeof pair);
    return pair;
}

static inline void zk_fft16_store(zk_complex16 *x, uint32_t pair)
{
    memcpy(x, &pair, sizeof pair);
}

/* re / 2^15 and im / 2^15 in one register. */
static inline uint32_t zk_fft16_pack(int32_t re, int32_t im)
{
    uint32_t pair;
    __asm__("pkhbt %0, %1, %2, lsl #1" : "=r"(pair) : "r"(re >> 15), "r"(im));
    return pair;
}

static inline uint32_t zk_fft16_quarter(const zk_complex16 *x)
{
    int32_t re, im, half = 1 << 14, factor = ZK_FFT16_QUARTER;
    uint32_t pair = zk_fft16_load(x);
    __asm__("smlabb %0, %1, %2, %3" : "=r"(re) : "r"(pair), "r"(factor), "r"(half));
    __asm__("smlatb %0, %1, %2, %3" : "=r"(im) : "r"(pair), "r"(factor), "r"(half));
    return zk_fft16_pack(re, im);
}

static inline uint32_t zk_fft16_turn_pair(uint32_t a, uint32_t by)
{
    int32_t re, im, half = 1 << 14;
    __asm__("smlsd %0, %1, %2, %3" : "=r"(re) : "r"(a), "r"(by), "r"(half));
    __asm__("smladx %0, %1, %2, %3" : "=r"(im) : "r"(a), "r"(by), "r"(half));
    return zk_fft16_pack(re, im);
}

/* Sums and differences of both parts, which wrap around. */
static inline uint32_t zk_fft16_plus(uint32_t a, uint32_t b)
{
    uint32_t r;
    __asm__("sadd16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
}

static inline uint32_t zk_fft16_minus(uint32_t a, uint32_t b)
{
    uint32_t r;
    __asm__("ssub16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
}

/* a + i b and a - i b. */
static inline uint32_t zk_fft16_plus_i(uint32_t a, uint32_t b)
{
    uint32_t r;
    __asm__("sasx %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
}

static inline uint32_t zk_fft16_minus_i(uint32_t a, uint32_t b)
{
    uint32_t r;
    __asm__("ssax %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
}

static ZK_FFT16_APART void zk_fft16_by_four(const zk_fft16 *fft, zk_complex16 *x, int32_t apart)
{
    int32_t n = 1 << fft->log2_n, step = n / (4 * apart);
    for (int32_t k = 0; k < apart; k++) {
        uint32_t w1 = zk_fft16_load(&fft->turns[k * step]);
        uint32_t w2 = zk_fft16_load(&fft->turns[2 * k * step]);
        uint32_t w3 = zk_fft16_load(&fft->turns[3 * k * step]);
        for (zk_complex16 *p = x + k; p < x + n; p += 4 * apart) {
            zk_complex16 *q = p + 2 * apart;
            uint32_t a = zk_fft16_quarter(p), c = zk_fft16_turn_pair(zk_fft16_quarter(q), w2);
            uint32_t even = zk_fft16_plus(a, c), odd = zk_fft16_minus(a, c);
            uint32_t b = zk_fft16_turn_pair(zk_fft16_quarter(p + apart), w1);
            uint32_t d = zk_fft16_turn_pair(zk_fft16_quarter(q + apart), w3);
            uint32_t sum = zk_fft16_plus(b, d), difference = zk_fft16_minus(b, d);
            zk_fft16_store(p, zk_fft16_plus(even, sum));
            zk_fft16_store(q, zk_fft16_minus(even, sum));
            zk_fft16_store(p + apart, zk_fft16_minus_i(odd, difference));
            zk_fft16_store(q + apart, zk_fft16_plus_i(odd, difference));
        }
    }
}
#else
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
#endif

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
