#include <string.h>

#include "report/memory.h"

enum { CELLS = 64, NAME = 60 /* characters of a tensor's name */ };

/* Each buffer's own letter, as long as there are letters. */
static char letter_of(int buffer)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    return letters[buffer % (int)(sizeof letters - 1)];
}

/* Marks the cells whose middle byte the buffer has; '+': another has it too, at the same time or,
 * in strips, at another. A buffer without a middle gets its first cell when nobody has that. */
static void mark(char *cells, int64_t cell_bytes, int64_t begin, int64_t end, char letter)
{
    bool marked = begin == end;
    for (int64_t c = 0; c < CELLS; c++) {
        int64_t middle = c * cell_bytes + cell_bytes / 2;
        if (middle < begin || middle >= end) continue;
        cells[c] = cells[c] == '.' ? letter : '+';
        marked = true;
    }
    if (!marked && begin / cell_bytes < CELLS && cells[begin / cell_bytes] == '.')
        cells[begin / cell_bytes] = letter;
}

static void draw_row(const zr_memory *m, int row, int64_t cell_bytes, char *cells)
{
    const zr_program *p = m->program;
    for (int b = 0; b < p->n_buffers; b++) {
        size_t from = SIZE_MAX, end = 0, offset = p->buffers[b].offset;
        for (int t = 0; t < m->n_times; t++) {
            zr_life life = zr_life_at(&p->buffers[b], t + m->first_time);
            if (m->row_of[t] != row || life.from == life.end) continue;
            if (life.from < from) from = life.from;
            if (life.end > end) end = life.end;
        }
        if (end > 0)
            mark(cells, cell_bytes, (int64_t)(offset + from), (int64_t)(offset + end),
                 letter_of(b));
    }
}

static void legend(zr_ctx *cx, const zr_program *p, zr_buf *out)
{
    zr_buf_printf(out, "\n   %10s %10s\n", "offset", "bytes");
    for (int b = 0; b < p->n_buffers; b++) {
        const char *name = zr_memory_name(cx, p, b);
        const zr_buffer *buffer = &p->buffers[b];
        int length = name ? (int)strlen(name) : 0;
        zr_buf_printf(out, "%c  %10zu %10zu  %.*s%s", letter_of(b), buffer->offset, buffer->bytes,
                      length > NAME ? NAME : length, name ? name : "", length > NAME ? "..." : "");
        if (buffer->n_lives > 1) zr_buf_printf(out, ", %d lives", buffer->n_lives);
        zr_buf_text(out, "\n");
    }
}

void zr_memory_text(zr_ctx *cx, const zr_memory *m, const char *proof, zr_buf *out)
{
    const zr_program *p = m->program;
    const zr_graph *graph = &p->model->graphs[0];
    int64_t cell_bytes = ((int64_t)p->arena_bytes + CELLS - 1) / CELLS;
    int width = cell_bytes ? (int)(((int64_t)p->arena_bytes + cell_bytes - 1) / cell_bytes) : 0;
    zr_buf_printf(out,
                  "%s: arena %zu bytes (%s)\n"
                  "before: %lld bytes, every operator as a whole, in the order of the file, no "
                  "tensor over another\n",
                  p->model->file, p->arena_bytes, proof, (long long)m->before_bytes);
    for (int i = 0; i < p->n_regions; i++)
        zr_buf_printf(out, "operators %d to %d run together, a strip of rows at a time\n",
                      graph->nodes[p->regions[i].first].index,
                      graph->nodes[p->regions[i].last].index);
    zr_buf_printf(out, "\n%4s  %-24s %10s %10s  a cell is %lld byte%s; '+': of several\n", "#",
                  "operator", "before", "now", (long long)cell_bytes, cell_bytes == 1 ? "" : "s");
    for (int r = 0; r < m->n_rows; r++) {
        const zr_memory_row *row = &m->rows[r];
        char cells[CELLS + 1];
        memset(cells, '.', sizeof cells);
        draw_row(m, r, cell_bytes, cells);
        if (row->index >= 0) zr_buf_printf(out, "%4d", row->index);
        zr_buf_printf(out, "%*s  %-24s %10lld %10lld  %.*s\n", row->index < 0 ? 4 : 0, "",
                      row->name, (long long)row->before_bytes, (long long)row->used_bytes, width,
                      cells);
    }
    legend(cx, p, out);
}
