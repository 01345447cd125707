#include <math.h>
#include <string.h>

#include "emit/parts.h"

void emit_comment_text(zr_buf *out, const char *text)
{
    for (const char *s = text; *s; s++) {
        char c = *s == '*' || *s == '?' || *s == '\\' ? '.' : *s;
        zr_buf_add(out, &c, 1);
    }
}

void emit_grouped(zr_buf *out, int64_t value)
{
    char digits[32], text[48];
    int n = 0, length = 0;
    do digits[n++] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    while (n > 0) {
        text[length++] = digits[--n];
        if (n > 0 && n % 3 == 0) text[length++] = ',';
    }
    zr_buf_add(out, text, (size_t)length);
}

void emit_i64(zr_buf *out, int64_t value, bool wide)
{
    if (wide && value == INT64_MIN) {
        zr_buf_text(out, "-INT64_C(9223372036854775807) - 1");
    } else if (wide) {
        zr_buf_printf(out, value < 0 ? "-INT64_C(%lld)" : "INT64_C(%lld)",
                      value < 0 ? -(long long)value : (long long)value);
    } else if (value == INT32_MIN) {
        zr_buf_text(out, "-2147483647 - 1");
    } else {
        zr_buf_printf(out, "%lld", (long long)value);
    }
}

void emit_f32(zr_buf *out, float value)
{
    if (isnan(value)) {
        zr_buf_text(out, "NAN");
    } else if (isinf(value)) {
        zr_buf_text(out, value < 0 ? "-INFINITY" : "INFINITY");
    } else {
        size_t before = out->size;
        zr_buf_printf(out, "%.9g", (double)value);
        if (!out->failed && !strpbrk(out->data + before, ".e")) zr_buf_text(out, ".0");
        zr_buf_text(out, "f");
    }
}

int emit_alignment(const emitter *e)
{
    int alignment = 1;
    const zr_program *p = e->program;
    for (int s = 0; s < emit_n_steps(p); s++) {
        const zr_step *step = emit_step(p, s);
        for (int i = 0; i < step->kernel->n_args; i++)
            if (step->args[i].loc.space == ZR_SPACE_ARENA &&
                zr_type_bytes(step->args[i].type) > alignment)
                alignment = zr_type_bytes(step->args[i].type);
    }
    for (int i = 0; i < e->graph->n_inputs; i++)
        if (zr_type_bytes(e->graph->tensors[e->graph->inputs[i]].type) > alignment)
            alignment = zr_type_bytes(e->graph->tensors[e->graph->inputs[i]].type);
    return alignment;
}

static void emit_field_value(zr_buf *out, const zr_param_field *field, const uint8_t *at)
{
    int8_t i8;
    int16_t i16;
    int32_t i32;
    float f32;
    switch (field->kind) {
    case ZR_PARAM_I8: memcpy(&i8, at, sizeof i8), emit_i64(out, i8, false); break;
    case ZR_PARAM_I16: memcpy(&i16, at, sizeof i16), emit_i64(out, i16, false); break;
    case ZR_PARAM_I32: memcpy(&i32, at, sizeof i32), emit_i64(out, i32, false); break;
    case ZR_PARAM_F32: memcpy(&f32, at, sizeof f32), emit_f32(out, f32); break;
    }
}

/* Starts a new line where the next item would pass column 96. */
static void item_break(zr_buf *out, size_t *line_start, size_t length)
{
    if (out->size - *line_start + length <= 96) return;
    if (out->data[out->size - 1] == ' ') out->size--;
    zr_buf_text(out, "\n    ");
    *line_start = out->size - 4;
}

void emit_params(zr_buf *out, const zr_step *step)
{
    static const size_t element_bytes[] = {1, 2, 4, 4};
    const zr_kernel *k = step->kernel;
    bool nested = false;
    zr_buf_text(out, "{\n    ");
    size_t line_start = out->size - 4;
    for (int i = 0; i < k->n_fields && !out->failed; i++) {
        const zr_param_field *field = &k->fields[i];
        const uint8_t *at = (const uint8_t *)step->params + field->offset;
        const char *dot = strchr(field->name, '.');
        if (nested && !dot) zr_buf_text(out, "},\n    "), line_start = out->size - 4;
        if (!nested && dot) zr_buf_text(out, "{");
        nested = dot != NULL;
        zr_buf item;
        zr_buf_init(&item, out->cx);
        zr_buf_printf(&item, "/* %s */ %s", dot ? dot + 1 : field->name,
                      field->count > 1 ? "{" : "");
        for (int n = 0; n < field->count; n++) {
            if (n) zr_buf_text(&item, ", ");
            emit_field_value(&item, field, at + (size_t)n * element_bytes[field->kind]);
        }
        if (field->count > 1) zr_buf_text(&item, "}");
        bool last = i + 1 == k->n_fields;
        if (!last && !(dot && !strchr(k->fields[i + 1].name, '.'))) zr_buf_text(&item, ", ");
        if (item.failed) {
            out->failed = true;
            return;
        }
        item_break(out, &line_start, item.size);
        zr_buf_add(out, item.data, item.size);
    }
    zr_buf_text(out, nested ? "}\n}" : "\n}");
}
