/* What C cannot say: a loop of known length, and a call on another stack. Both run on ARMv6-M and
 * everything above. */
    .syntax unified
    .thumb

/* uint64_t bench_sum_reads(const volatile uint32_t *counter, uint32_t flip, uint32_t n)
 * The sum of n readings of counter ^ flip that lie 7 instructions apart: see clock.h. */
    .section .text.bench_sum_reads, "ax"
    .global bench_sum_reads
    .type bench_sum_reads, %function
bench_sum_reads:
    push {r4-r7, lr}
    movs r4, r0
    movs r5, r1
    movs r6, r2
    movs r7, #0
    movs r0, #0
    movs r1, #0
1:  ldr r3, [r4]
    eors r3, r5
    adds r0, r0, r3
    adcs r1, r7
    nop
    subs r6, #1
    bne 1b
    pop {r4-r7, pc}

/* int bench_call(const struct bench_call *call): calls call->function with its arguments and with
 * the stack pointer at call->stack. It returns to bench_returned, where the profile ends. */
    .section .text.bench_call, "ax"
    .global bench_call
    .type bench_call, %function
bench_call:
    push {r4, lr}
    mov r4, sp
    ldr r3, [r0, #0]
    ldr r1, [r0, #4]
    mov sp, r1
    ldr r2, [r0, #16]
    ldr r1, [r0, #12]
    ldr r0, [r0, #8]
    blx r3
    .global bench_returned
bench_returned:
    mov sp, r4
    pop {r4, pc}

/* int bench_empty(void): the function of one instruction, to measure what measuring costs. */
    .section .text.bench_empty, "ax"
    .global bench_empty
    .type bench_empty, %function
bench_empty:
    bx lr

#ifdef BENCH_LAYERS
/* int bench_two_layers(void): a model of two empty layers, for the same purpose. Layer 0 is the
 * `push`, layer 1 nothing; setting r0 and the call belong to the hook. */
    .section .text.bench_two_layers, "ax"
    .global bench_two_layers
    .type bench_two_layers, %function
bench_two_layers:
    push {r4, lr}
    movs r0, #0
    bl bench_on_layer
    movs r0, #1
    bl bench_on_layer
    movs r0, #0
    pop {r4, pc}
#endif
