/* Where a quantized model parts from its float model, as text, JSON and HTML. */
#ifndef ZR_REPORT_PARITY_H
#define ZR_REPORT_PARITY_H

#include "base/buffer.h"
#include "parity/parity.h"

/* `target`: the chip whose values are in the report, NULL: none. `limit` as for zr_parity_run. */
void zr_parity_text(zr_ctx *cx, const zr_parity *p, const char *target, double limit, zr_buf *out);
ZR_MUST bool zr_parity_json(zr_ctx *cx, const zr_parity *p, const char *target, double limit,
                            zr_buf *out);

/* One page with everything in it: styles and pictures (SVG), nothing from elsewhere. */
void zr_parity_html(zr_ctx *cx, const zr_parity *p, const char *target, double limit, zr_buf *out);

/* The sentences of the verdict, one a line, without markup: text and HTML say the same. */
const char *zr_parity_verdict(zr_ctx *cx, const zr_parity *p, const char *target, double limit);

#endif
