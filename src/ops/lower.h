/* Lowering: how an operator's rule turns its node into kernel calls.
 *
 * A rule fills a kernel's parameter struct and adds a call; the arguments are tensors of the node,
 * constants made now (folded biases, multipliers, packed weights) and scratch memory. */
#ifndef ZR_OPS_LOWER_H
#define ZR_OPS_LOWER_H

#include "ops/op.h"

struct zr_lowering {
    zr_site site; /* the node being lowered */
    zr_program *program;
    struct zr_lower_state *state; /* private to ops/lower.c */
};

/* Declares the host's view of a device kernel with n pointer arguments after its parameters:
 *
 *     static const zr_param_field relu_fields[] = {ZR_PARAM(I32, zk_relu_params, count), ...};
 *     ZR_KERNEL(zk_relu_s8, zk_relu_params, relu_fields, 2)
 *
 * defines `static const zr_kernel kernel_zk_relu_s8`. The field table names every field of the
 * struct in the order of its declaration; fields are numbers, never pointers or nested structs. */
#define ZR_PARAM(kind, type, name)                      \
    {                                                   \
#name, ZR_PARAM_##kind, offsetof(type, name), 1 \
    }
#define ZR_PARAM_ARRAY(kind, type, name, count)             \
    {                                                       \
#name, ZR_PARAM_##kind, offsetof(type, name), count \
    }

#define ZR_CALL_1(f, p, a) f(p, a[0])
#define ZR_CALL_2(f, p, a) f(p, a[0], a[1])
#define ZR_CALL_3(f, p, a) f(p, a[0], a[1], a[2])
#define ZR_CALL_4(f, p, a) f(p, a[0], a[1], a[2], a[3])
#define ZR_CALL_5(f, p, a) f(p, a[0], a[1], a[2], a[3], a[4])
#define ZR_CALL_6(f, p, a) f(p, a[0], a[1], a[2], a[3], a[4], a[5])
#define ZR_CALL_7(f, p, a) f(p, a[0], a[1], a[2], a[3], a[4], a[5], a[6])
#define ZR_CALL_8(f, p, a) f(p, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7])

#define ZR_KERNEL(function, params_type, fields, n)                                           \
    static void run_##function(const void *raw, void *const *a)                               \
    {                                                                                         \
        const params_type *p = raw;                                                           \
        ZR_CALL_##n(function, p, a);                                                          \
    }                                                                                         \
    static const zr_kernel kernel_##function = {                                              \
        #function, #params_type,        fields,        (int)(sizeof fields / sizeof *fields), \
        n,         sizeof(params_type), run_##function};

/* Arguments of a call. When memory runs out (reported) they are null pointers, and zr_call fails.
 */
zr_arg zr_arg_input(zr_lowering *l, int i); /* a null pointer when the input is absent */
zr_arg zr_arg_output(zr_lowering *l, int i);

/* `bytes` of memory, alive during the calls of this node, aligned to 16. */
zr_arg zr_arg_scratch(zr_lowering *l, zr_type type, size_t bytes);

/* In zr_op.lower_taking: memory that keeps its content from the node's first strip to its last. */
zr_arg zr_arg_kept(zr_lowering *l, zr_type type, size_t bytes);

/* A constant of `count` elements that generated code keeps in flash under
 * "<operator>_<node>_<what>". `data` is copied. Equal constants are stored once. */
zr_arg zr_arg_const(zr_lowering *l, const char *what, zr_type type, const void *data,
                    int64_t count);

/* A resource variable of the model (index into model->variables). */
zr_arg zr_arg_variable(zr_lowering *l, int variable);

/* A null pointer, for an argument that this call does not need. */
zr_arg zr_arg_none(void);

/* Adds one call. `params` is copied; `args` holds kernel->n_args arguments. False: out of memory
 * (reported). */
ZR_MUST bool zr_call(zr_lowering *l, const zr_kernel *kernel, const void *params,
                     const zr_arg *args);

/* Makes output `out` another name of the memory of input `in` (RESHAPE): no call, no copy. */
ZR_MUST bool zr_alias(zr_lowering *l, int out, int in);

/* Adds the calls of graph `graph` to those that set the variables before the first inference and at
 * a reset (CALL_ONCE). A graph named twice is added once. */
ZR_MUST bool zr_call_once(zr_lowering *l, int graph);

/* How graph 0 is to be computed: variants[n] is that of node n, NULL the reference; `variants` may
 * be NULL for the reference everywhere. Regions are in running order and apart, and
 * zr_strips_make found them possible. */
typedef struct zr_choice {
    const zr_variant *const *variants;
    const zr_region *regions;
    int n_regions;
} zr_choice;

/* Lowers every node of the verified model; choice NULL: references, every node as a whole. Programs
 * of two runs are the same. */
ZR_MUST bool zr_lower_model(zr_ctx *cx, const zr_model *model, const zr_choice *choice,
                            zr_program *program);

#endif
