/* Steps through clips with generated code (zerre compile --stream time --with-end) and ends them.
 *
 * Built with -DHEADER="NAME.h" -DMODEL=NAME -DMODEL_UPPER=NAME_IN_CAPITALS -DLEAD=bytes and
 * -DSTEPS=n. Reads clips from standard input, each n steps without the first LEAD bytes, and writes
 * what each gives. The end is asked after every step, which may change nothing. C99 and C++. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include HEADER

#define PASTE_2(a, b) a##b
#define PASTE(a, b) PASTE_2(a, b)
#define CALL(function) PASTE(MODEL, function)
#define CONSTANT(name) PASTE(MODEL_UPPER, name)

enum { BYTES = CONSTANT(_INPUT_0_BYTES) };

int main(void)
{
    static struct MODEL model;
    static unsigned char frames[BYTES];
    void *arena = malloc(CONSTANT(_ARENA_BYTES));
    int step = 0;
    if (!arena || CALL(_end)(&model) != -1) return 1; /* not initialized */
    memset(arena, 0xA5, CONSTANT(_ARENA_BYTES));
    if (CALL(_init)(&model, arena, CONSTANT(_ARENA_BYTES))) return 2;
    memset(frames, 0x5A, LEAD);
    while (fread(frames + (step ? 0 : LEAD), BYTES - (step ? 0 : LEAD), 1, stdin) == 1) {
        memcpy(CALL(_input)(&model), frames, BYTES);
        if (CALL(_invoke)(&model) || CALL(_end)(&model)) return 3;
        if (++step < STEPS) continue;
        fwrite(CALL(_output)(&model), CONSTANT(_OUTPUT_0_BYTES), 1, stdout);
        CALL(_reset)(&model);
        memset(frames, 0x5A, LEAD);
        step = 0;
    }
    free(arena);
    return 0;
}
