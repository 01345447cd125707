/* The prefix of the generated code: a C identifier that means nothing else wherever it will stand.
 *
 * It becomes a type, so it must differ from every word that the kernels use (even a parameter of
 * that name would shadow the type), from C and C++, and from what a standard header declares; and
 * it becomes NAME.h, which must not be found in place of one of those headers. */
#include <ctype.h>
#include <string.h>

#include "base/embedded.h"
#include "emit/emit.h"

static const char *const reserved[] = {
    /* words of C and C++ that no kernel uses, macros of GNU dialects */
    "alignas and and_eq asm atomic auto bitand bitor bool break case catch char char16_t char32_t "
    "char8_t class compl complex concept const_cast consteval constexpr constinit continue "
    "decltype default delete do double dynamic_cast enum explicit export extern false far float "
    "friend goto i386 imaginary import inline int linux long module mutable namespace near new "
    "noexcept noreturn not not_eq nullptr operator or or_eq private protected public register "
    "reinterpret_cast requires restrict short signed sizeof static_assert static_cast struct "
    "switch synchronized template this thread_local throw true try typedef typeid typename typeof "
    "union unix unsigned using virtual void volatile wchar_t while xor xor_eq",
    /* words of the generated code outside the kernels */
    "arena bytes i layer m main memory offset row rows turn type",
    /* standard headers */
    "assert ctype endian errno fenv float inttypes iso646 limits locale math memory pthread setjmp "
    "signal stdarg stdatomic stdbool stddef stdint stdio stdlib string strings tgmath threads time "
    "uchar unistd wchar wctype",
    /* math.h */
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp10 exp2 "
    "expm1 fabs fdim finite floor fma fmax fmin fmod frexp gamma hypot ilogb isfinite isinf isnan "
    "isnormal j0 j1 jn ldexp lgamma llrint llround log log10 log1p log2 logb lrint lround modf nan "
    "nearbyint nextafter nexttoward pow pow10 remainder remquo rint round scalb scalbln scalbn "
    "significand signbit signgam sin sincos sinh sqrt tan tanh tgamma trunc y0 y1 yn",
    /* string.h, with what C libraries add to it */
    "basename bcmp bcopy bzero ffs index memccpy memchr memcmp memcpy memfrob memmem memmove "
    "mempcpy memrchr memset rindex stpcpy stpncpy strcasecmp strcat strchr strcmp strcoll strcpy "
    "strcspn strdup strerror strfry strlcat strlcpy strlen strncasecmp strncat strncmp strncpy "
    "strndup strnlen strpbrk strrchr strsep strsignal strspn strstr strtok strverscmp strxfrm",
    /* stdlib.h, stdio.h and others that the code around the model may include */
    "abort abs accept access alarm atexit atof atoi atol bind bsearch calloc clock close connect "
    "daemon div dup environ exec exit fclose feof ferror fflush fgetc fgets fopen fork fprintf "
    "fputc fputs fread free fscanf fseek ftell fwrite getc getchar getenv gets isalnum isalpha "
    "isdigit islower isspace isupper kill labs ldiv link listen localtime longjmp malloc mktime "
    "nice offsetof open optarg optind pause perror pipe printf putc putchar puts qsort raise rand "
    "random read realloc recv remove rename rewind scanf select send setbuf sleep snprintf socket "
    "sprintf srand sscanf stat stderr stdin stdout strtod strtol sync system tmpfile tolower "
    "toupper ungetc va_list vprintf wait write",
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Whether the name is one of the text's words, comments left out. */
static bool occurs(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *s = text, *end; *s; s = end) {
        end = s + 1;
        if (s[0] == '/' && s[1] == '*' && (end = strstr(s + 2, "*/")) == NULL) return false;
        if (!is_word(*s)) continue;
        while (is_word(*end)) end++;
        if ((size_t)(end - s) == length && !memcmp(s, name, length)) return true;
    }
    return false;
}

static bool taken(const char *name)
{
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (occurs(reserved[i], name)) return true;
    for (const zr_embedded *file = zr_embedded_device; file->path; file++)
        if (occurs(file->text, name)) return true;
    return false;
}

const char *zr_emit_name(zr_ctx *cx, const char *text)
{
    const char *slash = strrchr(text, '/');
    if (slash) text = slash + 1;
    size_t length = strcspn(text, ".");
    if (length == 0) length = strlen(text);
    char *name = zr_alloc(cx, length + 8, 1);
    if (!name) return NULL;
    char *to = name;
    if (!isalpha((unsigned char)text[0])) {
        memcpy(to, "model_", 6);
        to += 6;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        *to++ = (char)(c < 128 && isalnum(c) ? tolower(c) : '_');
    }
    return taken(name) ? zr_format(cx, "%s_model", name) : name;
}
