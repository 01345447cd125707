#include "fft32.h"

/* a * b / 2^16: with factors in units of 2^-15 that is half of the product, which a stage wants. */
static int32_t zk_fft32_mul(int32_t a, int16_t b)
{
    return (int32_t)(((int64_t)a * b) >> 16);
}

/* Half of a * by. */
static zk_complex32 zk_fft32_turn(const zk_complex32 *a, zk_complex16 by)
{
    zk_complex32 r;
    r.re = zk_fft32_mul(a->re, by.re) - zk_fft32_mul(a->im, by.im);
    r.im = zk_fft32_mul(a->re, by.im) + zk_fft32_mul(a->im, by.re);
    return r;
}

static zk_complex32 zk_fft32_half(const zk_complex32 *a)
{
    zk_complex32 r;
    r.re = a->re >> 1;
    r.im = a->im >> 1;
    return r;
}

/* The four sums of a + c, a - c, b + d and b - d, put where a, b, c and d were. */
static void zk_fft32_join(zk_complex32 *p, int32_t apart, zk_complex32 a, zk_complex32 b,
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
static int32_t zk_fft32_first(zk_complex32 *x, int32_t log2_n)
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

static void zk_fft32_by_four(const zk_fft32 *fft, zk_complex32 *x, int32_t apart)
{
    int32_t n = 1 << fft->log2_n, step = n / (4 * apart);
    for (int32_t i = 0; i < n; i += 4 * apart) /* the first of each is not turned */
        zk_fft32_join(&x[i], apart, zk_fft32_half(&x[i]), zk_fft32_half(&x[i + apart]),
                      zk_fft32_half(&x[i + 2 * apart]), zk_fft32_half(&x[i + 3 * apart]));
    for (int32_t k = 1; k < apart; k++) {
        zk_complex16 w1 = fft->turns[k * step], w2 = fft->turns[2 * k * step];
        zk_complex16 w3 = fft->turns[3 * k * step];
        for (int32_t i = k; i < n; i += 4 * apart)
            zk_fft32_join(&x[i], apart, zk_fft32_half(&x[i]), zk_fft32_turn(&x[i + apart], w1),
                          zk_fft32_turn(&x[i + 2 * apart], w2),
                          zk_fft32_turn(&x[i + 3 * apart], w3));
    }
}

/* The spectrum of 2 n real samples from that of the n complex numbers that they were taken for. */
static void zk_fft32_split(const zk_fft32 *fft, zk_complex32 *x)
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
        odd = zk_fft32_turn(&odd, fft->split[k - 1]);
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
