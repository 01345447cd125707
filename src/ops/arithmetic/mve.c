/* ADD and SUB with the vector instructions of Helium: four values in 14 instructions (15 where ties
 * of the output round away from zero).
 *
 * The reference brings both inputs to twice the larger of their scales. One of them has that larger
 * scale, and half of a number that is shifted left by 20 bits needs no rounding: it is shifted by
 * 19. Both zero points and the shifts are a multiplication and addition of one instruction. */
#include "ops/arithmetic/kernel.h"

#include "device/vector.h"

static inline ZK_ALWAYS_INLINE void zk_add_mve_4(const zk_add_mve_params *p, const int8_t *half,
                                                 const int8_t *other, int8_t *out, int32_t relu)
{
    zk_s32x4 sum = zk_load_s8x4(half), x = zk_load_s8x4(other);
    sum = zk_mul_add_s32x4(sum, zk_fill_s32x4(p->half_factor), p->half_offset);
    x = zk_mul_add_s32x4(x, zk_fill_s32x4(p->other_factor), p->other_offset);
    zk_s32x4 scaled = zk_high_mul_n_s32x4(x, p->other_multiplier);
    scaled = zk_less_if_negative_s32x4(scaled, x, p->other_less);
    scaled = zk_shift_round_s32x4(scaled, p->other_left);
    sum = zk_add_mul_s32x4(sum, scaled, p->other_sign);
    x = zk_high_mul_n_s32x4(sum, p->out_multiplier);
    if (!relu) x = zk_less_if_negative_s32x4(x, sum, 1);
    x = zk_shift_saturate_n_s32x4(zk_add_saturate_n_s32x4(x, p->out_offset), p->out_left);
    if (!relu && p->clamp) x = zk_clamp_s32x4(x, p->out_min, p->out_max);
    zk_store_top_s8x4(out, x);
}

/* Element i of both inputs is read before element i of the output is written. */
static inline ZK_ALWAYS_INLINE void zk_add_mve_runs(const zk_add_mve_params *p, const int8_t *half,
                                                    const int8_t *other, int8_t *out, int32_t relu)
{
    const zk_add_mve_params local = *p;
    zk_run at = {0, 0, {0}};
    zk_in_memory(half);
    zk_in_memory(other);
    do {
        const int8_t *x = half + at.a, *y = other + at.b;
        int32_t n = p->walk.run;
        for (; n >= 4; n -= 4, x += 4, y += 4, out += 4) zk_add_mve_4(&local, x, y, out, relu);
        if (n > 0) {
            int8_t rest[3][4] = {{0}};
            memcpy(rest[0], x, (size_t)n);
            memcpy(rest[1], y, (size_t)n);
            zk_in_memory(rest[0]);
            zk_add_mve_4(&local, rest[0], rest[1], rest[2], relu);
            memcpy(out, rest[2], (size_t)n);
            out += n;
        }
    } while (zk_next_run(&p->walk, &at));
}

void zk_add_s8_mve(const zk_add_mve_params *p, const int8_t *half, const int8_t *other, int8_t *out)
{
    zk_add_mve_runs(p, half, other, out, 0);
}

void zk_add_s8_relu_mve(const zk_add_mve_params *p, const int8_t *half, const int8_t *other,
                        int8_t *out)
{
    zk_add_mve_runs(p, half, other, out, 1);
}
