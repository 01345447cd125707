#include <string.h>

#include "base/arena.h"
#include "test.h"

ZR_TEST(arena_memory_is_aligned_zeroed_and_separate)
{
    zr_arena arena;
    zr_arena_init(&arena);
    unsigned char *before = NULL;
    for (size_t size = 0; size < 200; size++) {
        unsigned char *p = zr_arena_alloc(&arena, size, 1);
        CHECK(p != NULL);
        if (!p) break;
        CHECK_EQ((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++) CHECK_EQ(p[i], 0);
        memset(p, 0xff, size);
        CHECK(!before || before[0] == 0xff);
        if (size) before = p;
    }
    zr_arena_free(&arena);
}

ZR_TEST(arena_takes_objects_larger_than_a_block)
{
    zr_arena arena;
    zr_arena_init(&arena);
    char *small = zr_arena_alloc(&arena, 8, 1);
    char *big = zr_arena_alloc(&arena, 1000, 1000);
    char *next = zr_arena_alloc(&arena, 8, 1);
    if (CHECK(small && big && next)) {
        memset(big, 1, 1000 * 1000);
        CHECK_EQ(next - small, 16); /* the rest of the first block is still used */
    }
    zr_arena_free(&arena);
}

ZR_TEST(arena_refuses_sizes_that_overflow)
{
    zr_arena arena;
    zr_arena_init(&arena);
    CHECK(!zr_arena_alloc(&arena, SIZE_MAX, 2));
    CHECK(!zr_arena_alloc(&arena, SIZE_MAX / 2 + 1, 2));
    CHECK(!zr_arena_alloc(&arena, SIZE_MAX, 1));
    CHECK(!zr_arena_alloc(&arena, 1, SIZE_MAX - 15));
    CHECK(!zr_arena_alloc(&arena, 1, SIZE_MAX - 31));
    zr_arena_free(&arena);
}

ZR_TEST(arena_fails_at_the_nth_allocation)
{
    zr_arena arena;
    zr_arena_init(&arena);
    arena.fail_after = 2;
    CHECK(zr_arena_alloc(&arena, 1, 1) != NULL);
    CHECK(zr_arena_alloc(&arena, 1, 1) != NULL);
    CHECK(!zr_arena_alloc(&arena, 1, 1));
    CHECK(!zr_arena_alloc(&arena, 1, 1)); /* and stays without memory */
    zr_arena_free(&arena);
    CHECK(arena.blocks == NULL);
}
