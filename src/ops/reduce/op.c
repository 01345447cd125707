#include "ops/lower.h"
#include "ops/reduce/kernel.h"
#include "ops/rules.h"

typedef struct reduce_attrs {
    int32_t keep_dims;
} reduce_attrs;

static const zr_field fields[] = {ZR_FIELD(BOOL, 0, reduce_attrs, keep_dims, 0)};

static const zr_param_field params[] = {
    ZR_PARAM_ARRAY(I32, zk_reduce_params, kept_size, 3),
    ZR_PARAM_ARRAY(I32, zk_reduce_params, kept_stride, 3),
    ZR_PARAM_ARRAY(I32, zk_reduce_params, reduced_size, 3),
    ZR_PARAM_ARRAY(I32, zk_reduce_params, reduced_stride, 3),
    ZR_PARAM(I32, zk_reduce_params, count),
    ZR_PARAM(I32, zk_reduce_params, sum_offset),
    ZR_PARAM(I32, zk_reduce_params, multiplier),
    ZR_PARAM(I32, zk_reduce_params, shift),
    ZR_PARAM(I32, zk_reduce_params, out_offset),
};
static const zr_param_field rows_params[] = {
    ZR_PARAM(I32, zk_reduce_rows_params, pixels),
    ZR_PARAM(I32, zk_reduce_rows_params, channels),
    ZR_PARAM(I32, zk_reduce_rows_params, first),
};
ZR_KERNEL(zk_reduce_sum_s8_rows, zk_reduce_rows_params, rows_params, 2)
ZR_KERNEL(zk_reduce_sum_s8_finish, zk_reduce_params, params, 2)
ZR_KERNEL(zk_reduce_sum_s8, zk_reduce_params, params, 2)
ZR_KERNEL(zk_reduce_sum_s8_dsp, zk_reduce_params, params, 2)
ZR_KERNEL(zk_reduce_sum_s16, zk_reduce_params, params, 2)
ZR_KERNEL(zk_reduce_sum_f32, zk_reduce_params, params, 2)
ZR_KERNEL(zk_reduce_max_s8, zk_reduce_params, params, 2)
ZR_KERNEL(zk_reduce_max_s16, zk_reduce_params, params, 2)
ZR_KERNEL(zk_reduce_max_f32, zk_reduce_params, params, 2)

/* Marks the dimensions that the axes name; naming one twice is naming it once. */
static bool find_reduced(const zr_site *site, bool *reduced)
{
    const zr_tensor *axes = zr_input(site, 1);
    int rank = zr_input(site, 0)->shape.rank, axis;
    int64_t n = zr_elements(&axes->shape);
    for (int i = 0; i < rank; i++) reduced[i] = false;
    for (int64_t i = 0; i < n; i++) {
        if (!zr_need_axis(site, zr_const_i32(axes, i), rank, &axis)) return false;
        reduced[axis] = true;
    }
    return true;
}

static zr_shape output_shape(const zr_site *site, const bool *reduced)
{
    const reduce_attrs *a = site->node->attrs;
    const zr_shape *in = &zr_input(site, 0)->shape;
    zr_shape out = {0};
    for (int i = 0; i < in->rank; i++)
        if (!reduced[i] || a->keep_dims) out.dim[out.rank++] = reduced[i] ? 1 : in->dim[i];
    return out;
}

/* Input scale over output scale. */
static double scale_of(const zr_site *site)
{
    return (double)zr_scale(zr_input(site, 0)) / (double)zr_scale(zr_output(site, 0));
}

static bool check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0), *axes = zr_input(site, 1);
    const zr_tensor *output = zr_output(site, 0);
    bool reduced[ZR_MAX_RANK];
    if (!zr_need_type(site, input, "input", ZR_BIT(I8) | ZR_BIT(I16) | ZR_BIT(F32)) ||
        !zr_need_same_type(site, input, output, "output") ||
        !zr_need_per_tensor(site, input, "input") || !zr_need_per_tensor(site, output, "output") ||
        !zr_need_rank(site, input, "input", 1, ZR_MAX_RANK) || !zr_need_const(site, axes, "axes") ||
        !zr_need_type(site, axes, "axes", ZR_BIT(I32)) || !find_reduced(site, reduced))
        return false;
    out[0] = output_shape(site, reduced);
    return true;
}

static bool check_sum(const zr_site *site, zr_shape *out)
{
    int32_t multiplier, shift;
    if (!check(site, out)) return false;
    if (zr_input(site, 0)->type == ZR_F32) return true;
    zr_quantize_multiplier(scale_of(site), &multiplier, &shift);
    if (shift <= 30) return true;
    return zr_site_fail(site, ZR_E_QUANTIZATION, "the output scale %g is too small",
                        (double)zr_scale(zr_output(site, 0)));
}

static bool check_max(const zr_site *site, zr_shape *out)
{
    return check(site, out) && zr_need_same_scale(site, zr_input(site, 0), zr_output(site, 0));
}

/* Groups the input's dimensions; returns how many elements make one output. */
static int32_t group(const zr_shape *in, const bool *reduced, zk_reduce_params *p)
{
    int kept = 3, gone = 3; /* the groups so far are those from here on */
    int32_t stride = 1, count = 1;
    for (int i = 0; i < 3; i++) {
        p->kept_size[i] = p->reduced_size[i] = 1;
        p->kept_stride[i] = p->reduced_stride[i] = 0;
    }
    for (int d = in->rank - 1; d >= 0; d--) {
        int *first = reduced[d] ? &gone : &kept;
        int32_t *size = reduced[d] ? p->reduced_size : p->kept_size;
        int32_t *strides = reduced[d] ? p->reduced_stride : p->kept_stride;
        if (d == in->rank - 1 || reduced[d] != reduced[d + 1]) strides[--*first] = stride;
        size[*first] *= in->dim[d];
        stride *= in->dim[d];
        if (reduced[d]) count *= in->dim[d];
    }
    return count;
}

static bool prepare(zr_lowering *l, zk_reduce_params *p, int32_t *count, zr_arg *args)
{
    bool reduced[ZR_MAX_RANK];
    *p = (zk_reduce_params){.count = 1};
    if (!find_reduced(&l->site, reduced)) return false;
    *count = group(&zr_input(&l->site, 0)->shape, reduced, p);
    args[0] = zr_arg_input(l, 0);
    args[1] = zr_arg_output(l, 0);
    return true;
}

static void rescale(const zr_site *site, int32_t count, zk_reduce_params *p)
{
    const zr_tensor *input = zr_input(site, 0), *output = zr_output(site, 0);
    p->sum_offset = (int32_t)(uint32_t)(uint64_t)(-(int64_t)zr_zero_point(input) * count);
    p->out_offset = zr_zero_point(output);
    zr_quantize_multiplier(scale_of(site), &p->multiplier, &p->shift);
}

/* Takes the division by `count` into the multiplier: as many more bits of the quotient as fit, the
 * rest cut off, as TFLite does. */
static void divide(int32_t count, zk_reduce_params *p)
{
    int shift = 0;
    while (count >> shift > 1) shift++;
    if (shift > 31 + p->shift) shift = 31 + p->shift;
    p->multiplier = (int32_t)(((int64_t)p->multiplier << shift) / count);
    p->shift -= shift;
}

static const zr_kernel *sum_kernel(const zr_lowering *l)
{
    zr_type type = zr_input(&l->site, 0)->type;
    return type == ZR_I8    ? &kernel_zk_reduce_sum_s8
           : type == ZR_I16 ? &kernel_zk_reduce_sum_s16
                            : &kernel_zk_reduce_sum_f32;
}

static bool call_mean(zr_lowering *l, const zr_kernel *kernel)
{
    zr_type type = zr_input(&l->site, 0)->type;
    zk_reduce_params p;
    int32_t count;
    zr_arg args[2];
    if (!prepare(l, &p, &count, args)) return false;
    p.count = count;
    if (type != ZR_F32) {
        rescale(&l->site, count, &p);
        divide(count, &p);
    }
    return zr_call(l, kernel, &p, args);
}

static bool call_sum(zr_lowering *l, const zr_kernel *kernel)
{
    zr_type type = zr_input(&l->site, 0)->type;
    zk_reduce_params p;
    int32_t count;
    zr_arg args[2];
    if (!prepare(l, &p, &count, args)) return false;
    if (type != ZR_F32) rescale(&l->site, count, &p);
    return zr_call(l, kernel, &p, args);
}

static bool lower_mean(zr_lowering *l)
{
    return call_mean(l, sum_kernel(l));
}

static bool lower_sum(zr_lowering *l)
{
    return call_sum(l, sum_kernel(l));
}

/* Over the pixels of a picture: rows can be added up as they come. */
static bool takes_rows(const zr_site *site)
{
    const zr_tensor *in = zr_input(site, 0);
    const int32_t *dim = in->shape.dim;
    bool reduced[ZR_MAX_RANK];
    return in->type == ZR_I8 && in->shape.rank == 4 && dim[0] == 1 && find_reduced(site, reduced) &&
           reduced[1] && reduced[2] && !reduced[3] && (int64_t)dim[1] * dim[2] < 1 << 23;
}

static bool lower_taking(zr_lowering *l, bool mean)
{
    const zr_strip_view *strip = l->site.graph->strip;
    const int32_t *in = zr_input(&l->site, 0)->shape.dim;
    zk_reduce_rows_params p = {in[1] * in[2], in[3], strip->first};
    zr_arg sums = zr_arg_kept(l, ZR_I32, (size_t)in[3] * 4);
    zr_arg args[2] = {zr_arg_input(l, 0), sums};
    if (!zr_call(l, &kernel_zk_reduce_sum_s8_rows, &p, args)) return false;
    if (!strip->last) return true;
    int32_t count = strip->in_h * in[2];
    zk_reduce_params finish = {
        .kept_size = {1, 1, in[3]}, .reduced_size = {1, 1, count}, .count = mean ? count : 1};
    rescale(&l->site, count, &finish);
    if (mean) divide(count, &finish);
    zr_arg finish_args[2] = {sums, zr_arg_output(l, 0)};
    return zr_call(l, &kernel_zk_reduce_sum_s8_finish, &finish, finish_args);
}

static bool lower_mean_taking(zr_lowering *l)
{
    return lower_taking(l, true);
}

static bool lower_sum_taking(zr_lowering *l)
{
    return lower_taking(l, false);
}

/* What the references take. */
static void cost(const zr_site *site, zr_cost *cost)
{
    cost->instructions =
        5 * zr_elements(&zr_input(site, 0)->shape) + 40 * zr_elements(&zr_output(site, 0)->shape);
}

/* The Arm DSP extension, over all but the last dimension and perhaps the first. */
static bool dsp_sizes(const zr_site *site, zk_reduce_params *p)
{
    bool reduced[ZR_MAX_RANK];
    if (!find_reduced(site, reduced)) return false;
    group(&zr_input(site, 0)->shape, reduced, p);
    return p->kept_size[0] == 1 && p->kept_stride[2] == 1 && p->kept_size[2] >= 8 &&
           p->reduced_size[0] == 1 && p->reduced_size[1] == 1 && p->reduced_size[2] < 1 << 23;
}

static bool dsp_fits(const zr_site *site)
{
    zk_reduce_params p;
    return zr_input(site, 0)->type == ZR_I8 && dsp_sizes(site, &p);
}

static void dsp_cost(const zr_site *site, zr_cost *cost)
{
    zk_reduce_params p;
    if (!dsp_sizes(site, &p)) return;
    int64_t eights = (int64_t)p.kept_size[1] * ((p.kept_size[2] + 7) / 8);
    cost->instructions = eights * (9 * (int64_t)p.reduced_size[2] + 250);
    cost->code_bytes = 350;
}

static bool dsp_lower_mean(zr_lowering *l)
{
    return call_mean(l, &kernel_zk_reduce_sum_s8_dsp);
}

static bool dsp_lower_sum(zr_lowering *l)
{
    return call_sum(l, &kernel_zk_reduce_sum_s8_dsp);
}

static const zr_variant mean_variants[] = {
    {.name = "dsp", .isa = ZR_ISA_DSP, .fits = dsp_fits, .cost = dsp_cost, .lower = dsp_lower_mean},
    {0},
};

static const zr_variant sum_variants[] = {
    {.name = "dsp", .isa = ZR_ISA_DSP, .fits = dsp_fits, .cost = dsp_cost, .lower = dsp_lower_sum},
    {0},
};

static bool lower_max(zr_lowering *l)
{
    zr_type type = zr_input(&l->site, 0)->type;
    zk_reduce_params p;
    int32_t count;
    zr_arg args[2];
    if (!prepare(l, &p, &count, args)) return false;
    return zr_call(l,
                   type == ZR_I8    ? &kernel_zk_reduce_max_s8
                   : type == ZR_I16 ? &kernel_zk_reduce_max_s16
                                    : &kernel_zk_reduce_max_f32,
                   &p, args);
}

#define REDUCE(code, check_rule, quant_rule, lower_rule, table, takes, taking, ...)               \
    {                                                                                             \
        .tflite_code = code, .tflite_options = 27, ZR_ATTRS(reduce_attrs, fields),                \
        .input_names = {"input", "axes"}, .min_inputs = 2, .max_inputs = 2, .min_outputs = 1,     \
        .max_outputs = 1, .check = check_rule, .quant = quant_rule, .lower = lower_rule,          \
        .variants = table, .cost = cost, .takes_rows = takes, .lower_taking = taking, __VA_ARGS__ \
    }
const zr_op zr_op_mean = REDUCE(40, check_sum, &zr_quant_free, lower_mean, mean_variants,
                                takes_rows, lower_mean_taking, .since = "1.6.0",
                                ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                                            ZR_NEEDS(3, "2.4.0", .types = ZR_BIT(I16))));
const zr_op zr_op_sum =
    REDUCE(74, check_sum, &zr_quant_free, lower_sum, sum_variants, takes_rows, lower_sum_taking,
           .since = "1.10.0", ZR_VERSIONS(ZR_NEEDS(2, "1.15.0", .types = ZR_BIT(I8))));
const zr_op zr_op_reduce_max =
    REDUCE(82, check_max, &zr_quant_same, lower_max, NULL, NULL, NULL, .since = "1.11.0",
           ZR_VERSIONS(ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)),
                       ZR_NEEDS(3, "2.5.0", .types = ZR_BIT(I16))));
