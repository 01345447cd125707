/* The frame of the unit tests: ZR_TEST(name) {...} in any tests/unit/test_*.c is found and run.
 *
 * A failed check prints file, line and what was expected; the test goes on, so that one run shows
 * every problem. `unit WORD ...` runs the tests whose name has one of the words in it. */
#ifndef ZR_TESTS_UNIT_TEST_H
#define ZR_TESTS_UNIT_TEST_H

#include "base/context.h"
#include "base/file.h"

typedef struct zr_test {
    const char *name;
    void (*run)(void);
    struct zr_test *next;
} zr_test;

void zr_test_add(zr_test *test);
bool zr_test_check(bool ok, const char *file, int line, const char *what);
bool zr_test_equal(int64_t a, int64_t b, const char *file, int line, const char *what);
bool zr_test_text(const char *a, const char *b, const char *file, int line, const char *what);
bool zr_test_bytes(const void *a, size_t a_size, const void *b, size_t b_size, const char *file,
                   int line, const char *what);

#define ZR_TEST(id)                                              \
    static void id(void);                                        \
    __attribute__((constructor)) static void register_##id(void) \
    {                                                            \
        static zr_test test = {#id, id, NULL};                   \
        zr_test_add(&test);                                      \
    }                                                            \
    static void id(void)

/* Each is true when it holds: `if (!CHECK(p)) return;` */
#define CHECK(condition) zr_test_check((condition), __FILE__, __LINE__, #condition)
#define CHECK_EQ(a, b) zr_test_equal((int64_t)(a), (int64_t)(b), __FILE__, __LINE__, #a " == " #b)
#define CHECK_TEXT(a, b) zr_test_text((a), (b), __FILE__, __LINE__, #a " is " #b)
#define CHECK_BYTES(a, a_size, b, b_size) \
    zr_test_bytes((a), (a_size), (b), (b_size), __FILE__, __LINE__, #a " is " #b)

/* The first diagnostic's line; "" without one. */
const char *zr_test_error(zr_ctx *cx);
#define CHECK_ERROR(cx, line) zr_test_text(zr_test_error(cx), (line), __FILE__, __LINE__, #cx)

/* Runs `work` with memory that runs out at the first allocation, at the second and so on until
 * there is enough, and demands that it succeeds then, and fails with an error in the context
 * before. More than a thousand allocations are sampled. `work` must do the same every time. */
bool zr_test_memory(bool (*work)(zr_ctx *cx, void *data), void *data, const char *file, int line);
#define CHECK_MEMORY(work, data) zr_test_memory((work), (data), __FILE__, __LINE__)

/* The path of a file of tests/unit/data/; an own folder for this run, empty, removed at the end. */
const char *zr_test_data(zr_ctx *cx, const char *name);
const char *zr_test_folder(void);

#endif
