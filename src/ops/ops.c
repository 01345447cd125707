/* The table of operators and what every rule uses to look at its node. */
#include "ops/op.h"

#define ZR_OP(NAME, symbol) extern const zr_op zr_op_##symbol;
#include "ops/ops.def"
#undef ZR_OP

const zr_op_entry zr_ops[ZR_OP_COUNT] = {
#define ZR_OP(NAME, symbol) {#NAME, &zr_op_##symbol},
#include "ops/ops.def"
#undef ZR_OP
};

const zr_quant_rule zr_quant_free = {.kind = ZR_QUANT_FREE};
const zr_quant_rule zr_quant_same = {.kind = ZR_QUANT_SAME};

const zr_tensor *zr_input(const zr_site *site, int i)
{
    const zr_node *node = site->node;
    if (i >= node->n_inputs || node->inputs[i] < 0) return NULL;
    return &site->graph->tensors[node->inputs[i]];
}

bool zr_variant_fits(const zr_site *site, const zr_variant *variant)
{
    const zr_tensor *weights = zr_input(site, 1);
    bool int4 = weights && weights->type == ZR_I4;
    return int4 == variant->int4 && (!variant->fits || variant->fits(site));
}

const zr_tensor *zr_output(const zr_site *site, int i)
{
    const zr_node *node = site->node;
    if (i >= node->n_outputs || node->outputs[i] < 0) return NULL;
    return &site->graph->tensors[node->outputs[i]];
}

bool(zr_site_fail)(const zr_site *site, zr_diag_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    zr_vfail(site->cx, code, zr_at_node(site->model, site->graph, site->node), format, args);
    va_end(args);
    return false;
}
