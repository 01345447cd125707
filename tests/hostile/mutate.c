/* Feeds a fuzz target (tests/fuzz) with every truncation and with single-bit flips of good files:
 * mutate_tflite [--step N] FILE ...
 *
 * N thins the flips out: every N-th bit. Each file has a process of its own, so that a crash is a
 * line that says what was done to the file; the suite then goes on. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../fuzz/fuzz.h"

enum { LIMIT_S = 20 }; /* of one mutant */

/* What the child is doing, for the parent to see. */
typedef struct progress {
    size_t length;
    long bit; /* -1: a truncation */
} progress;

static void try_mutant(volatile progress *at, const uint8_t *bytes, size_t length, long bit)
{
    at->length = length;
    at->bit = bit;
    alarm(LIMIT_S);
    LLVMFuzzerTestOneInput(bytes, length);
}

static void try_all(volatile progress *at, uint8_t *bytes, size_t size, long step)
{
    for (size_t length = 0; length <= size; length++) try_mutant(at, bytes, length, -1);
    for (long bit = 0; bit < 8 * (long)size; bit += step) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        try_mutant(at, bytes, size, bit);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static bool survives(const char *path, long step)
{
    zr_ctx cx;
    zr_bytes file;
    zr_ctx_init(&cx);
    progress *at =
        mmap(NULL, sizeof *at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED || !zr_file_read(&cx, path, &file)) {
        printf("%s: cannot be read\n", path);
        return false;
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        uint8_t *copy = fuzz_copy(file.data, file.size);
        try_all(at, copy, file.size, step);
        _exit(0);
    }
    int status = -1;
    bool ok = child > 0 && waitpid(child, &status, 0) == child && status == 0;
    const char *how =
        WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "takes too long" : "crashes";
    if (!ok && at->bit < 0) printf("%s: the first %zu bytes: %s\n", path, at->length, how);
    if (!ok && at->bit >= 0)
        printf("%s: bit %ld of byte %ld turned: %s\n", path, at->bit % 8, at->bit / 8, how);
    munmap(at, sizeof *at);
    zr_ctx_free(&cx);
    return ok;
}

int main(int argc, char **argv)
{
    long step = 1;
    int first = 1, passed = 0, failed = 0;
    if (argc > 2 && !strcmp(argv[1], "--step")) {
        step = strtol(argv[2], NULL, 10);
        first = 3;
    }
    for (int i = first; i < argc; i++) {
        if (step > 0 && survives(argv[i], step))
            passed++;
        else
            failed++;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
