/* Hears a file of 16-bit samples with a generated front end: hear SAMPLES > INPUTS. Every time it
 * says that the network's input is ready, that is written. Built with -DHEADER, -DNAME, -DUPPER;
 * with -DWAKE it hears behind the stage that wakes it, of a clip every 10 hops. */
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

#ifdef WAKE
typedef PASTE(NAME, _wake) listener;
#define RESET PASTE(NAME, _wake_reset)
#define HEAR PASTE(NAME, _wake_hop)
#define FRONTEND (&f.ear)
#define BYTES PASTE(UPPER, _WAKE_ARENA_BYTES)
#define ASLEEP (f.stage.awake == 0)
#else
typedef PASTE(NAME, _frontend) listener;
#define RESET FUNCTION(reset)
#define HEAR FUNCTION(hop)
#define FRONTEND (&f)
#define BYTES CONSTANT(SCRATCH_BYTES)
#define ASLEEP 0
#endif

#ifndef EVERY
#define EVERY 1
#endif

static listener f;
static union {
    double aligned;
    unsigned char bytes[BYTES];
} scratch;
static element input[CONSTANT(FRAMES) * CONSTANT(VALUES)];

int main(int argc, char **argv)
{
    int16_t samples[CONSTANT(HOP)];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file) return 2;
    memset(&f, 0x55, sizeof f);
    memset(&scratch, 0x55, sizeof scratch);
    RESET(&f);
    for (int since = EVERY;
         fread(samples, sizeof *samples, CONSTANT(HOP), file) == CONSTANT(HOP);) {
        /* Nothing in it may be needed later, but what is kept for the waking. */
        memset(&scratch, 0x55, ASLEEP ? CONSTANT(SCRATCH_BYTES) : sizeof scratch);
        int due = HEAR(&f, samples, scratch.bytes);
        since = ASLEEP ? EVERY : since + 1;
        if (due == 0 || since < EVERY) continue;
        for (since = 0; due > 0; due--) {
            FUNCTION(features)(FRONTEND, input);
            fwrite(input, sizeof *input, sizeof input / sizeof *input, stdout);
        }
    }
    return 0;
}
