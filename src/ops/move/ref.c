/* Moving elements, the definition of correct. */
#include "ops/move/kernel.h"

#include <string.h>

#include "device/move.h"

void zk_copy_run(const zk_copy_run_params *p, const void *in, void *out)
{
    memcpy((uint8_t *)out + p->out_offset, (const uint8_t *)in + p->in_offset, (size_t)p->run);
}

/* Elements of a transposed or strided tensor are too short for a call of memcpy to pay. */
static inline void zk_copy_bytes(uint8_t *out, const uint8_t *in, int32_t bytes)
{
    if (bytes >= 8) {
        memcpy(out, in, (size_t)bytes);
        return;
    }
    for (int32_t i = 0; i < bytes; i++) out[i] = in[i];
}

void zk_copy(const zk_copy_params *p, const void *in, void *out)
{
    const int32_t *size = p->size, *in_stride = p->in_stride, *out_stride = p->out_stride;
    const uint8_t *from = (const uint8_t *)in + p->in_offset;
    uint8_t *to = (uint8_t *)out + p->out_offset;
    /* Addresses are products, not sums step by step: a pointer never leaves its tensor. */
    for (int32_t a = 0; a < size[0]; a++) {
        for (int32_t b = 0; b < size[1]; b++) {
            for (int32_t c = 0; c < size[2]; c++) {
                const uint8_t *row = from + a * in_stride[0] + b * in_stride[1] + c * in_stride[2];
                uint8_t *out_row = to + a * out_stride[0] + b * out_stride[1] + c * out_stride[2];
                for (int32_t d = 0; d < size[3]; d++)
                    zk_copy_bytes(out_row + d * out_stride[3], row + d * in_stride[3], p->run);
            }
        }
    }
}

void zk_copy_6(const zk_copy_6_params *p, const void *in, void *out)
{
    zk_copy_params inner;
    inner.run = p->run;
    for (int32_t i = 0; i < 4; i++) {
        inner.size[i] = p->size[i + 2];
        inner.in_stride[i] = p->in_stride[i + 2];
        inner.out_stride[i] = p->out_stride[i + 2];
    }
    for (int32_t a = 0; a < p->size[0]; a++) {
        for (int32_t b = 0; b < p->size[1]; b++) {
            inner.in_offset = p->in_offset + a * p->in_stride[0] + b * p->in_stride[1];
            inner.out_offset = p->out_offset + a * p->out_stride[0] + b * p->out_stride[1];
            zk_copy(&inner, in, out);
        }
    }
}

/* Not memmove: small libraries move byte by byte. */
void zk_move_down(const zk_move_down_params *p, const void *in, void *out)
{
    const uint8_t *from = (const uint8_t *)in;
    uint8_t *to = (uint8_t *)out;
    int32_t left = p->bytes;
    if (left >= 32 && ((uintptr_t)from & 3) == 0 && ((uintptr_t)to & 3) == 0) {
        int32_t moved = left & ~31;
        zk_move_blocks_down(from, to, left >> 5);
        from += moved;
        to += moved;
        left -= moved;
    }
    for (; left >= 4; left -= 4, from += 4, to += 4) {
        uint32_t word;
        memcpy(&word, from, 4);
        memcpy(to, &word, 4);
    }
    for (; left > 0; left--) *to++ = *from++;
}

void zk_fill(const zk_fill_params *p, const void *value, void *out)
{
    uint8_t *to = (uint8_t *)out;
    int32_t total = p->count * p->bytes;
    int32_t done = p->bytes;
    memcpy(to, value, (size_t)done);
    /* What is filled already doubles at every step. */
    while (done < total) {
        int32_t bytes = done < total - done ? done : total - done;
        memcpy(to + done, to, (size_t)bytes);
        done += bytes;
    }
}
