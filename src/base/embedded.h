/* Files that are part of the zerre binary: tools/embed.c makes them at build time. */
#ifndef ZR_BASE_EMBEDDED_H
#define ZR_BASE_EMBEDDED_H

#include <stddef.h>

typedef struct zr_embedded {
    const char *path; /* from the root of the sources: "src/device/requantize.h"; NULL: the end */
    const char *text; /* a zero follows */
    size_t size;      /* without that */
} zr_embedded;

extern const zr_embedded zr_embedded_device[];   /* src/device/ and the kernels of src/ops/ */
extern const zr_embedded zr_embedded_firmware[]; /* firmware/ */
extern const zr_embedded zr_embedded_plugin[];   /* profile.so, of src/bench/plugin/profile.c */

#endif
