#include "parity/weights.h"

#include <math.h>

#include "ops/channels.h"
#include "ops/op.h"

/* Operators with weights as input 1, and the dimension of their output channels. */
static const struct {
    zr_op_id op;
    int axis;
} weighted[] = {{ZR_OP_CONV_2D, 0}, {ZR_OP_DEPTHWISE_CONV_2D, 3}, {ZR_OP_FULLY_CONNECTED, 0}};

static const zr_tensor *constant(const zr_graph *graph, const zr_node *node)
{
    const zr_tensor *t =
        node->n_inputs > 1 && node->inputs[1] >= 0 ? &graph->tensors[node->inputs[1]] : NULL;
    return t && t->data ? t : NULL;
}

/* The greatest magnitude of the weights of each channel: greatest over least. */
static double unlike_channels(const zr_tensor *weights, int axis)
{
    const float *value = (const float *)(const void *)weights->data;
    int channels = weights->shape.dim[axis];
    int64_t n = zr_elements(&weights->shape);
    int64_t inner = zr_elements_range(&weights->shape, axis + 1, weights->shape.rank);
    double least = INFINITY, greatest = 0;
    for (int c = 0; c < channels; c++) {
        double most = 0;
        for (int64_t first = c * inner; first < n; first += channels * inner)
            for (int64_t i = first; i < first + inner; i++)
                if (fabs((double)value[i]) > most) most = fabs((double)value[i]);
        if (most > 0 && most < least) least = most;
        if (most > greatest) greatest = most;
    }
    return greatest > 0 ? greatest / least : 1;
}

void zr_parity_weights(const zr_graph *real, const zr_node *real_node, const zr_graph *quantized,
                       const zr_node *node, double *error, double *unlike)
{
    const zr_tensor *f = constant(real, real_node), *q = constant(quantized, node);
    int axis = -1;
    *error = -1;
    *unlike = 1;
    for (size_t i = 0; i < sizeof weighted / sizeof *weighted; i++)
        if (node->op == zr_ops[weighted[i].op].op) axis = weighted[i].axis;
    if (axis < 0 || real_node->op != node->op || !f || !q || f->type != ZR_F32 ||
        (q->type != ZR_I8 && q->type != ZR_I4) || !q->quant.n ||
        !zr_shape_equal(&f->shape, &q->shape))
        return;
    const zr_quant *quant = &q->quant;
    int64_t inner = zr_elements_range(&q->shape, quant->axis + 1, q->shape.rank);
    int64_t n = zr_elements(&q->shape);
    double error2 = 0, real2 = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t c = quant->n == 1 ? 0 : i / inner % quant->n;
        double x = (double)((const float *)(const void *)f->data)[i];
        double y = (double)quant->scale[c] * (double)(zr_weight(q, i) - quant->zero_point[c]);
        real2 += x * x;
        error2 += (y - x) * (y - x);
    }
    *error = real2 > 0 ? sqrt(error2 / real2) : 0;
    if (quant->n == 1) *unlike = unlike_channels(f, axis);
}
