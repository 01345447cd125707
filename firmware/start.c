/* From reset to bench_main, and what happens on a fault. */
#include <stdint.h>

#include "report.h"

void bench_main(void);
void bench_reset(void);
void bench_fault(void);
__attribute__((noreturn)) void bench_report_fault(const uint32_t *frame);

/* Addresses from board.ld. */
extern uint32_t bench_stack_top[], bench_ram_start[], bench_ram_end[];
extern uint32_t bench_data_image[], bench_data_start[], bench_data_end[];
extern uint32_t bench_bss_start[], bench_bss_end[];

/* System control block, the same in all Cortex-M. */
#define SCB_CCR (*(volatile uint32_t *)0xE000ED14)
#define SCB_SHCSR (*(volatile uint32_t *)0xE000ED24)
#define SCB_CFSR (*(volatile uint32_t *)0xE000ED28)
#define SCB_BFAR (*(volatile uint32_t *)0xE000ED38)
#define SCB_CPACR (*(volatile uint32_t *)0xE000ED88)
enum {
    CCR_UNALIGN_TRP = 1 << 3,
    CCR_DIV_0_TRP = 1 << 4,
    SHCSR_ALL_FAULTS = 0xF << 16,
    CPACR_FPU_AND_MVE = 0xF << 20
};

/* The initial stack pointer and the handlers up to SecureFault; interrupts stay off. */
__attribute__((section(".bench_vectors"), used)) static const uintptr_t vectors[16] = {
    (uintptr_t)bench_stack_top, (uintptr_t)bench_reset, (uintptr_t)bench_fault,
    (uintptr_t)bench_fault,     (uintptr_t)bench_fault, (uintptr_t)bench_fault,
    (uintptr_t)bench_fault,     (uintptr_t)bench_fault,
};

void bench_reset(void)
{
    /* Where there is neither FPU nor MVE, this register ignores the write. */
    SCB_CPACR |= CPACR_FPU_AND_MVE;
    __asm__ volatile("dsb\n\tisb");

    SCB_SHCSR |= SHCSR_ALL_FAULTS;
    SCB_CCR |= CCR_DIV_0_TRP;
#ifndef __ARM_FEATURE_UNALIGNED
    /* Code for a core that faults on an unaligned access faults on any board. */
    SCB_CCR |= CCR_UNALIGN_TRP;
#endif
    const uint32_t *from = bench_data_image;
    for (uint32_t *to = bench_data_start; to < bench_data_end; to++) *to = *from++;
    for (uint32_t *to = bench_bss_start; to < bench_bss_end; to++) *to = 0;
    bench_main();
    bench_report_done();
}

/* Goes on with the harness's stack, since the one at fault may be the reason. */
__attribute__((naked)) void bench_fault(void)
{
    __asm__("mov r0, sp\n\t"
            "ldr r1, =bench_stack_top\n\t"
            "mov sp, r1\n\t"
            "bl bench_report_fault\n\t"
            ".pool");
}

/* `frame` is what the core pushed: r0-r3, r12, lr, pc, xpsr. */
__attribute__((noreturn)) void bench_report_fault(const uint32_t *frame)
{
    enum { PC = 6, WORDS = 8 };
    bench_report("fault_status", SCB_CFSR);
    bench_report("fault_address", SCB_BFAR);
    if (frame >= bench_ram_start && frame + WORDS <= bench_ram_end) bench_report("pc", frame[PC]);
    bench_report_error("the processor faulted");
}
