#include <string.h>

#include "ops/copy.h"
#include "ops/lower_state.h"

/* That one call lets its output lie over an input which it is the last to read. */
typedef struct permit {
    int out, in, step;
    int64_t distance;
} permit;

/* How far the picture `out` must begin below the picture `in` that the region eats up. */
typedef struct chase {
    int out, in; /* tensors */
    int64_t distance;
} chase;

typedef struct region_state {
    zr_strips strips;
    permit *permits;
    chase *chases;
    int n_permits, n_chases, start;
    int receiver; /* the node whose layer the rows of the input that come in belong to */
    zr_lower_list permit_list, chase_list;
} region_state;

/* From now on bytes `from` to `end` of the buffer are needed; `kept`: they, or some of them, are
 * there. A call begins one life of a buffer at most. */
static bool new_life(zr_lowering *l, int buffer, int64_t from, int64_t end, bool kept)
{
    zr_buffer *b = &l->program->buffers[buffer];
    if (!b->lives) b->lives = ZR_NEW(l->site.cx, zr_life, (size_t)l->state->strips->n_calls + 1);
    if (!b->lives) return false;
    int now = zr_lower_now(l);
    if (kept && b->n_lives) {
        zr_life *before = &b->lives[b->n_lives - 1];
        before->last = now - 1;
        if (before->last < before->first) {
            kept = before->kept;
            b->n_lives--;
        }
    }
    b->lives[b->n_lives++] = (zr_life){now, now, (size_t)from, (size_t)end, kept};
    if (b->bytes < (size_t)end) b->bytes = (size_t)end;
    zr_lower_touch(l, (zr_loc){ZR_SPACE_ARENA, buffer}, now);
    return true;
}

zr_arg zr_lower_strip_scratch(zr_lowering *l, zr_type type, size_t bytes, bool kept)
{
    struct zr_lower_state *s = l->state;
    int ordinal = s->ordinal++, i = 0;
    while (i < s->n_scratch && (s->scratch[i].node != s->node || s->scratch[i].ordinal != ordinal))
        i++;
    if (i == s->n_scratch) {
        zr_strip_scratch *more =
            zr_lower_grow(l->site.cx, &s->scratches, (void **)&s->scratch, &s->n_scratch);
        zr_loc loc = zr_lower_buffer(l, bytes, -1, zr_lower_now(l));
        if (!more || loc.space == ZR_SPACE_NONE) {
            s->failed = true;
            return zr_arg_none();
        }
        *more = (zr_strip_scratch){s->node, ordinal, loc.index, kept};
    }
    int buffer = s->scratch[i].buffer;
    zr_buffer *b = &l->program->buffers[buffer];
    if (b->bytes < bytes) b->bytes = bytes;
    if (!kept && !new_life(l, buffer, 0, (int64_t)bytes, false)) s->failed = true;
    return (zr_arg){{ZR_SPACE_ARENA, buffer}, type, 0};
}

/* The buffer of the picture that the call makes. */
static bool prepare_output(zr_lowering *l, region_state *r, const zr_strip_call *call, int tensor)
{
    const zr_strip_tensor *t = &r->strips.tensors[tensor];
    zr_loc *loc = zr_lower_loc(l, tensor), *home = zr_lower_loc(l, t->home);
    bool line = t->kind == ZR_STRIP_LINE;
    int64_t rows = line ? t->capacity : t->height;
    if (home->space == ZR_SPACE_NONE)
        *home = zr_lower_buffer(l, (size_t)(rows * t->row_bytes), t->home, zr_lower_now(l));
    if (home->space == ZR_SPACE_NONE) return false;
    *loc = *home;
    return !line || new_life(l, loc->index, 0, (call->y + call->rows - call->base) * t->row_bytes,
                             call->y > call->base);
}

/* Rows of a line buffer go to its beginning. */
static bool move_rows(zr_lowering *l, zr_loc line, int64_t from, int64_t bytes)
{
    zr_arg to = {line, ZR_U8, 0}, rows = {line, ZR_U8, (size_t)from};
    return zr_move_down(l, bytes, rows, to);
}

/* Of the line buffers that call `i` was the last to read, only what is kept is needed from now on.
 */
static bool keep_rows(zr_lowering *l, region_state *r, int i)
{
    const zr_node *node = l->site.node;
    for (int k = 0; k < node->n_inputs; k++) {
        int64_t from, bytes;
        if (!zr_strips_keep(&r->strips, i, k, &from, &bytes) || !bytes) continue;
        bool late = r->strips.tensors[r->strips.tensors[node->inputs[k]].root].late;
        zr_loc loc = *zr_lower_loc(l, node->inputs[k]);
        if (!late && from && !move_rows(l, loc, from, bytes)) return false;
        if (!new_life(l, loc.index, late ? from : 0, late ? from + bytes : bytes, true))
            return false;
    }
    return true;
}

/* Copies rows of the input on the host: `bytes` from args[0] to args[1]. */
typedef struct receive_params {
    size_t bytes;
} receive_params;

static void run_receive(const void *params, void *const *args)
{
    memcpy(args[1], args[0], ((const receive_params *)params)->bytes);
}

static const zr_kernel kernel_receive = {
    .name = "zk_receive",
    .params_type = "receive",
    .n_args = 2,
    .params_bytes = sizeof(receive_params),
    .run = run_receive,
};

/* Rows of the input come in, below those that are kept. */
static bool lower_arrival(zr_lowering *l, region_state *r, int i)
{
    const zr_strip_call *call = &r->strips.calls[i];
    int input = r->strips.input;
    const zr_strip_tensor *t = &r->strips.tensors[input];
    zr_type type = r->strips.graph->tensors[input].type;
    zr_loc *loc = zr_lower_loc(l, input);
    l->state->node = r->receiver;
    /* The first rows come before whatever does not depend on them. */
    if (loc->space == ZR_SPACE_NONE)
        *loc = zr_lower_buffer(l, (size_t)(t->capacity * t->row_bytes), input, -1);
    if (loc->space == ZR_SPACE_NONE) return false;
    if (!new_life(l, loc->index, 0, (call->y + call->rows - call->base) * t->row_bytes,
                  call->y > call->base))
        return false;
    if (call->y == 0) l->program->buffers[loc->index].lives[0].first = -1;
    receive_params params = {(size_t)(call->rows * t->row_bytes)};
    zr_arg args[2] = {{{ZR_SPACE_INPUT, 0}, type, (size_t)(call->y * t->row_bytes)},
                      {*loc, type, (size_t)((call->y - call->base) * t->row_bytes)}};
    if (!zr_call(l, &kernel_receive, &params, args)) return false;
    zr_strips_done(&r->strips, i);
    return true;
}

/* What the region's output overtakes if it lies over a picture that the region reads. */
static bool note_chase(zr_lowering *l, region_state *r, const zr_strip_call *call, int out)
{
    const zr_strip_tensor *t = &r->strips.tensors[out];
    if (t->kind != ZR_STRIP_WHOLE) return true;
    out = t->home;
    for (int in = 0; in < r->strips.graph->n_tensors; in++) {
        const zr_strip_tensor *x = &r->strips.tensors[in];
        if (x->kind != ZR_STRIP_INPUT) continue;
        int64_t distance =
            (call->y + call->rows) * t->row_bytes - zr_strips_needed(&r->strips, in) * x->row_bytes;
        int i = 0;
        while (i < r->n_chases && (r->chases[i].out != out || r->chases[i].in != in)) i++;
        if (i == r->n_chases) {
            chase *c = zr_lower_grow(l->site.cx, &r->chase_list, (void **)&r->chases, &r->n_chases);
            if (!c) return false;
            *c = (chase){out, in, distance};
        }
        if (r->chases[i].distance < distance) r->chases[i].distance = distance;
    }
    return true;
}

static bool note_permits(zr_lowering *l, region_state *r, const zr_variant *variant)
{
    const zr_node *node = l->site.node;
    zr_loc out = *zr_lower_loc(l, node->outputs[0]);
    if (variant && variant->exact) return true;
    for (int i = 0; i < node->n_inputs; i++) {
        if (node->inputs[i] < 0) continue;
        zr_loc in = *zr_lower_loc(l, node->inputs[i]);
        if (in.space != ZR_SPACE_ARENA || in.index == out.index) continue;
        int64_t distance = zr_lower_distance(l, variant, i);
        if (distance == ZR_NO_OVERLAP) continue;
        permit *p = zr_lower_grow(l->site.cx, &r->permit_list, (void **)&r->permits, &r->n_permits);
        if (!p) return false;
        distance += zr_strips_offset(&r->strips, l->state->call, node->outputs[0]) -
                    zr_strips_offset(&r->strips, l->state->call, node->inputs[i]);
        *p = (permit){out.index, in.index, zr_lower_now(l) - 1, distance};
    }
    return true;
}

static bool lower_call(zr_lowering *l, region_state *r, int i)
{
    struct zr_lower_state *s = l->state;
    const zr_strip_call *call = &r->strips.calls[i];
    if (call->node < 0) return lower_arrival(l, r, i);
    s->node = call->node;
    s->call = i;
    s->ordinal = 0;
    l->site = zr_strips_view(l->site.cx, &r->strips, i);
    const zr_node *node = l->site.node;
    bool takes = zr_strips_takes(&r->strips, call->node);
    if (takes) {
        zr_loc *loc = zr_lower_loc(l, node->inputs[0]);
        if (loc->space == ZR_SPACE_NONE)
            *loc = *zr_lower_loc(l, r->strips.tensors[node->inputs[0]].root);
        if (!node->op->lower_taking(l)) return false;
    } else {
        int64_t from, bytes;
        if (!prepare_output(l, r, call, node->outputs[0]) ||
            !note_chase(l, r, call, node->outputs[0]))
            return false;
        zr_strips_move(&r->strips, i, &from, &bytes);
        if (bytes && !move_rows(l, *zr_lower_loc(l, node->outputs[0]), from, bytes)) return false;
        int start = zr_lower_now(l);
        const zr_variant *variant = s->choice ? s->choice[call->node] : NULL;
        if (variant && !zr_variant_fits(&l->site, variant)) variant = NULL;
        if (!(variant ? variant->lower(l) : node->op->lower(l))) return false;
        if (zr_lower_now(l) == start + 1 && !note_permits(l, r, variant)) return false;
    }
    for (int k = 0; k < s->n_scratch; k++)
        if (s->scratch[k].node == s->node && s->scratch[k].ordinal < s->ordinal)
            zr_lower_touch(l, (zr_loc){ZR_SPACE_ARENA, s->scratch[k].buffer}, zr_lower_now(l) - 1);
    zr_strips_done(&r->strips, i);
    return !s->failed && keep_rows(l, r, i);
}

static bool add_overlap(zr_lowering *l, zr_overlap overlap)
{
    zr_program *p = l->program;
    zr_overlap *o =
        zr_lower_grow(l->site.cx, &l->state->overlaps, (void **)&p->overlaps, &p->n_overlaps);
    if (o) *o = overlap;
    return o != NULL;
}

/* Whether in the call at that time the output's buffer gets rows and the input's dies. */
static bool meet(const zr_buffer *out, const zr_buffer *in, int time)
{
    bool born = false, dies = false;
    for (int i = 0; i < zr_count_lives(out); i++) born |= zr_life_of(out, i).first == time;
    for (int i = 0; i < zr_count_lives(in); i++) {
        bool goes_on = i + 1 < in->n_lives && in->lives[i + 1].kept;
        dies |= zr_life_of(in, i).last == time && !goes_on;
    }
    return born && dies;
}

/* How far the output must begin below the input for them to be apart whenever both are alive and no
 * permit is used. */
static int64_t most_besides(const zr_program *p, const region_state *r, const permit *of)
{
    const zr_buffer *out = &p->buffers[of->out], *in = &p->buffers[of->in];
    int64_t most = INT64_MIN;
    for (zr_meeting m = {0}; zr_next_meeting(out, in, &m);) {
        int64_t distance = (int64_t)m.a.end - (int64_t)m.b.from;
        int times = m.when.last - m.when.first + 1;
        for (int k = 0; k < r->n_permits && times > 0 && distance > most; k++) {
            const permit *other = &r->permits[k];
            if (other->out == of->out && other->in == of->in && m.when.first <= other->step &&
                other->step <= m.when.last && meet(out, in, other->step))
                times--;
        }
        if (times > 0 && distance > most) most = distance;
    }
    return most;
}

/* Permits of two buffers make one overlap: each time the input dies in the call in which rows are
 * added to the output, or the output keeps only rows that are below the input. */
static bool join_permits(zr_lowering *l, region_state *r)
{
    const zr_program *p = l->program;
    for (int i = 0; i < r->n_permits; i++) {
        permit sum = r->permits[i];
        bool seen = false;
        for (int k = 0; k < r->n_permits; k++) {
            const permit *other = &r->permits[k];
            if (other->out != sum.out || other->in != sum.in) continue;
            if (k < i) seen = true;
            if (other->distance > sum.distance) sum.distance = other->distance;
        }
        if (seen) continue;
        int64_t besides = most_besides(p, r, &sum);
        if (besides > sum.distance) sum.distance = besides;
        zr_span when = zr_together(&p->buffers[sum.out], &p->buffers[sum.in]);
        if (sum.distance >= (int64_t)p->buffers[sum.out].bytes || when.first > when.last) continue;
        zr_overlap o = {sum.out, sum.in, sum.distance, false, when.first, when.last};
        if (!add_overlap(l, o)) return false;
    }
    for (int i = 0; i < r->n_chases; i++) {
        zr_loc out = *zr_lower_loc(l, r->chases[i].out), in = *zr_lower_loc(l, r->chases[i].in);
        if (in.space != ZR_SPACE_ARENA) continue;
        zr_overlap o = {out.index, in.index, r->chases[i].distance,
                        false,     r->start, zr_lower_now(l) - 1};
        if (!add_overlap(l, o)) return false;
    }
    return true;
}

bool zr_lower_region(zr_lowering *l, const zr_region *region)
{
    struct zr_lower_state *s = l->state;
    zr_site outer = l->site;
    bool possible;
    region_state r = {.permit_list = {sizeof(permit), 0}, .chase_list = {sizeof(chase), 0}};
    if (!zr_strips_make(l->site.cx, l->site.model, region, &r.strips, &possible)) return false;
    if (!possible)
        return zr_fail(l->site.cx, ZR_E_INTERNAL, ZR_NOWHERE,
                       "nodes %d to %d cannot be computed in strips", region->first, region->last);
    for (int i = r.strips.n_calls - 1; i >= 0; i--) {
        if (r.strips.calls[i].node < 0) continue;
        r.receiver = r.strips.calls[i].node;
    }
    r.start = zr_lower_now(l);
    s->strips = &r.strips;
    bool ok = true;
    for (int i = 0; ok && i < r.strips.n_calls; i++) ok = lower_call(l, &r, i);
    s->strips = NULL;
    l->site = outer;
    return ok && join_permits(l, &r);
}
