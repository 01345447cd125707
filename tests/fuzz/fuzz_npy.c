/* .npy and .npz files made of any bytes. */
#include "base/npy.h"
#include "fuzz.h"

static uint64_t sum; /* of every element, so that each is read */

/* What base/npy.h promises of an array that was read, and that it can be written again. */
static void check_array(zr_ctx *cx, const zr_array *a)
{
    int64_t bytes = zr_type_bytes(a->type);
    FUZZ_DEMAND(a->name && zr_types[a->type].numpy && a->rank >= 0 && a->rank <= ZR_ARRAY_MAX_RANK);
    for (int i = 0; i < a->rank; i++)
        FUZZ_DEMAND(a->dim[i] >= 0 && zr_mul_i64(bytes, a->dim[i], &bytes));
    FUZZ_DEMAND((size_t)bytes == a->bytes && (uintptr_t)a->data % 16 == 0);
    for (size_t i = 0; i < a->bytes; i++) sum += a->data[i];
    if (a->bytes > 1 << 20) return;
    zr_buf buf;
    zr_array again;
    zr_buf_init(&buf, cx);
    FUZZ_DEMAND(zr_npy_format(&buf, a));
    FUZZ_DEMAND(zr_npy_parse(cx, "again", (zr_bytes){(uint8_t *)buf.data, buf.size}, &again));
    FUZZ_DEMAND(again.type == a->type && again.rank == a->rank && again.bytes == a->bytes &&
                !memcmp(again.dim, a->dim, sizeof a->dim) &&
                (!a->bytes || !memcmp(again.data, a->data, a->bytes)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    zr_bytes bytes = {copy, size};
    zr_ctx cx;
    zr_array one, *arrays = &one;
    int n = 1;
    zr_ctx_init(&cx);
    bool ok = zr_npy_parse(&cx, "fuzz.npy", bytes, &one);
    fuzz_demand_errors(&cx, ok);
    if (ok) check_array(&cx, &one);
    zr_ctx_free(&cx);

    zr_ctx_init(&cx);
    ok = zr_npz_parse(&cx, "fuzz.npz", bytes, &arrays, &n);
    fuzz_demand_errors(&cx, ok);
    FUZZ_DEMAND(!ok || n > 0);
    for (int i = 0; ok && i < n; i++) check_array(&cx, &arrays[i]);
    zr_ctx_free(&cx);
    free(copy);
    return 0;
}
