/* The host's side of dsp_3x3_packed.c. */
#include "device/dsp_depthwise_3x3.h"
#include "ops/depthwise_conv_2d/variants.h"

static const zr_param_field params[] = {
    ZR_PARAM(I32, zk_depthwise_unpack_params, channels),
};
ZR_KERNEL(zk_depthwise_unpack_3x3, zk_depthwise_unpack_params, params, 2)

static int32_t channels_of(const zr_site *site)
{
    return zr_input(site, 1)->shape.dim[3];
}

/* What outputs start from must fit 16 bits, as it does but near the ends of the output's range. */
bool zr_depthwise_3x3_packed_fits(const zr_site *site)
{
    if (!zr_depthwise_3x3_fits(site)) return false;
    for (int32_t c = 0; c < channels_of(site); c++) {
        int64_t bias;
        zr_line line;
        if (!zr_depthwise_3x3_line(site, c, &bias, &line) || line.start < INT16_MIN ||
            line.start > INT16_MAX)
            return false;
    }
    return true;
}

void zr_depthwise_3x3_packed_cost(const zr_site *site, zr_cost *cost)
{
    int64_t channels = channels_of(site);
    zr_depthwise_3x3_cost(site, cost);
    cost->instructions += 50 * channels + 20;
    cost->const_bytes = 4 * ZK_DEPTHWISE_PACKED_FILTER * channels;
    cost->code_bytes += 150;
    cost->scratch_bytes += 4 * ZK_DEPTHWISE_3X3_FILTER * channels;
}

static bool pack(const zr_site *site, int32_t channel, uint32_t *to)
{
    int64_t bias;
    zr_line line;
    if (!zr_depthwise_3x3_line(site, channel, &bias, &line))
        return zr_site_fail(site, ZR_E_INTERNAL, "channel %d cannot be scaled", channel);
    for (int32_t k = 0; k < 9; k++)
        to[k / 4] |= ((uint32_t)zr_depthwise_weight(site, k, channel) & 255) << 8 * (k % 4);
    to[2] |= (uint32_t)line.left << 8 | (uint32_t)line.start << 16;
    to[3] = (uint32_t)(bias * (1 << line.left) + line.nudge);
    to[4] = (uint32_t)line.multiplier;
    return true;
}

bool zr_depthwise_3x3_packed_lower(zr_lowering *l)
{
    zk_depthwise_unpack_params p = {channels_of(&l->site)};
    size_t words = (size_t)p.channels * ZK_DEPTHWISE_PACKED_FILTER;
    uint32_t *packed = ZR_NEW(l->site.cx, uint32_t, words);
    if (!packed) return false;
    for (int32_t c = 0; c < p.channels; c++)
        if (!pack(&l->site, c, packed + c * ZK_DEPTHWISE_PACKED_FILTER)) return false;
    zr_arg filters =
        zr_arg_scratch(l, ZR_I32, (size_t)p.channels * ZK_DEPTHWISE_3X3_FILTER * sizeof(int32_t));
    zr_arg args[2] = {zr_arg_const(l, "filters", ZR_U32, packed, (int64_t)words), filters};
    return zr_call(l, &kernel_zk_depthwise_unpack_3x3, &p, args) &&
           zr_depthwise_3x3_call(l, filters);
}
