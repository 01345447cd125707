#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "test.h"

/* Files and folders in `path`, without "." and ".."; -1: no such folder. */
static int count_entries(const char *path)
{
    DIR *folder = opendir(path);
    int n = folder ? -2 : -1;
    while (folder && readdir(folder)) n++;
    if (folder) closedir(folder);
    return n;
}

static const char *make_folder(zr_ctx *cx, const char *name)
{
    const char *path = zr_format(cx, "%s/%s", zr_test_folder(), name);
    CHECK(zr_folder_make(cx, path));
    return path;
}

ZR_TEST(file_is_read_as_written)
{
    zr_ctx cx;
    zr_bytes bytes;
    zr_ctx_init(&cx);
    const char *path = zr_format(&cx, "%s/f", make_folder(&cx, "read"));
    static unsigned char content[300000];
    for (size_t i = 0; i < sizeof content; i++) content[i] = (unsigned char)(i * i >> 3);
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, sizeof content};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        CHECK(zr_file_write(&cx, path, content, sizes[i]));
        if (CHECK(zr_file_read(&cx, path, &bytes)))
            CHECK_BYTES(bytes.data, bytes.size, content, sizes[i]);
    }
    CHECK_EQ(cx.n_errors, 0);
    zr_ctx_free(&cx);
}

ZR_TEST(file_write_replaces_and_leaves_nothing_else)
{
    zr_ctx cx;
    zr_bytes bytes;
    zr_ctx_init(&cx);
    const char *folder = make_folder(&cx, "replace");
    const char *path = zr_format(&cx, "%s/f", folder);
    CHECK(zr_file_write(&cx, path, "old and long", 12));
    CHECK(zr_file_write(&cx, path, "new", 3));
    CHECK_EQ(count_entries(folder), 1);
    if (CHECK(zr_file_read(&cx, path, &bytes))) CHECK_BYTES(bytes.data, bytes.size, "new", 3);
    zr_ctx_free(&cx);
}

ZR_TEST(file_write_that_fails_leaves_nothing)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    const char *folder = make_folder(&cx, "fail");
    CHECK(!zr_file_write(&cx, zr_format(&cx, "%s/no/f", folder), "x", 1));
    CHECK_ERROR(&cx, zr_format(&cx, "%s/no/f: cannot create: No such file or directory", folder));
    const char *path = zr_format(&cx, "%s/taken", folder);
    CHECK(zr_folder_make(&cx, path));
    CHECK(!zr_file_write(&cx, path, "x", 1));
    CHECK_EQ(cx.n_errors, 2);
    CHECK_EQ(count_entries(folder), 1);
    zr_ctx_free(&cx);
}

/* Root may rename a file to /dev/null, and then there is none. */
ZR_TEST(file_write_does_not_replace_what_is_no_file)
{
    zr_ctx cx;
    struct stat status;
    zr_ctx_init(&cx);
    const char *pipe = zr_format(&cx, "%s/pipe", make_folder(&cx, "special"));
    if (!CHECK(mkfifo(pipe, 0600) == 0)) return;
    int reader = open(pipe, O_RDONLY | O_NONBLOCK);
    char got[8] = "";
    CHECK(zr_file_write(&cx, pipe, "hello", 5));
    CHECK_EQ(read(reader, got, sizeof got), 5);
    CHECK_TEXT(got, "hello");
    close(reader);
    CHECK(stat(pipe, &status) == 0 && S_ISFIFO(status.st_mode));
    zr_ctx_free(&cx);
}

ZR_TEST(file_write_follows_a_link)
{
    zr_ctx cx;
    zr_bytes bytes;
    struct stat status;
    zr_ctx_init(&cx);
    const char *folder = make_folder(&cx, "link");
    const char *path = zr_format(&cx, "%s/f", folder), *link = zr_format(&cx, "%s/link", folder);
    CHECK(zr_file_write(&cx, path, "old", 3));
    CHECK(symlink("f", link) == 0);
    CHECK(zr_file_write(&cx, link, "new", 3));
    if (CHECK(zr_file_read(&cx, path, &bytes))) CHECK_BYTES(bytes.data, bytes.size, "new", 3);
    CHECK(lstat(link, &status) == 0 && S_ISLNK(status.st_mode));
    CHECK_EQ(count_entries(folder), 2);
    zr_ctx_free(&cx);
}

ZR_TEST(file_write_on_a_full_disk_keeps_the_old_file)
{
    zr_ctx cx;
    zr_bytes bytes;
    zr_ctx_init(&cx);
    const char *folder = make_folder(&cx, "full");
    const char *path = zr_format(&cx, "%s/f", folder);
    CHECK(zr_file_write(&cx, path, "kept", 4));
    /* A limit on the size of files stands for the full disk. */
    static const char content[100000] = "x";
    struct rlimit old, low;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    low = old;
    low.rlim_cur = 1000;
    setrlimit(RLIMIT_FSIZE, &low);
    bool ok = zr_file_write(&cx, path, content, sizeof content);
    setrlimit(RLIMIT_FSIZE, &old);
    CHECK(!ok);
    CHECK_ERROR(&cx, zr_format(&cx, "%s: cannot write: File too large", path));
    CHECK_EQ(count_entries(folder), 1);
    if (CHECK(zr_file_read(&cx, path, &bytes))) CHECK_BYTES(bytes.data, bytes.size, "kept", 4);
    zr_ctx_free(&cx);
}

/* The second of three cannot be written: the first stays what it was, the third does not appear. */
ZR_TEST(files_are_written_all_or_none)
{
    zr_ctx cx;
    zr_bytes bytes;
    zr_ctx_init(&cx);
    const char *folder = make_folder(&cx, "together"), *first = zr_format(&cx, "%s/a", folder);
    zr_file_output outputs[] = {{first, "new", 3},
                                {zr_format(&cx, "%s/no/b", folder), "new", 3},
                                {zr_format(&cx, "%s/c", folder), "new", 3}};
    CHECK(zr_file_write(&cx, first, "old", 3));
    CHECK(!zr_files_write(&cx, outputs, 3));
    if (CHECK(zr_file_read(&cx, first, &bytes))) CHECK_BYTES(bytes.data, bytes.size, "old", 3);
    CHECK_EQ(count_entries(folder), 1);
    outputs[1].path = zr_format(&cx, "%s/b", folder);
    CHECK(zr_files_write(&cx, outputs, 3));
    if (CHECK(zr_file_read(&cx, first, &bytes))) CHECK_BYTES(bytes.data, bytes.size, "new", 3);
    CHECK_EQ(count_entries(folder), 3);
    zr_ctx_free(&cx);
}

ZR_TEST(file_read_says_why_it_fails)
{
    zr_ctx cx;
    zr_bytes bytes;
    zr_ctx_init(&cx);
    CHECK(!zr_file_read(&cx, "/nonexistent/kws.tflite", &bytes));
    CHECK_ERROR(&cx, "/nonexistent/kws.tflite: cannot open: No such file or directory");
    CHECK(!zr_file_read(&cx, "/tmp", &bytes));
    CHECK_TEXT(zr_diag_line(&cx, cx.last), "/tmp: cannot read: Is a directory");
    CHECK_EQ(zr_exit_status(&cx), 1);
    zr_ctx_free(&cx);
}

ZR_TEST(file_dash_is_standard_input)
{
    zr_ctx cx;
    zr_bytes bytes;
    zr_ctx_init(&cx);
    const char *path = zr_format(&cx, "%s/in", zr_test_folder());
    CHECK(zr_file_write(&cx, path, "hello", 5));
    if (CHECK(freopen(path, "rb", stdin) != NULL) && CHECK(zr_file_read(&cx, "-", &bytes)))
        CHECK_BYTES(bytes.data, bytes.size, "hello", 5);
    zr_ctx_free(&cx);
}

ZR_TEST(folder_is_made_with_parents_and_removed)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    const char *top = make_folder(&cx, "folder");
    const char *deep = zr_format(&cx, "%s/a//b/c/", top);
    CHECK(zr_folder_make(&cx, deep));
    CHECK(zr_folder_make(&cx, deep)); /* is there: fine */
    CHECK(zr_file_write(&cx, zr_format(&cx, "%s/f", deep), "x", 1));
    CHECK(!zr_folder_make(&cx, zr_format(&cx, "%s/f", deep)));
    CHECK(!zr_folder_make(&cx, zr_format(&cx, "%s/f/g", deep)));
    zr_folder_remove(zr_format(&cx, "%s/a", top));
    CHECK_EQ(count_entries(top), 0);
    zr_ctx_free(&cx);
}

ZR_TEST(sha256_of_known_texts)
{
    zr_ctx cx;
    zr_ctx_init(&cx);
    CHECK_TEXT(zr_sha256(&cx, "", 0),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK_TEXT(zr_sha256(&cx, "abc", 3),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    zr_ctx_free(&cx);
}

static bool write_and_read(zr_ctx *cx, void *data)
{
    const char *path = data;
    zr_bytes bytes;
    static const char content[100000] = "x";
    return zr_file_write(cx, path, content, sizeof content) && zr_file_read(cx, path, &bytes) &&
           zr_sha256(cx, bytes.data, bytes.size) && zr_folder_make(cx, "/tmp");
}

ZR_TEST(file_memory)
{
    char path[256];
    snprintf(path, sizeof path, "%s/memory", zr_test_folder());
    CHECK_MEMORY(write_and_read, path);
}
