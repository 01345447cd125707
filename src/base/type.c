#include "base/type.h"

const zr_type_info zr_types[ZR_TYPE_COUNT] = {
#define ZR_TYPE(id, name, bits, tflite, numpy, ctype) {name, bits, tflite, numpy, ctype},
#include "base/types.def"
#undef ZR_TYPE
};
