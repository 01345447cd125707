/* What Winograd kernels with tiles of 2x2 outputs share: scaling the sums of four tiles and two
 * channels, and putting them into their places. */
#ifndef ZK_DEVICE_WINOGRAD_2X2_H
#define ZK_DEVICE_WINOGRAD_2X2_H

#include "device/window.h"
#include "device/winograd.h"

/* What becomes of the sums of a channel. */
typedef struct zk_winograd_2x2_channel {
    int32_t multiplier, start, bias, negative;
} zk_winograd_2x2_channel;

/* The outputs of a tile of one channel: one of its pixels is at `out`, the others `below` and
 * `right` of it; where they are outside of the picture these are 0, and the first comes last. */
typedef struct zk_winograd_2x2_place {
    int32_t below, right;
    int8_t *out;
} zk_winograd_2x2_place;

static inline int8_t zk_winograd_2x2_scale(const zk_winograd_2x2_channel *c, uint32_t sum,
                                           int32_t any)
{
    int32_t x = zk_smmla((int32_t)sum, c->multiplier, c->start);
    if (any) x -= c->negative & ((int32_t)sum >> 31);
    return (int8_t)zk_ssat8_asr12(x);
}

/* `tiles` tiles of one channel, `step` bytes apart. */
typedef void zk_winograd_2x2_output(const zk_winograd_2x2_channel *channel, const uint32_t *m,
                                    int32_t tiles, int32_t step, zk_winograd_2x2_place at);

/* Two channels from c on of four tiles at y, x. */
static inline void zk_winograd_2x2_put(const zk_window *w, zk_winograd_2x2_output *output,
                                       const zk_winograd_2x2_channel *channel, const uint32_t *m,
                                       int32_t y, int32_t x, int32_t c, int8_t *picture)
{
    int32_t columns = w->out_w - x < 8 ? w->out_w - x : 8, step = 2 * w->out_c;
    for (; c < w->out_c; c++, channel++, m += 4) {
        zk_winograd_2x2_place at = {y + 1 < w->out_h ? w->out_w * w->out_c : 0, w->out_c,
                                    picture + (y * w->out_w + x) * w->out_c + c};
        output(channel, m, columns / 2, step, at);
        if (columns % 2) {
            at.right = 0;
            at.out += columns / 2 * step;
            output(channel, m + columns / 2, 1, step, at);
        }
        if (c % 2) break;
    }
}

#endif
