/* Parts of the bench that need no toolchain: running programs, reading images. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/process.h"
#include "bench/elf.h"
#include "bench/target.h"

static int n_failed;

#define CHECK(condition)                                    \
    do {                                                    \
        if (condition) break;                               \
        printf("FAIL line %d: %s\n", __LINE__, #condition); \
        n_failed++;                                         \
    } while (0)

static void test_process(zr_ctx *cx)
{
    static const char *const both[] = {"sh", "-c", "echo out; echo err >&2; exit 3", NULL};
    static const char *const folder[] = {"pwd", NULL};
    static const char *const dies[] = {"sh", "-c", "kill -TERM $$", NULL};
    static const char *const waits[] = {"sleep", "60", NULL};
    static const char *const missing[] = {"no-such-program", NULL};
    static const char *const reads[] = {"cat", NULL};
    static const char *const floods[] = {"sh", "-c", "head -c 3000000 /dev/zero", NULL};
    zr_process_result r;
    CHECK(zr_process_run(cx, &(zr_process){both, NULL, 0}, &r));
    CHECK(r.end == ZR_PROCESS_EXITED && r.status == 3 && !zr_process_ok(&r));
    CHECK(!strcmp(r.output, "out\nerr\n"));
    CHECK(zr_process_run(cx, &(zr_process){folder, "/", 10}, &r));
    CHECK(zr_process_ok(&r) && !strcmp(r.output, "/\n"));
    CHECK(zr_process_run(cx, &(zr_process){dies, NULL, 10}, &r));
    CHECK(r.end == ZR_PROCESS_SIGNALLED && r.status == SIGTERM);
    CHECK(zr_process_run(cx, &(zr_process){waits, NULL, 1}, &r));
    CHECK(r.end == ZR_PROCESS_TIMED_OUT && !zr_process_ok(&r));
    CHECK(zr_process_run(cx, &(zr_process){missing, NULL, 10}, &r));
    CHECK(r.end == ZR_PROCESS_MISSING && !strcmp(r.output, ""));
    CHECK(zr_process_run(cx, &(zr_process){reads, NULL, 10}, &r) && zr_process_ok(&r));
    CHECK(zr_process_run(cx, &(zr_process){floods, NULL, 10}, &r) && zr_process_ok(&r));
    CHECK(cx->n_errors == 0);
    CHECK(!zr_process_run(cx, &(zr_process){folder, "/no/such/folder", 10}, &r));
    CHECK(cx->n_errors == 1);
}

enum { HEADER = 52, SECTION = 40, N_SECTIONS = 4, NAMES_AT = 300, SYMBOLS_AT = 400, SIZE = 432 };

static void put(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(value >> 8 * i);
}

/* An image with the sections "", "code", "names" and "symbols"; the one symbol is the function
 * "main" of 8 bytes at 0x100. */
static void make_image(uint8_t *image)
{
    static const char names[] = "\0code\0names\0symbols\0main";
    static const uint32_t sections[N_SECTIONS][10] = {
        {0},
        {1, 1, 0, 0, 0, 1234, 0, 0, 0, 0},
        {6, 3, 0, 0, NAMES_AT, sizeof names, 0, 0, 0, 0},
        {12, 2, 0, 0, SYMBOLS_AT, 16, 2, 0, 0, 16},
    };
    memset(image, 0, SIZE);
    memcpy(image, "\177ELF\1\1", 6);
    put(image + 32, HEADER);
    image[46] = SECTION;
    image[48] = N_SECTIONS;
    image[50] = 2;
    for (int i = 0; i < N_SECTIONS; i++)
        for (int j = 0; j < 10; j++) put(image + HEADER + i * SECTION + j * 4, sections[i][j]);
    memcpy(image + NAMES_AT, names, sizeof names);
    put(image + SYMBOLS_AT, 20);
    put(image + SYMBOLS_AT + 4, 0x101);
    put(image + SYMBOLS_AT + 8, 8);
    image[SYMBOLS_AT + 12] = 2;
}

static void test_elf(zr_ctx *cx)
{
    uint8_t image[SIZE];
    make_image(image);
    zr_bytes file = {image, SIZE};
    CHECK(zr_elf_section_bytes(file, "code") == 1234);
    CHECK(zr_elf_section_bytes(file, "data") == 0);
    const char *function = zr_elf_function_at(file, 0x107);
    CHECK(function && !strcmp(function, "main"));
    CHECK(!zr_elf_function_at(file, 0x108) && !zr_elf_function_at(file, 0xff));

    /* Cut or damaged anywhere: no read outside, which the sanitizers see. */
    for (size_t size = 0; size < SIZE; size++) {
        uint8_t *cut = zr_alloc(cx, size + 1, 1);
        if (!cut) return;
        memcpy(cut, image, size);
        zr_elf_section_bytes((zr_bytes){cut, size}, "symbols");
        zr_elf_function_at((zr_bytes){cut, size}, 0x100);
    }
    for (int bit = 0; bit < SIZE * 8; bit++) {
        image[bit / 8] ^= (uint8_t)(1 << bit % 8);
        zr_elf_section_bytes(file, "symbols");
        zr_elf_function_at(file, 0x100);
        image[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

int main(void)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    test_process(&cx);
    test_elf(&cx);
    CHECK(zr_target_find("cortex-m4") && !zr_target_find("cortex-m"));
    zr_ctx_free(&cx);
    return n_failed != 0;
}
