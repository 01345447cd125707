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
    float low_mean, high_mean; /* mean over the samples of their least and greatest value */
    uint64_t *bins;            /* [QUANT_BINS] from min to max */
    const char *range;         /* how it was chosen */
} quant_group;

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
    int *score; /* tensors by which errors are measured: what softmax and the like see */
    int n_scores;
    quant_run run[QUANT_LANES], sim[QUANT_LANES]; /* float, and rounded with `layers` */
    int64_t done, total;                          /* of the progress bar */
} quant_work;

/* The grid of a range for int8 or int16 values; the range is widened to hold 0. */
quant_grid quant_grid_of(float min, float max, int bits);

/* groups.c: which tensors share a grid, and whose grid is fixed. */
ZR_MUST bool quant_find_groups(quant_work *w);

/* stats.c: least and greatest values and histograms of every group, over all samples. */
ZR_MUST bool quant_calibrate(quant_work *w);

/* range.c: chooses the grid of every group. */
ZR_MUST bool quant_choose_ranges(quant_work *w);

/* weights.c: chooses weights and biases of every layer. */
ZR_MUST bool quant_choose_weights(quant_work *w);

/* build.c: the integer model. */
ZR_MUST bool quant_build(quant_work *w, zr_model *quantized);

/* The grids as [tensor] from those of the groups. */
void quant_spread_grids(quant_work *w);

void quant_step(quant_work *w, int64_t steps);

#endif
