#include "frontend/model.h"

#include <string.h>
#include <sys/stat.h>

static zr_place at(const char *path)
{
    zr_place place = ZR_NOWHERE;
    place.file = path;
    return place;
}

static const zr_tensor *input_of(const zr_model *model)
{
    const zr_graph *g = &model->graphs[0];
    return g->n_inputs == 1 ? &g->tensors[g->inputs[0]] : NULL;
}

int zr_frontend_frames_per_input(const zr_frontend *f, const zr_model *model)
{
    return (int)(zr_elements(&input_of(model)->shape) / f->values);
}

/* Takes the model's scale and looks whether frames are what it eats. */
static bool fit(zr_ctx *cx, const char *file, const zr_model *model, zr_frontend *f)
{
    const zr_tensor *input = input_of(model);
    if (!input || (input->type != ZR_I8 && input->type != ZR_F32) ||
        (input->type == ZR_I8 && input->quant.n != 1))
        return zr_fail(cx, ZR_E_DATA, at(file),
                       "goes with a model of one input, int8 with a scale or float32");
    if (input->type == ZR_I8 && f->keep_scale == 0) {
        f->scale = (double)input->quant.scale[0];
        f->zero_point = (double)input->quant.zero_point[0];
        if (!zr_frontend_prepare(cx, file, f)) return false;
    }
    int64_t elements = zr_elements(&input->shape);
    if (f->output.multiplier == 0)
        return zr_fail(cx, ZR_E_DATA, at(file),
                       "needs a \"scale\" for a model that is not int8, or to keep it");
    if (elements % f->values || (f->frames > 0 && elements != (int64_t)f->frames * f->values))
        return zr_fail(cx, ZR_E_DATA, at(file),
                       "gives %g frames of %d values, but the model's input is %s", f->frames,
                       f->values, zr_shape_text(cx, &input->shape));
    return true;
}

bool zr_frontend_of_model(zr_ctx *cx, const char *path, const zr_model *model, zr_frontend **f)
{
    struct stat status;
    zr_bytes text;
    *f = NULL;
    const char *file = zr_format(cx, "%s/frontend.json", path);
    if (!file) return false;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode) || stat(file, &status) != 0)
        return true;
    *f = ZR_NEW(cx, zr_frontend, 1);
    return *f && zr_file_read(cx, file, &text) && zr_frontend_parse(cx, file, text, *f) &&
           fit(cx, file, model, *f);
}

bool zr_frontend_make_stream(zr_ctx *cx, const char *path, zr_frontend *f)
{
    if (f->kind == ZR_MFCC)
        return zr_fail(cx, ZR_E_UNSUPPORTED, at(path),
                       "the front end %s divides by the clip's greatest sample, which no stream "
                       "has; train with logmel or micro, or give the network alone its frames",
                       zr_frontend_names[f->kind]);
    f->frames = 0;
    return true;
}

/* The real values, as float32. */
static bool dequantize(zr_ctx *cx, const zr_frontend *f, zr_array *samples)
{
    float *real = ZR_NEW(cx, float, samples->bytes + 1);
    if (!real) return false;
    for (size_t i = 0; i < samples->bytes; i++)
        real[i] = (float)(f->scale * ((double)((const int8_t *)samples->data)[i] - f->zero_point));
    samples->type = ZR_F32;
    samples->data = (const uint8_t *)real;
    samples->bytes *= sizeof *real;
    return true;
}

bool zr_frontend_samples(zr_ctx *cx, const zr_frontend *f, const zr_model *model,
                         const char *const *paths, int64_t n, zr_frontend_progress *progress,
                         void *user, bool waking, zr_buf *owners, zr_array *samples)
{
    const zr_shape *shape = &input_of(model)->shape;
    if (!zr_frontend_files(cx, f, paths, n, progress, user, waking, owners, samples)) return false;
    int inner = shape->rank > 0 && shape->dim[0] == 1 ? 1 : 0;
    int64_t n_samples = (int64_t)samples->bytes / zr_elements(shape);
    samples->rank = shape->rank - inner + 1;
    samples->dim[0] = n_samples;
    for (int d = inner; d < shape->rank; d++) samples->dim[d - inner + 1] = shape->dim[d];
    samples->bytes = (size_t)(n_samples * zr_elements(shape));
    return input_of(model)->type == ZR_I8 || dequantize(cx, f, samples);
}
