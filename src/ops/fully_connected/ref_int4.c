/* FULLY_CONNECTED with weights of 4 bits, the definition of correct: the bits are those of
 * zk_fully_connected_s8 with the unpacked weights. */
#include "device/int4.h"
#include "device/requantize.h"
#include "ops/fully_connected/kernel.h"

void zk_fully_connected_s8_w4(const zk_fully_connected_params *p, const int8_t *in,
                              const uint8_t *weights, const int32_t *bias,
                              const int32_t *multiplier, const int8_t *shift, int8_t *out)
{
    for (int32_t row = 0; row < p->rows; row++, in += p->in_size) {
        for (int32_t c = 0; c < p->out_size; c++) {
            int32_t scale = c * p->scale_step;
            int32_t sum = zk_int4_products(in, p->in_offset, weights, c * p->in_size,
                                           p->weight_offset, p->in_size);
            if (bias) sum += bias[c];
            sum = zk_requantize(sum, multiplier[scale], shift[scale]);
            sum = zk_add_wrap(sum, p->out_offset);
            *out++ = (int8_t)zk_clamp(sum, p->out_min, p->out_max);
        }
    }
}
