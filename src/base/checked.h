/* Arithmetic on sizes that come from a file: every sum and product says whether it overflowed. */
#ifndef ZR_BASE_CHECKED_H
#define ZR_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The compiler warns when the value of a function that can fail is dropped. */
#define ZR_MUST __attribute__((warn_unused_result))

ZR_MUST static inline bool zr_add_size(size_t a, size_t b, size_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

ZR_MUST static inline bool zr_mul_size(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

ZR_MUST static inline bool zr_add_i64(int64_t a, int64_t b, int64_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

ZR_MUST static inline bool zr_mul_i64(int64_t a, int64_t b, int64_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

#endif
