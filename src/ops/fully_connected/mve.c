/* FULLY_CONNECTED with the vector instructions of Helium: four outputs at a time.
 *
 * zk_dot_4x1 takes 10 instructions for 64 products; what is around it, 25 for four outputs. The
 * zero point of the input is in the bias.
 *
 * `weights`: for each four outputs, for each 16 inputs, 16 weights of each output; those behind the
 * last input are not looked at. `scales`: 13 words for each four outputs, see zk_load_scale_4. When
 * the outputs are no multiple of four the last block repeats some before it. */
#include "ops/fully_connected/kernel.h"

#include "device/vector.h"

static inline void zk_fully_connected_mve_row(const zk_fully_connected_mve_params *p,
                                              const int8_t *in, const int8_t *weights,
                                              const int32_t *scales, int8_t *out)
{
    int8_t *last = out + p->out_size - 4;
    for (;; out = last) {
        do {
            const int32_t *bias = scales;
            zk_scale_4 scale = zk_load_scale_4(&scales);
            zk_s32x4 sum = zk_dot_4x1(&weights, in, p->in_size, bias);
            if (p->relu) {
                sum = zk_scale_up(sum, &scale);
            } else {
                sum = zk_scale_away(sum, &scale);
                if (p->clamp) sum = zk_clamp_s32x4(sum, p->out_min, p->out_max);
            }
            zk_store_top_s8x4(out, sum);
            out += 4;
        } while (out <= last);
        if (out == last + 4) return;
    }
}

void zk_fully_connected_s8_mve(const zk_fully_connected_mve_params *p, const int8_t *in,
                               const int8_t *weights, const int32_t *scales, int8_t *out)
{
    for (int32_t row = 0; row < p->rows; row++, in += p->in_size, out += p->out_size)
        zk_fully_connected_mve_row(p, in, weights, scales, out);
}
