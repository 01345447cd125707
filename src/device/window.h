/* The geometry of an operator that slides a window over a picture: convolutions and pooling.
 * Pictures are [batches][h][w][c], channels innermost. */
#ifndef ZK_DEVICE_WINDOW_H
#define ZK_DEVICE_WINDOW_H

#include <stdint.h>

typedef struct zk_window {
    int32_t batches;
    int32_t in_h, in_w, in_c;
    int32_t out_h, out_w, out_c;
    int32_t kernel_h, kernel_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_h, pad_w; /* rows above, columns to the left; what is right and below follows */
} zk_window;

/* The taps of a window along one axis that fall inside the picture: begin <= tap < end. */
typedef struct zk_taps {
    int32_t begin, end;
} zk_taps;

/* `start` is the place of tap 0 in the picture (negative in the padding), `size` the picture's. */
static inline zk_taps zk_taps_inside(int32_t start, int32_t dilation, int32_t kernel, int32_t size)
{
    zk_taps taps = {0, kernel};
    while (taps.begin < taps.end && start + taps.begin * dilation < 0) taps.begin++;
    while (taps.end > taps.begin && start + (taps.end - 1) * dilation >= size) taps.end--;
    return taps;
}

#endif
