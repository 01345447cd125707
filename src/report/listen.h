/* What came of listening, as text and JSON. */
#ifndef ZR_REPORT_LISTEN_H
#define ZR_REPORT_LISTEN_H

#include "base/buffer.h"

typedef struct zr_listened {
    double seconds; /* with what was lost */
    int64_t n_hops, n_awake, n_answers, n_detections, n_lost;
    bool wakes; /* there was a stage that wakes front end and network */
} zr_listened;

struct cJSON;

/* Without an end of line. */
void zr_listened_text(const zr_listened *l, zr_buf *out);
void zr_listened_json(const zr_listened *l, struct cJSON *root);

#endif
