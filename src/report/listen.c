#include "report/listen.h"

#include <cjson/cJSON.h>
#include <math.h>

static double awake(const zr_listened *l)
{
    return l->n_hops > 0 ? (double)l->n_awake / (double)l->n_hops : 0;
}

void zr_listened_costs(const zr_hearing *h, const zr_bench_heard *heard, zr_listened *l)
{
    double a_second = h->frontend->sample_rate / h->frontend->hop, asleep = 0;
    int n_asleep = 0;
    for (int i = 0; i < heard->n_hops; i++) {
        if (heard->awake[i]) continue;
        asleep += (double)heard->hop_instructions[i];
        n_asleep++;
    }
    if (heard->n_hops == 0) return;
    l->stage = n_asleep > 0 ? a_second * asleep / n_asleep : 0;
    l->frontend = a_second * (double)heard->frontend_instructions / heard->n_hops - l->stage;
    l->network = a_second * (double)heard->invoke_instructions / heard->n_hops;
    l->all = zr_hearing_second(h, heard);
}

void zr_listened_text(const zr_listened *l, zr_buf *out)
{
    zr_buf_printf(out, "heard %.3f s: %lld detection%s, %lld answers", l->seconds,
                  (long long)l->n_detections, l->n_detections == 1 ? "" : "s",
                  (long long)l->n_answers);
    if (l->wakes) zr_buf_printf(out, ", awake %.1f %% of the time", 100 * awake(l));
    if (l->n_lost > 0) zr_buf_printf(out, "; %lld samples were lost", (long long)l->n_lost);
    if (!l->target) return;
    zr_buf_printf(out, "\n%s: %.0f instructions a second: ", l->target, l->all);
    if (l->stage > 0) zr_buf_printf(out, "waking stage %.0f, ", l->stage);
    zr_buf_printf(out, "front end %.0f, network %.0f", l->frontend, l->network);
}

void zr_listened_json(const zr_listened *l, struct cJSON *root)
{
    cJSON_AddNumberToObject(root, "seconds", round(1000 * l->seconds) / 1000);
    cJSON_AddNumberToObject(root, "detections", (double)l->n_detections);
    cJSON_AddNumberToObject(root, "answers", (double)l->n_answers);
    cJSON_AddNumberToObject(root, "awake", l->wakes ? awake(l) : 1);
    cJSON_AddNumberToObject(root, "lost_samples", (double)l->n_lost);
    if (!l->target) return;
    cJSON_AddStringToObject(root, "target", l->target);
    cJSON_AddNumberToObject(root, "instructions_per_second", round(l->all));
    cJSON_AddNumberToObject(root, "wake_instructions_per_second", round(l->stage));
    cJSON_AddNumberToObject(root, "frontend_instructions_per_second", round(l->frontend));
    cJSON_AddNumberToObject(root, "network_instructions_per_second", round(l->network));
}
