#include "passes/stream_flow.h"

#include <string.h>

#include "ops/rules.h"
#include "passes/stream_build.h"

static int64_t outer(const zr_shape *shape, int axis)
{
    return zr_elements_range(shape, 0, axis);
}

/* The input that is in time; the only one of most operators. */
static const stream_flow *first_in_time(const zr_site *site, const stream_flow *in)
{
    for (int i = 0; i < site->node->n_inputs; i++)
        if (in[i].kind == FLOW_TIME) return &in[i];
    return NULL;
}

static stream_way pass_on(const zr_site *site, const stream_flow *time, stream_flow *out)
{
    for (int i = 0; i < site->node->n_outputs; i++) out[i] = *time;
    return STREAM_ROW_BY_ROW;
}

/* The first input is in time, and no other. */
static bool only_first(const zr_site *site, const stream_flow *in)
{
    for (int i = 1; i < site->node->n_inputs; i++)
        if (in[i].kind != FLOW_CONSTANT) return false;
    return in[0].kind == FLOW_TIME;
}

/* Every value from the one at the same place. */
static stream_way unary(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    return only_first(site, in) ? pass_on(site, &in[0], out) : STREAM_NEEDS_ALL;
}

/* Likewise of several inputs, of which constants may be repeated but not along time. */
static stream_way elementwise(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    const stream_flow *time = first_in_time(site, in);
    const zr_shape *shape = &zr_output(site, 0)->shape;
    for (int i = 0; i < site->node->n_inputs; i++) {
        const zr_shape *own = &zr_input(site, i)->shape;
        int axis = time->axis - (shape->rank - own->rank);
        if (in[i].kind == FLOW_TIME) {
            if (own->rank != shape->rank || in[i].axis != time->axis || in[i].unit != time->unit ||
                in[i].total != time->total || in[i].stride != time->stride)
                return STREAM_NEEDS_ALL;
        } else if (in[i].kind == FLOW_WHOLE || (axis >= 0 && own->dim[axis] != 1)) {
            return STREAM_NEEDS_ALL;
        }
    }
    if (shape->dim[time->axis] != time->total * time->unit) return STREAM_NEEDS_ALL;
    return pass_on(site, time, out);
}

static stream_way join(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    int32_t axis = stream_attr(site->node, "axis", 0);
    if (axis < 0) axis += zr_input(site, 0)->shape.rank;
    for (int i = 0; i < site->node->n_inputs; i++)
        if (in[i].kind != FLOW_TIME || in[i].axis != in[0].axis || in[i].unit != in[0].unit ||
            in[i].total != in[0].total || in[i].stride != in[0].stride || in[i].axis == axis)
            return STREAM_NEEDS_ALL;
    return pass_on(site, &in[0], out);
}

/* SPLIT and SPLIT_V, whose input and axis are inputs. */
static stream_way part(const zr_site *site, const stream_flow *in, int data, int axis_input,
                       stream_flow *out)
{
    int32_t axis = zr_const_i32(zr_input(site, axis_input), 0);
    if (axis < 0) axis += zr_input(site, data)->shape.rank;
    if (in[data].kind != FLOW_TIME || in[data].axis == axis) return STREAM_NEEDS_ALL;
    return pass_on(site, &in[data], out);
}

static stream_way split(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    return part(site, in, 1, 0, out);
}

static stream_way split_v(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    return part(site, in, 0, 2, out);
}

/* Along the last dimension. */
static stream_way softmax(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    return in[0].axis + 1 < zr_input(site, 0)->shape.rank ? unary(site, in, out) : STREAM_NEEDS_ALL;
}

/* A row of time is one or several vectors of it. */
static stream_way fully_connected(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    const zr_shape *shape = &zr_input(site, 0)->shape, *result = &zr_output(site, 0)->shape;
    int axis = in[0].axis;
    if (!only_first(site, in) || in[0].unit != 1 || axis + 1 >= shape->rank)
        return STREAM_NEEDS_ALL;
    pass_on(site, &in[0], out);
    if (stream_attr(site->node, "keep_num_dims", 0)) return STREAM_ROW_BY_ROW;
    int64_t row = zr_elements_range(shape, axis + 1, shape->rank);
    int32_t size = zr_input(site, 1)->shape.dim[1];
    if (outer(shape, axis) != 1 || row % size != 0 || result->dim[0] % in[0].total != 0)
        return STREAM_NEEDS_ALL;
    out[0].axis = 0;
    out[0].unit = (int32_t)(row / size);
    return STREAM_ROW_BY_ROW;
}

/* MEAN, SUM and REDUCE_MAX over other dimensions than time. */
static stream_way reduce(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    const zr_tensor *axes = zr_input(site, 1);
    int rank = zr_input(site, 0)->shape.rank, before = 0;
    bool gone[ZR_MAX_RANK] = {false};
    if (!only_first(site, in)) return STREAM_NEEDS_ALL;
    for (int64_t i = 0; i < zr_elements(&axes->shape); i++) {
        int32_t axis = zr_const_i32(axes, i);
        gone[axis < 0 ? axis + rank : axis] = true;
    }
    if (gone[in[0].axis]) return STREAM_NEEDS_ALL;
    for (int d = 0; d < in[0].axis; d++) before += gone[d];
    pass_on(site, &in[0], out);
    if (!stream_attr(site->node, "keep_dims", 0)) out[0].axis -= before;
    return STREAM_ROW_BY_ROW;
}

static stream_way transpose(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    const zr_tensor *order = zr_input(site, 1);
    int rank = zr_input(site, 0)->shape.rank;
    if (!only_first(site, in)) return STREAM_NEEDS_ALL;
    pass_on(site, &in[0], out);
    for (int d = 0; d < rank; d++) {
        int32_t from = zr_const_i32(order, d);
        if ((from < 0 ? from + rank : from) == in[0].axis) out[0].axis = d;
    }
    return STREAM_ROW_BY_ROW;
}

/* Whether PAD or PADV2 puts the input's zero point, in a type of which bounds are known. */
static bool pads_zero_point(const zr_site *site)
{
    const zr_tensor *input = zr_input(site, 0), *output = zr_output(site, 0);
    const zr_tensor *value = site->node->n_inputs > 2 ? zr_input(site, 2) : NULL;
    int64_t zero = input->quant.n == 1 ? input->quant.zero_point[0] : 0, given = 0;
    if (input->type != ZR_I8 && input->type != ZR_I16 && input->type != ZR_F32) return false;
    if (input->quant.n > 1 || output->quant.n != input->quant.n) return false;
    if (input->quant.n == 1 && output->quant.zero_point[0] != zero) return false;
    if (input->type == ZR_I8 && value)
        given = (int8_t)value->data[0];
    else if (input->type == ZR_I8)
        given = output->quant.n == 1 ? zero : 0;
    else if (value && memcmp(value->data, &given, (size_t)zr_type_bytes(input->type)) != 0)
        return false;
    return given == zero;
}

/* PAD and PADV2; of time with real 0. */
static stream_way pad(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    const zr_tensor *paddings = zr_input(site, 1);
    if (!only_first(site, in)) return STREAM_NEEDS_ALL;
    int32_t before = zr_const_i32(paddings, 2 * in[0].axis);
    int32_t behind = zr_const_i32(paddings, 2 * in[0].axis + 1);
    if (before == 0 && behind == 0) return pass_on(site, &in[0], out);
    if (in[0].unit != 1 || before > STREAM_MAX_FRAMES || behind > STREAM_MAX_FRAMES ||
        !pads_zero_point(site))
        return STREAM_NEEDS_ALL;
    out[0] = in[0];
    out[0].total += before + behind;
    return out[0].total > STREAM_MAX_FRAMES ? STREAM_NEEDS_ALL : STREAM_PAD;
}

/* RESHAPE, SQUEEZE and EXPAND_DIMS, which leave the elements where they are: rows of time stay rows
 * while they are the outermost dimension but for ones. A dimension that holds rows of several
 * entries is one that the next RESHAPE takes apart. */
static stream_way reshape(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    const zr_shape *from = &zr_input(site, 0)->shape, *to = &zr_output(site, 0)->shape;
    int axis = 0;
    if (!only_first(site, in) || in[0].total == 1 || outer(from, in[0].axis) != 1)
        return STREAM_NEEDS_ALL;
    while (axis + 1 < to->rank && to->dim[axis] == 1) axis++;
    if (to->rank == 0 || to->dim[axis] % in[0].total != 0) return STREAM_NEEDS_ALL;
    out[0] = in[0];
    out[0].axis = axis;
    out[0].unit = to->dim[axis] / in[0].total;
    return STREAM_RESHAPE;
}

stream_window stream_window_of(const zr_site *site, int axis)
{
    const zr_node *node = site->node;
    const zr_shape *in = &zr_input(site, 0)->shape;
    bool weights = node->n_inputs > 1, h = axis == 1;
    int32_t taps = weights ? zr_input(site, 1)->shape.dim[axis]
                           : stream_attr(node, h ? "filter_h" : "filter_w", 1);
    int32_t dilation = stream_attr(node, h ? "dilation_h" : "dilation_w", 1), size;
    stream_window w = {.stride = stream_attr(node, h ? "stride_h" : "stride_w", 1),
                       .extent = (taps - 1) * dilation + 1};
    if (!zr_window(stream_attr(node, "padding", 0), in->dim[axis], taps, w.stride, dilation, &size,
                   &w.pad))
        w.pad = 0;
    return w;
}

/* The rows of padding, before and after. */
static bool is_padded(const stream_window *w, int32_t in, int32_t out)
{
    return w->pad > 0 || (out - 1) * w->stride - w->pad + w->extent > in;
}

/* Whether padding of real 0 is what the operator's own is: for sums of products, and for a maximum
 * of values that are no less. That of an average is not counted. */
static bool pads_with_zero(const zr_site *site)
{
    const zr_tensor *input = zr_input(site, 0);
    if (site->node->n_inputs > 1) return true;
    return site->node->op == zr_ops[ZR_OP_MAX_POOL_2D].op && input->type == ZR_I8 &&
           zr_zero_point(input) == INT8_MIN;
}

bool stream_can_pad(const zr_site *site, int axis)
{
    stream_window w = stream_window_of(site, axis);
    return pads_with_zero(site) ||
           !is_padded(&w, zr_input(site, 0)->shape.dim[axis], zr_output(site, 0)->shape.dim[axis]);
}

static stream_way window(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    int axis = in[0].axis;
    if (!only_first(site, in) || in[0].unit != 1 || (axis != 1 && axis != 2) ||
        zr_input(site, 0)->shape.dim[0] != 1)
        return STREAM_NEEDS_ALL;
    if (!stream_can_pad(site, axis)) return STREAM_NEEDS_ALL;
    stream_window w = stream_window_of(site, axis);
    out[0] = in[0];
    out[0].total = zr_output(site, 0)->shape.dim[axis];
    /* One window for the whole clip is no window that slides. */
    if (out[0].total == 1 && w.stride > 1) return STREAM_NEEDS_ALL;
    out[0].stride *= w.stride;
    return STREAM_WINDOW;
}

typedef stream_way stream_rule(const zr_site *site, const stream_flow *in, stream_flow *out);

static const struct {
    zr_op_id op;
    stream_rule *rule;
} rules[] = {
    {ZR_OP_ADD, elementwise},
    {ZR_OP_AVERAGE_POOL_2D, window},
    {ZR_OP_CONCATENATION, join},
    {ZR_OP_CONV_2D, window},
    {ZR_OP_DEPTHWISE_CONV_2D, window},
    {ZR_OP_DEQUANTIZE, unary},
    {ZR_OP_EXPAND_DIMS, reshape},
    {ZR_OP_FULLY_CONNECTED, fully_connected},
    {ZR_OP_HARD_SWISH, unary},
    {ZR_OP_LEAKY_RELU, unary},
    {ZR_OP_LOGISTIC, unary},
    {ZR_OP_MAXIMUM, elementwise},
    {ZR_OP_MAX_POOL_2D, window},
    {ZR_OP_MEAN, reduce},
    {ZR_OP_MINIMUM, elementwise},
    {ZR_OP_MUL, elementwise},
    {ZR_OP_PAD, pad},
    {ZR_OP_PADV2, pad},
    {ZR_OP_PRELU, elementwise},
    {ZR_OP_QUANTIZE, unary},
    {ZR_OP_REDUCE_MAX, reduce},
    {ZR_OP_RELU, unary},
    {ZR_OP_RELU6, unary},
    {ZR_OP_RELU_N1_TO_1, unary},
    {ZR_OP_RESHAPE, reshape},
    {ZR_OP_SOFTMAX, softmax},
    {ZR_OP_SPLIT, split},
    {ZR_OP_SPLIT_V, split_v},
    {ZR_OP_SQUEEZE, reshape},
    {ZR_OP_SUB, elementwise},
    {ZR_OP_SUM, reduce},
    {ZR_OP_TANH, unary},
    {ZR_OP_TRANSPOSE, transpose},
};

stream_way stream_follow(const zr_site *site, const stream_flow *in, stream_flow *out)
{
    if (!first_in_time(site, in)) return STREAM_NEEDS_ALL;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (zr_ops[rules[i].op].op == site->node->op) return rules[i].rule(site, in, out);
    return STREAM_NEEDS_ALL;
}

/* The shape that a RESHAPE gives the tensor; NULL when none does. */
static const zr_shape *reshaped(const zr_graph *graph, int tensor)
{
    for (int n = 0; n < graph->n_nodes; n++)
        if (graph->nodes[n].op == zr_ops[ZR_OP_RESHAPE].op && graph->nodes[n].inputs[0] == tensor)
            return &graph->tensors[graph->nodes[n].outputs[0]].shape;
    return NULL;
}

bool stream_find_time(const zr_graph *graph, stream_flow *input)
{
    const zr_shape *shape = &graph->tensors[graph->inputs[0]].shape;
    int axis = 1;
    while (axis + 1 < shape->rank && shape->dim[axis] == 1) axis++;
    if (shape->rank < 2 || shape->dim[0] != 1 || shape->dim[axis] == 1) return false;
    *input = (stream_flow){.kind = FLOW_TIME,
                           .axis = axis,
                           .unit = 1,
                           .total = shape->dim[axis],
                           .stride = 1,
                           .whole = {-1, -1}};
    /* A vector that is made a picture has the rows of that. */
    const zr_shape *picture = axis + 1 == shape->rank ? reshaped(graph, graph->inputs[0]) : NULL;
    if (!picture) return true;
    axis = 0;
    while (axis + 1 < picture->rank && picture->dim[axis] == 1) axis++;
    if (picture->rank == 0 || picture->dim[axis] == 1) return true;
    input->total = picture->dim[axis];
    input->unit = shape->dim[input->axis] / input->total;
    return true;
}
