/* Numbers that look random and are the same in every run. */
#ifndef ZR_BASE_RANDOM_H
#define ZR_BASE_RANDOM_H

#include <stdint.h>

/* The next of the sequence (Numerical Recipes' LCG), which `state` becomes. The upper bits are the
 * better ones. */
static inline uint32_t zr_random(uint32_t *state)
{
    return *state = *state * 1664525u + 1013904223u;
}

#endif
