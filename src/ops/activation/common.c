#include "ops/activation/common.h"

#include <math.h>

#include "ops/rules.h"

bool zr_activation_check(const zr_site *site, unsigned types, zr_shape *out)
{
    const zr_tensor *input = zr_input(site, 0), *output = zr_output(site, 0);
    if (!zr_need_type(site, input, "input", types) ||
        !zr_need_same_type(site, input, output, "output") ||
        !zr_need_per_tensor(site, input, "input") || !zr_need_per_tensor(site, output, "output"))
        return false;
    out[0] = input->shape;
    return true;
}

bool zr_need_fixed_scale(const zr_site *site, const zr_tensor *output, int bits, int32_t zero_point,
                         double tolerance)
{
    double ratio = ldexp((double)zr_scale(output), bits);
    if (fabs(ratio - 1.0) <= tolerance && zr_zero_point(output) == zero_point) return true;
    return zr_site_fail(site, ZR_E_QUANTIZATION,
                        "output '%s' has scale %g and zero point %d, not 1/%d and %d", output->name,
                        (double)zr_scale(output), zr_zero_point(output), 1 << bits, zero_point);
}

bool zr_activation_call(zr_lowering *l, const zr_kernel *kernel, const void *params)
{
    zr_arg args[2] = {zr_arg_input(l, 0), zr_arg_output(l, 0)};
    return zr_call(l, kernel, params, args);
}
