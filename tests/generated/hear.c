/* Hears a file of 16-bit samples with a generated front end: hear SAMPLES > INPUTS. Every time it
 * says that the network's input is ready, that is written. Built with -DHEADER, -DNAME, -DUPPER. */
#include <stdio.h>
#include <string.h>

#include HEADER

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define FUNCTION(name) PASTE(NAME, _frontend_##name)
#define CONSTANT(name) PASTE(UPPER, _FRONTEND_##name)

#ifdef REAL
typedef float element;
#else
typedef int8_t element;
#endif

typedef PASTE(NAME, _frontend) frontend;

static frontend f;
static union {
    double aligned;
    unsigned char bytes[CONSTANT(SCRATCH_BYTES)];
} scratch;
static element input[CONSTANT(FRAMES) * CONSTANT(VALUES)];

int main(int argc, char **argv)
{
    int16_t samples[CONSTANT(HOP)];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file) return 2;
    memset(&f, 0x55, sizeof f);
    FUNCTION(reset)(&f);
    while (fread(samples, sizeof *samples, CONSTANT(HOP), file) == CONSTANT(HOP)) {
        memset(&scratch, 0x55, sizeof scratch); /* nothing in it may be needed later */
        if (!FUNCTION(hop)(&f, samples, scratch.bytes)) continue;
        FUNCTION(features)(&f, input);
        fwrite(input, sizeof *input, sizeof input / sizeof *input, stdout);
    }
    return 0;
}
