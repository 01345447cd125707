#include "emit/emit.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "emit/parts.h"

int64_t zr_emit_constant_bytes(const zr_program *p)
{
    int64_t bytes = 0;
    for (int i = 0; i < p->n_consts; i++)
        bytes += p->consts[i].count * zr_type_bytes(p->consts[i].type);
    return bytes;
}

/* What is where in the arena, and when. */
static void emit_memory_table(const emitter *e, zr_buf *out)
{
    const zr_program *p = e->program;
    int n_end = 0; /* buffers of a clip's end, the last of all */
    while (p->n_end && p->buffers[p->n_buffers - n_end - 1].graph) n_end++;
    zr_buf_text(out, " *\n * Arena, bytes:\n *    offset      size   alive during calls   holds\n");
    for (int i = 0; i < p->n_buffers; i++) {
        const zr_buffer *b = &p->buffers[i];
        zr_buf_printf(out, " *  %8zu  %8zu   ", b->offset, b->bytes);
        if (b->graph && i >= p->n_buffers - n_end)
            zr_buf_text(out, "end                ");
        else if (b->graph)
            zr_buf_text(out, "reset              ");
        else if (b->first < 0 && b->last >= p->n_steps)
            zr_buf_text(out, "all                ");
        else if (b->first < 0)
            zr_buf_printf(out, "input - %-10d ", b->last);
        else if (b->last >= p->n_steps)
            zr_buf_printf(out, "%4d - output      ", b->first);
        else
            zr_buf_printf(out, "%4d - %-11d ", b->first, b->last);
        zr_buf_text(out, " ");
        if (b->tensor < 0)
            zr_buf_text(out, "scratch");
        else
            emit_comment_text(out, p->model->graphs[b->graph].tensors[b->tensor].name);
        zr_buf_text(out, "\n");
    }
}

void emit_banner(const emitter *e, zr_buf *out, const char *file, const char *what)
{
    const zr_model *model = e->program->model;
    const char *slash = strrchr(model->file, '/');
    zr_buf_printf(out, "/* %s%s: %s, written by zerre %s from ", e->name, file, what, ZR_VERSION);
    emit_comment_text(out, slash ? slash + 1 : model->file);
    zr_buf_printf(out, "\n * (SHA-256 %s).\n *\n", model->sha256);
    zr_buf_text(out, " * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the "
                     "network's constants are under\n * the licence of the model. Do not edit: run "
                     "zerre again.\n");
    if (!strcmp(file, ".h")) {
        zr_buf_text(out, " *\n * RAM: ");
        emit_grouped(out, (int64_t)e->program->arena_bytes);
        zr_buf_printf(out, " bytes of arena, and struct %s. Flash: ", e->name);
        emit_grouped(out, zr_emit_constant_bytes(e->program));
        zr_buf_text(out, " bytes of constants, and the code.\n");
    }
    if (!strcmp(file, ".c")) emit_memory_table(e, out);
    zr_buf_text(out, " */\n");
}

static void emit_element(zr_buf *out, zr_type type, const uint8_t *data, int64_t i)
{
    int64_t i64 = 0;
    int32_t i32;
    int16_t i16;
    float f32;
    const uint8_t *at = data + i * zr_type_bytes(type);
    switch (type) {
    case ZR_F32: memcpy(&f32, at, sizeof f32), emit_f32(out, f32); break;
    case ZR_I64: memcpy(&i64, at, sizeof i64), emit_i64(out, i64, true); break;
    case ZR_I32: memcpy(&i32, at, sizeof i32), emit_i64(out, i32, false); break;
    case ZR_I16: memcpy(&i16, at, sizeof i16), emit_i64(out, i16, false); break;
    case ZR_I8: emit_i64(out, (int8_t)*at, false); break;
    default: /* unsigned, narrower than int64 */
        memcpy(&i64, at, (size_t)zr_type_bytes(type));
        zr_buf_printf(out, "%lld%s", (long long)i64, type == ZR_U32 ? "u" : "");
        break;
    }
}

void emit_weights(const emitter *e, zr_buf *out)
{
    const zr_program *p = e->program;
    emit_banner(e, out, "_weights.c", "the constants");
    bool math = false;
    for (int i = 0; i < p->n_consts; i++)
        for (int64_t k = 0; p->consts[i].type == ZR_F32 && k < p->consts[i].count; k++)
            math = math || !isfinite(((const float *)p->consts[i].data)[k]);
    zr_buf_printf(out, "#include <stdint.h>\n%s\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n",
                  math ? "#include <math.h>\n" : "");
    for (int i = 0; i < p->n_consts; i++) {
        const zr_const *c = &p->consts[i];
        const char *type = zr_types[c->type].ctype;
        zr_buf_printf(out, "\nextern const %s %s_%s[%lld];\nconst %s %s_%s[%lld] = {\n    ", type,
                      e->name, c->name, (long long)c->count, type, e->name, c->name,
                      (long long)c->count);
        size_t line = out->size;
        for (int64_t k = 0; k < c->count && !out->failed; k++) {
            if (out->size - line > 88) {
                out->size--; /* the space behind the comma */
                zr_buf_text(out, "\n    ");
                line = out->size;
            }
            emit_element(out, c->type, c->data, k);
            zr_buf_text(out, k + 1 < c->count ? ", " : "};\n");
        }
    }
    zr_buf_printf(out, "\n#ifdef __cplusplus\n}\n#endif\n");
}

bool zr_emit(zr_ctx *cx, const zr_program *program, const char *name, zr_generated *out)
{
    char *upper = zr_alloc(cx, strlen(name) + 1, 1);
    if (!upper) return false;
    for (size_t i = 0; name[i]; i++) upper[i] = (char)toupper((unsigned char)name[i]);
    emitter e = {cx, program, &program->model->graphs[0], name, upper, NULL};
    zr_buf_init(&out->header, cx);
    zr_buf_init(&out->source, cx);
    zr_buf_init(&out->weights, cx);
    emit_header(&e, &out->header);
    emit_weights(&e, &out->weights);
    return emit_source(&e, &out->source) && !out->header.failed && !out->source.failed &&
           !out->weights.failed;
}

bool zr_emit_write(zr_ctx *cx, const zr_generated *generated, const char *folder, const char *name)
{
    static const char *const suffixes[] = {"_weights.c", ".c", ".h"};
    const zr_buf *texts[] = {&generated->weights, &generated->source, &generated->header};
    zr_file_output outputs[3];
    for (int i = 0; i < 3; i++) {
        const char *path = zr_format(cx, "%s/%s%s", folder, name, suffixes[i]);
        if (!path) return false;
        outputs[i] = (zr_file_output){path, texts[i]->data, texts[i]->size};
    }
    return zr_files_write(cx, outputs, 3);
}
