#include "report/memory.h"

/* Pixels. Both panels have one scale of bytes and one width for all of their times. */
enum {
    LEFT = 80,
    RIGHT = 24,
    WIDTH = 960,
    HEIGHT = 360,
    TOP = 64,
    BELOW = 150,
    GAP = 56,
    LABEL = 12
};

typedef struct panel {
    const zr_program *program;
    zr_buf *out;
    int first_time, n_times;
    double base, bytes_per_pixel; /* base: where byte 0 is */
} panel;

static double x_of(const panel *p, int time)
{
    double width = WIDTH - LEFT - RIGHT;
    return LEFT + width * (time - p->first_time) / p->n_times;
}

static double y_of(const panel *p, int64_t bytes)
{
    return p->base - (double)bytes / p->bytes_per_pixel;
}

static void escaped(zr_buf *out, const char *text)
{
    for (const char *s = text; *s; s++) {
        if (*s == '<')
            zr_buf_text(out, "&lt;");
        else if (*s == '>')
            zr_buf_text(out, "&gt;");
        else if (*s == '&')
            zr_buf_text(out, "&amp;");
        else if (*s == '"')
            zr_buf_text(out, "&quot;");
        else
            zr_buf_add(out, s, 1);
    }
}

/* Lines for round numbers of bytes, and one for `most`. */
static void axis(const panel *p, int64_t most)
{
    static const int64_t steps[] = {1, 2, 5};
    int64_t step = 1, power = 1;
    for (int i = 0; most / step > 5; i++) {
        if (i % 3 == 0 && i) power *= 10;
        step = steps[i % 3] * power;
    }
    for (int64_t b = 0; b <= most; b += step) {
        double y = y_of(p, b);
        zr_buf_printf(p->out,
                      "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
                      "text-anchor=\"end\">%lld</text>\n",
                      LEFT, y, WIDTH - RIGHT, LEFT - 6, y + 4, (long long)b);
    }
    double y = y_of(p, most);
    zr_buf_printf(p->out, "<path class=\"most\" d=\"M%d %.1fH%d\"/>\n", LEFT, y, WIDTH - RIGHT);
}

/* The sum of what is alive, as a stair. */
static void stair(const panel *p)
{
    zr_buf_printf(p->out, "<path class=\"sum\" d=\"M%d %.1f", LEFT, p->base);
    int64_t before = 0;
    for (int t = 0; t < p->n_times; t++) {
        int64_t bytes = zr_memory_alive(p->program, t + p->first_time);
        if (bytes != before)
            zr_buf_printf(p->out, "H%.2fV%.1f", x_of(p, t + p->first_time), y_of(p, bytes));
        before = bytes;
    }
    zr_buf_printf(p->out, "H%d V%.1fZ\"/>\n", WIDTH - RIGHT, p->base);
}

static void buffer(zr_ctx *cx, const panel *p, int index)
{
    static const char *const colours[] = {"#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#76b7b2",
                                          "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#8cd17d"};
    const zr_buffer *b = &p->program->buffers[index];
    const char *name = zr_memory_name(cx, p->program, index);
    bool scratch = b->tensor < 0;
    zr_buf_printf(p->out, "<g fill=\"%s\"><title>",
                  scratch ? "#bbb" : colours[index % (int)(sizeof colours / sizeof *colours)]);
    escaped(p->out, name ? name : "?");
    zr_buf_printf(p->out, ": %zu bytes from %zu, steps %d to %d", b->bytes, b->offset, b->first,
                  b->last);
    if (b->n_lives > 1) zr_buf_printf(p->out, ", %d lives", b->n_lives);
    zr_buf_text(p->out, "</title>\n");
    for (int i = 0; i < zr_count_lives(b); i++) {
        zr_life life = zr_life_of(b, i);
        double x = x_of(p, life.first), y = y_of(p, (int64_t)(b->offset + life.end));
        zr_buf_printf(p->out, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>\n", x,
                      y, x_of(p, life.last + 1) - x, y_of(p, (int64_t)(b->offset + life.from)) - y);
    }
    zr_buf_text(p->out, "</g>\n");
}

static void label_at(const panel *p, int first, int last, const char *prefix, const char *name)
{
    double x = (x_of(p, first) + x_of(p, last + 1)) / 2;
    zr_buf_printf(p->out, "<path class=\"tick\" d=\"M%.2f %.1fV%.1f\"/>", x_of(p, first), p->base,
                  p->base + 4);
    zr_buf_printf(p->out,
                  "<text transform=\"translate(%.2f %.1f) rotate(-60)\" text-anchor=\"end\">",
                  x + 4, p->base + 12);
    escaped(p->out, prefix);
    escaped(p->out, name);
    zr_buf_text(p->out, "</text>\n");
}

/* The region that a step belongs to; -1: none. */
static int region_of(const zr_program *p, int time)
{
    for (int r = 0; r < p->n_regions && time >= 0 && time < p->n_steps; r++)
        if (p->regions[r].first <= p->steps[time].node && p->steps[time].node <= p->regions[r].last)
            return r;
    return -1;
}

/* What the steps from `time` on have in common: the region or, outside of one, what runs. */
static int group_of(const zr_program *p, int time)
{
    int region = region_of(p, time);
    if (region >= 0) return -region - 1;
    if (time < -1) return 0;
    if (time == -1 || time >= p->n_steps) return time == -1 ? 1 : 2;
    return p->steps[time].node + 3;
}

/* A tick and a name for everything that runs, where there is room for the name. */
static void operators(zr_ctx *cx, const panel *p)
{
    const zr_program *program = p->program;
    const zr_graph *graph = &program->model->graphs[0];
    double free_from = 0;
    for (int time = p->first_time, last; time <= program->n_steps; time = last + 1) {
        const char *prefix = "", *name = time < -1 ? "reset" : time == -1 ? "input" : "output";
        int region = region_of(program, time);
        for (last = time;
             last < program->n_steps && group_of(program, last + 1) == group_of(program, time);)
            last++;
        if (region >= 0) {
            const zr_region *r = &program->regions[region];
            prefix = zr_format(cx, "%d to %d", graph->nodes[r->first].index,
                               graph->nodes[r->last].index);
            name = " in strips";
        } else if (time >= 0 && time < program->n_steps) {
            const zr_node *node = &graph->nodes[program->steps[time].node];
            prefix = zr_format(cx, "%d ", node->index);
            name = node->op_name;
        }
        double x = (x_of(p, time) + x_of(p, last + 1)) / 2;
        if (x < free_from || !prefix) continue;
        label_at(p, time, last, prefix, name);
        free_from = x + LABEL;
    }
}

static void heading(const panel *p, int64_t bytes, const char *words)
{
    zr_buf_printf(p->out, "<text class=\"head\" x=\"%d\" y=\"%.1f\">%lld bytes: %s</text>\n", LEFT,
                  y_of(p, bytes) - 8, (long long)bytes, words);
}

void zr_memory_svg(zr_ctx *cx, const zr_memory *m, const char *proof, zr_buf *out)
{
    const zr_program *after = m->program, *before = &m->before;
    int64_t arena = (int64_t)after->arena_bytes, most = m->before_bytes;
    if (arena > most) most = arena;
    double scale = most ? (double)most / HEIGHT : 1;
    double above = (double)m->before_bytes / scale, below = (double)arena / scale;
    panel top = {.program = before, .out = out, .first_time = m->first_time};
    top.n_times = before->n_steps + 1 - m->first_time;
    top.base = TOP + above;
    top.bytes_per_pixel = scale;
    panel bottom = top;
    bottom.program = after;
    bottom.n_times = m->n_times;
    bottom.base = top.base + BELOW + GAP + below;
    zr_buf_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" "
                  "font-family=\"sans-serif\" font-size=\"11\">\n"
                  "<style>.grid{stroke:#ddd}.most{stroke:#c00;stroke-dasharray:6 3}.tick{stroke:"
                  "#888}.sum{fill:#9aa}.head{font-size:13px}g rect{fill-opacity:.75;stroke:#333;"
                  "stroke-width:.25}</style>\n<rect width=\"100%%\" height=\"100%%\" "
                  "fill=\"#fff\"/>\n<text class=\"head\" font-weight=\"bold\" x=\"%d\" y=\"24\">",
                  WIDTH, bottom.base + BELOW, LEFT);
    escaped(out, after->model->file);
    zr_buf_text(out, "</text>\n");
    axis(&top, m->before_bytes);
    heading(&top, m->before_bytes,
            "before, every operator as a whole, in the order of the file, no tensor over another");
    stair(&top);
    operators(cx, &top);
    axis(&bottom, arena);
    const char *words = zr_format(cx, "the arena as it is planned (%s), grey: scratch", proof);
    heading(&bottom, arena, words ? words : "");
    for (int b = 0; b < after->n_buffers; b++) buffer(cx, &bottom, b);
    operators(cx, &bottom);
    zr_buf_text(out, "</svg>\n");
}
