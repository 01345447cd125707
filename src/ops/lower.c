#include <string.h>

#include "base/buffer.h"
#include "ops/lower_state.h"

void *zr_lower_grow(zr_ctx *cx, zr_lower_list *l, void **items, int *n)
{
    if (*n == l->capacity) {
        int capacity = l->capacity ? 2 * l->capacity : 16;
        void *bigger = zr_alloc(cx, (size_t)capacity, l->size);
        if (!bigger) return NULL;
        if (*n) memcpy(bigger, *items, (size_t)*n * l->size);
        *items = bigger;
        l->capacity = capacity;
    }
    return (char *)*items + (size_t)(*n)++ * l->size;
}

int zr_lower_now(const zr_lowering *l)
{
    const zr_program *p = l->program;
    return l->state->graph == 0 ? p->n_steps : p->n_reset;
}

zr_loc zr_lower_buffer(zr_lowering *l, size_t bytes, int tensor, int first)
{
    zr_program *p = l->program;
    zr_buffer *buffer =
        zr_lower_grow(l->site.cx, &l->state->buffers, (void **)&p->buffers, &p->n_buffers);
    if (!buffer) {
        l->state->failed = true;
        return (zr_loc){ZR_SPACE_NONE, 0};
    }
    *buffer = (zr_buffer){
        .bytes = bytes, .first = first, .last = first, .graph = l->state->graph, .tensor = tensor};
    return (zr_loc){ZR_SPACE_ARENA, p->n_buffers - 1};
}

/* The name of a constant of the node, "conv_2d_3_weights". */
static const char *const_name(const zr_lowering *l, const char *what)
{
    const zr_node *node = l->site.node;
    char *name = (char *)zr_format(l->site.cx, "%s_%d_%s", node->op_name, node->index, what);
    for (char *s = name; s && *s; s++)
        if (*s >= 'A' && *s <= 'Z') *s = (char)(*s + 'a' - 'A');
    return name;
}

zr_loc zr_lower_const(zr_lowering *l, const char *name, zr_type type, const void *data,
                      int64_t count, size_t bytes)
{
    if (type == ZR_I4) { /* packed elements are bytes to everybody but the kernel */
        type = ZR_U8;
        count = (int64_t)bytes;
    }
    zr_program *p = l->program;
    int known = zr_find_const(p->consts, p->n_consts, type, count, data, bytes);
    if (known >= 0) return (zr_loc){ZR_SPACE_CONST, known};
    zr_const *c = zr_lower_grow(l->site.cx, &l->state->consts, (void **)&p->consts, &p->n_consts);
    if (l->state->graph && name) name = zr_format(l->site.cx, "reset_%d_%s", l->state->graph, name);
    void *copy = zr_alloc(l->site.cx, bytes ? bytes : 1, 1);
    if (!c || !name || !copy) {
        l->state->failed = true;
        return (zr_loc){ZR_SPACE_NONE, 0};
    }
    memcpy(copy, data, bytes);
    *c = (zr_const){name, type, count, copy};
    return (zr_loc){ZR_SPACE_CONST, p->n_consts - 1};
}

zr_loc *zr_lower_loc(const zr_lowering *l, int tensor)
{
    return &l->state->loc[l->state->graph][tensor];
}

void zr_lower_touch(zr_lowering *l, zr_loc loc, int time)
{
    if (loc.space != ZR_SPACE_ARENA) return;
    zr_buffer *buffer = &l->program->buffers[loc.index];
    if (buffer->last < time) buffer->last = time;
    if (buffer->n_lives && buffer->lives[buffer->n_lives - 1].last < time)
        buffer->lives[buffer->n_lives - 1].last = time;
}

/* Where the rows that the strip's call reads or writes begin in the tensor's buffer. */
static size_t row_offset(const zr_lowering *l, int tensor)
{
    const struct zr_lower_state *s = l->state;
    return s->strips ? (size_t)zr_strips_offset(s->strips, s->call, tensor) : 0;
}

zr_arg zr_arg_none(void)
{
    return (zr_arg){{ZR_SPACE_NONE, 0}, ZR_U8, 0};
}

zr_arg zr_arg_input(zr_lowering *l, int i)
{
    const zr_tensor *tensor = zr_input(&l->site, i);
    if (!tensor) return zr_arg_none();
    zr_loc *loc = zr_lower_loc(l, l->site.node->inputs[i]);
    if (loc->space == ZR_SPACE_NONE && tensor->data) {
        const char *what = i < 4 ? l->site.node->op->input_names[i] : NULL;
        if (!what) what = zr_format(l->site.cx, "input%d", i);
        if (what)
            *loc = zr_lower_const(l, const_name(l, what), tensor->type, tensor->data,
                                  zr_elements(&tensor->shape), zr_tensor_bytes(tensor));
    }
    if (loc->space == ZR_SPACE_NONE) l->state->failed = true;
    return (zr_arg){*loc, tensor->type == ZR_I4 ? ZR_U8 : tensor->type,
                    row_offset(l, l->site.node->inputs[i])};
}

zr_arg zr_arg_output(zr_lowering *l, int i)
{
    const zr_tensor *tensor = zr_output(&l->site, i);
    zr_loc *loc = zr_lower_loc(l, l->site.node->outputs[i]);
    if (loc->space == ZR_SPACE_NONE)
        *loc =
            zr_lower_buffer(l, zr_tensor_bytes(tensor), l->site.node->outputs[i], zr_lower_now(l));
    return (zr_arg){*loc, tensor->type, row_offset(l, l->site.node->outputs[i])};
}

zr_arg zr_arg_scratch(zr_lowering *l, zr_type type, size_t bytes)
{
    if (l->state->strips) return zr_lower_strip_scratch(l, type, bytes, false);
    return (zr_arg){zr_lower_buffer(l, bytes, -1, zr_lower_now(l)), type, 0};
}

zr_arg zr_arg_kept(zr_lowering *l, zr_type type, size_t bytes)
{
    return zr_lower_strip_scratch(l, type, bytes, true);
}

zr_arg zr_arg_const(zr_lowering *l, const char *what, zr_type type, const void *data, int64_t count)
{
    size_t bytes = (size_t)count * (size_t)zr_type_bytes(type);
    return (zr_arg){zr_lower_const(l, const_name(l, what), type, data, count, bytes), type, 0};
}

zr_arg zr_arg_variable(zr_lowering *l, int variable)
{
    return (zr_arg){{ZR_SPACE_STATE, variable}, l->site.model->variables[variable].type, 0};
}

bool zr_call(zr_lowering *l, const zr_kernel *kernel, const void *params, const zr_arg *args)
{
    zr_program *p = l->program;
    struct zr_lower_state *s = l->state;
    void *copy = zr_alloc(l->site.cx, kernel->params_bytes, 1);
    if (!copy || s->failed) return false;
    memcpy(copy, params, kernel->params_bytes);
    int time = zr_lower_now(l);
    zr_step *step = s->graph == 0
                        ? zr_lower_grow(l->site.cx, &s->steps, (void **)&p->steps, &p->n_steps)
                        : zr_lower_grow(l->site.cx, &s->reset, (void **)&p->reset, &p->n_reset);
    if (!step) return false;
    *step = (zr_step){.kernel = kernel, .params = copy, .graph = s->graph, .node = s->node};
    for (int i = 0; i < kernel->n_args; i++) {
        step->args[i] = args[i];
        zr_lower_touch(l, args[i].loc, time);
    }
    return true;
}

bool zr_alias(zr_lowering *l, int out, int in)
{
    zr_arg input = zr_arg_input(l, in);
    *zr_lower_loc(l, l->site.node->outputs[out]) = input.loc;
    return !l->state->failed;
}
