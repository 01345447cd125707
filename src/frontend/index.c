/* labels.txt and indexes of recordings. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "frontend/model.h"

enum { MAX_COLUMNS = 64 };

static zr_place at(const char *path)
{
    zr_place place = ZR_NOWHERE;
    place.file = path;
    return place;
}

/* The next line of the text without its end; false behind the last one. */
static bool next_line(const char **s, const char *end, const char **line, size_t *length)
{
    if (*s >= end) return false;
    const char *stop = memchr(*s, '\n', (size_t)(end - *s));
    *line = *s;
    *length = (size_t)((stop ? stop : end) - *s);
    *s = stop ? stop + 1 : end;
    if (*length && (*line)[*length - 1] == '\r') --*length;
    return true;
}

static size_t count_lines(zr_bytes text)
{
    size_t n = 1;
    for (size_t i = 0; i < text.size; i++) n += text.data[i] == '\n';
    return n;
}

bool zr_labels_read(zr_ctx *cx, const char *folder, const char *const **labels, int *n)
{
    struct stat status;
    zr_bytes text;
    *labels = NULL;
    *n = 0;
    const char *path = zr_format(cx, "%s/labels.txt", folder);
    if (!path) return false;
    if (stat(path, &status) != 0) return true;
    if (!zr_file_read(cx, path, &text)) return false;
    const char **list = ZR_NEW(cx, const char *, count_lines(text));
    if (!list) return false;
    const char *s = (const char *)text.data, *end = s + text.size, *line;
    for (size_t length; next_line(&s, end, &line, &length);)
        if (length && !(list[(*n)++] = zr_text(cx, line, length))) return false;
    *labels = list;
    return true;
}

/* Cuts a line of CSV (RFC 4180, but no line end within quotes); returns the number of cells. */
static int cut_cells(zr_ctx *cx, const char *line, size_t length, const char **cells)
{
    char *to = zr_alloc(cx, length + MAX_COLUMNS + 1, 1);
    int n = 0;
    size_t i = 0;
    for (bool more = true; to && more && n < MAX_COLUMNS; i++) {
        bool quoted = i < length && line[i] == '"';
        cells[n++] = to;
        i += quoted;
        for (; i < length && (quoted || line[i] != ','); i++) {
            if (quoted && line[i] == '"' && (i + 1 == length || line[i + 1] != '"')) {
                quoted = false;
                continue;
            }
            i += quoted && line[i] == '"';
            *to++ = line[i];
        }
        *to++ = '\0';
        more = i < length;
    }
    return to ? n : 0;
}

static int find_column(const char *const *cells, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(cells[i], name)) return i;
    return -1;
}

/* The number of a label; -1 when it is neither a word of the list nor a number. */
static int32_t label_of(const char *word, const char *const *labels, int n_labels)
{
    for (int i = 0; i < n_labels; i++)
        if (!strcmp(labels[i], word)) return i;
    char *end;
    long number = strtol(word, &end, 10);
    return end == word || *end || number < 0 || number > INT16_MAX ? -1 : (int32_t)number;
}

/* What is asked of an index, and where its columns are. */
typedef struct reader {
    zr_ctx *cx;
    const char *path, *root, *split;
    const char *const *labels;
    int n_labels;
    int file, label, split_column;
    const char **files;
    int32_t *numbers;
} reader;

/* Whether the first line is a heading; finds the columns. */
static bool take_heading(reader *r, const char *const *cells, int n, bool *heading)
{
    r->file = find_column(cells, n, "file");
    r->label = find_column(cells, n, "label");
    r->split_column = find_column(cells, n, "split");
    *heading = r->file >= 0 && r->label >= 0;
    if (!*heading) r->file = 0, r->label = 1, r->split_column = -1;
    return !r->split || r->split_column >= 0 ||
           zr_fail(r->cx, ZR_E_DATA, at(r->path), "has no column \"split\"");
}

static bool take_row(reader *r, const char *const *cells, int n, int64_t line, int64_t *count)
{
    if (n <= r->file || n <= r->label)
        return zr_fail(r->cx, ZR_E_DATA, at(r->path), "line %lld has no file and label",
                       (long long)line);
    if (r->split && (n <= r->split_column || strcmp(cells[r->split_column], r->split) != 0))
        return true;
    int32_t label = label_of(cells[r->label], r->labels, r->n_labels);
    const char *word = zr_text(r->cx, cells[r->label], strlen(cells[r->label]));
    if (label < 0)
        return zr_fail(r->cx, ZR_E_DATA, at(r->path),
                       "line %lld: '%s' is no label of the model and no number", (long long)line,
                       word ? word : "");
    r->files[*count] = zr_format(r->cx, "%s/%s", r->root, cells[r->file]);
    r->numbers[*count] = label;
    return r->files[(*count)++] != NULL;
}

bool zr_index_read(zr_ctx *cx, const char *path, const char *root, const char *split,
                   const char *const *labels, int n_labels, zr_index *index)
{
    reader r = {.cx = cx, .path = path, .root = root, .split = split};
    r.labels = labels;
    r.n_labels = n_labels;
    zr_bytes text;
    if (!zr_file_read(cx, path, &text)) return false;
    size_t lines = count_lines(text);
    r.files = ZR_NEW(cx, const char *, lines);
    r.numbers = ZR_NEW(cx, int32_t, lines);
    if (!r.files || !r.numbers) return false;
    const char *s = (const char *)text.data, *end = s + text.size, *line;
    int64_t count = 0, number = 0;
    for (size_t length; next_line(&s, end, &line, &length);) {
        const char *cells[MAX_COLUMNS];
        bool heading = false;
        number++;
        if (length == 0) continue;
        int n = cut_cells(cx, line, length, cells);
        if (n == 0) return false;
        if (number == 1 && !take_heading(&r, cells, n, &heading)) return false;
        if (!heading && !take_row(&r, cells, n, number, &count)) return false;
    }
    *index = (zr_index){count, r.files, r.numbers};
    return count > 0 || zr_fail(cx, ZR_E_DATA, at(path), "names no recording%s%s",
                                split ? " of split " : "", split ? split : "");
}
