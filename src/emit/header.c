#include "emit/parts.h"

static void emit_shape(zr_buf *out, const zr_shape *shape)
{
    for (int i = 0; i < shape->rank; i++) zr_buf_printf(out, "%s%d", i ? ", " : "", shape->dim[i]);
    if (shape->rank == 0) zr_buf_text(out, "1");
}

/* Constants that describe one input or output. */
static void emit_port_constants(const emitter *e, zr_buf *out, const char *port, int i,
                                const zr_tensor *tensor)
{
    const char *u = e->upper;
    zr_buf_printf(out, "\n/* %s %d: ", port[0] == 'I' ? "Input" : "Output", i);
    emit_comment_text(out, tensor->name);
    zr_buf_printf(out, ", %s", zr_types[tensor->type].name);
    if (tensor->quant.n == 1) {
        zr_buf_text(out, ", real = ");
        emit_f32(out, tensor->quant.scale[0]);
        zr_buf_printf(out, " * (stored - %lld)", (long long)tensor->quant.zero_point[0]);
    }
    zr_buf_printf(out, " */\n#define %s_%s_%d_SHAPE {", u, port, i);
    emit_shape(out, &tensor->shape);
    zr_buf_printf(out, "}\n#define %s_%s_%d_RANK %d\n", u, port, i,
                  tensor->shape.rank ? tensor->shape.rank : 1);
    zr_buf_printf(out, "#define %s_%s_%d_ELEMENTS %lld\n", u, port, i,
                  (long long)zr_elements(&tensor->shape));
    zr_buf_printf(out, "#define %s_%s_%d_BYTES %zu\n", u, port, i, zr_tensor_bytes(tensor));
    if (tensor->quant.n != 1) return;
    zr_buf_printf(out, "#define %s_%s_%d_SCALE ", u, port, i);
    emit_f32(out, tensor->quant.scale[0]);
    zr_buf_printf(out, "\n#define %s_%s_%d_ZERO_POINT (%lld)\n", u, port, i,
                  (long long)tensor->quant.zero_point[0]);
}

/* The rows of a picture that comes row by row. */
static void emit_row_constants(const emitter *e, zr_buf *out)
{
    const zr_tensor *input = &e->graph->tensors[e->graph->inputs[0]];
    zr_buf_printf(out,
                  "\n/* The input comes row by row. */\n"
                  "#define %s_INPUT_ROWS %d\n#define %s_INPUT_ROW_BYTES %zu\n",
                  e->upper, input->shape.dim[1], e->upper,
                  zr_tensor_bytes(input) / (size_t)input->shape.dim[1]);
}

static void emit_accessors(const emitter *e, zr_buf *out)
{
    const zr_graph *g = e->graph;
    bool inputs = !e->program->stream;
    if (inputs)
        zr_buf_text(out, "/* Where to put the inputs; fill them before every invoke, their memory "
                         "is reused. */\n");
    for (int i = 0; inputs && i < g->n_inputs; i++) {
        const char *type = zr_types[g->tensors[g->inputs[i]].type].ctype;
        if (g->n_inputs == 1)
            zr_buf_printf(out, "%s *%s_input(%s *m);\n", type, e->name, e->name);
        else
            zr_buf_printf(out, "%s *%s_input_%d(%s *m);\n", type, e->name, i, e->name);
    }
    if (inputs)
        zr_buf_printf(out,
                      "void *%s_input_at(%s *m, int i); /* input i; NULL: there is none */\n\n",
                      e->name, e->name);
    zr_buf_printf(out, "/* The outputs, valid until the next %s. */\n",
                  inputs ? "input is written" : "row is pushed");
    for (int i = 0; i < g->n_outputs; i++) {
        const char *type = zr_types[g->tensors[g->outputs[i]].type].ctype;
        if (g->n_outputs == 1)
            zr_buf_printf(out, "const %s *%s_output(const %s *m);\n", type, e->name, e->name);
        else
            zr_buf_printf(out, "const %s *%s_output_%d(const %s *m);\n", type, e->name, i, e->name);
    }
    zr_buf_printf(out, "const void *%s_output_at(const %s *m, int i);\n", e->name, e->name);
}

static void emit_struct(const emitter *e, zr_buf *out)
{
    const zr_model *model = e->program->model;
    zr_buf_printf(out,
                  "/* One instance; as many as you like, each with its own arena. The fields are "
                  "private. */\ntypedef struct %s {\n    unsigned char *arena;\n",
                  e->name);
    if (e->program->stream)
        zr_buf_text(out, "    int rows, turn; /* what has come of the picture: rows for this turn, "
                         "turns before it */\n");
    /* Whole words first: what is moved a word at a time is then at the address of one. */
    for (int odd = 0; odd <= 1; odd++) {
        for (int v = 0; v < model->n_variables; v++) {
            const zr_variable *variable = &model->variables[v];
            if ((zr_shape_bytes(&variable->shape, variable->type) % 4 != 0) != odd) continue;
            zr_buf_printf(out, "    %s state_%d[%lld]; /* ", zr_types[variable->type].ctype, v,
                          (long long)zr_elements(&variable->shape));
            emit_comment_text(out, variable->name);
            zr_buf_text(out, " */\n");
        }
    }
    zr_buf_printf(out, "} %s;\n\n", e->name);
}

void emit_header(const emitter *e, zr_buf *out)
{
    const zr_graph *g = e->graph;
    emit_banner(e, out, ".h", "the interface");
    zr_buf_printf(out, "#ifndef %s_H\n#define %s_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n",
                  e->upper, e->upper);
    zr_buf_text(out, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    zr_buf_printf(out,
                  "/* The arena is the working memory of one inference; between inferences it may "
                  "serve others.\n * Give it NAME_ARENA_BYTES at an address that is a multiple of "
                  "NAME_ARENA_ALIGN. */\n#define %s_ARENA_BYTES %zu\n#define %s_ARENA_ALIGN %d\n",
                  e->upper, e->program->arena_bytes ? e->program->arena_bytes : 1, e->upper,
                  emit_alignment(e));
    zr_buf_printf(
        out, "\n#define %s_N_INPUTS %d\n#define %s_N_OUTPUTS %d\n#define %s_N_LAYERS %d\n",
        e->upper, g->n_inputs, e->upper, g->n_outputs, e->upper, zr_emit_layers(e->program));
    for (int i = 0; i < g->n_inputs; i++)
        emit_port_constants(e, out, "INPUT", i, &g->tensors[g->inputs[i]]);
    if (e->program->stream) emit_row_constants(e, out);
    for (int i = 0; i < g->n_outputs; i++)
        emit_port_constants(e, out, "OUTPUT", i, &g->tensors[g->outputs[i]]);
    zr_buf_text(out, "\n");
    emit_struct(e, out);
    zr_buf_printf(
        out,
        "/* Prepares an instance and resets it. 0: done; -1: the arena is null, too small "
        "or not aligned. */\nint %s_init(%s *m, void *arena, size_t arena_bytes);\n\n",
        e->name, e->name);
    zr_buf_printf(out,
                  "/* Forgets what was heard before: sets the state of a streaming model as at the "
                  "start.%s */\nvoid %s_reset(%s *m);\n\n",
                  e->program->stream ? "\n * The next row is the first of a picture." : "", e->name,
                  e->name);
    emit_accessors(e, out);
    if (e->program->stream)
        zr_buf_printf(
            out,
            "\n/* Copies the next row of the picture, NAME_INPUT_ROW_BYTES bytes, and "
            "computes what it can. 1: it was\n * the last, the outputs are there; 0: more "
            "are missing; -1: its init failed. */\n"
            "int %s_push_row(%s *m, const %s *row);\n\n",
            e->name, e->name, zr_types[g->tensors[g->inputs[0]].type].ctype);
    else
        zr_buf_printf(out,
                      "\n/* One inference. 0: done; -1: its init failed. */\n"
                      "int %s_invoke(%s *m);\n\n",
                      e->name, e->name);
    if (e->program->n_end)
        zr_buf_printf(
            out,
            "/* What the network says if the clip ends here: the outputs are those of the "
            "clip as a whole when as\n * many steps were invoked since a reset. The state "
            "stays, and the next invoke goes on. 0: done; -1:\n * its init failed. */\n"
            "int %s_end(%s *m);\n\n",
            e->name, e->name);
    zr_buf_printf(out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}
