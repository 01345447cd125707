#include "detector.h"

int detector_hear(detector *d, const detector_rule *rule, const int8_t *scores)
{
    int best = 0, most = -1;
    for (int i = 0; i < rule->classes; i++) {
        int sum = 0;
        d->scores[d->next][i] = (uint8_t)(scores[i] + 128);
        for (int k = 0; k < rule->mean; k++) sum += d->scores[k][i];
        if (sum > most) {
            most = sum;
            best = i;
        }
        if (d->quiet[i] > 0) d->quiet[i]--;
    }
    d->next = d->next + 1 == rule->mean ? 0 : d->next + 1;
    if (best >= rule->wanted || most * 100 < rule->threshold * rule->mean * 255) return -1;
    int goes_on = d->quiet[best] > 0;
    d->quiet[best] = (uint8_t)rule->pause;
    return goes_on ? -1 : best;
}
