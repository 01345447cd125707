/* Files and the exit status of the emulator's host, through Arm semihosting. */
#ifndef BENCH_SEMIHOSTING_H
#define BENCH_SEMIHOSTING_H

#include <stddef.h>
#include <stdint.h>

/* Opens a file in the folder where the emulator runs: a handle, or -1. */
int semihosting_open_read(const char *name);
int semihosting_open_write(const char *name);

/* Bytes read: fewer than asked for only at the end of the file. */
size_t semihosting_read(int handle, void *bytes, size_t size);

/* 0 when all was written. */
int semihosting_write(int handle, const void *bytes, size_t size);

void semihosting_close(int handle);

/* Ends the emulator with this exit status. */
__attribute__((noreturn)) void semihosting_exit(int status);

#endif
