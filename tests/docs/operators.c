/* Writes the table of operators in README.md: each operator with the element types that it takes.
 *
 * An operator's types are what its own check() accepts: the test cases of its folder as they are,
 * and again with every other type in the place of the data's. So the table says neither more nor
 * less than the compiler does. The type is that of the first input that is not a constant; of the
 * output for operators without one. */
#include <stdio.h>
#include <string.h>

#include "ops/case.h"
#include "ops/verify.h"

#define ZR_OP(NAME, symbol) extern const zr_case zr_cases_##symbol[];
#include "ops/ops.def"
#undef ZR_OP

static const zr_case *const cases[ZR_OP_COUNT] = {
#define ZR_OP(NAME, symbol) zr_cases_##symbol,
#include "ops/ops.def"
#undef ZR_OP
};

enum { MAX_TENSORS = 10, CONSTANT_BYTES = 4096 };

/* What may stand in the place of a constant whose type was exchanged. */
static const uint8_t zeros[CONSTANT_BYTES];

/* A model of one node, made from a case. */
typedef struct one_node {
    zr_model model;
    zr_graph graph;
    zr_node node;
    zr_tensor tensors[MAX_TENSORS];
    float scale[MAX_TENSORS];
    int64_t zero_point[MAX_TENSORS][64]; /* of every channel; those of a case are all 0 */
    int32_t index[MAX_TENSORS];
} one_node;

/* How a case is changed before it is checked. */
typedef struct change {
    zr_type from, to;
    bool constants;   /* exchange the type of constants too */
    bool unquantized; /* leave out scale and zero point */
} change;

static void add_tensor(one_node *n, int i, const zr_case_tensor *t, const change *c)
{
    zr_tensor *tensor = &n->tensors[i];
    bool exchange = t->type == c->from && c->from != c->to && (c->constants || !t->constant);
    n->index[i] = t->data || i >= n->node.n_inputs ? i : -1;
    *tensor = (zr_tensor){.name = "", .type = t->type, .shape = t->shape, .variable = -1};
    if (t->constant) tensor->data = t->data;
    if (exchange) tensor->type = c->to;
    if (exchange && t->constant) tensor->data = zeros;
    if (exchange && c->unquantized) return;
    bool keep = tensor->type == ZR_I8 || !exchange;
    n->scale[i] = t->scale;
    n->zero_point[i][0] = keep ? t->zero_point : 0;
    int channels = t->scales ? t->shape.dim[t->axis] : 1;
    if (t->scales)
        tensor->quant = (zr_quant){channels, t->axis, t->scales, n->zero_point[i]};
    else if (t->scale > 0)
        tensor->quant = (zr_quant){1, 0, &n->scale[i], n->zero_point[i]};
}

static bool verifies(const zr_op *op, const zr_case *c, const change *changed)
{
    one_node n;
    zr_ctx cx;
    memset(&n, 0, sizeof n);
    n.node = (zr_node){.op = op,
                       .op_name = "",
                       .n_inputs = c->n_in,
                       .n_outputs = c->n_out,
                       .inputs = n.index,
                       .outputs = n.index + c->n_in,
                       .attrs = c->attrs};
    for (int i = 0; i < c->n_in; i++) add_tensor(&n, i, &c->in[i], changed);
    for (int i = 0; i < c->n_out; i++) add_tensor(&n, c->n_in + i, &c->out[i], changed);
    n.graph = (zr_graph){.name = "",
                         .n_tensors = c->n_in + c->n_out,
                         .n_nodes = 1,
                         .tensors = n.tensors,
                         .nodes = &n.node};
    n.model = (zr_model){.file = "", .n_graphs = 1, .graphs = &n.graph};
    zr_ctx_init(&cx);
    bool ok = zr_node_verify(&cx, &n.model, &n.graph, &n.node);
    zr_ctx_free(&cx);
    return ok;
}

static zr_type data_type(const zr_case *c)
{
    for (int i = 0; i < c->n_in; i++)
        if (c->in[i].data && !c->in[i].constant) return c->in[i].type;
    return c->out[0].type;
}

/* The set of types, as bits. *wrong counts cases that their operator refuses. */
static unsigned types_of(const zr_op_entry *entry, const zr_case *c, int *wrong)
{
    unsigned types = 0;
    for (; c->name; c++) {
        zr_type from = data_type(c);
        if (!verifies(entry->op, c, &(change){from, from, false, false})) {
            fprintf(stderr, "operators: %s refuses its case '%s'\n", entry->name, c->name);
            ++*wrong;
            continue;
        }
        types |= 1u << from;
        for (int to = 0; to < ZR_TYPE_COUNT; to++)
            for (int way = 0; way < 4; way++)
                if (verifies(entry->op, c, &(change){from, (zr_type)to, way & 1, way & 2}))
                    types |= 1u << to;
    }
    return types;
}

int main(void)
{
    /* The common ones first; others follow in the order of types.def. */
    static const zr_type first[] = {ZR_I8, ZR_I16, ZR_F32};
    int wrong = 0;
    for (int i = 0; i < ZR_OP_COUNT; i++) {
        unsigned types = types_of(&zr_ops[i], cases[i], &wrong);
        printf("%s", zr_ops[i].name);
        for (int t = -3; t < ZR_TYPE_COUNT; t++) {
            unsigned bit = 1u << (t < 0 ? first[t + 3] : (zr_type)t);
            if (types & bit) printf(" %s", zr_types[t < 0 ? first[t + 3] : (zr_type)t].name);
            types &= ~bit;
        }
        printf("\n");
    }
    return wrong > 0;
}
