/* Runs generated code on samples and demands what its header promises. C99 and C++.
 *
 * Code that takes its input by rows (--stream-input) gets the sample row by row.
 *
 * Built with -DHEADER="NAME.h" -DMODEL=NAME -DMODEL_UPPER=NAME_IN_CAPITALS. Reads samples from
 * standard input (for each, the bytes of every input) and writes the outputs of the first run to
 * standard output; every other run in this file must give the same bits. Exit status 1 and a line
 * on standard error when something is not as it should be. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include HEADER

/* With AddressSanitizer even reading a guard is an error. */
#ifdef __SANITIZE_ADDRESS__
#define WITH_ASAN
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define WITH_ASAN
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#define FORBID(begin, bytes) ASAN_POISON_MEMORY_REGION(begin, bytes)
#define ALLOW(begin, bytes) ASAN_UNPOISON_MEMORY_REGION(begin, bytes)
#else
#define FORBID(begin, bytes) (void)0
#define ALLOW(begin, bytes) (void)0
#endif

#define PASTE_2(a, b) a##b
#define PASTE(a, b) PASTE_2(a, b)
#define CALL(function) PASTE(MODEL, function)
#define CONSTANT(name) PASTE(MODEL_UPPER, name)
#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

enum {
    ARENA_BYTES = CONSTANT(_ARENA_BYTES),
    ARENA_ALIGN = CONSTANT(_ARENA_ALIGN),
    N_INPUTS = CONSTANT(_N_INPUTS),
    N_OUTPUTS = CONSTANT(_N_OUTPUTS),
#if CONSTANT(_INPUT_ROWS)
    ROWS = CONSTANT(_INPUT_ROWS),
    ROW_BYTES = CONSTANT(_INPUT_ROW_BYTES),
#endif
    MAX_OFFSET = 64, /* a cache line: no allocator aligns further without being asked */
    GUARD_BYTES = 128,
    GUARD = 0xC3
};

typedef struct MODEL instance;

/* Every input's and every output's constants, in one list each. */
typedef struct port {
    size_t bytes;
    long elements;
    int rank;
    const int *shape;
} port;

#define PORT_SHAPE(PORT, i) static const int PASTE(shape, PORT##i)[] = CONSTANT(PORT##i##_SHAPE);
#define PORT_ENTRY(PORT, i)                                                             \
    {CONSTANT(PORT##i##_BYTES), CONSTANT(PORT##i##_ELEMENTS), CONSTANT(PORT##i##_RANK), \
     PASTE(shape, PORT##i)},

#define EACH_1(M, PORT) M(PORT, 0)
#define EACH_2(M, PORT) EACH_1(M, PORT) M(PORT, 1)
#define EACH_3(M, PORT) EACH_2(M, PORT) M(PORT, 2)
#define EACH_4(M, PORT) EACH_3(M, PORT) M(PORT, 3)
#define EACH_5(M, PORT) EACH_4(M, PORT) M(PORT, 4)
#define EACH_6(M, PORT) EACH_5(M, PORT) M(PORT, 5)
#define EACH_7(M, PORT) EACH_6(M, PORT) M(PORT, 6)
#define EACH_8(M, PORT) EACH_7(M, PORT) M(PORT, 7)

PASTE(EACH_, CONSTANT(_N_INPUTS))
(PORT_SHAPE, _INPUT_)
    PASTE(EACH_, CONSTANT(_N_OUTPUTS))(PORT_SHAPE, _OUTPUT_) static const port inputs[] = {
        PASTE(EACH_, CONSTANT(_N_INPUTS))(PORT_ENTRY, _INPUT_)};
static const port outputs[] = {PASTE(EACH_, CONSTANT(_N_OUTPUTS))(PORT_ENTRY, _OUTPUT_)};

static unsigned char *samples, *expected;
static int n_samples;
static size_t input_bytes, output_bytes; /* of one sample */

static void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static void *allocate(size_t bytes)
{
    void *memory = calloc(bytes + 1, 1);
    if (!memory) fail("out of memory");
    return memory;
}

/* An arena at an address that is `offset` more than a multiple of MAX_OFFSET, guards around it. */
typedef struct arena {
    unsigned char *memory, *begin;
} arena;

static arena make_arena(int offset)
{
    arena a;
    size_t over;
    a.memory = (unsigned char *)allocate(2 * MAX_OFFSET + 2 * GUARD_BYTES + ARENA_BYTES);
    over = (size_t)((uintptr_t)(a.memory + GUARD_BYTES) % MAX_OFFSET);
    a.begin = a.memory + GUARD_BYTES + (MAX_OFFSET - over) + offset;
    memset(a.begin - GUARD_BYTES, GUARD, GUARD_BYTES);
    memset(a.begin + ARENA_BYTES, GUARD, GUARD_BYTES);
    FORBID(a.begin - GUARD_BYTES, GUARD_BYTES);
    FORBID(a.begin + ARENA_BYTES, GUARD_BYTES);
    return a;
}

static void free_arena(const arena *a)
{
    ALLOW(a->begin - GUARD_BYTES, GUARD_BYTES);
    ALLOW(a->begin + ARENA_BYTES, GUARD_BYTES);
    free(a->memory);
}

static void check_guards(const arena *a, const char *when)
{
    ALLOW(a->begin - GUARD_BYTES, GUARD_BYTES);
    ALLOW(a->begin + ARENA_BYTES, GUARD_BYTES);
    for (int i = 1; i <= GUARD_BYTES; i++)
        if (a->begin[-i] != GUARD) fail("%s: byte %d before the arena was written", when, i);
    for (int i = 0; i < GUARD_BYTES; i++)
        if (a->begin[ARENA_BYTES + i] != GUARD)
            fail("%s: byte %d behind the arena was written", when, i);
    FORBID(a->begin - GUARD_BYTES, GUARD_BYTES);
    FORBID(a->begin + ARENA_BYTES, GUARD_BYTES);
}

/* What the arena has before an inference: nothing, the extremes of int8, NaN as a float; -1: noise,
 * another in each round. */
static const int patterns[] = {0x00, 0x7F, 0x80, 0xFF};
static int pattern = -1;

/* What is left in the arena from before must not matter. */
static void poison(const arena *a, int round)
{
    for (int i = 0; i < ARENA_BYTES; i++)
        a->begin[i] = (unsigned char)(pattern < 0 ? 0x5A + 37 * round + 11 * i : pattern);
}

#if CONSTANT(_INPUT_ROWS)
/* A row at an address of no alignment; of what was pushed nothing may be needed. */
static int push_row(instance *m, int sample, int y)
{
    static unsigned char place[ROW_BYTES + 1];
    int returned;
    memcpy(place + 1, samples + (size_t)sample * input_bytes + (size_t)y * ROW_BYTES, ROW_BYTES);
    returned = CALL(_push_row)(m, (const ELEMENT *)(const void *)(place + 1));
    memset(place, 0x99, sizeof place);
    return returned;
}

static void run_sample(instance *m, int sample, const char *when)
{
    for (int y = 0; y < ROWS; y++)
        if (push_row(m, sample, y) != (y + 1 == ROWS)) fail("%s: row %d: push_row failed", when, y);
}

static int works(instance *m)
{
    static const unsigned char nothing[ROW_BYTES] = {0};
    return CALL(_push_row)(m, (const ELEMENT *)(const void *)nothing) != -1;
}

/* A picture that is not finished is forgotten. */
static void run_part(instance *m, int sample)
{
    for (int y = 0; y < 1 + sample % ROWS && y + 1 < ROWS; y++)
        if (push_row(m, sample, y) != 0) fail("push_row says that row %d is the last", y);
}
#else
static void fill_inputs(instance *m, int sample)
{
    const unsigned char *from = samples + (size_t)sample * input_bytes;
    for (int i = 0; i < N_INPUTS; i++) {
        void *to = CALL(_input_at)(m, i);
        if (!to) fail("input %d has no memory", i);
        memcpy(to, from, inputs[i].bytes);
        from += inputs[i].bytes;
    }
}

static void run_sample(instance *m, int sample, const char *when)
{
    fill_inputs(m, sample);
    if (CALL(_invoke)(m) != 0) fail("%s: invoke failed", when);
}

static int works(instance *m)
{
    return CALL(_invoke)(m) != -1;
}

static void run_part(instance *m, int sample)
{
    (void)m, (void)sample;
}
#endif

static void take_outputs(const instance *m, unsigned char *to)
{
    for (int i = 0; i < N_OUTPUTS; i++) {
        const void *from = CALL(_output_at)(m, i);
        if (!from) fail("output %d has no memory", i);
        memcpy(to, from, outputs[i].bytes);
        to += outputs[i].bytes;
    }
}

static void infer(instance *m, const arena *a, int sample, const char *when)
{
    unsigned char *got = (unsigned char *)allocate(output_bytes);
    poison(a, sample);
    run_sample(m, sample, when);
    check_guards(a, when);
    take_outputs(m, got);
    if (memcmp(got, expected + (size_t)sample * output_bytes, output_bytes) != 0)
        fail("%s: sample %d gives other outputs", when, sample);
    free(got);
}

static void start(instance *m, const arena *a)
{
    memset(m, 0xEE, sizeof *m);
    poison(a, -1);
    if (CALL(_init)(m, a->begin, ARENA_BYTES) != 0) fail("init failed");
    check_guards(a, "init");
}

static void check_constants(const port *ports, int n, const char *what)
{
    for (int i = 0; i < n; i++) {
        long product = 1;
        for (int d = 0; d < ports[i].rank; d++) product *= ports[i].shape[d];
        if (product != ports[i].elements || ports[i].bytes % (size_t)product != 0)
            fail("%s %d: shape, elements and bytes do not agree", what, i);
    }
    if (COUNT(shape_INPUT_0) != CONSTANT(_INPUT_0_RANK) ||
        COUNT(shape_OUTPUT_0) != CONSTANT(_OUTPUT_0_RANK))
        fail("shape and rank do not agree");
}

/* init says no to what it cannot use, and the instance then does nothing. */
static void check_refusals(void)
{
    instance m;
    arena a = make_arena(0);
    memset(&m, 0xEE, sizeof m);
    if (CALL(_init)(&m, NULL, ARENA_BYTES) != -1) fail("init takes a null arena");
    if (works(&m)) fail("it works without an arena");
    if (CALL(_init)(&m, a.begin, ARENA_BYTES - 1) != -1) fail("init takes too small an arena");
    if (CALL(_init)(&m, a.begin, 0) != -1) fail("init takes an empty arena");
    for (int offset = 1; offset < ARENA_ALIGN; offset++)
        if (CALL(_init)(&m, a.begin + offset, ARENA_BYTES) != -1)
            fail("init takes an arena at offset %d", offset);
    if (works(&m)) fail("it works after an init that failed");
    if (CALL(_init)(&m, a.begin, ARENA_BYTES + 1) != 0) fail("init refuses a larger arena");
#if !CONSTANT(_INPUT_ROWS)
    if (CALL(_input_at)(&m, -1) || CALL(_input_at)(&m, N_INPUTS))
        fail("there are more inputs than inputs");
#endif
    if (CALL(_output_at)(&m, -1) || CALL(_output_at)(&m, N_OUTPUTS))
        fail("there are more outputs than outputs");
    free_arena(&a);
}

static void read_samples(void)
{
    size_t capacity = 0, size = 0, got;
    do {
        unsigned char *bigger;
        capacity = 2 * capacity + 4096;
        bigger = (unsigned char *)allocate(capacity);
        if (size) memcpy(bigger, samples, size);
        free(samples);
        samples = bigger;
        got = fread(samples + size, 1, capacity - size, stdin);
        size += got;
    } while (size == capacity);
    n_samples = (int)(size / input_bytes);
    if (n_samples == 0 || size % input_bytes != 0) fail("%zu bytes are no samples", size);
}

/* The first run decides what the others must give. */
static void first_run(void)
{
    instance m;
    arena a = make_arena(0);
    start(&m, &a);
    for (int s = 0; s < n_samples; s++) {
        run_sample(&m, s, "first run");
        take_outputs(&m, expected + (size_t)s * output_bytes);
    }
    free_arena(&a);
}

/* At each address that the header allows; with -DFEW_ADDRESSES, at each power of two. */
static int next_offset(int offset)
{
#ifdef FEW_ADDRESSES
    return offset ? 2 * offset : ARENA_ALIGN;
#else
    return offset + ARENA_ALIGN;
#endif
}

/* One address after the other, one pattern after the other: there are four addresses at least. */
static void run_everywhere(void)
{
    int n = 0;
    for (int offset = 0; offset < MAX_OFFSET; offset = next_offset(offset)) {
        instance m;
        arena a = make_arena(offset);
        pattern = patterns[n++ % COUNT(patterns)];
        start(&m, &a);
        for (int s = 0; s < n_samples; s++) infer(&m, &a, s, "another address and content");
        free_arena(&a);
    }
    if (n < COUNT(patterns)) fail("only %d addresses for %d patterns", n, COUNT(patterns));
    pattern = -1;
}

/* A second instance, a sample behind: in its own arena, or between the inferences of the first in
 * the same one. */
static void run_interleaved(const arena *first, const arena *second)
{
    instance m, n;
    start(&m, first);
    start(&n, second);
    for (int s = 0; s <= n_samples; s++) {
        if (s < n_samples) infer(&m, first, s, "first of two instances");
        if (s > 0) infer(&n, second, s - 1, "second of two instances");
    }
}

static void run_after_reset(void)
{
    instance m;
    arena a = make_arena(0);
    start(&m, &a);
    for (int s = 0; s < n_samples; s++) infer(&m, &a, s, "before a reset");
    for (int used = 1; used <= n_samples; used++) {
        run_part(&m, used % n_samples);
        poison(&a, used);
        CALL(_reset)(&m);
        check_guards(&a, "reset");
        for (int s = 0; s < used; s++) infer(&m, &a, s, "after a reset");
    }
    free_arena(&a);
}

int main(void)
{
    arena a = make_arena(0), b = make_arena(ARENA_ALIGN % MAX_OFFSET);
    for (int i = 0; i < N_INPUTS; i++) input_bytes += inputs[i].bytes;
    for (int i = 0; i < N_OUTPUTS; i++) output_bytes += outputs[i].bytes;
    check_constants(inputs, N_INPUTS, "input");
    check_constants(outputs, N_OUTPUTS, "output");
    check_refusals();
    read_samples();
    expected = (unsigned char *)allocate((size_t)n_samples * output_bytes);
    first_run();
    run_everywhere();
    run_interleaved(&a, &b);
    run_interleaved(&a, &a);
    run_after_reset();
    fwrite(expected, output_bytes, (size_t)n_samples, stdout);
    free_arena(&a);
    free_arena(&b);
    free(samples);
    free(expected);
    return fflush(stdout) != 0;
}
