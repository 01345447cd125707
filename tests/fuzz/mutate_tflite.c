/* Changes a model in place. A FlatBuffer is held together by offsets: bytes put in or taken out
 * leave nothing to read behind the first table, while another number is another model. Most changes
 * are numbers that shapes, options and indices have; the rest is libFuzzer's own. */
#include "fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static int32_t number(uint32_t *state)
{
    static const int32_t odd[] = {INT32_MIN, INT32_MAX, -1,         0,    255,          256,
                                  32767,     65536,     1 << 14,    -128, 127,          0x3f800000,
                                  1 << 24,   1 << 30,   0x7f800000, 1000, (1 << 14) - 1};
    uint32_t kind = next(state) % 4;
    if (kind == 0) return odd[next(state) % (sizeof odd / sizeof *odd)];
    if (kind == 1) return -(int32_t)(next(state) % 8);
    return (int32_t)(next(state) % 16);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    uint32_t state = seed;
    if (size < 16 || next(&state) % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
    for (uint32_t n = 1 + next(&state) % 3; n; n--) {
        uint32_t word = next(&state) % (uint32_t)(size / 4) * 4, from;
        int32_t value = number(&state), old;
        memcpy(&old, data + word, sizeof old);
        switch (next(&state) % 6) {
        case 0: data[word + next(&state) % 4] = (uint8_t)value; break;
        case 1: /* a number that is elsewhere in the model */
            from = next(&state) % (uint32_t)(size / 4) * 4;
            memmove(data + word, data + from, 4);
            break;
        case 2: /* a little more or less */
            old = (int32_t)((uint32_t)old + (uint32_t)value);
            memcpy(data + word, &old, 4);
            break;
        case 3: data[word] ^= (uint8_t)(1 << next(&state) % 8); break;
        default: memcpy(data + word, &value, 4); break;
        }
    }
    return size;
}
