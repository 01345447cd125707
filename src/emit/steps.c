/* The kernel calls of the generated code, with their parameters. */
#include <ctype.h>
#include <string.h>

#include "emit/parts.h"
#include "ops/op.h"

const zr_step *emit_step(const zr_program *p, int i)
{
    int n = p->n_steps, behind = n + p->n_reset;
    return i < n ? &p->steps[i] : i < behind ? &p->reset[i - n] : &p->end[i - behind];
}

int emit_n_steps(const zr_program *p)
{
    return p->n_steps + p->n_reset + p->n_end;
}

static bool same_params(const zr_step *a, const zr_step *b)
{
    return !strcmp(a->kernel->params_type, b->kernel->params_type) &&
           !memcmp(a->params, b->params, a->kernel->params_bytes);
}

/* The first step with the same parameters: equal ones are written once. */
static int owner_of(const zr_program *p, int step)
{
    int i = 0;
    while (!same_params(emit_step(p, i), emit_step(p, step))) i++;
    return i;
}

/* The name of the owner's parameters: after its node, "conv_2d_3_params", or after the kernel when
 * several nodes have the same, "move_down_params". */
static const char *params_name(const emitter *e, const int *owner, int step, bool shared)
{
    const zr_step *s = emit_step(e->program, step);
    const zr_node *node = &e->program->model->graphs[s->graph].nodes[s->node];
    zr_buf name;
    zr_buf_init(&name, e->cx);
    if (step >= e->program->n_steps + e->program->n_reset)
        zr_buf_text(&name, "end_");
    else if (s->graph)
        zr_buf_printf(&name, "reset_%d_", s->graph);
    if (shared)
        zr_buf_printf(&name, "%s_params", s->kernel->name + strlen("zk_"));
    else
        zr_buf_printf(&name, "%s_%d_params", node->op_name, node->index);
    for (char *c = name.data; c && *c; c++) *c = (char)tolower((unsigned char)*c);
    int earlier = 0;
    for (int i = 0; i < step && !name.failed; i++)
        if (owner[i] == i && !strncmp(e->params[i], name.data, name.size) &&
            (e->params[i][name.size] == '_' || !e->params[i][name.size]))
            earlier++;
    if (earlier) zr_buf_printf(&name, "_%d", earlier);
    return name.failed ? NULL : name.data;
}

bool emit_all_params(emitter *e, zr_buf *out)
{
    const zr_program *p = e->program;
    int n = emit_n_steps(p);
    e->params = ZR_NEW(e->cx, const char *, (size_t)n + 1);
    int *owner = ZR_NEW(e->cx, int, (size_t)n + 1);
    bool *shared = ZR_NEW(e->cx, bool, (size_t)n + 1);
    if (!e->params || !owner || !shared) return false;
    for (int i = 0; i < n; i++) {
        owner[i] = owner_of(p, i);
        const zr_step *a = emit_step(p, i), *b = emit_step(p, owner[i]);
        if (a->node != b->node || a->graph != b->graph) shared[owner[i]] = true;
    }
    for (int i = 0; i < n; i++) {
        const zr_step *step = emit_step(p, i);
        if (owner[i] < i) {
            e->params[i] = e->params[owner[i]];
            continue;
        }
        e->params[i] = params_name(e, owner, i, shared[i]);
        if (!e->params[i]) return false;
        if (step->kernel->n_fields == 0) continue;
        zr_buf_printf(out, "static const %s %s = ", step->kernel->params_type, e->params[i]);
        emit_params(out, step);
        zr_buf_text(out, ";\n\n");
    }
    return true;
}

enum { MAX_PERIOD = 512 };

long long emit_stride(const emitter *e, const emit_loop *l, int step, int i)
{
    if (l->count < 2) return 0;
    const zr_arg *now = &emit_step(e->program, step)->args[i];
    const zr_arg *next = &emit_step(e->program, step + l->period)->args[i];
    return (long long)next->offset - (long long)now->offset;
}

static void emit_arg(const emitter *e, zr_buf *out, const emit_loop *l, int step, int i)
{
    const zr_arg *arg = &emit_step(e->program, step)->args[i];
    const char *type = zr_types[arg->type].ctype;
    size_t element = (size_t)zr_type_bytes(arg->type);
    long long stride = emit_stride(e, l, step, i);
    switch (arg->loc.space) {
    case ZR_SPACE_ARENA:
        zr_buf_printf(out, "AT(%s, %zu", type,
                      e->program->buffers[arg->loc.index].offset + arg->offset);
        if (stride) zr_buf_printf(out, " + %lld * i", stride);
        zr_buf_text(out, ")");
        break;
    case ZR_SPACE_CONST:
        zr_buf_printf(out, "%s_%s", e->name, e->program->consts[arg->loc.index].name);
        if (arg->offset) zr_buf_printf(out, " + %zu", arg->offset / element);
        if (stride) zr_buf_printf(out, " + %lld * i", stride / (long long)element);
        break;
    case ZR_SPACE_STATE:
        zr_buf_printf(out, "m->state_%d", arg->loc.index);
        if (arg->offset) zr_buf_printf(out, " + %zu", arg->offset / element);
        if (stride) zr_buf_printf(out, " + %lld * i", stride / (long long)element);
        break;
    case ZR_SPACE_INPUT: break; /* only what receives rows reads it, which is no call */
    case ZR_SPACE_NONE: zr_buf_text(out, "NULL"); break;
    }
}

static void emit_call(const emitter *e, zr_buf *out, const emit_loop *l, int margin, int step)
{
    const zr_kernel *k = emit_step(e->program, step)->kernel;
    zr_buf_printf(out, "%*s%s(", margin, "", k->name);
    size_t indent = (size_t)margin + strlen(k->name) + 1, line = indent;
    for (int i = -1; i < k->n_args; i++) {
        zr_buf item;
        zr_buf_init(&item, e->cx);
        if (i < 0)
            zr_buf_printf(&item, "&%s", e->params[step]);
        else
            emit_arg(e, &item, l, step, i);
        zr_buf_text(&item, i + 1 < k->n_args ? "," : ");\n");
        if (i >= 0 && line + item.size > 99) {
            zr_buf_printf(out, "\n%*s", (int)indent, "");
            line = indent;
        } else if (i >= 0) {
            zr_buf_text(out, " ");
            line++;
        }
        zr_buf_add(out, item.data, item.size);
        line += item.size;
    }
}

static void emit_tensor_list(const emitter *e, zr_buf *out, const zr_graph *g, const int32_t *list,
                             int n, bool constants)
{
    bool any = false;
    for (int i = 0; i < n; i++) {
        if (list[i] < 0 || (!constants && g->tensors[list[i]].data)) continue;
        zr_buf_printf(out, "%s%s", any ? ", " : "",
                      zr_shape_text(e->cx, &g->tensors[list[i]].shape));
        any = true;
    }
}

/* "3: CONV_2D 1x25x5x64 -> 1x25x5x64, 512,000 MACs" */
static void emit_layer(const emitter *e, zr_buf *out, const zr_graph *g, const zr_node *node)
{
    zr_site site = {e->cx, e->program->model, g, node};
    zr_buf_printf(out, "%d: ", node->index);
    emit_comment_text(out, node->op_name);
    zr_buf_text(out, " ");
    emit_tensor_list(e, out, g, node->inputs, node->n_inputs, false);
    zr_buf_text(out, node->n_outputs ? " -> " : "");
    emit_tensor_list(e, out, g, node->outputs, node->n_outputs, true);
    if (node->op->macs) {
        zr_buf_text(out, ", ");
        emit_grouped(out, node->op->macs(&site));
        zr_buf_text(out, " MACs");
    }
}

static bool same_node(const zr_step *a, const zr_step *b)
{
    return a->graph == b->graph && a->node == b->node;
}

/* The region that the step belongs to, or NULL. */
static const zr_region *region_of(const zr_program *p, const zr_step *step)
{
    for (int r = 0; r < p->n_regions && step->graph == 0; r++)
        if (step->node >= p->regions[r].first && step->node <= p->regions[r].last)
            return &p->regions[r];
    return NULL;
}

void emit_heading(const emitter *e, zr_buf *out, const zr_step *first)
{
    const zr_graph *g = &e->program->model->graphs[first->graph];
    const zr_region *region = region_of(e->program, first);
    zr_buf_text(out, "\n    /* ");
    if (region) {
        zr_buf_printf(out, "%d row%s at a time:", region->rows, region->rows > 1 ? "s" : "");
        for (int n = region->first; n <= region->last; n++) {
            zr_buf_text(out, "\n     *   ");
            emit_layer(e, out, g, &g->nodes[n]);
        }
    } else {
        emit_layer(e, out, g, &g->nodes[first->node]);
    }
    zr_buf_text(out, " */\n");
}

/* Number of the node's layer: of the nodes with calls before it. */
static int layer_of(const zr_program *p, int node)
{
    int n = 0;
    for (int i = 0; i < node; i++)
        for (int s = 0; s < p->n_steps; s++)
            if (p->steps[s].node == i) {
                n++;
                break;
            }
    return n;
}

int zr_emit_layers(const zr_program *p)
{
    return layer_of(p, p->model->graphs[0].n_nodes);
}

bool emit_repeats(const emitter *e, const emit_loop *l, int turn)
{
    for (int s = l->first; s < l->first + l->period; s++) {
        const zr_step *a = emit_step(e->program, s);
        const zr_step *b = emit_step(e->program, s + turn * l->period);
        if (!same_node(a, b) || a->kernel != b->kernel ||
            strcmp(e->params[s], e->params[s + turn * l->period]) != 0)
            return false;
        for (int i = 0; i < a->kernel->n_args; i++) {
            emit_loop two = {l->first, l->period, 2};
            if (a->args[i].loc.space != b->args[i].loc.space ||
                a->args[i].loc.index != b->args[i].loc.index ||
                (long long)b->args[i].offset - (long long)a->args[i].offset !=
                    turn * emit_stride(e, &two, s, i))
                return false;
        }
    }
    return true;
}

/* The loop that saves most calls of those from `first` to `end`, the first of equals; count 1:
 * there is none. */
static emit_loop find_loop(const emitter *e, int first, int end)
{
    emit_loop best = {first, 1, 1};
    int saved = 0;
    for (int start = first; start < end; start++) {
        for (int period = 1; period <= MAX_PERIOD && start + 2 * period <= end; period++) {
            if (end - start - period <= saved) break;
            emit_loop l = {start, period, 1};
            while (start + (l.count + 1) * period <= end && emit_repeats(e, &l, l.count)) l.count++;
            if ((l.count - 1) * period <= saved) continue;
            best = l;
            saved = (l.count - 1) * period;
        }
    }
    return best;
}

void emit_turn(const emitter *e, zr_buf *out, const emit_loop *l, int margin, bool hook)
{
    for (int s = l->first; s < l->first + l->period; s++) {
        const zr_step *step = emit_step(e->program, s);
        if (zr_step_receives(step)) continue;
        emit_call(e, out, l, margin, s);
        if (!hook ||
            (s + 1 < l->first + l->period && same_node(step, emit_step(e->program, s + 1))))
            continue;
        zr_buf_printf(out, "%*s%s_ON_LAYER(%d);\n", margin, "", e->upper,
                      layer_of(e->program, step->node));
    }
}

static void emit_run(const emitter *e, zr_buf *out, int first, int end, bool hook)
{
    emit_loop l = {first, end - first, 1};
    if (first < end) emit_turn(e, out, &l, 4, hook);
}

void emit_rows(const emitter *e, zr_buf *out, int first, int end, bool hook)
{
    enum { MOST_LOOPS = 16 };
    emit_loop later[MOST_LOOPS]; /* loops found behind what is looked at now, the nearest last */
    int n = 0;
    for (;;) {
        int stop = n ? later[n - 1].first : end;
        emit_loop l = find_loop(e, first, stop);
        if (l.count > 1 && n < MOST_LOOPS) {
            later[n++] = l;
            continue;
        }
        emit_run(e, out, first, stop, hook);
        if (n == 0) return;
        l = later[--n];
        zr_buf_printf(out, "    for (int i = 0; i < %d; i++) {\n", l.count);
        emit_turn(e, out, &l, 8, hook);
        zr_buf_text(out, "    }\n");
        first = l.first + l.count * l.period;
    }
}

void emit_calls(const emitter *e, zr_buf *out, int first, int n, bool hook)
{
    const zr_program *p = e->program;
    for (int s = first, end = first + n, next; s < end; s = next) {
        const zr_step *step = emit_step(p, s);
        const zr_region *region = region_of(p, step);
        next = s + 1;
        while (next < end && (region ? region_of(p, emit_step(p, next)) == region
                                     : same_node(step, emit_step(p, next))))
            next++;
        emit_heading(e, out, step);
        if (region)
            emit_rows(e, out, s, next, hook);
        else
            emit_run(e, out, s, next, hook);
    }
}
