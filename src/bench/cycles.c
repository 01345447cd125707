#include "bench/cycles.h"

#include <stdlib.h>
#include <string.h>

#include "bench/elf.h"
#include "bench/thumb.h"

static const struct {
    const char *target, *model;
} models[] = {{"cortex-m4", "Arm DDI 0439D"}};

static const struct {
    uint64_t cycles, least, most, refill, refill_least, refill_most;
} timings[] = {
#define ZR_TIMING(id, cycles, least, most, refill, refill_least, refill_most, what) \
    {cycles, least, most, refill, refill_least, refill_most},
#include "bench/cycles.def"
};

/* An instruction as it was executed in a layer: a line of the profile. */
typedef struct line {
    uint64_t layer, address, bytes, executed, entered, left, moved, split, flash;
    zr_thumb thumb;
} line;

enum { N_FIELDS = 9 };

const char *zr_cycles_model(const zr_target *target)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (!strcmp(models[i].target, target->name)) return models[i].model;
    return NULL;
}

static int compare(const void *a, const void *b)
{
    const line *x = a, *y = b;
    if (x->layer != y->layer) return x->layer < y->layer ? -1 : 1;
    return x->address < y->address ? -1 : x->address > y->address;
}

static bool read_line(const char *text, line *l)
{
    uint64_t *fields[N_FIELDS] = {&l->layer, &l->address, &l->bytes, &l->executed, &l->entered,
                                  &l->left,  &l->moved,   &l->split, &l->flash};
    char *end;
    for (int i = 0; i < N_FIELDS; i++, text = end) {
        *fields[i] = strtoull(text, &end, 16);
        if (end == text) return false;
    }
    return *end == '\n' && (l->bytes == 2 || l->bytes == 4);
}

/* The lines, sorted by layer and address. */
static bool read_profile(zr_ctx *cx, zr_bytes image, zr_bytes profile, int n_layers, line **lines,
                         size_t *n, const char **why)
{
    const char *text = (const char *)profile.data;
    *n = 0;
    for (size_t i = 0; i < profile.size; i++) *n += text[i] == '\n';
    *lines = ZR_NEW(cx, line, *n + 1);
    if (!*lines) return false;
    for (size_t i = 0; i < *n; i++, text = strchr(text, '\n') + 1) {
        line *l = &(*lines)[i];
        if (!read_line(text, l) || l->layer > (uint64_t)n_layers) {
            *why = "the profile is damaged";
            return true;
        }
        const uint8_t *code = zr_elf_bytes_at(image, (uint32_t)l->address, (uint32_t)l->bytes);
        if (code) l->thumb = zr_thumb_decode(code, (int)l->bytes);
        if (!code || l->thumb.kind == ZR_TIMING_UNKNOWN) {
            *why = zr_format(cx, "how long the instruction at 0x%x takes is not known",
                             (unsigned)l->address);
            return *why != NULL;
        }
    }
    qsort(*lines, *n, sizeof **lines, compare);
    return true;
}

static bool is_transfer(zr_timing_kind kind)
{
    return kind == ZR_TIMING_LOAD || kind == ZR_TIMING_STORE || kind == ZR_TIMING_STORE_INDEXED ||
           kind == ZR_TIMING_MULTIPLE || kind == ZR_TIMING_TABLE;
}

/* A load's data phase overlaps the address phase of the load or store after it. A store with a
 * constant offset takes one cycle anyway. */
static bool overlaps(const zr_thumb *before, const zr_thumb *t)
{
    return before->kind == ZR_TIMING_LOAD &&
           (t->kind == ZR_TIMING_LOAD || t->kind == ZR_TIMING_STORE_INDEXED) &&
           !(before->writes & t->address);
}

/* An address waits for the data processing instruction before it, a float operand likewise. */
static bool waits(const zr_thumb *before, const zr_thumb *t)
{
    bool arithmetic = before->kind == ZR_TIMING_FLOAT || before->kind == ZR_TIMING_FLOAT_MAC ||
                      before->kind == ZR_TIMING_FLOAT_DIVIDE;
    return (!is_transfer(before->kind) && before->writes & t->address) ||
           (arithmetic && before->float_writes & t->float_reads);
}

/* Adds an instruction. `before`: the one at the address before it, NULL: it was not executed. */
static void add(zr_cycles *sum, const line *l, const line *before, uint64_t wait_states)
{
    const zr_thumb *t = &l->thumb;
    uint64_t fell = before ? l->executed - l->entered : 0; /* from `before` into it */
    /* A condition that does not hold: one cycle and no transfer. */
    uint64_t done = t->moves ? l->moved / (uint64_t)t->moves : l->executed;
    if (done > l->executed) done = l->executed;
    if (fell > done) fell = done;

    uint64_t fixed = l->executed - done + done * (uint64_t)t->words + l->split +
                     wait_states * (l->flash + l->left);
    if (before && waits(&before->thumb, t)) fixed += fell;
    uint64_t saved = before && overlaps(&before->thumb, t) ? fell : 0;
    uint64_t folded = before && t->kind == ZR_TIMING_IT && before->bytes == 2 ? fell : 0;

    sum->instructions += l->executed;
    sum->cycles +=
        fixed - saved - folded + done * timings[t->kind].cycles + l->left * timings[t->kind].refill;
    sum->least +=
        fixed - saved + done * timings[t->kind].least + l->left * timings[t->kind].refill_least;
    sum->most +=
        fixed - saved + done * timings[t->kind].most + l->left * timings[t->kind].refill_most;
}

bool zr_cycles_estimate(zr_ctx *cx, zr_bytes image, zr_bytes profile, int wait_states, int n_layers,
                        zr_cycles *layers, const char **why)
{
    line *lines;
    size_t n;
    *why = NULL;
    memset(layers, 0, sizeof *layers * ((size_t)n_layers + 1));
    if (!read_profile(cx, image, profile, n_layers, &lines, &n, why)) return false;
    for (size_t i = 0; !*why && i < n; i++) {
        const line *before = i ? &lines[i - 1] : NULL;
        if (before && (before->layer != lines[i].layer ||
                       before->address + before->bytes != lines[i].address))
            before = NULL;
        add(&layers[lines[i].layer], &lines[i], before, (uint64_t)wait_states);
    }
    return true;
}
