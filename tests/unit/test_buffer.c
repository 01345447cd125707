#include <string.h>

#include "base/buffer.h"
#include "test.h"

ZR_TEST(buffer_grows)
{
    zr_ctx cx;
    zr_buf buf;
    zr_ctx_init(&cx);
    zr_buf_init(&buf, &cx);
    CHECK_EQ(buf.size, 0);
    for (int i = 0; i < 5000; i++) zr_buf_printf(&buf, "%04d", i);
    if (CHECK(!buf.failed)) {
        CHECK_EQ(buf.size, 20000);
        CHECK_EQ(strlen(buf.data), 20000);
        for (int i = 0; i < 5000; i++) {
            char number[5] = {0};
            memcpy(number, buf.data + (size_t)i * 4, 4);
            CHECK_TEXT(number, zr_format(&cx, "%04d", i));
        }
    }
    zr_ctx_free(&cx);
}

ZR_TEST(buffer_adds_bytes_and_text)
{
    zr_ctx cx;
    zr_buf buf;
    zr_ctx_init(&cx);
    zr_buf_init(&buf, &cx);
    zr_buf_add(&buf, NULL, 0);
    CHECK_TEXT(buf.data, "");
    zr_buf_text(&buf, "ab");
    zr_buf_add(&buf, "\0c", 2);
    zr_buf_printf(&buf, "%s", "");
    CHECK_BYTES(buf.data, buf.size, "ab\0c", 4);
    CHECK_EQ(buf.data[4], 0);
    zr_ctx_free(&cx);
}

ZR_TEST(buffer_does_nothing_after_a_failure)
{
    zr_ctx cx;
    zr_buf buf;
    zr_ctx_init(&cx);
    zr_buf_init(&buf, &cx);
    zr_buf_text(&buf, "kept");
    CHECK(!zr_buf_reserve(&buf, SIZE_MAX));
    CHECK(buf.failed);
    zr_buf_text(&buf, "lost");
    CHECK_TEXT(buf.data, "kept");
    CHECK_EQ(cx.n_errors, 1);
    zr_ctx_free(&cx);
}

static bool fill(zr_ctx *cx, void *data)
{
    (void)data;
    zr_buf buf;
    zr_buf_init(&buf, cx);
    for (int i = 0; i < 3000; i++) zr_buf_printf(&buf, "%d ", i);
    return !buf.failed;
}

ZR_TEST(buffer_memory)
{
    CHECK_MEMORY(fill, NULL);
}
