/* A plugin of QEMU's translator: what NAME_invoke executed, instruction by instruction.
 *
 * QEMU loads it with `-plugin profile.so,KEY=VALUE,...`; numbers as strtoull takes them:
 *   enter    address of NAME_invoke
 *   leave    where it returns to
 *   hook     address of what is called at the end of each layer, or 0
 *   layers   how many layers there are: 1 without a hook
 *   flash    first address + bytes of a memory whose loads are counted; any number of times
 *   output   the file to write when the emulator ends
 *
 * The file has a line for every instruction executed between entry and return, for each layer,
 * all numbers hexadecimal:
 *   layer address bytes executed entered left moved split flash
 * bytes     its own length: 2 or 4
 * executed  how often, whether or not its condition held
 * entered   of these, not from the instruction before it: by a branch, or as the first of a layer
 * left      of these, to elsewhere than the instruction after it: branches taken
 * moved     bytes that its loads and stores moved
 * split     how many transfers more than their number its loads needed, being unaligned
 * flash     how many of all its transfers were loads from flash
 * The hook is not in it. What ran after the last layer's is in a layer of its own.
 *
 * QEMU's own header is no part of Debian's packages, so the few functions that are used are
 * declared here, as QEMU's documentation of the interface gives them. But for one they are the same
 * in its versions 1 (QEMU 7.2) to 5 (10.1). */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t { /* the beginning of it */
    const char *target_name;
    struct {
        int min, cur;
    } version;
};
enum { CB_NO_REGS = 0 };
enum { MEM_RW = 3 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
                                          void (*cb)(unsigned cpu, void *data), int flags,
                                          void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
                                      void (*cb)(unsigned cpu, qemu_plugin_meminfo_t info,
                                                 uint64_t address, void *data),
                                      int flags, int rw, void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t, void *data),
                                    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
/* Copies the instruction's bytes from version 3 on. Before, it returns where they are and has one
 * parameter; in the calling conventions of the computers that QEMU runs on it does not notice more.
 */
uintptr_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t bytes);
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
int qemu_plugin_num_vcpus(void) __attribute__((weak)); /* from version 2 on */

EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc,
                               char **argv);

/* What is asked for: 1 is refused from QEMU 9.0 on, 2 before. */
int qemu_plugin_version = 1;

static int interface_version; /* what QEMU has */

__attribute__((constructor)) static void choose_version(void)
{
    if (qemu_plugin_num_vcpus) qemu_plugin_version = 2;
}

enum { N_BUCKETS = 4096, MAX_FLASH = 4 };

typedef struct instruction_counts {
    uint64_t executed, entered, left, moved, split, flash;
} instruction_counts;

typedef struct instruction {
    struct instruction *next; /* in its bucket */
    uint64_t address;
    unsigned bytes;
    instruction_counts *counts; /* [n_layers + 1] */
} instruction;

typedef struct block_counts {
    uint64_t executed, entered, left;
} block_counts;

/* What QEMU translates at once: instructions in a row, of which only the last can branch. The same
 * ones may be in several blocks. */
typedef struct block {
    struct block *next; /* of all */
    uint64_t start, end;
    size_t n;
    instruction **instructions; /* [n] */
    block_counts *counts;       /* [n_layers + 1] */
} block;

static uint64_t enter, leave, hook;
static size_t n_layers = 1;
static struct {
    uint64_t start, bytes;
} flash[MAX_FLASH];
static size_t n_flash;
static const char *output;

static instruction *buckets[N_BUCKETS];
static block *blocks;

/* Where execution is. */
static bool counting;
static size_t layer;
static const block *previous; /* block counted; NULL: the next is the first */
static uint64_t hook_return;  /* 0: not in the hook */

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    if (memory) return memory;
    fprintf(stderr, "profile: out of memory\n");
    exit(1);
}

/* Its length, from its first half: a few versions of qemu_plugin_insn_size, that of QEMU 7.2 among
 * them, count what the translator looked at beyond it near the end of a page. */
static unsigned length(const struct qemu_plugin_insn *insn)
{
    uint8_t half[2];
    uintptr_t returned = qemu_plugin_insn_data(insn, half, sizeof half);
    if (interface_version < 3) memcpy(half, (const void *)returned, sizeof half);
    return half[1] >> 3 >= 0x1D ? 4 : 2;
}

static instruction *instruction_at(uint64_t address, unsigned bytes)
{
    instruction **bucket = &buckets[address / 2 % N_BUCKETS];
    for (instruction *i = *bucket; i; i = i->next)
        if (i->address == address && i->bytes == bytes) return i;
    instruction *new = allocate(1, sizeof *new);
    *new =
        (instruction){*bucket, address, bytes, allocate(n_layers + 1, sizeof(instruction_counts))};
    return *bucket = new;
}

static bool in_flash(uint64_t address)
{
    for (size_t i = 0; i < n_flash; i++)
        if (address - flash[i].start < flash[i].bytes) return true;
    return false;
}

/* Transfers more than one that a load of that size needs at that address. */
static unsigned splits(unsigned size, uint64_t address)
{
    if (size == 1) return 0;
    if (address & 1) return size == 2 ? 1 : 2;
    return size > 2 && address & 2 ? 1 : 0;
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
    (void)cpu;
    if (!counting) return;
    instruction_counts *c = &((instruction *)data)->counts[layer];
    unsigned size = 1u << qemu_plugin_mem_size_shift(info);
    c->moved += size;
    if (qemu_plugin_mem_is_store(info)) return;
    unsigned split = splits(size, address);
    c->split += split;
    if (n_flash && in_flash(address)) c->flash += (size + 3) / 4 + split;
}

/* True when that block begins or ends what is counted. */
static bool cross_border(uint64_t start)
{
    if (start == enter && !counting && !hook_return) {
        layer = 0;
        counting = true;
        previous = NULL;
        return false;
    }
    if (counting && start == leave) {
        if (previous) previous->counts[layer].left++;
        counting = false;
    } else if (counting && hook && start == hook) {
        hook_return = previous ? previous->end : 0;
        counting = false;
    } else if (!counting && hook_return && start == hook_return) {
        hook_return = 0;
        if (layer < n_layers) layer++;
        counting = true;
        previous = NULL;
    }
    return !counting;
}

static void on_block(unsigned cpu, void *data)
{
    (void)cpu;
    block *b = data;
    if ((!counting || b->start == leave || b->start == hook) && cross_border(b->start)) return;
    block_counts *c = &b->counts[layer];
    c->executed++;
    if (!previous || previous->end != b->start) {
        c->entered++;
        if (previous) previous->counts[layer].left++;
    }
    previous = b;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    size_t n = qemu_plugin_tb_n_insns(tb);
    if (n == 0) return;
    block *b = allocate(1, sizeof *b);
    b->next = blocks;
    blocks = b;
    b->n = n;
    b->instructions = allocate(n, sizeof(instruction *)); /* NOLINT(bugprone-sizeof-expression) */
    b->counts = allocate(n_layers + 1, sizeof *b->counts);
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *in = qemu_plugin_tb_get_insn(tb, i);
        uint64_t address = qemu_plugin_insn_vaddr(in);
        unsigned bytes = length(in);
        b->instructions[i] = instruction_at(address, bytes);
        qemu_plugin_register_vcpu_mem_cb(in, on_access, CB_NO_REGS, MEM_RW, b->instructions[i]);
        if (i == 0) b->start = address;
        b->end = address + bytes;
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, CB_NO_REGS, b);
}

/* Adds the blocks' counts to their instructions'. */
static void distribute(void)
{
    for (const block *b = blocks; b; b = b->next)
        for (size_t l = 0; l <= n_layers; l++) {
            for (size_t i = 0; i < b->n; i++)
                b->instructions[i]->counts[l].executed += b->counts[l].executed;
            b->instructions[0]->counts[l].entered += b->counts[l].entered;
            b->instructions[b->n - 1]->counts[l].left += b->counts[l].left;
        }
}

static void write_profile(qemu_plugin_id_t id, void *data)
{
    (void)id, (void)data;
    distribute();
    FILE *file = fopen(output, "w");
    for (size_t bucket = 0; file && bucket < N_BUCKETS; bucket++)
        for (const instruction *i = buckets[bucket]; i; i = i->next)
            for (size_t l = 0; l <= n_layers; l++) {
                const instruction_counts *c = &i->counts[l];
                if (!c->executed) continue;
                fprintf(file,
                        "%zx %" PRIx64 " %x %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64
                        " %" PRIx64 " %" PRIx64 "\n",
                        l, i->address, i->bytes, c->executed, c->entered, c->left, c->moved,
                        c->split, c->flash);
            }
    if (file) fclose(file);
}

/* The value of "key=value" when it is of that key, else NULL. */
static const char *value_of(const char *argument, const char *key)
{
    size_t length = strlen(key);
    return !strncmp(argument, key, length) && argument[length] == '=' ? argument + length + 1
                                                                      : NULL;
}

static bool take(const char *argument)
{
    const char *value;
    if ((value = value_of(argument, "enter")))
        enter = strtoull(value, NULL, 0);
    else if ((value = value_of(argument, "leave")))
        leave = strtoull(value, NULL, 0);
    else if ((value = value_of(argument, "hook")))
        hook = strtoull(value, NULL, 0);
    else if ((value = value_of(argument, "layers")))
        n_layers = (size_t)strtoull(value, NULL, 0);
    else if ((value = value_of(argument, "output")))
        output = value;
    else if ((value = value_of(argument, "flash")) && n_flash < MAX_FLASH) {
        char *end;
        flash[n_flash].start = strtoull(value, &end, 0);
        flash[n_flash++].bytes = strtoull(end, NULL, 0);
    } else
        return false;
    return true;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
    interface_version = info->version.cur;
    for (int i = 0; i < argc; i++)
        if (!take(argv[i])) return 1;
    if (!output) return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, write_profile, NULL);
    return 0;
}
