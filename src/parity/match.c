#include "parity/match.h"

#include <string.h>

#include "ops/op.h"

/* The table of the search has one byte a pair. */
static const int64_t MAX_PAIRS = INT64_C(1) << 26;

/* What two nodes have in common is worth. A RELU of its own and a convolution with a fused one end
 * in the same values; a convolution before its RELU and one with it do not. */
enum { OTHER_END = -1, SAME_OP = 2, SAME_END = 3, SAME_BEGIN = 4, SAME_NAME = 8 };

enum { RELU_CODES = 4 };

/* The last thing that the node does to its values: the fused activation by its number in the
 * schema, else the operator. */
static const zr_op *end_of(const zr_node *node)
{
    static const zr_op_id fused[RELU_CODES] = {ZR_OP_COUNT, ZR_OP_RELU, ZR_OP_RELU_N1_TO_1,
                                               ZR_OP_RELU6};
    for (int i = 0; node->attrs && i < node->op->n_fields; i++) {
        int32_t value;
        if (strcmp(node->op->fields[i].name, "activation") != 0) continue;
        memcpy(&value, (const char *)node->attrs + node->op->fields[i].offset, sizeof value);
        if (value > 0 && value < RELU_CODES) return zr_ops[fused[value]].op;
    }
    return node->op;
}

static const zr_tensor *first_output(const zr_graph *graph, const zr_node *node)
{
    return node->n_outputs && node->outputs[0] >= 0 ? &graph->tensors[node->outputs[0]] : NULL;
}

/* Converters join the names of fused operators with semicolons, the last operator's first. */
static int name_score(const char *a, const char *b)
{
    size_t n = strcspn(a, ";");
    if (!*a || !*b) return 0;
    if (!strcmp(a, b)) return SAME_NAME;
    return n == strcspn(b, ";") && !strncmp(a, b, n) ? SAME_BEGIN : 0;
}

static bool only_converts(const zr_node *node)
{
    return node->op == zr_ops[ZR_OP_QUANTIZE].op || node->op == zr_ops[ZR_OP_DEQUANTIZE].op;
}

/* 0: no partners. */
static int score(const zr_graph *real, const zr_node *a, const zr_graph *quantized,
                 const zr_node *b)
{
    const zr_tensor *x = first_output(real, a), *y = first_output(quantized, b);
    if (!a->op || !b->op || !x || !y || x->type != ZR_F32 || only_converts(a) || only_converts(b) ||
        y->type == ZR_RESOURCE || zr_elements(&x->shape) != zr_elements(&y->shape))
        return 0;
    int sum = 1 + name_score(x->name, y->name);
    if (a->op == b->op) sum += SAME_OP;
    sum += end_of(a) == end_of(b) ? SAME_END : OTHER_END;
    return sum < 1 ? 1 : sum;
}

enum step { PAIR, SKIP_REAL, SKIP_QUANTIZED };

bool zr_parity_match(zr_ctx *cx, const zr_model *real, const zr_model *quantized, int **partner)
{
    const zr_graph *f = &real->graphs[0], *q = &quantized->graphs[0];
    size_t rows = (size_t)f->n_nodes, columns = (size_t)q->n_nodes;
    if ((int64_t)rows * (int64_t)columns > MAX_PAIRS)
        return zr_fail(cx, ZR_E_UNSUPPORTED, ZR_NOWHERE,
                       "models of %d and %d operators are too large to compare", f->n_nodes,
                       q->n_nodes);
    uint8_t *steps = zr_alloc(cx, (rows + 1) * (columns + 1), 1);
    int *best = ZR_NEW(cx, int, columns + 1), *above = ZR_NEW(cx, int, columns + 1);
    int *found = ZR_NEW(cx, int, columns + 1);
    if (!steps || !best || !above || !found) return false;
    /* The longest common subsequence, weighted (Wagner and Fischer 1974). */
    for (size_t i = 1; i <= rows; i++) {
        memcpy(above, best, (columns + 1) * sizeof *best);
        for (size_t k = 1; k <= columns; k++) {
            int common = score(f, &f->nodes[i - 1], q, &q->nodes[k - 1]);
            uint8_t *step = &steps[i * (columns + 1) + k];
            *step = SKIP_REAL;
            best[k] = above[k];
            if (best[k - 1] > best[k]) *step = SKIP_QUANTIZED, best[k] = best[k - 1];
            if (common && above[k - 1] + common > best[k])
                *step = PAIR, best[k] = above[k - 1] + common;
        }
    }
    for (size_t k = 0; k < columns; k++) found[k] = -1;
    for (size_t i = rows, k = columns; i && k;) {
        uint8_t step = steps[i * (columns + 1) + k];
        if (step == PAIR) found[k - 1] = (int)i - 1;
        i -= step != SKIP_QUANTIZED;
        k -= step != SKIP_REAL;
    }
    *partner = found;
    return true;
}
