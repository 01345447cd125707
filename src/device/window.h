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

/* What a window sees at one place of the output. */
typedef struct zk_patch {
    int32_t start_y, start_x; /* place of tap 0 in the picture, negative in the padding */
    zk_taps rows, columns;    /* the taps inside the picture */
} zk_patch;

static inline zk_patch zk_patch_at(const zk_window *w, int32_t y, int32_t x)
{
    int32_t start_y = y * w->stride_h - w->pad_h, start_x = x * w->stride_w - w->pad_w;
    zk_patch patch = {start_y, start_x,
                      zk_taps_inside(start_y, w->dilation_h, w->kernel_h, w->in_h),
                      zk_taps_inside(start_x, w->dilation_w, w->kernel_w, w->in_w)};
    return patch;
}

#endif
