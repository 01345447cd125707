#include "ops/rules.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/buffer.h"

bool zr_need_type(const zr_site *site, const zr_tensor *tensor, const char *what, unsigned types)
{
    if (types & (1u << tensor->type)) return true;
    zr_buf list;
    zr_buf_init(&list, site->cx);
    for (int t = 0; t < ZR_TYPE_COUNT; t++)
        if (types & (1u << t))
            zr_buf_printf(&list, "%s%s", list.size ? ", " : "", zr_types[t].name);
    if (list.failed) return false;
    return zr_site_fail(site, ZR_E_TYPE, "%s '%s' is %s, not %s", what, tensor->name,
                        zr_types[tensor->type].name, list.data);
}

bool zr_need_same_type(const zr_site *site, const zr_tensor *a, const zr_tensor *b,
                       const char *what)
{
    if (a->type == b->type) return true;
    return zr_site_fail(site, ZR_E_TYPE, "%s '%s' is %s, not %s like '%s'", what, b->name,
                        zr_types[b->type].name, zr_types[a->type].name, a->name);
}

bool zr_need_rank(const zr_site *site, const zr_tensor *tensor, const char *what, int min, int max)
{
    if (tensor->shape.rank >= min && tensor->shape.rank <= max) return true;
    return zr_site_fail(site, ZR_E_SHAPE, "%s '%s' has %d dimensions, not %d to %d", what,
                        tensor->name, tensor->shape.rank, min, max);
}

bool zr_need_const(const zr_site *site, const zr_tensor *tensor, const char *what)
{
    if (tensor->data) return true;
    return zr_site_fail(site, ZR_E_UNSUPPORTED, "%s '%s' is computed, not a constant", what,
                        tensor->name);
}

/* Range of the stored values of a quantized type. */
static bool stored_range(zr_type type, int64_t *min, int64_t *max)
{
    switch (type) {
    case ZR_I8: *min = INT8_MIN, *max = INT8_MAX; return true;
    case ZR_U8: *min = 0, *max = UINT8_MAX; return true;
    case ZR_I16: *min = INT16_MIN, *max = INT16_MAX; return true;
    case ZR_I32: *min = INT32_MIN, *max = INT32_MAX; return true;
    default: return false;
    }
}

bool zr_need_per_tensor(const zr_site *site, const zr_tensor *tensor, const char *what)
{
    int64_t min, max;
    if (!stored_range(tensor->type, &min, &max)) return true;
    if (tensor->quant.n != 1)
        return zr_site_fail(site, ZR_E_QUANTIZATION, "%s '%s' has %d scales, not one", what,
                            tensor->name, tensor->quant.n);
    int64_t zero_point = tensor->quant.zero_point[0];
    if (tensor->type == ZR_I16 || tensor->type == ZR_I32) min = max = 0;
    if (zero_point >= min && zero_point <= max) return true;
    return zr_site_fail(site, ZR_E_QUANTIZATION, "%s '%s' (%s) has a zero point of %lld", what,
                        tensor->name, zr_types[tensor->type].name, (long long)zero_point);
}

bool zr_need_same_scale(const zr_site *site, const zr_tensor *a, const zr_tensor *b)
{
    int64_t min, max;
    if (!stored_range(a->type, &min, &max) || (a->quant.n == 0 && b->quant.n == 0)) return true;
    if (a->quant.n == 1 && b->quant.n == 1 && zr_scale(a) == zr_scale(b) &&
        a->quant.zero_point[0] == b->quant.zero_point[0])
        return true;
    return zr_site_fail(site, ZR_E_QUANTIZATION,
                        "'%s' and '%s' must have the same scale and zero point", a->name, b->name);
}

int32_t zr_const_i32(const zr_tensor *tensor, int64_t i)
{
    int64_t wide = 0;
    int32_t narrow = 0;
    if (tensor->type == ZR_I64) {
        memcpy(&wide, tensor->data + 8 * i, sizeof wide);
    } else {
        memcpy(&narrow, tensor->data + 4 * i, sizeof narrow);
        wide = narrow;
    }
    return (int32_t)(wide < INT32_MIN ? INT32_MIN : wide > INT32_MAX ? INT32_MAX : wide);
}

bool zr_need_axis(const zr_site *site, int32_t axis, int rank, int *normal)
{
    *normal = axis < 0 ? axis + rank : axis;
    if (*normal >= 0 && *normal < rank) return true;
    return zr_site_fail(site, ZR_E_SHAPE, "axis %d is not within the %d dimensions", axis, rank);
}

bool zr_need_broadcast(const zr_site *site, const zr_shape *a, const zr_shape *b, zr_shape *out)
{
    out->rank = a->rank > b->rank ? a->rank : b->rank;
    for (int i = 0; i < out->rank; i++) {
        int ia = i - (out->rank - a->rank), ib = i - (out->rank - b->rank);
        int32_t da = ia < 0 ? 1 : a->dim[ia], db = ib < 0 ? 1 : b->dim[ib];
        if (da != db && da != 1 && db != 1)
            return zr_site_fail(site, ZR_E_SHAPE, "%s and %s do not broadcast",
                                zr_shape_text(site->cx, a), zr_shape_text(site->cx, b));
        out->dim[i] = da > db ? da : db;
    }
    return true;
}

int64_t zr_elementwise_overlap(const zr_site *site, int input)
{
    const zr_tensor *in = zr_input(site, input), *out = zr_output(site, 0);
    if (!in || !zr_shape_equal(&in->shape, &out->shape)) return ZR_NO_OVERLAP;
    int64_t growth = zr_type_bytes(out->type) - zr_type_bytes(in->type);
    return growth > 0 ? growth * zr_elements(&out->shape) : 0;
}

bool zr_elementwise_rows(const zr_site *site, int input, zr_row_rule *rule)
{
    const zr_shape *out = &zr_output(site, 0)->shape;
    if (!zr_shape_equal(&zr_input(site, input)->shape, out)) return false;
    for (int i = 0; i < site->node->n_inputs; i++) {
        const zr_tensor *in = zr_input(site, i);
        if (in && in->data && in->shape.rank >= 3 && in->shape.dim[in->shape.rank - 3] != 1)
            return false; /* another constant for every row */
    }
    *rule = (zr_row_rule){1, 0, 1};
    return true;
}

bool zr_need_clamp(const zr_site *site, int32_t activation)
{
    if (activation >= ZR_ACT_NONE && activation <= ZR_ACT_RELU6) return true;
    return zr_site_fail(site, ZR_E_UNSUPPORTED, "fused activation %d (tanh is 4, sign bit 5)",
                        activation);
}

static float act_min(int32_t activation)
{
    return activation == ZR_ACT_NONE ? -FLT_MAX : activation == ZR_ACT_RELU_N1_TO_1 ? -1.0f : 0.0f;
}

static float act_max(int32_t activation)
{
    return activation == ZR_ACT_RELU6 ? 6.0f : activation == ZR_ACT_RELU_N1_TO_1 ? 1.0f : FLT_MAX;
}

void zr_clamp_float(int32_t activation, float *min, float *max)
{
    *min = act_min(activation);
    *max = act_max(activation);
}

/* The stored value of a real one, kept within `low`..`high`. */
static int32_t stored(const zr_tensor *tensor, float real, int64_t low, int64_t high)
{
    double value = round((double)(real / zr_scale(tensor))) + zr_zero_point(tensor);
    return (int32_t)(value < (double)low ? low : value > (double)high ? high : (int64_t)value);
}

void zr_clamp_quantized(const zr_tensor *output, int32_t activation, int32_t *min, int32_t *max)
{
    int64_t low = 0, high = 0;
    stored_range(output->type, &low, &high);
    *min = (int32_t)low;
    *max = (int32_t)high;
    if (activation != ZR_ACT_NONE) *min = stored(output, act_min(activation), low, high);
    if (activation == ZR_ACT_RELU6 || activation == ZR_ACT_RELU_N1_TO_1)
        *max = stored(output, act_max(activation), low, high);
}

void zr_quantize_multiplier(double scale, int32_t *multiplier, int32_t *shift)
{
    int exponent;
    double fraction = frexp(scale, &exponent);
    int64_t fixed = (int64_t)round(fraction * (double)((int64_t)1 << 31));
    if (fixed == (int64_t)1 << 31) {
        fixed /= 2;
        exponent++;
    }
    if (exponent < -31) exponent = 0, fixed = 0;
    *multiplier = (int32_t)fixed;
    *shift = exponent;
}

bool zr_need_multiplier(const zr_site *site, double scale, int32_t *multiplier, int32_t *shift)
{
    if (scale >= 0.0 && scale < 0x1p30) {
        zr_quantize_multiplier(scale, multiplier, shift);
        if (*shift <= 30) return true;
    }
    return zr_site_fail(site, ZR_E_QUANTIZATION,
                        "the scales ask for a factor of %g, 2^30 or more; the output scale is too "
                        "small",
                        scale);
}

bool zr_window(int32_t padding, int32_t in, int32_t window, int32_t stride, int32_t dilation,
               int32_t *out, int32_t *before)
{
    int64_t extent = (int64_t)(window - 1) * dilation + 1;
    int64_t size = padding == 0 ? ((int64_t)in + stride - 1) / stride
                                : ((int64_t)in + stride - extent) / stride;
    if (padding < 0 || padding > 1 || size < 1) return false;
    int64_t missing = (size - 1) * stride + extent - in;
    *out = (int32_t)size;
    *before = missing > 0 ? (int32_t)(missing / 2) : 0;
    return true;
}
