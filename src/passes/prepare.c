#include "passes/prepare.h"

#include "ops/verify.h"
#include "passes/canonical.h"
#include "passes/fold.h"
#include "passes/order.h"

/* Reports the operators that are not supported, and only those: with tensors that could not be
 * read, the rules of the others would report what follows from that. */
static void report_unsupported(zr_ctx *cx, const zr_model *model)
{
    for (int g = 0; g < model->n_graphs; g++)
        for (int n = 0; n < model->graphs[g].n_nodes; n++)
            if (!model->graphs[g].nodes[n].op &&
                !zr_node_verify(cx, model, &model->graphs[g], &model->graphs[g].nodes[n]))
                continue;
}

bool zr_prepare(zr_ctx *cx, zr_model *model)
{
    if (cx->n_errors) {
        report_unsupported(cx, model);
        return false;
    }
    return zr_model_declare(cx, model) && zr_fold(cx, model) && zr_model_verify(cx, model) &&
           zr_canonicalize(cx, model) && zr_order(cx, model);
}
