/* Arm, "Semihosting for AArch32 and AArch64", release 2.0: operation in r0, address of its
 * parameter block in r1, result in r0. */
#include "semihosting.h"

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_EXIT_EXTENDED = 0x20,
    MODE_RB = 1,
    MODE_WB = 5,
    APPLICATION_EXIT = 0x20026
};

static uint32_t request(uint32_t operation, const void *block)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = block;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static int open_file(const char *name, uint32_t mode)
{
    uint32_t length = 0;
    while (name[length]) length++;
    const uint32_t block[] = {(uint32_t)name, mode, length};
    return (int)request(SYS_OPEN, block);
}

int semihosting_open_read(const char *name)
{
    return open_file(name, MODE_RB);
}

int semihosting_open_write(const char *name)
{
    return open_file(name, MODE_WB);
}

size_t semihosting_read(int handle, void *bytes, size_t size)
{
    const uint32_t block[] = {(uint32_t)handle, (uint32_t)bytes, size};
    return size - request(SYS_READ, block);
}

int semihosting_write(int handle, const void *bytes, size_t size)
{
    const uint32_t block[] = {(uint32_t)handle, (uint32_t)bytes, size};
    return request(SYS_WRITE, block) == 0 ? 0 : -1;
}

void semihosting_close(int handle)
{
    const uint32_t block[] = {(uint32_t)handle};
    request(SYS_CLOSE, block);
}

__attribute__((noreturn)) void semihosting_exit(int status)
{
    const uint32_t block[] = {APPLICATION_EXIT, (uint32_t)status};
    for (;;) request(SYS_EXIT_EXTENDED, block);
}
