/* In assembly: loops whose cycles follow from the tables of Arm's Cortex-M4 Technical Reference
 * Manual (DDI 0439D) and from what docs/cycles.md takes where they give a range.
 * ../../firmware_test.c has the sums.
 *
 * LOOP(body) takes 100 (body + 4) - 1 cycles: MOV 1; SUBS 1 and BNE 3 each time, but 1 the last
 * time. */
#include "timing.h"

#ifdef TIMING_ON_LAYER
#define HOOK(i) "movs r0, #" #i "\n bl bench_on_layer\n"
#else
#define HOOK(i) ""
#endif

#define BEGIN(name)                                                 \
    ".syntax unified\n .thumb\n .section .text." #name ", \"ax\"\n" \
    ".global " #name "\n .type " #name ", %function\n" #name ":\n"

/* Uses r5. */
#define LOOP(body) "movs r5, #100\n 1:" body "subs r5, #1\n bne 1b\n"

/* clang-format off */
__asm__(BEGIN(timing_init)
        "str r1, [r0]\n"
        "movs r0, #0\n"
        "bx lr\n");

__asm__(BEGIN(timing_input_at)
        "ldr r0, [r0]\n"
        "bx lr\n");

__asm__(BEGIN(timing_output_at)
        "ldr r0, [r0]\n"
        "bx lr\n");

__asm__(BEGIN(timing_invoke)
        /* 0: PUSH of five 1 + 5, LDR 2; an empty loop */
        "push {r4-r7, lr}\n"
        "ldr r4, [r0]\n"
        LOOP("")
        HOOK(0)

        /* 1: LDR 2, and what uses it 1: 3 */
        LOOP("ldr r0, [r4]\n"
             "adds r0, #1\n")
        HOOK(1)

        /* 2: LDR 2, each one right after it 1: 4 */
        LOOP("ldr r0, [r4]\n"
             "ldr r1, [r4, #4]\n"
             "ldrsb.w r2, [r4, #8]\n")
        HOOK(2)

        /* 3: the address of the second LDR is what the first one loads, so both take 2: 4. Before:
         * STR 1 */
        "str r4, [r4]\n"
        LOOP("ldr r0, [r4]\n"
             "ldr r1, [r0]\n")
        HOOK(3)

        /* 4: ADDS 1, its result is an address: 1 more, LDR 2: 4 */
        LOOP("adds r1, r4, #4\n"
             "ldr r0, [r1]\n")
        HOOK(4)

        /* 5: STR with a constant offset 1, also after another: 2 */
        LOOP("str r0, [r4]\n"
             "str r0, [r4, #4]\n")
        HOOK(5)

        /* 6: LDR 2, STR with a register offset 2, less 1 after the LDR: 3; then LDR 2, since nothing
         * overlaps a store before it; STR with a constant offset 1 even after an LDR: 6. Before:
         * MOVS 1 */
        "movs r6, #4\n"
        LOOP("ldr r0, [r4, r6]\n"
             "str r0, [r4, r6]\n"
             "ldr r0, [r4, #8]\n"
             "str r0, [r4, #12]\n")
        HOOK(6)

        /* 7: LDM of four 1 + 4, LDRD 1 + 2, PUSH and POP of two 1 + 2 each, STM of three 1 + 3, STRD
         * 1 + 2; LDR 2, nothing overlaps with these: 23. Before: MOV 1 */
        "mov r7, r4\n"
        LOOP("ldm r4, {r0-r3}\n"
             "ldrd r0, r1, [r4]\n"
             "push {r0, r1}\n"
             "pop {r0, r1}\n"
             "stm r7, {r0-r2}\n"
             "strd r0, r1, [r4, #8]\n"
             "ldr r0, [r4]\n")
        HOOK(7)

        /* 8: CMP 1, BEQ not taken 1, B taken 1 + 2, CBZ not taken 1, NOP 1: 7 */
        LOOP("cmp r5, #0\n"
             "beq 2f\n"
             "b 2f\n"
             "nop\n"
             "2: cbz r5, 4f\n"
             "nop\n"
             "4:\n")
        HOOK(8)

        /* 9: BL 1 + 2, BX 1 + 2: 6 */
        LOOP("bl timing_function\n")
        HOOK(9)

        /* 10: each multiplication 1, also with the sum of the one before: 9 */
        LOOP("smlad r0, r1, r2, r0\n"
             "smlad r0, r1, r2, r0\n"
             "smlad r0, r1, r2, r0\n"
             "smmulr r0, r0, r2\n"
             "mla r0, r1, r2, r0\n"
             "muls r0, r2\n"
             "smull r0, r1, r1, r2\n"
             "smlal r0, r1, r2, r2\n"
             "umaal r0, r1, r2, r2\n")
        HOOK(10)

        /* 11: UDIV 7, SDIV 7: 14 */
        LOOP("udiv r0, r4, r5\n"
             "sdiv r0, r4, r5\n")
        HOOK(11)

        /* 12: CMP 1, IT 0 after an instruction of 16 bits, ADD 1, LDR 2 the 51 times that r5 is 50 or
         * more and else 1: 251 in all */
        LOOP("cmp r5, #50\n"
             "itt ge\n"
             "addge r0, #1\n"
             "ldrge r1, [r4]\n")
        HOOK(12)

        /* 13: CMP 1, IT 1 after an instruction of 32 bits, MOV 1: 3 */
        LOOP("cmp.w r5, #50\n"
             "it ge\n"
             "movge r0, #1\n")
        HOOK(13)

        /* 14: LDR at an odd address 2 + 2, LDRH there after it 1 + 1, STR there 1, LDR at an even
         * address that is no multiple of 4 2 + 1: 10. Before: ADDS 1 */
        "adds r6, r4, #1\n"
        LOOP("ldr r0, [r6]\n"
             "ldrh r0, [r6]\n"
             "str r0, [r6]\n"
             "ldr r0, [r4, #2]\n")
        HOOK(14)

        /* 15: VADD 1; VMUL 1 + 1, waiting for it; VFMA 3; VFMA 3, not waiting for what it adds to;
         * VDIV 14 + 1; VLDR 2; VLDR after it 1; VMOV 2; VSTM of two 1 + 2: 32 */
        LOOP("vadd.f32 s0, s1, s2\n"
             "vmul.f32 s3, s0, s2\n"
             "vfma.f32 s4, s0, s1\n"
             "vfma.f32 s4, s1, s2\n"
             "vdiv.f32 s5, s4, s1\n"
             "vldr s6, [r4]\n"
             "vldr s7, [r4, #4]\n"
             "vmov r0, s7\n"
             "vstm r4, {s6-s7}\n")
        HOOK(15)

        /* 16: TBB 6. Before: MOVS 1 */
        "movs r6, #0\n"
        LOOP("tbb [pc, r6]\n"
             ".byte 1, 1\n")
        HOOK(16)

        /* 17: LDR from flash 2, one that is not aligned 2 - 1 + 1: 4. Before: ADR 1 */
        "adr r6, 3f\n"
        LOOP("ldr r0, 3f\n"
             "ldr r0, [r6, #2]\n")
        HOOK(17)

        /* MOVS 1, POP of five with the PC 1 + 5 + 3 */
        "movs r0, #0\n"
        "pop {r4-r7, pc}\n"
        ".balign 4\n"
        "3: .word 1, 2\n");

__asm__(BEGIN(timing_function)
        "bx lr\n");
