/* Host side of device/window.h: filling it, its field table, what it costs. */
#ifndef ZR_OPS_WINDOW_H
#define ZR_OPS_WINDOW_H

#include "device/window.h"
#include "ops/lower.h"

/* The fields of a zk_window that is the member `window` of a parameter struct. */
#define ZR_PARAM_WINDOW(type)                                                         \
    ZR_PARAM(I32, type, window.batches), ZR_PARAM(I32, type, window.in_h),            \
        ZR_PARAM(I32, type, window.in_w), ZR_PARAM(I32, type, window.in_c),           \
        ZR_PARAM(I32, type, window.out_h), ZR_PARAM(I32, type, window.out_w),         \
        ZR_PARAM(I32, type, window.out_c), ZR_PARAM(I32, type, window.kernel_h),      \
        ZR_PARAM(I32, type, window.kernel_w), ZR_PARAM(I32, type, window.stride_h),   \
        ZR_PARAM(I32, type, window.stride_w), ZR_PARAM(I32, type, window.dilation_h), \
        ZR_PARAM(I32, type, window.dilation_w), ZR_PARAM(I32, type, window.pad_h),    \
        ZR_PARAM(I32, type, window.pad_w)

/* Padding: two kinds are of .tflite, two of one dimension only, which no file can ask for. */
enum {
    ZR_PADDING_SAME = 0,
    ZR_PADDING_VALID = 1,
    ZR_PADDING_SAME_H = 0x100, /* SAME of the rows, VALID of the columns */
    ZR_PADDING_SAME_W = 0x101  /* the other way round */
};

/* What the attributes of the operator say about its window. */
typedef struct zr_window_attrs {
    int32_t padding;
    int32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
} zr_window_attrs;

/* The window over `input` [b][h][w][c] with `out_c` output channels; adds an error when strides or
 * dilations are not positive, when products overflow 31 bits or when the window does not fit. On a
 * strip of rows (zr_graph.strip) the height of the output is what the strip says. */
ZR_MUST bool zr_need_window(const zr_site *site, const zr_window_attrs *attrs,
                            const zr_tensor *input, int32_t out_c, zk_window *window);

/* Which input rows the kernel needs for an output row: zr_op.rows of an operator with a window. */
zr_row_rule zr_window_rows(const zk_window *window);

/* [batches][out_h][out_w][out_c] */
zr_shape zr_window_output(const zk_window *window);

/* The overlap distance (zr_op.overlap) of a kernel that makes the output rows from top to bottom
 * and reads nothing above the window of the row it is at. Elements of in_bytes and out_bytes. */
int64_t zr_window_overlap(const zk_window *window, int in_bytes, int out_bytes);

#endif
