/* One multiplier for many layers.
 *
 * A channel's sums are brought to the output by input scale * weight scale / output scale, kept as
 * a multiplier of 32 bits and a shift. Between two layers every channel may be scaled at will
 * (joints.c), so scales can be chosen such that this factor is the same multiplier for every
 * channel of every such layer, and only shifts differ: values get scales that are powers of two,
 * weights such powers times the mantissa of the model's input scale. Constants that are equal are
 * stored once, so a network of small layers loses most of its multipliers. */
#include <math.h>

#include "quant/work.h"

static bool is_input(const quant_work *w, int tensor)
{
    for (int i = 0; i < w->net.graph->n_inputs; i++)
        if (w->net.graph->inputs[i] == tensor) return true;
    return false;
}

static bool power_of_two(float x)
{
    int exponent;
    return frexpf(x, &exponent) == 0.5f;
}

/* The mantissa that all multipliers get. */
static float mantissa(const quant_work *w)
{
    int exponent;
    return frexpf(w->grids[w->net.graph->inputs[0]].scale, &exponent);
}

bool quant_share_scales(quant_work *w)
{
    for (int i = 0; i < w->n_joints; i++) {
        quant_layer *from = &w->net.layers[w->joints[i].from];
        quant_layer *to = &w->net.layers[w->joints[i].to];
        quant_group *group = &w->groups[w->group_of[from->output]];
        int exponent;
        frexpf(group->grid.scale, &exponent);
        float scale = ldexpf(0.5f, exponent), ratio = scale / group->grid.scale;
        float *factor = ZR_NEW(w->cx, float, (size_t)from->channels + 1);
        if (!factor) return false;
        for (int c = 0; c < from->channels; c++) factor[c] = ratio;
        quant_rescale(from, to, factor);
        group->grid.scale = scale;
        group->min *= ratio, group->max *= ratio;
        from->shared = true;
    }
    quant_spread_grids(w);
    return true;
}

/* The weight scale of that mantissa at most `scale`; 0: the layer can have none. */
static float shared_scale(const quant_work *w, const quant_layer *l, float scale)
{
    float input = w->grids[l->input].scale, m = is_input(w, l->input) ? 0.5f : mantissa(w);
    int exponent;
    if (!l->shared || (!is_input(w, l->input) && !power_of_two(input))) return 0;
    frexpf(scale / m, &exponent);
    return ldexpf(m, exponent - 1);
}

bool quant_share_layer(quant_work *w, int joint)
{
    int from = w->joints[joint].from;
    quant_layer *l = &w->net.layers[from], *rounded = &w->layers[from];
    float *factor = ZR_NEW(w->cx, float, (size_t)l->channels + 1);
    if (!factor) return false;
    for (int c = 0; c < l->channels; c++) {
        float *scale = &w->scale[from][c], shared = shared_scale(w, l, *scale);
        factor[c] = shared > 0 ? shared / *scale : 1.0f;
        *scale *= factor[c];
        if (shared > 0) *scale = shared;
        for (int k = 0; k < l->taps; k++)
            rounded->value[c * l->taps + k] = *scale * (float)w->stored[from][c * l->taps + k];
        rounded->offset[c] *= factor[c];
    }
    quant_layer_pack(rounded);
    quant_rescale(l, &w->net.layers[w->joints[joint].to], factor);
    return true;
}
