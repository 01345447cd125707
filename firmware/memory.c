#include "memory.h"

/* Of the aligned word at that address. */
static uint32_t pattern(uintptr_t address)
{
    return 0xA5C3965Au ^ (address * 0x9E3779B1u);
}

static uint8_t byte_pattern(uintptr_t address)
{
    return (uint8_t)(pattern(address & ~(uintptr_t)3) >> (address & 3) * 8);
}

void bench_fill(uint8_t *from, const uint8_t *to)
{
    for (; from < to && (uintptr_t)from & 3; from++) *from = byte_pattern((uintptr_t)from);
    for (; to - from >= 4; from += 4) *(uint32_t *)(void *)from = pattern((uintptr_t)from);
    for (; from < to; from++) *from = byte_pattern((uintptr_t)from);
}

const uint8_t *bench_first_change(const uint8_t *from, const uint8_t *to)
{
    while (from < to && (uintptr_t)from & 3 && *from == byte_pattern((uintptr_t)from)) from++;
    if (from < to && (uintptr_t)from & 3) return from;
    while (to - from >= 4 && *(const uint32_t *)(const void *)from == pattern((uintptr_t)from))
        from += 4;
    while (from < to && *from == byte_pattern((uintptr_t)from)) from++;
    return from;
}
