#include "ops/table.h"

#include "ops/activation/kernel.h"

static const zr_param_field params[] = {ZR_PARAM(I32, zk_activation_params, count)};
ZR_KERNEL(zk_lookup_8, zk_activation_params, params, 3)

bool zr_lower_table(zr_lowering *l, const uint8_t table[256])
{
    const zr_tensor *input = zr_input(&l->site, 0), *output = zr_output(&l->site, 0);
    zk_activation_params p = {.count = (int32_t)zr_elements(&input->shape)};
    zr_arg args[3] = {zr_arg_input(l, 0), zr_arg_const(l, "table", output->type, table, 256),
                      zr_arg_output(l, 0)};
    return zr_call(l, &kernel_zk_lookup_8, &p, args);
}
