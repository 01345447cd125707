/* Sound models: a folder with model.tflite, frontend.json and, for classifiers, labels.txt. */
#ifndef ZR_FRONTEND_MODEL_H
#define ZR_FRONTEND_MODEL_H

#include "frontend/run.h"
#include "graph/graph.h"

/* The sound model that `path` names: NULL with true when it is no folder with a frontend.json. Its
 * description is fitted to the model: an int8 input gives the scale, and the frames of a clip must
 * be what the input takes. */
ZR_MUST bool zr_frontend_of_model(zr_ctx *cx, const char *path, const zr_model *model,
                                  zr_frontend **f);

/* Makes the front end of clips in the folder `path` one of a stream, for a network that takes some
 * of its frames at a time. Fails for one of which a frame needs the clip's greatest sample. */
ZR_MUST bool zr_frontend_make_stream(zr_ctx *cx, const char *path, zr_frontend *f);

/* Frames that an inference takes. */
int zr_frontend_frames_per_input(const zr_frontend *f, const zr_model *model);

/* The frames of the files, as samples of the model's input: each clip, or so many frames one after
 * the other; what is left at the end of a stream is dropped. int8 for an int8 input, else float32
 * of the same values. */
ZR_MUST bool zr_frontend_samples(zr_ctx *cx, const zr_frontend *f, const zr_model *model,
                                 const char *const *paths, int64_t n,
                                 zr_frontend_progress *progress, void *user, bool waking,
                                 zr_buf *owners, zr_array *samples);

/* The lines of the folder's labels.txt, in order; NULL with 0 when there is none. */
ZR_MUST bool zr_labels_read(zr_ctx *cx, const char *folder, const char *const **labels, int *n);

/* What an index of recordings says: a CSV file with the columns "file" and "label", or without a
 * heading those two; `split`, if given, keeps the rows with that word in the column "split". A
 * label is one of the words or a number from 0. Files are below `root`. */
typedef struct zr_index {
    int64_t n;
    const char *const *files;
    const int32_t *labels;
} zr_index;

ZR_MUST bool zr_index_read(zr_ctx *cx, const char *path, const char *root, const char *split,
                           const char *const *labels, int n_labels, zr_index *index);

#endif
