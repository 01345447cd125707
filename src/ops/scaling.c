#include "ops/scaling.h"

#include <math.h>

#include "device/requantize.h"

enum { LEAST = -128, MOST = 127, MAX_NUDGE = 8192 };

static int32_t before_clamp(const zr_staircase *s, int64_t sum)
{
    return zk_add_wrap(zk_requantize((int32_t)sum, s->multiplier, s->shift), s->zero_point);
}

static int32_t value(const zr_staircase *s, int64_t sum)
{
    return zk_clamp(before_clamp(s, sum), s->out_min, s->out_max);
}

/* The least sum in `from`..s->most whose value is `step` or more; there is one. */
static int64_t corner(const zr_staircase *s, int32_t step, int64_t from)
{
    double guess = (step - s->zero_point - 0.5) * exp2(31 - s->shift) / s->multiplier;
    int64_t sum = guess < (double)from ? from : guess > (double)s->most ? s->most : (int64_t)guess;
    while (sum > from && value(s, sum) >= step) sum--;
    while (value(s, sum) < step) sum++;
    return sum;
}

/* The lines of a slope that pass between the corners: low <= intercept < high. */
typedef struct gap {
    int64_t low, high;
} gap;

static void above(gap *g, int64_t x)
{
    if (g->low < x) g->low = x;
}

static void below(gap *g, int64_t x)
{
    if (g->high > x) g->high = x;
}

static bool passes(const zr_staircase *s, int right, int64_t slope, gap *g)
{
    int64_t unit = (int64_t)1 << (32 + right);
    int32_t first = value(s, s->least), last = value(s, s->most);
    *g = (gap){-INT64_MAX, INT64_MAX};
    if (first > LEAST && !(s->clamped && first == s->out_min))
        above(g, first * unit - s->least * slope);
    if (last < MOST && !(s->clamped && last == s->out_max))
        below(g, (last + 1) * unit - s->most * slope);
    int64_t sum = s->least;
    for (int32_t step = first + 1; step <= last && g->low < g->high; step++) {
        sum = corner(s, step, sum);
        above(g, step * unit - sum * slope);
        below(g, step * unit - (sum - 1) * slope);
    }
    return g->low < g->high;
}

/* Nudge and start whose intercept is in the gap. */
static bool place(const gap *g, zr_line *line)
{
    for (int32_t i = 0; i < 2 * MAX_NUDGE; i++) {
        int32_t nudge = i % 2 ? -(i / 2) - 1 : i / 2;
        int64_t shifted = (int64_t)nudge * line->multiplier;
        int64_t low = g->low == -INT64_MAX ? g->high - ((int64_t)1 << 33) : g->low;
        int64_t start = (low - shifted + 0xFFFFFFFF) >> 32;
        if (start * ((int64_t)1 << 32) + shifted >= g->high) continue;
        if (start < -(1 << 29) || start > 1 << 29) return false;
        line->nudge = nudge;
        line->start = (int32_t)start;
        return true;
    }
    return false;
}

/* Whether the sums can be scaled at all without leaving 32 bits, and products that passes() makes
 * without leaving 64: the staircase is not clamped away from the line's own bounds. Where the
 * reference shifts sums to the left, `left` is more than that, so they do not leave 32 bits there
 * either. */
static bool can_scale(const zr_staircase *s, int left)
{
    int64_t limit = (((int64_t)1 << 31) - 1 - MAX_NUDGE) >> left;
    return s->shift < left && s->multiplier >= 0 && s->least >= -limit && s->most <= limit &&
           (s->clamped || s->out_min <= LEAST || before_clamp(s, s->least) >= s->out_min) &&
           (s->clamped || s->out_max >= MOST || before_clamp(s, s->most) <= s->out_max);
}

bool zr_find_line(const zr_staircase *s, int right, int max_left, zr_line *line)
{
    /* multiplier * 2^exponent, with the exact slope first. */
    int exact = right + 1 + s->shift;
    for (int left = exact < 0 ? 0 : exact; left <= max_left; left++) {
        if (!can_scale(s, left)) return false;
        int drop = left - exact;
        if (drop > 30) return false;
        for (int up = 0; up <= (drop > 0); up++) {
            gap g;
            line->left = left;
            line->multiplier = (s->multiplier >> drop) + up;
            int64_t slope = (int64_t)line->multiplier * ((int64_t)1 << left);
            if (passes(s, right, slope, &g) && place(&g, line)) return true;
        }
    }
    return false;
}

/* Starts whose intercept is in the gap: from <= start < to. */
static gap starts_of(const gap *g)
{
    gap starts = {-(1 << 29), 1 << 29};
    if (g->low > -INT64_MAX) above(&starts, (g->low + 0xFFFFFFFF) >> 32);
    if (g->high < INT64_MAX) below(&starts, (g->high + 0xFFFFFFFF) >> 32);
    return starts;
}

static bool bends(const zr_staircase *s, int right, zr_line *line, int32_t *negative)
{
    int64_t slope = (int64_t)line->multiplier * ((int64_t)1 << line->left);
    zr_staircase part[2] = {*s, *s};
    gap starts[2];
    if (s->least < 0 && s->most >= 0) part[0].most = -1, part[1].least = 0;
    for (int i = 0; i < 2; i++) {
        gap g;
        if (!passes(&part[i], right, slope, &g)) return false;
        starts[i] = starts_of(&g);
        if (starts[i].low >= starts[i].high) return false;
    }
    line->nudge = 0;
    line->start = (int32_t)starts[1].low;
    *negative = (int32_t)(starts[1].low - starts[0].low);
    gap both = {starts[0].low, starts[0].high};
    above(&both, starts[1].low);
    below(&both, starts[1].high);
    if (both.low < both.high) line->start = (int32_t)both.low, *negative = 0;
    return true;
}

bool zr_find_bent_line(const zr_staircase *s, int right, int min_left, int max_left, zr_line *line,
                       int32_t *negative)
{
    int exact = right + 1 + s->shift;
    for (int left = exact < min_left ? min_left : exact; left <= max_left; left++) {
        int drop = left - exact;
        if (!can_scale(s, left) || drop > 30) return false;
        for (int up = 0; up <= (drop > 0); up++) {
            line->left = left;
            line->multiplier = (s->multiplier >> drop) + up;
            if (bends(s, right, line, negative)) return true;
        }
    }
    return false;
}
