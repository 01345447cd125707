/* Test cases of an operator, as data: folder/cases.c of every operator has a table of them.
 *
 * tests/unit/test_cases.c builds a model of one node from each, runs it with every kernel variant
 * and compares the outputs bit for bit (float: 1e-5 relative). Not part of the zerre binary. */
#ifndef ZR_OPS_CASE_H
#define ZR_OPS_CASE_H

#include "ops/op.h"

typedef struct zr_case_tensor {
    zr_type type; /* an absent optional input: data NULL */
    zr_shape shape;
    float scale; /* 0: not quantized */
    int32_t zero_point;
    const void *data;    /* an input's or constant's values; what an output must be */
    bool constant;       /* part of the model: weights, axes */
    const float *scales; /* per channel along `axis`, instead of scale; zero points 0 */
    int axis;
} zr_case_tensor;

typedef struct zr_case {
    const char *name;  /* what it shows: "same padding, stride 2"; NULL ends the table */
    const void *attrs; /* the operator's attribute struct; NULL: it has none */
    zr_case_tensor in[6], out[4];
    int n_in, n_out;
} zr_case;

/* const zr_case zr_cases_<symbol>[] for every line of ops.def. */

#endif
