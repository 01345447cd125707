/* What the steps of the quantizer share. */
#ifndef ZR_QUANT_WORK_H
#define ZR_QUANT_WORK_H

#include "quant/net.h"
#include "quant/quant.h"

enum {
    QUANT_LANES = 4,     /* samples are dealt to these in turn, however many cores there are */
    QUANT_BINS = 2048,   /* of a histogram */
    QUANT_CANDIDATES = 6 /* ranges that are compared */
};

/* Tensors that have the same scale and zero point. */
typedef struct quant_group {
    bool used, fixed; /* fixed: the grid is the operator's */
    int first;        /* the node that makes the first of its tensors; -1: an input or constant */
    bool constant;    /* of constants only */
    quant_grid grid;  /* chosen */
    float min, max;   /* seen, of all samples */
    float inner_min, inner_max; /* without the sample that is the farthest out, on either side */
    float half_min[2], half_max[2]; /* of every other sample */
    uint64_t *bins;                 /* [QUANT_BINS] from min to max */
    const char *range;              /* how it was chosen */
} quant_group;

/* Layers between which channels can be scaled. */
typedef struct quant_joint {
    int from, to;
} quant_joint;

typedef struct quant_work {
    zr_ctx *cx;
    const zr_quant_options *options;
    const zr_samples *samples;
    quant_net net;
    int *group_of; /* [tensor], -1: no value that is quantized */
    quant_group *groups;
    int n_groups;
    quant_grid *grids;   /* [tensor], of the groups */
    quant_layer *layers; /* with the weights that the integers stand for */
    int *bits;           /* [layer] of the weights */
    int8_t **stored;     /* [layer][channels * taps] */
    float **scale;       /* [layer][channels] */
    float headroom;
    bool equalized;
    quant_joint *joints;
    int n_joints;
    int *score; /* tensors by which errors are measured: what softmax and the like see */
    int n_scores;
    quant_run run[QUANT_LANES], sim[QUANT_LANES]; /* float, and rounded with `layers` */
    int64_t done, total;                          /* of the progress bar */
} quant_work;

/* The grid of a range for int8 or int16 values; the range is widened to hold 0. */
quant_grid quant_grid_of(float min, float max, int bits);

/* groups.c: which tensors share a grid, and whose grid is fixed. */
ZR_MUST bool quant_find_groups(quant_work *w);

/* joints.c */
ZR_MUST bool quant_find_joints(quant_work *w);

/* Multiplies channel c of `from` by factor[c] and divides what `to` makes of it. */
void quant_rescale(quant_layer *from, quant_layer *to, const float *factor);

/* share.c: scales of values that let layers share one multiplier, after the ranges were chosen; and
 * the weight scales of the first layer of a joint, after they were. */
ZR_MUST bool quant_share_scales(quant_work *w);
ZR_MUST bool quant_share_layer(quant_work *w, int joint);

/* mixed.c: chooses the bits of every layer's weights, and the weights. */
ZR_MUST bool quant_choose_bits(quant_work *w);

/* equalize.c: scales the channels between the net's layers so that they use their ranges alike, if
 * that helps. Changes the layers and the groups' ranges. */
ZR_MUST bool quant_equalize(quant_work *w);

/* range.c: the widest range of every group. */
void quant_full_ranges(quant_work *w);

/* stats.c: least and greatest values and histograms of every group, over all samples. */
ZR_MUST bool quant_calibrate(quant_work *w);
ZR_MUST bool quant_calibrate_extremes(quant_work *w); /* without histograms */

/* doubts.c: notes in the context about samples that do not show enough, after quant_calibrate. */
void quant_note_doubts(const quant_work *w);

/* range.c: chooses the grid of every group. */
ZR_MUST bool quant_choose_ranges(quant_work *w);

/* range.c: mean squared distance of the scores of the rounded net from those of the float net, in
 * parts of their mean square, and the part of the samples with the same greatest score; on at most
 * so many of the samples. */
ZR_MUST bool quant_measure(quant_work *w, int64_t samples, double *error, double *agreement);

/* weights.c: chooses weights and biases of every layer. */
ZR_MUST bool quant_choose_weights(quant_work *w);

/* Bytes of the weights, biases and multipliers of all layers, with the bits that they have. */
int64_t quant_layer_bytes(const quant_work *w);

/* report.c */
ZR_MUST bool quant_fill_report(quant_work *w, zr_quant_report *report);

/* build.c: the integer model. */
ZR_MUST bool quant_build(quant_work *w, zr_model *quantized);

/* The grids as [tensor] from those of the groups. */
void quant_spread_grids(quant_work *w);

void quant_step(quant_work *w, int64_t steps);

#endif
