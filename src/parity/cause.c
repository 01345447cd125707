/* From the figures of all layers to a sentence: rules of thumb, in the order in which they explain
 * most. */
#include <math.h>

#include "parity/parity.h"

/* Shares and factors from which a rule speaks. */
static const double BEYOND = 0.001, UNUSED = 0.75, SHIFT = 0.5, FEW_STEPS = 8, UNLIKE = 8;
static const double MOST = 0.5;   /* of an error */
static const double OTHERS = 0.7; /* error of weights that are no longer those of the float model */

static const char *outside(zr_ctx *cx, const zr_parity_layer *l)
{
    double levels = ldexp(1, zr_types[l->tensor->type].bits);
    double scale = (double)l->tensor->quant.scale[0];
    double low = l->tensor->type == ZR_U8 ? 0 : -levels / 2;
    low -= (double)l->tensor->quant.zero_point[0];
    return zr_format(cx,
                     "%.2g %% of the float model's values lie outside the range %.4g to %.4g; "
                     "calibrate with samples that have such values, or widen the range",
                     100 * l->beyond, scale * low, scale * (low + levels - 1));
}

static const char *coarse(zr_ctx *cx, const zr_parity_layer *l, const zr_tensor *weights)
{
    if (weights->type == ZR_I4)
        return zr_format(cx,
                         "its weights of 4 bits are %.2g %% off; give this layer 8 bits, or round "
                         "them by their effect",
                         100 * l->weights);
    if (l->unlike >= UNLIKE)
        return zr_format(cx,
                         "one scale serves channels whose weights differ by a factor of %.3g; use "
                         "a scale a channel, or equalize them",
                         l->unlike);
    return zr_format(cx, "its weights are %.2g %% off", 100 * l->weights);
}

static const char *cause_of(zr_ctx *cx, const zr_parity *p, const zr_parity_layer *l)
{
    const zr_tensor *tensors = p->quantized->graphs[0].tensors;
    double error = l->own >= 0 ? l->own : l->error;
    bool stored = l->tensor->type != ZR_F32 && l->tensor->quant.n == 1;
    if (l->weights >= OTHERS)
        return zr_format(cx,
                         "its weights are not those of the float model (%.3g %% off); was it made "
                         "of another one?",
                         100 * l->weights);
    if (stored && l->beyond >= BEYOND) return outside(cx, l);
    if (l->weights >= MOST * error) return coarse(cx, l, &tensors[l->node->inputs[1]]);
    if (stored && l->unused >= UNUSED)
        return zr_format(cx,
                         "its values use only %.2g %% of the range that its scale gives; one rare "
                         "value in the calibration may have widened it",
                         100 * (1 - l->unused));
    if (fabs(l->shift) >= SHIFT)
        return zr_format(cx, "its values are shifted to one side, which a correction of the bias "
                             "would undo");
    if (stored && l->steps < FEW_STEPS)
        return zr_format(cx,
                         "its values are small next to its range: %.2g steps of the scale on "
                         "average; more bits for the activations would help",
                         l->steps);
    return "rounding: no single rule explains it";
}

/* The layer with the greatest error of its own among `layer` and what it is computed from, along
 * the way of the greatest errors. */
static int worst_before(const zr_parity *p, int layer)
{
    int worst = layer;
    for (int i = layer; i >= 0; i = p->layers[i].from)
        if (p->layers[i].own > p->layers[worst].own) worst = i;
    return worst;
}

bool zr_parity_judge(zr_ctx *cx, zr_parity *p, double limit)
{
    p->first = p->source = -1;
    p->cause = NULL;
    for (int i = 0; i < p->n_layers && p->first < 0; i++)
        if (!(p->layers[i].error <= limit)) p->first = i;
    if (p->first < 0) return true;
    const zr_parity_layer *l = &p->layers[p->first];
    p->source = p->first;
    if (l->own >= 0 && l->own < MOST * l->error) p->source = worst_before(p, p->first);
    p->cause = cause_of(cx, p, &p->layers[p->source]);
    return p->cause != NULL;
}
