#include "select/ram_steps.h"

#include <string.h>

#include "ops/strips.h"
#include "select/stream.h"

enum {
    MAX_OPTIONS = 16, /* kernels of a node that are looked at */
    MAX_LENGTH = 48,  /* nodes of a region */
    CALL_INSTRUCTIONS = 60,
    TAKE_INSTRUCTIONS = 3, /* an element that is added to sums */
    PART_INSTRUCTIONS = 6  /* a MAC of a layer that takes its input in parts */
};

/* Rows at a time that are tried. */
static const int try_rows[] = {1, 2, 3, 4, 5, 6, 8, 10, 12, 16};

/* From where to where in running order a tensor is needed; -1: before the first node. */
typedef struct ram_life {
    int first, last;
    int64_t bytes;
} life;

static bool is_alias(const zr_node *node)
{
    return node->op == zr_ops[ZR_OP_RESHAPE].op || node->op == zr_ops[ZR_OP_SQUEEZE].op ||
           node->op == zr_ops[ZR_OP_EXPAND_DIMS].op;
}

static int64_t aligned(int64_t bytes)
{
    return (bytes + 7) & ~(int64_t)7;
}

static int64_t more(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void find_lives(zr_ram_search *s)
{
    const zr_graph *g = s->graph;
    for (int t = 0; t < g->n_tensors; t++) {
        s->root[t] = t;
        s->lives[t] = (life){-2, -2, 0};
    }
    for (int i = 0; i < g->n_inputs; i++) s->lives[g->inputs[i]].first = -1;
    for (int n = 0; n < g->n_nodes; n++) {
        const zr_node *node = &g->nodes[n];
        for (int i = 0; i < node->n_outputs; i++) s->lives[node->outputs[i]].first = n;
        if (is_alias(node) && node->inputs[0] >= 0)
            s->root[node->outputs[0]] = s->root[node->inputs[0]];
        for (int i = 0; i < node->n_inputs; i++)
            if (node->inputs[i] >= 0) s->lives[s->root[node->inputs[i]]].last = n;
    }
    for (int i = 0; i < g->n_outputs; i++) s->lives[s->root[g->outputs[i]]].last = g->n_nodes;
    for (int t = 0; t < g->n_tensors; t++) {
        life *l = &s->lives[t];
        if (s->root[t] != t || g->tensors[t].data || l->first == -2) continue;
        l->bytes = aligned((int64_t)zr_tensor_bytes(&g->tensors[t]));
        if (l->last < l->first) l->last = l->first;
    }
    if (s->input >= 0) s->lives[s->input].bytes = 0;
}

/* Bytes of what is alive from before node `first` until after node `last`, and of what is alive at
 * them that the step itself does not account for. */
static int64_t others(const zr_ram_search *s, int first, int last, const bool *own)
{
    int64_t bytes = 0;
    for (int t = 0; t < s->graph->n_tensors; t++)
        if (!own[t] && s->lives[t].first <= last && s->lives[t].last >= first)
            bytes += s->lives[t].bytes;
    return bytes;
}

/* What lying over a dying input saves of an output. */
static int64_t shared(int64_t out, int64_t in, int64_t distance)
{
    int64_t both = zr_overlapped(out, in, distance);
    return both < out + in ? out + in - both : 0;
}

/* The kernels of one node while they are collected. */
typedef struct options {
    int n;
    ram_option list[MAX_OPTIONS];
} options;

/* Keeps what no other beats in both bytes and instructions. */
static void add_option(options *all, ram_option o)
{
    int kept = 0;
    for (int i = 0; i < all->n; i++)
        if (all->list[i].bytes <= o.bytes && all->list[i].instructions <= o.instructions) return;
    for (int i = 0; i < all->n; i++)
        if (all->list[i].bytes < o.bytes || all->list[i].instructions < o.instructions)
            all->list[kept++] = all->list[i];
    all->n = kept;
    if (all->n < MAX_OPTIONS) all->list[all->n++] = o;
}

static bool keep_options(zr_ctx *cx, zr_ram_search *s, const options *all, ram_part *p)
{
    p->n = all->n;
    p->options = ZR_NEW(cx, ram_option, (size_t)all->n + 1);
    if (!p->options) return false;
    memcpy(p->options, all->list, (size_t)all->n * sizeof *p->options);
    s->n_bytes += (size_t)all->n;
    return true;
}

static bool add_step(zr_ctx *cx, zr_ram_search *s, ram_step new)
{
    if (s->n_steps == s->room) {
        s->room = s->room ? 2 * s->room : 64;
        ram_step *more_steps = ZR_NEW(cx, ram_step, (size_t)s->room);
        if (!more_steps) return false;
        if (s->n_steps) memcpy(more_steps, s->steps, (size_t)s->n_steps * sizeof(ram_step));
        s->steps = more_steps;
    }
    for (int k = 0; k <= new.region.last - new.region.first; k++) {
        int64_t least = INT64_MAX;
        for (int i = 0; i < new.parts[k].n; i++)
            if (new.parts[k].options[i].bytes < least) least = new.parts[k].options[i].bytes;
        if (new.parts[k].n) new.least_bytes = more(new.least_bytes, least);
    }
    s->steps[s->n_steps++] = new;
    return true;
}

/* The next kernel for the node's operator on the target: NULL is the reference, which comes first.
 * `i` counts; false: there are no more. */
static bool next_variant(const zr_site *site, const zr_select_options *o, int *i,
                         const zr_variant **variant)
{
    const zr_variant *list = site->node->op->variants;
    *variant = NULL;
    if (*i > 0 && (!list || !list[*i - 1].name)) return false;
    while (*i > 0 && (list[*i - 1].isa & o->isa) != list[*i - 1].isa)
        if (!list[(*i)++].name) return false;
    if (*i > 0) *variant = &list[*i - 1];
    (*i)++;
    return true;
}

/* Whether the flash has room for the kernel's constants; it has for the reference's. */
static bool has_room(const zr_ram_search *s, int n, const zr_variant *v, const zr_cost *cost)
{
    return !v || !s->most_const || cost->const_bytes <= s->most_const[n];
}

/* With a limit of flash a node gets no more of it than in the fastest choice of kernels for whole
 * pictures that keeps the limit. */
static bool share_flash(zr_ctx *cx, zr_ram_search *s)
{
    zr_select_options whole = *s->options;
    zr_choice choice;
    if (!whole.flash_bytes) return true;
    whole.goal = ZR_GOAL_SPEED;
    whole.stream = false;
    s->most_const = ZR_NEW(cx, int64_t, (size_t)s->graph->n_nodes + 1);
    if (!s->most_const || !zr_select(cx, s->model, &whole, &choice)) return false;
    for (int n = 0; n < s->graph->n_nodes; n++) {
        zr_site site = {cx, s->model, s->graph, &s->graph->nodes[n]};
        s->most_const[n] = zr_cost_of(&site, choice.variants[n], &whole).const_bytes;
    }
    return true;
}

/* One node as a whole. */
static bool add_node(zr_ctx *cx, zr_ram_search *s, int n)
{
    if (n >= s->readers.first && n <= s->readers.last) return true;
    const zr_node *node = &s->graph->nodes[n];
    zr_site site = {cx, s->model, s->graph, node};
    ram_step whole = {.region = {.first = n, .last = n}, .parts = ZR_NEW(cx, ram_part, 1)};
    bool *own = ZR_NEW(cx, bool, (size_t)s->graph->n_tensors + 1);
    if (!whole.parts || !own) return false;
    int64_t alive = others(s, n, n, own);
    options all = {0};
    if (is_alias(node)) add_option(&all, (ram_option){NULL, alive, 0});
    const zr_variant *v;
    for (int i = 0; !is_alias(node) && next_variant(&site, s->options, &i, &v);) {
        if (v && !zr_usable(&site, v, s->options)) continue;
        zr_cost cost = zr_cost_of(&site, v, s->options);
        if (!has_room(s, n, v, &cost)) continue;
        int64_t saved = 0;
        int64_t (*overlap)(const zr_site *, int) = v && v->overlap ? v->overlap : node->op->overlap;
        for (int k = 0; overlap && node->n_outputs == 1 && k < node->n_inputs; k++) {
            int in = node->inputs[k] >= 0 ? s->root[node->inputs[k]] : -1;
            if (in < 0 || s->lives[in].last != n || !s->lives[in].bytes) continue;
            int64_t distance = overlap(&site, k);
            if (distance != ZR_NO_OVERLAP)
                saved = more(
                    saved, shared(s->lives[node->outputs[0]].bytes, s->lives[in].bytes, distance));
        }
        add_option(&all,
                   (ram_option){v, alive - saved + aligned(cost.scratch_bytes), cost.instructions});
    }
    return keep_options(cx, s, &all, &whole.parts[0]) && add_step(cx, s, whole);
}

/* The line buffers of a region. */
typedef struct lines {
    int64_t *bytes;   /* of each tensor's, at the call that is looked at */
    int64_t *alive;   /* of all, the most at a call of each node of the region */
    int64_t pictures; /* what it reads and makes as whole pictures */
    int64_t *moved;   /* instructions of each node's calls and moves */
} lines;

/* What remains of the lines that call `i` has read. */
static void keep_lines(zr_strips *strips, int i, lines *l, int64_t *alive)
{
    const zr_node *node = &strips->graph->nodes[strips->calls[i].node];
    for (int k = 0; k < node->n_inputs; k++) {
        int64_t from, bytes;
        if (!zr_strips_keep(strips, i, k, &from, &bytes)) continue;
        int root = strips->tensors[node->inputs[k]].root;
        *alive += aligned(bytes) - l->bytes[root];
        l->bytes[root] = aligned(bytes);
        if (from)
            l->moved[strips->calls[i].node - strips->region.first] +=
                bytes * 3 / 4 + CALL_INSTRUCTIONS;
    }
}

static void measure_lines(const zr_ram_search *s, zr_strips *strips, lines *l, bool *own)
{
    const zr_graph *g = s->graph;
    int first = strips->region.first, last = strips->region.last;
    int64_t made = 0, distance = INT64_MIN, alive = 0;
    int eaten = -1;
    for (int t = 0; t < g->n_tensors; t++) {
        const zr_strip_tensor *tensor = &strips->tensors[t];
        if (tensor->kind == ZR_STRIP_INPUT && s->root[t] == t && s->lives[t].last <= last &&
            (eaten < 0 || s->lives[t].bytes > s->lives[eaten].bytes))
            eaten = t;
        if (tensor->kind == ZR_STRIP_WHOLE) made = more(made, s->lives[t].bytes);
        if ((tensor->kind == ZR_STRIP_LINE && tensor->root == t) || tensor->home != t)
            own[t] = true;
    }
    for (int i = 0; i < strips->n_calls; i++) {
        const zr_strip_call *call = &strips->calls[i];
        const zr_node *node = call->node < 0 ? NULL : &g->nodes[call->node];
        bool takes = node && zr_strips_takes(strips, call->node);
        int tensor = node ? node->outputs[0] : strips->input;
        const zr_strip_tensor *out = &strips->tensors[tensor];
        if (!takes && (out->kind == ZR_STRIP_LINE || out->kind == ZR_STRIP_STREAM)) {
            int64_t bytes = aligned((call->y + call->rows - call->base) * out->row_bytes);
            alive += bytes - l->bytes[tensor];
            l->bytes[tensor] = bytes;
        }
        if (!node) {
            l->moved[s->readers.first - first] +=
                CALL_INSTRUCTIONS + call->rows * out->row_bytes * 3 / 4;
            zr_strips_done(strips, i);
            continue;
        }
        int k = call->node - first;
        l->moved[k] += CALL_INSTRUCTIONS;
        l->alive[k] = more(l->alive[k], alive);
        if (!takes && out->kind == ZR_STRIP_WHOLE && eaten >= 0)
            distance = more(distance,
                            (call->y + call->rows) * out->row_bytes -
                                zr_strips_needed(strips, eaten) * strips->tensors[eaten].row_bytes);
        zr_strips_done(strips, i);
        keep_lines(strips, i, l, &alive);
    }
    l->pictures = eaten >= 0 && made ? -shared(made, s->lives[eaten].bytes, distance) : 0;
    zr_strips_rewind(strips);
}

/* The cost of a kernel on a strip; they come again and again, and some take long to find out. */
typedef struct ram_known {
    int node;
    const zr_variant *variant;
    int32_t in_rows, rows, pad;
    bool fits;
    zr_cost cost;
} known;

static bool known_cost(zr_ctx *cx, zr_ram_search *s, const zr_site *site, int n, int32_t pad,
                       const zr_variant *v, known *result)
{
    int32_t in_rows = zr_input(site, 0)->shape.dim[1], rows = zr_output(site, 0)->shape.dim[1];
    for (int i = s->first_known[n]; i >= 0; i = s->next_known[i]) {
        *result = s->known[i];
        if (result->variant == v && result->in_rows == in_rows && result->rows == rows &&
            result->pad == pad)
            return true;
    }
    if (s->n_known == s->known_room) {
        int room = s->known_room ? 2 * s->known_room : 256;
        known *list = ZR_NEW(cx, known, (size_t)room);
        int *next = ZR_NEW(cx, int, (size_t)room);
        if (!list || !next) return false;
        if (s->n_known) memcpy(list, s->known, (size_t)s->n_known * sizeof *list);
        if (s->n_known) memcpy(next, s->next_known, (size_t)s->n_known * sizeof *next);
        s->known = list;
        s->next_known = next;
        s->known_room = room;
    }
    *result = (known){n, v, in_rows, rows, pad, !v || zr_usable(site, v, s->options), {0, 0, 0, 0}};
    if (result->fits) result->cost = zr_cost_of(site, v, s->options);
    s->known[s->n_known] = *result;
    s->next_known[s->n_known] = s->first_known[n];
    s->first_known[n] = s->n_known++;
    return true;
}

/* The call of node `n` that has most rows: most of them are like it. */
static int typical_call(const zr_strips *strips, int n)
{
    int found = -1;
    for (int i = 0; i < strips->n_calls; i++)
        if (strips->calls[i].node == n &&
            (found < 0 || strips->calls[i].rows >= strips->calls[found].rows))
            found = i;
    return found;
}

/* Takes the view to that call. */
static zr_site view_of(zr_ctx *cx, zr_strips *strips, int call)
{
    for (int i = 0; i < call; i++) zr_strips_done(strips, i);
    return zr_strips_view(cx, strips, call);
}

/* What a node that takes rows in costs: in elements, or MACs if it has any. */
static int64_t cost_of_taking(const zr_site *site)
{
    const zr_op *op = site->node->op;
    if (op->macs) return PART_INSTRUCTIONS * op->macs(site);
    return TAKE_INSTRUCTIONS * zr_elements(&zr_input(site, 0)->shape);
}

/* A region, if it is possible: `scratch` is a context that is thrown away. */
static bool add_region(zr_ctx *cx, zr_ctx *scratch, zr_ram_search *s, zr_region region,
                       bool *possible)
{
    zr_strips strips;
    if (!zr_strips_make(scratch, s->model, &region, &strips, possible)) return false;
    if (!*possible) return true;
    size_t count = (size_t)(region.last - region.first) + 1;
    lines l = {.bytes = ZR_NEW(scratch, int64_t, (size_t)s->graph->n_tensors + 1),
               .alive = ZR_NEW(scratch, int64_t, count),
               .moved = ZR_NEW(scratch, int64_t, count)};
    bool *own = ZR_NEW(scratch, bool, (size_t)s->graph->n_tensors + 1);
    ram_step new = {.region = region, .parts = ZR_NEW(cx, ram_part, count)};
    if (!l.bytes || !l.alive || !l.moved || !own || !new.parts) return false;
    measure_lines(s, &strips, &l, own);
    int64_t always = others(s, region.first, region.last, own) + l.pictures;
    for (int k = 0; k < (int)count; k++) {
        int n = region.first + k;
        zr_site site = {scratch, s->model, s->graph, &s->graph->nodes[n]};
        int64_t bytes = always + l.alive[k];
        options all = {0};
        if (zr_strips_takes(&strips, n)) {
            int64_t sums = 4 * zr_elements(&zr_output(&site, 0)->shape);
            add_option(&all, (ram_option){NULL, bytes + sums, cost_of_taking(&site) + l.moved[k]});
        } else if (is_alias(site.node)) {
            add_option(&all, (ram_option){NULL, bytes, 0});
        } else {
            const zr_variant *v;
            int typical = typical_call(&strips, n);
            int32_t rows = strips.calls[typical].rows;
            int32_t height = zr_output(&site, 0)->shape.dim[1];
            zr_site view = view_of(scratch, &strips, typical);
            for (int i = 0; next_variant(&site, s->options, &i, &v);) {
                known cost;
                if (!known_cost(cx, s, &view, n, strips.strip.pad_h, v, &cost)) return false;
                if (!cost.fits || !has_room(s, n, v, &cost.cost)) continue;
                add_option(&all, (ram_option){v, bytes + aligned(cost.cost.scratch_bytes),
                                              cost.cost.instructions * height / rows + l.moved[k]});
            }
            zr_strips_rewind(&strips);
        }
        if (!keep_options(cx, s, &all, &new.parts[k])) return false;
    }
    return add_step(cx, s, new);
}

/* Whether the node can be in a region without being its last. */
static bool may_go_on(const zr_node *node)
{
    return node->op->rows || is_alias(node);
}

zr_ram_search *zr_ram_prepare(zr_ctx *cx, const zr_model *model, const zr_select_options *o)
{
    const zr_graph *g = &model->graphs[0];
    zr_ram_search *s = ZR_NEW(cx, zr_ram_search, 1);
    if (!s) return NULL;
    *s = (zr_ram_search){
        .model = model, .graph = g, .options = o, .input = -1, .readers = {g->n_nodes, -1}};
    if (o->stream) s->input = g->inputs[0];
    if (o->stream) s->readers = zr_stream_readers(g, s->input);
    s->lives = ZR_NEW(cx, life, (size_t)g->n_tensors + 1);
    s->root = ZR_NEW(cx, int, (size_t)g->n_tensors + 1);
    s->first_known = ZR_NEW(cx, int, (size_t)g->n_nodes + 1);
    if (!s->lives || !s->root || !s->first_known) return NULL;
    for (int n = 0; n < g->n_nodes; n++) s->first_known[n] = -1;
    find_lives(s);
    if (!share_flash(cx, s)) return NULL;
    for (int n = 0; n < g->n_nodes; n++)
        if (!add_node(cx, s, n)) return NULL;
    for (int first = 0; first < g->n_nodes; first++) {
        for (int last = first; last < g->n_nodes && last - first < MAX_LENGTH; last++) {
            bool any = false, ok = true;
            bool stream = first <= s->readers.first && last >= s->readers.last && s->input >= 0;
            /* Of one node alone rows help nobody, but where the input comes by rows. */
            if ((first == last && !stream) || !zr_stream_allows(s->readers, first, last)) continue;
            for (size_t r = 0; r < sizeof try_rows / sizeof *try_rows && ok; r++) {
                bool possible;
                zr_ctx scratch;
                zr_ctx_init(&scratch);
                ok = add_region(cx, &scratch, s, (zr_region){first, last, try_rows[r], stream, 0},
                                &possible);
                if (!ok && !cx->n_errors)
                    (void)zr_fail(cx, ZR_E_MEMORY, ZR_NOWHERE, "no memory left");
                zr_ctx_free(&scratch);
                any = any || possible;
                if (!possible) break;
            }
            if (!ok) return NULL;
            if (!any && !may_go_on(&g->nodes[last])) break;
        }
    }
    return s;
}
