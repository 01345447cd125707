#include "wake.h"

void zk_wake_reset(zk_wake *w)
{
    w->least_now = w->least_before = UINT64_MAX;
    w->n_hops = w->awake = 0;
    for (int32_t i = 0; i < 12; i++) w->last[i] = 0;
}

static uint64_t zk_wake_energy(int32_t hop, int32_t lag, int16_t *last, const int16_t *samples,
                               int16_t *keep)
{
    int64_t sum = 0;
    for (int32_t i = 0; i < lag; i++) {
        int32_t rise = samples[i] - last[i];
        keep[i] = samples[i];
        sum += (int64_t)rise * rise;
    }
    const int16_t *before = samples, *now = samples + lag;
    const int16_t *end = samples + hop;
    keep += lag;
    while (now < end) {
        int32_t rise = *now - *before++;
        *keep++ = *now++;
        sum += (int64_t)rise * rise;
    }
    for (int32_t i = 0; i < lag; i++) last[i] = before[i];
    return (uint64_t)sum;
}

int32_t zk_wake_hop(const zk_wake_setting *s, zk_wake *w, const int16_t *samples, int16_t *keep)
{
    uint64_t energy = zk_wake_energy(s->hop, s->lag, w->last, samples, keep);
    if (energy < w->least_now) w->least_now = energy;
    uint64_t noise = w->least_now < w->least_before ? w->least_now : w->least_before;
    if (energy >= s->least && energy << 4 > noise * (uint32_t)s->ratio)
        w->awake = s->hold;
    else if (w->awake > 0)
        w->awake--;
    if (++w->n_hops >= s->span) {
        w->least_before = w->least_now;
        w->least_now = UINT64_MAX;
        w->n_hops = 0;
    }
    return w->awake;
}
