#include "ops/window.h"

#include "ops/rules.h"

/* Window sizes, strides and dilations stay below this, so that every place computed from them fits
 * 31 bits. */
enum { LIMIT = 1 << 14 };

static bool fits(int32_t value)
{
    return value >= 1 && value < LIMIT;
}

/* The kind of padding of .tflite that one dimension has. */
static int32_t padding_along(int32_t padding, int32_t same)
{
    if (padding != ZR_PADDING_SAME_H && padding != ZR_PADDING_SAME_W) return padding;
    return padding == same ? ZR_PADDING_SAME : ZR_PADDING_VALID;
}

bool zr_need_window(const zr_site *site, const zr_window_attrs *a, const zr_tensor *input,
                    int32_t out_c, zk_window *w)
{
    if (!fits(a->kernel_h) || !fits(a->kernel_w))
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "window %dx%d is not within 1..%d", a->kernel_h,
                            a->kernel_w, LIMIT - 1);
    if (!fits(a->stride_h) || !fits(a->stride_w))
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "stride %dx%d is not within 1..%d", a->stride_h,
                            a->stride_w, LIMIT - 1);
    if (!fits(a->dilation_h) || !fits(a->dilation_w))
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "dilation %dx%d is not within 1..%d",
                            a->dilation_h, a->dilation_w, LIMIT - 1);
    const int32_t *in = input->shape.dim;
    int64_t reach_h = (int64_t)a->kernel_h * a->dilation_h;
    int64_t reach_w = (int64_t)a->kernel_w * a->dilation_w;
    if (in[1] > INT32_MAX - reach_h || in[2] > INT32_MAX - reach_w)
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "a picture of %dx%d is too large", in[1],
                            in[2]);
    *w = (zk_window){.batches = in[0],
                     .in_h = in[1],
                     .in_w = in[2],
                     .in_c = in[3],
                     .out_c = out_c,
                     .kernel_h = a->kernel_h,
                     .kernel_w = a->kernel_w,
                     .stride_h = a->stride_h,
                     .stride_w = a->stride_w,
                     .dilation_h = a->dilation_h,
                     .dilation_w = a->dilation_w};
    const zr_strip_view *strip = site->graph->strip;
    if (strip) {
        w->out_h = zr_output(site, 0)->shape.dim[1];
        w->pad_h = strip->pad_h;
    }
    int32_t padding_h = padding_along(a->padding, ZR_PADDING_SAME_H);
    int32_t padding_w = padding_along(a->padding, ZR_PADDING_SAME_W);
    if ((!strip && !zr_window(padding_h, in[1], a->kernel_h, a->stride_h, a->dilation_h, &w->out_h,
                              &w->pad_h)) ||
        !zr_window(padding_w, in[2], a->kernel_w, a->stride_w, a->dilation_w, &w->out_w, &w->pad_w))
        return zr_site_fail(site, ZR_E_SHAPE,
                            "a window of %dx%d (dilation %dx%d) does not fit %dx%d", a->kernel_h,
                            a->kernel_w, a->dilation_h, a->dilation_w, in[1], in[2]);
    return true;
}

zr_row_rule zr_window_rows(const zk_window *w)
{
    return (zr_row_rule){w->stride_h, w->pad_h, (w->kernel_h - 1) * w->dilation_h + 1};
}

zr_shape zr_window_output(const zk_window *w)
{
    return (zr_shape){4, {w->batches, w->out_h, w->out_w, w->out_c}};
}

int64_t zr_window_overlap(const zk_window *w, int in_bytes, int out_bytes)
{
    if (w->batches != 1) return ZR_NO_OVERLAP;
    int64_t in_row = (int64_t)w->in_w * w->in_c * in_bytes;
    int64_t out_row = (int64_t)w->out_w * w->out_c * out_bytes;
    int64_t distance = INT64_MIN, rows = w->out_h;
    bool pointwise = w->kernel_h == 1 && w->kernel_w == 1 && w->stride_h == 1 && w->stride_w == 1;
    if (pointwise) { /* every pixel is a row of its own */
        rows *= w->out_w;
        in_row /= w->in_w;
        out_row /= w->out_w;
    }
    for (int64_t y = 0; y < rows; y++) {
        /* Row y ends below the first input row that it and later rows read. */
        int64_t first = y * w->stride_h - w->pad_h;
        if (!pointwise && first > w->in_h) first = w->in_h;
        int64_t d = (y + 1) * out_row - (first < 0 ? 0 : first) * in_row;
        if (d > distance) distance = d;
    }
    return distance;
}
