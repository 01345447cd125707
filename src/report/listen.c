#include "report/listen.h"

#include <cjson/cJSON.h>
#include <math.h>

static double awake(const zr_listened *l)
{
    return l->n_hops > 0 ? (double)l->n_awake / (double)l->n_hops : 0;
}

void zr_listened_text(const zr_listened *l, zr_buf *out)
{
    zr_buf_printf(out, "heard %.3f s: %lld detection%s, %lld answers", l->seconds,
                  (long long)l->n_detections, l->n_detections == 1 ? "" : "s",
                  (long long)l->n_answers);
    if (l->wakes) zr_buf_printf(out, ", awake %.1f %% of the time", 100 * awake(l));
    if (l->n_lost > 0) zr_buf_printf(out, "; %lld samples were lost", (long long)l->n_lost);
}

void zr_listened_json(const zr_listened *l, struct cJSON *root)
{
    cJSON_AddNumberToObject(root, "seconds", round(1000 * l->seconds) / 1000);
    cJSON_AddNumberToObject(root, "detections", (double)l->n_detections);
    cJSON_AddNumberToObject(root, "answers", (double)l->n_answers);
    cJSON_AddNumberToObject(root, "awake", l->wakes ? awake(l) : 1);
    cJSON_AddNumberToObject(root, "lost_samples", (double)l->n_lost);
}
