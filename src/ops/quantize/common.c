#include "ops/quantize/common.h"

#include "base/type.h"

bool zr_need_affine(const zr_site *site, const zr_tensor *tensor, const char *what)
{
    if (tensor->quant.n != 1)
        return zr_site_fail(site, ZR_E_QUANTIZATION, "%s '%s' has %d scales, not one", what,
                            tensor->name, tensor->quant.n);
    int64_t zero_point = tensor->quant.zero_point[0];
    int64_t range = (int64_t)1 << zr_types[tensor->type].bits;
    int64_t min = tensor->type == ZR_U8 ? 0 : -range / 2;
    if (zero_point >= min && zero_point < min + range) return true;
    return zr_site_fail(site, ZR_E_QUANTIZATION, "%s '%s' (%s) has a zero point of %lld", what,
                        tensor->name, zr_types[tensor->type].name, (long long)zero_point);
}
