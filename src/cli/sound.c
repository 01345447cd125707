/* What commands share about sound. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "import/import.h"

static bool is_there(const char *path, bool folder)
{
    struct stat status;
    return path && stat(path, &status) == 0 && S_ISDIR(status.st_mode) == folder;
}

bool cli_frontend(cli *c, const char *name, zr_frontend *frontend)
{
    zr_model model;
    zr_bytes text;
    zr_frontend *fitted;
    if (zr_frontend_preset(name, frontend)) return zr_frontend_prepare(&c->cx, name, frontend);
    if (is_there(name, true)) {
        if (is_there(zr_format(&c->cx, "%s/model.tflite", name), false)) {
            if (!zr_import(&c->cx, name, &model) ||
                !zr_frontend_of_model(&c->cx, name, &model, &fitted))
                return false;
            if (fitted) *frontend = *fitted;
            if (fitted) return true;
        }
        name = zr_format(&c->cx, "%s/frontend.json", name);
    }
    return name && zr_file_read(&c->cx, name, &text) &&
           zr_frontend_parse(&c->cx, name, text, frontend);
}

bool cli_is_sound(const char *path)
{
    char start[6] = {0};
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : NULL;
    if (!file) return false; /* which shows when it is read */
    size_t n = fread(start, 1, sizeof start, file);
    fclose(file);
    return n < sizeof start ||
           (memcmp(start, "\x93NUMPY", 6) != 0 && memcmp(start, "PK\3\4", 4) != 0);
}

static bool take_sound(cli *c, const zr_model *model, const zr_frontend *f,
                       const char *const *files, int64_t n, bool waking, zr_buf *owners,
                       zr_samples *samples)
{
    zr_array frames;
    return zr_frontend_samples(&c->cx, f, model, files, n, cli_progress, (void *)"features", waking,
                               owners, &frames) &&
           zr_samples_take(&c->cx, model, files[0], &frames, 1, samples);
}

bool cli_samples(cli *c, const zr_model *model, zr_samples *samples)
{
    const char *path = cli_value(c, "input");
    zr_frontend *f = NULL;
    zr_array *arrays;
    int n;
    bool clips = model == cli_sample_model(c, model);
    if (cli_is_sound(path) && !(clips ? zr_frontend_of_model(&c->cx, c->operands[0], model, &f)
                                      : cli_model_frontend(c, model, &f)))
        return false;
    if (f) return take_sound(c, model, f, &path, 1, false, NULL, samples);
    return zr_arrays_read(&c->cx, path, &arrays, &n) &&
           zr_samples_take(&c->cx, model, path, arrays, n, samples);
}

bool cli_recordings(cli *c, const zr_model *model, bool waking, zr_buf *owners, zr_samples *samples,
                    zr_array *labels)
{
    zr_frontend *f;
    zr_index index;
    const char *const *words;
    int n_words;
    if (!zr_frontend_of_model(&c->cx, c->operands[0], model, &f)) return false;
    if (!f)
        return cli_usage(c, "--audio needs a folder with model.tflite and frontend.json as MODEL");
    if (f->frames == 0)
        return cli_usage(c, "--audio needs a front end of clips: \"frames\" in frontend.json");
    if (waking && !f->wakes) return cli_usage(c, "--wake needs \"wake\" in frontend.json");
    if (!zr_labels_read(&c->cx, c->operands[0], &words, &n_words) ||
        !zr_index_read(&c->cx, cli_value(c, "labels"), cli_value(c, "audio"), cli_value(c, "split"),
                       words, n_words, &index) ||
        !take_sound(c, model, f, index.files, index.n, waking, owners, samples))
        return false;
    *labels = (zr_array){.name = "", .type = ZR_I32, .rank = 1, .dim = {index.n}};
    labels->data = (const uint8_t *)index.labels;
    labels->bytes = (size_t)index.n * sizeof *index.labels;
    return true;
}
