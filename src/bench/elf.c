#include "bench/elf.h"

#include <string.h>

enum { HEADER_BYTES = 52, SECTION_BYTES = 40, SYMBOL_BYTES = 16 };
enum { TYPE_BITS = 1, TYPE_SYMBOLS = 2, IN_MEMORY = 2, FUNCTION = 2 };

typedef struct section {
    uint32_t name, type, flags, address, offset, size, link;
} section;

static uint32_t word(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t half(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

static bool inside(zr_bytes file, uint32_t offset, uint32_t size)
{
    return offset <= file.size && size <= file.size - offset;
}

static uint32_t n_sections(zr_bytes file)
{
    static const uint8_t elf32_little[] = {0x7f, 'E', 'L', 'F', 1, 1};
    if (file.size < HEADER_BYTES || memcmp(file.data, elf32_little, sizeof elf32_little)) return 0;
    uint32_t n = half(file.data + 48);
    return inside(file, word(file.data + 32), n * SECTION_BYTES) ? n : 0;
}

/* Section `index`, or an empty one. */
static section section_at(zr_bytes file, uint32_t index)
{
    section empty = {0, 0, 0, 0, 0, 0, 0};
    if (index >= n_sections(file)) return empty;
    const uint8_t *p = file.data + word(file.data + 32) + index * SECTION_BYTES;
    return (section){word(p),      word(p + 4),  word(p + 8), word(p + 12),
                     word(p + 16), word(p + 20), word(p + 24)};
}

/* String `offset` of the string table in section `index`, or "". */
static const char *string_at(zr_bytes file, uint32_t index, uint32_t offset)
{
    section table = section_at(file, index);
    if (!inside(file, table.offset, table.size) || offset >= table.size) return "";
    const char *text = (const char *)file.data + table.offset + offset;
    return memchr(text, 0, table.size - offset) ? text : "";
}

uint32_t zr_elf_section_bytes(zr_bytes file, const char *name)
{
    for (uint32_t i = 0, n = n_sections(file); i < n; i++) {
        section s = section_at(file, i);
        if (!strcmp(string_at(file, half(file.data + 50), s.name), name)) return s.size;
    }
    return 0;
}

const char *zr_elf_function_at(zr_bytes file, uint32_t address)
{
    for (uint32_t i = 0, n = n_sections(file); i < n; i++) {
        section s = section_at(file, i);
        if (s.type != TYPE_SYMBOLS || !inside(file, s.offset, s.size)) continue;
        for (uint32_t at = 0; at + SYMBOL_BYTES <= s.size; at += SYMBOL_BYTES) {
            const uint8_t *symbol = file.data + s.offset + at;
            uint32_t start = word(symbol + 4) & ~(uint32_t)1; /* bit 0: Thumb */
            if ((symbol[12] & 15) == FUNCTION && address - start < word(symbol + 8))
                return string_at(file, s.link, word(symbol));
        }
    }
    return NULL;
}

uint32_t zr_elf_symbol(zr_bytes file, const char *name)
{
    for (uint32_t i = 0, n = n_sections(file); i < n; i++) {
        section s = section_at(file, i);
        if (s.type != TYPE_SYMBOLS || !inside(file, s.offset, s.size)) continue;
        for (uint32_t at = 0; at + SYMBOL_BYTES <= s.size; at += SYMBOL_BYTES) {
            const uint8_t *symbol = file.data + s.offset + at;
            if (!strcmp(string_at(file, s.link, word(symbol)), name))
                return word(symbol + 4) & ~(uint32_t)1;
        }
    }
    return 0;
}

const uint8_t *zr_elf_bytes_at(zr_bytes file, uint32_t address, uint32_t bytes)
{
    for (uint32_t i = 0, n = n_sections(file); i < n; i++) {
        section s = section_at(file, i);
        if (s.type != TYPE_BITS || !(s.flags & IN_MEMORY) || !inside(file, s.offset, s.size))
            continue;
        uint32_t at = address - s.address;
        if (at < s.size && bytes <= s.size - at) return file.data + s.offset + at;
    }
    return NULL;
}
