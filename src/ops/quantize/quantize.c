/* QUANTIZE: from real numbers to stored ones, or from one quantization to another. */
#include "device/requantize.h"
#include "ops/quantize/common.h"
#include "ops/quantize/kernel.h"
#include "ops/rules.h"
#include "ops/table.h"

static const zr_param_field params[] = {
    ZR_PARAM(I32, zk_quantize_params, count),
    ZR_PARAM(F32, zk_quantize_params, scale),
    ZR_PARAM(I32, zk_quantize_params, zero_point),
};
static const zr_param_field params_rescale[] = {
    ZR_PARAM(I32, zk_rescale_params, count),      ZR_PARAM(I32, zk_rescale_params, in_offset),
    ZR_PARAM(I32, zk_rescale_params, multiplier), ZR_PARAM(I32, zk_rescale_params, shift),
    ZR_PARAM(I32, zk_rescale_params, out_offset),
};
ZR_KERNEL(zk_quantize_s8, zk_quantize_params, params, 2)
ZR_KERNEL(zk_quantize_u8, zk_quantize_params, params, 2)
ZR_KERNEL(zk_quantize_s16, zk_quantize_params, params, 2)
ZR_KERNEL(zk_rescale_s8_s16, zk_rescale_params, params_rescale, 2)
ZR_KERNEL(zk_rescale_s8_s32, zk_rescale_params, params_rescale, 2)
ZR_KERNEL(zk_rescale_u8_s16, zk_rescale_params, params_rescale, 2)
ZR_KERNEL(zk_rescale_s16_s8, zk_rescale_params, params_rescale, 2)
ZR_KERNEL(zk_rescale_s16_s16, zk_rescale_params, params_rescale, 2)
ZR_KERNEL(zk_rescale_s16_s32, zk_rescale_params, params_rescale, 2)
ZR_KERNEL(zk_rescale_s32_s8, zk_rescale_params, params_rescale, 2)
ZR_KERNEL(zk_rescale_s32_s16, zk_rescale_params, params_rescale, 2)

/* What TensorFlow Lite Micro converts, and LiteRT's three more with uint8. Where there is no
 * kernel, a table does it. */
static const struct conversion {
    zr_type from, to;
    const zr_kernel *kernel;
} conversions[] = {
    {ZR_F32, ZR_I8, &kernel_zk_quantize_s8},
    {ZR_F32, ZR_U8, &kernel_zk_quantize_u8},
    {ZR_F32, ZR_I16, &kernel_zk_quantize_s16},
    {ZR_I8, ZR_I8, NULL},
    {ZR_I8, ZR_U8, NULL},
    {ZR_U8, ZR_I8, NULL},
    {ZR_U8, ZR_U8, NULL},
    {ZR_I8, ZR_I16, &kernel_zk_rescale_s8_s16},
    {ZR_I8, ZR_I32, &kernel_zk_rescale_s8_s32},
    {ZR_U8, ZR_I16, &kernel_zk_rescale_u8_s16},
    {ZR_I16, ZR_I8, &kernel_zk_rescale_s16_s8},
    {ZR_I16, ZR_I16, &kernel_zk_rescale_s16_s16},
    {ZR_I16, ZR_I32, &kernel_zk_rescale_s16_s32},
    {ZR_I32, ZR_I8, &kernel_zk_rescale_s32_s8},
    {ZR_I32, ZR_I16, &kernel_zk_rescale_s32_s16},
};

static const struct conversion *find(zr_type from, zr_type to)
{
    for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++)
        if (conversions[i].from == from && conversions[i].to == to) return &conversions[i];
    return NULL;
}

static bool rescale_of(const zr_site *site, zk_rescale_params *p)
{
    const zr_tensor *input = zr_input(site, 0), *output = zr_output(site, 0);
    p->count = (int32_t)zr_elements(&input->shape);
    p->in_offset = (int32_t)(0u - (uint32_t)zr_zero_point(input));
    p->out_offset = zr_zero_point(output);
    return zr_need_multiplier(site, (double)zr_scale(input) / (double)zr_scale(output),
                              &p->multiplier, &p->shift);
}

static bool check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0), *output = zr_output(site, 0);
    zk_rescale_params p;
    if (!find(input->type, output->type))
        return zr_site_fail(site, ZR_E_TYPE, "%s cannot be converted to %s",
                            zr_types[input->type].name, zr_types[output->type].name);
    if (!zr_need_affine(site, output, "output")) return false;
    out[0] = input->shape;
    if (input->type == ZR_F32) return true;
    return zr_need_affine(site, input, "input") && rescale_of(site, &p);
}

static bool lower_table(zr_lowering *l, const zk_rescale_params *p)
{
    bool from_signed = zr_input(&l->site, 0)->type == ZR_I8;
    bool to_signed = zr_output(&l->site, 0)->type == ZR_I8;
    uint8_t table[256];
    for (int32_t byte = 0; byte < 256; byte++) {
        int32_t x = from_signed && byte > INT8_MAX ? byte - 256 : byte;
        int32_t y = zk_requantize(x + p->in_offset, p->multiplier, p->shift);
        y = zk_add_wrap(y, p->out_offset);
        table[byte] =
            (uint8_t)(to_signed ? zk_clamp(y, INT8_MIN, INT8_MAX) : zk_clamp(y, 0, UINT8_MAX));
    }
    return zr_lower_table(l, table);
}

static bool lower(zr_lowering *l)
{
    const zr_tensor *input = zr_input(&l->site, 0), *output = zr_output(&l->site, 0);
    const struct conversion *conversion = find(input->type, output->type);
    zk_rescale_params p = {0};
    if (input->type != ZR_F32 && !rescale_of(&l->site, &p)) return false;
    if (!conversion->kernel) return lower_table(l, &p);
    zr_arg args[2] = {zr_arg_input(l, 0), zr_arg_output(l, 0)};
    if (input->type != ZR_F32) return zr_call(l, conversion->kernel, &p, args);
    zk_quantize_params q = {.count = (int32_t)zr_elements(&input->shape),
                            .scale = zr_scale(output),
                            .zero_point = zr_zero_point(output)};
    return zr_call(l, conversion->kernel, &q, args);
}

static bool to_int16(const zr_site *site)
{
    const zr_tensor *output = zr_output(site, 0);
    return output && output->type == ZR_I16;
}

const zr_op zr_op_quantize = {
    .tflite_code = 114,
    .tflite_options = 89,
    .since = "1.14.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.15.0", .test = to_int16)),
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .lower = lower,
    .overlap = zr_elementwise_overlap,
    .rows = zr_elementwise_rows,
};
