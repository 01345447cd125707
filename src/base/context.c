#include "base/context.h"

#include <stdio.h>
#include <string.h>

static const struct {
    int status;
    const char *hint;
} diagnostics[] = {
#define ZR_DIAG(id, status, hint) {status, hint},
#include "base/diagnostics.def"
#undef ZR_DIAG
};

void zr_ctx_init(zr_ctx *cx)
{
    memset(cx, 0, sizeof *cx);
    zr_arena_init(&cx->arena);
}

void zr_ctx_free(zr_ctx *cx)
{
    zr_arena_free(&cx->arena);
    zr_ctx_init(cx);
}

static void add(zr_ctx *cx, zr_diag_code code, zr_place place, const char *sentence,
                const char *hint)
{
    zr_diag *diag = zr_arena_alloc(&cx->arena, 1, sizeof *diag);
    if (code != ZR_E_NOTE) cx->n_errors++;
    if (!diag || !sentence) {
        cx->out_of_memory = true;
        return;
    }
    *diag = (zr_diag){NULL, code, place, sentence, hint};
    if (cx->last) {
        cx->last->next = diag;
    } else {
        cx->first = diag;
    }
    cx->last = diag;
}

void *zr_alloc(zr_ctx *cx, size_t count, size_t size)
{
    void *memory = zr_arena_alloc(&cx->arena, count, size);
    if (!memory) {
        /* The sentence is a constant: there may be no memory to write one. */
        add(cx, ZR_E_MEMORY, ZR_NOWHERE, "out of memory", diagnostics[ZR_E_MEMORY].hint);
    }
    return memory;
}

static char *vformat(zr_ctx *cx, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = length < 0 ? NULL : zr_arena_alloc(&cx->arena, (size_t)length + 1, 1);
    if (text) vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

bool zr_vfail(zr_ctx *cx, zr_diag_code code, zr_place place, const char *format, va_list args)
{
    char *sentence = vformat(cx, format, args);
    const char *hint = diagnostics[code].hint;
    char *own = sentence ? strstr(sentence, "; ") : NULL;
    if (own) {
        *own = '\0';
        hint = own + 2;
    }
    add(cx, code, place, sentence, hint);
    return false;
}

bool(zr_fail)(zr_ctx *cx, zr_diag_code code, zr_place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    zr_vfail(cx, code, place, format, args);
    va_end(args);
    return false;
}

void zr_note(zr_ctx *cx, zr_place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    zr_vfail(cx, ZR_E_NOTE, place, format, args);
    va_end(args);
}

const char *zr_format(zr_ctx *cx, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = vformat(cx, format, args);
    va_end(args);
    if (!text) zr_fail(cx, ZR_E_MEMORY, ZR_NOWHERE, "out of memory");
    return text;
}

const char *zr_text(zr_ctx *cx, const char *bytes, size_t length)
{
    char *text = zr_alloc(cx, length + 1, 1);
    if (!text) return NULL;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        text[i] = (char)(c < 0x20 || c >= 0x7f ? '.' : c);
    }
    return text;
}

const char *zr_diag_line(zr_ctx *cx, const zr_diag *d)
{
    const char *node = "", *subgraph = "", *tensor = "", *offset = "";
    const zr_place *p = &d->place;
    if (p->node >= 0) node = zr_format(cx, "operator %d (%s)", p->node, p->op ? p->op : "?");
    if (p->subgraph >= 0)
        subgraph = zr_format(cx, "%ssubgraph %d: ", p->node >= 0 ? " at " : "", p->subgraph);
    if (p->tensor) tensor = zr_format(cx, "tensor '%s': ", p->tensor);
    if (p->offset >= 0) offset = zr_format(cx, "byte %lld: ", (long long)p->offset);
    if (!node || !subgraph || !tensor || !offset) return d->sentence;
    if (p->node >= 0 && p->subgraph < 0) subgraph = ": ";
    return zr_format(cx, "%s%s%s%s%s%s%s%s%s", p->file ? p->file : "", p->file ? ": " : "", node,
                     subgraph, tensor, offset, d->sentence, d->hint[0] ? "; " : "", d->hint);
}

int zr_exit_status(const zr_ctx *cx)
{
    for (const zr_diag *d = cx->first; d; d = d->next)
        if (d->code != ZR_E_NOTE) return diagnostics[d->code].status;
    return cx->n_errors || cx->out_of_memory ? 1 : 0;
}
