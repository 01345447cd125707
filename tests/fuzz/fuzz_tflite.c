/* Models made of any bytes, through the whole compiler: import, verification, folding, lowering,
 * planning, a run on the host (where a check that verification lacks becomes a bad access) and the
 * generated code. */
#include "emit/emit.h"
#include "exec/samples.h"
#include "export/export.h"
#include "fuzz.h"
#include "import/tflite.h"
#include "ops/op.h"
#include "plan/plan.h"
#include "report/inspect.h"
#include "select/select.h"

/* A model may honestly ask for hours; we look for faults, and those show in small models. */
enum { MAX_WORK = 20 * 1000 * 1000, MAX_ARENA_BYTES = 16 << 20, MAX_EMIT_BYTES = 64 << 10 };

/* The search for regions tries all of them. */
enum { MAX_STREAM_NODES = 16, MAX_STREAM_ROWS = 256 };

/* Multiply-accumulates, elements computed and bytes of state of one run. */
static int64_t work(zr_ctx *cx, const zr_model *model)
{
    int64_t sum = 0;
    for (int g = 0; g < model->n_graphs; g++) {
        const zr_graph *graph = &model->graphs[g];
        for (int n = 0; n < graph->n_nodes; n++) {
            zr_site site = {cx, model, graph, &graph->nodes[n]};
            const zr_op *op = graph->nodes[n].op;
            int64_t macs = op && op->macs ? op->macs(&site) : 0;
            FUZZ_DEMAND(macs >= 0);
            sum += macs < MAX_WORK ? macs : MAX_WORK;
            for (int i = 0; i < site.node->n_inputs + site.node->n_outputs; i++) {
                int in = site.node->n_inputs;
                const zr_tensor *t = i < in ? zr_input(&site, i) : zr_output(&site, i - in);
                sum += t ? zr_elements(&t->shape) : 0;
            }
        }
    }
    for (int v = 0; v < model->n_variables; v++) sum += zr_elements(&model->variables[v].shape);
    return sum;
}

/* One inference; appends the bytes of the outputs. */
static void run(zr_ctx *cx, const zr_model *model, const zr_program *program, zr_buf *outputs)
{
    zr_exec exec;
    if (program->arena_bytes > MAX_ARENA_BYTES || work(cx, model) > MAX_WORK) return;
    FUZZ_DEMAND(zr_exec_init(cx, &exec, program));
    const zr_graph *graph = &model->graphs[0];
    for (int i = 0; i < graph->n_inputs; i++) {
        uint8_t *input = zr_exec_tensor(&exec, graph->inputs[i]);
        size_t bytes = zr_tensor_bytes(&graph->tensors[graph->inputs[i]]);
        /* Any values, the same ones every time. */
        for (size_t b = 0; b < bytes; b++) input[b] = (uint8_t)(b * 37 + 11);
    }
    zr_exec_run(&exec);
    for (int i = 0; i < graph->n_outputs; i++)
        zr_buf_add(outputs, zr_exec_tensor(&exec, graph->outputs[i]),
                   zr_tensor_bytes(&graph->tensors[graph->outputs[i]]));
}

static bool has_floats(const zr_model *model)
{
    for (int g = 0; g < model->n_graphs; g++)
        for (int t = 0; t < model->graphs[g].n_tensors; t++)
            if (zr_types[model->graphs[g].tensors[t].type].numpy == 'f') return true;
    return false;
}

/* Whether its input may come by rows in good time. */
static bool may_stream(const zr_model *model)
{
    const zr_graph *g = &model->graphs[0];
    for (int t = 0; t < g->n_tensors; t++)
        if (g->tensors[t].shape.rank == 4 && g->tensors[t].shape.dim[1] > MAX_STREAM_ROWS)
            return false;
    return g->n_nodes <= MAX_STREAM_NODES;
}

static size_t constant_bytes(const zr_program *program)
{
    size_t bytes = 0;
    for (int i = 0; i < program->n_consts; i++)
        bytes += (size_t)program->consts[i].count * sizeof(int64_t);
    return bytes;
}

/* A model that was accepted can be written, and what was written is a model: the same when it is
 * written again. */
static void write_and_read(zr_ctx *cx, const zr_model *model)
{
    zr_model again;
    zr_bytes once, twice;
    FUZZ_DEMAND(zr_export_tflite(cx, model, &once));
    FUZZ_DEMAND(zr_tflite_parse(cx, "written.tflite", once, &again) && cx->n_errors == 0);
    FUZZ_DEMAND(zr_export_tflite(cx, &again, &twice));
    FUZZ_DEMAND(once.size == twice.size && !memcmp(once.data, twice.data, once.size));
}

/* Everything that zerre does with a model; `outputs` gets what it computes, nothing when it was not
 * run. `options` as for zr_make_program. */
static void compile(zr_ctx *cx, zr_bytes bytes, const zr_select_options *options, zr_buf *outputs)
{
    zr_model model, read;
    zr_program program;
    zr_generated generated;
    zr_summary summary;
    zr_buf text;
    bool ok = zr_tflite_parse(cx, "fuzz.tflite", bytes, &model);
    /* True with errors is allowed: every problem is to be shown. */
    FUZZ_DEMAND(ok || zr_exit_status(cx) != 0);
    if (!ok || (options && options->stream && !may_stream(&model))) return;
    FUZZ_DEMAND(zr_model_copy(cx, &model, &read));
    ok = zr_make_program(cx, &model, options, &program);
    fuzz_demand_errors(cx, ok);
    zr_buf_init(&text, cx);
    FUZZ_DEMAND(zr_summarize(cx, &model, ok ? &program : NULL, &summary));
    zr_inspect_text(&summary, &text);
    FUZZ_DEMAND(zr_inspect_json(cx, &summary, &text));
    zr_inspect_dot(cx, &summary, &text);
    if (!ok) return;
    write_and_read(cx, &read);
    FUZZ_DEMAND(zr_plan_prove(cx, &program));
    FUZZ_DEMAND(program.arena_bytes >= zr_plan_bound(&program));
    run(cx, &model, &program, outputs);
    if (has_floats(&model)) outputs->size = 0; /* variants may round them differently */
    if (constant_bytes(&program) <= MAX_EMIT_BYTES)
        FUZZ_DEMAND(zr_emit(cx, &program, "fuzz", &generated));
}

/* A model of clips that can take a few frames at a time gives the same bits step by step. */
static void step_through(zr_ctx *cx, zr_bytes bytes)
{
    zr_model model;
    zr_streaming s;
    zr_program whole;
    if (!zr_tflite_parse(cx, "fuzz.tflite", bytes, &model) || has_floats(&model) ||
        !may_stream(&model))
        return;
    bool ok = zr_make_streaming(cx, &model, NULL, &s);
    fuzz_demand_errors(cx, ok);
    if (!ok || work(cx, &s.whole) > MAX_WORK ||
        s.stream.steps * work(cx, &s.stream.model) > MAX_WORK ||
        s.step.arena_bytes > MAX_ARENA_BYTES || s.end.arena_bytes > MAX_ARENA_BYTES)
        return;
    const zr_graph *g = &s.whole.graphs[0];
    size_t clip = zr_tensor_bytes(&g->tensors[g->inputs[0]]);
    size_t lead = clip / (size_t)s.stream.clip_frames * (size_t)s.stream.lead_frames;
    uint8_t *input = ZR_NEW(cx, uint8_t, clip + 1);
    const uint8_t *inputs[1] = {input};
    zr_samples samples = {1, inputs};
    zr_clip steps = {&s.step, s.stream.has_end ? &s.end : NULL, s.stream.steps, lead, clip};
    zr_array *a = ZR_NEW(cx, zr_array, (size_t)g->n_outputs + 1);
    zr_array *b = ZR_NEW(cx, zr_array, (size_t)g->n_outputs + 1);
    FUZZ_DEMAND(input && a && b);
    for (size_t i = 0; i < clip; i++) input[i] = (uint8_t)(i * 37 + i / 7);
    FUZZ_DEMAND(zr_plan_prove(cx, &s.step) && (!steps.end || zr_plan_prove(cx, &s.end)));
    FUZZ_DEMAND(zr_lower_model(cx, &s.whole, NULL, &whole) && zr_plan(cx, &whole));
    FUZZ_DEMAND(zr_samples_run(cx, &whole, &samples, NULL, NULL, a));
    FUZZ_DEMAND(zr_clips_run(cx, &steps, &samples, NULL, NULL, b));
    for (int i = 0; i < g->n_outputs; i++)
        FUZZ_DEMAND(a[i].bytes == b[i].bytes && !memcmp(a[i].data, b[i].data, a[i].bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Variants of a kernel give the same bits as the reference, and so does an input that comes by
     * rows, where it can. */
    static const zr_select_options fast = {.isa = ~0u, .goal = ZR_GOAL_SPEED};
    static const zr_select_options rows = {.isa = ~0u, .goal = ZR_GOAL_RAM, .stream = true};
    static const zr_select_options *const options[] = {NULL, &fast, &rows};
    enum { N = sizeof options / sizeof *options };
    zr_ctx cx[N];
    zr_buf outputs[N];
    uint8_t *copy = fuzz_copy(data, size);
    int n = 0;
    do {
        zr_ctx_init(&cx[n]);
        zr_buf_init(&outputs[n], &cx[n]);
        compile(&cx[n], (zr_bytes){copy, size}, options[n], &outputs[n]);
        n++;
    } while (n < N && !zr_exit_status(&cx[0])); /* not a model: once is enough */
    for (int i = 1; i < n; i++) {
        FUZZ_DEMAND(outputs[0].size == outputs[i].size || (options[i]->stream && !outputs[i].size));
        FUZZ_DEMAND(!outputs[i].size || !memcmp(outputs[0].data, outputs[i].data, outputs[0].size));
    }
    if (!zr_exit_status(&cx[0])) {
        zr_ctx steps;
        zr_ctx_init(&steps);
        step_through(&steps, (zr_bytes){copy, size});
        zr_ctx_free(&steps);
    }
    while (n > 0) zr_ctx_free(&cx[--n]);
    free(copy);
    return 0;
}
