#include <string.h>

#include "exec/exec.h"
#include "import/import.h"
#include "ops/lower.h"
#include "passes/prepare.h"
#include "plan/plan.h"
#include "test.h"

/* Operators computed a strip of rows at a time, with every choice of the lines that keep their rows
 * late: the same answer as one after the other. Random models are in tests/conformance. */

enum { CLASSES = 10, LAST = 8, LINES = LAST };

static bool load(zr_ctx *cx, zr_model *model)
{
    const char *path = zr_test_data(cx, "../../../models/digits/digits_int8.tflite");
    return path && zr_import(cx, path, model) && zr_prepare(cx, model);
}

/* The arena that the choice takes, and its answer to a picture of noise; 0: it failed. */
static size_t answer(zr_ctx *cx, const zr_model *model, const zr_choice *choice, int8_t *scores)
{
    const zr_graph *graph = &model->graphs[0];
    zr_program program;
    zr_exec exec;
    if (!zr_lower_model(cx, model, choice, &program) || !zr_plan(cx, &program) ||
        !zr_exec_init(cx, &exec, &program))
        return 0;
    int8_t *in = zr_exec_tensor(&exec, graph->inputs[0]);
    size_t n = zr_tensor_bytes(&graph->tensors[graph->inputs[0]]);
    uint32_t state = 5;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        in[i] = (int8_t)(state >> 24);
    }
    zr_exec_run(&exec);
    memcpy(scores, zr_exec_tensor(&exec, graph->outputs[0]), CLASSES);
    return program.arena_bytes;
}

ZR_TEST(strips_have_the_same_answer_however_rows_are_kept)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_model model;
    int8_t expected[CLASSES], actual[CLASSES];
    if (!CHECK(load(&cx, &model))) return;
    const zr_variant **variants = ZR_NEW(&cx, const zr_variant *, (size_t)model.graphs[0].n_nodes);
    zr_choice whole = {.variants = variants};
    CHECK(answer(&cx, &model, &whole, expected));
    size_t least = SIZE_MAX, most = 0;
    for (int rows = 1; rows <= 2; rows++)
        for (uint64_t late = 0; late < 1 << LINES; late += (uint64_t)rows) {
            zr_ctx scratch;
            zr_ctx_init(&scratch);
            zr_region region = {0, LAST, rows, false, late};
            zr_choice choice = {variants, &region, 1};
            size_t bytes = answer(&scratch, &model, &choice, actual);
            zr_ctx_free(&scratch);
            if (!CHECK(bytes) || !CHECK_BYTES(actual, CLASSES, expected, CLASSES)) return;
            if (bytes < least) least = bytes;
            if (bytes > most) most = bytes;
        }
    CHECK(least < most); /* so it makes a difference */
    zr_ctx_free(&cx);
}
