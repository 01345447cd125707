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

/* The lowest bytes of four words as a word. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_bytes(int32_t byte0, int32_t byte1, int32_t byte2, int32_t byte3)
{
    __asm__("bfi %0, %1, #8, #8\n"
            "bfi %0, %2, #16, #8\n"
            "bfi %0, %3, #24, #8"
            : "+r"(byte0)
            : "r"(byte1), "r"(byte2), "r"(byte3));
    return (uint32_t)byte0;
}
#else
static inline uint32_t zk_bytes(int32_t byte0, int32_t byte1, int32_t byte2, int32_t byte3)
{
    return (uint32_t)(byte0 & 0xFF) | (uint32_t)(byte1 & 0xFF) << 8 |
           (uint32_t)(byte2 & 0xFF) << 16 | (uint32_t)byte3 << 24;
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

/* Sums lane by lane, modulo 2^16. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_sadd16(uint32_t a, uint32_t b)
{
    uint32_t sum;
    __asm__("sadd16 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b));
    return sum;
}
#else
static inline uint32_t zk_sadd16(uint32_t a, uint32_t b)
{
    return ((a + b) & 0xFFFF) | ((a >> 16) + (b >> 16)) << 16;
}
#endif

/* c + a times the lower half of b / 2^16, rounded down. */
#if defined(__ARM_FEATURE_DSP)
static inline int32_t zk_smlawb(int32_t a, uint32_t b, int32_t c)
{
    int32_t sum;
    __asm__("smlawb %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(c));
    return sum;
}
#else
static inline int32_t zk_smlawb(int32_t a, uint32_t b, int32_t c)
{
    return (int32_t)(((int64_t)a * (int16_t)b) >> 16) + c;
}
#endif

/* c + a times the upper half of b / 2^16, rounded down. */
#if defined(__ARM_FEATURE_DSP)
static inline int32_t zk_smlawt(int32_t a, uint32_t b, int32_t c)
{
    int32_t sum;
    __asm__("smlawt %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(c));
    return sum;
}
#else
static inline int32_t zk_smlawt(int32_t a, uint32_t b, int32_t c)
{
    return (int32_t)(((int64_t)a * (int16_t)(b >> 16)) >> 16) + c;
}
#endif

/* c + the upper 32 bits of a * b, modulo 2^32. */
#if defined(__ARM_FEATURE_DSP)
static inline int32_t zk_smmla(int32_t a, int32_t b, int32_t c)
{
    int32_t sum;
    __asm__("smmla %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(c));
    return sum;
}
#else
static inline int32_t zk_smmla(int32_t a, int32_t b, int32_t c)
{
    return (int32_t)((uint32_t)(((int64_t)a * b) >> 32) + (uint32_t)c);
}
#endif

/* c + a * b / 2^32, rounded to nearest, ties up, modulo 2^32. */
#if defined(__ARM_FEATURE_DSP)
static inline int32_t zk_smmlar(int32_t a, int32_t b, int32_t c)
{
    int32_t sum;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(c));
    return sum;
}
#else
static inline int32_t zk_smmlar(int32_t a, int32_t b, int32_t c)
{
    int32_t high = (int32_t)(((int64_t)a * b + INT64_C(0x80000000)) >> 32);
    return (int32_t)((uint32_t)high + (uint32_t)c);
}
#endif

/* The product of the lower halves of two words. */
#if defined(__ARM_FEATURE_DSP)
static inline int32_t zk_smulbb(uint32_t a, uint32_t b)
{
    int32_t product;
    __asm__("smulbb %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
    return product;
}
#else
static inline int32_t zk_smulbb(uint32_t a, uint32_t b)
{
    return (int16_t)a * (int16_t)b;
}
#endif

/* The product of the upper halves of two words. */
#if defined(__ARM_FEATURE_DSP)
static inline int32_t zk_smultt(uint32_t a, uint32_t b)
{
    int32_t product;
    __asm__("smultt %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
    return product;
}
#else
static inline int32_t zk_smultt(uint32_t a, uint32_t b)
{
    return (int16_t)(a >> 16) * (int16_t)(b >> 16);
}
#endif

/* x / 2^12, rounded down, kept within -128..127. */
#if defined(__ARM_FEATURE_DSP)
static inline int32_t zk_ssat8_asr12(int32_t x)
{
    int32_t byte;
    __asm__("ssat %0, #8, %1, asr #12" : "=r"(byte) : "r"(x));
    return byte;
}
#else
static inline int32_t zk_ssat8_asr12(int32_t x)
{
    x >>= 12;
    return x < -128 ? -128 : x > 127 ? 127 : x;
}
#endif

/* x / 2^21, rounded down, kept within -128..127. */
#if defined(__ARM_FEATURE_DSP)
static inline int32_t zk_ssat8_asr21(int32_t x)
{
    int32_t byte;
    __asm__("ssat %0, #8, %1, asr #21" : "=r"(byte) : "r"(x));
    return byte;
}
#else
static inline int32_t zk_ssat8_asr21(int32_t x)
{
    x >>= 21;
    return x < -128 ? -128 : x > 127 ? 127 : x;
}
#endif

/* Differences lane by lane, modulo 2^16. */
#if defined(__ARM_FEATURE_DSP)
static inline uint32_t zk_ssub16(uint32_t a, uint32_t b)
{
    uint32_t difference;
    __asm__("ssub16 %0, %1, %2" : "=r"(difference) : "r"(a), "r"(b));
    return difference;
}
#else
static inline uint32_t zk_ssub16(uint32_t a, uint32_t b)
{
    return ((a - b) & 0xFFFF) | ((a >> 16) - (b >> 16)) << 16;
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

/* Both products of lanes, added to a sum (modulo 2^32). */
#if defined(__ARM_FEATURE_DSP)
static inline int32_t zk_smlad(uint32_t a, uint32_t b, int32_t sum)
{
    int32_t result;
    __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
}
#else
static inline int32_t zk_smlad(uint32_t a, uint32_t b, int32_t sum)
{
    int32_t low = (int16_t)a * (int16_t)b, high = (int16_t)(a >> 16) * (int16_t)(b >> 16);
    return (int32_t)((uint32_t)sum + (uint32_t)low + (uint32_t)high);
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
