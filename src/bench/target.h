/* The chips that zerre knows, from targets.def. */
#ifndef ZR_BENCH_TARGET_H
#define ZR_BENCH_TARGET_H

#include <stdint.h>

typedef struct zr_toolchain {
    const char *prefix;          /* of its commands: "arm-none-eabi-" */
    const char *package;         /* Debian's names */
    const char *library_package; /* of the C library */
} zr_toolchain;

typedef struct zr_memory {
    uint32_t origin, bytes;
} zr_memory;

typedef struct zr_board {
    const char *machine; /* of QEMU; NULL: there is no emulator, code can only be compiled */
    zr_memory code, consts, ram;
    const char *clock; /* the kind of timer: BENCH_CLOCK_<clock> in firmware/clock.c */
    uint32_t clock_address;
    int clock_p, clock_q; /* p / q instructions a tick */
} zr_board;

typedef struct zr_target {
    const char *name;
    const zr_toolchain *toolchain;
    const zr_board *board;
    unsigned isa;      /* zr_isa flags */
    const char *flags; /* of the compiler, between single spaces */
    const char *note;
} zr_target;

/* Ends with one whose name is NULL. */
extern const zr_target zr_targets[];

/* NULL when there is none of that name. */
const zr_target *zr_target_find(const char *name);

#endif
