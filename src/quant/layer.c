/* Layers in float: a matrix multiplication over the taps of four places and eight channels at a
 * time, a loop over channels for depthwise layers. */
#include <string.h>

#include "quant/net.h"

enum { PLACES = 4, LANES = 8 };

typedef float vec __attribute__((vector_size(16), aligned(4), may_alias));

static bool is_depthwise(const quant_layer *l)
{
    return l->groups > 1 && l->kernel_c == 1 && l->channels == l->groups && !l->transposed;
}

static bool is_dense(const quant_layer *l)
{
    return l->groups == 1 && !l->transposed;
}

static int padded_channels(const quant_layer *l)
{
    return (l->channels + LANES - 1) / LANES * LANES;
}

size_t quant_layer_packed_floats(const quant_layer *l)
{
    return (size_t)padded_channels(l) * (size_t)l->taps;
}

/* A point of padding, and a patch. */
size_t quant_layer_scratch_floats(const quant_layer *l)
{
    return (size_t)l->w.in_c + (size_t)l->taps;
}

/* [taps][channels]: dense layers with whole eights of channels. */
void quant_layer_pack(quant_layer *l)
{
    size_t step = (size_t)(is_dense(l) ? padded_channels(l) : l->channels);
    for (size_t k = 0; k < (size_t)l->taps; k++)
        for (size_t c = 0; c < (size_t)l->channels; c++)
            l->packed[k * step + c] = l->value[c * (size_t)l->taps + k];
}

static float clamp(float x, const quant_layer *l)
{
    return x < l->act_min ? l->act_min : x > l->act_max ? l->act_max : x;
}

/* The point of the input that tap (ky, kx) of place p sees; NULL in the padding. */
static const float *point(const quant_layer *l, const float *in, int64_t p, int ky, int kx)
{
    const quant_window *w = &l->w;
    int64_t x = p % w->out_w, y = p / w->out_w % w->out_h, b = p / w->out_w / w->out_h;
    int64_t iy, ix;
    if (l->transposed) {
        iy = y + w->pad_h - ky, ix = x + w->pad_w - kx;
        if (iy < 0 || ix < 0 || iy % w->stride_h != 0 || ix % w->stride_w != 0) return NULL;
        iy /= w->stride_h, ix /= w->stride_w;
    } else {
        iy = y * w->stride_h - w->pad_h + (int64_t)ky * w->dilation_h;
        ix = x * w->stride_w - w->pad_w + (int64_t)kx * w->dilation_w;
    }
    if (iy < 0 || iy >= w->in_h || ix < 0 || ix >= w->in_w) return NULL;
    return in + ((b * w->in_h + iy) * w->in_w + ix) * w->in_c;
}

void quant_layer_patch(const quant_layer *l, const float *in, int64_t p, int group, float *row)
{
    size_t bytes = (size_t)l->kernel_c * sizeof(float);
    for (int ky = 0; ky < l->w.kernel_h; ky++)
        for (int kx = 0; kx < l->w.kernel_w; kx++, row += l->kernel_c) {
            const float *from = point(l, in, p, ky, kx);
            if (from)
                memcpy(row, from + (size_t)group * (size_t)l->kernel_c, bytes);
            else
                memset(row, 0, bytes);
        }
}

/* acc [PLACES][LANES] += x [PLACES][n] * weights [n][step], eight channels of them. */
static void multiply(const float *const *x, int n, const float *weights, size_t step, vec *acc)
{
    vec a0 = acc[0], a1 = acc[1], b0 = acc[2], b1 = acc[3];
    vec c0 = acc[4], c1 = acc[5], d0 = acc[6], d1 = acc[7];
    for (int k = 0; k < n; k++) {
        const vec *w = (const vec *)(const void *)(weights + (size_t)k * step);
        vec w0 = w[0], w1 = w[1];
        a0 += x[0][k] * w0, a1 += x[0][k] * w1;
        b0 += x[1][k] * w0, b1 += x[1][k] * w1;
        c0 += x[2][k] * w0, c1 += x[2][k] * w1;
        d0 += x[3][k] * w0, d1 += x[3][k] * w1;
    }
    acc[0] = a0, acc[1] = a1, acc[2] = b0, acc[3] = b1;
    acc[4] = c0, acc[5] = c1, acc[6] = d0, acc[7] = d1;
}

/* Places p .. p + n, n <= PLACES, of a dense layer. */
static void run_places(const quant_layer *l, const float *in, int64_t p, int n, float *out,
                       const float *zeros)
{
    size_t step = (size_t)padded_channels(l), in_c = (size_t)l->w.in_c;
    for (int c = 0; c < l->channels; c += LANES) {
        union {
            vec v[PLACES * LANES / 4];
            float f[PLACES][LANES];
        } acc;
        memset(&acc, 0, sizeof acc);
        const float *weights = l->packed + c;
        for (int ky = 0; ky < l->w.kernel_h; ky++)
            for (int kx = 0; kx < l->w.kernel_w; kx++, weights += in_c * step) {
                const float *x[PLACES];
                for (int i = 0; i < PLACES; i++) {
                    x[i] = i < n ? point(l, in, p + i, ky, kx) : NULL;
                    if (!x[i]) x[i] = zeros;
                }
                multiply(x, l->w.in_c, weights, step, acc.v);
            }
        int lanes = l->channels - c < LANES ? l->channels - c : LANES;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < lanes; j++)
                out[(p + i) * l->channels + c + j] = clamp(acc.f[i][j] + l->offset[c + j], l);
    }
}

static void run_depthwise(const quant_layer *l, const float *in, float *out)
{
    size_t channels = (size_t)l->channels;
    for (int64_t p = 0; p < quant_layer_places(l); p++) {
        float *to = out + (size_t)p * channels;
        const float *weights = l->packed;
        memcpy(to, l->offset, channels * sizeof(float));
        for (int ky = 0; ky < l->w.kernel_h; ky++)
            for (int kx = 0; kx < l->w.kernel_w; kx++, weights += channels) {
                const float *x = point(l, in, p, ky, kx);
                for (size_t c = 0; x && c < channels; c++) to[c] += x[c] * weights[c];
            }
        for (size_t c = 0; c < channels; c++) to[c] = clamp(to[c], l);
    }
}

/* Any other layer, one patch at a time. */
static void run_any(const quant_layer *l, const float *in, float *out, float *row)
{
    int of_group = l->channels / l->groups;
    for (int64_t p = 0; p < quant_layer_places(l); p++)
        for (int g = 0; g < l->groups; g++) {
            quant_layer_patch(l, in, p, g, row);
            for (int c = g * of_group; c < (g + 1) * of_group; c++) {
                const float *w = l->value + (size_t)c * (size_t)l->taps;
                float sum = l->offset[c];
                for (int k = 0; k < l->taps; k++) sum += row[k] * w[k];
                out[p * l->channels + c] = clamp(sum, l);
            }
        }
}

void quant_layer_run(const quant_layer *l, const float *in, float *out, float *scratch)
{
    float *zeros = scratch, *row = scratch + l->w.in_c;
    if (is_depthwise(l)) {
        run_depthwise(l, in, out);
        return;
    }
    if (!is_dense(l)) {
        run_any(l, in, out, row);
        return;
    }
    memset(zeros, 0, (size_t)l->w.in_c * sizeof(float));
    int64_t places = quant_layer_places(l);
    for (int64_t p = 0; p < places; p += PLACES)
        run_places(l, in, p, places - p < PLACES ? (int)(places - p) : PLACES, out, zeros);
}
