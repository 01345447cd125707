#include "passes/stream_ring.h"

#include <math.h>
#include <string.h>

#include "ops/rules.h"
#include "ops/window.h"

/* Rows of the clip that the steps have computed, which may be less than none. */
static int32_t rows_done(const stream_work *w, const stream_flow *flow)
{
    return w->steps * flow->rows - flow->delay;
}

/* The first row that is left for the end. */
static int32_t rows_left_from(const stream_work *w, const stream_flow *flow)
{
    int32_t done = rows_done(w, flow);
    return done > 0 ? done : 0;
}

void stream_resize(stream_work *w, int tensor, int which)
{
    const stream_flow *flow = &w->flow[tensor];
    int32_t rows = which == 0 ? flow->rows : flow->total - rows_left_from(w, flow);
    /* What has no rows left is not used; no dimension may be 0 all the same. */
    stream_set_entries(&w->graph[which], tensor, flow->axis,
                       (int64_t)(rows ? rows : 1) * flow->unit);
}

/* A tensor in time as the two graphs see it. */
typedef struct stream_rows {
    int now;        /* step: the new rows */
    int before;     /* end: the rows before those that are left, as many as were kept; -1: none */
    int rest;       /* end: the rows that are left, -1: none */
    int32_t stored; /* rows of `before` */
} stream_rows;

static stream_rows rows_of(const stream_work *w, int tensor)
{
    const stream_flow *flow = &w->flow[tensor];
    bool rest = rows_left_from(w, flow) < flow->total;
    return (stream_rows){tensor, -1, rest ? tensor : -1, 0};
}

/* The bytes of the value that stands for nothing: the zero point. */
static void zero_of(const zr_tensor *tensor, uint8_t *element)
{
    int32_t zero = tensor->quant.n ? (int32_t)tensor->quant.zero_point[0] : 0;
    element[0] = (uint8_t)zero;
    element[1] = (uint8_t)(zero >> 8);
}

/* Says in the graph of the start what the variable begins with, for runtimes that ask for it. */
static void start_with(stream_work *w, int like, int number, const char *name,
                       const zr_shape *shape)
{
    stream_graph *start = &w->graph[2];
    uint8_t element[8] = {0};
    zero_of(&w->from->tensors[like], element);
    int value = stream_filled(start, like, shape, element, "start");
    stream_assign(start, stream_handle(start, number, name), value);
}

/* A variable in both graphs, of the last `stored` rows of x: its handle in that of the step. */
static int remember(stream_work *w, const stream_flow *flow, stream_rows *x, int32_t stored)
{
    stream_graph *end = &w->graph[1];
    const char *name = w->from->tensors[flow - w->flow].name;
    int number = w->n_variables++, like = x->rest >= 0 ? x->rest : (int)(flow - w->flow);
    x->stored = stored;
    x->before =
        stream_read(end, stream_handle(end, number, name), like, flow->axis, stored * flow->unit);
    if (end->failed) return 0;
    const zr_tensor *before = &end->graph.tensors[x->before];
    w->state_bytes += (int64_t)zr_tensor_bytes(before);
    if (w->portable) start_with(w, (int)(flow - w->flow), number, name, &before->shape);
    return stream_handle(&w->graph[0], number, name);
}

/* The new rows and the `keep` before them, which stay in a variable from step to step: those that
 * the next step needs, or all, which `whole` asks for. Returns, for the step, all of them one
 * behind the other. */
static int ring(stream_work *w, const stream_flow *flow, stream_rows *x, int32_t keep, bool whole)
{
    stream_graph *step = &w->graph[0];
    int axis = flow->axis;
    if (keep <= 0 || step->failed || w->graph[1].failed) return x->now;
    int64_t fresh = step->graph.tensors[x->now].shape.dim[axis], kept = (int64_t)keep * flow->unit;
    whole = whole || kept + fresh >= (int64_t)w->whole_windows * fresh;
    int handle = remember(w, flow, x, whole ? keep + (int32_t)(fresh / flow->unit) : keep);
    int before = stream_read(step, handle, x->now, axis, whole ? kept + fresh : kept);
    if (step->failed) return x->now;
    int parts[2] = {whole ? stream_cut(step, before, axis, fresh, kept) : before, x->now};
    int joined = stream_join(step, axis, parts, 2);
    stream_assign(step, handle, whole ? joined : stream_cut(step, joined, axis, fresh, kept));
    return joined;
}

/* Rows that are all the value that stands for nothing: the zero point. */
static int padding(stream_work *w, int like, int axis, int64_t rows)
{
    stream_graph *end = &w->graph[1];
    zr_shape shape = end->graph.tensors[like].shape;
    uint8_t element[8] = {0};
    if (rows <= 0) return -1;
    zero_of(&end->graph.tensors[like], element);
    if (rows > INT32_MAX) rows = INT32_MAX; /* which is refused */
    shape.dim[axis] = (int32_t)rows;
    return stream_filled(end, like, &shape, element, "padding");
}

/* The rows from <= row < to of the whole clip in the graph of the end: those that were kept, those
 * that are left, and where the clip does not reach, padding. */
static int end_rows(stream_work *w, const stream_flow *flow, const stream_rows *x, int32_t from,
                    int32_t to)
{
    stream_graph *end = &w->graph[1];
    int axis = flow->axis, like = (int)(flow - w->flow), parts[4] = {-1, -1, -1, -1};
    int64_t done = rows_done(w, flow), left = rows_left_from(w, flow), unit = flow->unit;
    if (end->failed) return like;
    if (done > 0 && from < done) {
        int64_t stop = to < done ? to : done;
        parts[1] = stream_cut(end, x->before, axis, (from - (done - x->stored)) * unit,
                              (stop - from) * unit);
    } else if (from < 0) {
        parts[0] = padding(w, like, axis, (to < 0 ? to - from : -from) * unit);
    }
    int64_t first = from > left ? from : left, last = to < flow->total ? to : flow->total;
    if (x->rest >= 0 && first < last)
        parts[2] = stream_cut(end, x->rest, axis, (first - left) * unit, (last - first) * unit);
    first = from > flow->total ? from : flow->total;
    parts[3] = padding(w, like, axis, (to - first) * unit);
    return stream_join(end, axis, parts, 4);
}

/* Whether no value of the tensor is below (sign -1) or above (1) real 0. */
static bool bounded_by_zero(const stream_work *w, int tensor, int sign)
{
    const zr_tensor *t = &w->from->tensors[tensor];
    if (t->type == ZR_I8) return zr_zero_point(t) == (sign < 0 ? INT8_MIN : INT8_MAX);
    for (int n = 0; n < w->from->n_nodes && sign < 0; n++) {
        const zr_node *node = &w->from->nodes[n];
        if (node->n_outputs != 1 || node->outputs[0] != tensor) continue;
        int32_t activation = stream_attr(node, "activation", ZR_ACT_NONE);
        return activation == ZR_ACT_RELU || activation == ZR_ACT_RELU6 ||
               node->op == zr_ops[ZR_OP_RELU].op || node->op == zr_ops[ZR_OP_RELU6].op;
    }
    return false;
}

/* The greatest or least value of the type. */
static void extreme(zr_type type, bool greatest, uint8_t *element)
{
    float infinity = greatest ? INFINITY : -INFINITY;
    int16_t i16 = greatest ? INT16_MAX : INT16_MIN;
    if (type == ZR_F32) memcpy(element, &infinity, sizeof infinity);
    if (type == ZR_I16) memcpy(element, &i16, sizeof i16);
    if (type == ZR_I8) element[0] = greatest ? INT8_MAX : 0x80;
}

/* Makes rows that do not exist, in front of the clip, what padding is: the minimum of them and a
 * bound that is real 0 in those rows and no bound in later ones, and the maximum likewise. */
static int limit(stream_work *w, const stream_flow *flow, int x, bool above)
{
    stream_graph *step = &w->graph[0];
    zr_shape shape = step->graph.tensors[x].shape, one = shape;
    uint8_t element[8] = {0};
    if (step->failed) return x;
    extreme(step->graph.tensors[x].type, above, element);
    for (int d = 0; d < one.rank; d++)
        if (d != flow->axis) one.dim[d] = 1;
    stream_rows bound = {stream_filled(step, x, &one, element, "bound"), -1, -1, 0};
    int like = (int)(flow - w->flow);
    /* The ring's value is as wide as the bound, in the graph of the end too. */
    bound.rest = stream_tensor(&w->graph[1], like, &one, "bound");
    int joined = ring(w, flow, &bound, flow->delay, false);
    if (step->failed) return x;
    const int32_t inputs[2] = {x, stream_cut(step, joined, flow->axis, 0, flow->rows)};
    int out = stream_tensor(step, x, &shape, "started");
    stream_node(step, above ? ZR_OP_MINIMUM : ZR_OP_MAXIMUM, inputs, 2, out);
    return out;
}

/* Padding of the time axis is in the rows now; the other one's stays. */
static int pad_other_axis(stream_work *w, int which, const zr_node *node, int axis, int x)
{
    stream_graph *g = &w->graph[which];
    zr_site site = {w->cx, w->model, w->from, node};
    int other = axis == 1 ? 2 : 1;
    stream_window across = stream_window_of(&site, other);
    const zr_shape *in = &zr_input(&site, 0)->shape, *out = &zr_output(&site, 0)->shape;
    int32_t behind =
        (out->dim[other] - 1) * across.stride - across.pad + across.extent - in->dim[other];
    if (g->failed || (across.pad == 0 && behind <= 0)) return x;
    int32_t pads[8] = {0};
    pads[2 * other] = across.pad;
    pads[2 * other + 1] = behind > 0 ? behind : 0;
    zr_shape shape = g->graph.tensors[x].shape, pairs = {2, {4, 2}};
    shape.dim[other] += pads[2 * other] + pads[2 * other + 1];
    int padded = stream_tensor(g, x, &shape, "padded");
    int32_t inputs[2] = {x, stream_numbers(g, pads, 8, "paddings")};
    g->graph.tensors[inputs[1]].shape = pairs;
    stream_node(g, ZR_OP_PAD, inputs, 2, padded);
    return padded;
}

static bool build_window_node(stream_work *w, int which, const zr_node *node, int axis, int x)
{
    bool padded = stream_attr(node, "padding", 0) == 0;
    int32_t inputs[3] = {x, node->n_inputs > 1 ? node->inputs[1] : -1,
                         node->n_inputs > 2 ? node->inputs[2] : -1};
    if (padded && w->portable) inputs[0] = pad_other_axis(w, which, node, axis, x);
    zr_node *copy = stream_copy_node(&w->graph[which], node, inputs);
    int32_t kind = !padded || w->portable ? ZR_PADDING_VALID
                   : axis == 1            ? ZR_PADDING_SAME_W
                                          : ZR_PADDING_SAME_H;
    stream_set_attr(copy, "padding", kind);
    return copy != NULL;
}

/* With D and D' the delays of input and output, R and R' their rows a step: the last output row of
 * step i, (i + 1) R' - D' - 1, sees the input up to stride * (that) - pad + extent - 1, which must
 * be there: at most (i + 1) R - D - 1. That gives the least D'. The first one begins at stride *
 * (i R' - D') - pad, which is stride * D' + pad - D rows before the new ones. */
static bool slide(stream_work *w, const zr_node *node, const stream_window *win, int *now,
                  int *rest)
{
    zr_site site = {w->cx, w->model, w->from, node};
    int t = node->inputs[0];
    const stream_flow *in = &w->flow[t];
    stream_flow *out = &w->flow[node->outputs[0]];
    int64_t late = (int64_t)in->delay + win->extent - win->stride - win->pad;
    out->rows = w->step_frames / out->stride;
    late = late > 0 ? (late + win->stride - 1) / win->stride : 0;
    if (late > STREAM_MAX_FRAMES / out->stride)
        return zr_site_fail(&site, ZR_E_UNSUPPORTED, "would be %lld rows late", (long long)late);
    out->delay = (int32_t)late;
    stream_resize(w, node->outputs[0], 0);
    stream_resize(w, node->outputs[0], 1);
    stream_rows x = rows_of(w, t);
    int32_t keep = win->stride * out->delay + win->pad - in->delay;
    /* Rows that do not exist are padding, which they need not be in memory after a step. */
    if (win->pad > 0 && in->delay > 0) {
        if (!bounded_by_zero(w, t, 1)) x.now = limit(w, in, x.now, true);
        if (!bounded_by_zero(w, t, -1)) x.now = limit(w, in, x.now, false);
    }
    *now = keep < 0 ? stream_cut(&w->graph[0], x.now, in->axis, -keep, in->rows + keep)
                    : ring(w, in, &x, keep, false);
    int32_t first = rows_left_from(w, out);
    *rest = first >= out->total ? -1
                                : end_rows(w, in, &x, win->stride * first - win->pad,
                                           win->stride * (out->total - 1) - win->pad + win->extent);
    return !w->graph[0].failed && !w->graph[1].failed;
}

bool stream_build_window(stream_work *w, const zr_node *node)
{
    zr_site site = {w->cx, w->model, w->from, node};
    int axis = w->flow[node->inputs[0]].axis, now, rest;
    stream_window win = stream_window_of(&site, axis);
    return slide(w, node, &win, &now, &rest) && build_window_node(w, 0, node, axis, now) &&
           (rest < 0 || build_window_node(w, 1, node, axis, rest));
}

static bool build_pad_node(stream_work *w, int which, const zr_node *node, int axis, int x)
{
    stream_graph *g = &w->graph[which];
    const zr_tensor *paddings = &w->from->tensors[node->inputs[1]];
    zr_shape pairs = {2, {w->from->tensors[node->inputs[0]].shape.rank, 2}};
    int32_t pads[2 * ZR_MAX_RANK] = {0};
    for (int i = 0; i < 2 * pairs.dim[0]; i++)
        if (i / 2 != axis) pads[i] = zr_const_i32(paddings, i);
    int32_t inputs[3] = {x, stream_numbers(g, pads, 2 * pairs.dim[0], "paddings"),
                         node->n_inputs > 2 ? node->inputs[2] : -1};
    if (!g->failed) g->graph.tensors[inputs[1]].shape = pairs;
    return stream_copy_node(g, node, inputs) != NULL;
}

/* Rows of padding are what rows that do not exist are, for a window of one row. */
bool stream_build_pad(stream_work *w, const zr_node *node)
{
    const stream_flow *in = &w->flow[node->inputs[0]];
    int axis = in->axis, now, rest;
    stream_window win = {1, zr_const_i32(&w->from->tensors[node->inputs[1]], 2 * axis), 1};
    if (!slide(w, node, &win, &now, &rest)) return false;
    now = stream_cut(&w->graph[0], now, axis, 0, in->rows);
    return build_pad_node(w, 0, node, axis, now) &&
           (rest < 0 || build_pad_node(w, 1, node, axis, rest));
}

/* The rows `by` later than they come. */
static stream_rows delay(stream_work *w, int tensor, int32_t by)
{
    const stream_flow *flow = &w->flow[tensor];
    stream_rows x = rows_of(w, tensor), later = x;
    if (by == 0) return x;
    int joined = ring(w, flow, &x, by, false);
    later.now = stream_cut(&w->graph[0], joined, flow->axis, 0, (int64_t)flow->rows * flow->unit);
    int32_t from = rows_done(w, flow) - by;
    later.rest = from < flow->total ? end_rows(w, flow, &x, from > 0 ? from : 0, flow->total) : -1;
    return later;
}

/* The shape of a RESHAPE is that of its output. */
static void set_new_shape(stream_graph *g, const zr_node *node, int32_t *inputs)
{
    const zr_shape *shape = &g->graph.tensors[node->outputs[0]].shape;
    if (node->op == zr_ops[ZR_OP_RESHAPE].op)
        inputs[1] = stream_numbers(g, shape->dim, shape->rank, "shape");
}

bool stream_build_rows(stream_work *w, const zr_node *node, bool reshape)
{
    int32_t inputs[2][ZR_MAX_PORTS];
    stream_flow *out = &w->flow[node->outputs[0]];
    zr_node copy = *node;
    for (int i = 0; i < node->n_inputs; i++) {
        int t = node->inputs[i];
        inputs[0][i] = inputs[1][i] = t;
        if (t < 0 || w->flow[t].kind != FLOW_TIME) continue;
        stream_rows x = delay(w, t, out->delay - w->flow[t].delay);
        inputs[0][i] = x.now;
        inputs[1][i] = x.rest;
    }
    for (int i = 0; i < node->n_outputs; i++) {
        stream_resize(w, node->outputs[i], 0);
        stream_resize(w, node->outputs[i], 1);
    }
    if (reshape && node->op == zr_ops[ZR_OP_RESHAPE].op) copy.n_inputs = 2;
    if (reshape) set_new_shape(&w->graph[0], node, inputs[0]);
    stream_copy_node(&w->graph[0], &copy, inputs[0]);
    if (rows_left_from(w, out) < out->total) {
        if (reshape) set_new_shape(&w->graph[1], node, inputs[1]);
        stream_copy_node(&w->graph[1], &copy, inputs[1]);
    }
    return !w->graph[0].failed && !w->graph[1].failed;
}

bool stream_build_all_rows(stream_work *w, int tensor)
{
    stream_flow *flow = &w->flow[tensor];
    if (flow->whole[0] >= 0) return true;
    stream_rows x = rows_of(w, tensor);
    int32_t rest = flow->total - rows_done(w, flow);
    if (rest > 0) w->has_end = true;
    w->late[tensor] = rest * flow->stride;
    int32_t keep = flow->total > flow->rows ? flow->total - flow->rows : 0;
    int64_t unit = flow->unit;
    /* The end needs more of the old rows when it has fewer new ones. */
    int joined = ring(w, flow, &x, keep, w->ends && rest < flow->rows);
    /* New rows alone are a window already; the end needs them once more. */
    if (keep == 0 && w->ends && rest < flow->total)
        stream_assign(&w->graph[0], remember(w, flow, &x, flow->rows), x.now);
    flow->whole[0] = stream_cut(&w->graph[0], joined, flow->axis,
                                (keep + flow->rows - flow->total) * unit, flow->total * unit);
    flow->whole[1] = w->ends ? end_rows(w, flow, &x, 0, flow->total) : tensor;
    return !w->graph[0].failed && !w->graph[1].failed;
}
