#include <string.h>

#include "emit/device.h"
#include "emit/parts.h"
#include "ops/op.h"

/* Words that stand for a header in the kernels that were taken. */
static const char *const math_words[] = {"expf",   "tanhf",  "sqrtf",    "floorf", "ceilf",
                                         "roundf", "fabsf",  "fminf",    "fmaxf",  "powf",
                                         "logf",   "isnan",  "INFINITY", "NAN",    "rintf",
                                         "lrintf", "expm1f", "log1pf",   "truncf", "isfinite"};
static const char *const string_words[] = {"memcpy", "memset", "memmove", "memcmp"};
static const char *const vector_words[] = {"__ARM_FEATURE_MVE"};

static bool mentions(const zr_buf *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text->size && strstr(text->data, words[i])) return true;
    return false;
}

static bool uses_arena(const zr_step *steps, int n)
{
    for (int s = 0; s < n; s++)
        for (int i = 0; i < steps[s].kernel->n_args; i++)
            if (steps[s].args[i].loc.space == ZR_SPACE_ARENA) return true;
    return false;
}

static void emit_reset(const emitter *e, zr_buf *out)
{
    const zr_program *p = e->program;
    zr_buf_printf(out, "void %s_reset(%s *m)\n{\n", e->name, e->name);
    if (uses_arena(p->reset, p->n_reset))
        zr_buf_text(out, "    unsigned char *const arena = m->arena;\n\n");
    for (int v = 0; v < p->model->n_variables; v++)
        zr_buf_printf(out, "    memset(m->state_%d, %d, sizeof m->state_%d);\n", v,
                      p->model->variables[v].start, v);
    emit_calls(e, out, p->n_steps, p->n_reset, false);
    if (p->stream)
        zr_buf_text(out, "    m->rows = m->turn = 0;\n");
    else if (p->model->n_variables == 0)
        zr_buf_text(out, "    (void)m; /* this model has no state */\n");
    zr_buf_text(out, "}\n\n");
}

static void emit_init(const emitter *e, zr_buf *out)
{
    zr_buf_printf(out,
                  "int %s_init(%s *m, void *memory, size_t bytes)\n{\n"
                  "    if (memory == NULL || bytes < %s_ARENA_BYTES ||\n"
                  "        (uintptr_t)memory %% %s_ARENA_ALIGN != 0) {\n"
                  "        m->arena = NULL;\n        return -1;\n    }\n"
                  "    m->arena = (unsigned char *)memory;\n    %s_reset(m);\n    return 0;\n}\n\n",
                  e->name, e->name, e->upper, e->upper, e->name);
}

static void emit_invoke(const emitter *e, zr_buf *out)
{
    const zr_program *p = e->program;
    zr_buf_printf(out, "int %s_invoke(%s *m)\n{\n    unsigned char *const arena = m->arena;\n",
                  e->name, e->name);
    zr_buf_text(out, "    if (arena == NULL) return -1;\n");
    emit_calls(e, out, 0, p->n_steps, true);
    zr_buf_text(out, "\n    return 0;\n}\n");
}

/* What the clip gives that ends here goes where the step's answer was. */
static void emit_end(const emitter *e, zr_buf *out)
{
    const zr_program *p = e->program;
    const zr_tensor *output = &e->graph->tensors[e->graph->outputs[0]];
    size_t to = p->buffers[p->tensor_loc[e->graph->outputs[0]].index].offset;
    size_t from = p->buffers[p->end_output.index].offset;
    const char *type = zr_types[output->type].ctype;
    zr_buf_printf(out, "\nint %s_end(%s *m)\n{\n    unsigned char *const arena = m->arena;\n",
                  e->name, e->name);
    zr_buf_text(out, "    if (arena == NULL) return -1;\n");
    emit_calls(e, out, p->n_steps + p->n_reset, p->n_end, false);
    if (from != to)
        zr_buf_printf(out, "\n    memmove(AT(%s, %zu), AT(%s, %zu), %zu);\n", type, to, type, from,
                      zr_tensor_bytes(output));
    zr_buf_text(out, "\n    return 0;\n}\n");
}

/* Accessors of the inputs or the outputs: typed ones, and one by number. */
static void emit_ports(const emitter *e, zr_buf *out, const char *port, const int32_t *tensors,
                       int n)
{
    const char *constant = port[0] == 'o' ? "const " : "";
    for (int i = 0; i < n; i++) {
        const char *type = zr_types[e->graph->tensors[tensors[i]].type].ctype;
        zr_loc loc = e->program->tensor_loc[tensors[i]];
        zr_buf_printf(out, "%s%s *%s_%s", constant, type, e->name, port);
        if (n > 1) zr_buf_printf(out, "_%d", i);
        zr_buf_printf(out, "(%s%s *m)\n{\n", constant, e->name);
        if (loc.space == ZR_SPACE_ARENA)
            zr_buf_printf(out,
                          "    unsigned char *const arena = m->arena;\n    return AT(%s, %zu);\n",
                          type, e->program->buffers[loc.index].offset);
        else if (loc.space == ZR_SPACE_STATE)
            zr_buf_printf(out, "    return m->state_%d;\n", loc.index);
        else
            zr_buf_printf(out, "    (void)m; /* the same for every input */\n    return %s_%s;\n",
                          e->name, e->program->consts[loc.index].name);
        zr_buf_text(out, "}\n\n");
    }
    zr_buf_printf(out, "%svoid *%s_%s_at(%s%s *m, int i)\n{\n", constant, e->name, port, constant,
                  e->name);
    if (n == 0) zr_buf_text(out, "    (void)m, (void)i;\n");
    for (int i = 0; i < n; i++) {
        zr_buf_printf(out, "    if (i == %d) return %s_%s", i, e->name, port);
        if (n > 1) zr_buf_printf(out, "_%d", i);
        zr_buf_text(out, "(m);\n");
    }
    zr_buf_text(out, "    return NULL;\n}\n\n");
}

static void emit_const_declarations(const emitter *e, zr_buf *out)
{
    if (e->program->n_consts) zr_buf_printf(out, "/* Constants, in %s_weights.c. */\n", e->name);
    zr_buf_text(out, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
    for (int i = 0; i < e->program->n_consts; i++) {
        const zr_const *c = &e->program->consts[i];
        zr_buf_printf(out, "extern const %s %s_%s[%lld];\n", zr_types[c->type].ctype, e->name,
                      c->name, (long long)c->count);
    }
    zr_buf_text(out, "#ifdef __cplusplus\n}\n#endif\n\n");
}

static bool take_kernels(const emitter *e, zr_buf *out)
{
    zr_device device;
    const zr_program *p = e->program;
    bool ok = zr_device_read(e->cx, &device);
    for (int s = 0; ok && s < emit_n_steps(p); s++) {
        const zr_kernel *k = emit_step(p, s)->kernel;
        bool again = zr_step_receives(emit_step(p, s));
        for (int d = 0; d < device.n; d++)
            for (int n = 0; n < device.definitions[d].n_names; n++)
                if (device.definitions[d].wanted &&
                    !strcmp(device.definitions[d].names[n], k->name))
                    again = true;
        if (!again) ok = zr_device_take(e->cx, &device, k->name, out);
    }
    return ok;
}

bool emit_source(emitter *e, zr_buf *out)
{
    zr_buf kernels, params;
    zr_buf_init(&kernels, e->cx);
    zr_buf_init(&params, e->cx);
    if (!take_kernels(e, &kernels) || !emit_all_params(e, &params)) return false;
    emit_banner(e, out, ".c", "the network");
    zr_buf_printf(out, "#include \"%s.h\"\n\n", e->name);
    bool math = mentions(&kernels, math_words, sizeof math_words / sizeof *math_words) ||
                mentions(&params, math_words, sizeof math_words / sizeof *math_words);
    bool string = mentions(&kernels, string_words, sizeof string_words / sizeof *string_words) ||
                  e->program->model->n_variables > 0 || e->program->stream;
    bool vectors = mentions(&kernels, vector_words, 1);
    if (math) zr_buf_text(out, "#include <math.h>\n");
    if (string) zr_buf_text(out, "#include <string.h>\n");
    if (vectors)
        zr_buf_text(
            out, "#if defined(__ARM_FEATURE_MVE)\n"
                 "/* gcc 12 gets conditions wrong that it makes vectors of (its bug 108443). */\n"
                 "#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13\n"
                 "#pragma GCC optimize(\"no-tree-vectorize\")\n"
                 "#endif\n"
                 "#if defined(__clang__) /* what other cores use stays unused here */\n"
                 "#pragma clang diagnostic ignored \"-Wunused-function\"\n"
                 "#endif\n"
                 "#include <arm_mve.h>\n"
                 "#endif\n");
    if (math || string || vectors) zr_buf_text(out, "\n");
    zr_buf_printf(out,
                  "/* Called after each layer, by number; define it to trace or time them. */\n"
                  "#ifndef %s_ON_LAYER\n#define %s_ON_LAYER(layer) ((void)0)\n#endif\n\n",
                  e->upper, e->upper);
    zr_buf_text(out, "/* Elements at an offset of the arena. */\n"
                     "#define AT(type, offset) ((type *)(void *)(arena + (offset)))\n\n");
    zr_buf_text(out, "/* ---- Kernels ---- */\n\n");
    zr_buf_add(out, kernels.data, kernels.size);
    zr_buf_text(out, "/* ---- The layers ---- */\n\n");
    emit_const_declarations(e, out);
    zr_buf_add(out, params.data, params.size);
    emit_reset(e, out);
    emit_init(e, out);
    if (!e->program->stream) emit_ports(e, out, "input", e->graph->inputs, e->graph->n_inputs);
    emit_ports(e, out, "output", e->graph->outputs, e->graph->n_outputs);
    if (e->program->stream)
        emit_push_row(e, out);
    else
        emit_invoke(e, out);
    if (e->program->n_end) emit_end(e, out);
    return !kernels.failed && !params.failed;
}
