/* Parts of the bench that need no toolchain: running programs, reading images. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/process.h"
#include "bench/cycles.h"
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

enum { HEADER = 52, SECTION = 40, N_SECTIONS = 5, NAMES_AT = 300, SYMBOLS_AT = 400, SIZE = 432 };

static void put(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(value >> 8 * i);
}

/* An image with the sections "", "code", "names", "symbols" and "text"; the one symbol is the
 * function "main" of 8 bytes at 0x100, where the text is: the 16 first bytes of the file. */
static void make_image(uint8_t *image)
{
    static const char names[] = "\0code\0names\0symbols\0main\0text";
    static const uint32_t sections[N_SECTIONS][10] = {
        {0},
        {1, 1, 0, 0, 0, 1234, 0, 0, 0, 0},
        {6, 3, 0, 0, NAMES_AT, sizeof names, 0, 0, 0, 0},
        {12, 2, 0, 0, SYMBOLS_AT, 16, 2, 0, 0, 16},
        {25, 1, 2, 0x100, 0, 16, 0, 0, 0, 0},
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
    CHECK(zr_elf_symbol(file, "main") == 0x100 && zr_elf_symbol(file, "mai") == 0);
    CHECK(zr_elf_bytes_at(file, 0x101, 15) == image + 1 && zr_elf_bytes_at(file, 0x10f, 1));
    CHECK(!zr_elf_bytes_at(file, 0x101, 16) && !zr_elf_bytes_at(file, 0xff, 1));

    /* Cut or damaged anywhere: no read outside, which the sanitizers see. */
    for (size_t size = 0; size < SIZE; size++) {
        uint8_t *cut = zr_alloc(cx, size + 1, 1);
        if (!cut) return;
        memcpy(cut, image, size);
        zr_elf_section_bytes((zr_bytes){cut, size}, "symbols");
        zr_elf_function_at((zr_bytes){cut, size}, 0x100);
        zr_elf_symbol((zr_bytes){cut, size}, "main");
        const uint8_t *text = zr_elf_bytes_at((zr_bytes){cut, size}, 0x100, 16);
        CHECK(!text || size >= 16);
    }
    for (int bit = 0; bit < SIZE * 8; bit++) {
        image[bit / 8] ^= (uint8_t)(1 << bit % 8);
        zr_elf_section_bytes(file, "symbols");
        zr_elf_function_at(file, 0x100);
        image[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static const char *why_no_cycles(zr_ctx *cx, const uint8_t *image, const char *profile,
                                 zr_cycles *layers)
{
    const char *why = "failed";
    bool ok = zr_cycles_estimate(cx, (zr_bytes){image, SIZE},
                                 (zr_bytes){(const uint8_t *)profile, strlen(profile)}, 0, 1,
                                 layers, &why);
    return ok ? why : "failed";
}

/* Profiles that the plugin would not write give no estimate and nothing worse. What real ones give
 * is in firmware_test.c. */
static void test_cycles(zr_ctx *cx)
{
    static const char *const damaged[] = {
        "0 100 2 1 1 0 0 0\n", "0 100 3 1 1 0 0 0 0\n", "2 100 2 1 1 0 0 0 0\n", "main\n", "\n",
    };
    uint8_t image[SIZE];
    zr_cycles layers[2];
    make_image(image);
    memcpy(image, "\x08\x68", 2); /* LDR r0, [r1] */
    CHECK(strstr(why_no_cycles(cx, image, "0 100 2 1 1 0 4 0 0\n", layers), "at 0x100"));
    make_image(image);
    memcpy(image + 8, "\x08\x68\xf7\xff\xff\xff", 6);
    CHECK(!why_no_cycles(cx, image, "1 108 2 3 1 0 c 0 0\n0 108 2 1 1 0 4 0 0\n", layers));
    CHECK(layers[0].cycles == 2 && layers[1].cycles == 6 && layers[1].instructions == 3);
    CHECK(!why_no_cycles(cx, image, "", layers) && layers[0].cycles == 0);
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        CHECK(strstr(why_no_cycles(cx, image, damaged[i], layers), "damaged"));
    CHECK(strstr(why_no_cycles(cx, image, "0 10a 4 1 1 0 0 0 0\n", layers), "at 0x10a"));
    CHECK(strstr(why_no_cycles(cx, image, "0 1000 2 1 1 0 0 0 0\n", layers), "at 0x1000"));
    CHECK(cx->n_errors == 1);
}

int main(void)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    test_process(&cx);
    test_elf(&cx);
    test_cycles(&cx);
    CHECK(zr_target_find("cortex-m4") && !zr_target_find("cortex-m"));
    zr_ctx_free(&cx);
    return n_failed != 0;
}
