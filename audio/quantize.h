/* From a front end's fixed point to a model's input. */
#ifndef ZK_AUDIO_QUANTIZE_H
#define ZK_AUDIO_QUANTIZE_H

#include <stdint.h>

/* stored = value * multiplier / 2^shift + zero_point, to the nearest or towards zero; 0 < shift. */
typedef struct zk_audio_scale {
    int32_t multiplier, shift, zero_point, truncate;
} zk_audio_scale;

static inline int8_t zk_audio_quantize(const zk_audio_scale *s, int32_t value)
{
    int64_t one = (int64_t)1 << s->shift;
    int64_t x = (int64_t)value * s->multiplier + s->zero_point * one;
    x = s->truncate ? x / one : (x + one / 2) >> s->shift;
    return (int8_t)(x < -128 ? -128 : x > 127 ? 127 : x);
}

#endif
