/* The microphone, through PortAudio where zerre was built with it. */
#ifndef ZR_LISTEN_MIC_H
#define ZR_LISTEN_MIC_H

#include "base/context.h"

typedef struct zr_mic zr_mic;

/* Opens the computer's microphone at `rate` samples a second. Fails with ZR_E_TOOL when there is
 * none or no PortAudio. */
ZR_MUST bool zr_mic_open(zr_ctx *cx, int rate, zr_mic **mic);

/* The next samples [n], waiting for up to a tenth of a second: false when they are not there by
 * then. *lost: samples that are missing in front of the next ones. */
ZR_MUST bool zr_mic_read(zr_mic *mic, int16_t *samples, size_t n, size_t *lost);

/* Whether the microphone still runs. */
bool zr_mic_runs(const zr_mic *mic);

void zr_mic_close(zr_mic *mic);

#endif
