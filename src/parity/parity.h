/* Where a quantized model parts from the float model that it was made of, layer by layer. */
#ifndef ZR_PARITY_PARITY_H
#define ZR_PARITY_PARITY_H

#include "exec/samples.h"

/* A layer that both models compute. Errors are relative: the root of the sum of squared differences
 * over that of the float model's squared values. What is not known is negative. */
typedef struct zr_parity_layer {
    const zr_node *node;      /* of the quantized model */
    const zr_node *real_node; /* of the float model */
    const zr_tensor *tensor;  /* first output in the quantized model */
    double error;             /* of its values */
    double own;               /* the same if its inputs were exact but for their own quantization */
    double growth;            /* error / the greatest error among the layers that it reads */
    double shift;             /* mean difference / root mean square difference: -1..1 */
    double beyond;            /* share of float values outside what its type and scale can hold */
    double unused;            /* share of the type's range that no value used; 0 for floats */
    double weights;           /* error of the weights */
    double unlike;            /* weights with one scale: greatest / least magnitude of a channel */
    double steps;             /* root mean square of the float values / scale */
    int from;                 /* the layer with the greatest error that it reads, or -1 */
    int64_t chip_elements;    /* compared with the chip's, 0: none */
    int64_t chip_different;   /* of these */
} zr_parity_layer;

typedef struct zr_parity {
    const zr_model *real, *quantized;
    int64_t n_samples;
    int n_layers;
    zr_parity_layer *layers;
    double agreement;  /* share of samples whose first output is greatest at the same place */
    int first;         /* layer: the first whose error exceeds the limit, or -1 */
    int source;        /* layer that adds most to it */
    const char *cause; /* of the source's own error; NULL without */
} zr_parity;

/* Compares two verified models (zr_prepare) on the same samples, given in each model's own types.
 * Fails when they have no layer in common. `limit`: relative error from which a layer counts as
 * wrong. Weights are not changed, nothing is kept of the samples: memory does not grow with their
 * number. */
ZR_MUST bool zr_parity_run(zr_ctx *cx, const zr_model *real, const zr_model *quantized,
                           const zr_samples *real_samples, const zr_samples *samples, double limit,
                           zr_progress_fn *progress, void *user, zr_parity *parity);

/* A copy of the quantized model whose outputs are those of the layers, in their order. */
ZR_MUST bool zr_parity_expose(zr_ctx *cx, const zr_parity *parity, zr_model *exposed);

/* Compares what a chip computed of the exposed model's outputs for the first n samples, sample by
 * sample, with the reference kernels on this computer: chip_elements and chip_different. */
ZR_MUST bool zr_parity_chip(zr_ctx *cx, zr_parity *parity, const zr_samples *samples, int64_t n,
                            const uint8_t *outputs);

/* Finds first, source and cause: parity/cause.c. */
ZR_MUST bool zr_parity_judge(zr_ctx *cx, zr_parity *parity, double limit);

#endif
