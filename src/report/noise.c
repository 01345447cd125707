#include "report/noise.h"

#include "base/random.h"

static int chance(uint32_t *seed, int size)
{
    return (int)((int64_t)(zr_random(seed) >> 8) * 2 * size >> 24) - size;
}

const int16_t *zr_white_noise(zr_ctx *cx, int64_t n, int size)
{
    uint32_t seed = 1;
    int16_t *samples = ZR_NEW(cx, int16_t, (size_t)n);
    for (int64_t i = 0; samples && i < n; i++) samples[i] = (int16_t)chance(&seed, size);
    return samples;
}

/* Voss and McCartney's sum of sources, each renewed half as often as the one before it (Gardner,
 * White and Brown Music, Fractal Curves and One-Over-f Fluctuations, 1978). */
const int16_t *zr_pink_noise(zr_ctx *cx, int64_t n)
{
    enum { SOURCES = 12, SIZE = 260 };
    uint32_t seed = 1;
    int source[SOURCES], sum = 0;
    int16_t *samples = ZR_NEW(cx, int16_t, (size_t)n);
    for (int k = 0; k < SOURCES; k++) sum += source[k] = chance(&seed, SIZE);
    for (int64_t i = 0; samples && i < n; i++) {
        int k = i > 0 ? __builtin_ctzll((unsigned long long)i) : 0;
        if (k < SOURCES) {
            sum -= source[k];
            sum += source[k] = chance(&seed, SIZE);
        }
        samples[i] = (int16_t)(sum + chance(&seed, SIZE));
    }
    return samples;
}
