/* Single instructions of the Arm DSP extension (ARMv7E-M, ARMv8-M with DSP) as functions, each with
 * portable C of the same bits beside it. A pair is two 16-bit lanes in a word, lane 0 in the lower
 * half. One #if block a function: generated code takes whole blocks. */
#ifndef ZK_DEVICE_INTRINSICS_H
#define ZK_DEVICE_INTRINSICS_H

#include <stdint.h>
#include <string.h>

/* After the "static inline" of a function that has to become part of its caller, where its constant
 * arguments are constants. */
#if defined(__GNUC__)
#define ZK_INTO_CALLER __attribute__((always_inline))
#else
#define ZK_INTO_CALLER
#endif

/* Four bytes from and to any address, the first in bits 0..7. */
static inline uint32_t zk_load_word(const void *from)
{
    uint32_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

/* Two words to an address that is a multiple of 4. GCC joins two stores to an STRD only where it
 * happens to leave them side by side. Uv: an address that STRD can form. */
#if defined(__ARM_FEATURE_DSP)
static inline void zk_store_two(uint32_t *to, uint32_t first, uint32_t second)
{
    __asm__("strd %2, %3, %0" : "=Uv"(to[0]), "=m"(to[1]) : "r"(first), "r"(second));
}
#else
static inline void zk_store_two(uint32_t *to, uint32_t first, uint32_t second)
{
    to[0] = first;
    to[1] = second;
}
#endif

static inline void zk_store_word(void *to, uint32_t word)
{
    memcpy(to, &word, sizeof word);
}

/* Lane 0 or 1, for the portable C beside code of many instructions. */
#if !defined(__ARM_FEATURE_DSP)
static inline int32_t zk_lane(uint32_t pair, int32_t lane)
{
    return (int16_t)(pair >> 16 * lane);
}
#endif

/* The lower halves of two words as a pair. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_pkhbt_lsl16(uint32_t lane0, uint32_t lane1)
{
    uint32_t pair;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(lane0), "r"(lane1));
    return pair;
}
#else
static inline uint32_t zk_pkhbt_lsl16(uint32_t lane0, uint32_t lane1)
{
    return (lane0 & 0xFFFF) | lane1 << 16;
}
#endif

/* The upper halves of two words as a pair. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_pkhtb_asr16(uint32_t lane0, uint32_t lane1)
{
    uint32_t pair;
    __asm__("pkhtb %0, %2, %1, asr #16" : "=r"(pair) : "r"(lane0), "r"(lane1));
    return pair;
}
#else
static inline uint32_t zk_pkhtb_asr16(uint32_t lane0, uint32_t lane1)
{
    return lane0 >> 16 | (lane1 & 0xFFFF0000);
}
#endif

/* Bytes 0 and 2, sign-extended to a pair. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_sxtb16(uint32_t bytes)
{
    uint32_t pair;
    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(bytes));
    return pair;
}
#else
static inline uint32_t zk_sxtb16(uint32_t bytes)
{
    return (uint16_t)(int8_t)bytes | (uint32_t)(int8_t)(bytes >> 16) << 16;
}
#endif

/* Bytes 1 and 3, sign-extended to a pair. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_sxtb16_ror8(uint32_t bytes)
{
    uint32_t pair;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
    return pair;
}
#else
static inline uint32_t zk_sxtb16_ror8(uint32_t bytes)
{
    return (uint16_t)(int8_t)(bytes >> 8) | (uint32_t)(int8_t)(bytes >> 24) << 16;
}
#endif

/* Bytes 0 and 2 of `bytes`, signed, added to the lanes of a pair. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_sxtab16(uint32_t pair, uint32_t bytes)
{
    uint32_t sums;
    __asm__("sxtab16 %0, %1, %2" : "=r"(sums) : "r"(pair), "r"(bytes));
    return sums;
}
#else
static inline uint32_t zk_sxtab16(uint32_t pair, uint32_t bytes)
{
    uint32_t low = pair + (uint16_t)(int8_t)bytes;
    uint32_t high = (pair >> 16) + (uint16_t)(int8_t)(bytes >> 16);
    return (low & 0xFFFF) | high << 16;
}
#endif

/* Bytes 1 and 3 likewise. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_sxtab16_ror8(uint32_t pair, uint32_t bytes)
{
    uint32_t sums;
    __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(sums) : "r"(pair), "r"(bytes));
    return sums;
}
#else
static inline uint32_t zk_sxtab16_ror8(uint32_t pair, uint32_t bytes)
{
    uint32_t low = pair + (uint16_t)(int8_t)(bytes >> 8);
    uint32_t high = (pair >> 16) + (uint16_t)(int8_t)(bytes >> 24);
    return (low & 0xFFFF) | high << 16;
}
#endif

/* The greater of each two bytes, signed. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_max_4(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(result) : "r"(a), "r"(b) : "cc");
    return result;
}
#else
static inline uint32_t zk_max_4(uint32_t a, uint32_t b)
{
    uint32_t result = 0;
    for (int32_t i = 0; i < 32; i += 8) {
        uint32_t byte = (int8_t)(a >> i) > (int8_t)(b >> i) ? a : b;
        result |= byte & (uint32_t)0xFF << i;
    }
    return result;
}
#endif

/* The lesser of each two bytes, signed. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_min_4(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %2, %1" : "=&r"(result) : "r"(a), "r"(b) : "cc");
    return result;
}
#else
static inline uint32_t zk_min_4(uint32_t a, uint32_t b)
{
    uint32_t result = 0;
    for (int32_t i = 0; i < 32; i += 8) {
        uint32_t byte = (int8_t)(a >> i) < (int8_t)(b >> i) ? a : b;
        result |= byte & (uint32_t)0xFF << i;
    }
    return result;
}
#endif

#endif
