/* The port for QEMU's mps2-an386, a Cortex-M4 at 25 MHz: start-up code, and the three functions of
 * port.h.
 *
 * The board has no microphone. An interrupt every 10 ms stands in for one: it takes a block of raw
 * samples from the emulator's standard input and puts it into a ring, as DMA would do. Text goes to
 * the emulator's standard output. Both by semihosting, which debuggers of real boards know too. */
#include "port.h"

#include <stddef.h>

enum {
    CLOCK = 25000000, /* Hz */
    RATE = 16000,
    BLOCK = RATE / 100, /* samples that an interrupt brings */
    RING = 8 * BLOCK    /* 80 ms: the longest that the program may be busy in one go */
};

int main(void);
void reset(void);
void fault(void);
void tick(void);

/* --- semihosting ----------------------------------------------------------------------------- */

enum { SYS_OPEN = 1, SYS_WRITE0 = 4, SYS_READ = 6, SYS_EXIT = 0x18 };
enum { STOPPED_BY_EXIT = 0x20026, STOPPED_BY_ERROR = 0x20023 };

static int ask(int what, const void *with)
{
    register int r0 __asm__("r0") = what;
    register const void *r1 __asm__("r1") = with;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static int input; /* handle of standard input */

static void open_input(void)
{
    static const char name[] = "/dev/stdin";
    const uint32_t request[3] = {(uint32_t)name, 1 /* "rb" */, sizeof name - 1};
    input = ask(SYS_OPEN, request);
}

/* Reads all of the bytes; 0 when the input ends before. A pipe may give them piece by piece. */
static int read_input(void *bytes, uint32_t n)
{
    for (uint32_t left = n; left > 0;) {
        const uint32_t request[3] = {(uint32_t)input, (uint32_t)bytes + n - left, left};
        uint32_t missing = (uint32_t)ask(SYS_READ, request);
        if (missing >= left) return 0;
        left = missing;
    }
    return 1;
}

/* --- the port -------------------------------------------------------------------------------- */

#define SYST_CSR (*(volatile uint32_t *)0xE000E010)
#define SYST_RVR (*(volatile uint32_t *)0xE000E014)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018)
#define CPACR (*(volatile uint32_t *)0xE000ED88)

static int16_t ring[RING];
static volatile uint32_t n_written; /* samples: by the interrupt */
static volatile uint32_t n_read;    /* by the program */
static volatile int lost, ended;
static uint32_t n_ticks, ticks_asleep; /* interrupts; cycles of the clock */

/* The interrupt: a block for the ring, or one that is lost. */
void tick(void)
{
    static int16_t nowhere[BLOCK];
    int full = n_written - n_read > RING - BLOCK;
    n_ticks++;
    if (ended || !read_input(full ? nowhere : &ring[n_written % RING], BLOCK * sizeof *ring))
        ended = 1;
    else if (full)
        lost = 1;
    else
        n_written += BLOCK;
}

int port_read(int16_t *samples, int n)
{
    if (lost) {
        lost = 0;
        n_read = n_written;
        return PORT_LOST;
    }
    if (n_written - n_read < (uint32_t)n) return ended ? PORT_END : PORT_WAIT;
    for (int i = 0; i < n; i++) samples[i] = ring[(n_read + (uint32_t)i) % RING];
    n_read += (uint32_t)n;
    return PORT_HEARD;
}

void port_print(const char *text)
{
    ask(SYS_WRITE0, text);
}

/* With interrupts masked none can slip in between the question and the sleep, and one that is
 * pending still wakes. The core stands still for the rest of the timer's round. */
void port_sleep(void)
{
    static uint32_t last;
    __asm__ volatile("cpsid i");
    if (n_ticks == last) {
        uint32_t rest = SYST_CVR;
        __asm__ volatile("wfi");
        ticks_asleep += rest;
    }
    last = n_ticks;
    __asm__ volatile("cpsie i");
}

/* --- start-up -------------------------------------------------------------------------------- */

/* From mps2.ld. */
extern uint32_t stack_top[], data_image[], data_start[], data_end[], bss_start[], bss_end[];

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16] = {
    (uintptr_t)stack_top,
    (uintptr_t)reset,
    (uintptr_t)fault,
    (uintptr_t)fault,
    (uintptr_t)fault,
    (uintptr_t)fault,
    (uintptr_t)fault,
    0,
    0,
    0,
    0,
    (uintptr_t)fault,
    (uintptr_t)fault,
    0,
    (uintptr_t)fault,
    (uintptr_t)tick,
};

static void print_sleep(void)
{
    char text[] = "asleep  00 % of the time\n";
    uint32_t percent = n_ticks ? ticks_asleep / (n_ticks * (CLOCK / 100 / 100)) : 0;
    if (percent > 99) percent = 99;
    text[8] = (char)('0' + percent / 10);
    text[9] = (char)('0' + percent % 10);
    port_print(text);
}

void reset(void)
{
    CPACR |= 0xFU << 20; /* the floating-point unit */
    const uint32_t *from = data_image;
    for (uint32_t *to = data_start; to < data_end; to++) *to = *from++;
    for (uint32_t *to = bss_start; to < bss_end; to++) *to = 0;
    open_input();
    SYST_RVR = CLOCK / 100 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7; /* runs, interrupts, at the core's clock */
    int status = main();
    print_sleep();
    ask(SYS_EXIT, (const void *)(status ? STOPPED_BY_ERROR : STOPPED_BY_EXIT));
    for (;;) {
    }
}

void fault(void)
{
    port_print("the processor faulted\n");
    ask(SYS_EXIT, (const void *)STOPPED_BY_ERROR);
    for (;;) {
    }
}
