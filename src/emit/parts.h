/* What the three emitters share; private to emit/. */
#ifndef ZR_EMIT_PARTS_H
#define ZR_EMIT_PARTS_H

#include "emit/emit.h"

typedef struct emitter {
    zr_ctx *cx;
    const zr_program *program;
    const zr_graph *graph; /* graph 0 */
    const char *name, *upper;
    const char **params; /* the name of each step's parameters: emit_all_params */
} emitter;

void emit_header(const emitter *e, zr_buf *out);
ZR_MUST bool emit_source(emitter *e, zr_buf *out);
void emit_weights(const emitter *e, zr_buf *out);

/* The comment that opens each file. */
void emit_banner(const emitter *e, zr_buf *out, const char *file, const char *what);

/* Text of the model inside a comment: what could end it or be a trigraph is replaced. */
void emit_comment_text(zr_buf *out, const char *text);

/* Literals that give back the same value in C99 and C++. */
void emit_i64(zr_buf *out, int64_t value, bool wide);
void emit_f32(zr_buf *out, float value);

/* "16,384" */
void emit_grouped(zr_buf *out, int64_t value);

/* Bytes that the arena must be aligned to: the largest element a kernel reads there. */
int emit_alignment(const emitter *e);

/* A parameter struct of the step as an initializer, without the outer braces' semicolon. */
void emit_params(zr_buf *out, const zr_step *step);

/* Calls that repeat: `period` steps `count` times, whose pointers into the arena move by the same
 * number of bytes each time. */
typedef struct emit_loop {
    int first, period, count;
} emit_loop;

/* Step `i` of an inference, or behind those the steps of a reset, and then of a clip's end; how
 * many they are. */
const zr_step *emit_step(const zr_program *program, int i);
int emit_n_steps(const zr_program *program);

/* The parameter structs of all steps, equal ones once. Sets e->params. */
ZR_MUST bool emit_all_params(emitter *e, zr_buf *out);

/* The calls of the steps `first` to `first + n`, a paragraph a node or a region of strips; calls
 * that repeat are a loop. `hook` adds the layer hook. */
void emit_calls(const emitter *e, zr_buf *out, int first, int n, bool hook);

/* Steps of a region: what repeats is a loop, and what is before and behind it in the same way. */
void emit_rows(const emitter *e, zr_buf *out, int first, int end, bool hook);

/* One turn of the loop, indented by `margin`, with the variable `i` for its number when the loop
 * has several; each node's calls are followed by the hook. */
void emit_turn(const emitter *e, zr_buf *out, const emit_loop *l, int margin, bool hook);

/* Whether turn `turn` of the loop is its first one, moved on. */
bool emit_repeats(const emitter *e, const emit_loop *l, int turn);

/* Bytes by which argument `i` of the step moves from one turn to the next. */
long long emit_stride(const emitter *e, const emit_loop *l, int step, int i);

/* A comment: what the steps from `first` on do, one operator, or several by rows. */
void emit_heading(const emitter *e, zr_buf *out, const zr_step *first);

/* NAME_push_row, of a program that takes its input by rows. */
void emit_push_row(const emitter *e, zr_buf *out);

#endif
