#include "listen/listener.h"

#include <string.h>

#include "frontend/model.h"

bool zr_listener_init(zr_ctx *cx, zr_listener *l, const zr_frontend *f, const zr_program *program,
                      int every)
{
    const zr_model *model = program->model;
    const zr_graph *g = &model->graphs[0];
    int frames = zr_frontend_frames_per_input(f, model);
    *l = (zr_listener){.output_index = g->outputs[0], .output = &g->tensors[g->outputs[0]]};
    l->stored = ZR_NEW(cx, int8_t, (size_t)frames * (size_t)f->values);
    if (!l->stored || !zr_ear_init(cx, &l->ear, f, frames) || !zr_exec_init(cx, &l->exec, program))
        return false;
    l->ear.every = l->ear.since = every;
    return true;
}

/* One inference on the next features. */
static void infer(zr_listener *l)
{
    const zr_graph *g = &l->exec.program->model->graphs[0];
    const zr_tensor *input = &g->tensors[g->inputs[0]];
    void *to = zr_exec_tensor(&l->exec, g->inputs[0]);
    int n = l->ear.frames * l->ear.f->values;
    zr_ear_features(&l->ear, l->stored);
    if (input->type == ZR_I8) {
        memcpy(to, l->stored, (size_t)n);
    } else {
        for (int i = 0; i < n; i++) ((float *)to)[i] = zr_ear_real(l->ear.f, l->stored[i]);
    }
    zr_exec_run(&l->exec);
}

bool zr_listener_hop(zr_listener *l, const int16_t *samples, zr_answer_fn *answer, void *user)
{
    bool awake;
    for (int due = zr_ear_listen(&l->ear, samples); due > 0; due--) {
        infer(l);
        l->n_answers++;
        answer(user, l->hop, zr_exec_tensor(&l->exec, l->output_index));
    }
    awake = !l->ear.f->wakes || l->ear.stage.awake > 0;
    l->n_awake += awake;
    l->hop++;
    return awake;
}
