#include "report/inspect.h"

#include <cjson/cJSON.h>
#include <string.h>

static void port_text(const zr_model *model, const char *what, const int32_t *list, int n,
                      zr_buf *out)
{
    for (int i = 0; i < n; i++) {
        const zr_tensor *t = &model->graphs[0].tensors[list[i]];
        zr_buf_printf(out, "%-8s%s  %s %s", what, t->name, zr_shape_text(out->cx, &t->shape),
                      zr_types[t->type].name);
        if (t->quant.n == 1)
            zr_buf_printf(out, "  scale %.9g, zero point %lld", (double)t->quant.scale[0],
                          (long long)t->quant.zero_point[0]);
        zr_buf_text(out, "\n");
    }
}

static const char *output_shape(zr_ctx *cx, const zr_graph *graph, const zr_node *node)
{
    return node->n_outputs ? zr_shape_text(cx, &graph->tensors[node->outputs[0]].shape) : "-";
}

void zr_inspect_text(const zr_summary *s, zr_buf *out)
{
    const zr_graph *g = &s->model->graphs[0];
    zr_buf_printf(out, "%s\nsha256  %s\n", s->model->file, s->model->sha256);
    if (s->model->description[0]) zr_buf_printf(out, "about   %s\n", s->model->description);
    port_text(s->model, "input", g->inputs, g->n_inputs, out);
    port_text(s->model, "output", g->outputs, g->n_outputs, out);
    for (int v = 0; v < s->model->n_variables; v++)
        zr_buf_printf(out, "%-8s%s  %s %s\n", "state", s->model->variables[v].name,
                      zr_shape_text(out->cx, &s->model->variables[v].shape),
                      zr_types[s->model->variables[v].type].name);
    zr_buf_printf(out, "\n%4s  %-24s %-18s %12s %10s %10s\n", "#", "operator", "output", "MACs",
                  "weights B", "arena B");
    for (int i = 0; i < s->n_layers; i++) {
        const zr_layer *l = &s->layers[i];
        zr_buf_printf(out, "%4d  %-24s %-18s %12lld %10lld %10lld%s\n", l->node->index,
                      l->node->op_name, output_shape(out->cx, g, l->node), (long long)l->macs,
                      (long long)l->weights_bytes, (long long)l->arena_bytes,
                      l->node->op ? "" : "  not supported");
    }
    zr_buf_printf(out, "%4s  %-24s %-18s %12lld %10lld %10lld\n", "", "total", "",
                  (long long)s->macs, (long long)s->weights_bytes,
                  (long long)(s->program ? s->program->arena_bytes : 0));
    if (!s->stream) return;
    zr_buf_text(out, "\n");
    zr_stream_figures_text(s->stream, out);
}

static cJSON *shape_json(const zr_shape *shape)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < shape->rank; i++)
        cJSON_AddItemToArray(list, cJSON_CreateNumber(shape->dim[i]));
    return list;
}

static void ports_json(cJSON *root, const char *key, const zr_graph *g, const int32_t *list, int n)
{
    cJSON *array = cJSON_AddArrayToObject(root, key);
    for (int i = 0; i < n; i++) {
        const zr_tensor *t = &g->tensors[list[i]];
        cJSON *port = cJSON_CreateObject();
        cJSON_AddStringToObject(port, "name", t->name);
        cJSON_AddItemToObject(port, "shape", shape_json(&t->shape));
        cJSON_AddStringToObject(port, "type", zr_types[t->type].name);
        if (t->quant.n == 1) {
            cJSON_AddNumberToObject(port, "scale", (double)t->quant.scale[0]);
            cJSON_AddNumberToObject(port, "zero_point", (double)t->quant.zero_point[0]);
        } else {
            cJSON_AddNullToObject(port, "scale");
            cJSON_AddNullToObject(port, "zero_point");
        }
        cJSON_AddItemToArray(array, port);
    }
}

bool zr_json_print(zr_ctx *cx, cJSON *tree, zr_buf *out)
{
    char *text = tree ? cJSON_Print(tree) : NULL;
    cJSON_Delete(tree);
    if (!text) return zr_fail(cx, ZR_E_MEMORY, ZR_NOWHERE, "out of memory");
    zr_buf_text(out, text);
    zr_buf_text(out, "\n");
    cJSON_free(text);
    return !out->failed;
}

bool zr_inspect_json(zr_ctx *cx, const zr_summary *s, zr_buf *out)
{
    const zr_graph *g = &s->model->graphs[0];
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "model", s->model->file);
    cJSON_AddStringToObject(root, "sha256", s->model->sha256);
    cJSON_AddStringToObject(root, "description", s->model->description);
    ports_json(root, "inputs", g, g->inputs, g->n_inputs);
    ports_json(root, "outputs", g, g->outputs, g->n_outputs);
    cJSON *operators = cJSON_AddArrayToObject(root, "operators");
    for (int i = 0; i < s->n_layers; i++) {
        const zr_layer *l = &s->layers[i];
        cJSON *op = cJSON_CreateObject();
        cJSON_AddNumberToObject(op, "index", l->node->index);
        cJSON_AddStringToObject(op, "op", l->node->op_name);
        cJSON_AddBoolToObject(op, "supported", l->node->op != NULL);
        if (l->node->n_outputs) {
            const zr_tensor *t = &g->tensors[l->node->outputs[0]];
            cJSON_AddStringToObject(op, "name", t->name);
            cJSON_AddItemToObject(op, "output_shape", shape_json(&t->shape));
            cJSON_AddStringToObject(op, "output_type", zr_types[t->type].name);
        }
        cJSON_AddNumberToObject(op, "macs", (double)l->macs);
        cJSON_AddNumberToObject(op, "weights_bytes", (double)l->weights_bytes);
        cJSON_AddNumberToObject(op, "arena_bytes", (double)l->arena_bytes);
        cJSON_AddItemToArray(operators, op);
    }
    cJSON_AddNumberToObject(root, "macs", (double)s->macs);
    cJSON_AddNumberToObject(root, "weights_bytes", (double)s->weights_bytes);
    if (s->program)
        cJSON_AddNumberToObject(root, "arena_bytes", (double)s->program->arena_bytes);
    else
        cJSON_AddNullToObject(root, "arena_bytes");
    if (s->stream) zr_stream_figures_json(s->stream, root);
    return zr_json_print(cx, root, out);
}

/* A label of the picture: quotes and backslashes would end it. */
static void label(zr_buf *out, const char *text)
{
    for (const char *s = text; *s; s++) {
        if (*s == '"' || *s == '\\') zr_buf_text(out, "\\");
        zr_buf_add(out, s, 1);
    }
}

static void dot_ports(const zr_graph *g, const char *kind, const int32_t *list, int n, zr_buf *out)
{
    for (int i = 0; i < n; i++) {
        zr_buf_printf(out, "  %s%d [shape=ellipse, label=\"", kind, list[i]);
        label(out, g->tensors[list[i]].name);
        zr_buf_printf(out, "\\n%s\"];\n", zr_types[g->tensors[list[i]].type].name);
    }
}

void zr_inspect_dot(zr_ctx *cx, const zr_summary *s, zr_buf *out)
{
    const zr_graph *g = &s->model->graphs[0];
    int *producer = ZR_NEW(cx, int, (size_t)g->n_tensors + 1);
    if (!producer) return;
    for (int t = 0; t < g->n_tensors; t++) producer[t] = -1;
    zr_buf_text(out, "digraph model {\n  node [shape=box, fontname=\"sans-serif\", fontsize=11];\n"
                     "  edge [fontname=\"sans-serif\", fontsize=9];\n");
    dot_ports(g, "in", g->inputs, g->n_inputs, out);
    dot_ports(g, "out", g->outputs, g->n_outputs, out);
    for (int n = 0; n < g->n_nodes; n++) {
        const zr_node *node = &g->nodes[n];
        zr_buf_printf(out, "  n%d [label=\"%d: ", n, node->index);
        label(out, node->op_name);
        if (s->layers[n].macs) zr_buf_printf(out, "\\n%lld MACs", (long long)s->layers[n].macs);
        zr_buf_printf(out, "\"%s];\n", node->op ? "" : ", color=red");
        for (int i = 0; i < node->n_inputs; i++) {
            int t = node->inputs[i];
            if (t < 0 || g->tensors[t].data) continue;
            if (producer[t] >= 0)
                zr_buf_printf(out, "  n%d -> n%d", producer[t], n);
            else
                zr_buf_printf(out, "  in%d -> n%d", t, n);
            zr_buf_printf(out, " [label=\"%s\"];\n", zr_shape_text(cx, &g->tensors[t].shape));
        }
        for (int i = 0; i < node->n_outputs; i++) producer[node->outputs[i]] = n;
    }
    for (int i = 0; i < g->n_outputs; i++) {
        int t = g->outputs[i];
        if (producer[t] < 0) continue;
        zr_buf_printf(out, "  n%d -> out%d [label=\"%s\"];\n", producer[t], t,
                      zr_shape_text(cx, &g->tensors[t].shape));
    }
    zr_buf_text(out, "}\n");
}
