#include "ops/arg_max/kernel.h"
#include "ops/lower.h"
#include "ops/rules.h"

typedef struct arg_max_attrs {
    int32_t output_type; /* the output tensor says the same */
} arg_max_attrs;

static const zr_field fields[] = {ZR_FIELD(ENUM, 0, arg_max_attrs, output_type, 0)};

static const zr_param_field params[] = {
    ZR_PARAM(I32, zk_arg_max_params, outer),
    ZR_PARAM(I32, zk_arg_max_params, size),
    ZR_PARAM(I32, zk_arg_max_params, inner),
};
ZR_KERNEL(zk_arg_max_s8, zk_arg_max_params, params, 2)
ZR_KERNEL(zk_arg_max_f32, zk_arg_max_params, params, 2)
ZR_KERNEL(zk_arg_max_s8_i64, zk_arg_max_params, params, 2)
ZR_KERNEL(zk_arg_max_f32_i64, zk_arg_max_params, params, 2)

static bool axis_of(const zr_site *site, int *axis)
{
    return zr_need_axis(site, zr_const_i32(zr_input(site, 1), 0), zr_input(site, 0)->shape.rank,
                        axis);
}

static bool check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0), *axis = zr_input(site, 1);
    int reduced;
    if (!zr_need_type(site, input, "input", ZR_BIT(I8) | ZR_BIT(F32)) ||
        !zr_need_type(site, zr_output(site, 0), "output", ZR_BIT(I32) | ZR_BIT(I64)) ||
        !zr_need_rank(site, input, "input", 1, ZR_MAX_RANK) || !zr_need_const(site, axis, "axis") ||
        !zr_need_type(site, axis, "axis", ZR_BIT(I32) | ZR_BIT(I64)))
        return false;
    if (zr_elements(&axis->shape) != 1)
        return zr_site_fail(site, ZR_E_SHAPE, "the axis has %lld elements, not one",
                            (long long)zr_elements(&axis->shape));
    if (!axis_of(site, &reduced)) return false;
    out[0].rank = 0;
    for (int i = 0; i < input->shape.rank; i++)
        if (i != reduced) out[0].dim[out[0].rank++] = input->shape.dim[i];
    return true;
}

static bool lower(zr_lowering *l)
{
    const zr_tensor *input = zr_input(&l->site, 0);
    const zr_shape *shape = &input->shape;
    int axis;
    if (!axis_of(&l->site, &axis)) return false;
    zk_arg_max_params p = {.outer = (int32_t)zr_elements_range(shape, 0, axis),
                           .size = shape->dim[axis],
                           .inner = (int32_t)zr_elements_range(shape, axis + 1, shape->rank)};
    zr_arg args[2] = {zr_arg_input(l, 0), zr_arg_output(l, 0)};
    bool wide = zr_output(&l->site, 0)->type == ZR_I64;
    const zr_kernel *s8 = wide ? &kernel_zk_arg_max_s8_i64 : &kernel_zk_arg_max_s8;
    const zr_kernel *f32 = wide ? &kernel_zk_arg_max_f32_i64 : &kernel_zk_arg_max_f32;
    return zr_call(l, input->type == ZR_I8 ? s8 : f32, &p, args);
}

const zr_op zr_op_arg_max = {
    .tflite_code = 56,
    .tflite_options = 40,
    ZR_ATTRS(arg_max_attrs, fields),
    .since = "1.9.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.9.0", .types = ZR_BIT(BOOL))),
    .input_names = {"input", "axis"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &zr_quant_same,
    .lower = lower,
};
