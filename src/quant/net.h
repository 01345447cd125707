/* A float model as the quantizer works on it: every tensor keeps memory of its own, layers with
 * weights are known by their geometry and can be run with other weights, outputs can be rounded to
 * a grid as integers would be.
 *
 * Layers run with a matrix multiplication of their own (layer.c), several times faster on the host
 * than the device's reference kernels; everything else runs with the device's float kernels. */
#ifndef ZR_QUANT_NET_H
#define ZR_QUANT_NET_H

#include "exec/exec.h"
#include "ops/op.h"

/* Geometry as in device/window.h, of CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV and, with a picture
 * of one point a row, FULLY_CONNECTED. */
typedef struct quant_window {
    int32_t batches, in_h, in_w, in_c, out_h, out_w, out_c, kernel_h, kernel_w;
    int32_t stride_h, stride_w, dilation_h, dilation_w, pad_h, pad_w;
} quant_window;

/* A layer with weights. The output channels are in `groups` of equal size, each of which sees its
 * own part of the input channels: 1 group is a full convolution, in_c groups a depthwise one.
 * Channel c of the output belongs to group c / (channels / groups). */
typedef struct quant_layer {
    int node; /* in the graph */
    quant_window w;
    bool transposed;   /* TRANSPOSE_CONV */
    bool shared;       /* its multipliers are to be those of other layers: share.c */
    int input, output; /* tensors */
    int weights, bias; /* tensors; bias always exists (quant_net_init adds zeros) */
    int axis;          /* of the channels in the weights tensor */
    int channels, groups;
    int taps;               /* weights of one channel: kernel_h * kernel_w * inputs of a group */
    int kernel_c;           /* inputs of a group */
    float act_min, act_max; /* fused activation */
    float *value;           /* weights [channels][kernel_h][kernel_w][kernel_c] */
    float *offset;          /* bias [channels] */
    float *packed;          /* the same weights as the kernels read them: quant_layer_pack */
    size_t packed_floats;
} quant_layer;

/* The grid of a tensor that is an integer of scale * (stored - zero). scale 0: not rounded. */
typedef struct quant_grid {
    float scale;
    int32_t zero, low, high;
} quant_grid;

typedef struct quant_net {
    zr_ctx *cx;
    const zr_model *model; /* float, prepared, canonical */
    const zr_graph *graph;
    zr_program program; /* buffers do not share memory */
    int *first_step;    /* [nodes + 1] of the node */
    int *layer_of;      /* [nodes] index into layers, -1 */
    quant_layer *layers;
    int n_layers;
    size_t scratch_floats;
} quant_net;

/* One instance of a running net. */
typedef struct quant_run {
    const quant_net *net;
    const quant_layer *layers; /* as the net's, perhaps with other weights */
    zr_exec exec;
    float *scratch;
} quant_run;

/* Makes the net of graph 0; the model must be prepared (zr_prepare), all of it float, and every
 * layer must have a bias (zr_canonical_float). */
ZR_MUST bool quant_net_init(zr_ctx *cx, const zr_model *model, quant_net *net);

/* A copy of the layers with weights of their own. NULL: out of memory (reported). */
quant_layer *quant_layers_copy(zr_ctx *cx, const quant_net *net);

ZR_MUST bool quant_run_init(zr_ctx *cx, const quant_net *net, const quant_layer *layers,
                            quant_run *run);

/* Fills the inputs from sample `index` of `samples` ([input]: samples one after the other) and
 * rounds them when grids are given. */
void quant_run_feed(quant_run *run, const uint8_t *const *samples, int64_t index,
                    const quant_grid *grids);

/* Runs nodes from <= n < to. Outputs are rounded to their grids ([tensor]; NULL: none). */
void quant_run_nodes(quant_run *run, int from, int to, const quant_grid *grids);

/* The elements of a float tensor. */
float *quant_run_tensor(const quant_run *run, int tensor);

/* Rounds n values to the grid, in place: the nearest, halves to even, limited. */
void quant_round(float *x, int64_t n, const quant_grid *grid);

/* ---- layer.c ---- */

/* Makes `packed` of `value`. */
void quant_layer_pack(quant_layer *layer);

/* The floats of memory that packing and running the layer take. */
size_t quant_layer_packed_floats(const quant_layer *layer);
size_t quant_layer_scratch_floats(const quant_layer *layer);

/* The layer with its bias and activation: in [batches][in_h][in_w][in_c], out alike. */
void quant_layer_run(const quant_layer *layer, const float *in, float *out, float *scratch);

/* What group `group` sees at place p of the output (0 <= p < batches * out_h * out_w), in the order
 * of the weights: row [taps], zeros for padding. */
void quant_layer_patch(const quant_layer *layer, const float *in, int64_t p, int group, float *row);

/* Number of places. */
static inline int64_t quant_layer_places(const quant_layer *layer)
{
    return (int64_t)layer->w.batches * layer->w.out_h * layer->w.out_w;
}

#endif
