/* Models of clips that take a few frames at a time. */
#include <limits.h>
#include <string.h>

#include "exec/samples.h"
#include "import/import.h"
#include "ops/op.h"
#include "passes/prepare.h"
#include "passes/stream.h"
#include "plan/plan.h"
#include "select/select.h"
#include "test.h"

static bool read_model(zr_ctx *cx, const char *name, zr_model *model)
{
    const char *path = zr_test_data(cx, zr_format(cx, "../../../models/%s/model.tflite", name));
    return path && zr_import(cx, path, model);
}

static const zr_tensor *input_of(const zr_model *model)
{
    return &model->graphs[0].tensors[model->graphs[0].inputs[0]];
}

static int count(const zr_graph *g, zr_op_id op)
{
    int n = 0;
    for (int i = 0; i < g->n_nodes; i++) n += g->nodes[i].op == zr_ops[op].op;
    return n;
}

ZR_TEST(stream_of_keywords)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_model model = {0};
    zr_stream s = {0};
    static const zr_stream_options options = {.whole_windows = 4};
    bool ok = read_model(&cx, "keywords", &model) && zr_prepare(&cx, &model) &&
              zr_stream_time(&cx, &model, &options, &s);
    CHECK(ok);
    if (ok) {
        CHECK_EQ(s.step_frames, 8); /* three strides of 2 */
        CHECK_EQ(s.clip_frames, 49);
        CHECK_EQ(s.steps, 7);
        CHECK_EQ(s.lead_frames, 7 * 8 - 49);
        CHECK(s.has_end);
        CHECK_EQ(s.delay_frames, 24); /* three of six rows, each of eight frames */
        CHECK_EQ(input_of(&s.model)->shape.dim[1], 8);
        CHECK_EQ(s.model.n_graphs, 2);
        CHECK_EQ(s.model.graphs[1].n_inputs, 0);
        CHECK(count(&s.model.graphs[0], ZR_OP_ASSIGN_VARIABLE) > 0);
        CHECK_EQ(count(&s.model.graphs[1], ZR_OP_ASSIGN_VARIABLE), 0);
        /* The clip's model is as it was. */
        CHECK_EQ(input_of(&model)->shape.dim[1], 49);
    }
    zr_ctx_free(&cx);
}

/* Steps through the clip by hand; the end is asked after every step, which may change nothing. */
static void step_through(zr_ctx *cx, const zr_streaming *s, const uint8_t *clip, uint8_t *answer)
{
    zr_exec step = {0}, end = {0};
    const zr_graph *g = &s->step.model->graphs[0], *last = &s->end_model.graphs[0];
    size_t bytes = zr_tensor_bytes(input_of(s->step.model));
    size_t lead = bytes / (size_t)s->stream.step_frames * (size_t)s->stream.lead_frames;
    bool ok = zr_exec_init(cx, &step, &s->step) && zr_exec_share(cx, &end, &s->end, &step);
    CHECK(ok);
    if (!ok) return;
    for (int turn = 0; turn < 2; turn++) {
        const uint8_t *from = clip;
        size_t skip = lead;
        zr_exec_reset(&step);
        for (int i = 0; i < s->stream.steps; i++) {
            uint8_t *input = zr_exec_tensor(&step, g->inputs[0]);
            memset(input, 0x33, skip);
            memcpy(input + skip, from, bytes - skip);
            from += bytes - skip;
            skip = 0;
            zr_exec_run(&step);
            zr_exec_run(&end);
        }
    }
    memcpy(answer, zr_exec_tensor(&end, last->outputs[0]),
           zr_tensor_bytes(&last->tensors[last->outputs[0]]));
}

ZR_TEST(stream_end_changes_nothing)
{
    static const char *const names[] = {"keywords", "sounds"};
    for (int m = 0; m < 2; m++) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        zr_model model = {0};
        zr_streaming s = {0};
        zr_program whole = {0};
        zr_exec exec = {0};
        uint8_t clip[49 * 40], answer[12];
        for (size_t i = 0; i < sizeof clip; i++) clip[i] = (uint8_t)(i * i * 31 + i / 40);
        bool ok = read_model(&cx, names[m], &model) && zr_make_streaming(&cx, &model, NULL, &s) &&
                  zr_lower_model(&cx, &s.whole, NULL, &whole) && zr_plan(&cx, &whole) &&
                  zr_exec_init(&cx, &exec, &whole);
        CHECK(ok);
        if (ok) {
            const zr_graph *g = &s.whole.graphs[0];
            size_t bytes = zr_tensor_bytes(&g->tensors[g->outputs[0]]);
            CHECK(s.step_macs * 5 < s.whole_macs);
            step_through(&cx, &s, clip, answer);
            memcpy(zr_exec_tensor(&exec, g->inputs[0]), clip, sizeof clip);
            zr_exec_run(&exec);
            CHECK_BYTES(answer, bytes, zr_exec_tensor(&exec, g->outputs[0]), bytes);
        }
        zr_ctx_free(&cx);
    }
}

/* However windows are kept, a step computes the same; rows of windows that stay in their variable
 * need no arena. */
ZR_TEST(stream_windows)
{
    static const int windows[] = {INT_MAX, 8, 2, 0};
    uint8_t first[12] = {0};
    int64_t state = 0;
    size_t arena = 0;
    for (int i = 0; i < 4; i++) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        zr_model model = {0};
        zr_stream s = {0};
        zr_program program = {0};
        zr_exec exec = {0};
        zr_stream_options options = {.whole_windows = windows[i]};
        bool ok = read_model(&cx, "keywords", &model) && zr_prepare(&cx, &model) &&
                  zr_stream_time(&cx, &model, &options, &s) &&
                  zr_make_program(&cx, &s.model, NULL, &program) &&
                  zr_exec_init(&cx, &exec, &program);
        CHECK(ok);
        if (ok) {
            const zr_graph *g = &s.model.graphs[0];
            int64_t bytes = 0;
            for (int v = 0; v < s.model.n_variables; v++)
                bytes +=
                    (int64_t)zr_shape_bytes(&s.model.variables[v].shape, s.model.variables[v].type);
            CHECK_EQ(bytes, s.state_bytes);
            for (int step = 0; step < 9; step++) {
                uint8_t *input = zr_exec_tensor(&exec, g->inputs[0]);
                for (int k = 0; k < 8 * 40; k++) input[k] = (uint8_t)(k * k * 7 + step * 31);
                zr_exec_run(&exec);
            }
            const uint8_t *out = zr_exec_tensor(&exec, g->outputs[0]);
            if (i == 0) memcpy(first, out, sizeof first);
            CHECK_BYTES(out, sizeof first, first, sizeof first);
            CHECK(i == 0 || s.state_bytes >= state);
            CHECK(i == 0 || program.arena_bytes <= arena);
            state = s.state_bytes;
            arena = program.arena_bytes;
        }
        zr_ctx_free(&cx);
    }
}

static bool make(zr_ctx *cx, void *data)
{
    static const zr_stream_options options = {.portable = true, .whole_windows = 4};
    zr_model model;
    zr_stream s;
    const char *path = zr_test_data(cx, "../../models/convolutions.tflite");
    (void)data;
    return path && zr_import(cx, path, &model) && zr_prepare(cx, &model) &&
           zr_stream_time(cx, &model, &options, &s);
}

ZR_TEST(stream_out_of_memory)
{
    CHECK_MEMORY(make, NULL);
}
