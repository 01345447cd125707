/* MINIMUM and MAXIMUM. */
#include "ops/broadcast.h"
#include "ops/extremum/kernel.h"
#include "ops/lower.h"
#include "ops/rules.h"

static const zr_param_field params[] = {
    ZR_PARAM_BROADCAST(zk_extremum_params),
    ZR_PARAM(I32, zk_extremum_params, maximum),
};
ZR_KERNEL(zk_extremum_s8, zk_extremum_params, params, 3)
ZR_KERNEL(zk_extremum_s16, zk_extremum_params, params, 3)
ZR_KERNEL(zk_extremum_s32, zk_extremum_params, params, 3)
ZR_KERNEL(zk_extremum_s64, zk_extremum_params, params, 3)
ZR_KERNEL(zk_extremum_f32, zk_extremum_params, params, 3)

static bool check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *a = zr_input(site, 0), *b = zr_input(site, 1), *output = zr_output(site, 0);
    return zr_need_type(site, a, "input",
                        ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(I32) | ZR_BIT(I64) | ZR_BIT(F32)) &&
           zr_need_same_type(site, a, b, "input") && zr_need_same_type(site, a, output, "output") &&
           zr_need_same_scale(site, a, b) && zr_need_same_scale(site, a, output) &&
           zr_need_broadcast(site, &a->shape, &b->shape, &out[0]);
}

static bool lower(zr_lowering *l, int32_t maximum)
{
    const zr_tensor *a = zr_input(&l->site, 0), *b = zr_input(&l->site, 1);
    zk_extremum_params p = {.walk = zr_broadcast(&a->shape, &b->shape), .maximum = maximum};
    const zr_kernel *kernel = a->type == ZR_I8    ? &kernel_zk_extremum_s8
                              : a->type == ZR_I16 ? &kernel_zk_extremum_s16
                              : a->type == ZR_I32 ? &kernel_zk_extremum_s32
                              : a->type == ZR_I64 ? &kernel_zk_extremum_s64
                                                  : &kernel_zk_extremum_f32;
    zr_arg args[3] = {zr_arg_input(l, 0), zr_arg_input(l, 1), zr_arg_output(l, 0)};
    return zr_call(l, kernel, &p, args);
}

static bool lower_minimum(zr_lowering *l)
{
    return lower(l, 0);
}

static bool lower_maximum(zr_lowering *l)
{
    return lower(l, 1);
}

const zr_op zr_op_minimum = {
    .tflite_code = 57,
    .tflite_options = 39,
    .since = "1.14.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.3.0", .test = zr_wide_broadcast),
                ZR_NEEDS(4, "2.3.0", .types = ZR_BIT(I16))),
    .input_names = {"a", "b"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &zr_quant_same,
    .lower = lower_minimum,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};

const zr_op zr_op_maximum = {
    .tflite_code = 55,
    .tflite_options = 39,
    .since = "1.14.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.3.0", .test = zr_wide_broadcast),
                ZR_NEEDS(4, "2.3.0", .types = ZR_BIT(I16))),
    .input_names = {"a", "b"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &zr_quant_same,
    .lower = lower_maximum,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};
