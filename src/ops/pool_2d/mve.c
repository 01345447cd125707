/* AVERAGE_POOL_2D with the vector instructions of Helium: eight channels at a time, half an
 * instruction a value. */
#include "ops/pool_2d/kernel.h"

#include "device/vector.h"

void zk_average_pool_2d_s8_mve(const zk_pool_2d_params *p, const int8_t *in, int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t channels = w->in_c, min = p->out_min, max = p->out_max;
    zk_in_memory(in);
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * channels) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                zk_patch patch = zk_patch_at(w, y, x);
                int32_t rows = patch.rows.end - patch.rows.begin;
                int32_t columns = patch.columns.end - patch.columns.begin;
                const int8_t *first = in + ((patch.start_y + patch.rows.begin) * w->in_w +
                                            patch.start_x + patch.columns.begin) *
                                               channels;
                for (int32_t c = 0; c < channels; c += 8, out += 8) {
                    zk_s16x8 sum = zk_zero_s16x8();
                    const int8_t *row = first + c;
                    for (int32_t i = rows; i > 0; i--, row += w->in_w * channels) {
                        const int8_t *value = row;
                        for (int32_t k = columns; k > 0; k--, value += channels)
                            sum = zk_add_s8x8(sum, value);
                    }
                    zk_store_average_s8x8(out, sum, rows * columns, min, max);
                }
            }
        }
    }
}
