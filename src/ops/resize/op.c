/* RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR. */
#include "ops/copy.h"
#include "ops/resize/kernel.h"

#include <math.h>

typedef struct resize_attrs {
    int32_t align_corners, half_pixel_centers;
} resize_attrs;

static const zr_field bilinear_fields[] = {
    ZR_FIELD(BOOL, 2, resize_attrs, align_corners, 0),
    ZR_FIELD(BOOL, 3, resize_attrs, half_pixel_centers, 0),
};
static const zr_field nearest_fields[] = {
    ZR_FIELD(BOOL, 0, resize_attrs, align_corners, 0),
    ZR_FIELD(BOOL, 1, resize_attrs, half_pixel_centers, 0),
};

static const zr_param_field bilinear_params[] = {
    ZR_PARAM(I32, zk_resize_bilinear_params, batches),
    ZR_PARAM(I32, zk_resize_bilinear_params, in_h),
    ZR_PARAM(I32, zk_resize_bilinear_params, in_w),
    ZR_PARAM(I32, zk_resize_bilinear_params, out_h),
    ZR_PARAM(I32, zk_resize_bilinear_params, out_w),
    ZR_PARAM(I32, zk_resize_bilinear_params, c),
    ZR_PARAM(I32, zk_resize_bilinear_params, scale_h),
    ZR_PARAM(I32, zk_resize_bilinear_params, scale_w),
    ZR_PARAM(I32, zk_resize_bilinear_params, start_h),
    ZR_PARAM(I32, zk_resize_bilinear_params, start_w),
};
static const zr_param_field bilinear_f32_params[] = {
    ZR_PARAM(I32, zk_resize_bilinear_f32_params, batches),
    ZR_PARAM(I32, zk_resize_bilinear_f32_params, in_h),
    ZR_PARAM(I32, zk_resize_bilinear_f32_params, in_w),
    ZR_PARAM(I32, zk_resize_bilinear_f32_params, out_h),
    ZR_PARAM(I32, zk_resize_bilinear_f32_params, out_w),
    ZR_PARAM(I32, zk_resize_bilinear_f32_params, c),
    ZR_PARAM(F32, zk_resize_bilinear_f32_params, scale_h),
    ZR_PARAM(F32, zk_resize_bilinear_f32_params, scale_w),
    ZR_PARAM(F32, zk_resize_bilinear_f32_params, shift),
};
static const zr_param_field nearest_params[] = {
    ZR_PARAM(I32, zk_resize_nearest_params, batches),
    ZR_PARAM(I32, zk_resize_nearest_params, in_h),
    ZR_PARAM(I32, zk_resize_nearest_params, in_w),
    ZR_PARAM(I32, zk_resize_nearest_params, out_h),
    ZR_PARAM(I32, zk_resize_nearest_params, out_w),
    ZR_PARAM(I32, zk_resize_nearest_params, pixel),
};
ZR_KERNEL(zk_resize_bilinear_s8, zk_resize_bilinear_params, bilinear_params, 2)
ZR_KERNEL(zk_resize_bilinear_s16, zk_resize_bilinear_params, bilinear_params, 2)
ZR_KERNEL(zk_resize_bilinear_f32, zk_resize_bilinear_f32_params, bilinear_f32_params, 2)
ZR_KERNEL(zk_resize_nearest, zk_resize_nearest_params, nearest_params, 4)

/* Sizes are kept in 16 bits: a table of rows and columns stays small, and no fixed-point position
 * of 10 fraction bits overflows. */
enum { MAX_SIZE = INT16_MAX };

/* The picture of `types` becomes one of the size that the second input says. */
static bool check_sizes(const zr_site *site, unsigned types, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0), *size = zr_input(site, 1);
    if (!zr_need_type(site, input, "input", types) ||
        !zr_need_same_type(site, input, zr_output(site, 0), "output") ||
        !zr_need_rank(site, input, "input", 4, 4) ||
        !zr_need_type(site, size, "size", ZR_BIT(I32)) || !zr_need_const(site, size, "size"))
        return false;
    if (zr_elements(&size->shape) != 2)
        return zr_site_fail(site, ZR_E_SHAPE, "size has %lld elements, not two",
                            (long long)zr_elements(&size->shape));
    *out = input->shape;
    for (int d = 1; d <= 2; d++) {
        out->dim[d] = zr_const_i32(size, d - 1);
        if (out->dim[d] < 1 || out->dim[d] > MAX_SIZE || input->shape.dim[d] > MAX_SIZE)
            return zr_site_fail(site, ZR_E_SHAPE, "dimension %d from %d to %d, not up to %d", d,
                                (int)input->shape.dim[d], (int)out->dim[d], MAX_SIZE);
    }
    return true;
}

/* Input pixels for each output pixel along one axis, with 10 fraction bits. */
static int32_t fixed_scale(const resize_attrs *a, int32_t in, int32_t out)
{
    if (a->align_corners && out > 1) in--, out--;
    return (1024 * in + out / 2) / out;
}

static int32_t fixed_start(const resize_attrs *a, int32_t scale)
{
    return a->half_pixel_centers ? scale / 2 - 512 : 0;
}

static float real_scale(const resize_attrs *a, int32_t in, int32_t out)
{
    if (a->align_corners && out > 1) in--, out--;
    return (float)in / (float)out;
}

static float real_shift(const resize_attrs *a)
{
    return a->half_pixel_centers ? 0.5f : 0.0f;
}

/* The last position along dimension d: the reference kernels round the scale to 10 bits and read
 * behind the input when a picture is enlarged a thousand times. */
static bool check_last(const zr_site *site, int d, int32_t out)
{
    const resize_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0);
    int32_t in = input->shape.dim[d], scale = fixed_scale(a, in, out);
    float real = ((float)(out - 1) + real_shift(a)) * real_scale(a, in, out) - real_shift(a);
    bool inside = input->type == ZR_F32 ? real < (float)in
                                        : (out - 1) * scale + fixed_start(a, scale) < in * 1024;
    if (inside) return true;
    return zr_site_fail(site, ZR_E_SHAPE, "dimension %d cannot be enlarged from %d to %d", d,
                        (int)in, (int)out);
}

static bool bilinear_check(const zr_site *site, zr_shape *out)
{
    const resize_attrs *a = site->node->attrs;
    if (!check_sizes(site, ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32), out)) return false;
    if (a->align_corners && a->half_pixel_centers)
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "align_corners with half_pixel_centers");
    return check_last(site, 1, out->dim[1]) && check_last(site, 2, out->dim[2]);
}

static bool bilinear_lower(zr_lowering *l)
{
    const resize_attrs *a = l->site.node->attrs;
    const zr_tensor *input = zr_input(&l->site, 0);
    const int32_t *in = input->shape.dim, *out = zr_output(&l->site, 0)->shape.dim;
    zr_arg args[2] = {zr_arg_input(l, 0), zr_arg_output(l, 0)};
    if (input->type == ZR_F32) {
        zk_resize_bilinear_f32_params p = {.batches = in[0],
                                           .in_h = in[1],
                                           .in_w = in[2],
                                           .out_h = out[1],
                                           .out_w = out[2],
                                           .c = in[3],
                                           .scale_h = real_scale(a, in[1], out[1]),
                                           .scale_w = real_scale(a, in[2], out[2]),
                                           .shift = real_shift(a)};
        return zr_call(l, &kernel_zk_resize_bilinear_f32, &p, args);
    }
    zk_resize_bilinear_params p = {.batches = in[0],
                                   .in_h = in[1],
                                   .in_w = in[2],
                                   .out_h = out[1],
                                   .out_w = out[2],
                                   .c = in[3],
                                   .scale_h = fixed_scale(a, in[1], out[1]),
                                   .scale_w = fixed_scale(a, in[2], out[2])};
    p.start_h = fixed_start(a, p.scale_h);
    p.start_w = fixed_start(a, p.scale_w);
    return zr_call(
        l, input->type == ZR_I8 ? &kernel_zk_resize_bilinear_s8 : &kernel_zk_resize_bilinear_s16,
        &p, args);
}

static bool nearest_check(const zr_site *site, zr_shape *out)
{
    return check_sizes(site, ZR_MOVABLE, out);
}

/* Where each of `out` pixels comes from, a constant table; in floats, as the reference rounds. */
static zr_arg nearest_table(zr_lowering *l, const char *what, int32_t in, int32_t out)
{
    const resize_attrs *a = l->site.node->attrs;
    float scale = real_scale(a, in, out);
    int16_t *table = ZR_NEW(l->site.cx, int16_t, (size_t)out);
    if (!table) return zr_arg_none();
    for (int32_t i = 0; i < out; i++) {
        float position = ((float)i + real_shift(a)) * scale;
        int32_t from = (int32_t)(a->align_corners ? roundf(position) : floorf(position));
        table[i] = (int16_t)(from < in - 1 ? from : in - 1);
    }
    return zr_arg_const(l, what, ZR_I16, table, out);
}

static bool nearest_lower(zr_lowering *l)
{
    const zr_tensor *input = zr_input(&l->site, 0);
    const int32_t *in = input->shape.dim, *out = zr_output(&l->site, 0)->shape.dim;
    zk_resize_nearest_params p = {.batches = in[0],
                                  .in_h = in[1],
                                  .in_w = in[2],
                                  .out_h = out[1],
                                  .out_w = out[2],
                                  .pixel = in[3] * zr_type_bytes(input->type)};
    zr_arg args[4] = {zr_arg_input(l, 0), nearest_table(l, "rows", in[1], out[1]),
                      nearest_table(l, "columns", in[2], out[2]), zr_arg_output(l, 0)};
    if (args[1].loc.space == ZR_SPACE_NONE || args[2].loc.space == ZR_SPACE_NONE) return false;
    return zr_call(l, &kernel_zk_resize_nearest, &p, args);
}

const zr_op zr_op_resize_bilinear = {
    .tflite_code = 23,
    .tflite_options = 15,
    ZR_ATTRS(resize_attrs, bilinear_fields),
    .since = "1.7.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.2.0", .attribute = "half_pixel_centers"),
                ZR_NEEDS(4, "2.5.0", .types = ZR_BIT(I16))),
    .input_names = {"input", "size"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = bilinear_check,
    .quant = &zr_quant_same,
    .lower = bilinear_lower,
};

const zr_op zr_op_resize_nearest_neighbor = {
    .tflite_code = 97,
    .tflite_options = 74,
    ZR_ATTRS(resize_attrs, nearest_fields),
    .since = "1.13.1",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.3.0", .attribute = "align_corners"),
                ZR_NEEDS(3, "2.3.0", .attribute = "half_pixel_centers"),
                ZR_NEEDS(4, "2.4.0", .types = ZR_BIT(I16))),
    .input_names = {"input", "size"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = nearest_check,
    .quant = &zr_quant_same,
    .lower = nearest_lower,
};
