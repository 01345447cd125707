#include "ops/broadcast.h"
#include "ops/lower.h"
#include "ops/prelu/kernel.h"
#include "ops/rules.h"

static const zr_param_field params[] = {
    ZR_PARAM_BROADCAST(zk_prelu_params),
    ZR_PARAM(I32, zk_prelu_params, in_offset),
    ZR_PARAM(I32, zk_prelu_params, slope_offset),
    ZR_PARAM(I32, zk_prelu_params, identity_multiplier),
    ZR_PARAM(I32, zk_prelu_params, identity_shift),
    ZR_PARAM(I32, zk_prelu_params, slope_multiplier),
    ZR_PARAM(I32, zk_prelu_params, slope_shift),
    ZR_PARAM(I32, zk_prelu_params, out_offset),
};
static const zr_param_field params_f32[] = {ZR_PARAM_BROADCAST(zk_prelu_f32_params)};
ZR_KERNEL(zk_prelu_s8, zk_prelu_params, params, 3)
ZR_KERNEL(zk_prelu_s16, zk_prelu_params, params, 3)
ZR_KERNEL(zk_prelu_f32, zk_prelu_f32_params, params_f32, 3)

static bool factors_of(const zr_site *site, zk_prelu_params *p)
{
    double in = (double)zr_scale(zr_input(site, 0)), slope = (double)zr_scale(zr_input(site, 1));
    double out = (double)zr_scale(zr_output(site, 0));
    return zr_need_multiplier(site, in / out, &p->identity_multiplier, &p->identity_shift) &&
           zr_need_multiplier(site, in * slope / out, &p->slope_multiplier, &p->slope_shift);
}

static bool check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0), *slope = zr_input(site, 1);
    const zr_tensor *output = zr_output(site, 0);
    zk_prelu_params p;
    if (!zr_need_type(site, input, "input", ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32)) ||
        !zr_need_same_type(site, input, output, "output") ||
        !zr_need_type(site, slope, "slope", input->type == ZR_F32 ? ZR_BIT(F32) : ZR_BIT(I8)) ||
        !zr_need_per_tensor(site, input, "input") || !zr_need_per_tensor(site, slope, "slope") ||
        !zr_need_per_tensor(site, output, "output") ||
        !zr_need_broadcast(site, &input->shape, &slope->shape, &out[0]))
        return false;
    if (!zr_shape_equal(&out[0], &input->shape))
        return zr_site_fail(site, ZR_E_SHAPE, "slopes of %s do not broadcast to the input's %s",
                            zr_shape_text(site->cx, &slope->shape),
                            zr_shape_text(site->cx, &input->shape));
    return input->type == ZR_F32 || factors_of(site, &p);
}

static bool lower(zr_lowering *l)
{
    const zr_tensor *input = zr_input(&l->site, 0), *slope = zr_input(&l->site, 1);
    zk_broadcast walk = zr_broadcast(&input->shape, &slope->shape);
    zr_arg args[3] = {zr_arg_input(l, 0), zr_arg_input(l, 1), zr_arg_output(l, 0)};
    if (input->type == ZR_F32) {
        zk_prelu_f32_params p = {.walk = walk};
        return zr_call(l, &kernel_zk_prelu_f32, &p, args);
    }
    zk_prelu_params p = {.walk = walk,
                         .in_offset = -zr_zero_point(input),
                         .slope_offset = -zr_zero_point(slope),
                         .out_offset = zr_zero_point(zr_output(&l->site, 0))};
    if (!factors_of(&l->site, &p)) return false;
    return zr_call(l, input->type == ZR_I8 ? &kernel_zk_prelu_s8 : &kernel_zk_prelu_s16, &p, args);
}

const zr_op zr_op_prelu = {
    .tflite_code = 54,
    .since = "1.8.0",
    .input_names = {"input", "slope"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &zr_quant_free,
    .lower = lower,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};
