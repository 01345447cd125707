/* Runs a fuzz target on every file given, and on the files of every folder given: what fuzzing
 * found stays a test in builds without libFuzzer. A finding is a crash. */
#define _GNU_SOURCE /* scandir, DT_DIR */
#include <dirent.h>

#include "fuzz.h"

static int n_files;

static void run_file(const char *path)
{
    zr_ctx cx;
    zr_bytes bytes;
    zr_ctx_init(&cx);
    fprintf(stderr, "%s\n", path);
    if (!zr_file_read(&cx, path, &bytes)) {
        fprintf(stderr, "%s\n", zr_diag_line(&cx, cx.first));
        exit(1);
    }
    LLVMFuzzerTestOneInput(bytes.data, bytes.size);
    n_files++;
    zr_ctx_free(&cx);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct dirent **entries;
        int n = scandir(argv[i], &entries, visible, alphasort);
        if (n < 0) run_file(argv[i]);
        for (int k = 0; k < n; k++) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", argv[i], entries[k]->d_name);
            run_file(path);
            free(entries[k]);
        }
        if (n >= 0) free(entries);
    }
    printf("%d files\n", n_files);
    return n_files == 0;
}
