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
    int *calls_of; /* of each node of the graph */
    permit *permits;
    chase *chases;
    int n_permits, n_chases, start;
    int receiver; /* the node whose layer the rows of the input that come in belong to */
    zr_lower_list permit_list, chase_list;
} region_state;

/* A buffer that lives once a call of the node, or once from the first to the last. */
static bool new_life(zr_lowering *l, int buffer, int lives)
{
    zr_buffer *b = &l->program->buffers[buffer];
    if (!b->spans) b->spans = ZR_NEW(l->site.cx, zr_span, (size_t)lives + 1);
    if (!b->spans) return false;
    int now = zr_lower_now(l);
    b->spans[b->n_spans++] = (zr_span){now, now};
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
    if (!kept && !new_life(l, buffer, s->strips->n_calls)) s->failed = true;
    return (zr_arg){{ZR_SPACE_ARENA, buffer}, type, 0};
}

/* The buffer of the picture that the call makes; rows that are not kept from before are a new life
 * of a line buffer. */
static bool prepare_output(zr_lowering *l, region_state *r, const zr_strip_call *call, int tensor)
{
    const zr_strip_tensor *t = &r->strips.tensors[tensor];
    zr_loc *loc = zr_lower_loc(l, tensor);
    bool line = t->kind == ZR_STRIP_LINE;
    int64_t rows = line ? t->capacity : t->height;
    if (loc->space == ZR_SPACE_NONE)
        *loc = zr_lower_buffer(l, (size_t)(rows * t->row_bytes), tensor, zr_lower_now(l));
    if (loc->space == ZR_SPACE_NONE) return false;
    if (line && call->y == call->base) return new_life(l, loc->index, r->calls_of[call->node]);
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

/* Rows of the input come in; those that are kept move down before. */
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
    int64_t from, bytes;
    zr_strips_move(&r->strips, i, &from, &bytes);
    zr_arg to = {*loc, ZR_U8, 0}, rows = to;
    rows.offset = (size_t)from;
    if (bytes && !zr_move_down(l, bytes, rows, to)) return false;
    if (call->y == call->base && !new_life(l, loc->index, r->strips.n_calls)) return false;
    if (call->y == 0) l->program->buffers[loc->index].spans[0].first = -1;
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
        zr_arg to = {*zr_lower_loc(l, node->outputs[0]), ZR_U8, 0}, rows = to;
        rows.offset = (size_t)from;
        if (bytes && !zr_move_down(l, bytes, rows, to)) return false;
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
    return !s->failed;
}

static bool add_overlap(zr_lowering *l, zr_overlap overlap)
{
    zr_program *p = l->program;
    zr_overlap *o =
        zr_lower_grow(l->site.cx, &l->state->overlaps, (void **)&p->overlaps, &p->n_overlaps);
    if (o) *o = overlap;
    return o != NULL;
}

/* Whether a life of the buffer begins, or with `end` ends, at the time. */
static bool turns(const zr_buffer *b, int time, bool end)
{
    for (int i = 0; i < b->n_spans; i++)
        if ((end ? b->spans[i].last : b->spans[i].first) == time) return true;
    return b->n_spans == 0 && (end ? b->last : b->first) == time;
}

/* Permits that hold whenever both buffers are alive make one overlap: each time the input dies in
 * the call in which the output is born. */
static bool join_permits(zr_lowering *l, region_state *r)
{
    const zr_program *p = l->program;
    for (int i = 0; i < r->n_permits; i++) {
        permit sum = r->permits[i];
        int n = 0;
        bool seen = false;
        for (int k = 0; k < r->n_permits; k++) {
            const permit *other = &r->permits[k];
            if (other->out != sum.out || other->in != sum.in) continue;
            if (k < i) seen = true;
            if (other->distance > sum.distance) sum.distance = other->distance;
            if (turns(&p->buffers[sum.in], other->step, true) &&
                turns(&p->buffers[sum.out], other->step, false))
                n++;
        }
        zr_span when;
        if (seen || zr_together(&p->buffers[sum.out], &p->buffers[sum.in], &when) != n) continue;
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
    r.calls_of = ZR_NEW(l->site.cx, int, (size_t)outer.graph->n_nodes + 1);
    if (!r.calls_of) return false;
    for (int i = r.strips.n_calls - 1; i >= 0; i--) {
        if (r.strips.calls[i].node < 0) continue;
        r.receiver = r.strips.calls[i].node;
        r.calls_of[r.receiver]++;
    }
    r.start = zr_lower_now(l);
    s->strips = &r.strips;
    bool ok = true;
    for (int i = 0; ok && i < r.strips.n_calls; i++) ok = lower_call(l, &r, i);
    s->strips = NULL;
    l->site = outer;
    return ok && join_permits(l, &r);
}
