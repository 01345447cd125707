/* The rows that a line buffer keeps for its next strip are at its beginning or at its end, and what
 * is free meanwhile is at the other: two lines that are full at different times can share what is
 * between their rows when one of them keeps them late. Every choice is judged by the whole plan,
 * as the placement of all others depends on it. */
#include "select/late.h"

#include <string.h>

#include "plan/plan.h"

/* Plans that are made: some milliseconds to tenths of a second each. */
enum { MOST_PLANS = 60 };

/* Bytes that the arena has at most with that choice; -1: out of memory (reported). */
static int64_t arena_of(zr_ctx *cx, const zr_model *model, const zr_choice *choice)
{
    zr_ctx scratch;
    zr_program program;
    zr_ctx_init(&scratch);
    bool ok = zr_lower_model(&scratch, model, choice, &program) && zr_plan_roughly(&scratch, &program);
    zr_ctx_free(&scratch);
    if (!ok) (void)zr_fail(cx, ZR_E_MEMORY, ZR_NOWHERE, "no memory left");
    return ok ? (int64_t)program.arena_bytes : -1;
}

/* A node whose line keeps rows from one strip to the next. */
typedef struct keeper {
    int region, bit;
} keeper;

typedef struct search {
    zr_ctx *cx;
    const zr_model *model;
    zr_choice *choice;
    zr_region *regions;
    keeper *keepers;
    int n_keepers, plans;
    int64_t least;
} search;

static bool keeps_rows(const zr_program *p, int node)
{
    zr_loc loc = p->tensor_loc[p->model->graphs[0].nodes[node].outputs[0]];
    if (loc.space != ZR_SPACE_ARENA) return false;
    for (int i = 0; i < p->buffers[loc.index].n_lives; i++)
        if (p->buffers[loc.index].lives[i].kept) return true;
    return false;
}

static bool find_keepers(search *s, const zr_program *program)
{
    int n = 0;
    for (int r = 0; r < s->choice->n_regions; r++)
        n += s->regions[r].last - s->regions[r].first + 1;
    s->keepers = ZR_NEW(s->cx, keeper, (size_t)n + 1);
    if (!s->keepers) return false;
    for (int r = 0; r < s->choice->n_regions; r++)
        for (int k = 0; k <= s->regions[r].last - s->regions[r].first && k < 64; k++)
            if (keeps_rows(program, s->regions[r].first + k))
                s->keepers[s->n_keepers++] = (keeper){r, k};
    return true;
}

static void flip(search *s, const keeper *k)
{
    s->regions[k->region].late ^= UINT64_C(1) << k->bit;
}

/* Flips one or two of them; flips them back unless that makes the arena smaller. */
static bool attempt(search *s, const keeper *a, const keeper *b, bool *better)
{
    flip(s, a);
    if (b != a) flip(s, b);
    int64_t bytes = arena_of(s->cx, s->model, s->choice);
    if (bytes < 0) return false;
    s->plans++;
    *better = bytes < s->least;
    if (*better) {
        s->least = bytes;
    } else {
        flip(s, a);
        if (b != a) flip(s, b);
    }
    return true;
}

bool zr_choose_late(zr_ctx *cx, const zr_model *model, zr_choice *choice, zr_program *program)
{
    search s = {cx, model, choice, NULL, NULL, 0, 0, (int64_t)program->arena_bytes};
    int64_t bound = (int64_t)zr_plan_bound(program);
    if (choice->n_regions == 0 || bound >= s.least) return true;
    s.regions = ZR_NEW(cx, zr_region, (size_t)choice->n_regions);
    if (!s.regions) return false;
    memcpy(s.regions, choice->regions, (size_t)choice->n_regions * sizeof *s.regions);
    choice->regions = s.regions;
    if (!find_keepers(&s, program)) return false;
    /* One after the other, and where none alone helps, two; from the beginning when some do. */
    for (int apart = 0; apart < s.n_keepers; apart++) {
        for (int i = 0; i + apart < s.n_keepers; i++) {
            bool better;
            if (s.plans == MOST_PLANS || s.least <= bound) apart = s.n_keepers;
            if (apart == s.n_keepers) break;
            if (!attempt(&s, &s.keepers[i], &s.keepers[i + apart], &better)) return false;
            if (better && apart > 0) apart = 0, i = -1;
        }
    }
    return s.least == (int64_t)program->arena_bytes ||
           (zr_lower_model(cx, model, choice, program) && zr_plan(cx, program));
}
