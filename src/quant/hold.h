/* Samples that are held on their way through the float net and the rounded one. */
#ifndef ZR_QUANT_HOLD_H
#define ZR_QUANT_HOLD_H

#include "quant/work.h"

/* Before node `node`; the tensors that are alive there. */
typedef struct quant_cut {
    int node, n;
    int *tensors;
} quant_cut;

typedef struct quant_hold {
    quant_work *w;
    int64_t n;        /* samples, spread over all that there are */
    bool both;        /* in the rounded net too */
    bool keeps;       /* what arrives at the aim will be held */
    quant_cut cut[2]; /* where samples are held (node 0: nowhere), the aim */
    size_t slot;      /* bytes of a sample */
    uint8_t *held[2]; /* [n][slot] of the float and of the rounded net */
} quant_hold;

/* For at most so many samples. Memory is of the context and limited, whatever the samples are. */
ZR_MUST bool quant_hold_init(zr_ctx *cx, quant_work *w, int64_t samples, bool both, quant_hold *h);

/* Where quant_hold_run goes next: to the input of that node, no earlier one than before. True when
 * what arrives will be held, so that all samples must come; else any of them may. */
ZR_MUST bool quant_hold_aim(quant_hold *h, int node);

/* Runs sample 0 <= sample < n from where it is held up to the aim, in the runs of the lane. `keep`:
 * holds what arrives; once for each sample and aim. */
void quant_hold_run(const quant_hold *h, int lane, int64_t sample, bool keep);

/* All samples are there. */
void quant_hold_arrive(quant_hold *h);

#endif
