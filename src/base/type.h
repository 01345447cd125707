/* The element types of tensors, from types.def. */
#ifndef ZR_BASE_TYPE_H
#define ZR_BASE_TYPE_H

#include <stdint.h>

typedef enum zr_type {
#define ZR_TYPE(id, name, bits, tflite, numpy, ctype) ZR_##id,
#include "base/types.def"
#undef ZR_TYPE
    ZR_TYPE_COUNT
} zr_type;

typedef struct zr_type_info {
    const char *name;
    int bits;        /* 0: no fixed size */
    int tflite_code; /* TensorType of the .tflite schema */
    char numpy;      /* 'f', 'i', 'u', 'b', or 0 */
    const char *ctype;
} zr_type_info;

/* Indexed by zr_type. */
extern const zr_type_info zr_types[ZR_TYPE_COUNT];

/* Bytes of one element of a type of 8 bits or more; 0 for the others. */
static inline int zr_type_bytes(zr_type type)
{
    return zr_types[type].bits / 8;
}

#endif
