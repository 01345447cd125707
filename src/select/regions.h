/* Choosing which nodes are computed together, a strip of rows at a time. */
#ifndef ZR_SELECT_REGIONS_H
#define ZR_SELECT_REGIONS_H

#include "select/select.h"

/* Sets choice->regions: those that options->rows names. */
ZR_MUST bool zr_select_regions(zr_ctx *cx, const zr_model *model, const zr_select_options *options,
                               zr_choice *choice);

#endif
