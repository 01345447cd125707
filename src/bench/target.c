#include "bench/target.h"

#include <stddef.h>
#include <string.h>

#include "ops/op.h"

enum toolchain_id {
#define ZR_TOOLCHAIN(id, prefix, package, library_package) TOOLCHAIN_##id,
#include "bench/targets.def"
};

static const zr_toolchain toolchains[] = {
#define ZR_TOOLCHAIN(id, prefix, package, library_package) {prefix, package, library_package},
#include "bench/targets.def"
};

enum board_id {
#define ZR_BOARD(id, machine, code, code_bytes, consts, consts_bytes, ram, ram_bytes, clock, \
                 address, p, q)                                                              \
    BOARD_##id,
#include "bench/targets.def"
};

static const zr_board boards[] = {
#define ZR_BOARD(id, machine, code, code_bytes, consts, consts_bytes, ram, ram_bytes, clock, \
                 address, p, q)                                                              \
    {machine, {code, code_bytes}, {consts, consts_bytes}, {ram, ram_bytes}, clock, address, p, q},
#include "bench/targets.def"
};

const zr_target zr_targets[] = {
#define ZR_TARGET(name, toolchain, board, isa, flags, note) \
    {name, &toolchains[TOOLCHAIN_##toolchain], &boards[BOARD_##board], isa, flags, note},
#include "bench/targets.def"
    {NULL, NULL, NULL, 0, NULL, NULL},
};

const zr_target *zr_target_find(const char *name)
{
    for (const zr_target *t = zr_targets; t->name; t++)
        if (!strcmp(t->name, name)) return t;
    return NULL;
}
