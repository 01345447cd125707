/* What quantization made of a model, as text, JSON and HTML. */
#ifndef ZR_REPORT_QUANT_H
#define ZR_REPORT_QUANT_H

#include "base/buffer.h"
#include "quant/quant.h"

void zr_quant_text(const zr_quant_report *r, zr_buf *out);
ZR_MUST bool zr_quant_json(zr_ctx *cx, const zr_quant_report *r, zr_buf *out);

/* One page with everything in it: styles and pictures (SVG), nothing from elsewhere. */
void zr_quant_html(const zr_quant_report *r, zr_buf *out);

#endif
