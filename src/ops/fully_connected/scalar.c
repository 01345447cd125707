/* FULLY_CONNECTED of int8 for cores without SIMD: several outputs at a time, so that an input is
 * loaded once for all of them. Weights lie in the order of use.
 *
 * Eight outputs fill the registers of a Cortex-M3: nine LDRSB and eight MLA for 8 MACs.
 *
 * ARMv6-M has LDRB with a fixed offset, but no such LDRSB: there weights and inputs are unsigned,
 * 128 more than they are, and (x + 128) * (w + 128) is x * w + 128 * (x + 128) + 128 * w. The
 * middle term is the same for all outputs and taken off once, the last is in the constant that a
 * sum starts from. Four outputs are 13 instructions an input, 3.25 a MAC. */
#include "device/scalar.h"
#include "ops/fully_connected/kernel.h"

/* Writes `n` outputs; scale is a zk_scalar_scale for each. */
static inline void zk_fully_connected_scalar_put(const int32_t *sums, const int32_t *scale,
                                                 int8_t *out, int32_t n)
{
    for (int32_t i = 0; i < n; i++, scale += 4) {
        zk_scalar_scale s = {scale[0], scale[1], scale[2], scale[3]};
        out[i] = zk_scalar_output(&s, sums[i]);
    }
}

void zk_fully_connected_s8_scalar_8(const zk_fully_connected_scalar_params *p, const int8_t *in,
                                    const int8_t *weights, const int32_t *scale, int8_t *out)
{
    int32_t fours = p->in_size / 4 * 4;
    for (int32_t row = 0; row < p->rows; row++, in += p->in_size) {
        const int8_t *w = weights;
        for (int32_t c = 0; c < p->out_size; c += 8, w += 8 * p->in_size) {
            int32_t sums[8] = {0, 0, 0, 0, 0, 0, 0, 0};
            int32_t n = p->out_size - c < 8 ? p->out_size - c : 8;
            if (fours) zk_scalar_8x1(w, in, fours, sums);
            for (int32_t i = 8 * fours; i < 8 * p->in_size; i++) sums[i % 8] += in[i / 8] * w[i];
            zk_fully_connected_scalar_put(sums, scale + 4 * c, out, n);
            if (p->limited) zk_scalar_limit(out, n, p->out_min, p->out_max);
            out += n;
        }
    }
}

void zk_fully_connected_s8_scalar_4(const zk_fully_connected_scalar_params *p, const int8_t *in,
                                    const uint8_t *weights, const int32_t *scale,
                                    uint8_t *unsigned_in, int8_t *out)
{
    int32_t fours = p->in_size / 4 * 4;
    for (int32_t row = 0; row < p->rows; row++, in += p->in_size) {
        const uint8_t *w = weights;
        int32_t start = 0;
        for (int32_t i = 0; i < p->in_size; i++) {
            int32_t x = in[i] + 128;
            unsigned_in[i] = (uint8_t)x;
            start -= 128 * x;
        }
        for (int32_t c = 0; c < p->out_size; c += 4, w += 4 * p->in_size) {
            int32_t sums[4] = {start, start, start, start};
            int32_t n = p->out_size - c < 4 ? p->out_size - c : 4;
            if (fours) zk_scalar_4x1(w, unsigned_in, fours, sums);
            for (int32_t i = 4 * fours; i < 4 * p->in_size; i++)
                sums[i % 4] += unsigned_in[i / 4] * w[i];
            zk_fully_connected_scalar_put(sums, scale + 4 * c, out, n);
            if (p->limited) zk_scalar_limit(out, n, p->out_min, p->out_max);
            out += n;
        }
    }
}
