/* MY_OP: what it computes, in a line. (This one keeps the input within 0..1, which the .tflite
 * schema calls RELU_0_TO_1.)
 *
 * To add an operator:
 *   1. copy this folder and replace my_op, MY_OP by its name: tests/operators/template.sh does it
 *   2. add ZR_OP(MY_OP, my_op) to ops.def
 *   3. kernel.h and ref.c: compute; op.c: check the node and call the kernel; cases.c: show it
 * Nothing else knows operators by name. */
#include "ops/my_op/kernel.h"

#include <math.h>

#include "ops/lower.h"
#include "ops/rules.h"

/* An operator with attributes has a struct for them and says where each is in the file (its kind,
 * its number in the options table of the schema, the schema's default), and names both in the
 * descriptor below; the rules find them at site->node->attrs:
 *
 *     typedef struct my_op_attrs {
 *         int32_t axis;
 *     } my_op_attrs;
 *
 *     static const zr_field fields[] = {ZR_FIELD(I32, 0, my_op_attrs, axis, 0)};
 *     ...
 *     .tflite_options = 123,
 *     ZR_ATTRS(my_op_attrs, fields),
 */

/* Every field of the kernels' parameters, in order, and every kernel with its number of pointers.
 */
static const zr_param_field params[] = {
    ZR_PARAM(I32, zk_my_op_params, count),
    ZR_PARAM(I32, zk_my_op_params, out_min),
    ZR_PARAM(I32, zk_my_op_params, out_max),
};
static const zr_param_field params_f32[] = {
    ZR_PARAM(I32, zk_my_op_f32_params, count),
    ZR_PARAM(F32, zk_my_op_f32_params, out_min),
    ZR_PARAM(F32, zk_my_op_f32_params, out_max),
};
ZR_KERNEL(zk_my_op_s8, zk_my_op_params, params, 2)
ZR_KERNEL(zk_my_op_f32, zk_my_op_f32_params, params_f32, 2)

/* Everything that lower() and the kernels rely on is checked here, types first; the file is not
 * trusted. What TensorFlow Lite Micro refuses is refused, in a sentence that says what and how
 * much. `out` gets the shape of every output. */
static bool check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0), *output = zr_output(site, 0);
    if (!zr_need_type(site, input, "input", ZR_BIT(I8) | ZR_BIT(F32)) ||
        !zr_need_same_type(site, input, output, "output") ||
        !zr_need_per_tensor(site, input, "input") || !zr_need_same_scale(site, input, output))
        return false;
    out[0] = input->shape;
    return true;
}

/* Adds the kernel calls. check() was true. */
static bool lower(zr_lowering *l)
{
    const zr_tensor *input = zr_input(&l->site, 0);
    int32_t count = (int32_t)zr_elements(&input->shape);
    zr_arg args[2] = {zr_arg_input(l, 0), zr_arg_output(l, 0)};
    if (input->type == ZR_F32) {
        zk_my_op_f32_params p = {.count = count, .out_min = 0.0f, .out_max = 1.0f};
        return zr_call(l, &kernel_zk_my_op_f32, &p, args);
    }
    int32_t zero = zr_zero_point(input);
    float one = roundf(1.0f / zr_scale(input)) + (float)zero;
    zk_my_op_params p = {
        .count = count, .out_min = zero, .out_max = one < INT8_MAX ? (int32_t)one : INT8_MAX};
    return zr_call(l, &kernel_zk_my_op_s8, &p, args);
}

/* The folder's only exported symbol. tflite_code: BuiltinOperator of the schema. */
const zr_op zr_op_my_op = {
    .tflite_code = 152,
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &zr_quant_free,
    .lower = lower,
};
