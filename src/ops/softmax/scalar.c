/* SOFTMAX of int8 values with a table of exponentials: what the definition computes for every value
 * twice depends on its distance to the largest of its row only, of which there are 256. On a
 * Cortex-M4 28 instructions a value and 110 a row. */
#include "ops/softmax/kernel.h"

#include "device/fixed_point.h"
#include "device/requantize.h"

void zk_softmax_s8_table(const zk_softmax_table_params *p, const int8_t *in, const uint32_t *table,
                         int8_t *out)
{
    for (int32_t r = 0; r < p->rows; r++, in += p->depth, out += p->depth) {
        int32_t max = in[0], sum = 0; /* Q12.19; at least 1, what the largest value adds */
        for (int32_t c = 1; c < p->depth; c++)
            if (in[c] > max) max = in[c];
        for (int32_t c = 0; c < p->depth; c++)
            sum += (int32_t)((table[max - in[c]] + (1 << 11)) >> 12);
        /* 1 / sum is scale / 2^(right + 8) in units of the output, which are 2^-8. */
        int32_t zeros = zk_leading_zeros((uint32_t)sum), right = 12 - zeros + 31 - 8;
        uint32_t fraction = ((uint32_t)sum << zeros) - ((uint32_t)1 << 31);
        uint32_t scale =
            (uint32_t)zk_shift_left_saturate(zk_two_over_one_plus((int32_t)fraction), 1);
        if (right > 31) scale = 0, right = 31;
        uint32_t half = (uint32_t)1 << (right - 1);
        for (int32_t c = 0; c < p->depth; c++) {
            uint32_t x = (uint32_t)(((uint64_t)scale * table[max - in[c]] + (1 << 30)) >> 31);
            uint32_t y = (x + half) >> right;
            out[c] = (int8_t)((y < 255 ? (int32_t)y : 255) - 128);
        }
    }
}
