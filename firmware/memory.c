#include "memory.h"

static uint8_t pattern(const uint8_t *address)
{
    uint32_t x = (uint32_t)(uintptr_t)address;
    return (uint8_t)(0xA5 ^ (x * 37) ^ (x >> 8));
}

void bench_fill(uint8_t *from, const uint8_t *to)
{
    while (from < to) {
        *from = pattern(from);
        from++;
    }
}

const uint8_t *bench_first_change(const uint8_t *from, const uint8_t *to)
{
    while (from < to && *from == pattern(from)) from++;
    return from;
}
