/* In assembly, so that every instruction and every byte is known:
 *   init    3 instructions, 6 bytes
 *   invoke  layer 0: 3 + 2 a instructions, layer 1: 1 + 2 b, end: 2; 20 bytes, 8 of stack
 *   input_at and output_at, 4 bytes each */
#include "loop.h"

#ifdef LOOP_ON_LAYER
#define HOOK(i) "movs r0, #" #i "\n bl bench_on_layer\n"
#else
#define HOOK(i) ""
#endif

#define BEGIN(name)                                                 \
    ".syntax unified\n .thumb\n .section .text." #name ", \"ax\"\n" \
    ".global " #name "\n .type " #name ", %function\n" #name ":\n"

/* clang-format off */
__asm__(BEGIN(loop_init)
        "str r1, [r0]\n"
        "movs r0, #0\n"
        "bx lr\n");

__asm__(BEGIN(loop_input_at)
        "ldr r0, [r0]\n"
        "bx lr\n");

__asm__(BEGIN(loop_output_at)
        "ldr r0, [r0]\n"
        "bx lr\n");

__asm__(BEGIN(loop_invoke)
        "push {r4, lr}\n"
        "ldr r4, [r0]\n"
        "ldr r0, [r4]\n"
        "1: subs r0, #1\n"
        "bne 1b\n"
        HOOK(0)
        "ldr r0, [r4, #4]\n"
        "2: subs r0, #1\n"
        "bne 2b\n"
        HOOK(1)
        "movs r0, #0\n"
        "pop {r4, pc}\n");
