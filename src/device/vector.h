/* Vectors of 128 bits: the instructions of Helium (MVE) that the kernels use, each with the same
 * bits in portable C, so that a kernel that uses them runs everywhere.
 *
 * Lane 0 is the first in memory. A register holds 16 int8 (zk_s8x16), eight int16 (zk_s16x8), four
 * int32 (zk_s32x4) or four offsets in bytes (zk_u32x4). */
#ifndef ZK_DEVICE_VECTOR_H
#define ZK_DEVICE_VECTOR_H

#include <stdint.h>
#include <string.h>
#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#endif

/* For functions that are one with the loop around them, or that a constant argument shapes. */
#define ZK_ALWAYS_INLINE __attribute__((always_inline))

#if defined(__ARM_FEATURE_MVE)
typedef int8x16_t zk_s8x16;
typedef int16x8_t zk_s16x8;
typedef int32x4_t zk_s32x4;
typedef uint32x4_t zk_u32x4;
#else
typedef struct zk_s8x16 {
    int8_t at[16];
} zk_s8x16;
typedef struct zk_s16x8 {
    int16_t at[8];
} zk_s16x8;
typedef struct zk_s32x4 {
    int32_t at[4];
} zk_s32x4;
typedef struct zk_u32x4 {
    uint32_t at[4];
} zk_u32x4;
#endif

/* ---- Memory ---- */

/* n bytes from one place to another that lies apart or below. */
#if defined(__ARM_FEATURE_MVE)
static inline void zk_copy_bytes(int8_t *to, const int8_t *from, int32_t n)
{
    __asm__ volatile("wlstp.8 lr, %[n], 2f\n"
                     "1:\n\t"
                     "vldrb.8 q0, [%[from]], #16\n\t"
                     "vstrb.8 q0, [%[to]], #16\n\t"
                     "letp lr, 1b\n"
                     "2:"
                     : [to] "+r"(to), [from] "+r"(from)
                     : [n] "r"(n)
                     : "q0", "lr", "cc", "memory");
}
#else
static inline void zk_copy_bytes(int8_t *to, const int8_t *from, int32_t n)
{
    memmove(to, from, (size_t)n);
}
#endif

#if defined(__ARM_FEATURE_MVE)
static inline void zk_fill_bytes(int8_t *to, int32_t value, int32_t n)
{
    __asm__ volatile("vdup.8 q0, %[value]\n\t"
                     "wlstp.8 lr, %[n], 2f\n"
                     "1:\n\t"
                     "vstrb.8 q0, [%[to]], #16\n\t"
                     "letp lr, 1b\n"
                     "2:"
                     : [to] "+r"(to)
                     : [value] "r"(value), [n] "r"(n)
                     : "q0", "lr", "cc", "memory");
}
#else
static inline void zk_fill_bytes(int8_t *to, int32_t value, int32_t n)
{
    memset(to, value, (size_t)n);
}
#endif

/* Copies of windows of a picture, each as one run of bytes: a window is `runs` times n bytes that
 * lie `step` bytes apart. */
typedef struct zk_windows {
    int8_t *to;
    const int8_t *from; /* the first window */
    int32_t n, step, runs;
    int32_t windows, from_step, to_step; /* how many; from one to the next */
    int32_t vectors;                     /* n / 16 rounded up */
} zk_windows;

/* Up to 15 bytes more are read and written behind each run. Instructions of a window: 8 and 5 a run
 * of up to 16 bytes, for longer ones 6 and 3 a vector. */
#if defined(__ARM_FEATURE_MVE)
static inline void zk_copy_windows(const zk_windows *windows)
{
    if (windows->vectors == 1)
        __asm__ volatile("push {r0-r9}\n"
                         "mov lr, %[windows]\n"
                         "ldm lr, {r0-r7}\n"
                         "1:\n"
                         "mov r8, r1\n"
                         "mov r9, r0\n"
                         "dls lr, r4\n"
                         "2:\n"
                         "vldrb.8 q0, [r8]\n"
                         "add r8, r8, r3\n"
                         "vstrb.8 q0, [r9]\n"
                         "add r9, r9, r2\n"
                         "le lr, 2b\n"
                         "add r1, r1, r6\n"
                         "add r0, r0, r7\n"
                         "subs r5, r5, #1\n"
                         "bne 1b\n"
                         "pop {r0-r9}"
                         :
                         : [windows] "r"(windows)
                         : "q0", "lr", "cc", "memory");
    else
        __asm__ volatile("push {r0-r11}\n"
                         "mov lr, %[windows]\n"
                         "ldm lr, {r0-r8}\n"
                         "sub r2, r2, r8, lsl #4\n"
                         "sub r3, r3, r8, lsl #4\n"
                         "1:\n"
                         "mov r9, r1\n"
                         "mov r10, r0\n"
                         "mov r11, r4\n"
                         "2:\n"
                         "dls lr, r8\n"
                         "3:\n"
                         "vldrb.8 q0, [r9], #16\n"
                         "vstrb.8 q0, [r10], #16\n"
                         "le lr, 3b\n"
                         "add r9, r9, r3\n"
                         "add r10, r10, r2\n"
                         "subs r11, r11, #1\n"
                         "bne 2b\n"
                         "add r1, r1, r6\n"
                         "add r0, r0, r7\n"
                         "subs r5, r5, #1\n"
                         "bne 1b\n"
                         "pop {r0-r11}"
                         :
                         : [windows] "r"(windows)
                         : "q0", "lr", "cc", "memory");
}
#else
static inline void zk_copy_windows(const zk_windows *windows)
{
    for (int32_t i = 0; i < windows->windows; i++)
        for (int32_t k = 0; k < windows->runs; k++) {
            int8_t *to = windows->to + i * windows->to_step + k * windows->n;
            const int8_t *from = windows->from + i * windows->from_step + k * windows->step;
            for (int32_t v = 0; v < windows->vectors; v++) memcpy(to + 16 * v, from + 16 * v, 16);
        }
}
#endif

#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_load_s32x4(const int32_t *from)
{
    return vldrwq_s32(from);
}
#else
static inline zk_s32x4 zk_load_s32x4(const int32_t *from)
{
    zk_s32x4 v;
    memcpy(v.at, from, sizeof v.at);
    return v;
}
#endif

/* What is reached from there is in memory when this is called: to gcc 12 a load that widens, of the
 * two functions below, reads its first byte alone, and it moves stores of the others behind it or
 * drops them. */
#if defined(__ARM_FEATURE_MVE)
static inline void zk_in_memory(const void *from)
{
    __asm__ volatile("" : : "r"(from) : "memory");
}
#else
static inline void zk_in_memory(const void *from)
{
    (void)from;
}
#endif

#if defined(__ARM_FEATURE_MVE)
static inline zk_u32x4 zk_load_u32x4(const uint32_t *from)
{
    return vldrwq_u32(from);
}
#else
static inline zk_u32x4 zk_load_u32x4(const uint32_t *from)
{
    zk_u32x4 v;
    memcpy(v.at, from, sizeof v.at);
    return v;
}
#endif

/* Four int8, widened. */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_load_s8x4(const int8_t *from)
{
    return vldrbq_s32(from);
}
#else
static inline zk_s32x4 zk_load_s8x4(const int8_t *from)
{
    zk_s32x4 v;
    for (int i = 0; i < 4; i++) v.at[i] = from[i];
    return v;
}
#endif

/* The top byte of each lane. */
#if defined(__ARM_FEATURE_MVE)
static inline void zk_store_top_s8x4(int8_t *to, zk_s32x4 v)
{
    vstrbq_s32(to, vreinterpretq_s32_s8(vrev32q_s8(vreinterpretq_s8_s32(v))));
}
#else
static inline void zk_store_top_s8x4(int8_t *to, zk_s32x4 v)
{
    for (int i = 0; i < 4; i++) to[i] = (int8_t)(v.at[i] >> 24);
}
#endif

#if defined(__ARM_FEATURE_MVE)
static inline void zk_scatter_top_s8x4(int8_t *to, zk_u32x4 offsets, zk_s32x4 v)
{
    v = vreinterpretq_s32_s8(vrev32q_s8(vreinterpretq_s8_s32(v)));
    vstrbq_scatter_offset_s32(to, offsets, v);
}
#else
static inline void zk_scatter_top_s8x4(int8_t *to, zk_u32x4 offsets, zk_s32x4 v)
{
    for (int i = 0; i < 4; i++) to[offsets.at[i]] = (int8_t)(v.at[i] >> 24);
}
#endif

#if defined(__ARM_FEATURE_MVE)
static inline zk_s8x16 zk_load_s8x16(const int8_t *from)
{
    return vldrbq_s8(from);
}
#else
static inline zk_s8x16 zk_load_s8x16(const int8_t *from)
{
    zk_s8x16 v;
    memcpy(v.at, from, sizeof v.at);
    return v;
}
#endif

/* Four times four bytes; places and offsets are multiples of 4. */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s8x16 zk_gather_s8x16(const int8_t *from, zk_u32x4 offsets)
{
    const int32_t *words = (const int32_t *)(const void *)from;
    return vreinterpretq_s8_s32(vldrwq_gather_offset_s32(words, offsets));
}
#else
static inline zk_s8x16 zk_gather_s8x16(const int8_t *from, zk_u32x4 offsets)
{
    zk_s8x16 v;
    for (int i = 0; i < 4; i++) memcpy(v.at + 4 * i, from + offsets.at[i], 4);
    return v;
}
#endif

/* n bytes that lie `step` bytes apart, one behind the other; 7 * step < 2^16. */
#if defined(__ARM_FEATURE_MVE)
static inline void zk_copy_column(int8_t *to, const int8_t *from, int32_t step, int32_t n)
{
    uint16x8_t offsets = vmulq_n_u16(vidupq_n_u16(0, 1), (uint16_t)step);
    if (n < 8) {
        for (int32_t i = 0; i < n; i++) to[i] = from[i * step];
        return;
    }
    for (int32_t i = 0; i < n / 8; i++, to += 8, from += 8 * step)
        vstrbq_s16(to, vldrbq_gather_offset_s16(from, offsets));
    to -= 8 - n % 8;
    from -= (8 - n % 8) * step;
    if (n % 8) vstrbq_s16(to, vldrbq_gather_offset_s16(from, offsets));
}
#else
static inline void zk_copy_column(int8_t *to, const int8_t *from, int32_t step, int32_t n)
{
    for (int32_t i = 0; i < n; i++) to[i] = from[i * step];
}
#endif

/* Four rows of bytes to be woven: a byte of the first, of the second, the third, the fourth, the
 * next of the first ... Row i moves on by step[i], 16 or 0, every 16 bytes. */
typedef struct zk_weft {
    const int8_t *row[4];
    int8_t *to;
    int32_t n; /* bytes of a row / 16 */
    int32_t step[4];
} zk_weft;

/* 9 instructions for 64 bytes, 13 if some row does not move on. */
#if defined(__ARM_FEATURE_MVE)
static inline void zk_weave(const zk_weft *weft)
{
    if ((weft->step[0] & weft->step[1] & weft->step[2] & weft->step[3]) == 16)
        __asm__ volatile("push {r0-r5}\n\t"
                         "mov lr, %[weft]\n\t"
                         "ldm lr, {r0-r5}\n\t"
                         "wls lr, r5, 2f\n"
                         "1:\n\t"
                         "vldrb.8 q0, [r0], #16\n\t"
                         "vldrb.8 q1, [r1], #16\n\t"
                         "vldrb.8 q2, [r2], #16\n\t"
                         "vldrb.8 q3, [r3], #16\n\t"
                         "vst40.8 {q0, q1, q2, q3}, [r4]\n\t"
                         "vst41.8 {q0, q1, q2, q3}, [r4]\n\t"
                         "vst42.8 {q0, q1, q2, q3}, [r4]\n\t"
                         "vst43.8 {q0, q1, q2, q3}, [r4]!\n\t"
                         "le lr, 1b\n"
                         "2:\n\t"
                         "pop {r0-r5}"
                         :
                         : [weft] "r"(weft)
                         : "q0", "q1", "q2", "q3", "lr", "memory");
    else
        __asm__ volatile("push {r0-r9}\n\t"
                         "mov lr, %[weft]\n\t"
                         "ldm lr, {r0-r9}\n\t"
                         "wls lr, r5, 2f\n"
                         "1:\n\t"
                         "vldrb.8 q0, [r0]\n\t"
                         "vldrb.8 q1, [r1]\n\t"
                         "vldrb.8 q2, [r2]\n\t"
                         "vldrb.8 q3, [r3]\n\t"
                         "add r0, r0, r6\n\t"
                         "add r1, r1, r7\n\t"
                         "add r2, r2, r8\n\t"
                         "add r3, r3, r9\n\t"
                         "vst40.8 {q0, q1, q2, q3}, [r4]\n\t"
                         "vst41.8 {q0, q1, q2, q3}, [r4]\n\t"
                         "vst42.8 {q0, q1, q2, q3}, [r4]\n\t"
                         "vst43.8 {q0, q1, q2, q3}, [r4]!\n\t"
                         "le lr, 1b\n"
                         "2:\n\t"
                         "pop {r0-r9}"
                         :
                         : [weft] "r"(weft)
                         : "q0", "q1", "q2", "q3", "lr", "memory");
}
#else
static inline void zk_weave(const zk_weft *weft)
{
    int8_t *to = weft->to;
    for (int32_t i = 0; i < weft->n; i++)
        for (int k = 0; k < 16; k++)
            for (int r = 0; r < 4; r++) *to++ = weft->row[r][i * weft->step[r] + k];
}
#endif

/* ---- Lanes ---- */

#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_set_s32x4(int32_t a, int32_t b, int32_t c, int32_t d)
{
    zk_s32x4 v;
    __asm__("vmov %q0[2], %q0[0], %1, %3\n\t"
            "vmov %q0[3], %q0[1], %2, %4"
            : "=&w"(v)
            : "r"(a), "r"(b), "r"(c), "r"(d));
    return v;
}
#else
static inline zk_s32x4 zk_set_s32x4(int32_t a, int32_t b, int32_t c, int32_t d)
{
    zk_s32x4 v = {{a, b, c, d}};
    return v;
}
#endif

/* The same in all lanes. */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_fill_s32x4(int32_t x)
{
    return vdupq_n_s32(x);
}
#else
static inline zk_s32x4 zk_fill_s32x4(int32_t x)
{
    zk_s32x4 v = {{x, x, x, x}};
    return v;
}
#endif

/* ---- Arithmetic, lane by lane; `_n`: with the same number for all lanes ---- */

/* Kept within 32 bits. */
static inline int32_t zk_saturate_s32(int64_t x)
{
    return x < INT32_MIN ? INT32_MIN : x > INT32_MAX ? INT32_MAX : (int32_t)x;
}

/* Modulo 2^32. */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_add_s32x4(zk_s32x4 a, zk_s32x4 b)
{
    return vaddq_s32(a, b);
}
#else
static inline zk_s32x4 zk_add_s32x4(zk_s32x4 a, zk_s32x4 b)
{
    for (int i = 0; i < 4; i++) a.at[i] = (int32_t)((uint32_t)a.at[i] + (uint32_t)b.at[i]);
    return a;
}
#endif

#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_add_n_s32x4(zk_s32x4 a, int32_t b)
{
    return vaddq_n_s32(a, b);
}
#else
static inline zk_s32x4 zk_add_n_s32x4(zk_s32x4 a, int32_t b)
{
    return zk_add_s32x4(a, zk_fill_s32x4(b));
}
#endif

#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_add_saturate_s32x4(zk_s32x4 a, zk_s32x4 b)
{
    return vqaddq_s32(a, b);
}
#else
static inline zk_s32x4 zk_add_saturate_s32x4(zk_s32x4 a, zk_s32x4 b)
{
    for (int i = 0; i < 4; i++) a.at[i] = zk_saturate_s32((int64_t)a.at[i] + b.at[i]);
    return a;
}
#endif

#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_add_saturate_n_s32x4(zk_s32x4 a, int32_t b)
{
    return vqaddq_n_s32(a, b);
}
#else
static inline zk_s32x4 zk_add_saturate_n_s32x4(zk_s32x4 a, int32_t b)
{
    return zk_add_saturate_s32x4(a, zk_fill_s32x4(b));
}
#endif

/* a * b / 2^31 rounded to nearest, ties up (VQRDMULH): zk_high_mul; 0 <= b. */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_high_mul_s32x4(zk_s32x4 a, zk_s32x4 b)
{
    return vqrdmulhq_s32(a, b);
}
#else
static inline zk_s32x4 zk_high_mul_s32x4(zk_s32x4 a, zk_s32x4 b)
{
    for (int i = 0; i < 4; i++) a.at[i] = (int32_t)(((int64_t)a.at[i] * b.at[i] + (1 << 30)) >> 31);
    return a;
}
#endif

#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_high_mul_n_s32x4(zk_s32x4 a, int32_t b)
{
    return vqrdmulhq_n_s32(a, b);
}
#else
static inline zk_s32x4 zk_high_mul_n_s32x4(zk_s32x4 a, int32_t b)
{
    return zk_high_mul_s32x4(a, zk_fill_s32x4(b));
}
#endif

/* a * 2^left kept within 32 bits, 0 <= left <= 31 (VQSHL). */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_shift_saturate_s32x4(zk_s32x4 a, zk_s32x4 left)
{
    return vqshlq_s32(a, left);
}
#else
static inline zk_s32x4 zk_shift_saturate_s32x4(zk_s32x4 a, zk_s32x4 left)
{
    for (int i = 0; i < 4; i++)
        a.at[i] = zk_saturate_s32((int64_t)a.at[i] * ((int64_t)1 << left.at[i]));
    return a;
}
#endif

#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_shift_saturate_n_s32x4(zk_s32x4 a, int32_t b)
{
    return vqshlq_r_s32(a, b);
}
#else
static inline zk_s32x4 zk_shift_saturate_n_s32x4(zk_s32x4 a, int32_t b)
{
    return zk_shift_saturate_s32x4(a, zk_fill_s32x4(b));
}
#endif

/* a * b + c modulo 2^32 (VMLAS). */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_mul_add_s32x4(zk_s32x4 a, zk_s32x4 b, int32_t c)
{
    return vmlasq_n_s32(a, b, c);
}
#else
static inline zk_s32x4 zk_mul_add_s32x4(zk_s32x4 a, zk_s32x4 b, int32_t c)
{
    for (int i = 0; i < 4; i++)
        a.at[i] = (int32_t)((uint32_t)a.at[i] * (uint32_t)b.at[i] + (uint32_t)c);
    return a;
}
#endif

/* a + b * c modulo 2^32 (VMLA). */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_add_mul_s32x4(zk_s32x4 a, zk_s32x4 b, int32_t c)
{
    return vmlaq_n_s32(a, b, c);
}
#else
static inline zk_s32x4 zk_add_mul_s32x4(zk_s32x4 a, zk_s32x4 b, int32_t c)
{
    for (int i = 0; i < 4; i++)
        a.at[i] = (int32_t)((uint32_t)a.at[i] + (uint32_t)b.at[i] * (uint32_t)c);
    return a;
}
#endif

/* a * 2^left rounded to nearest, ties up, -31 <= left <= 0 (VRSHL). */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_shift_round_s32x4(zk_s32x4 a, int32_t left)
{
    return vrshlq_n_s32(a, left);
}
#else
static inline zk_s32x4 zk_shift_round_s32x4(zk_s32x4 a, int32_t left)
{
    int64_t half = left ? (int64_t)1 << (-left - 1) : 0;
    for (int i = 0; i < 4; i++) a.at[i] = (int32_t)((a.at[i] + half) >> -left);
    return a;
}
#endif

/* `less`, 0 or 1, less where `sign` is negative: a + floor(2 * sign * less / 2^32) (VQDMLAH). */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_less_if_negative_s32x4(zk_s32x4 a, zk_s32x4 sign, int32_t less)
{
    return vqdmlahq_n_s32(a, sign, less);
}
#else
static inline zk_s32x4 zk_less_if_negative_s32x4(zk_s32x4 a, zk_s32x4 sign, int32_t less)
{
    for (int i = 0; i < 4; i++)
        a.at[i] = zk_saturate_s32((int64_t)a.at[i] - (sign.at[i] < 0 ? less : 0));
    return a;
}
#endif

/* Kept within min..max, the same for all lanes. */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s32x4 zk_clamp_s32x4(zk_s32x4 a, int32_t min, int32_t max)
{
    return vminq_s32(vmaxq_s32(a, vdupq_n_s32(min)), vdupq_n_s32(max));
}
#else
static inline zk_s32x4 zk_clamp_s32x4(zk_s32x4 a, int32_t min, int32_t max)
{
    for (int i = 0; i < 4; i++) a.at[i] = a.at[i] < min ? min : a.at[i] > max ? max : a.at[i];
    return a;
}
#endif

/* ---- Averages ---- */

static inline zk_s16x8 zk_zero_s16x8(void)
{
    zk_s16x8 zero;
    memset(&zero, 0, sizeof zero);
    return zero;
}

/* sum + eight int8. */
#if defined(__ARM_FEATURE_MVE)
static inline zk_s16x8 zk_add_s8x8(zk_s16x8 sum, const int8_t *from)
{
    return vaddq_s16(sum, vldrbq_s16(from));
}
#else
static inline zk_s16x8 zk_add_s8x8(zk_s16x8 sum, const int8_t *from)
{
    for (int i = 0; i < 8; i++) sum.at[i] = (int16_t)(sum.at[i] + from[i]);
    return sum;
}
#endif

/* sum / n rounded to nearest, ties away from zero, kept within min..max; 1 <= n <= 255. The
 * division is a multiplication with 2^31 / n rounded up: what is divided is below 2^16, so what
 * that adds is below 2^-15 and passes no multiple of 1 / n. */
#if defined(__ARM_FEATURE_MVE)
static inline void zk_store_average_s8x8(int8_t *to, zk_s16x8 sum, int32_t n, int32_t min,
                                         int32_t max)
{
    int32_t inverse = (int32_t)((0x7FFFFFFFu + (uint32_t)n) / (uint32_t)n);
    int32x4_t part[2] = {vmovlbq_s16(sum), vmovltq_s16(sum)};
    for (int i = 0; i < 2 && n > 1; i++) {
        int32x4_t sign = vshrq_n_s32(part[i], 31);
        int32x4_t x = vqdmulhq_n_s32(vaddq_n_s32(vabsq_s32(part[i]), n / 2), inverse);
        part[i] = vsubq_s32(veorq_s32(x, sign), sign);
    }
    int16x8_t x = vmovntq_s32(vreinterpretq_s16_s32(part[0]), part[1]);
    x = vminq_s16(vmaxq_s16(x, vdupq_n_s16((int16_t)min)), vdupq_n_s16((int16_t)max));
    vstrbq_s16(to, x);
}
#else
static inline void zk_store_average_s8x8(int8_t *to, zk_s16x8 sum, int32_t n, int32_t min,
                                         int32_t max)
{
    for (int i = 0; i < 8; i++) {
        int32_t x = sum.at[i];
        x = (x > 0 ? x + n / 2 : x - n / 2) / n;
        to[i] = (int8_t)(x < min ? min : x > max ? max : x);
    }
}
#endif

/* ---- Requantization ---- */

/* How the sums of four channels become bytes, a channel a lane: as zk_requantize and the output's
 * zero point do, for shifts -right with 0 <= right <= 23. */
typedef struct zk_scale_4 {
    zk_s32x4 bias;
    zk_s32x4 multiplier;
    zk_s32x4 offset; /* zero point * 2^right + what rounds: 2^(right - 1), 0 if right is 0 */
    zk_s32x4 left;   /* 24 - right */
} zk_scale_4;

/* How the sums of one channel become bytes, the same for all lanes. */
typedef struct zk_scale_1 {
    int32_t bias, multiplier, offset, left; /* as in zk_scale_4 */
} zk_scale_1;

/* Of 13 words: four of each, the last as bytes. *words is moved behind them. */
static inline zk_scale_4 zk_load_scale_4(const int32_t **words)
{
    const int32_t *at = *words;
    zk_scale_4 s;
    s.bias = zk_load_s32x4(at);
    s.multiplier = zk_load_s32x4(at + 4);
    s.offset = zk_load_s32x4(at + 8);
    s.left = zk_load_s8x4((const int8_t *)(at + 12));
    *words = at + 13;
    return s;
}

/* Of sums with the bias. The output is the top byte, kept within -128..127 by saturation; what is
 * below it is in the way of nothing. Rounding and zero point are one addition: the output is at the
 * place 2^right of the product. Ties are rounded up: right for outputs of at least the zero point.
 */
static inline zk_s32x4 zk_scale_up(zk_s32x4 sum, const zk_scale_4 *s)
{
    zk_s32x4 x = zk_high_mul_s32x4(sum, s->multiplier);
    return zk_shift_saturate_s32x4(zk_add_saturate_s32x4(x, s->offset), s->left);
}

/* The same with ties away from zero: what is rounded is one less where it is negative; 1 <= right.
 * The sum has the sign of the product, except that -1 times 2^30 is rounded to 0, and then one less
 * makes no difference. */
static inline zk_s32x4 zk_scale_away(zk_s32x4 sum, const zk_scale_4 *s)
{
    zk_s32x4 x = zk_less_if_negative_s32x4(zk_high_mul_s32x4(sum, s->multiplier), sum, 1);
    return zk_shift_saturate_s32x4(zk_add_saturate_s32x4(x, s->offset), s->left);
}

/* Likewise for one channel. */
static inline zk_s32x4 zk_scale_up_1(zk_s32x4 sum, const zk_scale_1 *s)
{
    zk_s32x4 x = zk_high_mul_n_s32x4(sum, s->multiplier);
    return zk_shift_saturate_n_s32x4(zk_add_saturate_n_s32x4(x, s->offset), s->left);
}
static inline zk_s32x4 zk_scale_away_1(zk_s32x4 sum, const zk_scale_1 *s)
{
    zk_s32x4 x = zk_less_if_negative_s32x4(zk_high_mul_n_s32x4(sum, s->multiplier), sum, 1);
    return zk_shift_saturate_n_s32x4(zk_add_saturate_n_s32x4(x, s->offset), s->left);
}

/* ---- Sums of products ---- */

/* Of the lanes. */
#if defined(__ARM_FEATURE_MVE)
static inline int32_t zk_dot_s8x16(zk_s8x16 a, zk_s8x16 b)
{
    return vmladavq_s8(a, b);
}
#else
static inline int32_t zk_dot_s8x16(zk_s8x16 a, zk_s8x16 b)
{
    int32_t sum = 0;
    for (int i = 0; i < 16; i++) sum += a.at[i] * b.at[i];
    return sum;
}
#endif

/* Four channels: four sums that begin with bias[0..3], of n products of bytes. *w is moved behind
 * the weights, 16 of each channel for each vector, the last vector too. 10 instructions for 64
 * products (bound: 8, since every weight is loaded once); what is behind the last is not read. */
#if defined(__ARM_FEATURE_MVE)
static inline ZK_ALWAYS_INLINE zk_s32x4 zk_dot_4x1(const int8_t **w, const int8_t *x, int32_t n,
                                                   const int32_t *bias)
{
    const int8_t *at = *w;
    zk_s32x4 sums;
    int32_t a, b, c, d;
    /* clang-format off */
    __asm__ volatile(
        "ldrd %[a], %[b], [%[bias]]\n\t"
        "ldrd %[c], %[d], [%[bias], #8]\n\t"
        "wlstp.8 lr, %[n], 2f\n"
        "1:\n\t"
        "vldrb.8 q0, [%[x]], #16\n\t"
        "vldrb.8 q1, [%[w]], #16\n\t"
        "vmladava.s8 %[a], q0, q1\n\t"
        "vldrb.8 q2, [%[w]], #16\n\t"
        "vmladava.s8 %[b], q0, q2\n\t"
        "vldrb.8 q1, [%[w]], #16\n\t"
        "vmladava.s8 %[c], q0, q1\n\t"
        "vldrb.8 q2, [%[w]], #16\n\t"
        "vmladava.s8 %[d], q0, q2\n\t"
        "letp lr, 1b\n"
        "2:\n\t"
        "vmov %q[sums][2], %q[sums][0], %[a], %[c]\n\t"
        "vmov %q[sums][3], %q[sums][1], %[b], %[d]\n\t"
        : [w] "+r"(at), [x] "+r"(x), [a] "=&Te"(a), [b] "=&Te"(b), [c] "=&Te"(c), [d] "=&Te"(d),
          [sums] "=&w"(sums)
        : [n] "r"(n), [bias] "r"(bias)
        : "q0", "q1", "q2", "lr", "cc", "memory");
    /* clang-format on */
    *w = at;
    return sums;
}
#else
static inline ZK_ALWAYS_INLINE zk_s32x4 zk_dot_4x1(const int8_t **w, const int8_t *x, int32_t n,
                                                   const int32_t *bias)
{
    zk_s32x4 sums = {{bias[0], bias[1], bias[2], bias[3]}};
    for (int32_t i = 0; i < n; i += 16, *w += 64)
        for (int c = 0; c < 4; c++)
            for (int32_t k = 0; k < 16 && i + k < n; k++) sums.at[c] += x[i + k] * (*w)[16 * c + k];
    return sums;
}
#endif

#endif
