/* Sparse constants of .tflite, made dense. */
#ifndef ZR_IMPORT_SPARSE_H
#define ZR_IMPORT_SPARSE_H

#include "graph/graph.h"
#include "import/flatbuf.h"

/* The dense form of a constant that is stored by the SparsityParameters table `sparsity`
 * (traversal order over dimensions and blocks, each dense or compressed sparse row), as an array of
 * zr_tensor_bytes(tensor); NULL with an error when the description does not fit the tensor. `left`
 * counts down the bytes that the constants of the model may take in all. */
const uint8_t *zr_sparse_expand(zr_fb *fb, const zr_fb_table *sparsity, const zr_tensor *tensor,
                                zr_bytes stored, zr_place place, uint64_t *left);

#endif
