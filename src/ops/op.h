/* What an operator is to the compiler: a descriptor with a field table and rules.
 *
 * One folder an operator, one line in ops.def. A rule that an operator does not have is NULL, and
 * `zerre check` says so. Host code only: nothing here goes to the device. */
#ifndef ZR_OPS_OP_H
#define ZR_OPS_OP_H

#include "graph/graph.h"
#include "graph/program.h"

/* One attribute of an operator: where it is in the .tflite options table and in the attrs struct.
 * Booleans and enumerations are kept as int32_t. A list needs an int32_t array and a count. */
typedef enum zr_field_kind {
    ZR_FIELD_BOOL,  /* 1 byte in the file,  int32_t in the struct */
    ZR_FIELD_ENUM,  /* 1 byte (signed),     int32_t */
    ZR_FIELD_I32,   /* 4 bytes,             int32_t */
    ZR_FIELD_F32,   /* 4 bytes,             float */
    ZR_FIELD_LIST,  /* vector of int32,     zr_list */
    ZR_FIELD_STRING /* string,              const char * */
} zr_field_kind;

typedef struct zr_list {
    int n;
    const int32_t *value;
} zr_list;

typedef struct zr_field {
    const char *name;
    zr_field_kind kind;
    uint8_t slot;     /* the field's number in the options table of the .tflite schema */
    uint16_t offset;  /* in the attrs struct */
    double otherwise; /* the schema's default */
} zr_field;

/* The attributes of a descriptor. */
#define ZR_ATTRS(type, table) \
    .fields = table, .n_fields = (int)(sizeof table / sizeof *table), .attrs_bytes = sizeof(type)

#define ZR_FIELD(kind, slot, type, name, otherwise)                   \
    {                                                                 \
#name, ZR_FIELD_##kind, slot, offsetof(type, name), otherwise \
    }

/* A node in its place: what a rule may look at. */
typedef struct zr_site {
    zr_ctx *cx;
    const zr_model *model;
    const zr_graph *graph;
    const zr_node *node;
} zr_site;

typedef struct zr_lowering zr_lowering; /* ops/lower.h */

#define ZR_NO_OVERLAP INT64_MAX

/* What a core can do beyond portable C; a variant names what it needs, a target what it has. */
enum zr_isa {
    ZR_ISA_WIDE_MUL = 1, /* 32 x 32 -> 64 bit multiplication is one instruction (not ARMv6-M) */
    ZR_ISA_DSP = 2,      /* Arm DSP extension: two 16-bit multiplications an instruction */
    ZR_ISA_MVE = 4       /* Helium, integer */
};

/* What a kernel takes on a node; estimates that select/ compares. */
typedef struct zr_cost {
    int64_t instructions;  /* of one inference */
    int64_t const_bytes;   /* weights as the variant packs them, multipliers, tables */
    int64_t code_bytes;    /* of the kernel, once however many nodes use it */
    int64_t scratch_bytes; /* in the arena while the node runs */
} zr_cost;

/* One way to compute a node beside the reference, with the same bits. */
typedef struct zr_variant {
    const char *name; /* "dsp_1x1": what --kernel and bench call it */
    unsigned isa;     /* zr_isa flags that it needs; 0: portable C */
    bool int4; /* reads packed int4 weights; the others are for int8 ones and are not asked */
    /* In place only at exactly the distance `overlap`: the kernel goes through the channels one
     * after the other, and an output may lie over an input of its own channel alone. */
    bool exact;
    bool thrifty; /* gives RAM for flash: taken only when a budget of flash asks for it */
    bool (*fits)(const zr_site *site); /* of a verified node; no messages; NULL: always */
    void (*cost)(const zr_site *site, zr_cost *cost);
    bool (*lower)(zr_lowering *l);
    /* In place: see zr_op.overlap; NULL: the operator's own. */
    int64_t (*overlap)(const zr_site *site, int input);
} zr_variant;

/* What LiteRT's quantization specification says of an operator's float tensors once they are
 * integers (https://ai.google.dev/edge/litert/models/quantization_spec). Inputs that are no floats
 * (axes, shapes) stay what they are. */
typedef enum zr_quant_kind {
    ZR_QUANT_FREE, /* every tensor has a scale of its own */
    ZR_QUANT_SAME, /* inputs and outputs share scale and zero point: values are moved or compared */
    ZR_QUANT_FIXED /* the output's scale and zero point are part of the algorithm */
} zr_quant_kind;

typedef struct zr_quant_rule {
    zr_quant_kind kind;
    uint8_t weights, bias; /* the inputs that are: symmetric int8 with a scale for each index along
                              `axis`, int32 (int64 for int16) of input scale * weight scale; 0: it
                              has none */
    uint8_t axis;
    int8_t zero_8;           /* ZR_QUANT_FIXED: zero point for int8; for int16 it is 0 */
    float scale_8, scale_16; /* likewise: scales */
} zr_quant_rule;

/* Rules of operators that ask for nothing special. */
extern const zr_quant_rule zr_quant_free, zr_quant_same;

/* What in a node asks for a later version of its operator than the first when it is written as
 * .tflite, and the first runtime that has that version: the conditions that a rule gives must all
 * hold. Source: op_version.cc and runtime_version.cc of TensorFlow
 * (compiler/mlir/lite/tools/versioning), by what they mean. */
typedef struct zr_version {
    int number;                        /* 0 ends the table; ascending */
    const char *runtime;               /* "1.14.0" */
    unsigned types;                    /* ZR_BIT set of the type of input `port`; 0: any */
    int port;                          /* the input that `types` and `rank` look at */
    int rank;                          /* least rank of that input */
    const char *attribute;             /* has not the schema's default; NULL: none */
    bool (*test)(const zr_site *site); /* of a node that need not be verified; NULL: none */
} zr_version;

/* The rules of a descriptor, and one of them: ZR_NEEDS(2, "1.14.0", .types = ZR_BIT(I8)). */
#define ZR_VERSIONS(...)             \
    .versions = (const zr_version[]) \
    {                                \
        __VA_ARGS__,                 \
        {                            \
            .number = 0              \
        }                            \
    }
#define ZR_NEEDS(number_, runtime_, ...)                        \
    {                                                           \
        .number = (number_), .runtime = (runtime_), __VA_ARGS__ \
    }

/* Output row y needs the input rows y * stride - pad <= row < y * stride - pad + reach, as far as
 * they exist. */
typedef struct zr_row_rule {
    int32_t stride, pad, reach;
} zr_row_rule;

typedef struct zr_op {
    int tflite_code;            /* BuiltinOperator of the .tflite schema */
    int tflite_options;         /* tag of its table in the union BuiltinOptions; 0: it has none */
    const char *since;          /* first runtime with version 1 of the operator; NULL: not known */
    const zr_version *versions; /* NULL: there is version 1 only */

    const zr_field *fields; /* attributes; n_fields may be 0 */
    int n_fields;
    size_t attrs_bytes;
    int min_inputs, max_inputs, min_outputs, max_outputs;
    const char *input_names[4]; /* for messages and generated code: "input", "weights", "bias" */

    /* Declares what the model owns beside its tensors (resource variables). Called once for every
     * node, in running order, before any check; number of inputs and outputs are checked before. */
    bool (*declare)(const zr_site *site, zr_model *model);

    /* Checks types, ranks, attributes and quantization, adds every problem found to the context
     * (zr_site_fail) and writes the shapes that the outputs must have to `out`, one a output; the
     * caller compares them with what the file says. After true, lowering and kernels may rely on
     * everything that was checked. Number of inputs and outputs are checked before. */
    bool (*check)(const zr_site *site, zr_shape *out);

    /* How it is quantized; NULL: it cannot be. */
    const zr_quant_rule *quant;

    /* Adds the kernel calls that compute the node: ops/lower.h. This is the reference. */
    bool (*lower)(zr_lowering *l);

    /* Faster or smaller ways, ended by one without a name; NULL: none. */
    const zr_variant *variants;

    /* What the reference takes; NULL: guessed from macs and the sizes of the tensors. */
    void (*cost)(const zr_site *site, zr_cost *cost);

    /* Output 0 may lie over input `input`, whose memory is not needed afterwards, when it begins at
     * least this many bytes below the input's begin (negative: it may begin above it), since the
     * kernel has read what it overwrites. ZR_NO_OVERLAP: never. NULL: never. */
    int64_t (*overlap)(const zr_site *site, int input);

    /* Depth-first execution: the node can be lowered a strip of output rows at a time, from top to
     * bottom (zr_graph.strip). Sets what a row of output 0 needs of input `input`, both of rank 4
     * and one batch. False: this node cannot. NULL: never. */
    bool (*rows)(const zr_site *site, int input, zr_row_rule *rule);

    /* Likewise for an operator that needs all of input 0 for its output: adds the calls that take
     * the next strip of rows in (zr_arg_kept has what is known so far) and, with the last strip,
     * make the output. `takes_rows`: whether this node can. Both or none. */
    bool (*takes_rows)(const zr_site *site);
    bool (*lower_taking)(zr_lowering *l);

    /* Multiply-accumulates of one inference, without those that padding saves. NULL: none. */
    int64_t (*macs)(const zr_site *site);
} zr_op;

/* Every operator, in the order of ops.def. */
typedef enum zr_op_id {
#define ZR_OP(NAME, symbol) ZR_OP_##NAME,
#include "ops/ops.def"
#undef ZR_OP
    ZR_OP_COUNT
} zr_op_id;

typedef struct zr_op_entry {
    const char *name; /* as the .tflite schema spells it */
    const zr_op *op;
} zr_op_entry;

extern const zr_op_entry zr_ops[ZR_OP_COUNT];

/* Input or output `i` of the node; NULL when it is absent. */
const zr_tensor *zr_input(const zr_site *site, int i);
const zr_tensor *zr_output(const zr_site *site, int i);

/* Whether the variant can compute the verified node, on a core that has what it needs. */
bool zr_variant_fits(const zr_site *site, const zr_variant *variant);

/* Adds an error at the node. Always false. */
bool zr_site_fail(const zr_site *site, zr_diag_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define zr_site_fail(...) zr_false(zr_site_fail(__VA_ARGS__))

#endif
