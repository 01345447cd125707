/* One program of a step and of the end of a clip, for generated code. */
#include <string.h>

#include "select/select.h"

/* The constant of `joined` that is as `c`; a new one where there is none. -1: no memory. */
static int join_const(zr_ctx *cx, zr_program *joined, const zr_const *c)
{
    size_t bytes = (size_t)c->count * (size_t)zr_type_bytes(c->type);
    int known = zr_find_const(joined->consts, joined->n_consts, c->type, c->count, c->data, bytes);
    if (known >= 0) return known;
    zr_const *added = &joined->consts[joined->n_consts];
    *added = *c;
    added->name = zr_format(cx, "end_%s", c->name);
    return added->name ? joined->n_consts++ : -1;
}

/* Both lists in one that is new. */
static void *append(zr_ctx *cx, const void *a, int n_a, const void *b, int n_b, size_t size)
{
    char *all = zr_alloc(cx, (size_t)n_a + (size_t)n_b + 1, size);
    if (all && n_a) memcpy(all, a, (size_t)n_a * size);
    if (all && n_b) memcpy(all + (size_t)n_a * size, b, (size_t)n_b * size);
    return all;
}

bool zr_streaming_join(zr_ctx *cx, const zr_streaming *s, zr_program *joined)
{
    const zr_program *step = &s->step, *end = &s->end;
    const zr_graph *g = &step->model->graphs[0];
    *joined = *step;
    if (!s->stream.has_end)
        return zr_fail(cx, ZR_E_USAGE, ZR_NOWHERE,
                       "no operator pads the end of a clip: the last step's answer is the clip's");
    if (g->n_outputs != 1 || step->tensor_loc[g->outputs[0]].space != ZR_SPACE_ARENA)
        return zr_fail(cx, ZR_E_UNSUPPORTED, ZR_NOWHERE,
                       "the end of a clip can be compiled for a network of one output that it "
                       "computes");
    joined->consts =
        append(cx, step->consts, step->n_consts, end->consts, end->n_consts, sizeof(zr_const));
    joined->buffers =
        append(cx, step->buffers, step->n_buffers, end->buffers, end->n_buffers, sizeof(zr_buffer));
    joined->end = append(cx, end->steps, end->n_steps, end->steps, 0, sizeof(zr_step));
    if (!joined->consts || !joined->buffers || !joined->end) return false;
    joined->n_end = end->n_steps;
    joined->n_buffers += end->n_buffers;
    /* They run at different times: each has all of the arena. */
    if (joined->arena_bytes < end->arena_bytes) joined->arena_bytes = end->arena_bytes;
    if (joined->arena_bound < end->arena_bound) joined->arena_bound = end->arena_bound;
    for (int b = step->n_buffers; b < joined->n_buffers; b++) joined->buffers[b].graph = 1;
    for (int i = 0; i < joined->n_end; i++) {
        zr_step *call = &joined->end[i];
        call->graph = 1;
        for (int k = 0; k < call->kernel->n_args; k++) {
            zr_loc *loc = &call->args[k].loc;
            if (loc->space == ZR_SPACE_ARENA) loc->index += step->n_buffers;
            if (loc->space == ZR_SPACE_CONST)
                loc->index = join_const(cx, joined, &end->consts[loc->index]);
            if (loc->index < 0) return false;
        }
    }
    joined->end_output = end->tensor_loc[end->model->graphs[0].outputs[0]];
    if (joined->end_output.space != ZR_SPACE_ARENA)
        return zr_fail(cx, ZR_E_UNSUPPORTED, ZR_NOWHERE, "the end of the clip computes nothing");
    joined->end_output.index += step->n_buffers;
    return true;
}
