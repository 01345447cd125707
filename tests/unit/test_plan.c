#include "plan/plan.h"
#include "test.h"

/* An input that dies in the step in which an output is born, and scratch of that step. */
static void plan(int64_t distance, bool exact, size_t scratch, zr_buffer *b, size_t *arena)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    b[0] = (zr_buffer){.bytes = 800, .first = -1, .last = 0};
    b[1] = (zr_buffer){.bytes = 800, .first = 0, .last = 1};
    b[2] = (zr_buffer){.bytes = scratch, .first = 0, .last = 0, .tensor = -1};
    zr_overlap overlap = {1, 0, distance, exact, 0, 0};
    zr_program program = {.buffers = b, .n_buffers = 3, .overlaps = &overlap, .n_overlaps = 1};
    CHECK(zr_plan(&cx, &program));
    *arena = program.arena_bytes;
    CHECK_EQ(program.arena_bound, 800 + (distance > 0 ? (size_t)distance : 0) + scratch);
    zr_ctx_free(&cx);
}

ZR_TEST(plan_uses_the_one_place_that_is_allowed)
{
    zr_buffer b[3];
    size_t arena;
    plan(0, true, 96, b, &arena);
    CHECK_EQ(b[1].offset, b[0].offset);
    CHECK_EQ(arena, 896);
    plan(64, true, 96, b, &arena);
    CHECK_EQ(b[1].offset + 64, b[0].offset);
    CHECK_EQ(arena, 960);
}

static bool proves(int64_t distance, bool exact, size_t out, size_t in)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_buffer b[2] = {{.bytes = 800, .offset = in, .first = -1, .last = 0},
                      {.bytes = 800, .offset = out, .first = 0, .last = 1}};
    zr_overlap overlap = {1, 0, distance, exact, 0, 0};
    zr_program program = {
        .buffers = b, .n_buffers = 2, .overlaps = &overlap, .n_overlaps = 1, .arena_bytes = 4000};
    bool proved = zr_plan_prove(&cx, &program);
    zr_ctx_free(&cx);
    return proved;
}

ZR_TEST(plan_is_proved_to_keep_exact_distances)
{
    CHECK(proves(64, false, 0, 64));
    CHECK(proves(64, false, 0, 128));
    CHECK(!proves(64, false, 8, 64));
    CHECK(proves(64, true, 0, 64));
    CHECK(!proves(64, true, 0, 128));
    CHECK(!proves(64, true, 8, 64));
    CHECK(proves(64, true, 0, 800));
}
