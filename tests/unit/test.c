#define _GNU_SOURCE /* mkdtemp */
#include "test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static zr_test *tests, **last = &tests;
static const zr_test *current;
static int n_bad_checks; /* of the current test */

void zr_test_add(zr_test *test)
{
    *last = test;
    last = &test->next;
}

static bool failed(const char *file, int line, const char *what)
{
    printf("%s:%d: %s: %s\n", file, line, current->name, what);
    n_bad_checks++;
    return false;
}

bool zr_test_check(bool ok, const char *file, int line, const char *what)
{
    return ok || failed(file, line, what);
}

bool zr_test_equal(int64_t a, int64_t b, const char *file, int line, const char *what)
{
    if (a == b) return true;
    failed(file, line, what);
    printf("    %" PRId64 " is not %" PRId64 "\n", a, b);
    return false;
}

bool zr_test_text(const char *a, const char *b, const char *file, int line, const char *what)
{
    if (a && b && !strcmp(a, b)) return true;
    failed(file, line, what);
    printf("    found:    %s\n    expected: %s\n", a ? a : "(null)", b ? b : "(null)");
    return false;
}

bool zr_test_bytes(const void *a, size_t a_size, const void *b, size_t b_size, const char *file,
                   int line, const char *what)
{
    const unsigned char *p = a, *q = b;
    size_t i = 0, size = a_size < b_size ? a_size : b_size;
    while (i < size && p[i] == q[i]) i++;
    if (i == size && a_size == b_size) return true;
    failed(file, line, what);
    printf("    %zu and %zu bytes, the first that differs is byte %zu\n", a_size, b_size, i);
    return false;
}

const char *zr_test_error(zr_ctx *cx)
{
    return cx->first ? zr_diag_line(cx, cx->first) : "";
}

/* One run with `limit` allocations; sets `used` to how many it made. */
static bool run_limited(bool (*work)(zr_ctx *cx, void *data), void *data, int64_t limit,
                        int64_t *used, int *status)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    cx.arena.fail_after = limit;
    bool ok = work(&cx, data);
    *used = limit - cx.arena.fail_after;
    *status = zr_exit_status(&cx);
    zr_ctx_free(&cx);
    return ok;
}

bool zr_test_memory(bool (*work)(zr_ctx *cx, void *data), void *data, const char *file, int line)
{
    int64_t n, used;
    int status;
    if (!run_limited(work, data, INT64_MAX, &n, &status))
        return failed(file, line, "fails with enough memory");
    if (status) return failed(file, line, "succeeds with an error in the context");
    for (int64_t limit = 0; limit<n; limit += n> 1000 ? n / 1000 : 1) {
        bool ok = run_limited(work, data, limit, &used, &status);
        if (!ok && status == 1) continue;
        printf("    memory ran out at allocation %" PRId64 " of %" PRId64 "\n", limit + 1, n);
        return failed(file, line, ok ? "succeeds without memory" : "fails without an error");
    }
    if (run_limited(work, data, n, &used, &status) && used == n) return true;
    return failed(file, line, "does not need the same memory every time");
}

const char *zr_test_data(zr_ctx *cx, const char *name)
{
    return zr_format(cx, "%s/%s", ZR_TEST_DATA, name);
}

static char folder[] = "/tmp/zerre-unit-XXXXXX";
static bool folder_made;

static void remove_folder(void)
{
    zr_folder_remove(folder);
}

const char *zr_test_folder(void)
{
    if (!folder_made) {
        folder_made = mkdtemp(folder) != NULL;
        if (!folder_made) {
            perror(folder);
            exit(1);
        }
        atexit(remove_folder);
    }
    return folder;
}

static bool wanted(const char *name, int n_words, char **words)
{
    for (int i = 0; i < n_words; i++)
        if (strstr(name, words[i])) return true;
    return n_words == 0;
}

int main(int argc, char **argv)
{
    int passed = 0, bad = 0;
    for (current = tests; current; current = current->next) {
        if (!wanted(current->name, argc - 1, argv + 1)) continue;
        n_bad_checks = 0;
        current->run();
        if (n_bad_checks)
            bad++;
        else
            passed++;
    }
    printf("%d passed, %d failed\n", passed, bad);
    return bad > 0 || passed == 0;
}
