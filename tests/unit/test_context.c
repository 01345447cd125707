#include <string.h>

#include "test.h"

ZR_TEST(context_without_errors)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    CHECK_EQ(zr_exit_status(&cx), 0);
    zr_note(&cx, ZR_NOWHERE, "batch fixed to %d", 1);
    CHECK_EQ(cx.n_errors, 0);
    CHECK_EQ(zr_exit_status(&cx), 0);
    CHECK_ERROR(&cx, "batch fixed to 1");
    zr_ctx_free(&cx);
}

ZR_TEST(context_keeps_errors_in_order)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_note(&cx, ZR_NOWHERE, "remark");
    CHECK(!zr_fail(&cx, ZR_E_TOOL, ZR_NOWHERE, "first"));
    CHECK(!zr_fail(&cx, ZR_E_SHAPE, ZR_NOWHERE, "second"));
    CHECK_EQ(cx.n_errors, 2);
    CHECK_TEXT(cx.first->sentence, "remark");
    CHECK_TEXT(cx.first->next->sentence, "first");
    CHECK_TEXT(cx.last->sentence, "second");
    CHECK_EQ(zr_exit_status(&cx), 3);
    zr_ctx_free(&cx);
    CHECK_EQ(zr_exit_status(&cx), 0);
}

ZR_TEST(context_exit_status_of_each_kind)
{
    static const struct {
        zr_diag_code code;
        int status;
    } kinds[] = {{ZR_E_FORMAT, 1}, {ZR_E_USAGE, 2}, {ZR_E_TOOL, 3}, {ZR_E_INTERNAL, 1}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        zr_fail(&cx, kinds[i].code, ZR_NOWHERE, "no");
        CHECK_EQ(zr_exit_status(&cx), kinds[i].status);
        zr_ctx_free(&cx);
    }
}

ZR_TEST(context_hints)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    zr_fail(&cx, ZR_E_SHAPE, ZR_NOWHERE, "no hint");
    zr_fail(&cx, ZR_E_FORMAT, ZR_NOWHERE, "bad magic");
    zr_fail(&cx, ZR_E_FORMAT, ZR_NOWHERE, "bad magic; try 'file %s'", "kws");
    const zr_diag *d = cx.first;
    CHECK_TEXT(zr_diag_line(&cx, d), "no hint");
    d = d->next;
    CHECK_TEXT(zr_diag_line(&cx, d),
               "bad magic; the file is damaged or is no such file; export it again");
    d = d->next;
    CHECK_TEXT(d->sentence, "bad magic");
    CHECK_TEXT(d->hint, "try 'file kws'");
    zr_ctx_free(&cx);
}

ZR_TEST(context_lines_of_places)
{
    static const struct {
        zr_place place;
        const char *line;
    } cases[] = {
        {{NULL, -1, -1, -1, NULL, NULL}, "no"},
        {{"m.tflite", -1, -1, -1, NULL, NULL}, "m.tflite: no"},
        {{"m.tflite", 40, -1, -1, NULL, NULL}, "m.tflite: byte 40: no"},
        {{"m.tflite", -1, 0, 7, "STFT", NULL}, "m.tflite: operator 7 (STFT) at subgraph 0: no"},
        {{"m.tflite", -1, -1, 7, "STFT", NULL}, "m.tflite: operator 7 (STFT): no"},
        {{"m.tflite", -1, -1, 7, NULL, NULL}, "m.tflite: operator 7 (?): no"},
        {{"m.tflite", -1, 1, -1, NULL, NULL}, "m.tflite: subgraph 1: no"},
        {{"m.tflite", -1, 1, -1, NULL, "x"}, "m.tflite: subgraph 1: tensor 'x': no"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zr_ctx cx;
        zr_ctx_init(&cx);
        zr_fail(&cx, ZR_E_SHAPE, cases[i].place, "no");
        CHECK_ERROR(&cx, cases[i].line);
        zr_ctx_free(&cx);
    }
}

ZR_TEST(context_text_from_files_is_made_harmless)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    CHECK_TEXT(zr_text(&cx, "a\x1b[31m\n\x80\0z", 9), "a.[31m...");
    CHECK_TEXT(zr_text(&cx, "", 0), "");
    zr_ctx_free(&cx);
}

ZR_TEST(context_without_memory_still_fails)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    cx.arena.fail_after = 0;
    CHECK(!zr_fail(&cx, ZR_E_SHAPE, ZR_NOWHERE, "no %d", 1));
    CHECK(cx.out_of_memory);
    CHECK_EQ(zr_exit_status(&cx), 1);
    zr_ctx_free(&cx);
}

static bool format_and_note(zr_ctx *cx, void *data)
{
    (void)data;
    return zr_format(cx, "%d", 12) && zr_text(cx, "ab", 2) && ZR_NEW(cx, int, 10);
}

ZR_TEST(context_memory)
{
    CHECK_MEMORY(format_and_note, NULL);
}
