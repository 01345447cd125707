/* Signatures of .tflite: the names by which programs find inputs and outputs. */
#ifndef ZR_IMPORT_SIGNATURES_H
#define ZR_IMPORT_SIGNATURES_H

#include "graph/graph.h"
#include "import/flatbuf.h"

/* Reads the signatures of the Model table `root` into the model, whose graphs must have been read.
 * Nothing is computed with them: one that names what is no input or output of its subgraph is left
 * out with a note. `left` counts down the elements and characters that may still be copied. False
 * when the file's structure is damaged or memory ran out. */
ZR_MUST bool zr_signatures_read(zr_fb *fb, const zr_fb_table *root, zr_model *model,
                                uint64_t *left);

#endif
