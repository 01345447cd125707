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

/* A row of taps of padding, and a patch. */
static size_t zeros_of(const quant_layer *l)
{
    return (size_t)l->w.kernel_w * (size_t)l->w.in_c;
}

size_t quant_layer_scratch_floats(const quant_layer *l)
{
    return zeros_of(l) + (size_t)l->taps;
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

/* A place of the output: its picture, and the point of it that tap (0, 0) sees, perhaps outside;
 * for TRANSPOSE_CONV before the division by the stride. */
typedef struct place {
    const float *picture;
    int64_t y, x;
} place;

static place place_of(const quant_layer *l, const float *in, int64_t p)
{
    const quant_window *w = &l->w;
    int64_t x = p % w->out_w, y = p / w->out_w % w->out_h, b = p / w->out_w / w->out_h;
    const float *picture = in + b * w->in_h * w->in_w * w->in_c;
    if (l->transposed) return (place){picture, y + w->pad_h, x + w->pad_w};
    return (place){picture, y * w->stride_h - w->pad_h, x * w->stride_w - w->pad_w};
}

/* The point of the input that tap (ky, kx) of the place sees; NULL in the padding. */
static const float *point(const quant_layer *l, const place *at, int ky, int kx)
{
    const quant_window *w = &l->w;
    int64_t iy = at->y + (int64_t)ky * w->dilation_h, ix = at->x + (int64_t)kx * w->dilation_w;
    if (l->transposed) {
        iy = at->y - ky, ix = at->x - kx;
        if (iy < 0 || ix < 0 || iy % w->stride_h != 0 || ix % w->stride_w != 0) return NULL;
        iy /= w->stride_h, ix /= w->stride_w;
    }
    if (iy < 0 || iy >= w->in_h || ix < 0 || ix >= w->in_w) return NULL;
    return at->picture + (iy * w->in_w + ix) * w->in_c;
}

void quant_layer_patch(const quant_layer *l, const float *in, int64_t p, int group, float *row)
{
    size_t bytes = (size_t)l->kernel_c * sizeof(float);
    place at = place_of(l, in, p);
    for (int ky = 0; ky < l->w.kernel_h; ky++)
        for (int kx = 0; kx < l->w.kernel_w; kx++, row += l->kernel_c) {
            const float *from = point(l, &at, ky, kx);
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

/* Whether taps of a row lie side by side in the input for all of the places, without padding. */
static bool rows_are_whole(const quant_layer *l, const place *at, int n)
{
    bool whole = l->w.dilation_w == 1;
    for (int i = 0; i < n; i++)
        whole = whole && at[i].x >= 0 && at[i].x + l->w.kernel_w <= l->w.in_w;
    return whole;
}

/* Places p .. p + n, n <= PLACES, of a dense layer. */
static void run_places(const quant_layer *l, const float *in, int64_t p, int n, float *out,
                       const float *zeros)
{
    size_t step = (size_t)padded_channels(l);
    place at[PLACES];
    for (int i = 0; i < n; i++) at[i] = place_of(l, in, p + i);
    int taps = rows_are_whole(l, at, n) ? l->w.kernel_w : 1, values = taps * l->w.in_c;
    for (int c = 0; c < l->channels; c += LANES) {
        union {
            vec v[PLACES * LANES / 4];
            float f[PLACES][LANES];
        } acc;
        for (int i = 0; i < PLACES * LANES / 4; i++) acc.v[i] = (vec){0};
        const float *weights = l->packed + c;
        for (int ky = 0; ky < l->w.kernel_h; ky++)
            for (int kx = 0; kx < l->w.kernel_w; kx += taps, weights += (size_t)values * step) {
                const float *x[PLACES];
                for (int i = 0; i < PLACES; i++) {
                    x[i] = i < n ? point(l, &at[i], ky, kx) : NULL;
                    if (!x[i]) x[i] = zeros;
                }
                multiply(x, values, weights, step, acc.v);
            }
        int lanes = l->channels - c < LANES ? l->channels - c : LANES;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < lanes; j++)
                out[(p + i) * l->channels + c + j] = clamp(acc.f[i][j] + l->offset[c + j], l);
    }
}

/* The taps of one direction that lie in the input: from <= k < to, at + k * dilation. */
static void taps_inside(int64_t at, int dilation, int kernel, int size, int *from, int *to)
{
    *from = 0, *to = kernel;
    while (*from < kernel && at + (int64_t)*from * dilation < 0) ++*from;
    while (*to > *from && at + (int64_t)(*to - 1) * dilation >= size) --*to;
}

/* Channels c .. c + LANES of one place. */
static void depthwise_lanes(const quant_layer *l, const place *at, const int *ky, const int *kx,
                            int c, float *out)
{
    const vec *offset = (const vec *)(const void *)(l->offset + c);
    vec a0 = offset[0], a1 = offset[1];
    int64_t channels = l->channels, step = l->w.dilation_w * channels;
    for (int y = ky[0]; y < ky[1]; y++) {
        int64_t row = (at->y + (int64_t)y * l->w.dilation_h) * l->w.in_w + at->x;
        const float *weights = l->packed + (int64_t)(y * l->w.kernel_w) * channels + c;
        for (int x = kx[0]; x < kx[1]; x++) {
            const vec *v = (const vec *)(const void *)(at->picture + row * channels + x * step + c);
            const vec *w = (const vec *)(const void *)(weights + x * channels);
            a0 += v[0] * w[0], a1 += v[1] * w[1];
        }
    }
    vec *to = (vec *)(void *)(out + c);
    to[0] = a0, to[1] = a1;
}

static void run_depthwise(const quant_layer *l, const float *in, float *out)
{
    size_t channels = (size_t)l->channels;
    for (int64_t p = 0; p < quant_layer_places(l); p++, out += channels) {
        place at = place_of(l, in, p);
        int ky[2], kx[2], c = 0;
        taps_inside(at.y, l->w.dilation_h, l->w.kernel_h, l->w.in_h, &ky[0], &ky[1]);
        taps_inside(at.x, l->w.dilation_w, l->w.kernel_w, l->w.in_w, &kx[0], &kx[1]);
        for (; c + LANES <= l->channels; c += LANES) depthwise_lanes(l, &at, ky, kx, c, out);
        for (; c < l->channels; c++) {
            out[c] = l->offset[c];
            for (int y = ky[0]; y < ky[1]; y++)
                for (int x = kx[0]; x < kx[1]; x++)
                    out[c] += point(l, &at, y, x)[c] *
                              l->packed[(size_t)(y * l->w.kernel_w + x) * channels + (size_t)c];
        }
        for (size_t i = 0; i < channels; i++) out[i] = clamp(out[i], l);
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
    float *zeros = scratch, *row = scratch + zeros_of(l);
    if (is_depthwise(l)) {
        run_depthwise(l, in, out);
        return;
    }
    if (!is_dense(l)) {
        run_any(l, in, out, row);
        return;
    }
    memset(zeros, 0, zeros_of(l) * sizeof(float));
    int64_t places = quant_layer_places(l);
    for (int64_t p = 0; p < places; p += PLACES)
        run_places(l, in, p, places - p < PLACES ? (int)(places - p) : PLACES, out, zeros);
}
