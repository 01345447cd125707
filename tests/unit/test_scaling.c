#include "device/requantize.h"
#include "ops/scaling.h"
#include "test.h"

static uint32_t seed = 1;

static int32_t pick(int32_t least, int32_t most)
{
    seed = seed * 1664525 + 1013904223;
    return least + (int32_t)((seed >> 8) % (uint32_t)(most - least + 1));
}

static int32_t reference(const zr_staircase *s, int32_t sum)
{
    int32_t scaled = zk_requantize(sum, s->multiplier, s->shift) + s->zero_point;
    return zk_clamp(scaled, s->out_min, s->out_max);
}

static int32_t by_line(const zr_line *line, int right, int32_t sum)
{
    int64_t x = (int64_t)sum * (1 << line->left) + line->nudge;
    int64_t high = (x * line->multiplier) >> 32;
    return zk_clamp((int32_t)((high + line->start) >> right), -128, 127);
}

static int32_t by_line_then_clamp(const zr_staircase *s, const zr_line *line, int right,
                                  int32_t sum)
{
    int32_t x = by_line(line, right, sum);
    return s->clamped ? zk_clamp(x, s->out_min, s->out_max) : x;
}

static void check_line(const zr_staircase *s, const zr_line *line, int right)
{
    for (int64_t sum = s->least; sum <= s->most; sum++)
        if (!CHECK_EQ(by_line_then_clamp(s, line, right, (int32_t)sum), reference(s, (int32_t)sum)))
            return;
}

/* A channel behind RELU: nothing below the zero point comes out, so there is a line. */
ZR_TEST(line_of_relu_is_found_and_exact)
{
    for (int i = 0; i < 400; i++) {
        zr_staircase s = {.multiplier = pick(1 << 30, INT32_MAX),
                          .shift = -pick(1, 12),
                          .zero_point = -128,
                          .out_min = -128,
                          .out_max = 127};
        s.least = -pick(0, 100000);
        s.most = pick(0, 100000);
        zr_line line;
        if (CHECK(zr_find_line(&s, 8, 8, &line))) check_line(&s, &line, 8);
    }
}

/* Any zero point and activation: there may be no line, but one that is found is exact. */
ZR_TEST(line_that_is_found_is_exact)
{
    int found = 0;
    for (int i = 0; i < 400; i++) {
        zr_staircase s = {.multiplier = i % 16 ? pick(1 << 30, INT32_MAX) : i % 32 << 26,
                          .shift = -pick(0, 16),
                          .zero_point = pick(-128, 127),
                          .out_min = -128,
                          .out_max = 127,
                          .clamped = i % 7 == 0};
        if (i % 3 == 0) s.out_min = s.zero_point;
        if (i % 5 == 0) s.out_max = pick(s.out_min, 127);
        s.least = pick(-20000, 20000);
        s.most = s.least + pick(0, 30000);
        int right = pick(6, 13);
        zr_line line;
        if (!zr_find_line(&s, right, pick(0, 10), &line)) continue;
        check_line(&s, &line, right);
        found++;
    }
    CHECK(found > 50);
}

/* Sums that leave no room for the shift, and a factor that needs one to the left. */
ZR_TEST(no_line_where_bits_are_missing)
{
    zr_staircase s = {.multiplier = 1 << 30,
                      .shift = -1,
                      .zero_point = -128,
                      .out_min = -128,
                      .out_max = 127,
                      .least = 0,
                      .most = INT32_MAX};
    zr_line line;
    CHECK(!zr_find_line(&s, 8, 8, &line));
    s.most = 1000;
    CHECK(zr_find_line(&s, 8, 8, &line));
    CHECK(!zr_find_line(&s, 8, 7, &line));
    s.shift = 1;
    CHECK(!zr_find_line(&s, 8, 8, &line));
}
