/* NAME_push_row: the rows of the input go to their place in a line buffer; with the last row that a
 * turn needs its calls are made. Turns that repeat are one function with their number. */
#include "emit/parts.h"

/* Turns that repeat. Their calls are the steps of `calls`; the first of them receives `rows` rows
 * at `offset` in the arena. */
typedef struct turns {
    emit_loop calls;
    int first; /* turn */
} turns;

/* Whether the steps of the turns differ but for what they receive. */
static bool moves(const emitter *e, const turns *t)
{
    for (int s = t->calls.first; s < t->calls.first + t->calls.period; s++) {
        const zr_step *step = emit_step(e->program, s);
        for (int i = 0; i < step->kernel->n_args && !zr_step_receives(step); i++)
            if (emit_stride(e, &t->calls, s, i)) return true;
    }
    return false;
}

/* The step after the last of the turn that begins with `first`: that of the next one, or the first
 * that is not of the region. */
static int end_of(const zr_program *p, int first)
{
    int s = first + 1;
    const zr_region *region = p->regions;
    while (!region->stream) region++;
    while (s < p->n_steps && !zr_step_receives(&p->steps[s]) && p->steps[s].node <= region->last)
        s++;
    return s;
}

/* The turns from number `turn` on, of which the first begins with step `first`, that repeat. */
static turns next_turns(const emitter *e, int first, int turn)
{
    turns t = {{first, end_of(e->program, first) - first, 1}, turn};
    for (;;) {
        int next = first + t.calls.count * t.calls.period;
        if (next >= e->program->n_steps || !zr_step_receives(&e->program->steps[next]) ||
            end_of(e->program, next) != next + t.calls.period ||
            !emit_repeats(e, &t.calls, t.calls.count))
            return t;
        t.calls.count++;
    }
}

static int end_of_turns(const turns *t)
{
    return t->calls.first + t->calls.count * t->calls.period;
}

static bool is_turn(const emitter *e, int step)
{
    return step < e->program->n_steps && zr_step_receives(&e->program->steps[step]);
}

/* Rows that the turn's first step receives. */
static int rows_of(const emitter *e, int step)
{
    const zr_program *p = e->program;
    int height = e->graph->tensors[e->graph->inputs[0]].shape.dim[1], next = step + 1;
    size_t row_bytes = zr_tensor_bytes(&e->graph->tensors[e->graph->inputs[0]]) / (size_t)height;
    while (next < p->n_steps && !zr_step_receives(&p->steps[next])) next++;
    size_t end = next < p->n_steps ? p->steps[next].args[0].offset : row_bytes * (size_t)height;
    return (int)((end - p->steps[step].args[0].offset) / row_bytes);
}

/* The function of the turns: "NAME_turn_0" or "NAME_turns_1". */
static void emit_function(const emitter *e, zr_buf *out, const turns *t, int before)
{
    bool several = t->calls.count > 1, number = several && moves(e, t);
    if (several)
        zr_buf_printf(out, "/* Turns %d to %d, each when %d more row%s there. */\n", t->first,
                      t->first + t->calls.count - 1, rows_of(e, t->calls.first),
                      rows_of(e, t->calls.first) > 1 ? "s are" : " is");
    else
        zr_buf_printf(out, "/* Turn %d, when %d %srow%s there. */\n", t->first,
                      rows_of(e, t->calls.first), t->first ? "more " : "",
                      rows_of(e, t->calls.first) > 1 ? "s are" : " is");
    zr_buf_printf(out, "static void %s_turn%s_%d(unsigned char *arena%s)\n{\n", e->name,
                  several ? "s" : "", t->first, number ? ", int i" : "");
    if (before) {
        emit_calls(e, out, 0, before, true);
        zr_buf_text(out, "\n");
    }
    if (several)
        emit_turn(e, out, &t->calls, 4, true);
    else
        emit_rows(e, out, t->calls.first, end_of_turns(t), true);
    zr_buf_text(out, "}\n\n");
}

/* In NAME_push_row: where the row goes, and the call when it was the turn's last. */
static void emit_branch(const emitter *e, zr_buf *out, const turns *t, bool last)
{
    const zr_arg *to = &e->program->steps[t->calls.first].args[1];
    int rows = rows_of(e, t->calls.first);
    bool several = t->calls.count > 1;
    if (t->first == 0 && !last)
        zr_buf_printf(out, "    if (m->turn < %d) {\n", t->calls.count);
    else if (!last)
        zr_buf_printf(out, " else if (m->turn < %d) {\n", t->first + t->calls.count);
    else
        zr_buf_text(out, t->first ? " else {\n" : "    {\n");
    zr_buf_printf(out, "        memcpy(arena + %zu",
                  e->program->buffers[to->loc.index].offset + to->offset);
    if (rows > 1) zr_buf_printf(out, " + %s_INPUT_ROW_BYTES * m->rows", e->upper);
    zr_buf_printf(out, ", row, %s_INPUT_ROW_BYTES);\n", e->upper);
    if (rows > 1) zr_buf_printf(out, "        if (++m->rows < %d) return 0;\n", rows);
    zr_buf_printf(out, "        %s_turn%s_%d(arena", e->name, several ? "s" : "", t->first);
    if (several && moves(e, t)) {
        zr_buf_text(out, ", m->turn");
        if (t->first) zr_buf_printf(out, " - %d", t->first);
    }
    zr_buf_text(out, ");\n    }");
}

void emit_push_row(const emitter *e, zr_buf *out)
{
    const zr_program *p = e->program;
    int start = 0, n_turns = 0, end = 0;
    while (!is_turn(e, start)) start++;
    for (int s = start; is_turn(e, s); s = end) {
        turns t = next_turns(e, s, n_turns);
        emit_function(e, out, &t, s == start ? start : 0);
        n_turns += t.calls.count;
        end = end_of_turns(&t);
    }
    zr_buf_printf(out,
                  "int %s_push_row(%s *m, const %s *row)\n{\n"
                  "    unsigned char *const arena = m->arena;\n"
                  "    if (arena == NULL) return -1;\n",
                  e->name, e->name, zr_types[e->graph->tensors[e->graph->inputs[0]].type].ctype);
    emit_heading(e, out, &p->steps[start]);
    for (int s = start, turn = 0; s < end;) {
        turns t = next_turns(e, s, turn);
        s = end_of_turns(&t);
        turn += t.calls.count;
        emit_branch(e, out, &t, s == end);
    }
    zr_buf_printf(out, "\n    m->rows = 0;\n    if (++m->turn < %d) return 0;\n    m->turn = 0;\n",
                  n_turns);
    emit_calls(e, out, end, p->n_steps - end, true);
    zr_buf_text(out, "\n    return 1;\n}\n");
}
