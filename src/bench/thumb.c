#include "bench/thumb.h"

#include <stddef.h>

/* A field of thumb.def in a byte; BOTH has the second one above. */
enum { NONE = 0, WIDTH_3 = 0x20, WIDTH_4 = 0x40, FIXED = 0x60, HIGH = 0x80 };
#define R3(bit) (WIDTH_3 | (bit))
#define R4(bit) (WIDTH_4 | (bit))
#define R(n) (FIXED | (n))
#define BOTH(x, y) ((x) | (y) << 8)

/* What is moved: the form above, its number below. */
enum { FORM_BYTES = 1 << 16, FORM_WORDS = 2 << 16, FORM_LIST = 3 << 16, FORM_FLOATS = 4 << 16 };
#define BYTES(n) (FORM_BYTES | (n))
#define WORDS(n) (FORM_WORDS | (n))
#define LIST(bits) (FORM_LIST | (bits))
#define FLOATS FORM_FLOATS
enum { FORM_MASK = 7 << 16, NUMBER_MASK = 0xFFFF };

enum { WD = 1, RD = 2, RN = 4, RM = 8 };
enum { NOT_PC = 0x7FFF };

typedef struct row {
    uint32_t mask, bits;
    zr_timing_kind kind;
    uint16_t writes, address;
    uint32_t moves;
    uint8_t floats;
} row;

static const row rows16[] = {
#define ZR_T16(mask, bits, kind, writes, address, moves) \
    {mask, bits, ZR_TIMING_##kind, writes, address, moves, 0},
#include "bench/thumb.def"
};

static const row rows32[] = {
#define ZR_T32(mask, bits, kind, writes, address, moves, floats) \
    {mask, bits, ZR_TIMING_##kind, writes, address, moves, floats},
#include "bench/thumb.def"
};

static const row *find_row(const row *rows, size_t n, uint32_t code)
{
    for (size_t i = 0; i < n; i++)
        if ((code & rows[i].mask) == rows[i].bits) return &rows[i];
    return NULL;
}

/* The register in a field, as a bit. */
static uint16_t register_bit(uint32_t code, uint32_t field)
{
    unsigned bit = field & 0x1F;
    switch (field & 0xE0) {
    case WIDTH_3: return (uint16_t)(1u << (code >> bit & 7));
    case WIDTH_4: return (uint16_t)(1u << (code >> bit & 15));
    case FIXED: return (uint16_t)(1u << bit);
    case HIGH: return (uint16_t)(1u << ((code & 7) | (code >> 4 & 8)));
    default: return 0;
    }
}

static uint16_t register_bits(uint32_t code, uint32_t fields)
{
    return register_bit(code, fields & 0xFF) | register_bit(code, fields >> 8);
}

static int count_bits(uint32_t bits)
{
    int n = 0;
    for (; bits; bits &= bits - 1) n++;
    return n;
}

/* The S register whose number has four bits from `high` on and its lowest at `low`. */
static uint32_t float_bit(uint32_t code, unsigned high, unsigned low)
{
    return (uint32_t)1 << ((code >> high & 15) * 2 + (code >> low & 1));
}

zr_thumb zr_thumb_decode(const uint8_t *p, int bytes)
{
    zr_thumb t = {.kind = ZR_TIMING_UNKNOWN, .bytes = bytes};
    uint32_t code = p[0] | (uint32_t)p[1] << 8;
    if (bytes == 4) code = code << 16 | p[2] | (uint32_t)p[3] << 8;
    const row *r = bytes == 4 ? find_row(rows32, sizeof rows32 / sizeof *rows32, code)
                              : find_row(rows16, sizeof rows16 / sizeof *rows16, code);
    if (!r) return t;
    t.kind = r->kind;
    t.writes = register_bits(code, r->writes) & NOT_PC;
    t.address = register_bits(code, r->address) & NOT_PC;
    int number = (int)(r->moves & NUMBER_MASK);
    switch (r->moves & FORM_MASK) {
    case FORM_BYTES: t.moves = number; break;
    case FORM_WORDS: t.words = number; break;
    case FORM_LIST: t.words = count_bits(code & (uint32_t)number); break;
    case FORM_FLOATS: t.words = (int)(code & 0xFF); break;
    default: break;
    }
    if (t.words) t.moves = 4 * t.words;
    uint32_t d = float_bit(code, 12, 22), n = float_bit(code, 16, 7), m = float_bit(code, 0, 5);
    if (r->floats & WD) t.float_writes |= d;
    if (r->floats & RD) t.float_reads |= d;
    if (r->floats & RN) t.float_reads |= n;
    if (r->floats & RM) t.float_reads |= m;
    return t;
}
