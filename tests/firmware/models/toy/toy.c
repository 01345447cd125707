#include "toy.h"

#include <math.h>

#ifndef TOY_ON_LAYER
#define TOY_ON_LAYER(i)
#endif

static const int32_t toy_squares[50] = {0, 1, 4, 9, 16, 25};
static uint32_t toy_counter = 7; /* takes RAM and flash */
static uint8_t toy_scratch[48];  /* takes RAM */

int toy_init(toy *m, void *arena, size_t arena_bytes)
{
    m->arena = arena;
    m->state = 0;
    return arena_bytes < TOY_ARENA_BYTES;
}

void *toy_input_at(toy *m, int i)
{
    return i == 0 ? m->arena : m->arena + 4;
}

const void *toy_output_at(const toy *m, int i)
{
    return i == 0 ? (const void *)&m->state : i == 1 ? (const void *)&m->what : &m->real;
}

#define FRAME(name, bytes)                          \
    __attribute__((noinline)) static int name(void) \
    {                                               \
        volatile uint8_t frame[bytes];              \
        frame[0] = 1;                               \
        return frame[0] - 1;                        \
    }

FRAME(toy_frame_1000, 1000)
FRAME(toy_frame_100k, 102400)

static uint32_t toy_unaligned(const uint8_t *address)
{
    uint32_t value;
    __asm__ volatile("ldr %0, [%1]" : "=l"(value) : "l"(address));
    return value;
}

int toy_invoke(toy *m)
{
    m->what = m->arena[0];
    m->state += *(uint32_t *)(void *)(m->arena + 4);
    m->real = 0.0f;
    switch (m->what) {
    case 'f': return toy_frame_1000();
    case 'k': return toy_frame_100k();
    case 'b': m->arena[-1] ^= 1; break;
    case 'a': m->arena[TOY_ARENA_BYTES] ^= 1; break;
    case 's': ((uint8_t *)m)[-1] ^= 1; break;
    case 'e': return 1;
    case 'l':
        for (;;) toy_counter++;
    case 'u': m->state += toy_unaligned(m->arena + 1) & 0; break;
    case 'x': m->real = expf((float)m->state); break;
    case 't': m->state += toy_table[m->arena[4]] + toy_counter + toy_scratch[m->arena[4]]++; break;
    case 'q': m->state = (uint32_t)toy_squares[m->arena[4]]; break;
    case 'w': *(volatile uint32_t *)0xF0000000u = 1; break;
    case 'p': m->state = m->arena[100]; break;
    case 'd': m->state = (uint32_t)(0x123456789abcdefull / (m->state + 0x100000000ull)); break;
    case 'z': m->state /= m->arena[4]; break;
    default: break;
    }
    TOY_ON_LAYER(0);
    return 0;
}
