/* Single instructions of the Arm DSP extension (ARMv7E-M, ARMv8-M with DSP) as functions, each with
 * portable C of the same bits beside it. A pair is two 16-bit lanes in a word, lane 0 in the lower
 * half. One #if block a function: generated code takes whole blocks. */
#ifndef ZK_DEVICE_INTRINSICS_H
#define ZK_DEVICE_INTRINSICS_H

#include <stdint.h>
#include <string.h>

/* Four bytes from any address, the first in bits 0..7. */
static inline uint32_t zk_load_word(const void *from)
{
    uint32_t word;
    memcpy(&word, from, sizeof word);
    return word;
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

#endif
