#include "ops/fully_connected/variants.h"

const zr_variant zr_fully_connected_variants[] = {
    ZR_FULLY_CONNECTED_SCALAR,
    {0},
};
