#include "select/stream.h"

#include "ops/strips.h"

zr_span zr_stream_readers(const zr_graph *graph, int tensor)
{
    zr_span readers = {graph->n_nodes, -1};
    for (int n = 0; n < graph->n_nodes; n++) {
        const zr_node *node = &graph->nodes[n];
        for (int i = 0; i < node->n_inputs; i++) {
            if (node->inputs[i] != tensor) continue;
            if (n < readers.first) readers.first = n;
            if (n > readers.last) readers.last = n;
        }
    }
    return readers;
}

bool zr_stream_allows(zr_span readers, int first, int last)
{
    return last < readers.first || first > readers.last ||
           (first <= readers.first && last >= readers.last);
}

bool zr_stream_check(zr_ctx *cx, const zr_model *model)
{
    const zr_graph *g = &model->graphs[0];
    zr_place place = {model->file, -1, -1, -1, NULL, NULL};
    if (g->n_inputs != 1)
        return zr_fail(cx, ZR_E_UNSUPPORTED, place,
                       "has %d inputs; --stream-input is for models with one", g->n_inputs);
    const zr_tensor *input = &g->tensors[g->inputs[0]];
    if (input->shape.rank != 4 || input->shape.dim[0] != 1)
        return zr_fail(cx, ZR_E_UNSUPPORTED, place,
                       "its input is %s; --stream-input is for one picture, 1 x rows x columns x "
                       "channels",
                       zr_shape_text(cx, &input->shape));
    if (zr_stream_readers(g, g->inputs[0]).last < 0)
        return zr_fail(cx, ZR_E_UNSUPPORTED, place, "no operator reads its input");
    return true;
}

bool zr_stream_refuse(zr_ctx *cx, const zr_model *model)
{
    const zr_graph *g = &model->graphs[0];
    zr_span readers = zr_stream_readers(g, g->inputs[0]);
    zr_region region = {readers.first, readers.last, 1, true, 0};
    zr_strips strips;
    bool possible;
    if (!zr_strips_make(cx, model, &region, &strips, &possible)) return false;
    int n = strips.obstacle >= 0 ? strips.obstacle : readers.first;
    zr_site site = {cx, model, g, &g->nodes[n]};
    return zr_site_fail(&site, ZR_E_UNSUPPORTED, "cannot take the input row by row: %s",
                        possible ? "too many operators read it" : strips.why);
}
