/* SLICE and STRIDED_SLICE: one copy of a box of the input. */
#include "ops/copy.h"

typedef struct strided_slice_attrs {
    int32_t begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask, offset;
} strided_slice_attrs;

static const zr_field strided_slice_fields[] = {
    ZR_FIELD(I32, 0, strided_slice_attrs, begin_mask, 0),
    ZR_FIELD(I32, 1, strided_slice_attrs, end_mask, 0),
    ZR_FIELD(I32, 2, strided_slice_attrs, ellipsis_mask, 0),
    ZR_FIELD(I32, 3, strided_slice_attrs, new_axis_mask, 0),
    ZR_FIELD(I32, 4, strided_slice_attrs, shrink_axis_mask, 0),
    ZR_FIELD(BOOL, 5, strided_slice_attrs, offset, 0),
};

/* The box to copy and the shape that it gives. */
typedef struct cut {
    zr_box box;
    zr_shape out;
} cut;

/* What both operators ask of the tensor to cut. */
static bool check_input(const zr_site *site)
{
    const zr_tensor *input = zr_input(site, 0);
    return zr_need_type(site, input, "input", ZR_MOVABLE) &&
           zr_need_same_type(site, input, zr_output(site, 0), "output") &&
           zr_need_rank(site, input, "input", 1, ZR_MAX_RANK);
}

/* Input i is a constant vector of indices with `n` elements. */
static bool check_indices(const zr_site *site, int i, int64_t n)
{
    const zr_tensor *tensor = zr_input(site, i);
    const char *what = site->node->op->input_names[i];
    if (!zr_need_type(site, tensor, what, ZR_BIT(I32) | ZR_BIT(I64)) ||
        !zr_need_const(site, tensor, what) || !zr_need_rank(site, tensor, what, 1, 1))
        return false;
    if (tensor->shape.dim[0] == n) return true;
    return zr_site_fail(site, ZR_E_SHAPE, "%s has %d elements, not %lld", what,
                        (int)tensor->shape.dim[0], (long long)n);
}

static void add_out_dim(cut *c, int32_t size)
{
    /* One too many is found by the caller. */
    if (c->out.rank < ZR_MAX_RANK) c->out.dim[c->out.rank] = size;
    c->out.rank++;
}

/* Cuts the next dimension of the input: `count` elements from `begin`, every `step`-th. */
static void cut_dim(cut *c, const zr_shape *in, int64_t begin, int32_t step, int32_t count)
{
    int d = c->box.rank++;
    int64_t stride = zr_elements_range(in, d + 1, in->rank);
    c->box.size[d] = count;
    c->box.in_stride[d] = stride * step;
    c->box.in_offset += stride * begin;
}

/* The output holds what was cut, densely. */
static void set_out_strides(zr_box *box)
{
    int64_t stride = 1;
    for (int d = box->rank - 1; d >= 0; d--) {
        box->out_stride[d] = stride;
        stride *= box->size[d];
    }
}

static bool slice_cut(const zr_site *site, cut *c)
{
    const zr_shape *in = &zr_input(site, 0)->shape;
    const zr_tensor *begins = zr_input(site, 1), *sizes = zr_input(site, 2);
    *c = (cut){0};
    for (int d = 0; d < in->rank; d++) {
        int32_t begin = zr_const_i32(begins, d), size = zr_const_i32(sizes, d);
        if (size == -1 && begin >= 0 && begin < in->dim[d]) size = in->dim[d] - begin;
        if (begin < 0 || size < 1 || begin > in->dim[d] - size)
            return zr_site_fail(site, ZR_E_SHAPE, "%d elements from %d of dimension %d, %d",
                                (int)size, (int)begin, d, (int)in->dim[d]);
        cut_dim(c, in, begin, 1, size);
        add_out_dim(c, size);
    }
    set_out_strides(&c->box);
    return true;
}

static bool slice_check(const zr_site *site, zr_shape *out)
{
    int rank = zr_input(site, 0)->shape.rank;
    cut c;
    if (!check_input(site) || !check_indices(site, 1, rank) || !check_indices(site, 2, rank) ||
        !slice_cut(site, &c))
        return false;
    out[0] = c.out;
    return true;
}

static bool slice_lower(zr_lowering *l)
{
    cut c;
    return slice_cut(&l->site, &c) && zr_copy_node(l, &c.box, 0, 0);
}

static int64_t clamp(int64_t x, int64_t min, int64_t max)
{
    return x < min ? min : x > max ? max : x;
}

/* Subscript s on the next dimension of the input, as NumPy reads begin:end:step; out of range means
 * as far as there is. A bit of begin_mask or end_mask: as if that number was left out. A bit of
 * shrink_axis_mask: the one element at begin, and no dimension of the output. */
static bool subscript(const zr_site *site, int s, cut *c)
{
    const strided_slice_attrs *a = site->node->attrs;
    const zr_shape *in = &zr_input(site, 0)->shape;
    int d = c->box.rank;
    if (d >= in->rank)
        return zr_site_fail(site, ZR_E_SHAPE, "more subscripts than the %d dimensions", in->rank);
    int64_t size = in->dim[d], begin = zr_const_i32(zr_input(site, 1), s);
    int64_t end = zr_const_i32(zr_input(site, 2), s), step = zr_const_i32(zr_input(site, 3), s);
    /* Where a walk in the direction of the step may stand, before its first and after its last. */
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    bool shrink = (a->shrink_axis_mask >> s & 1) != 0;
    if (step == 0 || (shrink && step < 0))
        return zr_site_fail(site, ZR_E_SHAPE, "stride %lld of dimension %d", (long long)step, d);
    if (a->begin_mask >> s & 1) begin = step > 0 ? 0 : size - 1;
    begin = clamp(begin < 0 ? begin + size : begin, low, high);
    if (a->offset) end += begin;
    end = clamp(end < 0 ? end + size : end, low, high);
    if (a->end_mask >> s & 1) end = step > 0 ? high : low;
    if (shrink) end = begin < size ? begin + 1 : begin;
    int64_t count = step > 0 ? (end - begin + step - 1) / step : (begin - end - step - 1) / -step;
    if (count < 1)
        return zr_site_fail(site, ZR_E_SHAPE, "the slice of dimension %d, %lld, is empty", d,
                            (long long)size);
    if (shrink) count = 1;
    /* The step beyond the only element does not matter, and would not fit. */
    cut_dim(c, in, begin, count > 1 ? (int32_t)step : 1, (int32_t)count);
    if (!shrink) add_out_dim(c, (int32_t)count);
    return true;
}

/* The next dimensions of the input up to `last`, whole. */
static void keep_dims(cut *c, const zr_shape *in, int last)
{
    while (c->box.rank < last) {
        int32_t size = in->dim[c->box.rank];
        cut_dim(c, in, 0, 1, size);
        add_out_dim(c, size);
    }
}

static bool strided_slice_cut(const zr_site *site, cut *c)
{
    const strided_slice_attrs *a = site->node->attrs;
    const zr_shape *in = &zr_input(site, 0)->shape;
    int n = zr_input(site, 1)->shape.dim[0];
    bool ellipsis = false;
    *c = (cut){0};
    for (int s = 0; s < n; s++) {
        if (a->ellipsis_mask >> s & 1) {
            /* It stands for the dimensions that the subscripts behind it leave. */
            if (ellipsis) return zr_site_fail(site, ZR_E_FORMAT, "two ellipses");
            ellipsis = true;
            int after = 0;
            for (int t = s + 1; t < n; t++)
                if (!(a->new_axis_mask >> t & 1)) after++;
            keep_dims(c, in, in->rank - after);
        } else if (a->new_axis_mask >> s & 1) {
            add_out_dim(c, 1);
        } else if (!subscript(site, s, c)) {
            return false;
        }
    }
    keep_dims(c, in, in->rank);
    if (c->out.rank > ZR_MAX_RANK)
        return zr_site_fail(site, ZR_E_SHAPE, "the output has %d dimensions, not up to %d",
                            c->out.rank, ZR_MAX_RANK);
    set_out_strides(&c->box);
    return true;
}

static bool strided_slice_check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *begin = zr_input(site, 1);
    cut c;
    if (!check_input(site) || !zr_need_rank(site, begin, "begin", 1, 1)) return false;
    int n = begin->shape.dim[0];
    if (n > 2 * ZR_MAX_RANK + 1)
        return zr_site_fail(site, ZR_E_SHAPE, "%d subscripts for %d dimensions", n,
                            zr_input(site, 0)->shape.rank);
    if (!check_indices(site, 1, n) || !check_indices(site, 2, n) || !check_indices(site, 3, n) ||
        !strided_slice_cut(site, &c))
        return false;
    out[0] = c.out;
    return true;
}

static bool strided_slice_lower(zr_lowering *l)
{
    cut c;
    return strided_slice_cut(&l->site, &c) && zr_copy_node(l, &c.box, 0, 0);
}

const zr_op zr_op_slice = {
    .tflite_code = 65,
    .tflite_options = 48,
    .since = "1.14.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(4, "2.4.0", .types = ZR_BIT(I16)), ZR_NEEDS(5, "2.5.0", .rank = 5),
                ZR_NEEDS(6, "2.14.0", .types = ZR_BIT(U32))),
    .input_names = {"input", "begin", "size"},
    .min_inputs = 3,
    .max_inputs = 3,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = slice_check,
    .quant = &zr_quant_same,
    .lower = slice_lower,
};

const zr_op zr_op_strided_slice = {
    .tflite_code = 45,
    .tflite_options = 32,
    ZR_ATTRS(strided_slice_attrs, strided_slice_fields),
    .since = "1.6.0",
    ZR_VERSIONS(
        ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)), ZR_NEEDS(3, "2.1.0", .types = ZR_BIT(BOOL)),
        ZR_NEEDS(4, "2.2.0", .rank = 5), ZR_NEEDS(6, "2.6.0", .attribute = "ellipsis_mask"),
        ZR_NEEDS(6, "2.6.0", .attribute = "new_axis_mask"),
        ZR_NEEDS(7, "2.14.0", .types = ZR_BIT(U32)), ZR_NEEDS(8, "2.14.0", .attribute = "offset")),
    .input_names = {"input", "begin", "end", "strides"},
    .min_inputs = 4,
    .max_inputs = 4,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = strided_slice_check,
    .quant = &zr_quant_same,
    .lower = strided_slice_lower,
};
