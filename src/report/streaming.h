/* What a model that takes some frames at a time costs, beside the model of clips that it comes
 * from. */
#ifndef ZR_REPORT_STREAMING_H
#define ZR_REPORT_STREAMING_H

#include "base/buffer.h"

typedef struct zr_stream_figures {
    int step_frames;  /* frames a step takes */
    int clip_frames;  /* of the model of clips */
    int clip_steps;   /* that a clip takes */
    int delay_frames; /* from the end of what a step judges to the step */
    bool has_end;     /* there is padding at a clip's end, and what computes it */
    int64_t state_bytes;
    int64_t step_macs, clip_macs;
    double frame_seconds; /* 0: not known */
} zr_stream_figures;

/* Three lines. */
void zr_stream_figures_text(const zr_stream_figures *figures, zr_buf *out);

struct cJSON;
void zr_stream_figures_json(const zr_stream_figures *figures, struct cJSON *root);

#endif
