/* The model under test by neutral names. The build defines BENCH_HEADER ("kws.h"), BENCH_MODEL
 * (kws) and BENCH_MODEL_UPPER (KWS). */
#ifndef BENCH_MODEL_H
#define BENCH_MODEL_H

#include BENCH_HEADER

#define BENCH_PASTE_(a, b) a##b
#define BENCH_PASTE(a, b) BENCH_PASTE_(a, b)
#define MODEL_FUNCTION(name) BENCH_PASTE(BENCH_MODEL, _##name)
#define MODEL_CONSTANT(NAME) BENCH_PASTE(BENCH_MODEL_UPPER, _##NAME)

typedef BENCH_MODEL model_type;

#define model_init MODEL_FUNCTION(init)
#define model_input_at MODEL_FUNCTION(input_at)
#define model_invoke MODEL_FUNCTION(invoke)
#define model_push_row MODEL_FUNCTION(push_row)
#define model_output_at MODEL_FUNCTION(output_at)

#define MODEL_ARENA_BYTES MODEL_CONSTANT(ARENA_BYTES)
#define MODEL_ARENA_ALIGN MODEL_CONSTANT(ARENA_ALIGN)
#define MODEL_N_INPUTS MODEL_CONSTANT(N_INPUTS)
#define MODEL_N_OUTPUTS MODEL_CONSTANT(N_OUTPUTS)
#define MODEL_N_LAYERS MODEL_CONSTANT(N_LAYERS)
#define MODEL_INPUT_ROWS MODEL_CONSTANT(INPUT_ROWS) /* in an #if: 0 when it takes no rows */
#define MODEL_INPUT_ROW_BYTES MODEL_CONSTANT(INPUT_ROW_BYTES)
#define MODEL_INPUT_BYTES(i) BENCH_PASTE(BENCH_MODEL_UPPER, _INPUT_##i##_BYTES)
#define MODEL_OUTPUT_BYTES(i) BENCH_PASTE(BENCH_MODEL_UPPER, _OUTPUT_##i##_BYTES)

#endif
