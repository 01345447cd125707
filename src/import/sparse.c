#include "import/sparse.h"

#include <string.h>

enum { MAX_LEVELS = 2 * ZR_MAX_RANK };

/* One level of the traversal: a dimension of the tensor or a block inside one. */
typedef struct level {
    bool csr;
    int32_t size;                    /* dense: positions of the level */
    zr_fb_vector segments, indices;  /* csr: where each parent's positions begin; the positions */
    int segments_kind, indices_kind; /* 1: int32, 2: uint16, 3: uint8 */
    int dimension;                   /* of the tensor */
    int32_t step;                    /* how far one position moves along that dimension */
} level;

typedef struct expansion {
    const zr_tensor *tensor;
    zr_bytes stored;
    uint8_t *dense;
    size_t element_bytes, used; /* bytes of stored values already placed */
    int n_levels;
    level levels[MAX_LEVELS];
    int32_t position[ZR_MAX_RANK];
} expansion;

static zr_fb_vector index_vector(const zr_fb_table *metadata, int kind_slot, int *kind)
{
    static const uint32_t bytes[] = {0, 4, 2, 1};
    *kind = zr_fb_u8(metadata, kind_slot, 0);
    zr_fb_table table = zr_fb_subtable(metadata, kind_slot + 1);
    if (!table.fb || *kind < 1 || *kind > 3) return (zr_fb_vector){metadata->fb, 0, 0};
    return zr_fb_vec(&table, 0, bytes[*kind]);
}

static int64_t index_at(const zr_fb_vector *v, int kind, uint32_t i)
{
    if (i >= v->n) return -1;
    return kind == 1 ? zr_fb_vec_i32(v, i) : kind == 2 ? zr_fb_vec_u16(v, i) : zr_fb_vec_u8(v, i);
}

/* Places one stored value at the current position. */
static bool place_value(expansion *e)
{
    size_t at = 0;
    for (int d = 0; d < e->tensor->shape.rank; d++) {
        if (e->position[d] < 0 || e->position[d] >= e->tensor->shape.dim[d]) return false;
        at = at * (size_t)e->tensor->shape.dim[d] + (size_t)e->position[d];
    }
    if (e->stored.size - e->used < e->element_bytes) return false;
    memcpy(e->dense + at * e->element_bytes, e->stored.data + e->used, e->element_bytes);
    e->used += e->element_bytes;
    return true;
}

/* Walks the levels from `depth` on; `parent` numbers the positions of the level above in the order
 * of storage. Recursion is at most MAX_LEVELS deep, and every leaf consumes a stored value. */
static bool walk(expansion *e, int depth, int64_t parent) /* NOLINT(misc-no-recursion) */
{
    if (depth == e->n_levels) return place_value(e);
    const level *l = &e->levels[depth];
    int64_t begin = 0, end = l->size;
    if (l->csr) {
        if (parent > UINT32_MAX - 1) return false;
        begin = index_at(&l->segments, l->segments_kind, (uint32_t)parent);
        end = index_at(&l->segments, l->segments_kind, (uint32_t)parent + 1);
        if (begin < 0 || end < begin || end > (int64_t)l->indices.n) return false;
    }
    int32_t *coordinate = &e->position[l->dimension], outer = *coordinate;
    for (int64_t i = begin; i < end; i++) {
        int64_t index = l->csr ? index_at(&l->indices, l->indices_kind, (uint32_t)i) : i;
        int64_t moved = outer + index * l->step;
        if (moved < 0 || moved >= e->tensor->shape.dim[l->dimension]) return false;
        *coordinate = (int32_t)moved;
        if (!walk(e, depth + 1, l->csr ? i : parent * l->size + i)) return false;
    }
    *coordinate = outer;
    return true;
}

/* Reads the levels: entry i of traversal_order is a dimension (< rank) or, from rank on, a block of
 * dimension block_map[i - rank]. A dimension that has a block steps over whole blocks. */
static bool read_levels(expansion *e, const zr_fb_table *sparsity)
{
    int rank = e->tensor->shape.rank;
    zr_fb_vector order = zr_fb_vec(sparsity, 0, 4), blocks = zr_fb_vec(sparsity, 1, 4);
    zr_fb_vector metadata = zr_fb_vec(sparsity, 2, 4);
    if (order.n != metadata.n || order.n > MAX_LEVELS || order.n != (uint32_t)rank + blocks.n)
        return false;
    bool seen[MAX_LEVELS] = {false};
    int64_t block_size[ZR_MAX_RANK];
    for (int d = 0; d < rank; d++) block_size[d] = 1;
    e->n_levels = (int)order.n;
    for (int i = e->n_levels - 1; i >= 0; i--) {
        level *l = &e->levels[i];
        zr_fb_table m = zr_fb_vec_table(&metadata, (uint32_t)i);
        int32_t which = zr_fb_vec_i32(&order, (uint32_t)i);
        if (which < 0 || which >= e->n_levels || seen[which]) return false;
        seen[which] = true;
        l->dimension = which < rank ? which : zr_fb_vec_i32(&blocks, (uint32_t)(which - rank));
        if (l->dimension < 0 || l->dimension >= rank) return false;
        l->csr = zr_fb_i8(&m, 0, 0) == 1;
        l->size = zr_fb_i32(&m, 1, 0);
        l->segments = index_vector(&m, 2, &l->segments_kind);
        l->indices = index_vector(&m, 4, &l->indices_kind);
        if (!l->csr && (l->size < 1 || l->size > e->tensor->shape.dim[l->dimension])) return false;
        l->step = (int32_t)block_size[l->dimension];
        if (which >= rank) block_size[l->dimension] *= l->csr ? 1 : l->size;
        if (block_size[l->dimension] > e->tensor->shape.dim[l->dimension]) return false;
    }
    return true;
}

const uint8_t *zr_sparse_expand(zr_fb *fb, const zr_fb_table *sparsity, const zr_tensor *tensor,
                                zr_bytes stored, zr_place place, uint64_t *left)
{
    expansion e = {.tensor = tensor, .stored = stored};
    e.element_bytes = (size_t)zr_type_bytes(tensor->type);
    if (e.element_bytes == 0) {
        zr_fail(fb->cx, ZR_E_TYPE, place, "sparse constants of type %s are not supported",
                zr_types[tensor->type].name);
        return NULL;
    }
    if (zr_tensor_bytes(tensor) > *left) {
        zr_fail(fb->cx, ZR_E_FORMAT, place, "%zu stored bytes are too few for its shape %s",
                stored.size, zr_shape_text(fb->cx, &tensor->shape));
        return NULL;
    }
    *left -= zr_tensor_bytes(tensor);
    e.dense = zr_alloc(fb->cx, zr_tensor_bytes(tensor), 1);
    if (!e.dense) return NULL;
    if (read_levels(&e, sparsity) && walk(&e, 0, 0) && e.used == stored.size && !fb->failed)
        return e.dense;
    zr_fail(fb->cx, ZR_E_FORMAT, place, "its sparse description does not fit its shape %s",
            zr_shape_text(fb->cx, &tensor->shape));
    return NULL;
}
