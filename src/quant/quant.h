/* The quantizer: a float model and unlabelled samples to an integer model that LiteRT, TensorFlow
 * Lite Micro and zerre run with the same answers. docs/quantization.md explains every step. */
#ifndef ZR_QUANT_QUANT_H
#define ZR_QUANT_QUANT_H

#include "exec/samples.h"

typedef enum quant_io { QUANT_IO_INTEGER, QUANT_IO_FLOAT } quant_io;

typedef struct zr_quant_options {
    int weight_bits;     /* 8 or 4 */
    int activation_bits; /* 8 or 16 */
    quant_io io;         /* FLOAT: QUANTIZE and DEQUANTIZE at the ends */
    bool fast;           /* no choice of ranges by measurement, one pass for all layers */
    float headroom;      /* by which ranges are wider than what was seen, in parts of their width;
                            negative: 0 for a model that ends in scores (softmax), else a quarter */
    zr_progress_fn *progress;
    void *user;
} zr_quant_options;

/* What became of a layer or tensor: for reports. */
typedef struct zr_quant_layer_report {
    const char *name, *op; /* of the output tensor, of the operator */
    int node;              /* index in the file */
    int64_t weights;       /* number of them, 0: none */
    int weight_bits, activation_bits;
    float min, max; /* range of the output's grid */
    float seen_min, seen_max;
    float scale;
    int32_t zero;
    const char *range;  /* how the range was chosen: "min-max", "mse" ... */
    double weight_sqnr; /* dB; NAN without weights */
    double output_sqnr; /* dB, of the output in the quantized net against the float net */
    double share;       /* of the error at the model's output when only this is quantized */
} zr_quant_layer_report;

typedef struct zr_quant_report {
    zr_quant_layer_report *layers;
    int n_layers;
    int64_t samples;
    double output_sqnr; /* dB, of the scores */
} zr_quant_report;

/* Quantizes graph 0 of the float model (as zr_import gives it), which is changed on the way.
 * Calibrates on the samples, whose inputs are float32. The new model's constants live in the
 * context. Fails when the model is not float, has variables, or uses an operator without a rule.
 * Warnings about ranges are notes in the context. report may be NULL. */
ZR_MUST bool zr_quantize(zr_ctx *cx, zr_model *model, const zr_samples *samples,
                         const zr_quant_options *options, zr_model *quantized,
                         zr_quant_report *report);

#endif
