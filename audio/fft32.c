#include "fft32.h"

#include <string.h>

/* In a function of its own a loop has all registers for itself. */
#if defined(__GNUC__)
#define ZK_FFT32_APART __attribute__((noinline))
#else
#define ZK_FFT32_APART
#endif

/* A factor in one register, and half of a * by: products with factors in units of 2^-15, divided by
 * 2^16. */
#if defined(__GNUC__) && defined(__ARM_FEATURE_DSP) && !defined(__ARM_BIG_ENDIAN)
typedef uint32_t zk_fft32_factor; /* the real part is the lower half */

static inline zk_fft32_factor zk_fft32_load(const zk_complex16 *turn)
{
    uint32_t factor;
    memcpy(&factor, turn, sizeof factor);
    return factor;
}

static inline zk_complex32 zk_fft32_turn(const zk_complex32 *a, zk_fft32_factor by)
{
    zk_complex32 r;
    int32_t re = a->re, im = a->im, part;
    __asm__("smulwb %0, %1, %2" : "=r"(r.re) : "r"(re), "r"(by));
    __asm__("smulwt %0, %1, %2" : "=r"(part) : "r"(im), "r"(by));
    r.re -= part;
    __asm__("smulwt %0, %1, %2" : "=r"(r.im) : "r"(re), "r"(by));
    __asm__("smulwb %0, %1, %2" : "=r"(part) : "r"(im), "r"(by));
    r.im += part;
    return r;
}
#else
typedef zk_complex16 zk_fft32_factor;

static inline zk_fft32_factor zk_fft32_load(const zk_complex16 *turn)
{
    return *turn;
}

static inline zk_complex32 zk_fft32_turn(const zk_complex32 *a, zk_fft32_factor by)
{
    zk_complex32 r;
    r.re = (int32_t)(((int64_t)a->re * by.re) >> 16) - (int32_t)(((int64_t)a->im * by.im) >> 16);
    r.im = (int32_t)(((int64_t)a->re * by.im) >> 16) + (int32_t)(((int64_t)a->im * by.re) >> 16);
    return r;
}
#endif

static inline zk_complex32 zk_fft32_half(const zk_complex32 *a)
{
    zk_complex32 r;
    r.re = a->re >> 1;
    r.im = a->im >> 1;
    return r;
}

static inline zk_complex32 zk_fft32_sum(zk_complex32 a, zk_complex32 b)
{
    a.re += b.re;
    a.im += b.im;
    return a;
}

static inline zk_complex32 zk_fft32_difference(zk_complex32 a, zk_complex32 b)
{
    a.re -= b.re;
    a.im -= b.im;
    return a;
}

/* The four sums of a + c, a - c, b + d and b - d, put where a, b, c and d were. */
static inline void zk_fft32_join(zk_complex32 *p, int32_t apart, zk_complex32 a, zk_complex32 b,
                                 zk_complex32 c, zk_complex32 d)
{
    int32_t sum_re = b.re + d.re, sum_im = b.im + d.im;
    int32_t diff_re = b.re - d.re, diff_im = b.im - d.im;
    int32_t even_re = a.re + c.re, even_im = a.im + c.im;
    int32_t odd_re = a.re - c.re, odd_im = a.im - c.im;
    p[0].re = even_re + sum_re;
    p[0].im = even_im + sum_im;
    p[apart].re = odd_re + diff_im;
    p[apart].im = odd_im - diff_re;
    p[2 * apart].re = even_re - sum_re;
    p[2 * apart].im = even_im - sum_im;
    p[3 * apart].re = odd_re - diff_im;
    p[3 * apart].im = odd_im + diff_re;
}

/* The first stage: pairs when log2_n is odd, else fours; nothing is turned. Returns how many
 * numbers the transforms have then. */
static ZK_FFT32_APART int32_t zk_fft32_first(zk_complex32 *x, int32_t log2_n)
{
    int32_t n = 1 << log2_n;
    if (log2_n & 1) {
        for (int32_t i = 0; i < n; i += 2) {
            zk_complex32 a = zk_fft32_half(&x[i]), b = zk_fft32_half(&x[i + 1]);
            x[i].re = a.re + b.re;
            x[i].im = a.im + b.im;
            x[i + 1].re = a.re - b.re;
            x[i + 1].im = a.im - b.im;
        }
        return 2;
    }
    for (int32_t i = 0; i < n; i += 4)
        zk_fft32_join(&x[i], 1, zk_fft32_half(&x[i]), zk_fft32_half(&x[i + 1]),
                      zk_fft32_half(&x[i + 2]), zk_fft32_half(&x[i + 3]));
    return 4;
}

static ZK_FFT32_APART void zk_fft32_by_four(const zk_fft32 *fft, zk_complex32 *x, int32_t apart)
{
    int32_t n = 1 << fft->log2_n, step = n / (4 * apart);
    const zk_complex16 *turns = fft->turns;
    for (int32_t i = 0; i < n; i += 4 * apart) /* the first of each is not turned */
        zk_fft32_join(&x[i], apart, zk_fft32_half(&x[i]), zk_fft32_half(&x[i + apart]),
                      zk_fft32_half(&x[i + 2 * apart]), zk_fft32_half(&x[i + 3 * apart]));
    for (int32_t k = 1; k < apart; k++) {
        zk_fft32_factor w1 = zk_fft32_load(&turns[k * step]);
        zk_fft32_factor w2 = zk_fft32_load(&turns[2 * k * step]);
        zk_fft32_factor w3 = zk_fft32_load(&turns[3 * k * step]);
        for (zk_complex32 *p = x + k; p < x + n; p += 4 * apart) {
            zk_complex32 *q = p + 2 * apart;
            zk_complex32 a = zk_fft32_half(p), c = zk_fft32_turn(q, w2);
            zk_complex32 even = zk_fft32_sum(a, c), odd = zk_fft32_difference(a, c);
            zk_complex32 b = zk_fft32_turn(p + apart, w1), d = zk_fft32_turn(q + apart, w3);
            zk_complex32 sum = zk_fft32_sum(b, d), difference = zk_fft32_difference(b, d);
            p[0] = zk_fft32_sum(even, sum);
            q[0] = zk_fft32_difference(even, sum);
            p[apart].re = odd.re + difference.im;
            p[apart].im = odd.im - difference.re;
            q[apart].re = odd.re - difference.im;
            q[apart].im = odd.im + difference.re;
        }
    }
}

/* The spectrum of 2 n real samples from that of the n complex numbers that they were taken for. */
static ZK_FFT32_APART void zk_fft32_split(const zk_fft32 *fft, zk_complex32 *x)
{
    int32_t n = 1 << fft->log2_n;
    zk_complex32 first = zk_fft32_half(&x[0]);
    x[0].re = first.re + first.im;
    x[n].re = first.re - first.im;
    x[0].im = x[n].im = 0;
    for (int32_t k = 1; k <= n / 2; k++) {
        zk_complex32 a = zk_fft32_half(&x[k]), b = zk_fft32_half(&x[n - k]), odd;
        int32_t even_re = (a.re + b.re) >> 1, even_im = (a.im - b.im) >> 1;
        odd.re = a.re - b.re;
        odd.im = a.im + b.im;
        odd = zk_fft32_turn(&odd, zk_fft32_load(&fft->split[k - 1]));
        x[k].re = even_re + odd.re;
        x[k].im = even_im + odd.im;
        x[n - k].re = even_re - odd.re;
        x[n - k].im = odd.im - even_im;
    }
}

void zk_fft32_real(const zk_fft32 *fft, zk_complex32 *x)
{
    int32_t n = 1 << fft->log2_n;
    for (int32_t apart = zk_fft32_first(x, fft->log2_n); apart < n; apart *= 4)
        zk_fft32_by_four(fft, x, apart);
    zk_fft32_split(fft, x);
}
