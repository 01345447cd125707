/* A model measured on an emulated chip, as text and JSON. */
#ifndef ZR_REPORT_BENCH_H
#define ZR_REPORT_BENCH_H

#include "bench/bench.h"
#include "exec/samples.h"
#include "report/inspect.h"

/* Writes the program as C, builds it for the target and runs it there on the samples. */
ZR_MUST bool zr_measure(zr_ctx *cx, const zr_program *program, const char *target,
                        const char *optimize, const zr_samples *samples, bool layers,
                        zr_bench_result *result);

void zr_bench_text(const zr_summary *summary, const zr_bench_result *result, int64_t n_samples,
                   zr_buf *out);
ZR_MUST bool zr_bench_json(zr_ctx *cx, const zr_summary *summary, const zr_bench_result *result,
                           int64_t n_samples, zr_buf *out);

/* Each sample's answer (the class with the greatest score) beside its label. */
ZR_MUST bool zr_bench_answers(zr_ctx *cx, const char *labels_file, const zr_array *scores,
                              const zr_array *labels, zr_buf *out);

#endif
