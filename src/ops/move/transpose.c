/* TRANSPOSE: one copy that walks the input in another order. */
#include "ops/copy.h"

/* order[i]: the input's dimension that becomes dimension i of the output. */
static bool order_of(const zr_site *site, int *order)
{
    const zr_tensor *perm = zr_input(site, 1);
    int rank = zr_input(site, 0)->shape.rank;
    bool taken[ZR_MAX_RANK] = {false};
    for (int i = 0; i < rank; i++) {
        if (!zr_need_axis(site, zr_const_i32(perm, i), rank, &order[i])) return false;
        if (taken[order[i]])
            return zr_site_fail(site, ZR_E_SHAPE, "dimension %d is taken twice", order[i]);
        taken[order[i]] = true;
    }
    return true;
}

static bool check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0), *perm = zr_input(site, 1);
    int order[ZR_MAX_RANK] = {0}, rank = input->shape.rank;
    if (!zr_need_type(site, input, "input", ZR_MOVABLE) ||
        !zr_need_same_type(site, input, zr_output(site, 0), "output") ||
        !zr_need_rank(site, input, "input", 1, ZR_MAX_RANK) ||
        !zr_need_type(site, perm, "perm", ZR_BIT(I32) | ZR_BIT(I64)) ||
        !zr_need_const(site, perm, "perm"))
        return false;
    if (zr_elements(&perm->shape) != rank)
        return zr_site_fail(site, ZR_E_SHAPE, "perm has %lld elements for %d dimensions",
                            (long long)zr_elements(&perm->shape), rank);
    if (!order_of(site, order)) return false;
    out[0].rank = rank;
    for (int i = 0; i < rank; i++) out[0].dim[i] = input->shape.dim[order[i]];
    return true;
}

static bool lower(zr_lowering *l)
{
    const zr_shape *in = &zr_input(&l->site, 0)->shape, *out = &zr_output(&l->site, 0)->shape;
    int order[ZR_MAX_RANK] = {0};
    if (!order_of(&l->site, order)) return false;
    zr_box box = zr_box_of(out, out, out);
    for (int i = 0; i < out->rank; i++)
        box.in_stride[i] = zr_elements_range(in, order[i] + 1, in->rank);
    return zr_copy_node(l, &box, 0, 0);
}

const zr_op zr_op_transpose = {
    .tflite_code = 39,
    .tflite_options = 26,
    .since = "1.6.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "1.15.0", .types = ZR_BIT(BOOL)), ZR_NEEDS(4, "2.3.0", .rank = 5),
                ZR_NEEDS(5, "2.4.0", .types = ZR_BIT(I16)), ZR_NEEDS(6, "2.12.0", .rank = 6)),
    .input_names = {"input", "perm"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &zr_quant_same,
    .lower = lower,
};
