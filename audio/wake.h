/* A stage that wakes the front end and the network when there is something to hear: the energy of a
 * hop against the least of the last seconds, which is taken for the noise. A few instructions a
 * sample, no transform. */
#ifndef ZK_AUDIO_WAKE_H
#define ZK_AUDIO_WAKE_H

#include <stdint.h>

/* What is fixed. The energy is that of samples[i] - samples[i - lag]: at 4000 / s a lag of one
 * period, it has no direct current, little hum (-22 dB at 50 Hz) and all of speech's 0.5 to 3.5
 * kHz. It is the sum over a hop of up to 6144 samples, below 2^45. */
typedef struct zk_wake_setting {
    int32_t hop, lag; /* samples; lag up to 12 and the hop */
    int32_t ratio;    /* energy over noise that wakes, units of 1/16, below 2^14 */
    int32_t span;     /* hops; the noise is the least of the last `span` to 2 `span` */
    int32_t hold;     /* hops for which it stays awake after one that wakes, this one counted */
    uint64_t least;   /* energy that wakes at all */
} zk_wake_setting;

/* What is kept from hop to hop. */
typedef struct zk_wake {
    uint64_t least_now, least_before; /* of this stretch of `span` hops, of the one before */
    int32_t n_hops, awake;            /* hops for which it will be awake; 0: it sleeps */
    int16_t last[12];                 /* samples */
} zk_wake;

/* Asleep; nothing was heard, so that the first hop is taken for the noise. */
void zk_wake_reset(zk_wake *w);

/* The next hop. samples [hop], copied to keep [hop], which is apart from them. Returns for how many
 * hops it is awake, this one counted; 0: it is asleep. */
int32_t zk_wake_hop(const zk_wake_setting *s, zk_wake *w, const int16_t *samples, int16_t *keep);

#endif
