/* Three to six small cases: a plain one, the edge values, the odd attribute. The outputs are what
 * TensorFlow Lite Micro gives (or LiteRT, where that lacks the operator), not what the formula of
 * ref.c gives. */
#include "ops/case.h"

const zr_case zr_cases_my_op[] = {
    {.name = "below, inside and above, to the ends of int8",
     .in = {{.type = ZR_I8,
             .shape = {2, {2, 3}},
             .scale = 0.0625f,
             .zero_point = -10,
             .data = (const int8_t[]){-128, -11, -10, 0, 6, 127}}},
     .out = {{.type = ZR_I8,
              .shape = {2, {2, 3}},
              .scale = 0.0625f,
              .zero_point = -10,
              .data = (const int8_t[]){-10, -10, -10, 0, 6, 6}}},
     .n_in = 1,
     .n_out = 1},
    {.name = "float",
     .in = {{.type = ZR_F32, .shape = {1, {4}}, .data = (const float[]){-2.0f, 0.25f, 1.0f, 9.0f}}},
     .out = {{.type = ZR_F32, .shape = {1, {4}}, .data = (const float[]){0.0f, 0.25f, 1.0f, 1.0f}}},
     .n_in = 1,
     .n_out = 1},
    {0},
};
