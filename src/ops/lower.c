#include "ops/lower.h"

#include <string.h>

#include "base/buffer.h"

/* A list that grows in the arena; `items` points at the program's field. */
typedef struct list {
    size_t size;
    int capacity;
} list;

struct zr_lower_state {
    list steps, reset, buffers, overlaps, consts;
    zr_loc **loc;                    /* [graph][tensor] */
    bool *in_reset;                  /* [graph]: its calls are part of `reset` */
    const zr_variant *const *choice; /* of graph 0, may be NULL */
    int graph, node;                 /* being lowered */
    bool failed;
};

/* Room for one more item behind the n that are there; NULL when memory is out (reported). */
static void *grow(zr_ctx *cx, list *l, void **items, int *n)
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

static int now(const zr_lowering *l)
{
    const zr_program *p = l->program;
    return l->state->graph == 0 ? p->n_steps : p->n_reset;
}

/* Adds a buffer that is first written now. Times of reset graphs are shifted at the end. */
static zr_loc new_buffer(zr_lowering *l, size_t bytes, int tensor, int first)
{
    zr_program *p = l->program;
    zr_buffer *buffer = grow(l->site.cx, &l->state->buffers, (void **)&p->buffers, &p->n_buffers);
    if (!buffer) {
        l->state->failed = true;
        return (zr_loc){ZR_SPACE_NONE, 0};
    }
    *buffer = (zr_buffer){bytes, 0, first, first, l->state->graph, tensor};
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

/* The constant with that content, new under the name when there is none. Constants of the graphs
 * that CALL_ONCE names have the graph's number in front: its nodes are counted from 0 again. */
static zr_loc new_const(zr_lowering *l, const char *name, zr_type type, const void *data,
                        int64_t count, size_t bytes)
{
    zr_program *p = l->program;
    for (int i = 0; i < p->n_consts; i++) {
        const zr_const *c = &p->consts[i];
        if (c->type == type && c->count == count && !memcmp(c->data, data, bytes))
            return (zr_loc){ZR_SPACE_CONST, i};
    }
    zr_const *c = grow(l->site.cx, &l->state->consts, (void **)&p->consts, &p->n_consts);
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

static zr_loc *loc_of(const zr_lowering *l, int tensor)
{
    return &l->state->loc[l->state->graph][tensor];
}

static void touch(zr_lowering *l, zr_loc loc, int time)
{
    if (loc.space != ZR_SPACE_ARENA) return;
    zr_buffer *buffer = &l->program->buffers[loc.index];
    if (buffer->last < time) buffer->last = time;
}

zr_arg zr_arg_none(void)
{
    return (zr_arg){{ZR_SPACE_NONE, 0}, ZR_U8};
}

zr_arg zr_arg_input(zr_lowering *l, int i)
{
    const zr_tensor *tensor = zr_input(&l->site, i);
    if (!tensor) return zr_arg_none();
    /* Packed elements are bytes to everybody but the kernel. */
    zr_type type = tensor->type == ZR_I4 ? ZR_U8 : tensor->type;
    zr_loc *loc = loc_of(l, l->site.node->inputs[i]);
    if (loc->space == ZR_SPACE_NONE && tensor->data) {
        const char *what = i < 4 ? l->site.node->op->input_names[i] : NULL;
        if (!what) what = zr_format(l->site.cx, "input%d", i);
        size_t bytes = zr_tensor_bytes(tensor);
        if (what)
            *loc = new_const(l, const_name(l, what), type, tensor->data,
                             type == tensor->type ? zr_elements(&tensor->shape) : (int64_t)bytes,
                             bytes);
    }
    if (loc->space == ZR_SPACE_NONE) l->state->failed = true;
    return (zr_arg){*loc, type};
}

zr_arg zr_arg_output(zr_lowering *l, int i)
{
    const zr_tensor *tensor = zr_output(&l->site, i);
    zr_loc *loc = loc_of(l, l->site.node->outputs[i]);
    if (loc->space == ZR_SPACE_NONE)
        *loc = new_buffer(l, zr_tensor_bytes(tensor), l->site.node->outputs[i], now(l));
    return (zr_arg){*loc, tensor->type};
}

zr_arg zr_arg_scratch(zr_lowering *l, zr_type type, size_t bytes)
{
    return (zr_arg){new_buffer(l, bytes, -1, now(l)), type};
}

zr_arg zr_arg_const(zr_lowering *l, const char *what, zr_type type, const void *data, int64_t count)
{
    size_t bytes = (size_t)count * (size_t)zr_type_bytes(type);
    return (zr_arg){new_const(l, const_name(l, what), type, data, count, bytes), type};
}

zr_arg zr_arg_variable(zr_lowering *l, int variable)
{
    return (zr_arg){{ZR_SPACE_STATE, variable}, l->site.model->variables[variable].type};
}

bool zr_call(zr_lowering *l, const zr_kernel *kernel, const void *params, const zr_arg *args)
{
    zr_program *p = l->program;
    struct zr_lower_state *s = l->state;
    void *copy = zr_alloc(l->site.cx, kernel->params_bytes, 1);
    if (!copy || s->failed) return false;
    memcpy(copy, params, kernel->params_bytes);
    int time = now(l);
    zr_step *step = s->graph == 0 ? grow(l->site.cx, &s->steps, (void **)&p->steps, &p->n_steps)
                                  : grow(l->site.cx, &s->reset, (void **)&p->reset, &p->n_reset);
    if (!step) return false;
    *step = (zr_step){.kernel = kernel, .params = copy, .graph = s->graph, .node = s->node};
    for (int i = 0; i < kernel->n_args; i++) {
        step->args[i] = args[i];
        touch(l, args[i].loc, time);
    }
    return true;
}

bool zr_alias(zr_lowering *l, int out, int in)
{
    zr_arg input = zr_arg_input(l, in);
    *loc_of(l, l->site.node->outputs[out]) = input.loc;
    return !l->state->failed;
}

/* Least distance at which output 0 may lie over the buffer that input `i` is in. The buffer may be
 * several inputs; all must allow it. */
static int64_t overlap_distance(const zr_lowering *l, const zr_variant *variant, int i)
{
    const zr_node *node = l->site.node;
    int64_t (*rule)(const zr_site *, int) =
        variant && variant->overlap ? variant->overlap : node->op->overlap;
    int64_t distance = INT64_MIN;
    zr_loc loc = *loc_of(l, node->inputs[i]);
    for (int k = 0; rule && k < node->n_inputs; k++) {
        if (node->inputs[k] < 0) continue;
        zr_loc other = *loc_of(l, node->inputs[k]);
        if (other.space != loc.space || other.index != loc.index) continue;
        int64_t d = rule(&l->site, k);
        if (d > distance) distance = d;
    }
    return rule ? distance : ZR_NO_OVERLAP;
}

/* Records where the output of the node that was lowered to one call may lie over its inputs. */
static bool note_overlaps(zr_lowering *l, const zr_variant *variant)
{
    const zr_node *node = l->site.node;
    zr_program *p = l->program;
    zr_loc out = *loc_of(l, node->outputs[0]);
    for (int i = 0; i < node->n_inputs; i++) {
        if (node->inputs[i] < 0 || out.space != ZR_SPACE_ARENA) continue;
        zr_loc in = *loc_of(l, node->inputs[i]);
        if (in.space != ZR_SPACE_ARENA || in.index == out.index) continue;
        int64_t distance = overlap_distance(l, variant, i);
        if (distance == ZR_NO_OVERLAP) continue;
        zr_overlap *o =
            grow(l->site.cx, &l->state->overlaps, (void **)&p->overlaps, &p->n_overlaps);
        if (!o) return false;
        *o = (zr_overlap){out.index, in.index, distance, variant && variant->exact};
    }
    return true;
}

/* Lowers the nodes of one graph. Inputs of graph 0 are filled at time -1, outputs read at the end.
 */
static bool lower_graph(zr_lowering *l, int index)
{
    const zr_graph *graph = &l->site.model->graphs[index];
    struct zr_lower_state *s = l->state;
    struct zr_lower_state outer = *s;
    zr_site outer_site = l->site;
    s->graph = index;
    l->site.graph = graph;
    for (int i = 0; i < graph->n_inputs; i++) {
        int t = graph->inputs[i];
        if (loc_of(l, t)->space == ZR_SPACE_NONE)
            *loc_of(l, t) = new_buffer(l, zr_tensor_bytes(&graph->tensors[t]), t, -1);
    }
    for (s->node = 0; s->node < graph->n_nodes; s->node++) {
        l->site.node = &graph->nodes[s->node];
        if (!l->site.node->op->lower)
            return zr_site_fail(&l->site, ZR_E_UNSUPPORTED, "cannot be compiled yet");
        int first_buffer = l->program->n_buffers, start = now(l);
        const zr_variant *variant = s->choice && index == 0 ? s->choice[s->node] : NULL;
        bool ok = variant ? variant->lower(l) : l->site.node->op->lower(l);
        if (!ok || s->failed) return false;
        if (now(l) == start + 1 && l->site.node->n_outputs == 1 && !note_overlaps(l, variant))
            return false;
        /* Memory that a node asked for stays its own during all its calls. */
        for (int b = first_buffer; b < l->program->n_buffers; b++)
            if (l->program->buffers[b].graph == index && now(l) > start)
                touch(l, (zr_loc){ZR_SPACE_ARENA, b}, now(l) - 1);
    }
    for (int i = 0; i < graph->n_outputs; i++) {
        int t = graph->outputs[i];
        if (loc_of(l, t)->space == ZR_SPACE_NONE && graph->tensors[t].data)
            *loc_of(l, t) =
                new_const(l, zr_format(l->site.cx, "constant_output_%d", i), graph->tensors[t].type,
                          graph->tensors[t].data, zr_elements(&graph->tensors[t].shape),
                          zr_tensor_bytes(&graph->tensors[t]));
        touch(l, *loc_of(l, t), now(l));
    }
    s->graph = outer.graph;
    s->node = outer.node;
    l->site = outer_site;
    return !s->failed;
}

bool zr_call_once(zr_lowering *l, int graph)
{
    if (l->state->in_reset[graph]) return true;
    l->state->in_reset[graph] = true;
    return lower_graph(l, graph);
}

bool zr_lower_model(zr_ctx *cx, const zr_model *model, const zr_variant *const *choice,
                    zr_program *program)
{
    memset(program, 0, sizeof *program);
    program->model = model;
    program->choice = choice;
    struct zr_lower_state state = {
        .steps = {sizeof(zr_step), 0},
        .reset = {sizeof(zr_step), 0},
        .buffers = {sizeof(zr_buffer), 0},
        .overlaps = {sizeof(zr_overlap), 0},
        .consts = {sizeof(zr_const), 0},
        .loc = ZR_NEW(cx, zr_loc *, (size_t)model->n_graphs),
        .in_reset = ZR_NEW(cx, bool, (size_t)model->n_graphs),
        .choice = choice,
    };
    if (!state.loc || !state.in_reset) return false;
    for (int g = 0; g < model->n_graphs; g++) {
        state.loc[g] = ZR_NEW(cx, zr_loc, (size_t)model->graphs[g].n_tensors + 1);
        if (!state.loc[g]) return false;
    }
    zr_lowering l = {{cx, model, &model->graphs[0], NULL}, program, &state};
    if (!lower_graph(&l, 0)) return false;
    for (int b = 0; b < program->n_buffers; b++) {
        if (program->buffers[b].graph == 0) continue;
        program->buffers[b].first -= program->n_reset + 1;
        program->buffers[b].last -= program->n_reset + 1;
    }
    program->tensor_loc = state.loc[0];
    return true;
}
