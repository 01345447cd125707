/* MEAN and SUM over pixels for cores with the Arm DSP extension: eight channels at a time,
 * 9 instructions for 8 values. Sums of 256 values fit 16 bits; more are added up in 32. */
#include "ops/reduce/kernel.h"

#include "device/intrinsics.h"
#include "device/requantize.h"

/* Adds the lanes of channels 0 and 2, 1 and 3 to the sums of four channels. */
static inline void zk_reduce_add_4(int32_t *sum, uint32_t even, uint32_t odd)
{
    sum[0] += (int16_t)even;
    sum[1] += (int16_t)odd;
    sum[2] += (int32_t)even >> 16;
    sum[3] += (int32_t)odd >> 16;
}

void zk_reduce_sum_s8_dsp(const zk_reduce_params *p, const int8_t *in, int8_t *out)
{
    int32_t channels = p->kept_size[2];
    for (int32_t b = p->kept_size[1]; b > 0; b--, in += p->kept_stride[1], out += channels) {
        /* The last eight channels may be some of those before once more. */
        for (int32_t done = 0; done < channels; done += 8) {
            int32_t c = done + 8 <= channels ? done : channels - 8;
            const int8_t *value = in + c;
            int32_t sum[8] = {0, 0, 0, 0, 0, 0, 0, 0};
            for (int32_t left = p->reduced_size[2]; left > 0; left -= 256) {
                uint32_t sum02 = 0, sum13 = 0, sum46 = 0, sum57 = 0;
                for (int32_t k = left < 256 ? left : 256; k > 0; k--, value += channels) {
                    uint32_t low = zk_load_word(value), high = zk_load_word(value + 4);
                    sum02 = zk_sxtab16(sum02, low);
                    sum13 = zk_sxtab16_ror8(sum13, low);
                    sum46 = zk_sxtab16(sum46, high);
                    sum57 = zk_sxtab16_ror8(sum57, high);
                }
                zk_reduce_add_4(sum, sum02, sum13);
                zk_reduce_add_4(sum + 4, sum46, sum57);
            }
            for (int32_t i = 0; i < 8; i++) {
                int32_t shifted = zk_add_wrap(sum[i], p->sum_offset);
                int32_t scaled = zk_requantize(shifted, p->multiplier, p->shift);
                int32_t result = zk_add_wrap(scaled, p->out_offset);
                out[c + i] = (int8_t)zk_clamp(result, -128, 127);
            }
        }
    }
}
