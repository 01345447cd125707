#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

enum { ALIGNMENT = 16, BLOCK_BYTES = 64 * 1024 };

struct zr_arena_block {
    zr_arena_block *next;
    size_t used, size;
    _Alignas(ALIGNMENT) unsigned char memory[];
};

void zr_arena_init(zr_arena *arena)
{
    arena->blocks = NULL;
    arena->fail_after = -1;
}

void zr_arena_free(zr_arena *arena)
{
    while (arena->blocks) {
        zr_arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}

static zr_arena_block *add_block(zr_arena *arena, size_t bytes)
{
    size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES, total;
    if (!zr_add_size(size, sizeof(zr_arena_block), &total)) return NULL;
    zr_arena_block *block = malloc(total);
    if (!block) return NULL;
    block->used = 0;
    block->size = size;
    /* A big block goes behind the current one, whose rest stays in use. */
    if (bytes > BLOCK_BYTES && arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = arena->blocks;
        arena->blocks = block;
    }
    return block;
}

void *zr_arena_alloc(zr_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (!zr_mul_size(count, size, &bytes) || !zr_add_size(bytes, ALIGNMENT - 1, &bytes))
        return NULL;
    bytes &= ~(size_t)(ALIGNMENT - 1);
    if (arena->fail_after == 0) return NULL;
    if (arena->fail_after > 0) arena->fail_after--;
    zr_arena_block *block = arena->blocks;
    if (!block || block->size - block->used < bytes) block = add_block(arena, bytes);
    if (!block) return NULL;
    void *memory = block->memory + block->used;
    block->used += bytes;
    return memset(memory, 0, bytes);
}
