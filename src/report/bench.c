#include "report/bench.h"

#include <cjson/cJSON.h>

#include "ops/op.h"
#include "report/score.h"

/* The first step with a fast or reference kernel of layer `layer` of the generated code: layers are
 * the nodes that have calls. */
static const zr_step *layer_step(const zr_program *p, int layer)
{
    for (int node = 0, n = -1; node < p->model->graphs[0].n_nodes; node++) {
        const zr_step *found = NULL;
        for (int s = 0; s < p->n_steps && !found; s++)
            if (p->steps[s].node == node && !zr_step_receives(&p->steps[s])) found = &p->steps[s];
        if (found && ++n == layer) return found;
    }
    return &p->steps[0];
}

static void add_layers(const zr_summary *s, const zr_bench_result *r, zr_buf *out)
{
    zr_buf_printf(out, "\n%4s  %-22s %-28s %12s %12s %9s", "#", "operator", "kernel", "MACs",
                  "instructions", "per MAC");
    if (r->layer_cycles) zr_buf_printf(out, " %12s", "cycles");
    zr_buf_printf(out, " %8s\n", "arena B");
    for (int i = 0; i < r->n_layers; i++) {
        const zr_step *step = layer_step(s->program, i);
        const zr_layer *l = &s->layers[step->node];
        zr_buf_printf(out, "%4d  %-22s %-28s %12lld %12llu ", l->node->index, l->node->op_name,
                      step->kernel->name, (long long)l->macs,
                      (unsigned long long)r->layer_instructions[i]);
        if (l->macs)
            zr_buf_printf(out, "%9.2f", (double)r->layer_instructions[i] / (double)l->macs);
        else
            zr_buf_printf(out, "%9s", "");
        if (r->layer_cycles) zr_buf_printf(out, " %12lld", (long long)r->layer_cycles[i]);
        zr_buf_printf(out, " %8lld\n", (long long)l->arena_bytes);
    }
}

void zr_bench_text(const zr_summary *s, const zr_bench_result *r, const zr_hearing *h,
                   int64_t n_samples, zr_buf *out)
{
    zr_buf_printf(out, "%s on %s\n  %s\n  %s\n\n", s->model->file, r->target->name, r->compiler,
                  r->emulator);
    zr_buf_printf(out, "instructions  %10llu   of one inference, mean of %lld\n",
                  (unsigned long long)r->instructions, (long long)n_samples);
    if (s->macs)
        zr_buf_printf(out, "  per MAC     %10.2f   (%lld multiply-accumulates)\n",
                      (double)r->instructions / (double)s->macs, (long long)s->macs);
    if (r->push_most)
        zr_buf_printf(out, "  a row       %10llu   at most\n", (unsigned long long)r->push_most);
    if (r->cycles >= 0)
        zr_buf_printf(out, "cycles        %10lld   estimated (%lld to %lld), %d wait states\n",
                      (long long)r->cycles, (long long)r->cycles_least, (long long)r->cycles_most,
                      r->wait_states);
    zr_buf_printf(out, "RAM           %10u   bytes: arena %u, stack %u, static %u\n",
                  r->arena_bytes + r->stack_bytes + r->static_bytes, r->arena_bytes, r->stack_bytes,
                  r->static_bytes);
    zr_buf_printf(out, "flash         %10u   bytes: code %u, weights %u\n",
                  r->code_bytes + r->weights_bytes, r->code_bytes, r->weights_bytes);
    if (s->stream) {
        zr_buf_text(out, "\nstreaming\n");
        zr_stream_figures_text(s->stream, out);
    }
    if (h) zr_hearing_text(h, r, out);
    if (r->n_layers) add_layers(s, r, out);
}

/* A negative number means that there is none. */
static void add_cycles(cJSON *object, const char *name, int64_t cycles)
{
    cJSON_AddItemToObject(object, name,
                          cycles >= 0 ? cJSON_CreateNumber((double)cycles) : cJSON_CreateNull());
}

bool zr_bench_json(zr_ctx *cx, const zr_summary *s, const zr_bench_result *r, const zr_hearing *h,
                   int64_t n_samples, zr_buf *out)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "model", s->model->file);
    cJSON_AddStringToObject(root, "target", r->target->name);
    cJSON_AddStringToObject(root, "compiler", r->compiler);
    cJSON_AddStringToObject(root, "emulator", r->emulator);
    cJSON_AddNumberToObject(root, "inferences", (double)n_samples);
    cJSON_AddNumberToObject(root, "instructions", (double)r->instructions);
    if (r->push_most) cJSON_AddNumberToObject(root, "push_instructions_max", (double)r->push_most);
    add_cycles(root, "cycles", r->cycles);
    add_cycles(root, "cycles_least", r->cycles_least);
    add_cycles(root, "cycles_most", r->cycles_most);
    cJSON_AddItemToObject(root, "cycle_model",
                          r->cycles >= 0 ? cJSON_CreateString(r->cycle_model) : cJSON_CreateNull());
    cJSON_AddNumberToObject(root, "wait_states", r->wait_states);
    cJSON_AddNumberToObject(root, "macs", (double)s->macs);
    cJSON_AddNumberToObject(root, "ram_bytes",
                            (double)r->arena_bytes + r->stack_bytes + r->static_bytes);
    cJSON_AddNumberToObject(root, "arena_bytes", r->arena_bytes);
    cJSON_AddNumberToObject(root, "stack_bytes", r->stack_bytes);
    cJSON_AddNumberToObject(root, "static_bytes", r->static_bytes);
    cJSON_AddNumberToObject(root, "flash_bytes", (double)r->code_bytes + r->weights_bytes);
    cJSON_AddNumberToObject(root, "code_bytes", r->code_bytes);
    cJSON_AddNumberToObject(root, "weights_bytes", r->weights_bytes);
    if (s->stream) zr_stream_figures_json(s->stream, root);
    if (h) zr_hearing_json(h, r, root);
    cJSON *layers = cJSON_AddArrayToObject(root, "layers");
    for (int i = 0; i < r->n_layers; i++) {
        const zr_step *step = layer_step(s->program, i);
        const zr_layer *l = &s->layers[step->node];
        const zr_graph *g = &s->model->graphs[0];
        cJSON *layer = cJSON_CreateObject();
        cJSON_AddStringToObject(layer, "name",
                                l->node->n_outputs ? g->tensors[l->node->outputs[0]].name : "");
        cJSON_AddStringToObject(layer, "op", l->node->op_name);
        cJSON_AddStringToObject(layer, "kernel", step->kernel->name);
        cJSON_AddNumberToObject(layer, "instructions", (double)r->layer_instructions[i]);
        add_cycles(layer, "cycles", r->layer_cycles ? r->layer_cycles[i] : -1);
        cJSON_AddNumberToObject(layer, "macs", (double)l->macs);
        cJSON_AddNumberToObject(layer, "arena_bytes", (double)l->arena_bytes);
        cJSON_AddItemToArray(layers, layer);
    }
    return zr_json_print(cx, root, out);
}

bool zr_bench_answers(zr_ctx *cx, const char *labels_file, const zr_array *scores,
                      const zr_array *labels, zr_buf *out)
{
    zr_accuracy a;
    if (!zr_score_accuracy(cx, labels_file, scores, labels, &a)) return false;
    zr_buf_text(out, "sample  answer  expected\n");
    for (int64_t i = 0; i < a.n; i++) {
        int answer = zr_score_best(scores, i), label = (int)zr_array_number(labels, i);
        zr_buf_printf(out, "%6lld  %6d  %8d%s\n", (long long)i, answer, label,
                      answer == label ? "" : "   wrong");
    }
    zr_buf_printf(out, "%lld of %lld right\n\n", (long long)a.right, (long long)a.n);
    return true;
}
