/* ADD, SUB and MUL of int8 values on cores with the Arm DSP extension, four at a time.
 *
 * Two stored bytes determine an output. So the compiler tries all 65536 pairs, and a kernel may
 * compute whatever agrees on them with the definition's chain of roundings (variant_dsp.c):
 *
 *     ADD, SUB  saturate((start + a_factor * a + b_factor * b) >> 21)
 *     MUL       saturate((upper half of (product * scale + nudge) * multiplier + start) >> 12)
 *
 * 6.75 and 8 instructions a value (88 and 44 by the definition); two loads, four times as many
 * multiplications and saturations, and a store for four values would be 4.25 and 5. Where no
 * factors agree, because of ties that are rounded away from zero or of an activation's bounds, the
 * kernels `exact` follow the definition: 24 and 20 instructions. */
#include "ops/arithmetic/kernel.h"

#include "device/intrinsics.h"
#include "device/requantize.h"

/* Four values in a row, where a step of 0 repeats one. */
static inline const int8_t *zk_arithmetic_repeat(const int8_t *x, int32_t step, int8_t *same)
{
    if (step) return x;
    for (int32_t i = 0; i < 4; i++) same[i] = *x;
    return same;
}

/* Bytes 0 and 2, or 1 and 3, as halves of a word, times 2^8. `mask` is 0xFF00FF00; that it is one
 * is hidden from the compiler, which would take an instruction more to shift and mask. */
static inline uint32_t zk_arithmetic_mask(void)
{
    uint32_t mask = 0xFF00FF00;
#if defined(__GNUC__)
    __asm__("" : "+r"(mask));
#endif
    return mask;
}

void zk_add_s8_dsp(const zk_add_dsp_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const zk_broadcast *w = &p->walk;
    const int32_t fa = p->a_factor, fb = p->b_factor, start = p->start;
    const int32_t a_step = w->a_step, b_step = w->b_step;
    const uint32_t mask = zk_arithmetic_mask();
    zk_run at = {0, 0, {0}};
    do {
        int8_t same_a[4], same_b[4];
        const int8_t *x = zk_arithmetic_repeat(a + at.a, a_step, same_a);
        const int8_t *y = zk_arithmetic_repeat(b + at.b, b_step, same_b);
        int8_t *fours = out + w->run / 4 * 4, *end = out + w->run;
        for (; out != fours; x += 4 * a_step, y += 4 * b_step, out += 4) {
            /* Bytes as upper halves of halves: times 2^8, of which SMLAW's 2^-16 leaves 2^-8. */
            uint32_t xs = zk_load_word(x), ys = zk_load_word(y);
            uint32_t x02 = xs << 8 & mask, x13 = xs & mask, y02 = ys << 8 & mask, y13 = ys & mask;
            int32_t sum0 = zk_smlawb(fb, y02, zk_smlawb(fa, x02, start));
            int32_t sum1 = zk_smlawb(fb, y13, zk_smlawb(fa, x13, start));
            int32_t sum2 = zk_smlawt(fb, y02, zk_smlawt(fa, x02, start));
            int32_t sum3 = zk_smlawt(fb, y13, zk_smlawt(fa, x13, start));
            zk_store_word(out, zk_bytes(zk_ssat8_asr21(sum0), zk_ssat8_asr21(sum1),
                                        zk_ssat8_asr21(sum2), zk_ssat8_asr21(sum3)));
        }
        for (; out != end; x += a_step, y += b_step) {
            int32_t sum = zk_smlawb(fa, (uint32_t)*x << 8, start);
            *out++ = (int8_t)zk_ssat8_asr21(zk_smlawb(fb, (uint32_t)*y << 8, sum));
        }
    } while (zk_next_run(w, &at));
}

void zk_mul_s8_dsp(const zk_mul_dsp_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const zk_broadcast *w = &p->walk;
    const int32_t scale = p->scale, nudge = p->nudge, factor = p->multiplier, start = p->start;
    const int32_t a_step = w->a_step, b_step = w->b_step;
    const uint32_t a_offset = zk_pkhbt_lsl16((uint32_t)p->a_offset, (uint32_t)p->a_offset);
    const uint32_t b_offset = zk_pkhbt_lsl16((uint32_t)p->b_offset, (uint32_t)p->b_offset);
    zk_run at = {0, 0, {0}};
    do {
        int8_t same_a[4], same_b[4];
        const int8_t *x = zk_arithmetic_repeat(a + at.a, a_step, same_a);
        const int8_t *y = zk_arithmetic_repeat(b + at.b, b_step, same_b);
        int8_t *fours = out + w->run / 4 * 4, *end = out + w->run;
        for (; out != fours; x += 4 * a_step, y += 4 * b_step, out += 4) {
            uint32_t xs = zk_load_word(x), ys = zk_load_word(y);
            uint32_t x02 = zk_sxtab16(a_offset, xs), x13 = zk_sxtab16_ror8(a_offset, xs);
            uint32_t y02 = zk_sxtab16(b_offset, ys), y13 = zk_sxtab16_ror8(b_offset, ys);
            int32_t z0 = zk_smmla(zk_smulbb(x02, y02) * scale + nudge, factor, start);
            int32_t z1 = zk_smmla(zk_smulbb(x13, y13) * scale + nudge, factor, start);
            int32_t z2 = zk_smmla(zk_smultt(x02, y02) * scale + nudge, factor, start);
            int32_t z3 = zk_smmla(zk_smultt(x13, y13) * scale + nudge, factor, start);
            zk_store_word(out, zk_bytes(zk_ssat8_asr12(z0), zk_ssat8_asr12(z1), zk_ssat8_asr12(z2),
                                        zk_ssat8_asr12(z3)));
        }
        for (; out != end; x += a_step, y += b_step) {
            int32_t product = (*x + p->a_offset) * (*y + p->b_offset);
            *out++ = (int8_t)zk_ssat8_asr12(zk_smmla(product * scale + nudge, factor, start));
        }
    } while (zk_next_run(w, &at));
}

/* A shift of device/requantize.h, see zk_add_dsp_exact_params. */
typedef struct zk_arithmetic_scaling {
    int32_t multiplier, half, less, right;
} zk_arithmetic_scaling;

/* zk_requantize of x / 2 for shifts <= 0. */
static inline int32_t zk_arithmetic_scale(int32_t x, const zk_arithmetic_scaling *s)
{
    x = zk_smmlar(x, s->multiplier, 0);
    return (x + s->half + (x >> 31 & s->less)) >> s->right;
}

void zk_add_s8_dsp_exact(const zk_add_dsp_exact_params *p, const int8_t *half, const int8_t *other,
                         int8_t *out)
{
    const zk_broadcast *w = &p->walk;
    const zk_arithmetic_scaling other_scaling = {p->other_multiplier, p->other_half, p->other_less,
                                                 p->other_right};
    const zk_arithmetic_scaling out_scaling = {p->out_multiplier, p->out_half, p->out_less,
                                               p->out_right};
    const int32_t half_factor = p->half_factor, half_offset = p->half_offset;
    const int32_t other_offset = p->other_offset, other_factor = p->other_factor;
    const int32_t out_offset = p->out_offset, min = p->out_min, max = p->out_max;
    zk_run at = {0, 0, {0}};
    do {
        const int8_t *x = half + at.a, *y = other + at.b;
        for (int8_t *end = out + w->run; out != end; x += w->a_step, y += w->b_step) {
            int32_t scaled = zk_arithmetic_scale(*y * (1 << 21) + other_offset, &other_scaling);
            int32_t sum = scaled * other_factor + *x * half_factor + half_offset;
            *out++ =
                (int8_t)zk_clamp(zk_arithmetic_scale(sum, &out_scaling) + out_offset, min, max);
        }
    } while (zk_next_run(w, &at));
}

void zk_mul_s8_dsp_exact(const zk_mul_dsp_exact_params *p, const int8_t *a, const int8_t *b,
                         int8_t *out)
{
    const zk_broadcast *w = &p->walk;
    const zk_arithmetic_scaling scaling = {p->multiplier, p->half, p->less, p->right};
    const int32_t a_offset = p->a_offset, b_offset = p->b_offset;
    const int32_t out_offset = p->out_offset, min = p->out_min, max = p->out_max;
    zk_run at = {0, 0, {0}};
    do {
        const int8_t *x = a + at.a, *y = b + at.b;
        for (int8_t *end = out + w->run; out != end; x += w->a_step, y += w->b_step) {
            int32_t product = (*x + a_offset) * (*y + b_offset);
            int32_t scaled = zk_arithmetic_scale(2 * product, &scaling);
            *out++ = (int8_t)zk_clamp(scaled + out_offset, min, max);
        }
    } while (zk_next_run(w, &at));
}
