/* AVERAGE_POOL_2D and MAX_POOL_2D for cores with the Arm DSP extension: eight channels at a time,
 * 9 instructions for 8 values of a window: 2 loads, 4 SXTAB16 or 2 SSUB8 and 2 SEL, and the loop.
 * Averages take a division a channel at the end.
 *
 * Overlap: rows are read and written as by the reference. */
#include "ops/pool_2d/kernel.h"

#include "device/intrinsics.h"
#include "device/requantize.h"

/* The part of the picture that a window sees, as runs of pixels that lie side by side. */
typedef struct zk_pool_2d_view {
    const int8_t *first;
    int32_t runs, pixels, step; /* pixels of a run, bytes from a run to the next */
} zk_pool_2d_view;

static inline zk_pool_2d_view zk_pool_2d_view_at(const zk_window *w, const int8_t *in, int32_t y,
                                                 int32_t x)
{
    zk_patch patch = zk_patch_at(w, y, x);
    int32_t row = patch.start_y + patch.rows.begin, column = patch.start_x + patch.columns.begin;
    zk_pool_2d_view view = {in + (row * w->in_w + column) * w->in_c,
                            patch.rows.end - patch.rows.begin,
                            patch.columns.end - patch.columns.begin, w->in_w * w->in_c};
    if (view.pixels == w->in_w) {
        view.pixels *= view.runs;
        view.runs = 1;
    }
    return view;
}

/* Rounded to nearest, ties away from zero. */
static inline int8_t zk_pool_2d_average_dsp(const zk_pool_2d_params *p, int32_t sum, int32_t taps)
{
    int32_t half = taps >> 1;
    int32_t average = (sum > 0 ? sum + half : sum - half) / taps;
    return (int8_t)zk_clamp(average, p->out_min, p->out_max);
}

/* The averages of four channels from their sums: channels 0 and 2, 1 and 3. */
static inline void zk_pool_2d_average_4(const zk_pool_2d_params *p, uint32_t even, uint32_t odd,
                                        int32_t taps, int8_t *out)
{
    out[0] = zk_pool_2d_average_dsp(p, (int16_t)even, taps);
    out[1] = zk_pool_2d_average_dsp(p, (int16_t)odd, taps);
    out[2] = zk_pool_2d_average_dsp(p, (int32_t)even >> 16, taps);
    out[3] = zk_pool_2d_average_dsp(p, (int32_t)odd >> 16, taps);
}

void zk_average_pool_2d_s8_dsp(const zk_pool_2d_params *p, const int8_t *in, int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t channels = w->in_c;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * channels) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++, out += channels) {
                zk_pool_2d_view view = zk_pool_2d_view_at(w, in, y, x);
                int32_t taps = view.runs * view.pixels;
                /* The last eight channels may be some of those before once more. */
                for (int32_t done = 0; done < channels; done += 8) {
                    int32_t c = done + 8 <= channels ? done : channels - 8;
                    const int8_t *run = view.first + c;
                    uint32_t sum02 = 0, sum13 = 0, sum46 = 0, sum57 = 0;
                    for (int32_t i = view.runs; i > 0; i--, run += view.step) {
                        const int8_t *value = run;
                        for (int32_t k = view.pixels; k > 0; k--, value += channels) {
                            uint32_t low = zk_load_word(value), high = zk_load_word(value + 4);
                            sum02 = zk_sxtab16(sum02, low);
                            sum13 = zk_sxtab16_ror8(sum13, low);
                            sum46 = zk_sxtab16(sum46, high);
                            sum57 = zk_sxtab16_ror8(sum57, high);
                        }
                    }
                    zk_pool_2d_average_4(p, sum02, sum13, taps, out + c);
                    zk_pool_2d_average_4(p, sum46, sum57, taps, out + c + 4);
                }
            }
        }
    }
}

void zk_max_pool_2d_s8_dsp(const zk_pool_2d_params *p, const int8_t *in, int8_t *out)
{
    const zk_window *w = &p->window;
    int32_t channels = w->in_c;
    uint32_t least = (uint32_t)(p->out_min & 0xFF) * 0x1010101;
    uint32_t most = (uint32_t)(p->out_max & 0xFF) * 0x1010101;
    for (int32_t b = 0; b < w->batches; b++, in += w->in_h * w->in_w * channels) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++, out += channels) {
                zk_pool_2d_view view = zk_pool_2d_view_at(w, in, y, x);
                for (int32_t done = 0; done < channels; done += 8) {
                    int32_t c = done + 8 <= channels ? done : channels - 8;
                    const int8_t *run = view.first + c;
                    uint32_t low = least, high = least;
                    for (int32_t i = view.runs; i > 0; i--, run += view.step) {
                        const int8_t *value = run;
                        for (int32_t k = view.pixels; k > 0; k--, value += channels) {
                            low = zk_max_4(low, zk_load_word(value));
                            high = zk_max_4(high, zk_load_word(value + 4));
                        }
                    }
                    zk_store_word(out + c, zk_min_4(low, most));
                    zk_store_word(out + c + 4, zk_min_4(high, most));
                }
            }
        }
    }
}
