/* The quantizer: a float model and unlabelled samples to an integer model that LiteRT, TensorFlow
 * Lite Micro and zerre run with the same answers. docs/quantization.md explains every step. */
#ifndef ZR_QUANT_QUANT_H
#define ZR_QUANT_QUANT_H

#include "exec/samples.h"

typedef enum quant_io { QUANT_IO_INTEGER, QUANT_IO_FLOAT } quant_io;

typedef struct zr_quant_options {
    int weight_bits;     /* 8 or 4; 0: chosen for each layer, within the two limits: */
    size_t flash_bytes;  /* for weights, biases, multipliers; 0: no limit */
    double max_drop;     /* part of the samples whose answer may change; negative: no limit */
    int activation_bits; /* 8 or 16 */
    quant_io io;         /* FLOAT: QUANTIZE and DEQUANTIZE at the ends */
    bool fast;           /* no choice of ranges by measurement, one pass for all layers */
    float headroom;      /* by which ranges are wider than what was seen, in parts of their width;
                            negative: 0 for a model that ends in scores (softmax), else a quarter */
    zr_progress_fn *progress;
    void *user;
} zr_quant_options;

/* What became of a node. Ratios are signal to quantization noise in dB, NAN where there is none. */
typedef struct zr_quant_layer {
    const char *name, *op; /* of its first output, of the operator */
    int node;              /* in the order of running */
    int64_t weights;       /* how many, 0: none */
    int weight_bits, value_bits;
    const char *range;         /* how the output's range was chosen: "min-max", "mse" ... */
    float low, high;           /* that range */
    float seen_low, seen_high; /* of the float net, on the samples */
    float scale;
    int32_t zero;
    double weight_ratio;
    double output_ratio; /* of the output in the rounded net against the float net */
    double alone;        /* error at the scores, in parts of their mean square, when only this node
                            is rounded */
    double share;        /* its part of the sum of these */
} zr_quant_layer;

typedef struct zr_quant_report {
    zr_quant_layer *layers;
    int n_layers;
    int64_t samples;
    double score_ratio;  /* dB, of the rounded net's scores against the float net's */
    double agreement;    /* part of the samples whose greatest score is at the same place */
    int64_t layer_bytes; /* weights, biases and multipliers */
    bool equalized,
        shared; /* channels between layers were scaled; one multiplier for many layers */
    float headroom;
} zr_quant_report;

/* Quantizes graph 0 of the float model (as zr_import gives it), which is changed on the way.
 * Calibrates on the samples, whose inputs are float32. The new model's constants live in the
 * context. Fails when the model is not float, has variables, or uses an operator without a rule.
 * Warnings about ranges are notes in the context. report may be NULL. */
ZR_MUST bool zr_quantize(zr_ctx *cx, zr_model *model, const zr_samples *samples,
                         const zr_quant_options *options, zr_model *quantized,
                         zr_quant_report *report);

#endif
