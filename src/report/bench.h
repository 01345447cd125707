/* A model measured on an emulated chip, as text and JSON. */
#ifndef ZR_REPORT_BENCH_H
#define ZR_REPORT_BENCH_H

#include "bench/bench.h"
#include "exec/samples.h"
#include "report/inspect.h"
#include "report/sound.h"

/* What is to be measured; the rest of zr_bench_options comes from the program and the samples. */
typedef struct zr_measure_options {
    const char *target, *optimize;
    bool layers, cycles;
    int wait_states;
    const zr_hearing *hearing; /* NULL: the model alone */
} zr_measure_options;

/* Writes the program as C, builds it for the target and runs it there on the samples. */
ZR_MUST bool zr_measure(zr_ctx *cx, const zr_program *program, const zr_measure_options *options,
                        const zr_samples *samples, zr_bench_result *result);

/* `hearing` as it was measured; NULL: the model alone. */
void zr_bench_text(const zr_summary *summary, const zr_bench_result *result,
                   const zr_hearing *hearing, int64_t n_samples, zr_buf *out);
ZR_MUST bool zr_bench_json(zr_ctx *cx, const zr_summary *summary, const zr_bench_result *result,
                           const zr_hearing *hearing, int64_t n_samples, zr_buf *out);

/* Each sample's answer (the class with the greatest score) beside its label. */
ZR_MUST bool zr_bench_answers(zr_ctx *cx, const char *labels_file, const zr_array *scores,
                              const zr_array *labels, zr_buf *out);

#endif
