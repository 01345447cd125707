/* Source files that are part of the zerre binary: tools/embed.c makes them at build time. */
#ifndef ZR_BASE_EMBEDDED_H
#define ZR_BASE_EMBEDDED_H

typedef struct zr_embedded {
    const char *path; /* from the root of the sources: "src/device/requantize.h"; NULL: the end */
    const char *text;
} zr_embedded;

extern const zr_embedded zr_embedded_device[];   /* src/device/ and the kernels of src/ops/ */
extern const zr_embedded zr_embedded_firmware[]; /* firmware/ */

#endif
