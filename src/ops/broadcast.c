#include "ops/broadcast.h"

/* Dimensions that behave alike, as one: `size` output elements along which an input moves on by its
 * stride, or stands still (stride 0). */
typedef struct stretch {
    int32_t size, a_stride, b_stride;
} stretch;

/* Whether both inputs move or stand still as they do along the stretch. */
static bool alike(const stretch *s, int32_t a_stride, int32_t b_stride)
{
    return (s->a_stride != 0) == (a_stride != 0) && (s->b_stride != 0) == (b_stride != 0);
}

/* The stretches of the two shapes, innermost first; their number. */
static int stretches(const zr_shape *a, const zr_shape *b, stretch *list)
{
    int n = 0;
    int32_t a_size = 1, b_size = 1; /* elements inside of the dimension */
    for (int back = 1; back <= a->rank || back <= b->rank; back++) {
        int32_t da = back <= a->rank ? a->dim[a->rank - back] : 1;
        int32_t db = back <= b->rank ? b->dim[b->rank - back] : 1;
        int32_t size = da > db ? da : db;
        if (size == 1) continue;
        int32_t a_stride = da == 1 ? 0 : a_size, b_stride = db == 1 ? 0 : b_size;
        a_size *= da;
        b_size *= db;
        if (n && alike(&list[n - 1], a_stride, b_stride))
            list[n - 1].size *= size;
        else
            list[n++] = (stretch){size, a_stride, b_stride};
    }
    if (n == 0) list[n++] = (stretch){1, 1, 1};
    return n;
}

zk_broadcast zr_broadcast(const zr_shape *a, const zr_shape *b)
{
    stretch list[ZR_MAX_RANK];
    int n = stretches(a, b, list);
    /* A run's stride is 1 or 0, since nothing but dimensions of 1 is inside of it. */
    zk_broadcast w = {
        .run = list[0].size, .a_step = list[0].a_stride, .b_step = list[0].b_stride, .rank = n - 1};
    int32_t a_back = 0, b_back = 0; /* from the last run of a dimension to its first */
    for (int i = 1; i < n; i++) {
        int d = n - 1 - i;
        w.size[d] = list[i].size;
        w.a_jump[d] = list[i].a_stride - a_back;
        w.b_jump[d] = list[i].b_stride - b_back;
        a_back += (list[i].size - 1) * list[i].a_stride;
        b_back += (list[i].size - 1) * list[i].b_stride;
    }
    return w;
}
