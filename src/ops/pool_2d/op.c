#include <math.h>

#include "ops/lower.h"
#include "ops/pool_2d/kernel.h"
#include "ops/rules.h"
#include "ops/window.h"

typedef struct pool_2d_attrs {
    int32_t padding, stride_w, stride_h, filter_w, filter_h, activation;
} pool_2d_attrs;

static const zr_field fields[] = {
    ZR_FIELD(ENUM, 0, pool_2d_attrs, padding, 0), ZR_FIELD(I32, 1, pool_2d_attrs, stride_w, 0),
    ZR_FIELD(I32, 2, pool_2d_attrs, stride_h, 0), ZR_FIELD(I32, 3, pool_2d_attrs, filter_w, 0),
    ZR_FIELD(I32, 4, pool_2d_attrs, filter_h, 0), ZR_FIELD(ENUM, 5, pool_2d_attrs, activation, 0),
};

static const zr_param_field params[] = {
    ZR_PARAM_WINDOW(zk_pool_2d_params),
    ZR_PARAM(I32, zk_pool_2d_params, out_min),
    ZR_PARAM(I32, zk_pool_2d_params, out_max),
};
static const zr_param_field params_f32[] = {
    ZR_PARAM_WINDOW(zk_pool_2d_f32_params),
    ZR_PARAM(F32, zk_pool_2d_f32_params, out_min),
    ZR_PARAM(F32, zk_pool_2d_f32_params, out_max),
};
static const zr_param_field rows_params[] = {
    ZR_PARAM(I32, zk_pool_2d_rows_params, pixels),
    ZR_PARAM(I32, zk_pool_2d_rows_params, channels),
    ZR_PARAM(I32, zk_pool_2d_rows_params, first),
};
static const zr_param_field mean_params[] = {
    ZR_PARAM(I32, zk_pool_2d_mean_params, channels),
    ZR_PARAM(I32, zk_pool_2d_mean_params, taps),
    ZR_PARAM(I32, zk_pool_2d_mean_params, out_min),
    ZR_PARAM(I32, zk_pool_2d_mean_params, out_max),
};
ZR_KERNEL(zk_average_pool_2d_s8_rows, zk_pool_2d_rows_params, rows_params, 2)
ZR_KERNEL(zk_average_pool_2d_s8_mean, zk_pool_2d_mean_params, mean_params, 2)
ZR_KERNEL(zk_average_pool_2d_s8, zk_pool_2d_params, params, 2)
ZR_KERNEL(zk_average_pool_2d_s8_mve, zk_pool_2d_params, params, 2)
ZR_KERNEL(zk_average_pool_2d_s8_dsp, zk_pool_2d_params, params, 2)
ZR_KERNEL(zk_max_pool_2d_s8_dsp, zk_pool_2d_params, params, 2)
ZR_KERNEL(zk_average_pool_2d_s16, zk_pool_2d_params, params, 2)
ZR_KERNEL(zk_average_pool_2d_f32, zk_pool_2d_f32_params, params_f32, 2)
ZR_KERNEL(zk_max_pool_2d_s8, zk_pool_2d_params, params, 2)
ZR_KERNEL(zk_max_pool_2d_s16, zk_pool_2d_params, params, 2)
ZR_KERNEL(zk_max_pool_2d_f32, zk_pool_2d_f32_params, params_f32, 2)

static bool window_of(const zr_site *site, zk_window *window)
{
    const pool_2d_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0);
    zr_window_attrs attrs = {a->padding, a->filter_h, a->filter_w, a->stride_h, a->stride_w, 1, 1};
    return zr_need_window(site, &attrs, input, input->shape.dim[3], window);
}

/* TFLite allows scales that differ by a millionth, and then copies values as if they did not. */
static bool check_scales(const zr_site *site, const zr_tensor *input, const zr_tensor *output)
{
    if (!zr_need_per_tensor(site, input, "input") || !zr_need_per_tensor(site, output, "output"))
        return false;
    if (input->type == ZR_F32 ||
        (fabs((double)zr_scale(input) - (double)zr_scale(output)) <= 1e-6 &&
         zr_zero_point(input) == zr_zero_point(output)))
        return true;
    return zr_site_fail(site, ZR_E_QUANTIZATION,
                        "input and output must have the same scale and zero point");
}

static bool check(const zr_site *site, zr_shape *out)
{
    const pool_2d_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0), *output = zr_output(site, 0);
    zk_window window;
    if (!zr_need_type(site, input, "input", ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32)) ||
        !zr_need_same_type(site, input, output, "output") || !check_scales(site, input, output) ||
        !zr_need_rank(site, input, "input", 4, 4) || !zr_need_clamp(site, a->activation) ||
        !window_of(site, &window))
        return false;
    out[0] = zr_window_output(&window);
    return true;
}

/* The sum of a window, and half its taps for rounding, stay within 32 bits. */
static bool check_average(const zr_site *site, zr_shape *out)
{
    const pool_2d_attrs *a = site->node->attrs;
    const zr_tensor *input = zr_input(site, 0);
    if (!check(site, out)) return false;
    const int32_t *in = input->shape.dim;
    int64_t h = a->filter_h < in[1] ? a->filter_h : in[1];
    int64_t w = a->filter_w < in[2] ? a->filter_w : in[2];
    int64_t reach = input->type == ZR_I16 ? 32768 : 128;
    if (input->type == ZR_F32 || h * w * (reach + 1) <= INT32_MAX) return true;
    return zr_site_fail(site, ZR_E_UNSUPPORTED, "the sum of a window of %dx%d can leave 32 bits",
                        (int)h, (int)w);
}

static bool lower(zr_lowering *l, const zr_kernel *s8, const zr_kernel *s16, const zr_kernel *f32)
{
    const pool_2d_attrs *a = l->site.node->attrs;
    const zr_tensor *input = zr_input(&l->site, 0);
    zk_window window;
    if (!window_of(&l->site, &window)) return false;
    zr_arg args[2] = {zr_arg_input(l, 0), zr_arg_output(l, 0)};
    if (input->type == ZR_F32) {
        zk_pool_2d_f32_params p = {.window = window};
        zr_clamp_float(a->activation, &p.out_min, &p.out_max);
        return zr_call(l, f32, &p, args);
    }
    zk_pool_2d_params p = {.window = window};
    zr_clamp_quantized(zr_output(&l->site, 0), a->activation, &p.out_min, &p.out_max);
    return zr_call(l, input->type == ZR_I8 ? s8 : s16, &p, args);
}

/* The kernels make the rows from top to bottom, each value from its own window only. */
static int64_t overlap(const zr_site *site, int input)
{
    zk_window window;
    if (input != 0 || !window_of(site, &window)) return ZR_NO_OVERLAP;
    return zr_window_overlap(&window, zr_type_bytes(zr_input(site, 0)->type),
                             zr_type_bytes(zr_output(site, 0)->type));
}

static bool rows(const zr_site *site, int input, zr_row_rule *rule)
{
    zk_window window;
    if (input != 0 || !window_of(site, &window) || window.batches != 1) return false;
    *rule = zr_window_rows(&window);
    return true;
}

/* What the references take. */
static void cost(const zr_site *site, zr_cost *cost)
{
    zk_window w;
    if (!window_of(site, &w)) return;
    int64_t taps = (int64_t)w.kernel_h * w.kernel_w;
    cost->instructions = zr_elements(&zr_output(site, 0)->shape) * (6 * taps + 10);
}

static bool lower_average(zr_lowering *l)
{
    return lower(l, &kernel_zk_average_pool_2d_s8, &kernel_zk_average_pool_2d_s16,
                 &kernel_zk_average_pool_2d_f32);
}

static bool lower_max(zr_lowering *l)
{
    return lower(l, &kernel_zk_max_pool_2d_s8, &kernel_zk_max_pool_2d_s16,
                 &kernel_zk_max_pool_2d_f32);
}

/* The window is the picture: rows can be added up as they come. */
static bool average_takes_rows(const zr_site *site)
{
    zk_window w;
    return zr_input(site, 0)->type == ZR_I8 && window_of(site, &w) && w.batches == 1 &&
           w.out_h == 1 && w.out_w == 1 && w.pad_h == 0 && w.pad_w == 0 && w.kernel_h >= w.in_h &&
           w.kernel_w >= w.in_w;
}

static bool lower_average_taking(zr_lowering *l)
{
    const pool_2d_attrs *a = l->site.node->attrs;
    const zr_strip_view *strip = l->site.graph->strip;
    const int32_t *in = zr_input(&l->site, 0)->shape.dim;
    zk_pool_2d_rows_params p = {in[1] * in[2], in[3], strip->first};
    zr_arg sums = zr_arg_kept(l, ZR_I32, (size_t)in[3] * 4);
    zr_arg args[2] = {zr_arg_input(l, 0), sums};
    if (!zr_call(l, &kernel_zk_average_pool_2d_s8_rows, &p, args)) return false;
    if (!strip->last) return true;
    zk_pool_2d_mean_params mean = {.channels = in[3], .taps = strip->in_h * in[2]};
    zr_clamp_quantized(zr_output(&l->site, 0), a->activation, &mean.out_min, &mean.out_max);
    zr_arg mean_args[2] = {sums, zr_arg_output(l, 0)};
    return zr_call(l, &kernel_zk_average_pool_2d_s8_mean, &mean, mean_args);
}

/* Helium. */
static bool mve_fits(const zr_site *site)
{
    zk_window w;
    return zr_input(site, 0)->type == ZR_I8 && window_of(site, &w) && w.in_c % 8 == 0 &&
           (int64_t)w.kernel_h * w.kernel_w <= 255;
}

static void mve_cost(const zr_site *site, zr_cost *cost)
{
    zk_window w;
    if (!window_of(site, &w)) return;
    int64_t windows = (int64_t)w.batches * w.out_h * w.out_w;
    int64_t eight = w.kernel_h * (8 + 4 * (int64_t)w.kernel_w) + 45;
    cost->instructions = windows * (w.in_c / 8 * eight + 10 * (w.kernel_h + w.kernel_w) + 60);
    cost->code_bytes = 400;
}

static bool mve_lower(zr_lowering *l)
{
    return lower(l, &kernel_zk_average_pool_2d_s8_mve, NULL, NULL);
}

/* The Arm DSP extension. */
static bool dsp_max_fits(const zr_site *site)
{
    zk_window w;
    return zr_input(site, 0)->type == ZR_I8 && window_of(site, &w) && w.in_c >= 8;
}

static bool dsp_average_fits(const zr_site *site)
{
    zk_window w;
    if (!dsp_max_fits(site) || !window_of(site, &w)) return false;
    int64_t h = w.kernel_h < w.in_h ? w.kernel_h : w.in_h;
    int64_t width = w.kernel_w < w.in_w ? w.kernel_w : w.in_w;
    return h * width <= 256; /* sums of 16 bits */
}

static void dsp_cost(const zr_site *site, int per_eight, zr_cost *cost)
{
    zk_window w;
    if (!window_of(site, &w)) return;
    int64_t windows = (int64_t)w.batches * w.out_h * w.out_w;
    bool whole = w.kernel_w == w.in_w;
    int64_t eight =
        9 * (int64_t)w.kernel_h * w.kernel_w + (whole ? 1 : w.kernel_h) * 15 + per_eight;
    cost->instructions = windows * ((w.in_c + 7) / 8 * eight + 4 * (w.kernel_h + w.kernel_w) + 80);
    cost->code_bytes = 480;
}

static void dsp_average_cost(const zr_site *site, zr_cost *cost)
{
    dsp_cost(site, 120, cost);
}

static void dsp_max_cost(const zr_site *site, zr_cost *cost)
{
    dsp_cost(site, 18, cost);
}

static bool dsp_average_lower(zr_lowering *l)
{
    return lower(l, &kernel_zk_average_pool_2d_s8_dsp, NULL, NULL);
}

static bool dsp_max_lower(zr_lowering *l)
{
    return lower(l, &kernel_zk_max_pool_2d_s8_dsp, NULL, NULL);
}

static const zr_variant average_variants[] = {
    {.name = "mve", .isa = ZR_ISA_MVE, .fits = mve_fits, .cost = mve_cost, .lower = mve_lower},
    {.name = "dsp",
     .isa = ZR_ISA_DSP,
     .fits = dsp_average_fits,
     .cost = dsp_average_cost,
     .lower = dsp_average_lower},
    {0},
};

static const zr_variant max_variants[] = {
    {.name = "dsp",
     .isa = ZR_ISA_DSP,
     .fits = dsp_max_fits,
     .cost = dsp_max_cost,
     .lower = dsp_max_lower},
    {0},
};

const zr_op zr_op_average_pool_2d = {
    .tflite_code = 1,
    .tflite_options = 5,
    ZR_ATTRS(pool_2d_attrs, fields),
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.3.0", .types = ZR_BIT(I16))),
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check_average,
    .quant = &zr_quant_same,
    .lower = lower_average,
    .takes_rows = average_takes_rows,
    .lower_taking = lower_average_taking,
    .variants = average_variants,
    .cost = cost,
    .overlap = overlap,
    .rows = rows,
};

const zr_op zr_op_max_pool_2d = {
    .tflite_code = 17,
    .tflite_options = 5,
    ZR_ATTRS(pool_2d_attrs, fields),
    .since = "1.5.0",
    ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                ZR_NEEDS(3, "2.3.0", .types = ZR_BIT(I16))),
    .input_names = {"input"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = check,
    .quant = &zr_quant_same,
    .lower = lower_max,
    .variants = max_variants,
    .cost = cost,
    .overlap = overlap,
    .rows = rows,
};
