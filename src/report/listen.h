/* What came of listening, as text and JSON. */
#ifndef ZR_REPORT_LISTEN_H
#define ZR_REPORT_LISTEN_H

#include "base/buffer.h"
#include "report/sound.h"

typedef struct zr_listened {
    double seconds; /* with what was lost */
    int64_t n_hops, n_awake, n_answers, n_detections, n_lost;
    bool wakes; /* there was a stage that wakes front end and network */

    /* On an emulated chip: instructions a second, the mean over what was heard. */
    const char *target; /* NULL: here */
    double stage;       /* that wakes, estimated from the hops through which it slept */
    double frontend, network, all;
} zr_listened;

/* Fills in the instructions. */
void zr_listened_costs(const zr_hearing *h, const zr_bench_heard *heard, zr_listened *l);

struct cJSON;

/* Without an end of line. */
void zr_listened_text(const zr_listened *l, zr_buf *out);
void zr_listened_json(const zr_listened *l, struct cJSON *root);

#endif
