#include "emit/device.h"

#include <ctype.h>
#include <string.h>

#include "base/embedded.h"

enum { MAX_NAMES = 256 };

typedef struct cutter {
    zr_ctx *cx;
    const char *path;
    const char *at;
    zr_device *device;
    int capacity;
} cutter;

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool wrong(const cutter *c, const char *what)
{
    return zr_fail(c->cx, ZR_E_INTERNAL, ZR_NOWHERE, "%s: %s", c->path, what);
}

/* The end of the comment or string that begins at `s`, or `s` when none does. */
static const char *skip_opaque(const char *s)
{
    if (s[0] == '/' && s[1] == '*') {
        const char *end = strstr(s + 2, "*/");
        return end ? end + 2 : s + strlen(s);
    }
    if (s[0] == '/' && s[1] == '/') return s + strcspn(s, "\n");
    if (s[0] == '"' || s[0] == '\'') {
        const char *end = s + 1;
        while (*end && *end != *s) end += end[0] == '\\' && end[1] ? 2 : 1;
        return *end ? end + 1 : end;
    }
    return s;
}

static const char *copy(zr_ctx *cx, const char *from, const char *to)
{
    char *text = zr_alloc(cx, (size_t)(to - from) + 1, 1);
    if (text) memcpy(text, from, (size_t)(to - from));
    return text;
}

static zr_definition *new_definition(cutter *c)
{
    zr_device *d = c->device;
    if (d->n == c->capacity) {
        int capacity = c->capacity ? 2 * c->capacity : 256;
        zr_definition *bigger = ZR_NEW(c->cx, zr_definition, (size_t)capacity);
        if (!bigger) return NULL;
        if (d->n) memcpy(bigger, d->definitions, (size_t)d->n * sizeof *bigger);
        d->definitions = bigger;
        c->capacity = capacity;
    }
    return &d->definitions[d->n++];
}

/* The end of a declaration that begins at `s`: behind its ';', or behind the '}' of a function. */
static const char *declaration_end(const char *s, bool *function)
{
    int depth = 0;
    char before = 0; /* the last character that means something, at depth 0 */
    bool body = false;
    for (const char *next; *s; s = next) {
        next = skip_opaque(s);
        if (next != s) continue;
        next = s + 1;
        if (*s == '{' || *s == '(' || *s == '[') {
            if (depth == 0 && *s == '{') body = before == ')';
            depth++;
        } else if (*s == '}' || *s == ')' || *s == ']') {
            depth--;
            if (depth == 0 && *s == '}' && body) {
                *function = true;
                return next;
            }
        } else if (*s == ';' && depth == 0) {
            *function = false;
            return next;
        }
        if (depth == 0 && !isspace((unsigned char)*s)) before = *s;
    }
    return NULL;
}

/* The names that a declaration without a body defines: of an enum its constants, else the last word
 * in front of '(', '[', '=' or ';' at depth 0. *prototype: it only declares a function. */
static int declared_names(zr_ctx *cx, const char *s, const char *end, const char **names,
                          bool *prototype)
{
    const char *word = s, *word_end = s;
    bool is_enum = !strncmp(s, "enum", 4) || !strncmp(s, "typedef enum", 12);
    bool is_typedef = !strncmp(s, "typedef ", 8); /* may be of a function's type */
    int depth = 0, n = 0;
    *prototype = false;
    for (const char *next; s < end; s = next) {
        next = skip_opaque(s);
        if (next != s) continue;
        next = s + 1;
        if (is_word(*s)) {
            while (is_word(*next)) next++;
            if (depth == 0 || is_enum) word = s, word_end = next;
            continue;
        }
        if (is_enum && depth == 1 && (*s == ',' || *s == '}' || *s == '=') && n < MAX_NAMES &&
            word_end > word) {
            if (isalpha((unsigned char)*word)) names[n++] = copy(cx, word, word_end);
            word_end = word;
        }
        if (depth == 0 && strchr("([=;", *s)) {
            *prototype = *s == '(' && !is_typedef;
            if (word_end > word && n < MAX_NAMES) names[n++] = copy(cx, word, word_end);
            return n;
        }
        if (*s == '{') depth++;
        if (*s == '}') depth--;
    }
    return n;
}

static const char *line_end(const char *s)
{
    while (*s && *s != '\n') s += s[0] == '\\' && s[1] ? 2 : 1;
    return s;
}

/* The end of the #if block that begins at `s`, and the names that are defined anywhere in it. */
static const char *block_end(zr_ctx *cx, const char *s, const char **names, int *n)
{
    int depth = 0;
    while (*s) {
        const char *end = line_end(s);
        if (!strncmp(s, "#if", 3)) depth++;
        if (!strncmp(s, "#endif", 6) && --depth == 0) return end;
        if (!strncmp(s, "#define ", 8)) {
            const char *word = s + 8, *stop = word;
            while (is_word(*stop)) stop++;
            if (*n < MAX_NAMES) names[(*n)++] = copy(cx, word, stop);
        } else if (isalpha((unsigned char)*s)) {
            bool function, prototype;
            const char *close = declaration_end(s, &function);
            if (!close) return NULL;
            *n += declared_names(cx, s, close, names + *n, &prototype);
            end = close;
        }
        s = *end ? end + 1 : end;
    }
    return NULL;
}

static bool store(cutter *c, const char *comment, const char *from, const char *to,
                  const char **names, int n, bool function)
{
    zr_definition *d = new_definition(c);
    if (!d) return false;
    const char **kept = ZR_NEW(c->cx, const char *, (size_t)n + 1);
    d->comment = comment;
    d->text = copy(c->cx, from, to);
    d->names = kept;
    d->n_names = n;
    d->function = function;
    if (!kept || !d->text || !comment) return false;
    for (int i = 0; i < n; i++)
        if (!(kept[i] = names[i])) return false;
    return true;
}

static const char *find_comment(const zr_device *prototypes, const char *name)
{
    for (int i = 0; i < prototypes->n; i++)
        if (!strcmp(prototypes->definitions[i].names[0], name))
            return prototypes->definitions[i].comment;
    return "";
}

/* One definition, directive or prototype at c->at; `comment` stands in front of it. */
static bool cut_one(cutter *c, const char *comment, cutter *prototypes)
{
    const char *names[MAX_NAMES], *s = c->at;
    int n = 0;
    if (!strncmp(s, "#if", 3)) {
        c->at = block_end(c->cx, s, names, &n);
        if (!c->at) return wrong(c, "an #if without #endif");
        return store(c, comment, s, c->at, names, n, false);
    }
    if (*s == '#') {
        c->at = line_end(s);
        if (strncmp(s, "#define ", 8) != 0) return true;
        const char *word = s + 8, *stop = word;
        while (is_word(*stop)) stop++;
        names[0] = copy(c->cx, word, stop);
        return store(c, comment, s, c->at, names, 1, false);
    }
    bool function, prototype;
    c->at = declaration_end(s, &function);
    if (!c->at) return wrong(c, "a definition without an end");
    n = declared_names(c->cx, s, c->at, names, &prototype);
    if (n == 0) return wrong(c, "a definition without a name");
    if (!function && prototype) return store(prototypes, comment, s, c->at, names, n, true);
    if (function && !comment[0] && names[0]) comment = find_comment(prototypes->device, names[0]);
    return store(c, comment, s, c->at, names, n, function);
}

/* Cuts one file: a comment belongs to what follows it on the next line; the one at the top of the
 * file is about the file. The include guard is passed over. */
static bool cut_file(cutter *c, cutter *prototypes)
{
    const char *guard_end = NULL;
    const char *comment = "";
    while (*c->at) {
        const char *s = c->at, *end = skip_opaque(s);
        if (end != s) {
            bool attached = end[0] == '\n' && end[1] != '\n' && end[1] != '\0' && end[1] != '#';
            if (!strncmp(end, "\n#define ", 9)) attached = true;
            comment = attached ? copy(c->cx, s, end) : "";
            if (!comment) return false;
            c->at = end;
        } else if (isspace((unsigned char)*s)) {
            c->at++;
        } else if (!guard_end && !strncmp(s, "#ifndef ", 8)) {
            const char *second = line_end(s);
            if (strncmp(second, "\n#define ", 9) != 0) return wrong(c, "no include guard");
            c->at = guard_end = line_end(second + 1);
        } else if (!strncmp(s, "#endif", 6)) {
            c->at = line_end(s); /* of the guard */
        } else {
            if (!cut_one(c, comment, prototypes)) return false;
            comment = "";
            guard_end = c->at;
        }
    }
    return true;
}

bool zr_device_read(zr_ctx *cx, zr_device *device)
{
    zr_device prototype_list = {NULL, 0};
    *device = (zr_device){NULL, 0};
    cutter c = {.cx = cx, .device = device}, prototypes = {.cx = cx, .device = &prototype_list};
    for (const zr_embedded *file = zr_embedded_device; file->path; file++) {
        c.path = prototypes.path = file->path;
        c.at = file->text;
        if (!cut_file(&c, &prototypes)) return false;
    }
    return true;
}

static zr_definition *find(zr_device *device, const char *name, size_t length)
{
    for (int i = 0; i < device->n; i++)
        for (int k = 0; k < device->definitions[i].n_names; k++) {
            const char *other = device->definitions[i].names[k];
            if (!strncmp(other, name, length) && other[length] == '\0')
                return &device->definitions[i];
        }
    return NULL;
}

/* Recursion follows the sources' own structure, which has no cycle and is a few levels deep. */
static void take(zr_device *device, zr_definition *d, zr_buf *out) /* NOLINT(misc-no-recursion) */
{
    if (d->wanted) return;
    d->wanted = true;
    for (const char *s = d->text, *next; *s; s = next) {
        next = skip_opaque(s);
        if (next != s) continue;
        next = s + 1;
        if (!is_word(*s)) continue;
        while (is_word(*next)) next++;
        zr_definition *needed = find(device, s, (size_t)(next - s));
        if (needed) take(device, needed, out);
    }
    zr_buf_printf(out, "%s%s", d->comment, d->comment[0] ? "\n" : "");
    bool make_static = d->function && strncmp(d->text, "static ", 7) != 0;
    const char *body = make_static ? strstr(d->text, "\n{") : d->text;
    if (make_static) zr_buf_text(out, "static ");
    /* The parameters stay under each other behind the word that was put in front. */
    for (const char *s = d->text; make_static && s < body; s++)
        zr_buf_printf(out, "%c%s", *s, *s == '\n' ? "       " : "");
    zr_buf_printf(out, "%s\n\n", body ? body : "");
}

bool zr_device_take(zr_ctx *cx, zr_device *device, const char *name, zr_buf *out)
{
    zr_definition *d = find(device, name, strlen(name));
    if (!d) return zr_fail(cx, ZR_E_INTERNAL, ZR_NOWHERE, "no device source defines '%s'", name);
    take(device, d, out);
    return !out->failed;
}
