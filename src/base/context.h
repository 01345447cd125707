/* The context of one run: its arena and what went wrong so far.
 *
 * A function that can fail returns bool and adds a diagnostic here; nothing below cli/ prints or
 * exits. Checks collect all problems, passes stop at the first. */
#ifndef ZR_BASE_CONTEXT_H
#define ZR_BASE_CONTEXT_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/checked.h"

typedef enum zr_diag_code {
#define ZR_DIAG(id, status, hint) ZR_E_##id,
#include "base/diagnostics.def"
#undef ZR_DIAG
    ZR_E_COUNT
} zr_diag_code;

/* Where a problem is. Fields that do not apply are NULL or negative. */
typedef struct zr_place {
    const char *file;
    int64_t offset; /* bytes from the start of the file */
    int subgraph, node;
    const char *op;     /* the operator's name */
    const char *tensor; /* the tensor's name */
} zr_place;

#define ZR_NOWHERE ((zr_place){NULL, -1, -1, -1, NULL, NULL})

typedef struct zr_diag {
    struct zr_diag *next;
    zr_diag_code code;
    zr_place place;
    const char *sentence; /* what is wrong, without a full stop */
    const char *hint;     /* the way out, may be empty */
} zr_diag;

typedef struct zr_ctx {
    zr_arena arena;
    zr_diag *first, *last; /* in the order in which they were found */
    int n_errors;          /* notes are not counted */
    bool out_of_memory;    /* even the diagnostic could not be stored */
} zr_ctx;

void zr_ctx_init(zr_ctx *cx);
void zr_ctx_free(zr_ctx *cx);

/* zr_arena_alloc on the context's arena that reports ZR_E_MEMORY when it fails. */
void *zr_alloc(zr_ctx *cx, size_t count, size_t size);
#define ZR_NEW(cx, type, count) ((type *)zr_alloc((cx), (count), sizeof(type)))

/* Adds an error. Always false, so that a caller can `return zr_fail(...)`. A hint given as a part
 * of the sentence after "; " replaces the default one of the code. */
bool zr_fail(zr_ctx *cx, zr_diag_code code, zr_place place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool zr_vfail(zr_ctx *cx, zr_diag_code code, zr_place place, const char *format, va_list args);

/* Lets compilers and analyzers see that zr_fail is always false, without looking into it. */
static inline bool zr_false(bool ignored)
{
    (void)ignored;
    return false;
}
#define zr_fail(...) zr_false(zr_fail(__VA_ARGS__))

/* Adds a remark that is no error. */
void zr_note(zr_ctx *cx, zr_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A formatted string in the arena; NULL when memory is out (reported). */
const char *zr_format(zr_ctx *cx, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A copy of `length` bytes of text in the arena, control bytes replaced by '.' since the text comes
 * from a file and goes to a terminal and into generated code; NULL when memory is out (reported).
 */
const char *zr_text(zr_ctx *cx, const char *bytes, size_t length);

/* The one line that tells a person: "kws.tflite: operator 7 (STFT) at subgraph 0: ...; hint". */
const char *zr_diag_line(zr_ctx *cx, const zr_diag *diag);

/* The exit status that the first error asks for, 0 without one. */
int zr_exit_status(const zr_ctx *cx);

#endif
