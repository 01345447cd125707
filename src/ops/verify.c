#include "ops/verify.h"

static bool check_ports(const zr_site *site)
{
    const zr_op *op = site->node->op;
    int n_in = site->node->n_inputs, n_out = site->node->n_outputs;
    if (n_in < op->min_inputs || n_in > op->max_inputs)
        return zr_site_fail(site, ZR_E_FORMAT, "has %d inputs, not %d to %d", n_in, op->min_inputs,
                            op->max_inputs);
    if (n_out < op->min_outputs || n_out > op->max_outputs)
        return zr_site_fail(site, ZR_E_FORMAT, "has %d outputs, not %d to %d", n_out,
                            op->min_outputs, op->max_outputs);
    for (int i = 0; i < op->min_inputs; i++)
        if (!zr_input(site, i)) return zr_site_fail(site, ZR_E_FORMAT, "input %d is absent", i);
    for (int i = 0; i < n_out; i++)
        if (!zr_output(site, i)) return zr_site_fail(site, ZR_E_FORMAT, "output %d is absent", i);
    return true;
}

/* The rules divide by dimensions and multiply them. A tensor that the importer could not read is in
 * the model for the other problems to be shown, with whatever dimensions it had. */
static bool check_tensors(const zr_site *site)
{
    int n_in = site->node->n_inputs, n_out = site->node->n_outputs;
    for (int i = 0; i < n_in + n_out; i++) {
        const zr_tensor *tensor = i < n_in ? zr_input(site, i) : zr_output(site, i - n_in);
        for (int d = 0; tensor && d < tensor->shape.rank; d++)
            if (tensor->shape.dim[d] < 1)
                return zr_site_fail(site, ZR_E_SHAPE, "tensor '%s' has no usable shape",
                                    tensor->name);
    }
    return true;
}

static bool check_shapes(const zr_site *site, const zr_shape *expected)
{
    bool ok = true;
    for (int i = 0; i < site->node->n_outputs; i++) {
        const zr_tensor *output = zr_output(site, i);
        if (zr_shape_equal(&output->shape, &expected[i])) continue;
        ok = zr_site_fail(site, ZR_E_SHAPE, "output '%s' is %s in the file, but computes to %s",
                          output->name, zr_shape_text(site->cx, &output->shape),
                          zr_shape_text(site->cx, &expected[i]));
    }
    return ok;
}

bool zr_node_verify(zr_ctx *cx, const zr_model *model, const zr_graph *graph, const zr_node *node)
{
    zr_site site = {cx, model, graph, node};
    if (!node->op) return zr_site_fail(&site, ZR_E_OPERATOR, "not supported");
    if (!check_ports(&site) || !check_tensors(&site)) return false;
    zr_shape *expected = ZR_NEW(cx, zr_shape, (size_t)node->n_outputs + 1);
    return expected && node->op->check(&site, expected) && check_shapes(&site, expected);
}

bool zr_model_declare(zr_ctx *cx, zr_model *model)
{
    for (int g = 0; g < model->n_graphs; g++) {
        const zr_graph *graph = &model->graphs[g];
        for (int n = 0; n < graph->n_nodes; n++) {
            zr_site site = {cx, model, graph, &graph->nodes[n]};
            if (!site.node->op || !site.node->op->declare) continue;
            if (!check_ports(&site) || !site.node->op->declare(&site, model)) return false;
        }
    }
    return true;
}

bool zr_model_verify(zr_ctx *cx, const zr_model *model)
{
    bool ok = true;
    for (int g = 0; g < model->n_graphs; g++) {
        const zr_graph *graph = &model->graphs[g];
        for (int n = 0; n < graph->n_nodes; n++)
            if (!zr_node_verify(cx, model, graph, &graph->nodes[n])) ok = false;
    }
    return ok;
}
