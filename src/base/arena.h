/* The arena: one run of the compiler allocates from it and frees everything at once.
 * Nothing is freed by hand, so nothing leaks and nothing is used after a free. */
#ifndef ZR_BASE_ARENA_H
#define ZR_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct zr_arena_block zr_arena_block;

typedef struct zr_arena {
    zr_arena_block *blocks; /* newest first */
    int64_t fail_after;     /* allocations until one fails, for tests; negative: never */
} zr_arena;

void zr_arena_init(zr_arena *arena);

/* Frees every block. The arena may be used again afterwards. */
void zr_arena_free(zr_arena *arena);

/* Zeroed memory of `count` objects of `size` bytes, aligned for any type (16 bytes); lives as long
 * as the arena. NULL when memory is out, when count * size overflows or when a test wants it. */
void *zr_arena_alloc(zr_arena *arena, size_t count, size_t size);

#endif
