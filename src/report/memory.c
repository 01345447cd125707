#include "report/memory.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "ops/lower.h"
#include "report/inspect.h"

int64_t zr_memory_alive(const zr_program *p, int time)
{
    int64_t bytes = 0;
    for (int b = 0; b < p->n_buffers; b++) bytes += (int64_t)zr_alive_at(&p->buffers[b], time);
    return bytes;
}

/* Bytes of the arena that one or more of the buffers that are alive have. `runs` has room for them
 * all. */
static int64_t used_at(const zr_program *p, zr_life *runs, int time)
{
    size_t bytes = 0, end = 0;
    int n = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        zr_life life = zr_life_at(&p->buffers[i], time);
        life.from += p->buffers[i].offset;
        life.end += p->buffers[i].offset;
        int k = n++;
        for (; k > 0 && runs[k - 1].from > life.from; k--) runs[k] = runs[k - 1];
        runs[k] = life;
    }
    for (int i = 0; i < n; i++) {
        if (runs[i].end <= end || runs[i].end == runs[i].from) continue;
        bytes += runs[i].end - (runs[i].from > end ? runs[i].from : end);
        end = runs[i].end;
    }
    return (int64_t)bytes;
}

static int by_index(const void *a, const void *b)
{
    const zr_node *x = a, *y = b;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* The same model with the nodes of graph 0 as the importer put them, and the kernels that were
 * chosen for them. */
static bool lower_before(zr_ctx *cx, const zr_program *program, zr_program *before)
{
    zr_model *model = ZR_NEW(cx, zr_model, 1);
    zr_graph *graphs = ZR_NEW(cx, zr_graph, (size_t)program->model->n_graphs);
    const zr_graph *graph = &program->model->graphs[0];
    size_t n = (size_t)graph->n_nodes;
    zr_node *nodes = ZR_NEW(cx, zr_node, n + 1);
    const zr_variant **variants = ZR_NEW(cx, const zr_variant *, n + 1);
    if (!model || !graphs || !nodes || !variants) return false;
    *model = *program->model;
    memcpy(graphs, model->graphs, (size_t)model->n_graphs * sizeof *graphs);
    memcpy(nodes, graph->nodes, n * sizeof *nodes);
    qsort(nodes, n, sizeof *nodes, by_index);
    model->graphs = graphs;
    graphs[0].nodes = nodes;
    if (!zr_graph_sort(cx, model, &graphs[0])) return false;
    for (size_t i = 0; program->choice && i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (graph->nodes[k].index == graphs[0].nodes[i].index) variants[i] = program->choice[k];
    zr_choice choice = {.variants = variants};
    return zr_lower_model(cx, model, &choice, before);
}

/* Rows for the nodes that make calls, in running order, and which row each time belongs to. */
static bool make_rows(zr_ctx *cx, const zr_program *p, zr_memory *m)
{
    const zr_graph *graph = &p->model->graphs[0];
    int *row_of_node = ZR_NEW(cx, int, (size_t)graph->n_nodes + 1);
    bool *runs = ZR_NEW(cx, bool, (size_t)graph->n_nodes + 1);
    m->first_time = p->n_reset ? -p->n_reset - 1 : -1;
    m->n_times = p->n_steps + 1 - m->first_time;
    m->rows = ZR_NEW(cx, zr_memory_row, (size_t)graph->n_nodes + 3);
    m->row_of = ZR_NEW(cx, int, (size_t)m->n_times);
    m->used_bytes = ZR_NEW(cx, int64_t, (size_t)m->n_times);
    if (!row_of_node || !runs || !m->rows || !m->row_of || !m->used_bytes) return false;
    for (int s = 0; s < p->n_steps; s++) runs[p->steps[s].node] = true;
    if (p->n_reset) m->rows[m->n_rows++] = (zr_memory_row){.index = -1, .name = "reset"};
    int input = m->n_rows;
    m->rows[m->n_rows++] = (zr_memory_row){.index = -1, .name = "input"};
    for (int n = 0; n < graph->n_nodes; n++) {
        if (!runs[n]) continue;
        row_of_node[n] = m->n_rows;
        m->rows[m->n_rows++] =
            (zr_memory_row){.index = graph->nodes[n].index, .name = graph->nodes[n].op_name};
    }
    m->rows[m->n_rows++] = (zr_memory_row){.index = -1, .name = "output"};
    for (int t = 0; t < m->n_times; t++) {
        int time = t + m->first_time;
        m->row_of[t] = time < -1            ? 0
                       : time == -1         ? input
                       : time == p->n_steps ? m->n_rows - 1
                                            : row_of_node[p->steps[time].node];
    }
    return true;
}

/* Sets before_bytes of the rows and of all. */
static void look_before(zr_memory *m)
{
    const zr_program *p = &m->before;
    for (int time = m->first_time; time <= p->n_steps; time++) {
        int64_t bytes = zr_memory_alive(p, time);
        int index = -1;
        const char *name = time < -1 ? "reset" : time == -1 ? "input" : "output";
        if (time >= 0 && time < p->n_steps) {
            const zr_node *node = &p->model->graphs[0].nodes[p->steps[time].node];
            index = node->index;
            name = node->op_name;
        }
        if (bytes > m->before_bytes) m->before_bytes = bytes;
        for (int r = 0; r < m->n_rows; r++) {
            zr_memory_row *row = &m->rows[r];
            if (row->index == index && !strcmp(row->name, name) && bytes > row->before_bytes)
                row->before_bytes = bytes;
        }
    }
}

bool zr_memory_make(zr_ctx *cx, const zr_program *p, zr_memory *m)
{
    *m = (zr_memory){.program = p};
    zr_life *runs = ZR_NEW(cx, zr_life, (size_t)p->n_buffers + 1);
    if (!runs || !lower_before(cx, p, &m->before) || !make_rows(cx, p, m)) return false;
    for (int t = 0; t < m->n_times; t++) {
        zr_memory_row *row = &m->rows[m->row_of[t]];
        m->used_bytes[t] = used_at(p, runs, t + m->first_time);
        if (m->used_bytes[t] > row->used_bytes) row->used_bytes = m->used_bytes[t];
    }
    look_before(m);
    return true;
}

const char *zr_memory_name(zr_ctx *cx, const zr_program *p, int buffer)
{
    const zr_buffer *b = &p->buffers[buffer];
    const zr_graph *graph = &p->model->graphs[b->graph];
    if (b->tensor >= 0) return graph->tensors[b->tensor].name;
    const zr_step *step = b->graph ? &p->reset[b->first + p->n_reset + 1] : &p->steps[b->first];
    return zr_format(cx, "scratch of %d %s", graph->nodes[step->node].index,
                     graph->nodes[step->node].op_name);
}

static cJSON *lives_json(const zr_buffer *b)
{
    cJSON *lives = cJSON_CreateArray();
    for (int i = 0; i < zr_count_lives(b); i++) {
        zr_life life = zr_life_of(b, i);
        int numbers[4] = {life.first, life.last, (int)life.from, (int)life.end};
        cJSON_AddItemToArray(lives, cJSON_CreateIntArray(numbers, 4));
    }
    return lives;
}

bool zr_memory_json(zr_ctx *cx, const zr_memory *m, zr_buf *out)
{
    const zr_program *p = m->program;
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "model", p->model->file);
    cJSON_AddNumberToObject(root, "arena_bytes", (double)p->arena_bytes);
    cJSON_AddNumberToObject(root, "arena_bound_bytes", (double)p->arena_bound);
    cJSON_AddNumberToObject(root, "before_bytes", (double)m->before_bytes);
    cJSON_AddNumberToObject(root, "steps", p->n_steps);
    cJSON *operators = cJSON_AddArrayToObject(root, "operators");
    for (int r = 0; r < m->n_rows; r++) {
        if (m->rows[r].index < 0) continue;
        cJSON *row = cJSON_CreateObject();
        cJSON_AddNumberToObject(row, "index", m->rows[r].index);
        cJSON_AddStringToObject(row, "op", m->rows[r].name);
        cJSON_AddNumberToObject(row, "used_bytes", (double)m->rows[r].used_bytes);
        cJSON_AddNumberToObject(row, "before_bytes", (double)m->rows[r].before_bytes);
        cJSON_AddItemToArray(operators, row);
    }
    cJSON *buffers = cJSON_AddArrayToObject(root, "buffers");
    for (int b = 0; b < p->n_buffers; b++) {
        const char *name = zr_memory_name(cx, p, b);
        cJSON *buffer = cJSON_CreateObject();
        cJSON_AddStringToObject(buffer, "name", name ? name : "");
        cJSON_AddBoolToObject(buffer, "scratch", p->buffers[b].tensor < 0);
        cJSON_AddNumberToObject(buffer, "offset", (double)p->buffers[b].offset);
        cJSON_AddNumberToObject(buffer, "bytes", (double)p->buffers[b].bytes);
        cJSON_AddItemToObject(buffer, "lives", lives_json(&p->buffers[b]));
        cJSON_AddItemToArray(buffers, buffer);
    }
    return zr_json_print(cx, root, out);
}
