#include "report/streaming.h"

#include <cjson/cJSON.h>

void zr_stream_figures_text(const zr_stream_figures *f, zr_buf *out)
{
    double ratio = f->step_macs ? (double)f->clip_macs / (double)f->step_macs : 0;
    zr_buf_printf(out, "step          %10d   frame%s of a clip's %d", f->step_frames,
                  f->step_frames > 1 ? "s" : "", f->clip_frames);
    if (f->frame_seconds > 0)
        zr_buf_printf(out, ", every %g ms", 1000 * f->frame_seconds * f->step_frames);
    zr_buf_printf(out, "; the answer is %d frame%s late", f->delay_frames,
                  f->delay_frames == 1 ? "" : "s");
    if (f->frame_seconds > 0 && f->delay_frames > 0)
        zr_buf_printf(out, " (%g ms)", 1000 * f->frame_seconds * f->delay_frames);
    if (f->delay_frames > f->clip_frames / 2)
        zr_buf_text(out, "; train without padding in time to hear sooner");
    zr_buf_printf(out,
                  "\nMACs          %10lld   of a step, %lld of the clip in every step: %.1f times "
                  "less\n",
                  (long long)f->step_macs, (long long)f->clip_macs, ratio);
    if (f->frame_seconds > 0) {
        double steps = 1 / (f->frame_seconds * f->step_frames);
        zr_buf_printf(out, "second        %10.0f   MACs, instead of %.0f\n",
                      steps * (double)f->step_macs, steps * (double)f->clip_macs);
    }
    zr_buf_printf(out, "state         %10lld   bytes\n", (long long)f->state_bytes);
}

void zr_stream_figures_json(const zr_stream_figures *f, cJSON *root)
{
    cJSON *stream = cJSON_AddObjectToObject(root, "stream");
    cJSON_AddNumberToObject(stream, "step_frames", f->step_frames);
    cJSON_AddNumberToObject(stream, "clip_frames", f->clip_frames);
    cJSON_AddNumberToObject(stream, "clip_steps", f->clip_steps);
    cJSON_AddNumberToObject(stream, "delay_frames", f->delay_frames);
    cJSON_AddBoolToObject(stream, "has_end", f->has_end);
    cJSON_AddNumberToObject(stream, "state_bytes", (double)f->state_bytes);
    cJSON_AddNumberToObject(stream, "step_macs", (double)f->step_macs);
    cJSON_AddNumberToObject(stream, "clip_macs", (double)f->clip_macs);
    cJSON_AddNumberToObject(stream, "ratio",
                            f->step_macs ? (double)f->clip_macs / (double)f->step_macs : 0);
    if (f->frame_seconds <= 0) return;
    double steps = 1 / (f->frame_seconds * f->step_frames);
    cJSON_AddNumberToObject(stream, "step_ms", 1000 / steps);
    cJSON_AddNumberToObject(stream, "delay_ms", 1000 * f->frame_seconds * f->delay_frames);
    cJSON_AddNumberToObject(stream, "macs_per_second", steps * (double)f->step_macs);
    cJSON_AddNumberToObject(stream, "clip_macs_per_second", steps * (double)f->clip_macs);
}
