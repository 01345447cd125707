#include "plan/clique.h"
#include "plan/exact.h"
#include "test.h"

/* Placement that is proved least, against instances whose least arena is known and against looking
 * at every placement of tiny random ones. */

enum { MAX_BUFFERS = 7, UNIT = ZR_ARENA_ALIGN };

typedef struct instance {
    zr_buffer buffers[MAX_BUFFERS];
    zr_overlap overlaps[MAX_BUFFERS];
    zr_life lives[MAX_BUFFERS][2];
    int n, n_overlaps;
} instance;

static zr_program program_of(instance *x)
{
    return (zr_program){.buffers = x->buffers,
                        .n_buffers = x->n,
                        .overlaps = x->overlaps,
                        .n_overlaps = x->n_overlaps};
}

/* zr_plan's arena, which it must call optimal. */
static int64_t planned(instance *x)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_program program = program_of(x);
    CHECK(zr_plan(&cx, &program));
    CHECK_EQ(program.arena_bound, program.arena_bytes);
    zr_ctx_free(&cx);
    return (int64_t)program.arena_bytes;
}

/* What plan_exact finds when it starts from all buffers beside one another. */
static int64_t searched(instance *x)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_program program = program_of(x);
    plan_problem problem;
    int64_t offset[MAX_BUFFERS], end = 0, bound = 0;
    if (!CHECK(plan_pairs(&cx, &program, &problem))) return -1;
    for (int i = 0; i < x->n; i++) {
        offset[i] = end;
        end += problem.size[i];
    }
    CHECK(plan_exact(&cx, &problem, 1000 * 1000, offset, &end, &bound));
    CHECK_EQ(bound, end);
    for (int i = 0; i < x->n; i++) program.buffers[i].offset = (size_t)offset[i];
    program.arena_bytes = (size_t)end;
    CHECK(zr_plan_prove(&cx, &program));
    zr_ctx_free(&cx);
    return end;
}

static int64_t clique(instance *x, int64_t steps)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_program program = program_of(x);
    plan_problem problem;
    int64_t bytes = -1;
    CHECK(plan_pairs(&cx, &program, &problem) && plan_clique(&cx, &problem, steps, &bytes));
    zr_ctx_free(&cx);
    return bytes;
}

/* At most 32 bytes are alive, but 32 do not suffice: the first two buffers have a half of the arena
 * each, so do the last two. Beside the first, `a` and `b` have a half together; beside the sixth,
 * `a` and `c`. But `b` and `c` are alive together. */
ZR_TEST(exact_sees_that_fragments_do_not_suffice)
{
    instance x = {.n = 7,
                  .buffers = {{.bytes = 16, .first = 0, .last = 3},
                              {.bytes = 16, .first = 1, .last = 1},
                              {.bytes = 8, .first = 3, .last = 6}, /* a */
                              {.bytes = 8, .first = 3, .last = 5}, /* b */
                              {.bytes = 8, .first = 5, .last = 6}, /* c */
                              {.bytes = 16, .first = 6, .last = 7},
                              {.bytes = 16, .first = 7, .last = 7}}};
    zr_program program = program_of(&x);
    CHECK_EQ(zr_plan_bound(&program), 32);
    CHECK_EQ(planned(&x), 40);
    CHECK_EQ(searched(&x), 40);
}

/* Three buffers of which two are alive at any time, but every two at some time: what is alive at
 * one time says 32, three places are needed. */
ZR_TEST(exact_sees_lives_that_alternate)
{
    instance x = {.n = 3,
                  .buffers = {{.bytes = 16, .first = 0, .last = 2, .n_lives = 2},
                              {.bytes = 16, .first = 0, .last = 1},
                              {.bytes = 16, .first = 1, .last = 2}},
                  .lives = {{{0, 0, 0, 16, false}, {2, 2, 0, 16, false}}}};
    x.buffers[0].lives = x.lives[0];
    zr_program program = program_of(&x);
    CHECK_EQ(zr_plan_bound(&program), 32);
    CHECK_EQ(clique(&x, 1000), 48);
    CHECK_EQ(clique(&x, 0), 0);
    CHECK_EQ(planned(&x), 48);
    CHECK_EQ(searched(&x), 48);
    /* What may lie over another is no reason for a place of its own. */
    x.overlaps[0] = (zr_overlap){1, 2, 0, false, 1, 1};
    x.n_overlaps = 1;
    CHECK_EQ(clique(&x, 1000), 32);
    CHECK_EQ(planned(&x), 32);
}

/* Two buffers of 48 bytes that are full at different times keep 16 for all times: one of them its
 * beginning and the other its end, so that they share what is between. */
ZR_TEST(exact_puts_what_is_kept_at_both_ends)
{
    instance x = {.n = 2,
                  .buffers = {{.bytes = 48, .first = 0, .last = 3, .n_lives = 2},
                              {.bytes = 48, .first = 0, .last = 3, .n_lives = 2}},
                  .lives = {{{0, 1, 0, 48, false}, {2, 3, 0, 16, true}},
                            {{0, 1, 32, 48, false}, {2, 3, 0, 48, true}}}};
    for (int i = 0; i < 2; i++) x.buffers[i].lives = x.lives[i];
    CHECK_EQ(planned(&x), 64);
    CHECK_EQ(searched(&x), 64);
    x.lives[1][0] = (zr_life){0, 1, 0, 16, false};
    zr_program program = program_of(&x);
    CHECK_EQ(zr_plan_bound(&program), 64);
    CHECK_EQ(searched(&x), 96);
}

/* Outputs begin 8 bytes below their inputs: a chain of four drifts down by 24. */
ZR_TEST(exact_adds_up_the_distances_of_a_chain)
{
    instance x = {
        .n = 4,
        .buffers = {{.bytes = 64, .first = -1, .last = 0},
                    {.bytes = 64, .first = 0, .last = 1},
                    {.bytes = 64, .first = 1, .last = 2},
                    {.bytes = 64, .first = 2, .last = 3}},
        .overlaps = {{1, 0, 8, false, 0, 0}, {2, 1, 8, false, 1, 1}, {3, 2, 8, false, 2, 2}},
        .n_overlaps = 3};
    CHECK_EQ(planned(&x), 64 + 24);
    CHECK_EQ(searched(&x), 64 + 24);
}

/* Whether the first n buffers lie where they may. */
static bool right(const zr_program *program, int n, int64_t end)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_program part = *program;
    part.n_buffers = n;
    part.arena_bytes = (size_t)end;
    bool ok = zr_plan_prove(&cx, &part);
    zr_ctx_free(&cx);
    return ok;
}

/* Whether the buffers find places below `end`, each tried everywhere. */
static bool fits_somehow(zr_program *program, int64_t end)
{
    zr_buffer *b = program->buffers;
    int i = 0;
    b[0].offset = 0;
    while (i >= 0 && i < program->n_buffers) {
        if ((int64_t)(b[i].offset + b[i].bytes) > end) {
            if (--i >= 0) b[i].offset += UNIT;
        } else if (!right(program, i + 1, end)) {
            b[i].offset += UNIT;
        } else if (++i < program->n_buffers) {
            b[i].offset = 0;
        }
    }
    return i >= 0;
}

static unsigned draw(unsigned *state, unsigned n)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 10) % n;
}

static instance random_instance(unsigned *state)
{
    instance x = {.n = 3 + (int)draw(state, 4)};
    for (int i = 0; i < x.n; i++) {
        zr_buffer *b = &x.buffers[i];
        b->bytes = UNIT * (1 + draw(state, 4)) - draw(state, 3);
        b->first = (int)draw(state, 5);
        b->last = b->first + (int)draw(state, 3);
        if (b->last - b->first == 2 && draw(state, 2)) {
            size_t kept = draw(state, (unsigned)b->bytes + 1);
            x.lives[i][0] = (zr_life){b->first, b->first, 0, b->bytes, false};
            x.lives[i][1] = (zr_life){b->last, b->last, 0, b->bytes, false};
            if (draw(state, 2)) x.lives[i][1].end = kept;
            if (draw(state, 2)) x.lives[i][0].from = kept;
            b->n_lives = 2;
        }
    }
    /* Outputs that are born when the input dies. */
    for (int out = 0; out < x.n; out++)
        for (int in = 0; in < x.n; in++) {
            if (x.buffers[in].last != x.buffers[out].first || in == out || draw(state, 2)) continue;
            if (x.n_overlaps == MAX_BUFFERS) continue;
            int64_t distance = (int64_t)draw(state, 5) * 4 - 8;
            x.overlaps[x.n_overlaps++] = (zr_overlap){
                out, in, distance, draw(state, 3) == 0, x.buffers[out].first, x.buffers[out].first};
        }
    return x;
}

ZR_TEST(exact_is_what_trying_everything_finds)
{
    unsigned state = 1;
    int above_bound = 0;
    for (int round = 0; round < 400; round++) {
        instance x = random_instance(&state);
        for (int i = 0; i < x.n; i++)
            if (x.buffers[i].n_lives) x.buffers[i].lives = x.lives[i];
        zr_program program = program_of(&x);
        int64_t bound = (int64_t)zr_plan_bound(&program), least = 0;
        while (!fits_somehow(&program, least)) least += UNIT;
        above_bound += least > bound;
        if (!CHECK(least >= bound) || !CHECK_EQ(planned(&x), least) ||
            !CHECK_EQ(searched(&x), least))
            return;
    }
    CHECK(above_bound > 5);
}
